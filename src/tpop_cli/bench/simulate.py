"""Simulated duels: policies play simulated users, all at once, so that what they need is decoded in large batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..core.arms import ArmRules, candidates, exploit, explore_ucb, sample
from ..core.axes import Axis
from ..core.picks import Candidate, Pick, Verdict, learn_pick, pick_difference
from ..core.response import ResponseEstimate, ResponseMatrix
from ..core.reward import AxesReward, Priors, Strengths
from ..turn import N0_MEASURED
from .bank import AnswerBank, Wanted, wanted
from .users import User

Choose = Callable[[AxesReward, np.random.Generator, ArmRules], tuple[dict[str, float], dict[str, float]]]


def _ucb(reward: AxesReward, _: np.random.Generator, rules: ArmRules) -> tuple[dict[str, float], dict[str, float]]:
    first = exploit(reward, rules)
    return first, explore_ucb(reward, first, rules)


def _thompson(
    reward: AxesReward, rng: np.random.Generator, rules: ArmRules
) -> tuple[dict[str, float], dict[str, float]]:
    return exploit(reward, rules), sample(reward, rng, rules)


def _random(
    reward: AxesReward, rng: np.random.Generator, rules: ArmRules
) -> tuple[dict[str, float], dict[str, float]]:
    options = list(candidates(reward.axes, rules.max_axes))
    first, second = rng.integers(len(options), size=2)
    return options[first], options[second]


def _twins(reward: AxesReward, _: np.random.Generator, rules: ArmRules) -> tuple[dict[str, float], dict[str, float]]:
    both = exploit(reward, rules)
    return both, both


def _greedy(reward: AxesReward, _: np.random.Generator, rules: ArmRules) -> tuple[dict[str, float], dict[str, float]]:
    first = exploit(reward, rules)
    return first, explore_ucb(reward, first, replace(rules, nu=0.0))


POLICIES: Mapping[str, Choose] = {
    "ucb": _ucb,
    "thompson": _thompson,
    "random pairs": _random,
    "twin samples": _twins,
    "never exploring": _greedy,
    "no learning": lambda _reward, _rng, _rules: ({}, {}),
}
"""How a pair is chosen. `ucb` is the program's default."""

REWARDS: Mapping[str, Priors] = {
    "axes": Priors(),
    "strengths alone": Priors(theta=1.0, w=1e-6),
}
"""What is learned on: strengths and text features joined by B (the default), or strengths alone."""


@dataclass
class Trace:
    """What one simulated learner did.

    Args:
        user, policy, reward, seed: who played what.
        strengths: number of duels -> what the single answer was then steered with.
        right: for each clear pick, whether it was predicted.
        certain: after the last duel, the highest certainty of any axis.
    """

    user: str
    policy: str
    reward: str
    seed: int
    strengths: dict[int, dict[str, float]] = field(default_factory=dict)
    right: list[bool] = field(default_factory=list)
    certain: float = 0.5


Run = Generator[list[Wanted], AnswerBank, Trace]


def learner(
    user: User,
    policy: str,
    reward_name: str,
    seed: int,
    *,
    axes: Sequence[Axis],
    response: ResponseMatrix,
    prompts: Sequence[str],
    counts: Sequence[int],
    rules: ArmRules = ArmRules(),
) -> Run:
    """Play one user: yields the answers it needs, is sent the bank that holds them, returns its trace."""
    rng = np.random.default_rng(seed)
    reward = AxesReward.fresh(axes, response, REWARDS[reward_name])
    estimate = ResponseEstimate(reward.B, N0_MEASURED)
    order = rng.permutation(len(prompts))
    trace = Trace(user.name, policy, reward_name, seed)
    for n in range(max(counts) + 1):
        if n in counts:
            trace.strengths[n] = exploit(reward, rules) if policy != "no learning" else {}
        if n == max(counts):
            break
        arms = POLICIES[policy](reward, rng, rules)
        prompt = prompts[order[n % len(prompts)]]
        # Seeds by arm and run, not by user: what one learner asked for, the next finds in the bank.
        keys = [wanted(prompt, s, 2 * seed + i) for i, s in enumerate(arms)]
        bank = yield keys
        pick = _decided(user, prompt, arms, [bank[key].text for key in keys], n, rng)
        difference = pick_difference(reward, pick)
        told = replace(pick, predicted=reward.predict(difference)).predicted_right
        if told is not None:
            trace.right.append(told)
        if policy != "no learning":
            reward = learn_pick(reward, pick)
            estimate.observe(*reward.split(difference))
            reward = replace(reward, B=estimate.B)
    trace.certain = float(reward.leans()[1].max())
    return trace


def _decided(
    user: User, prompt: str, arms: Sequence[Strengths], texts: Sequence[str], n: int, rng: np.random.Generator
) -> Pick:
    outcome = user.outcome(texts[0], texts[1], n, rng)
    verdict: Verdict = "exploit" if outcome == 1 else "explore" if outcome == 0 else "tie"
    first, second = (Candidate(text, s, 0, "") for text, s in zip(texts, arms, strict=True))
    return Pick(n + 1, "", prompt, first, second, verdict, "exploit", 0.5, None, "bench", "", "")


def play(runs: Sequence[Run], bank: AnswerBank, on_answer: Callable[[int], None] | None = None) -> list[Trace]:
    """Play all runs to their ends, in step with each other. Returns the traces of those that ended.

    An interrupt ends it early; what was decoded stays in the bank.
    """
    asked = [(run, next(run)) for run in runs]
    done: list[Trace] = []
    while asked:
        if not bank.fill([key for _, keys in asked for key in keys], on_answer):
            break
        still = []
        for run, _ in asked:
            try:
                still.append((run, run.send(bank)))
            except StopIteration as end:
                done.append(end.value)
        asked = still
    return done
