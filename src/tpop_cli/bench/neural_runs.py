"""Simulations with the paper's neural reward.

The network steers every token, so runs share no answers with each other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..core.neural import NeuralRules
from ..session.neural_learner import NeuralLearner
from ..session.options import SessionOptions
from ..session.session import Session
from ..store.profile import Profile
from .answer_cache import AnswerCache, AnswerKey
from .progress import ProgressMeter
from .simulate import Player, Setting, Trace, verdict
from .taste import PlayRuns


def neural_player(
    cache: AnswerCache, progress: ProgressMeter, rules: NeuralRules = NeuralRules()
) -> PlayRuns:
    """A function that plays runs of `NeuralLearner`, one after the other.

    The judged answers are added to the cache under names. A run is skipped if the cache already
    has all of them; its trace then has no predictions.

    Args:
        cache: holds the judged answers; its engine must be loaded with hidden states.
        progress: counts the answers of each run.
        rules: the paper's settings.
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
    trace = Trace(user.name, player.variant, seed, n_duels=last)
    about = f"{player.variant}, k = {rules.k}, {setting.max_tokens} tokens"
    for n in setting.counts:
        run = f"{user.name}, seed {seed}, {n} duels" if n else "0 duels"  # equal in every run
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
            session.close()  # wait for the fit, so that a run can be reproduced
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
                trace.predicted_correctly.append(pick.predicted_correctly)
    return trace
