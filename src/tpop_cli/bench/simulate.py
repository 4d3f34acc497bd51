"""Simulated duels: policies play simulated users, all at once, so that what they need is decoded in large batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..core.arms import ArmRules, candidates, exploit, explore_ucb, sample
from ..core.asking import AskRules, should_ask
from ..core.axes import Axis
from ..core.describe import axis_tastes
from ..core.picks import Candidate, Pick, Verdict, learn_pick, pick_difference
from ..core.response_matrix import ResponseEstimate, ResponseMatrix
from ..core.reward import AxesReward, Priors, Strengths
from ..core.taste import Taste
from ..session.session import N0_MEASURED
from .answer_cache import AnswerCache, AnswerKey, wanted
from .progress import ProgressMeter
from .users import User

STEERED_SEED, BASE_SEED = 1000, 2000  # of judged answers: never those of duels, and never the same

Arms = tuple[dict[str, float], dict[str, float]]
Choose = Callable[[Taste, np.random.Generator, ArmRules], Arms]


def _ucb(taste: Taste, _: np.random.Generator, rules: ArmRules) -> Arms:
    first = exploit(taste, rules)
    return first, explore_ucb(taste.reward, first, rules)


def _thompson(taste: Taste, rng: np.random.Generator, rules: ArmRules) -> Arms:
    first = exploit(taste, rules)
    return first, sample(taste.reward, rng)


def _random(taste: Taste, rng: np.random.Generator, _: ArmRules) -> Arms:
    options = candidates(taste.reward.axes)
    first, second = rng.integers(len(options), size=2)
    return options[first], options[second]


def _twins(taste: Taste, _: np.random.Generator, rules: ArmRules) -> Arms:
    both = exploit(taste, rules)
    return both, both


def _greedy(taste: Taste, _: np.random.Generator, rules: ArmRules) -> Arms:
    first = exploit(taste, rules)
    return first, explore_ucb(taste.reward, first, replace(rules, nu=0.0))


POLICIES: Mapping[str, Choose] = {
    "ucb": _ucb,
    "thompson": _thompson,
    "random pairs": _random,
    "twin samples": _twins,
    "never exploring": _greedy,
    "no learning": lambda _taste, _rng, _rules: ({}, {}),
}
"""How a pair is chosen. `ucb` is the program's default."""

REWARDS: Mapping[str, Priors] = {
    "axes": Priors(),
    "strengths alone": Priors(theta=1.0, w=1e-6),
}
"""What is learned on: strengths and text features joined by B (the default), or strengths alone."""


@dataclass(frozen=True)
class Learner:
    """How a learner learns.

    Args:
        policy: how pairs are chosen, of `POLICIES`.
        reward: what is learned on, of `REWARDS`, or "neural".
        ask: "always", or "auto" for a duel only where `core.asking` finds one worth while.
    """

    policy: str = "ucb"
    reward: str = "axes"
    ask: str = "always"

    def __str__(self) -> str:
        parts = [self.policy, *([self.reward] if self.reward != "axes" else [])]
        return ", ".join(parts + (["asking when it helps"] if self.ask == "auto" else []))


def compared(
    policies: Sequence[str], rewards: Sequence[str], asks: Sequence[str]
) -> tuple[Learner, ...]:
    """The first of each together, then every other one in place of the first of its kind."""
    first = Learner(policies[0], rewards[0], asks[0])
    others = [replace(first, policy=policy) for policy in policies[1:]]
    others += [replace(first, reward=reward) for reward in rewards[1:]]
    return (first, *others, *(replace(first, ask=ask) for ask in asks[1:]))


@dataclass
class Trace:
    """What one simulated learner did.

    Args:
        user, learner, seed: who played what.
        strengths: number of turns -> what the single answer was then steered with.
        right: for each clear pick, whether it was predicted.
        asked: how many of the turns were duels.
        words: after the last turn, what is said of the taste: the poles that are sure or probable.
        own: not empty: the answers are the learner's own, made with these settings; the bank has them by name.
    """

    user: str
    learner: Learner
    seed: int
    strengths: dict[int, dict[str, float]] = field(default_factory=dict)
    right: list[bool] = field(default_factory=list)
    asked: int = 0
    words: list[str] = field(default_factory=list)
    own: str = ""

    def key(self, n: int, prompt: str) -> AnswerKey:
        """The answer to a prompt after n session."""
        if self.own:
            whose = (
                f"{self.user}, seed {self.seed}, {n} duels" if n else "0 duels"
            )  # fresh ones are all alike
            return AnswerKey(prompt, (), STEERED_SEED, f"{self.learner}, {self.own}, {whose}")
        return wanted(prompt, self.strengths[n], STEERED_SEED)


