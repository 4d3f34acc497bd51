"""The README's table, from the JSON that a bench printed.

    python -m tpop_cli.bench.readme_table docs/bench-taste.json

prints it as Markdown: the win rate of the default learner, always asking and asking when it helps.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TURNS = ("0", "5", "10", "15", "40")
"""The numbers of turns that the README shows."""

_ROWS = {"always": "always asking", "auto": "asking when it helps"}


def readme_table(result: Mapping[str, Any]) -> str:
    """A row a way of asking: win rates with their 95% intervals, and the mean number of duels.

    Args:
        result: the JSON form of a run of `tpop bench taste --ask always,auto`.
    """
    lines = [f"| turns | {' | '.join(TURNS)} | duels |", "|---" * (len(TURNS) + 2) + "|"]
    for learner in result["learners"]:
        if (learner["policy"], learner["reward"]) != ("ucb", "axes"):
            continue
        rates = [learner["consistent"][n] for n in TURNS]
        cells = [f"{r['mean']:.2f} [{r['low']:.2f}, {r['high']:.2f}]" for r in rates]
        lines.append(f"| {_ROWS[learner['ask']]} | {' | '.join(cells)} | {learner['asked']:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(readme_table(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
