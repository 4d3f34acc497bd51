"""How each pole changes a model's answers, at several strengths. Wordings are chosen by this table.

    python -m tpop_cli.bench.poles                # every pole at strengths 1 and 1.5
    python -m tpop_cli.bench.poles --pairs        # two poles: one joint context, or two contexts
    python -m tpop_cli.bench.poles --try FILE     # the poles of a JSON file instead

FILE is a JSON array of {"name", "instruction", "full", "tilt"}; the last two are optional. Prompts
are those of `prompts.TUNE`.

For each pole and strength the table shows: the mean number of tokens; the share of answers that
quote four words of the instruction; the share that name the subject of the question; the share of
repeated 4-grams; and the features that move most, in spreads, each with the share of prompts on
which it moves that way. After the table, each tuning user is listed with the poles whose answers
win most over plain ones.
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
    """A way to steer an answer.

    Args:
        name: in the table.
        instructions: one for each steered context.
        weights: the weights of these contexts. The plain context gets the rest to one.
        tilt: added to the scores of word classes.
    """

    name: str
    instructions: tuple[str, ...]
    weights: tuple[float, ...]
    tilt: Tilt = ()


@dataclass(frozen=True)
class SteeredAnswer:
    """An answer of the table.

    Args:
        index: of the steering; 0 and 1 are plain, with different seeds.
        steering: how the answer was steered.
        prompt: what it answers.
        arm: the finished answer.
    """

    index: int
    steering: Steering
    prompt: str
    arm: Arm


def steerings(poles: Sequence[Pole], strengths: Sequence[float]) -> list[Steering]:
    """Every pole at every strength."""
    return [
        Steering(f"{p.name} @ {s:g}", (p.instruction,), (s,), p.tilt)
        for p in poles
        for s in strengths
    ]


def read_poles(path: Path) -> list[Pole]:
    """The poles in a JSON file; see the module's docstring."""
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
    """Pairs of poles: both instructions in one context, or each in a context of its own."""
    instructions = {pole.name: pole.instruction for axis in AXES for pole in axis.poles}
    found = []
    for a, b in _PAIRS:
        first, second = instructions[a], instructions[b]
        joint = f"{first} {second}"
        found += [
            Steering(f"{a} + {b}, one context @ 1", (joint,), (1.0,)),
            Steering(f"{a} + {b}, one context @ 1.5", (joint,), (1.5,)),
            Steering(f"{a} + {b}, two contexts @ 0.5 each", (first, second), (0.5, 0.5)),
            Steering(f"{a} + {b}, two contexts @ 1 each", (first, second), (1.0, 1.0)),
        ]
    return found


def request(
    engine: Engine, prompt: str, steering: Steering, seed: int, max_tokens: int
) -> ArmRequest:
    """The request for an answer that is steered this way."""

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
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model

    parser = argparse.ArgumentParser(description="What each pole does to a model's answers.")
    parser.add_argument("--pairs", action="store_true", help="steer by pairs of poles")
    parser.add_argument("--strengths", type=float, nargs="+", default=[1.0, 1.5], metavar="S")
    parser.add_argument("--prompts", type=int, default=8, metavar="N", help="number of prompts")
    parser.add_argument("--max-tokens", type=int, default=256, metavar="N", help="for every answer")
    parser.add_argument(
        "--try", type=Path, dest="file", metavar="FILE", help="use the poles of a JSON file"
    )
    given = parser.parse_args()
    plain = [Steering("plain", (), ())] * 2
    poles = read_poles(given.file) if given.file else [pole for axis in AXES for pole in axis.poles]
    chosen = plain + (pair_steerings() if given.pairs else steerings(poles, given.strengths))
    prompts = TUNE[: given.prompts]
    with LlamaEngine(find_model(), LoadOptions(n_ctx=8192)) as engine:
        jobs = [(v, p, i) for i, v in enumerate(chosen) for p in prompts]
        groups = ([request(engine, p, v, i % 2, given.max_tokens)] for v, p, i in jobs)
        answers = {n: arms[0] for n, arms in BatchDecoder(engine).many(groups)}
    done = [SteeredAnswer(i, v, p, answers[n]) for n, (v, p, i) in enumerate(jobs)]
    _print_effects(done, prompts)
    _print_favourites(done)


def _print_effects(done: Sequence[SteeredAnswer], prompts: Sequence[str]) -> None:
    """Print one row for each steering: its length, side effects, and the features that it moves."""
    features = {id(a): text_features(a.arm.text) / SPREAD for a in done}
    base = {
        p: np.mean([features[id(a)] for a in done if a.prompt == p and a.index < 2], axis=0)
        for p in prompts
    }
    columns = "tokens, quoting, on topic, repeated 4-grams, features that move most (how often)"
    print(f"{len(prompts)} prompts; {columns}")
    for index in dict.fromkeys(a.index for a in done):
        answers = [a for a in done if a.index == index]
        steering = answers[0].steering
        shifts = np.array([features[id(a)] - base[a.prompt] for a in answers])
        mean = shifts.mean(axis=0)
        agree = (np.sign(shifts) == np.sign(mean)).mean(axis=0)
        top = np.argsort(-np.abs(mean))[:4]
        moved = ", ".join(f"{FEATURES[k]} {mean[k]:+.1f} ({agree[k]:.0%})" for k in top)
        length = np.mean([len(a.arm.tokens) for a in answers])
        quoting = np.mean([quotes(steering.instructions, a.arm.text) for a in answers])
        topic = np.mean([on_topic(a.prompt, a.arm.text) for a in answers])
        repetition = np.mean([repeated(a.arm.tokens) for a in answers])
        shares = f"{quoting:4.0%}  {topic:4.0%}  {repetition:4.0%}"
        print(f"{steering.name:48} {length:4.0f}  {shares}  {moved}", flush=True)


def _print_favourites(done: Sequence[SteeredAnswer]) -> None:
    """Print the steerings that win most over both plain answers, for each tuning user."""
    base = {(a.prompt, a.index): a.arm.text for a in done if a.index < 2}
    print("tuning user: the poles whose answers win most over plain ones")
    for user in TUNING:
        wins: dict[str, list[float]] = {}
        for a in done:
            if a.index >= 2:
                won = (user.prefers(a.arm.text, base[a.prompt, i]) for i in (0, 1))
                wins.setdefault(a.steering.name, []).extend(won)
        best = sorted(wins, key=lambda name: -np.mean(wins[name]))[:5]
        print(f"{user.name:20} " + ", ".join(f"{name} {np.mean(wins[name]):.2f}" for name in best))


if __name__ == "__main__":
    main()
