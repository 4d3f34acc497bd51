"""The speed of decoding beside other busy processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from .timing import interleaved

N_BUSY = (0, 1, 2)
"""How many other processes are busy."""

_MOST_SECONDS = 60.0  # for one measurement; threads that wait for each other can take minutes
_CALL = "import sys\nfrom tpop_cli.bench.other_work import {0}\n{0}(*sys.argv[1:])"


def time_beside_other_work(
    path: Path, n_threads: int, n_tokens: int, rounds: int
) -> list[dict[str, Any]]:
    """Seconds per token of a plain answer, alone and beside busy processes.

    Each answer is decoded by a process of its own, because OpenMP reads its settings once.

    Args:
        path: a GGUF file.
        n_threads: how many threads decode.
        n_tokens: tokens of an answer.
        rounds: answers of each way.

    Returns:
        For each number of `N_BUSY`: "busy", and the medians "tpop", "one thread" and "all threads",
        whatever else the machine does; of an answer that takes longer than a minute, that minute
        counts.
    """
    ways = {
        "tpop": partial(_seconds_per_token, path, 0, n_tokens),
        "one thread": partial(_seconds_per_token, path, 1, n_tokens),
        "all threads": partial(_seconds_per_token, path, n_threads, n_tokens),
    }
    rows = []
    for n in N_BUSY:
        with busy_processes(n):
            values = interleaved(ways, rounds)
        rows.append({"busy": n, **{name: median(of_one) for name, of_one in values.items()}})
    return rows


@contextmanager
def busy_processes(n: int) -> Iterator[None]:
    """Keep n other processes busy meanwhile."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(n)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _seconds_per_token(path: Path, n_threads: int, n_tokens: int, _round: int) -> float:
    """Of an answer in another process, with so many threads; 0: as `tpop ask` chooses them."""
    call = [sys.executable, "-c", _CALL.format("print_seconds_per_token")]
    try:
        done = subprocess.run(
            [*call, str(path), str(n_threads), str(n_tokens)],
            capture_output=True,
            check=True,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return _MOST_SECONDS / n_tokens
    return float(done.stdout)


def print_seconds_per_token(path: str, n_threads: str, n_tokens: str) -> None:
    """Print the seconds per token of a plain answer. Called in a process of its own."""
    from ..decoding.decoder import BatchDecoder, run_to_end
    from ..decoding.requests import request_arm
    from ..engine.load_options import LoadOptions
    from ..engine.openmp import allow_spinning
    from ..engine.protocol import Sampling
    from .speed import QUESTION, chat

    allow_spinning()
    from ..engine.llama_engine import LlamaEngine

    loading = LoadOptions(n_ctx=1024, n_threads=int(n_threads), repeatable=False)
    with LlamaEngine(Path(path), loading) as engine:

        def decode(n: int) -> int:
            request = request_arm(engine, chat(QUESTION), (), {}, Sampling(), 0, n)
            return sum(len(arm.tokens) for arm in run_to_end(BatchDecoder(engine).steps([request])))

        decode(2)  # the prompt, and what is done once
        start = time.perf_counter()
        n_decoded = decode(int(n_tokens))
        print((time.perf_counter() - start) / n_decoded)
