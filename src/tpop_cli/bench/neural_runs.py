"""Simulated users and the paper's own reward: every answer is the learner's own, and no run shares any."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..core.neural import NeuralRules
from ..engine.protocol import Engine
from ..session.neural_learner import NeuralTurns
from ..session.session import SessionOptions
from ..store.profile import Profile
from .answer_cache import AnswerCache
from .progress import ProgressMeter
from .simulate import Learner, Run, Setting, Trace, verdict
from .users import User


def neural_player(
    engine: Engine,
    bank: AnswerCache,
    max_tokens: int,
    meter: ProgressMeter,
    rules: NeuralRules = NeuralRules(),
) -> Callable[[User, Learner, int, Setting], Run]:
    """Plays `NeuralTurns` themselves, with profiles in a folder that is thrown away; judged answers go to the bank.

    A run whose judged answers are all in the bank is not played again.
    """

    def run(user: User, learner: Learner, seed: int, setting: Setting) -> Run:
        trace = Trace(user.name, learner, seed, own=f"k = {rules.k}", asked=max(setting.counts))
        if all(trace.key(n, p) in bank for n in setting.counts for p in setting.judged):
            return trace
        meter.begin(
            f"{learner}: {user.name}",
            2 * max(setting.counts) + len(setting.counts) * len(setting.judged),
        )
        order = np.random.default_rng(seed).permutation(len(setting.prompts))
        rng = np.random.default_rng(seed)
        with tempfile.TemporaryDirectory() as home:
            profile = Profile("bench", setting.axes, Path(home))
            session = NeuralTurns(
                engine, profile, SessionOptions(max_tokens=max_tokens, seed=seed), rules=rules
            )
            for n in range(max(setting.counts) + 1):
                session.close()  # the fit is done before the next duel, so that a run can be repeated
                if n in setting.counts:
                    for prompt in (p for p in setting.judged if trace.key(n, p) not in bank):
                        arm, _ = session.answer([{"role": "user", "content": prompt}])
                        if arm is None or arm.finish_reason == "interrupted":
                            raise KeyboardInterrupt
                        bank.put(trace.key(n, prompt), arm)
                        meter.advance()
                if n == max(setting.counts):
                    break
                duel = session.duel(
                    [{"role": "user", "content": setting.prompts[order[n % len(order)]]}]
                )
                if not duel.complete:
                    raise KeyboardInterrupt
                meter.advance(2)
                first, second = (arm.text for arm in duel.arms)
                pick = session.learn(duel, verdict(user.outcome(first, second, n, rng)))
                if pick.predicted_correctly is not None:
                    trace.right.append(pick.predicted_correctly)
        return trace
        yield []  # a run is a generator, though this one asks the bank for nothing

    return run
