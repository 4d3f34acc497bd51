"""What each pole does to a model's answers, at several strengths: the ground on which wordings are chosen.

    python -m tpop_cli.bench.poles                      # every pole, strengths 1.0 and 1.5, on tuning prompts
    python -m tpop_cli.bench.poles --pairs              # two poles: one joint context against two contexts
    python -m tpop_cli.bench.poles --try FILE           # others: JSON, [{"name", "instruction", "full", "tilt"}]

For each it prints the answer's length, the share of answers that quote four words of the instruction, that name what
was asked about, the share of repeated 4-grams, and the features that move most, in spreads, with the share of prompts
on which they move that way; and then, for each tuning user, the poles whose answers win most over plain ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.axes import AXES, Pole
from ..core.features import FEATURES, SPREAD, text_features
from ..core.lexicon import Tilt
from ..core.steering import with_instruction
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import BatchDecoder
from ..engine.protocol import Engine, Sampling
from .measures import on_topic, quotes, repeated
from .prompts import TUNE
from .users import TUNING

_PAIRS = (
    ("brief", "simple words"),
    ("simple words", "lists"),
    ("academic", "lists"),
    ("warm", "personal"),
)


@dataclass(frozen=True)
class Steering:
    """One way to steer: instructions, each in a context of its own, and their weights; plain has the rest to one."""

    name: str
    instructions: tuple[str, ...]
    weights: tuple[float, ...]
    tilt: Tilt = ()


def steerings(poles: Sequence[Pole], strengths: Sequence[float]) -> list[Steering]:
    """Every pole at every strength."""
    return [
        Steering(f"{p.name} @ {s:g}", (p.instruction,), (s,), p.tilt)
        for p in poles
        for s in strengths
    ]


def read_poles(path: Path) -> list[Pole]:
    """Poles to try, from a JSON file."""
    return [
        Pole(
            one["name"],
            one["instruction"],
            one.get("full", 1.0),
            tuple(sorted(one.get("tilt", {}).items())),
        )
        for one in json.loads(path.read_text("utf-8"))
    ]


def pair_steerings() -> list[Steering]:
    """Two poles at once: joined in one context, or in a context each."""
    said = {pole.name: pole.instruction for axis in AXES for pole in axis.poles}
    found = []
    for a, b in _PAIRS:
        joint = f"{said[a]} {said[b]}"
        found += [
            Steering(f"{a} + {b}, one context @ 1", (joint,), (1.0,)),
            Steering(f"{a} + {b}, one context @ 1.5", (joint,), (1.5,)),
            Steering(f"{a} + {b}, two contexts @ 0.5 each", (said[a], said[b]), (0.5, 0.5)),
            Steering(f"{a} + {b}, two contexts @ 1 each", (said[a], said[b]), (1.0, 1.0)),
        ]
    return found


def request(
    engine: Engine, prompt: str, steering: Steering, seed: int, max_tokens: int
) -> ArmRequest:
    """The arm of a steering."""

    def tokens(instruction: str | None) -> tuple[int, ...]:
        return tuple(
            engine.chat_tokens([{"role": "user", "content": with_instruction(prompt, instruction)}])
        )

    prompts, weights = [tokens(i) for i in steering.instructions], list(steering.weights)
    plain = 1.0 - sum(weights)
    if abs(plain) > 1e-9:
        prompts, weights = [tokens(None), *prompts], [plain, *weights]
    return ArmRequest(tuple(prompts), tuple(weights), Sampling(), seed, max_tokens, steering.tilt)


def main() -> None:
    """Print the table for the starter model."""
    from ..engine.llama import LlamaEngine
    from ..engine.loading import LoadOptions
    from ..store.models import find_model

    parser = argparse.ArgumentParser(description="What each pole does to a model's answers.")
    parser.add_argument("--pairs", action="store_true", help="two poles at once")
    parser.add_argument("--strengths", type=float, nargs="+", default=[1.0, 1.5])
    parser.add_argument("--prompts", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--try", type=Path, dest="file", metavar="FILE", help="poles to try")
    given = parser.parse_args()
    plain = [Steering("plain", (), ())] * 2
    poles = read_poles(given.file) if given.file else [pole for axis in AXES for pole in axis.poles]
    chosen = plain + (pair_steerings() if given.pairs else steerings(poles, given.strengths))
    prompts = TUNE[: given.prompts]
    with LlamaEngine(find_model(), LoadOptions(n_ctx=8192)) as engine:
        jobs = [(v, p, i) for i, v in enumerate(chosen) for p in prompts]
        plans = ([request(engine, p, v, i % 2, given.max_tokens)] for v, p, i in jobs)
        answers = {n: arms[0] for n, arms in BatchDecoder(engine).many(plans)}
    done = [(i, v, p, answers[n]) for n, (v, p, i) in enumerate(jobs)]
    _report(done, prompts)
    _liked(done)


def _report(done: Sequence[tuple[int, Steering, str, Arm]], prompts: Sequence[str]) -> None:
    features = {id(arm): text_features(arm.text) / SPREAD for _, _, _, arm in done}
    base = {
        p: np.mean([features[id(a)] for i, _, q, a in done if q == p and i < 2], axis=0)
        for p in prompts
    }
    print(
        f"{len(prompts)} prompts; tokens, quoting, on topic, repeated 4-grams, what moves most (and how often)"
    )
    for index in dict.fromkeys(i for i, _, _, _ in done):
        rows = [(v, p, a) for i, v, p, a in done if i == index]
        shifts = np.array([features[id(a)] - base[p] for _, p, a in rows])
        mean = shifts.mean(axis=0)
        agree = (np.sign(shifts) == np.sign(mean)).mean(axis=0)
        top = np.argsort(-np.abs(mean))[:4]
        quoting = np.mean([quotes(v.instructions, a.text) for v, _, a in rows])
        moved = ", ".join(f"{FEATURES[k]} {mean[k]:+.1f} ({agree[k]:.0%})" for k in top)
        length = np.mean([len(a.tokens) for _, _, a in rows])
        again = np.mean([repeated(a.tokens) for _, _, a in rows])
        topic = np.mean([on_topic(p, a.text) for _, p, a in rows])
        print(
            f"{rows[0][0].name:48} {length:4.0f}  {quoting:4.0%}  {topic:4.0%}  {again:4.0%}  {moved}",
            flush=True,
        )


def _liked(done: Sequence[tuple[int, Steering, str, Arm]]) -> None:
    base = {(p, i): a.text for i, _, p, a in done if i < 2}
    steered = [(v.name, p, a.text) for i, v, p, a in done if i >= 2]
    print("tuning user: the poles whose answers win most over plain ones")
    for user in TUNING:
        wins: dict[str, list[float]] = {}
        for name, p, text in steered:
            wins.setdefault(name, []).extend(user.prefers(text, base[p, i]) for i in (0, 1))
        best = sorted(wins, key=lambda name: -np.mean(wins[name]))[:5]
        print(f"{user.name:20} " + ", ".join(f"{name} {np.mean(wins[name]):.2f}" for name in best))


if __name__ == "__main__":
    main()
