"""python -m tests.mutants MODEL FOLDER SEED N

Loads N copies of a model with changed bytes in the header, and counts what became of them.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path

from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions
from tpop_cli.errors import TpopError


def main(model: Path, folder: Path, seed: int, n: int) -> None:
    data, rng = model.read_bytes(), random.Random(seed)
    end = data.rfind(b".weight") + 64  # the header ends behind the last tensor's name
    counts: Counter[str] = Counter()
    for _ in range(n):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            changed[rng.randrange(4, end)] = rng.randrange(256)
        path = folder / "mutant.gguf"
        path.write_bytes(changed)
        try:
            with LlamaEngine(path, LoadOptions(n_ctx=256, n_threads=1)):
                counts["loaded"] += 1
        except TpopError as error:
            counts[type(error).__name__] += 1
    print(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
