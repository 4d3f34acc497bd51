"""How long a person waits in `tpop tune`: for the time in which there is nothing to read.

    python -m tpop_cli.bench.waiting
    python -m tpop_cli.bench.waiting --words-per-minute 300 --model NAME

The duels are decoded and timed. The reader then reads both answers of each at this speed, while the
next duel is decoded; what is left of its time is waited for. The first duel is read while it is
written, and counts as waited for in full.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ..core.axes import AXES
from ..session.axes_learner import AxesLearner
from ..session.options import SessionOptions
from ..session.session import Session
from ..session.tuning import MAX_TOKENS, N_DUELS, PROMPTS, begin
from ..store.profile import Profile
from .formulas import words


def waited(decoding: Sequence[float], reading: Sequence[float]) -> float:
    """Seconds that a reader waits.

    Args:
        decoding: seconds that each duel takes to decode.
        reading: seconds that the reader takes for each.

    >>> waited([5.0, 6.0, 7.0], [4.0, 10.0, 10.0])
    7.0
    """
    return decoding[0] + sum(
        max(0.0, duel - read) for duel, read in zip(decoding[1:], reading, strict=False)
    )


def main() -> None:
    """Print the seconds for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model

    parser = argparse.ArgumentParser(description="How long a person waits in tpop tune.")
    parser.add_argument("--model", default="smollm2", help="name or path")
    parser.add_argument("--words-per-minute", type=float, default=250.0, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    given = parser.parse_args()
    decoding, reading = list[float](), list[float]()
    with (
        tempfile.TemporaryDirectory() as folder,
        LlamaEngine(find_model(given.model), LoadOptions(n_threads=given.threads)) as engine,
    ):
        profile = Profile("reader", AXES, Path(folder))
        options = SessionOptions(max_tokens=MAX_TOKENS)
        session = Session(engine, AxesLearner(engine, profile), options)
        begin(session)
        for n in range(N_DUELS):
            start = time.perf_counter()
            duel = session.duel(PROMPTS[n])
            decoding.append(time.perf_counter() - start)
            n_words = sum(len(words(text)) for text in duel.answers)
            reading.append(60.0 * n_words / given.words_per_minute)
            session.pick(duel, "first" if n % 2 else "second")
    print(f"decoding {sum(decoding):.0f} s, reading {sum(reading):.0f} s")
    print(f"waited for {waited(decoding, reading):.0f} s in {N_DUELS} duels")


if __name__ == "__main__":
    main()
