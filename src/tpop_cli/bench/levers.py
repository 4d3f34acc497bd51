"""How settings of the bandit change the speed of learning, one setting at a time.

    python -m tpop_cli.bench.levers

prints the win rate of tuning users over the base model on tuning prompts: for the default settings,
and for each setting changed. Answers are cached in the data folder. The first run decodes them and
takes hours; later runs take minutes.
"""

from __future__ import annotations

import argparse
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
from .user_groups import USERS
from .users import TUNING

COUNTS = (0, 3, 5, 10, 15, 20)


def _priors(**changes: Any) -> Mapping[str, Priors]:
    return {**REWARDS, "axes": replace(Priors(), **changes)}


def variations(default: Setting) -> list[tuple[str, Variant, Setting]]:
    """(what is changed, variant, setting) for each row of the table; the default first."""
    variant, rules = Variant(), default.arms

    def with_rules(**changes: Any) -> Setting:
        return replace(default, arms=replace(rules, **changes))

    rows = [("the default", variant, default)]
    rows += [
        (f"policy: {name}", Variant(name), default)
        for name in ("thompson", "random pairs", "never exploring")
    ]
    rows += [("reward: strengths alone", Variant(reward="strengths alone"), default)]
    rows += [("at most one axis", variant, with_rules(max_axes=1))]
    rows += [
        (f"a second pole from {x:g} sd", variant, with_rules(min_z_second=x)) for x in (0.6, 1.5)
    ]
    rows += [(f"a first pole from {x:g} sd", variant, with_rules(min_z=x)) for x in (0.0, 0.5, 1.0)]
    rows += [(f"nu = {x:g}", variant, with_rules(nu=x)) for x in (0.3, 1.5, 2.5)]
    rows += [
        (
            f"sigma_w = {w:g}, of length {of_length:g}",
            variant,
            replace(default, priors=_priors(w=w, w_of={"length": of_length})),
        )
        for w, of_length in ((0.15, 0.35), (0.6, 1.4), (1.0, 1.0))
    ]
    rows += [
        (f"sigma_theta = {x:g}", variant, replace(default, priors=_priors(theta=x)))
        for x in (0.1, 0.6, 1.0)
    ]
    return rows + [(f"n0 = {x:g}", variant, replace(default, n0=x)) for x in (4.0, 64.0)]


def main() -> None:
    """Print the table for the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..store.models import find_model
    from ..store.paths import data_dir
    from ..store.response_matrices import starter_response

    argparse.ArgumentParser(description="Win rates with one setting changed.").parse_args()
    users = tuple(user.name for user in TUNING)
    plan = TastePlan(
        users=users, counts=COUNTS, seeds=4, split="tune", n_judged=12, rules=ArmRules()
    )
    with LlamaEngine(find_model()) as engine:
        cache = AnswerCache(engine, data_dir() / "bench")
        default = plan.setting(starter_response())
        header = f"{len(users)} tuning users, {plan.seeds} seeds, {plan.n_judged} tuning prompts"
        print(f"{header}; [95% interval] at {COUNTS[-1]} duels")
        for name, variant, setting in variations(default):
            players = [Player(USERS[u], variant, seed) for u in users for seed in range(plan.seeds)]
            judging = Judging(cache, setting)
            traces = play(players, setting, cache, judging.progress)
            answers = [key for t in traces for keys in t.judged.values() for key in keys]
            judging.fill("judging", answers)
            wins = [judging.wins(traces, users, n) for n in COUNTS]
            accuracy = np.mean([float(right) for t in traces for right in t.predicted_correctly])
            last = rate(wins[-1])
            rates = "  ".join(f"{n}: {w.mean():.2f}" for n, w in zip(COUNTS, wins, strict=True))
            interval = f"[{last.low:.2f}, {last.high:.2f}]"
            print(f"{name:28} {rates} {interval}  prediction accuracy {accuracy:.2f}", flush=True)


if __name__ == "__main__":
    main()
