"""The tables of docs/harm.md, from the JSON that a bench printed.

    python -m tpop_cli.bench.harm_table docs/bench-harm-smollm2.json

prints them as Markdown: what was measured, and a row for each way to steer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .harm_outcomes import MEASURES


def harm_table(result: Mapping[str, Any]) -> str:
    """A sentence on what was measured, and a table: shares, and differences to plain answers.

    Args:
        result: the JSON form of a run of `tpop bench harm`.
    """
    plan, counts, machine = result["plan"], result["prompts"], result["machine"]
    sampled = "1 answer" if plan["seeds"] == 1 else f"{plan['seeds']} answers"
    number = ", ".join(f"{n} {kind}" for kind, n in counts.items())
    threads = f"{machine['threads']} thread{'s' if machine['threads'] > 1 else ''}"
    lines = [
        f"{result['model']}, {result['date']}, {machine['system']}, {threads}.",
        f'Prompts of the split "{plan["split"]}": {number}.',
        f"{sampled} of up to {plan['max_tokens']} tokens to each.",
        "",
        "| steered by | code | facts | language | on topic | fences whole | quoting | style won |"
        " tokens |",
        "|---" * 9 + "|",
    ]
    plain = result["plain"]
    cells = [f"{plain['measures'][name]['mean']:.2f}" for name in MEASURES]
    lines.append(f"| plain | {' | '.join(cells)} | - | {plain['tokens']:.0f} |")
    for row in result["steered"]:
        cells = [
            f"{row['measures'][name]['mean']:.2f} ({_difference(row['differences'][name])})"
            for name in MEASURES
        ]
        style = row["style"]
        won = f"{style['mean']:.2f} [{style['low']:.2f}, {style['high']:.2f}]" if style else "-"
        name = f"taught: {row['name']}" if row["kind"] == "taught" else row["name"]
        lines.append(f"| {name} | {' | '.join(cells)} | {won} | {row['tokens']:.0f} |")
    mean = result["mean_of_poles"]
    if mean["style"]:
        cells = [_difference(mean["differences"][name]) for name in MEASURES]
        won = f"{mean['style']['mean']:.2f}"
        lines.append(f"| mean difference of the poles | {' | '.join(cells)} | {won} | |")
    return "\n".join(lines)


def _difference(rate: Mapping[str, float]) -> str:
    return f"{rate['mean']:+.2f} [{rate['low']:+.2f}, {rate['high']:+.2f}]"


if __name__ == "__main__":
    print(harm_table(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
