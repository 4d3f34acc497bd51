"""What a session needs of a learner: it chooses the two arms of a duel, and learns from the pick.

There are two: `axes_learner.AxesLearner`, the default, and `neural_learner.NeuralLearner`, the
paper's own reward. CONTRIBUTING.md tells how to add another; the tests run shared checks over all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ..core.picks import Pick
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, Decoder
from ..store.profile import Profile
from .duel import Duel

StrengthsPair = tuple[dict[str, float], dict[str, float]]
"""The strengths of the exploit arm and of the explore arm."""


class Learner(Protocol):
    """Learns one person's taste and decides how their next answers are decoded.

    The session logs every pick in the profile before the learner hears of it, so a learner can be
    made anew from the profile at any time.
    """

    @property
    def profile(self) -> Profile:
        """The profile that it learns from."""

    @property
    def taste(self) -> Taste:
        """What is known of the person at this moment."""

    @property
    def independent_arms(self) -> bool:
        """Whether each arm is decoded without regard to the other.

        Then a pick can be made while both are decoded, and an answer that is already there can be
        an arm.
        """

    @property
    def reserved_cells(self) -> int:
        """Cells of the KV cache that decoding needs beside prompts and answers."""

    def use(self, profile: Profile) -> None:
        """Go on with this profile."""

    # -- before a turn -----------------------------------------------------------------------------

    def should_ask(self) -> bool:
        """Whether the next answer should be a duel: its pick may change what is shown."""

    def strengths(self) -> dict[str, float]:
        """The strengths of the exploit arm, which also answers alone."""

    def choose(self) -> StrengthsPair:
        """The strengths of both arms of the next duel."""

    @property
    def n_contexts(self) -> int:
        """How many contexts both arms of a duel read at most."""

    def instruction_tokens(self) -> int:
        """How many tokens the instruction of a context may add to a prompt at most."""

    # -- a turn ------------------------------------------------------------------------------------

    def decode(self, decoder: Decoder, requests: Sequence[ArmRequest]) -> ArmSteps:
        """Decode the exploit arm alone (one request), or a duel (two). See `Decoder.steps`."""

    def decode_many(
        self, decoder: Decoder, groups: Iterator[Sequence[ArmRequest]]
    ) -> Iterator[tuple[int, list[Arm]]]:
        """Decode the exploit arm's answers to many prompts. See `Decoder.many`."""

    def predict(self, duel: Duel) -> float:
        """P(the exploit arm is picked) for a complete duel that was just decoded."""

    # -- after a turn ------------------------------------------------------------------------------

    def checkpoint(self) -> Callable[[], None]:
        """What takes back every `learn` and `undo` from now on; it raises no error.

        A pick that cannot be saved, or that an interrupt stops, is taken back so.
        """

    def learn(self, duel: Duel, pick: Pick) -> None:
        """Learn from a pick that the profile has logged, and is about to save."""

    def undo(self, pick: Pick) -> None:
        """Forget a pick that the profile has undone, and is about to save."""

    def close(self) -> None:
        """Finish work in the background, and save it. Raises StorageError."""
