"""The README's table, from the JSON that a bench printed.

    python -m tpop_cli.bench.readme_table docs/bench-taste.json

prints it as Markdown: the win rate of the default learner for both groups of users.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_GROUPS = {
    "extremes": "the more, or the less, the better",
    "middle": "an amount is best",
    "manners": "openings, formatting, certainty, endings",
    "crowd": "as real people differ",
}


def readme_table(result: Mapping[str, Any]) -> str:
    """A row a group of users: win rates of the default learner with their 95% intervals.

    Args:
        result: the JSON form of a run of `tpop bench taste`.
    """
    counts = [str(n) for n in result["plan"]["counts"]]
    lines = [f"| duels | {' | '.join(counts)} |", "|---" * (len(counts) + 1) + "|"]
    for group, name in _GROUPS.items():
        of_group = result["learners"][0].get(group, {})  # older runs have fewer groups
        rates = [of_group.get(n) for n in counts]
        if not all(rates):  # nobody of this group was played
            continue
        cells = [f"{r['mean']:.2f} [{r['low']:.2f}, {r['high']:.2f}]" for r in rates]
        lines.append(f"| {len(result['groups'][group])} users: {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(readme_table(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
