"""What tpop takes besides decoding: time to start up, to learn and store picks, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ..core.axes import AXES
from ..core.picks import Candidate, Pick
from ..store.events import encode_event
from ..store.profile import Profile
from .prompts import TRAIN, TUNE
from .timing import seconds_of

PICKS = (10, 1_000, 10_000)
"""The numbers of picks in the profiles that are measured."""

_CALL = "import sys\nfrom tpop_cli.bench.overhead import {function}\n{function}(*sys.argv[1:])"


# -- start-up --------------------------------------------------------------------------------------


def time_start_up(model: Path, rounds: int) -> dict[str, Any]:
    """Seconds of whole processes: `--version`, `--help`, and an answer's first byte; medians.

    The plain program imports llama-cpp-python, loads the same model, and prints the first token of
    an answer.
    """
    tpop = [sys.executable, "-m", "tpop_cli"]
    options = ["--plain", "-n", "1", "--seed", "1", "--model", str(model)]
    ask = [*tpop, "ask", *options, "Hi"]
    plain = [sys.executable, "-c", _CALL.format(function="plain_first_token"), str(model)]
    found: dict[str, list[float]] = {"--version": [], "--help": [], "ask": [], "plain": []}
    for _ in range(rounds):
        for option in ("--version", "--help"):
            found[option].append(seconds_of(partial(_run, [*tpop, option])))
        found["ask"].append(_seconds_to_first_byte(ask))
        found["plain"].append(_seconds_to_first_byte(plain))
    medians = {name: median(times) for name, times in found.items()}
    return {**medians, "ratio": medians["ask"] / medians["plain"]}


def _run(command: Sequence[str]) -> str:
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def _seconds_to_first_byte(command: Sequence[str]) -> float:
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
    """Print the first token of a plain answer. Called in a process of its own."""
    from ..engine.load_options import LoadOptions
    from ..engine.plain_llama import PlainLlama

    print(
        PlainLlama(Path(model), 8192, LoadOptions().threads)
        .answer([{"role": "user", "content": "Hi"}], 1, 1)
        .text
    )


# -- memory ----------------------------------------------------------------------------------------


def peak_memory(model: Path, n_ctx: int, n_tokens: int) -> dict[str, float]:
    """Peak memory in bytes of two processes, with the same context: a duel, and two plain answers.

    The duel is steered. "ratio" is its peak over that of the plain answers.
    """
    found = {}
    for name in ("plain", "duel"):
        function = f"peak_of_{name}"
        command = [
            sys.executable,
            "-c",
            _CALL.format(function=function),
            str(model),
            str(n_ctx),
            str(n_tokens),
        ]
        found[name] = float(_run(command).splitlines()[-1])
    return {**found, "ratio": found["duel"] / found["plain"]}


def peak_of_duel(model: str, n_ctx: str, n_tokens: str) -> None:
    """Decode a steered duel, and print the peak memory. Called in a process of its own."""
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
    """Decode two plain answers, and print the peak memory. Called in a process of its own."""
    from ..engine.load_options import LoadOptions
    from ..engine.plain_llama import PlainLlama
    from .speed import QUESTION

    plain = PlainLlama(Path(model), int(n_ctx), LoadOptions().threads)
    for seed in (1, 2):
        plain.answer([{"role": "user", "content": QUESTION}], int(n_tokens), seed)
    _print_peak()


def _print_peak() -> None:
    """Print the largest resident size of this process, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, getrusage also counts the process that forked this one
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


# -- picks -----------------------------------------------------------------------------------------


def time_picks(counts: Sequence[int] = PICKS, rounds: int = 5) -> list[dict[str, float]]:
    """Seconds that profiles with these numbers of picks take; medians of rounds.

    Returns:
        For each number of picks: "learned" (learn and save one more), "undone" (undo it), "loaded",
        "saved" (save the state), "replayed" (learn the whole log), and the log's size in bytes.
    """
    return [_time_profile(count, rounds) for count in counts]


def _time_profile(count: int, rounds: int) -> dict[str, float]:
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
    """A pick like that of a chat: two answers of 60 words, with a tie in one of ten picks."""
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
