"""What it changes that both arms of a duel go on behind one thought, instead of thinking twice.

    python -m tpop_cli.bench.thoughts --model NAME
    python -m tpop_cli.bench.thoughts --poles brief lists --think-tokens 64

Each duel is between the plain answer and one pole, or between two plain answers, and is decoded in
both ways. The difference of two plain answers is noise; what a pole adds to it is what a pick can
teach. For a model whose template begins no thought, the program begins one itself.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..core.axes import AXES
from ..core.features import SPREAD, text_features
from ..core.thoughts import THINK
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import BatchDecoder, run_to_end
from ..decoding.requests import request_arm
from ..engine.protocol import Engine, Sampling
from .prompts import TUNE

Differences = npt.NDArray[np.float64]
"""Features of the pole's answer minus those of the plain one, in spreads: (n_prompts, F)."""


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


def signal(noise: Differences, of_pole: Differences) -> float:
    """How clearly a pole shows in one duel: the length of its mean shift in units of the noise.

    The noise is the root mean square difference of two plain answers. The mean of few differences
    is long by chance alone; that part is subtracted, as the variance of the mean.
    """
    n = len(of_pole)
    mean, variance = of_pole.mean(axis=0), of_pole.var(axis=0, ddof=1) / n
    squared = float(np.sum(np.square(mean) - variance))
    return float(np.sign(squared) * np.sqrt(abs(squared) / np.mean(np.sum(noise**2, axis=1))))


def main() -> None:
    """Print the table for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model

    names = [pole.name for axis in AXES for pole in axis.poles]
    parser = argparse.ArgumentParser(description="One thought for both arms, or two.")
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--poles", nargs="+", default=["brief", "academic", "lists"], choices=names)
    parser.add_argument("--prompts", type=int, default=12, metavar="N")
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
    print(f"{'':16}{'difference':>12}{'signal':>9}{'seconds':>9}")
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        for think_once in (False, True):
            print("one thought" if think_once else "two thoughts")
            noise: Differences | None = None
            for name, of_pole in strengths.items():
                found, seconds = [], 0.0
                for i, prompt in enumerate(TUNE[: given.prompts]):
                    requests = [
                        thinking_request(
                            engine, prompt, s, 2 * i + j, given.max_tokens, given.think_tokens
                        )
                        for j, s in enumerate(({}, of_pole))
                    ]
                    arms, took = decode_duel(engine, requests, think_once=think_once)
                    plain, steered = (text_features(arm.answer) / SPREAD for arm in arms)
                    found.append(steered - plain)
                    seconds += took / given.prompts
                differences = np.array(found)
                noise = differences if noise is None else noise
                rms = float(np.sqrt(np.mean(np.sum(differences**2, axis=1))))
                strength = f"{signal(noise, differences):9.2f}" if name else f"{'':9}"
                print(f"  {name or 'plain':14}{rms:12.2f}{strength}{seconds:9.2f}", flush=True)


if __name__ == "__main__":
    main()
