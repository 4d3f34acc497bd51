"""A vocabulary of 262,144 tokens, as Gemma has: steering it does not delay the first token."""

from __future__ import annotations

import time
from pathlib import Path

from tpop_cli.core.axes import AXES
from tpop_cli.decoding.decoder import BatchDecoder
from tpop_cli.decoding.requests import request_arm
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling

from ..tiny import SPECIAL, write_tiny_gguf

N_VOCAB = 262_144


def test_the_first_steered_token_is_no_later_than_a_plain_one(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(N_VOCAB - 256 - len(SPECIAL))]
    path = write_tiny_gguf(tmp_path / "large.gguf", more_tokens=words)
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        assert engine.n_vocab == N_VOCAB

        def first_token(strengths: dict[str, float]) -> float:
            start = time.perf_counter()
            question = {"role": "user", "content": "Why?"}
            request = request_arm(engine, [question], AXES, strengths, Sampling(), 1, 8)
            steps = BatchDecoder(engine).steps([request])
            (arm,) = next(steps)
            assert arm.tokens
            steps.close()
            return time.perf_counter() - start

        engine.chat_tokens([{"role": "user", "content": "imports the template engine"}])
        # The first steered answer of the process counts: nothing may be prepared in it.
        steered, plain = first_token({"tone": 1.0, "length": 1.0}), first_token({})
        assert steered < plain + 0.3
