"""What changes how fast a taste is learned, one lever at a time, on tuning prompts and by tuning users.

    python -m tpop_cli.bench.levers

prints the win rate over the base model for the defaults, and for each of them changed. Answers are kept in the data
folder: the first run decodes them, the next one takes minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.arms import ArmRules
from ..core.reward import Priors
from .answer_cache import AnswerCache
from .judging import Judging
from .simulate import REWARDS, Player, Setting, Variant, play
from .taste import TastePlan, rate
from .users import TUNING, USERS

COUNTS = (0, 3, 5, 10, 15, 20)


def _priors(**changes: float) -> Mapping[str, Priors]:
    return {**REWARDS, "axes": replace(Priors(), **changes)}


def levers(default: Setting) -> list[tuple[str, Variant, Setting]]:
    """(what was changed, who learns, in which setting); the default first."""
    learner, rules = Variant(), default.arms

    def with_rules(**changes: Any) -> Setting:
        return replace(default, arms=replace(rules, **changes))

    found = [("the default", learner, default)]
    found += [
        (f"policy: {name}", Variant(name), default)
        for name in ("thompson", "random pairs", "never exploring")
    ]
    found += [("reward: strengths alone", Variant(reward="strengths alone"), default)]
    found += [("at most one axis", learner, with_rules(max_axes=1))]
    found += [
        (f"a second pole from {x:g} sd", learner, with_rules(min_z_second=x)) for x in (0.6, 1.5)
    ]
    found += [
        (f"a first pole from {x:g} sd", learner, with_rules(min_z=x)) for x in (0.0, 0.5, 1.0)
    ]
    found += [(f"nu = {x:g}", learner, with_rules(nu=x)) for x in (0.3, 1.5, 2.5)]
    found += [
        (f"sigma_w = {x:g}", learner, replace(default, priors=_priors(w=x))) for x in (0.5, 2.0)
    ]
    found += [
        (f"sigma_theta = {x:g}", learner, replace(default, priors=_priors(theta=x)))
        for x in (0.1, 0.6, 1.0)
    ]
    return found + [(f"n0 = {x:g}", learner, replace(default, n0=x)) for x in (4.0, 64.0)]


def main() -> None:
    """Print the table for the starter model."""
    from ..engine.llama import LlamaEngine
    from ..store.models import find_model
    from ..store.paths import data_dir
    from ..store.response_matrices import starter_response

    users = tuple(user.name for user in TUNING)
    plan = TastePlan(
        users=users, counts=COUNTS, seeds=4, split="tune", n_judged=12, rules=ArmRules()
    )
    with LlamaEngine(find_model()) as engine:
        cache = AnswerCache(engine, data_dir() / "bench")
        default = plan.setting(starter_response())
        about = f"{len(users)} tuning users, {plan.seeds} seeds, {plan.n_judged} tuning prompts"
        print(f"{about}; [95% interval] at {COUNTS[-1]} duels")
        for name, learner, setting in levers(default):
            players = [Player(USERS[u], learner, seed) for u in users for seed in range(plan.seeds)]
            judging = Judging(cache, setting)
            traces = play(players, setting, cache, judging.progress)
            answers = [key for t in traces for keys in t.judged.values() for key in keys]
            judging.fill("judging", answers)
            wins = [judging.wins(traces, users, n) for n in COUNTS]
            told = np.mean([float(right) for t in traces for right in t.right])
            last = rate(wins[-1])
            rates = "  ".join(f"{n}: {w.mean():.2f}" for n, w in zip(COUNTS, wins, strict=True))
            print(
                f"{name:28} {rates} [{last.low:.2f}, {last.high:.2f}]  picks told {told:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
