"""How well taste is learned: win rates over the base model, what steering costs, and the ceiling of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arms import ArmRules, candidates
from ..core.axes import AXES, Axis
from ..core.response_matrix import ResponseMatrix
from ..core.steering import active_poles
from .answer_cache import AnswerCache, AnswerKey, wanted
from .poles import on_topic, quotes, repeated
from .progress import ProgressMeter
from .prompts import SPLITS
from .simulate import BASE_SEED, STEERED_SEED, Learner, Run, Setting, Trace, play, play_user
from .users import CONSISTENT, DIFFICULT, USERS, User

PARTNERS = 3
"""How many poles the oracle tries beside its best one."""


@dataclass(frozen=True)
class Plan:
    """What a bench plays.

    Args:
        learners: the first is the one that others are compared with.
        users: names of simulated users.
        counts: after how many turns answers are judged.
        seeds: how many runs of each.
        split: of the prompts, "report" or "tune".
        n_prompts: how many prompts duels are fought on.
        n_judged: how many prompts answers are judged on; 0 for all.
        n_choose: how many prompts of duels the oracle's poles are chosen on; 0: there is no oracle.
        rules: how arms are chosen.
    """

    learners: tuple[Learner, ...] = (Learner(),)
    users: tuple[str, ...] = tuple(user.name for user in (*CONSISTENT, *DIFFICULT))
    counts: tuple[int, ...] = (0, 5, 10, 15, 20, 35, 40)
    seeds: int = 3
    split: str = "report"
    n_prompts: int = 24
    n_judged: int = 0
    n_choose: int = 24
    rules: ArmRules = ArmRules()


@dataclass(frozen=True)
class Rate:
    """A mean with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}]"


