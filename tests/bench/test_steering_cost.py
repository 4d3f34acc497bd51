"""What steering costs, by the contexts that a step reads."""

from __future__ import annotations

from pathlib import Path

from tpop_cli.bench.steering_cost import ARMS, COLUMNS, CTX, steering_costs
from tpop_cli.core.axes import AXES
from tpop_cli.core.steering import contexts
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions


def test_the_contexts_are_those_that_steering_reads() -> None:
    one, two = {AXES[0].name: 1.0}, {AXES[0].name: 1.0, AXES[1].name: 0.5}
    for steer in ("contrast", "prompt"):
        n_one, n_two = (len(contexts(AXES, strengths, steer)) for strengths in (one, two))
        assert ARMS[steer] == (n_one, n_two, 2 * n_one)
    assert ARMS["plain"] == (1, 1, 2)


def test_every_way_to_steer_is_timed_against_plain_decoding(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_threads=1, n_ctx=CTX)) as engine:
        rows = steering_costs(engine)
    assert [(row["steer"], row["arms"]) for row in rows] == [(s, a) for s in ARMS for a in COLUMNS]
    step = {row["contexts"]: row["step"] for row in rows}
    assert sorted(step) == [1, 2, 3, 5, 6] and min(step.values()) > 0
    for row in rows:
        assert row["ratio"] == row["step"] / step[2 if row["arms"] == COLUMNS[2] else 1]
