"""Simulated users and the paper's own reward: every answer is the learner's own, none is shared."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..core.neural import NeuralRules
from ..session.neural_learner import NeuralLearner
from ..session.session import Session, SessionOptions
from ..store.profile import Profile
from .answer_cache import AnswerCache, AnswerKey
from .progress import ProgressMeter
from .simulate import Player, Setting, Trace, verdict
from .taste import PlayOther


def neural_player(
    cache: AnswerCache, progress: ProgressMeter, rules: NeuralRules = NeuralRules()
) -> PlayOther:
    """Plays runs of `NeuralLearner`, one after the other. Judged answers go to the cache, by name.

    A run whose judged answers are all in the cache is not played again.
    """

    def play(players: Sequence[Player], setting: Setting) -> list[Trace]:
        return [_play_one(player, setting, cache, progress, rules) for player in players]

    return play


def _play_one(
    player: Player,
    setting: Setting,
    cache: AnswerCache,
    progress: ProgressMeter,
    rules: NeuralRules,
) -> Trace:
    user, seed, last = player.user, player.seed, setting.last
    trace = Trace(user.name, player.variant, seed, asked=last)
    about = f"{player.variant}, k = {rules.k}, {setting.max_tokens} tokens"
    for n in setting.counts:
        run = f"{user.name}, seed {seed}, {n} duels" if n else "0 duels"  # fresh ones are all alike
        names: list[AnswerKey] = [f"{about}; {run}; {prompt}" for prompt in setting.judged]
        trace.strengths[n], trace.judged[n] = {}, names
    if all(name in cache for names in trace.judged.values() for name in names):
        return trace
    progress.begin(
        f"{player.variant}: {user.name}", 2 * last + sum(map(len, trace.judged.values()))
    )
    order = np.random.default_rng(seed).permutation(len(setting.prompts))
    rng = np.random.default_rng(seed)
    options = SessionOptions(setting.sampling, setting.max_tokens, seed=seed, source="bench")
    with tempfile.TemporaryDirectory() as home:
        profile = Profile("bench", setting.axes, Path(home))
        learner = NeuralLearner(cache.engine, profile, rules)
        session = Session(cache.engine, learner, options)
        for n in range(last + 1):
            session.close()  # the fit is done before the next duel, so that a run can be repeated
            for prompt, name in zip(setting.judged, trace.judged.get(n, []), strict=False):
                if name in cache:
                    continue
                arm = session.answer(prompt)
                if arm is None or arm.finish_reason == "interrupted":
                    raise KeyboardInterrupt
                cache.put(name, arm)
                progress.advance()
            if n == last:
                break
            duel = session.duel(setting.prompts[order[n % len(order)]])
            if not duel.complete:
                raise KeyboardInterrupt
            progress.advance(2)
            first, second = duel.compared
            pick = session.learn(duel, verdict(user.outcome(first, second, n, rng)))
            if pick.predicted_correctly is not None:
                trace.right.append(pick.predicted_correctly)
    return trace
