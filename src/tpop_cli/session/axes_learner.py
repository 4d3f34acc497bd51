"""The default learner: taste axes steer, a linear reward on strengths and text features learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..core.arms import ArmRules, exploit, explore_ucb
from ..core.asking import AskRules, should_ask
from ..core.causes import confounded_pole
from ..core.picks import Pick, pick_difference
from ..core.response_matrix import ResponseMatrix
from ..core.steering import Steer, join_wishes, n_contexts
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, Decoder
from ..engine.protocol import Engine
from ..store.profile import Profile
from ..store.response_matrices import load_response
from .duel import Duel
from .learner import StrengthsPair
from .model_response import ModelResponse

Policy = Callable[[Taste, ArmRules], StrengthsPair]
"""How the arms of a duel are chosen from what is known."""


def ucb_pair(taste: Taste, rules: ArmRules) -> StrengthsPair:
    """The default policy: exploit, and explore by the upper confidence bound (`core.arms`).

    If no recent duel tells what a pole of the exploit arm adds, the other arm goes without it.
    """
    first = exploit(taste, rules)
    free = {name: s for name, s in first.items() if name not in rules.said}
    dropped = confounded_pole(taste, free, rules.span) if rules.span else None
    if dropped is not None:
        return first, {name: s for name, s in first.items() if name != dropped}
    return first, explore_ucb(taste.reward, first, rules)


def with_said(
    rules: ArmRules, profile: Profile, steer: Steer, n_sequences: int | None = None
) -> ArmRules:
    """The rules with what a profile's user says at this moment.

    Args:
        rules: without it.
        profile: whose user.
        steer: how strengths steer.
        n_sequences: how many sequences the model has; None: enough. One with a recurrent state has
            few, so that further axes may have to make room for what was said.
    """
    said, max_axes = profile.said, rules.max_axes
    if said and n_sequences is not None and steer == "contrast":
        # Two sequences are taken by what all contexts share, and by the chat.
        free = n_sequences - 2 - n_contexts(said.n_styles, steer, bool(said.wishes))
        max_axes = min(max_axes, max(1, free // 2))
    return replace(rules, said=said.on(profile.axes), max_axes=max_axes)


@dataclass
class AxesLearner:
    """See `learner.Learner`.

    Args:
        engine: the loaded model.
        profile: whose picks it learns from. The profile's state holds the taste weights; the
            learner adds the response matrix B of this model, which the profile's duels refine.
        rules: thresholds and weights by which arms are chosen; what the profile's user says is
            added to them.
        asking: when a duel is worth the user's time.
        policy: the function that chooses both arms of a duel.
        response: (B, whether it was measured on this model); None: as it is stored for the model.
        n0: how many duels a pole's row of a measured B counts for; None: `N0_MEASURED`.
        steer: how the session steers by strengths.
    """

    engine: Engine
    profile: Profile
    rules: ArmRules = ArmRules()
    asking: AskRules = AskRules()
    policy: Policy = ucb_pair
    response: tuple[ResponseMatrix, bool] | None = None
    n0: float | None = None
    steer: Steer = "contrast"

    independent_arms: bool = field(default=True, init=False)
    reserved_cells: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.steer == "prompt":  # an instruction is there or not: it has no amount
            self.rules = replace(self.rules, amounts=(1.0,))
        self.use(self.profile)

    def use(self, profile: Profile) -> None:
        """See `Learner.use`. The recent duels of the profile on this very model refine B."""
        self.profile = profile
        fingerprint = self.engine.info.fingerprint
        if self.response is None:  # read once: every undo comes here
            self.response = load_response(fingerprint)
        self._response = ModelResponse.of(profile, fingerprint, self.steer, self.response, self.n0)

    @property
    def _rules(self) -> ArmRules:
        """The rules, with what the user says at this moment."""
        if not self.profile.said:
            return self.rules
        return with_said(self.rules, self.profile, self.steer, self.engine.n_seq_max)

    @property
    def taste(self) -> Taste:
        """The profile's taste on the response matrix of this model."""
        return self._response.taste(self.profile)

    def should_ask(self) -> bool:
        """See `Learner.should_ask`."""
        singles = self.profile.singles
        return should_ask(self.taste, self.strengths(), singles, self._rules, self.asking)

    def strengths(self) -> dict[str, float]:
        """See `Learner.strengths`."""
        return exploit(self.taste, self._rules)

    def choose(self) -> StrengthsPair:
        """See `Learner.choose`."""
        return self.policy(self.taste, self._rules)

    @property
    def n_contexts(self) -> int:
        """See `Learner.n_contexts`: of an exploit arm with all its axes, and one that explores."""
        said = self.profile.said
        return sum(
            n_contexts(n + said.n_styles, self.steer, bool(said.wishes))
            for n in (self._rules.max_axes, 1)
        )

    def instruction_tokens(self) -> int:
        """See `Learner.instruction_tokens`."""

        def length(instruction: str) -> int:
            return len(self.engine.tokenize(instruction, add_special=False))

        said = self.profile.said
        poles = [pole for axis in self.profile.axes for pole in axis.poles]
        longest = max((length(pole.instruction) for pole in poles), default=0)
        wishes = length(join_wishes(said.wishes)) if said.wishes else 0
        if self.steer == "prompt":
            return (self._rules.max_axes + said.n_styles) * longest + wishes
        return max(longest, wishes)

    def decode(self, decoder: Decoder, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Learner.decode`."""
        return decoder.steps(requests)

    def decode_many(
        self, decoder: Decoder, groups: Iterator[Sequence[ArmRequest]]
    ) -> Iterator[tuple[int, list[Arm]]]:
        """See `Learner.decode_many`."""
        return decoder.many(groups)

    def predict(self, duel: Duel) -> float:
        """See `Learner.predict`."""
        pick = duel.to_pick("skip", None, "", self.engine.info, self.steer, self.profile.axes)
        reward = self.taste.reward
        return reward.predict(pick_difference(reward, pick))

    def checkpoint(self) -> Callable[[], None]:
        """See `Learner.checkpoint`."""
        profile, response = self.profile, self._response.copy()

        def restore() -> None:
            self.profile, self._response = profile, response

        return restore

    def learn(self, duel: Duel, pick: Pick) -> None:
        """See `Learner.learn`. The profile has the taste weights already; B is refined here."""
        self._response.refine(pick)

    def undo(self, pick: Pick) -> None:
        """See `Learner.undo`."""
        self.use(self.profile)

    def close(self) -> None:
        """See `Learner.close`. Nothing runs in the background."""
