"""Judging answers: win rates over the base model, the oracle, and the cost of steering."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..core.arms import explore_options
from ..core.steering import active_poles
from ..decoding.arm import ArmRequest
from .answer_cache import AnswerCache, AnswerKey
from .measures import on_topic, quotes, repeated
from .progress import ProgressMeter
from .simulate import BASE_SEED, STEERED_SEED, Setting, Trace, answer_requests
from .user_groups import USERS
from .users import User

PARTNERS = 3
"""How many other poles the oracle tries to combine with the best one."""


@dataclass(frozen=True)
class Cost:
    """What steering costs: steered answers compared with base answers to the same prompts.

    Args:
        perplexity_ratio: the perplexity of steered answers over that of base answers, both under
            the plain prompt.
        repeated: the share of repeated 4-grams, in steered and in base answers.
        quoting: the share of steered answers that quote their instruction.
        empty: the share of steered answers that are empty.
        on_topic: the share of answers that name the subject of the question, steered and base.
        unfinished: the share of answers that reached the maximum of tokens, steered and base.
    """

    perplexity_ratio: float
    repeated: tuple[float, float]
    quoting: float
    empty: float
    on_topic: tuple[float, float]
    unfinished: tuple[float, float]


@dataclass
class Judging:
    """Judges the answers of traces.

    Args:
        cache: has the answers, and decodes those that are missing.
        setting: the setting in which the runs were played.
        progress: counts the answers of each stage.
    """

    cache: AnswerCache
    setting: Setting
    progress: ProgressMeter = field(default_factory=ProgressMeter)

    def requests(
        self, prompts: Sequence[str], strengths: Mapping[str, float], seed: int
    ) -> list[ArmRequest]:
        """Requests for answers to prompts, all steered by the same strengths."""
        setting = self.setting
        return answer_requests(
            self.cache.engine,
            prompts,
            setting.axes,
            strengths,
            setting.sampling,
            seed,
            setting.max_tokens,
            setting.steer,
        )

    def base(self, prompts: Sequence[str]) -> list[ArmRequest]:
        """Requests for the base model's answers."""
        return self.requests(prompts, {}, BASE_SEED)

    def fill(self, stage: str, keys: Sequence[AnswerKey], prompts: Sequence[str] = ()) -> None:
        """Decode the missing answers, and the base model's to `prompts` (default: the judged ones).

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
        """Whether each answer wins over the base model's, by the user's taste after n turns.

        Returns:
            1, ½ or 0 for each prompt.
        """
        base = [self.cache[key].text for key in self.base(prompts)]
        return [user.prefers(self.cache[k].text, b, n) for k, b in zip(keys, base, strict=True)]

    def judged(self, trace: Trace, n: int) -> list[float]:
        """`against_base` for the judged answers after n turns of a run."""
        return self.against_base(USERS[trace.user], self.setting.judged, trace.judged[n], n)

    def wins(
        self, traces: Sequence[Trace], users: Sequence[str], n: int
    ) -> npt.NDArray[np.float64]:
        """Wins after n turns, (n_users, n_seeds, n_prompts). Users without a trace are left out."""
        chosen = [[t for t in traces if t.user == user] for user in users]
        return np.array([[self.judged(t, n) for t in runs] for runs in chosen if runs])

    # -- the oracle --------------------------------------------------------------------------------

    def oracles(
        self, users: Sequence[str], n_choose: int
    ) -> dict[str, tuple[dict[str, float], list[float]]]:
        """How far the model can be steered if the taste is known: the best one or two poles.

        The oracle rates every pole on prompts of duels. Then it rates the best pole together with
        each of the next `PARTNERS` poles of other axes, and takes the best of these combinations
        and of the pole alone.

        Args:
            users: names of users.
            n_choose: the number of prompts on which poles are chosen.

        Returns:
            Name of a user -> (strengths, wins on the judged prompts).
        """
        prompts = self.setting.prompts[:n_choose]

        def answers(strengths: Mapping[str, float]) -> list[ArmRequest]:
            return self.requests(prompts, strengths, 0)

        def ranked(user: str, options: Sequence[dict[str, float]]) -> list[dict[str, float]]:
            def rate(strengths: dict[str, float]) -> float:
                return float(np.mean(self.against_base(USERS[user], prompts, answers(strengths))))

            return sorted(options, key=lambda strengths: -rate(strengths))

        singles = explore_options(self.setting.axes)
        self.fill("oracle: one pole", [key for s in singles for key in answers(s)], prompts)
        tried: dict[str, list[dict[str, float]]] = {}
        for user in users:
            best, *others = ranked(user, singles)
            partners = [p for p in others if p and best and p.keys() != best.keys()]
            tried[user] = [best, *(best | partner for partner in partners[:PARTNERS])]
        pairs = [key for options in tried.values() for s in options for key in answers(s)]
        self.fill("oracle: two poles", pairs, prompts)
        best_of = {user: ranked(user, options)[0] for user, options in tried.items()}
        judged = self.setting.judged
        final = {u: self.requests(judged, s, STEERED_SEED) for u, s in best_of.items()}
        self.fill("oracle: judging", [key for keys in final.values() for key in keys])
        return {
            user: (best_of[user], self.against_base(USERS[user], judged, final[user]))
            for user in users
        }

    # -- costs -------------------------------------------------------------------------------------

    def cost(self, traces: Sequence[Trace], n: int) -> Cost:
        """The cost of steering in the judged answers after n turns."""
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

        def repetition(_: str, key: AnswerKey) -> float:
            return repeated(cache[key].tokens)

        def names_subject(prompt: str, key: AnswerKey) -> float:
            return float(on_topic(prompt, cache[key].text))

        def is_unfinished(_: str, key: AnswerKey) -> float:
            return float(cache[key].finish_reason == "length")

        def is_empty(_: str, key: AnswerKey) -> float:
            return float(not cache[key].text.strip())

        return Cost(
            float(np.exp(mean(steered, cache.mean_nll) - mean(base, cache.mean_nll))),
            (mean(steered, repetition), mean(base, repetition)),
            mean(steered, self._quoting),
            mean(steered, is_empty),
            (mean(steered, names_subject), mean(base, names_subject)),
            (mean(steered, is_unfinished), mean(base, is_unfinished)),
        )

    def _quoting(self, _: str, key: AnswerKey) -> float:
        strengths = dict(key.strengths) if isinstance(key, ArmRequest) else {}
        given = [one.pole.instruction for one in active_poles(self.setting.axes, strengths)]
        return float(quotes(given, self.cache[key].text))
