"""What tpop takes besides decoding: starting up, learning and keeping picks, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ..core.axes import AXES
from ..core.picks import Candidate, Pick
from ..store.pick_log import encode_event
from ..store.profile import Profile
from .prompts import TRAIN, TUNE

PICKS = (10, 1_000, 10_000)

_WRITE = "import sys\nfrom tpop_cli.bench.upkeep import {function}\n{function}(*sys.argv[1:])"


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


# -- start-up --------------------------------------------------------------------------------------------


def start_up(model: Path, rounds: int) -> dict[str, Any]:
    """Seconds of whole processes: --version, --help, and until a first answer's first byte; medians.

    The plain program imports llama-cpp-python, loads the same model, and prints the first piece of an answer.
    """
    ask = [
        sys.executable,
        "-m",
        "tpop_cli",
        "ask",
        "--plain",
        "-n",
        "1",
        "--seed",
        "1",
        "--model",
        str(model),
        "Hi",
    ]
    plain = [sys.executable, "-c", _WRITE.format(function="plain_first_token"), str(model)]
    found: dict[str, list[float]] = {"--version": [], "--help": [], "ask": [], "plain": []}
    for _ in range(rounds):
        for option in ("--version", "--help"):
            command = [sys.executable, "-m", "tpop_cli", option]
            found[option].append(seconds_of(lambda command=command: _run(command)))  # type: ignore[misc]
        found["ask"].append(_first_byte(ask))
        found["plain"].append(_first_byte(plain))
    medians = {name: median(times) for name, times in found.items()}
    return {**medians, "ratio": medians["ask"] / medians["plain"]}


def _run(command: Sequence[str]) -> str:
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def _first_byte(command: Sequence[str]) -> float:
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        seconds = time.perf_counter() - start
        process.stdout.read()
    return seconds


def plain_first_token(model: str) -> None:
    """In a process of its own: the first token of a plain answer."""
    from ..engine.load_options import LoadOptions
    from ..engine.plain_llama import PlainLlama

    print(
        PlainLlama(Path(model), 8192, LoadOptions().threads)
        .answer([{"role": "user", "content": "Hi"}], 1, 1)
        .text
    )


# -- memory ----------------------------------------------------------------------------------------------


def peak_memory(model: Path, n_ctx: int, n_tokens: int) -> dict[str, float]:
    """Bytes at the highest, of whole processes: a steered duel, and two plain answers, in equal context."""
    found = {}
    for name in ("plain", "duel"):
        function = f"peak_of_{name}"
        command = [
            sys.executable,
            "-c",
            _WRITE.format(function=function),
            str(model),
            str(n_ctx),
            str(n_tokens),
        ]
        found[name] = float(_run(command).splitlines()[-1])
    return {**found, "ratio": found["duel"] / found["plain"]}


def peak_of_duel(model: str, n_ctx: str, n_tokens: str) -> None:
    """In a process of its own: decode a steered duel, and print the peak."""
    from ..decoding.decoder import BatchDecoder, run_to_end
    from ..decoding.requests import request_arm
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..engine.protocol import Sampling
    from .speed import EXPLOIT, EXPLORE, QUESTION

    with LlamaEngine(Path(model), LoadOptions(n_ctx=int(n_ctx))) as engine:
        chat = [{"role": "user", "content": QUESTION}]
        arms = (EXPLOIT, EXPLORE)
        requests = [request_arm(engine, chat, AXES, s, Sampling(), 1, int(n_tokens)) for s in arms]
        run_to_end(BatchDecoder(engine).steps(requests))
        _print_peak()


def peak_of_plain(model: str, n_ctx: str, n_tokens: str) -> None:
    """In a process of its own: two plain answers, and print the peak."""
    from ..engine.load_options import LoadOptions
    from ..engine.plain_llama import PlainLlama
    from .speed import QUESTION

    plain = PlainLlama(Path(model), int(n_ctx), LoadOptions().threads)
    for seed in (1, 2):
        plain.answer([{"role": "user", "content": QUESTION}], int(n_tokens), seed)
    _print_peak()


def _print_peak() -> None:
    """The largest resident size of this process, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux's getrusage counts what this process was forked from, too
        kilobytes = next(
            line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")
        )
        print(int(kilobytes) * 1024)
    elif sys.platform == "win32":
        import psutil

        print(psutil.Process().memory_info().peak_wset)
    else:
        import resource

        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


# -- picks -----------------------------------------------------------------------------------------------


def keeping_picks(counts: Sequence[int] = PICKS, rounds: int = 5) -> list[dict[str, float]]:
    """Seconds to load a profile of so many picks, to learn one more (and save it), and to save; medians."""
    return [_keeping(count, rounds) for count in counts]


def _keeping(count: int, rounds: int) -> dict[str, float]:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as home:
        parent = Path(home)
        (parent / "bench").mkdir()
        log = parent / "bench" / "picks.jsonl"
        log.write_bytes(b"".join(encode_event(_pick(n + 1, rng)) + b"\n" for n in range(count)))
        replayed = seconds_of(lambda: _open(parent).record(_pick(0, rng)))
        profile = _open(parent)
        loaded = [seconds_of(lambda: _open(parent)) for _ in range(rounds)]
        learned, undone = [], []
        for _ in range(rounds):
            learned.append(seconds_of(lambda: profile.record(_pick(0, rng))))
            undone.append(seconds_of(profile.undo))
        saved = [seconds_of(profile.count_single) for _ in range(rounds)]
        return {
            "picks": count,
            "learned": median(learned),
            "undone": median(undone),
            "loaded": median(loaded),
            "saved": median(saved),
            "replayed": replayed,
            "log": float(log.stat().st_size),
        }


def _open(parent: Path) -> Profile:
    return Profile("bench", AXES, parent)


def _pick(number: int, rng: np.random.Generator) -> Pick:
    """A pick as a chat leaves it: two answers of some sixty words, now and then a tie."""
    words = " ".join(TUNE + TRAIN).split()

    def candidate() -> Candidate:
        text = " ".join(rng.choice(words, size=60)) + "."
        axis = AXES[int(rng.integers(len(AXES)))]
        return Candidate(
            text, {axis.name: float(rng.choice([-1.0, 1.0]))}, int(rng.integers(1 << 30)), "stop"
        )

    verdict = str(rng.choice(["exploit", "explore", "tie"], p=[0.5, 0.4, 0.1]))
    return Pick(
        number,
        "2026-01-01T00:00:00+00:00",
        str(rng.choice(TRAIN)),
        candidate(),
        candidate(),
        verdict,  # type: ignore[arg-type]
        "exploit",
        0.5,
        3.0,
        "bench",
        "bench",
        "bench",
    )
