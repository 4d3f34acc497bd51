"""python -m tests.mutants MODEL FOLDER SEED N

Loads N copies of a model with changed bytes in the header and counts the outcomes. A worker process
does the loading. It is restarted after llama.cpp has aborted, because it cannot load any more then.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tpop_cli.engine.abort_guard import backend_aborted
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.errors import TpopError


def mutant(data: bytes, seed: int, i: int) -> bytes:
    """A copy of `data` with one to four bytes of its header changed; number `i` of a seed."""
    rng = random.Random(f"{seed} {i}")
    end = data.rfind(b".weight") + 64  # the header ends after the last tensor's name
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        changed[rng.randrange(4, end)] = rng.randrange(256)
    return bytes(changed)


def load(model: Path, folder: Path, seed: int, start: int, n: int) -> None:
    """Load mutants `start` to `n - 1` and print each outcome; stop after an abort of llama.cpp."""
    data = model.read_bytes()
    for i in range(start, n):
        path = folder / "mutant.gguf"
        path.write_bytes(mutant(data, seed, i))
        try:
            with LlamaEngine(path, LoadOptions(n_ctx=256, n_threads=1)):
                print("loaded", flush=True)
        except TpopError as error:
            print(type(error).__name__, flush=True)
        if backend_aborted():
            return


def supervise(model: Path, folder: Path, seed: int, n: int) -> Counter[str]:
    """Counts of each outcome; "died" counts mutants that crashed the worker."""
    counts: Counter[str] = Counter()
    done = 0
    while done < n:
        command = [
            sys.executable,
            "-m",
            "tests.mutants",
            "load",
            str(model),
            str(folder),
            str(seed),
            str(done),
            str(n),
        ]
        worker = subprocess.run(command, capture_output=True, text=True, check=False)
        outcomes = worker.stdout.split()
        counts.update(outcomes)
        done += len(outcomes)
        if worker.returncode != 0:
            counts["died"] += 1
            done += 1
        counts["processes"] += 1
    return counts


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
    else:
        print(json.dumps(supervise(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))))