def rate(wins: npt.NDArray[np.float64], n: int = 1000) -> Rate:
    """Mean of wins (users, seeds, prompts); the bootstrap draws seeds and prompts, not users."""
    rng = np.random.default_rng(0)
    _, n_seeds, n_prompts = wins.shape
    means = [
        wins[:, rng.integers(n_seeds, size=n_seeds)][
            :, :, rng.integers(n_prompts, size=n_prompts)
        ].mean()
        for _ in range(n)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return Rate(float(wins.mean()), float(low), float(high))


@dataclass(frozen=True)
class Cost:
    """What steering costs: over reported answers, against base answers to the same prompts.

    Args:
        perplexity_ratio: of the answers' perplexity under the plain prompt.
        repeated: share of repeated 4-grams, and that of base answers.
        quoting: share of answers that quote an instruction.
        empty: share of empty answers.
        on_topic: share of answers that name what was asked about, and of base answers.
        unfinished: share of answers that were cut.
    """

    perplexity_ratio: float
    repeated: tuple[float, float]
    quoting: float
    empty: float
    on_topic: tuple[float, float]
    unfinished: tuple[float, float]


@dataclass
class Bench:
    """Plays a plan and judges it. `response` is B as the program has it for this model.

    `neural` plays what the bank cannot: a learner whose every answer is its own.
    """

    bank: AnswerCache
    plan: Plan
    response: ResponseMatrix
    axes: tuple[Axis, ...] = AXES
    meter: ProgressMeter = field(default_factory=ProgressMeter)
    neural: Callable[[User, Learner, int, Setting], Run] | None = None

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts that answers are judged on."""
        judged = SPLITS[self.plan.split][1]
        return judged[: self.plan.n_judged] if self.plan.n_judged else judged

    @property
    def setting(self) -> Setting:
        """What all learners share."""
        return Setting(
            self.axes,
            self.response,
            SPLITS[self.plan.split][0][: self.plan.n_prompts],
            self.prompts,
            self.plan.counts,
            self.plan.rules,
        )

    def traces(self) -> list[Trace]:
        """Play every run of the plan."""
        runs = []
        for learner in self.plan.learners:
            player = self.neural if learner.reward == "neural" else play_user
            assert player is not None, "the bench was not made to play the neural reward"
            for user in self.plan.users:
                runs += [
                    player(USERS[user], learner, seed, self.setting)
                    for seed in range(self.plan.seeds)
                ]
        return play(runs, self.bank, max(self.plan.counts), self.meter)

    def judged(self, trace: Trace, n: int) -> list[float]:
        """1, ½ or 0 a prompt: the answer after n turns against the base model's, by the user's taste then."""
        return self.against_base(USERS[trace.user], [trace.key(n, p) for p in self.prompts], n)

    def against_base(self, user: User, keys: Sequence[AnswerKey], n: int = 0) -> list[float]:
        """1, ½ or 0 an answer: it against the base model's to the same prompt."""
        base = [self.bank[wanted(key.prompt, {}, BASE_SEED)].text for key in keys]
        return [user.prefers(self.bank[key].text, b, n) for key, b in zip(keys, base, strict=True)]

    def fill(self, stage: str, keys: Sequence[AnswerKey]) -> None:
        """Decode answers, and the base model's to the same prompts. Raises KeyboardInterrupt if it was stopped."""
        base = [wanted(key.prompt, {}, BASE_SEED) for key in keys]
        needed = [*base, *(key for key in keys if not key.by)]
        self.meter.begin(stage, len(self.bank.missing(needed)))
        if not self.bank.fill(needed, self.meter.advance):
            raise KeyboardInterrupt

    def wins(
        self, traces: Sequence[Trace], users: Sequence[str], n: int
    ) -> npt.NDArray[np.float64]:
        """Shape (users that were played, seeds, prompts)."""
        chosen = [[t for t in traces if t.user == user] for user in users]
        return np.array([[self.judged(t, n) for t in runs] for runs in chosen if runs])

    def oracles(self, users: Sequence[str]) -> dict[str, tuple[dict[str, float], list[float]]]:
        """Tastes simply given: for each user the best pole or two, and their wins on the judged prompts.

        Poles are chosen on prompts of duels: the best of all, or it with one of the next best of other axes.
        """
        prompts = self.setting.prompts[: self.plan.n_choose]

        def keys(strengths: Mapping[str, float]) -> list[AnswerKey]:
            return [wanted(p, strengths, 0) for p in prompts]

        def ranked(user: str, options: Sequence[dict[str, float]]) -> list[dict[str, float]]:
            return sorted(options, key=lambda s: -np.mean(self.against_base(USERS[user], keys(s))))

        singles = candidates(self.axes)
        self.fill("oracle: a pole", [key for strengths in singles for key in keys(strengths)])
        tried: dict[str, list[dict[str, float]]] = {}
        for user in users:
            best, *others = ranked(user, singles)
            partners = [other for other in others if other and best and other.keys() != best.keys()]
            tried[user] = [best, *(best | partner for partner in partners[:PARTNERS])]
        self.fill(
            "oracle: two poles",
            [key for options in tried.values() for s in options for key in keys(s)],
        )
        found = {user: ranked(user, options)[0] for user, options in tried.items()}
        judged = {
            user: [wanted(p, s, STEERED_SEED) for p in self.prompts] for user, s in found.items()
        }
        self.fill("oracle: judging", [key for of_user in judged.values() for key in of_user])
        return {user: (found[user], self.against_base(USERS[user], judged[user])) for user in users}

    def cost(self, traces: Sequence[Trace], n: int) -> Cost:
        """What the answers after n turns cost."""
        base = [wanted(p, {}, BASE_SEED) for p in self.prompts]
        keys = [t.key(n, p) for t in traces for p in self.prompts] or base
        surprise = {}
        self.meter.begin("perplexities", len({*keys, *base}))
        for key in dict.fromkeys([*keys, *base]):
            surprise[key] = self.bank.surprise(key)
            self.meter.advance()

        def mean(keys: Sequence[AnswerKey], measure: Callable[[AnswerKey], float]) -> float:
            return float(np.mean([measure(key) for key in keys]))

        def again(key: AnswerKey) -> float:
            return repeated(self.bank[key].tokens)

        def named(key: AnswerKey) -> float:
            return float(on_topic(key.prompt, self.bank[key].text))

        def cut(key: AnswerKey) -> float:
            return float(self.bank[key].finish_reason == "length")

        return Cost(
            float(np.exp(mean(keys, surprise.__getitem__) - mean(base, surprise.__getitem__))),
            (mean(keys, again), mean(base, again)),
            mean(keys, self._quoting),
            mean(keys, lambda key: float(not self.bank[key].text.strip())),
            (mean(keys, named), mean(base, named)),
            (mean(keys, cut), mean(base, cut)),
        )

    def _quoting(self, key: AnswerKey) -> float:
        said = [pole.instruction for pole, _ in active_poles(self.axes, dict(key.strengths))]
        return float(quotes(said, self.bank[key].text))


def report(bench: Bench) -> dict[str, Any]:
    """Play and judge everything; the JSON form of the result. Raises KeyboardInterrupt if it was stopped."""
    plan = bench.plan
    consistent = [name for name in plan.users if USERS[name].consistent]
    traces = bench.traces()
    if len(traces) < len(plan.learners) * len(plan.users) * plan.seeds:
        raise KeyboardInterrupt
    bench.fill(
        "judging",
        list({t.key(n, p): None for t in traces for n in plan.counts for p in bench.prompts}),
    )
    oracles = bench.oracles(consistent) if plan.n_choose else {}
    played = {learner: [t for t in traces if t.learner == learner] for learner in plan.learners}
    first = played[plan.learners[0]]
    return {
        "plan": asdict(plan),
        "oracle": {
            "mean": float(np.mean([w for _, wins in oracles.values() for w in wins]))
            if oracles
            else None,
            "users": {
                name: {"strengths": s, "win_rate": float(np.mean(w))}
                for name, (s, w) in oracles.items()
            },
        },
        "learners": [
            _of_learner(bench, learner, own, first, consistent) for learner, own in played.items()
        ],
    }


def _of_learner(
    bench: Bench,
    learner: Learner,
    own: Sequence[Trace],
    first: Sequence[Trace],
    consistent: Sequence[str],
) -> dict[str, Any]:
    """One learner's part of the report; `first` are the traces of the learner that it is compared with."""
    plan, last = bench.plan, max(bench.plan.counts)
    indifferent = [t for t in own if USERS[t.user].indifferent]

    def rates(wins: Callable[[int], npt.NDArray[np.float64]]) -> dict[str, dict[str, float] | None]:
        found = {str(n): wins(n) for n in plan.counts}
        return {n: asdict(rate(w)) if w.size else None for n, w in found.items()}

    def of(*users: str) -> Callable[[int], npt.NDArray[np.float64]]:
        return lambda n: bench.wins(own, users, n)

    return {
        **asdict(learner),
        "name": str(learner),
        "consistent": rates(of(*consistent)),
        "behind_the_first": rates(
            lambda n: bench.wins(first, consistent, n) - bench.wins(own, consistent, n)
        ),
        "users": {name: rates(of(name)) for name in plan.users},
        "predicted_right": float(np.mean([float(r) for t in own for r in t.right] or [0.0])),
        "asked": float(np.mean([t.asked for t in own])),
        "cost": asdict(bench.cost([t for t in own if t.user in consistent], last)),
        "cost_indifferent": asdict(bench.cost(indifferent, last)) if indifferent else None,
        "words": {f"{t.user}, seed {t.seed}": t.words for t in own},
        "strengths": {f"{t.user}, seed {t.seed}": t.strengths.get(last, {}) for t in own},
    }
