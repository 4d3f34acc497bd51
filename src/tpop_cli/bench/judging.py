"""Judging answers: against the base model's by a user's taste, by what they cost, and the oracle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..core.arms import candidates
from ..core.steering import active_poles
from ..decoding.arm import ArmRequest
from ..decoding.requests import request_arm
from .answer_cache import AnswerCache, AnswerKey
from .measures import on_topic, quotes, repeated
from .progress import ProgressMeter
from .simulate import BASE_SEED, STEERED_SEED, Setting, Trace, limit_each
from .users import USERS, User

PARTNERS = 3
"""How many poles the oracle tries beside its best one."""


@dataclass(frozen=True)
class Cost:
    """What steering costs, over reported answers, compared with base answers to the same prompts.

    Args:
        perplexity_ratio: of the answers' perplexity under the plain prompt.
        repeated: share of repeated 4-grams, and that of base answers.
        quoting: share of answers that quote an instruction.
        empty: share of empty answers.
        on_topic: share of answers that name what was asked about, and of base answers.
        unfinished: share of answers that reached their maximum length, and of base answers.
    """

    perplexity_ratio: float
    repeated: tuple[float, float]
    quoting: float
    empty: float
    on_topic: tuple[float, float]
    unfinished: tuple[float, float]


@dataclass
class Judging:
    """Judges the answers that traces name.

    Args:
        cache: holds the answers, and decodes those that are missing.
        setting: what was played.
        progress: told how far it is.
    """

    cache: AnswerCache
    setting: Setting
    progress: ProgressMeter = field(default_factory=ProgressMeter)

    def requests(
        self, prompts: Sequence[str], strengths: Mapping[str, float], seed: int
    ) -> list[ArmRequest]:
        """The requests for answers to prompts, all steered by the same strengths."""
        engine, setting = self.cache.engine, self.setting
        found = [
            request_arm(
                engine,
                [{"role": "user", "content": prompt}],
                setting.axes,
                strengths,
                setting.sampling,
                seed,
                setting.max_tokens,
            )
            for prompt in prompts
        ]
        return limit_each(found, engine.n_ctx)

    def base(self, prompts: Sequence[str]) -> list[ArmRequest]:
        """The requests for the base model's answers."""
        return self.requests(prompts, {}, BASE_SEED)

    def fill(self, stage: str, keys: Sequence[AnswerKey], prompts: Sequence[str] = ()) -> None:
        """Decode answers, and the base model's to `prompts` (by default, the judged ones).

        Raises:
            KeyboardInterrupt: the engine's stop flag was set.
        """
        needed = [*self.base(prompts or self.setting.judged), *keys]
        self.progress.begin(stage, len(self.cache.missing(needed)))
        if not self.cache.fill(needed, self.progress.advance):
            raise KeyboardInterrupt

    # -- win rates ---------------------------------------------------------------------------------

    def against_base(
        self, user: User, prompts: Sequence[str], keys: Sequence[AnswerKey], n: int = 0
    ) -> list[float]:
        """1, ½ or 0 a prompt: the answer against the base model's, by the user's taste after n turns."""
        base = [self.cache[key].text for key in self.base(prompts)]
        return [user.prefers(self.cache[k].text, b, n) for k, b in zip(keys, base, strict=True)]

    def judged(self, trace: Trace, n: int) -> list[float]:
        """`against_base` of the answers after n turns of a run."""
        return self.against_base(USERS[trace.user], self.setting.judged, trace.judged[n], n)

    def wins(
        self, traces: Sequence[Trace], users: Sequence[str], n: int
    ) -> npt.NDArray[np.float64]:
        """Shape (users that were played, seeds, prompts)."""
        chosen = [[t for t in traces if t.user == user] for user in users]
        return np.array([[self.judged(t, n) for t in runs] for runs in chosen if runs])

    # -- the oracle --------------------------------------------------------------------------------

    def oracles(
        self, users: Sequence[str], n_choose: int
    ) -> dict[str, tuple[dict[str, float], list[float]]]:
        """What can be reached if the taste is given: for each user the best pole or two.

        Poles are chosen on prompts of duels: the best of all, or it with one of the next best poles
        of other axes.

        Args:
            users: their names.
            n_choose: how many prompts the poles are chosen on.

        Returns:
            User -> (strengths, wins on the judged prompts).
        """
        prompts = self.setting.prompts[:n_choose]

        def keys(strengths: Mapping[str, float]) -> list[ArmRequest]:
            return self.requests(prompts, strengths, 0)

        def ranked(user: str, options: Sequence[dict[str, float]]) -> list[dict[str, float]]:
            def rate(strengths: dict[str, float]) -> float:
                return float(np.mean(self.against_base(USERS[user], prompts, keys(strengths))))

            return sorted(options, key=lambda strengths: -rate(strengths))

        singles = candidates(self.setting.axes)
        self.fill("oracle: a pole", [key for s in singles for key in keys(s)], prompts)
        tried: dict[str, list[dict[str, float]]] = {}
        for user in users:
            best, *others = ranked(user, singles)
            partners = [p for p in others if p and best and p.keys() != best.keys()]
            tried[user] = [best, *(best | partner for partner in partners[:PARTNERS])]
        pairs = [key for options in tried.values() for s in options for key in keys(s)]
        self.fill("oracle: two poles", pairs, prompts)
        found = {user: ranked(user, options)[0] for user, options in tried.items()}
        judged = self.setting.judged
        answers = {u: self.requests(judged, s, STEERED_SEED) for u, s in found.items()}
        self.fill("oracle: judging", [key for of_user in answers.values() for key in of_user])
        return {
            user: (found[user], self.against_base(USERS[user], judged, answers[user]))
            for user in users
        }

    # -- costs -------------------------------------------------------------------------------------

    def cost(self, traces: Sequence[Trace], n: int) -> Cost:
        """What the answers after n turns cost."""
        prompts, cache = self.setting.judged, self.cache
        base: list[tuple[str, AnswerKey]] = list(zip(prompts, self.base(prompts), strict=True))
        steered = [pair for t in traces for pair in zip(prompts, t.judged[n], strict=True)] or base
        self.progress.begin("perplexities", len({*steered, *base}))
        for prompt, key in dict.fromkeys([*steered, *base]):
            cache.mean_nll(prompt, key)
            self.progress.advance()

        def mean(
            pairs: Sequence[tuple[str, AnswerKey]], measure: Callable[[str, AnswerKey], float]
        ) -> float:
            return float(np.mean([measure(prompt, key) for prompt, key in pairs]))

        def again(_: str, key: AnswerKey) -> float:
            return repeated(cache[key].tokens)

        def named(prompt: str, key: AnswerKey) -> float:
            return float(on_topic(prompt, cache[key].text))

        def cut(_: str, key: AnswerKey) -> float:
            return float(cache[key].finish_reason == "length")

        def empty(_: str, key: AnswerKey) -> float:
            return float(not cache[key].text.strip())

        return Cost(
            float(np.exp(mean(steered, cache.mean_nll) - mean(base, cache.mean_nll))),
            (mean(steered, again), mean(base, again)),
            mean(steered, self._quoting),
            mean(steered, empty),
            (mean(steered, named), mean(base, named)),
            (mean(steered, cut), mean(base, cut)),
        )

    def _quoting(self, _: str, key: AnswerKey) -> float:
        strengths = dict(key.strengths) if isinstance(key, ArmRequest) else {}
        said = [pole.instruction for pole, _ in active_poles(self.setting.axes, strengths)]
        return float(quotes(said, self.cache[key].text))
