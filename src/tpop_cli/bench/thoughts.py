"""What it changes that both arms of a duel go on behind one thought, instead of thinking twice.

    python -m tpop_cli.bench.thoughts --model NAME
    python -m tpop_cli.bench.thoughts --poles brief lists --think-tokens 64

Each duel is decoded in both ways: between the plain answer and one pole, or between two plain
answers. The table has how far the features of both answers lie apart, which is noise for two plain
ones; how often the pole's answer wins by its own style, which is what a pick can teach; and the
seconds of a duel. For a model whose template begins no thought, the program begins one itself.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..core.axes import AXES
from ..core.features import SPREAD, text_features
from ..core.thoughts import THINK
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import BatchDecoder, run_to_end
from ..decoding.requests import request_arm
from ..engine.protocol import Engine, Sampling
from .harm_users import STYLE_USERS
from .prompts import TUNE
from .taste import Rate, rate


def thinking_request(
    engine: Engine,
    prompt: str,
    strengths: Mapping[str, float],
    seed: int,
    max_tokens: int,
    think_tokens: int,
) -> ArmRequest:
    """A request whose answer begins with a thought."""
    chat = [{"role": "user", "content": prompt}]
    request = request_arm(engine, chat, AXES, strengths, Sampling(), seed, max_tokens)
    request = replace(request, think_tokens=think_tokens)
    if engine.thinks:
        return request
    opening = tuple(engine.markup(THINK.opening + "\n"))
    prompts = tuple((*tokens, *opening) for tokens in request.prompts)
    return replace(request, prompts=prompts, opened=THINK)


def decode_duel(
    engine: Engine, requests: Sequence[ArmRequest], *, think_once: bool
) -> tuple[list[Arm], float]:
    """Both arms of a duel, and the seconds that they took."""
    start, decoder = time.perf_counter(), BatchDecoder(engine)
    if think_once:
        arms = run_to_end(decoder.steps(requests))
    else:  # two arms in one batch, each of which thinks for itself
        arms = [arm for _, (arm,) in sorted(_one_by_one(decoder, requests))]
    return arms, time.perf_counter() - start


def _one_by_one(
    decoder: BatchDecoder, requests: Sequence[ArmRequest]
) -> list[tuple[int, list[Arm]]]:
    return list(decoder.many(iter([[request] for request in requests])))


def distance(arms: Sequence[Arm]) -> float:
    """How far the text features of two answers lie apart, in spreads."""
    first, second = (text_features(arm.answer) / SPREAD for arm in arms)
    return float(np.linalg.norm(first - second))


def style_won(pole: str, duels: Sequence[Sequence[Arm]]) -> Rate:
    """How often the second answer is more in the style of a pole than the first one."""
    (user,) = STYLE_USERS[pole]
    wins = [user.prefers(steered.answer, plain.answer) for plain, steered in duels]
    return rate(np.reshape(wins, (1, 1, -1)))


def main() -> None:
    """Print the table for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model

    names = [pole.name for axis in AXES for pole in axis.poles]
    parser = argparse.ArgumentParser(description="One thought for both arms, or two.")
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--poles", nargs="+", default=["brief", "academic", "lists"], choices=names)
    parser.add_argument("--prompts", type=int, default=24, metavar="N")
    parser.add_argument("--max-tokens", type=int, default=96, metavar="N")
    parser.add_argument("--think-tokens", type=int, default=64, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    given = parser.parse_args()
    strengths: dict[str, dict[str, float]] = {"": {}}
    for axis in AXES:
        for pole, s in zip(axis.poles, (1.0, -1.0), strict=True):
            if pole.name in given.poles:
                strengths[pole.name] = {axis.name: s}
    model = find_model(given.model) if given.model else find_model()
    print(f"{'':16}{'distance':>10}{'style won':>20}{'seconds':>9}")
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        for think_once in (False, True):
            print("one thought" if think_once else "two thoughts")
            for name, of_pole in strengths.items():
                found: list[list[Arm]] = []
                seconds = 0.0
                for i, prompt in enumerate(TUNE[: given.prompts]):
                    requests = [
                        thinking_request(
                            engine, prompt, s, 2 * i + j, given.max_tokens, given.think_tokens
                        )
                        for j, s in enumerate(({}, of_pole))
                    ]
                    arms, took = decode_duel(engine, requests, think_once=think_once)
                    found.append(arms)
                    seconds += took / given.prompts
                far = float(np.median([distance(arms) for arms in found]))
                won = f"{style_won(name, found)!s:>20}" if name else f"{'':20}"
                print(f"  {name or 'plain':14}{far:10.2f}{won}{seconds:9.2f}", flush=True)


if __name__ == "__main__":
    main()
