"""Measures rows of a response matrix and puts them into a file beside those that it has.

    python -m tpop_cli.bench.response_rows FILE --axes certainty markdown

As `tpop axes measure`, for some of the built-in axes or for some features, so that what is added
does not need all else measured again. It also prints the spread of each text feature between the
answers to one prompt, plain and steered: `core.features.SPREAD` is from such a table.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..core.axes import AXES
from ..core.features import FEATURES, text_features
from ..core.response_matrix import ResponseMatrix
from ..session.calibrate import Measured, measure_response, response_from
from ..session.calibration_prompts import CALIBRATION_PROMPTS
from ..store.files import write_atomic
from ..store.response_matrices import encode_response


def spreads(answers: Sequence[Measured]) -> npt.NDArray[np.float64]:
    """The standard deviation of each raw feature between the answers to one prompt, shape (F,).

    It is pooled over prompts: the root of the mean variance. Each prompt needs two answers.
    """
    by_prompt: dict[str, list[npt.NDArray[np.float64]]] = {}
    for answer in answers:
        by_prompt.setdefault(answer.prompt, []).append(text_features(answer.text))
    variances = [np.var(rows, axis=0, ddof=1) for rows in by_prompt.values()]
    pooled: npt.NDArray[np.float64] = np.sqrt(np.mean(variances, axis=0))
    return pooled


def merged(
    old: ResponseMatrix, new: ResponseMatrix, rows: Sequence[str], columns: Sequence[str] = ()
) -> ResponseMatrix:
    """The old matrix with what is new in it.

    Args:
        old, new: two measurements of one model.
        rows: the rows that the result has, in this order, if one of both has them.
        columns: the features that are taken from `new` for rows and plain means that `old` has;
            none: all.
    """

    def cells(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
        taken = {f: x for f, x in now.items() if not before or not columns or f in columns}
        return {**before, **taken}

    return ResponseMatrix(
        {
            name: cells(old.rows.get(name, {}), new.rows.get(name, {}))
            for name in rows
            if name in old.rows or name in new.rows
        },
        cells(old.plain, new.plain),
    )


def main() -> None:
    """Measure rows on the starter model and write them into a file."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model

    parser = argparse.ArgumentParser(description="Measures rows of a response matrix.")
    parser.add_argument("file", type=Path, help="of a response matrix; it is changed")
    parser.add_argument("--axes", nargs="+", default=[axis.name for axis in AXES], metavar="AXIS")
    parser.add_argument(
        "--columns",
        nargs="+",
        default=[],
        choices=FEATURES,
        metavar="FEATURE",
        help="change these features alone in rows that the file has",
    )
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--prompts", type=int, default=10, metavar="N")
    parser.add_argument("--max-tokens", type=int, default=160, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    given = parser.parse_args()
    axes = [axis for axis in AXES if axis.name in given.axes]
    model = find_model(given.model) if given.model else find_model()
    answers: list[Measured] = []
    body = json.loads(given.file.read_text("utf-8"))
    about = {key: body[key] for key in ("fingerprint", "model", "prompts", "answers")}
    old = ResponseMatrix(body["rows"], body["plain"])
    names = [name for axis in AXES for name in axis.row_names]
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        for n, prompt in enumerate(CALIBRATION_PROMPTS[: given.prompts]):
            answers += measure_response(
                engine, [prompt], axes, seed=1000 * n, max_tokens=given.max_tokens
            )[1]
            if n:  # one prompt has no variance; an interrupted run keeps what it measured
                matrix = merged(old, response_from(answers), names, given.columns)
                write_atomic(given.file, encode_response(matrix, about))
    print(f"{len(answers)} answers to {given.prompts} prompts")
    for name, spread in zip(FEATURES, spreads(answers), strict=True):
        print(f"{name:24} {spread:.2f}")


if __name__ == "__main__":
    main()
