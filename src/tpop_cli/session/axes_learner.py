"""The default learner: taste axes steer, a linear reward on strengths and text features learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..core.arms import ArmRules, exploit, explore_ucb
from ..core.asking import AskRules, should_ask
from ..core.picks import Pick
from ..core.response_matrix import ResponseMatrix
from ..core.steering import Steer, n_contexts
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
    """The default policy: exploit, and explore by the upper confidence bound (`core.arms`)."""
    first = exploit(taste, rules)
    return first, explore_ucb(taste.reward, first, rules)


@dataclass
class AxesLearner:
    """See `learner.Learner`.

    Args:
        engine: the loaded model.
        profile: whose picks it learns from. The profile's state holds the taste weights; the
            learner adds the response matrix B of this model, which the profile's duels refine.
        rules: thresholds and weights by which arms are chosen.
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
        said = self.profile.said
        if not said:
            return self.rules
        strengths = said.on(self.profile.axes)
        # A model with a recurrent state has few sequences, two of which are not for contexts.
        room = self.engine.n_seq_max - 2 - n_said_contexts(said, self.steer)
        most = max(1, (room - 1) // 2)
        return replace(self.rules, said=strengths, max_axes=min(self.rules.max_axes, most))

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
        return n_contexts(self.rules.max_axes, self.steer) + n_contexts(1, self.steer)

    def instruction_tokens(self) -> int:
        """See `Learner.instruction_tokens`."""
        poles = [pole for axis in self.profile.axes for pole in axis.poles]
        lengths = [len(self.engine.tokenize(p.instruction, add_special=False)) for p in poles]
        joined = self.rules.max_axes if self.steer == "prompt" else 1
        return joined * max(lengths, default=0)

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
        reward = self.taste.reward
        pairs = zip(duel.strengths, duel.compared, strict=True)
        first, second = (reward.gradient(strengths, text) for strengths, text in pairs)
        return reward.predict(first - second)

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
