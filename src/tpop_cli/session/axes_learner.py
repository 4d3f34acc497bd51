"""The default learner: taste axes steer, a linear reward on strengths and text features learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..core.arms import ArmRules, exploit, explore_ucb
from ..core.asking import AskRules, should_ask
from ..core.picks import Pick, pick_difference
from ..core.response_matrix import ResponseEstimate, ResponseMatrix
from ..core.reward import AxesReward
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, Decoder
from ..engine.protocol import Engine
from ..store.profile import Profile
from ..store.response_matrices import load_response
from .duel import Duel
from .learner import StrengthsPair

N0_MEASURED, N0_GUESSED = 16.0, 2.0
"""How many duels a pole's row of B counts for, if B was measured on this model, or on another."""

_RECENT = 100  # picks of the profile that refine B when a session begins

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
        n0: how many duels a pole's row of B counts for; None: `N0_MEASURED` or `N0_GUESSED`.
    """

    engine: Engine
    profile: Profile
    rules: ArmRules = ArmRules()
    asking: AskRules = AskRules()
    policy: Policy = ucb_pair
    response: tuple[ResponseMatrix, bool] | None = None
    n0: float | None = None

    independent_arms: bool = field(default=True, init=False)
    reserved_cells: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.use(self.profile)

    def use(self, profile: Profile) -> None:
        """See `Learner.use`. The recent duels of the profile on this very model refine B."""
        self.profile = profile
        if self.response is None:
            self.response = load_response(self.engine.info.fingerprint)
        matrix, measured = self.response
        n0 = self.n0 or (N0_MEASURED if measured else N0_GUESSED)
        self._fresh = AxesReward.fresh(profile.axes, matrix)
        self._estimate = ResponseEstimate(self._fresh.B, n0)
        for pick in profile.recent(_RECENT):
            self._refine(pick)

    def _refine(self, pick: Pick) -> None:
        if pick.fingerprint == self.engine.info.fingerprint:
            self._estimate.observe(*self._fresh.split(pick_difference(self._fresh, pick)))

    @property
    def taste(self) -> Taste:
        """The profile's taste on the response matrix of this model."""
        return self.profile.taste.with_B(self._estimate.B)

    def should_ask(self) -> bool:
        """See `Learner.should_ask`."""
        singles = self.profile.singles
        return should_ask(self.taste, self.strengths(), singles, self.rules, self.asking)

    def strengths(self) -> dict[str, float]:
        """See `Learner.strengths`."""
        return exploit(self.taste, self.rules)

    def choose(self) -> StrengthsPair:
        """See `Learner.choose`."""
        return self.policy(self.taste, self.rules)

    def instruction_tokens(self) -> int:
        """See `Learner.instruction_tokens`."""
        poles = [pole for axis in self.profile.axes for pole in axis.poles]
        lengths = [len(self.engine.tokenize(p.instruction, add_special=False)) for p in poles]
        return self.rules.max_axes * max(lengths, default=0)

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
        profile, fresh, estimate = self.profile, self._fresh, self._estimate.copy()

        def restore() -> None:
            self.profile, self._fresh, self._estimate = profile, fresh, estimate

        return restore

    def learn(self, duel: Duel, pick: Pick) -> None:
        """See `Learner.learn`. The profile has the taste weights already; B is refined here."""
        self._refine(pick)

    def undo(self, pick: Pick) -> None:
        """See `Learner.undo`."""
        self.use(self.profile)

    def close(self) -> None:
        """See `Learner.close`. Nothing runs in the background."""
