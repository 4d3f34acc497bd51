"""The frontier of each pole: the style it wins against the harm it does, by weight and bound.

    python -m tpop_cli.bench.frontier --weights 2 4 6                  # every pole
    python -m tpop_cli.bench.frontier --only brief warm --alphas 0.02 0.1 0.2
    python -m tpop_cli.bench.frontier --try FILE                       # other wordings

FILE is a JSON array of {"name", "toward", "away"}, where both poles are {"name", "instruction"}
and, if they have their own, "weight" and "alpha". `--axes` names the entries to measure.
A pole's weight and wording are chosen by these tables: the prompts are those to tune on
(`harm_tasks`). The columns are those of `tpop bench harm`, as differences to plain answers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.axes import AXES, Axis, Pole
from .answer_cache import AnswerCache
from .harm import MAX_TOKENS, HarmBench, HarmPlan
from .harm_outcomes import MEASURES
from .harm_tasks import KINDS


def with_bounds(axes: Sequence[Axis], weight: float, alpha: float) -> list[Axis]:
    """The axes with this steering weight ω and this bound α for every pole; 0 keeps its own."""

    def pole(one: Pole) -> Pole:
        return replace(one, weight=weight or one.weight, alpha=alpha or one.alpha)

    return [replace(one, toward=pole(one.toward), away=pole(one.away)) for one in axes]


def read_axes(path: Path) -> list[Axis]:
    """The axes in a JSON file; see the module's docstring."""

    def pole(body: dict[str, Any]) -> Pole:
        return Pole(**body)

    return [
        Axis(one["name"], pole(one["toward"]), pole(one["away"]))
        for one in json.loads(path.read_text("utf-8"))
    ]


def frontier(
    cache: AnswerCache,
    plan: HarmPlan,
    axes: Sequence[Axis],
    weights: Sequence[float],
    alphas: Sequence[float],
) -> Iterator[tuple[float, float, dict[str, Any]]]:
    """Measure the poles of a plan at every weight and bound.

    Yields:
        (ω, α, the report of `HarmBench`). 0 stands for the poles' own weights or bounds.
    """
    for alpha in alphas:
        for weight in weights:
            chosen = with_bounds(axes, weight, alpha)
            bench = HarmBench(plan, cache, axes=chosen)
            yield weight, alpha, bench.report(bench.decode())


def rows(weight: float, alpha: float, report: dict[str, Any]) -> list[str]:
    """A line for each pole of a report."""
    lines = []
    for row in report["steered"]:
        style = row["style"]
        won = f"{style['mean']:.2f}" if style else "-"
        harm = "  ".join(_signed(row["differences"][name]) for name in MEASURES)
        lines.append(
            f"{row['name']:24} {weight:4g} {alpha:5.2f}  {won:>5}  {harm}  {row['tokens']:6.0f}"
        )
    return lines


def _signed(difference: dict[str, float] | None) -> str:
    """The mean of a difference to plain answers; a dash if nothing was asked that shows it."""
    return f"{difference['mean']:+.2f}" if difference else "    -"


def main() -> None:
    """Print the table for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model
    from ..store.paths import data_dir

    parser = argparse.ArgumentParser(description="The frontier of each pole: style against harm.")
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--weights", type=float, nargs="+", default=[0.0], metavar="W")
    parser.add_argument("--alphas", type=float, nargs="+", default=[0.0], metavar="A")
    parser.add_argument("--only", nargs="+", default=[], metavar="POLE", help="these poles alone")
    parser.add_argument("--each", type=int, default=0, metavar="N", help="prompts of each kind")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="of prompts")
    parser.add_argument("--axes", nargs="+", default=[], metavar="AXIS", help="these axes alone")
    parser.add_argument("--max-tokens", type=int, default=MAX_TOKENS, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    parser.add_argument("--try", type=Path, dest="file", metavar="FILE", help="axes of a JSON file")
    given = parser.parse_args()
    axes = read_axes(given.file) if given.file else list(AXES)
    axes = [axis for axis in axes if not given.axes or axis.name in given.axes]
    names = tuple(pole.name for axis in axes for pole in axis.poles)
    unknown = sorted(set(given.only) - set(names))
    if unknown:
        parser.error(f"--only: no pole named {', '.join(unknown)}; choose from {', '.join(names)}")
    chosen = tuple(given.only) or names
    plan = HarmPlan(
        chosen,
        pairs=False,
        n_duels=0,
        split="tune",
        n_tasks=given.each,
        max_tokens=given.max_tokens,
        kinds=tuple(given.kinds),
    )
    model = find_model(given.model) if given.model else find_model()
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        cache = AnswerCache(engine, data_dir() / "bench")
        print(f"{'pole':24} {'ω':>4} {'α':>5}  style  " + "  ".join(f"{c[:5]:5}" for c in MEASURES))
        for weight, alpha, report in frontier(cache, plan, axes, given.weights, given.alphas):
            print("\n".join(rows(weight, alpha, report)), flush=True)
        print(f"plain answers: {report['plain']['tokens']:.0f} tokens")


if __name__ == "__main__":
    main()