Run = Generator[list[AnswerKey], AnswerCache, Trace]


@dataclass(frozen=True)
class Setting:
    """What all learners of a bench share.

    Args:
        axes, response: the taste axes, and B for them on this model.
        prompts: of duels.
        judged: prompts that answers are judged on.
        counts: after how many turns answers are judged.
        arms, asking: the rules.
        priors: by reward.
        n0: how many duels a pole's row of B is worth.
    """

    axes: Sequence[Axis]
    response: ResponseMatrix
    prompts: Sequence[str]
    judged: Sequence[str]
    counts: Sequence[int]
    arms: ArmRules = ArmRules()
    asking: AskRules = AskRules()
    priors: Mapping[str, Priors] = field(default_factory=lambda: REWARDS)
    n0: float = N0_MEASURED


def verdict(outcome: float) -> Verdict:
    """The verdict for an outcome of the exploit arm: 1, 0, or ½ for a tie."""
    return "exploit" if outcome == 1 else "explore" if outcome == 0 else "tie"


def play_user(user: User, learner: Learner, seed: int, setting: Setting) -> Run:
    """Play one user: yields the answers it needs, is sent the bank that holds them, returns its trace."""
    rng = np.random.default_rng(seed)
    taste = Taste.fresh(
        AxesReward.fresh(setting.axes, setting.response, setting.priors[learner.reward])
    )
    estimate = ResponseEstimate(taste.reward.B, setting.n0)
    order = rng.permutation(len(setting.prompts))
    trace = Trace(user.name, learner, seed)
    learns, singles = learner.policy != "no learning", 0
    for n in range(max(setting.counts) + 1):
        best = exploit(taste, setting.arms) if learns else {}
        if n in setting.counts:
            trace.strengths[n] = best
        if n == max(setting.counts):
            break
        if learner.ask == "auto" and not should_ask(
            taste, best, singles, setting.arms, setting.asking
        ):
            singles += 1
            continue
        singles, trace.asked = 0, trace.asked + 1
        arms = POLICIES[learner.policy](taste, rng, setting.arms)
        prompt = setting.prompts[order[n % len(order)]]
        # One answer for each prompt and strengths, two only for twins: what one learner asked for, the next finds in
        # the bank. Runs differ in the order of the prompts, and so in what is tried on which. When the prompts are
        # gone through again the answers are the same, too: the later duels teach less than new ones would.
        keys = [wanted(prompt, s, i if arms[0] == arms[1] else 0) for i, s in enumerate(arms)]
        bank = yield keys
        pick = _decided(user, prompt, arms, [bank[key].text for key in keys], n, rng)
        difference = pick_difference(taste.reward, pick)
        told = replace(pick, predicted=taste.reward.predict(difference)).predicted_correctly
        if told is not None:
            trace.right.append(told)
        if learns:
            taste = learn_pick(taste, pick)
            estimate.observe(*taste.reward.split(difference))
            taste = taste.with_B(estimate.B)
    trace.words = [one.preferred for one in axis_tastes(taste) if one.known]
    return trace


def _decided(
    user: User,
    prompt: str,
    arms: Sequence[Strengths],
    texts: Sequence[str],
    n: int,
    rng: np.random.Generator,
) -> Pick:
    decided = verdict(user.outcome(texts[0], texts[1], n, rng))
    first, second = (Candidate(text, s, 0, "") for text, s in zip(texts, arms, strict=True))
    return Pick(n + 1, "", prompt, first, second, decided, "exploit", 0.5, None, "bench", "", "")


def play(runs: Sequence[Run], bank: AnswerCache, n_turns: int, meter: ProgressMeter) -> list[Trace]:
    """Play all runs, of `n_turns` each, to their ends, in step. Returns the traces of those that ended.

    An interrupt ends it early; what was decoded stays in the bank.
    """
    asked: list[tuple[Run, list[AnswerKey]]] = []
    done: list[Trace] = []

    def go_on(run: Run, given: AnswerCache | None, to: list[tuple[Run, list[AnswerKey]]]) -> None:
        try:
            to.append((run, next(run) if given is None else run.send(given)))
        except StopIteration as end:
            done.append(end.value)

    meter.begin("duels")
    for run in runs:
        go_on(run, None, asked)
    while asked:
        needed = [key for _, keys in asked for key in keys]
        n_turns = max(1, n_turns - 1)
        meter.expect(len(bank.missing(needed)) * n_turns)  # as if every turn to come needed as many
        if not bank.fill(needed, meter.advance):
            break
        still: list[tuple[Run, list[AnswerKey]]] = []
        for run, _ in asked:
            go_on(run, bank, still)
        asked = still
    return done
