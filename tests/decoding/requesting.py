"""Requests as the tests of decoding make them."""

from __future__ import annotations

from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, OnStep, run_to_end
from tpop_cli.engine.protocol import Engine, Sampling

GREEDY = Sampling(temperature=0)


def request(
    *prompts: tuple[int, ...], weights: tuple[float, ...] = (1.0,), n: int = 30, seed: int = 0
) -> ArmRequest:
    """A greedy request for an answer of at most n tokens, with these contexts."""
    return ArmRequest(prompts, weights, GREEDY, seed, n)


def decode(engine: Engine, requests: list[ArmRequest], on_step: OnStep | None = None) -> list[Arm]:
    """The finished arms."""
    return run_to_end(BatchDecoder(engine).steps(requests), on_step)
