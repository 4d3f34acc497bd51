"""The taste bench as tables and a learning curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .tables import plain_table

_BARS = " ▁▂▃▄▅▆▇█"
_GROUPS = {
    "extremes": "users of extremes",
    "middle": "users with a middle",
    "manners": "users of manners",
}
_LOW, _ROWS = 0.5, 6  # 0.5 is the win rate of steering that has no effect


def taste_report(result: Mapping[str, Any]) -> RenderableType:
    """All results of a run of `tpop bench taste`, given as its JSON object."""
    counts = [str(n) for n in result["plan"]["counts"]]
    parts: list[RenderableType] = []
    for group, of_whom in _GROUPS.items():
        if any(result["learners"][0].get(group, {}).values()):
            parts += [_learners(result, counts, group, of_whom), Text()]
    if len(result["learners"]) > 1:
        parts += [_differences(result["learners"], counts), Text()]
    parts += [_users(result["learners"][0], result["oracle"]["users"], counts), Text()]
    parts += [
        _costs(result["learners"]),
        Text(),
        learning_curve(_means(_first_played(result["learners"][0]), counts), counts),
    ]
    return Group(*parts)


def _first_played(learner: Mapping[str, Any]) -> Mapping[str, Any]:
    """The win rates of the first group that has users."""
    groups: list[Mapping[str, Any]] = [learner.get(group, {}) for group in _GROUPS]
    return next((rates for rates in groups if any(rates.values())), groups[0])


def _rate(rate: Mapping[str, float] | None) -> str:
    return f"{rate['mean']:.2f} [{rate['low']:.2f}, {rate['high']:.2f}]" if rate else "-"


def _table(title: str, columns: Sequence[str]) -> Table:
    return plain_table(columns, numbers=len(columns) - 1, title=title, wrap=False)


def _learners(result: Mapping[str, Any], counts: Sequence[str], group: str, of_whom: str) -> Table:
    known = [
        user["win_rate"]
        for name, user in result["oracle"]["users"].items()
        if name in result["groups"][group]
    ]
    ceiling = f" (oracle {sum(known) / len(known):.2f})" if known else ""
    table = _table(
        f"Win rate over the base model, mean of {of_whom}{ceiling}",
        ["after turns", *counts, "duels", "prediction\naccuracy"],
    )
    for learner in result["learners"]:
        rates = [_rate(learner[group][n]) for n in counts]
        table.add_row(
            learner["name"], *rates, f"{learner['asked']:.0f}", f"{learner['predicted_right']:.2f}"
        )
    return table


def _differences(learners: Sequence[Mapping[str, Any]], counts: Sequence[str]) -> Table:
    """How much lower each other learner's win rate is than the first one's."""
    table = _table(
        f"Behind {learners[0]['name']} (difference in win rate)", ["after turns", *counts]
    )
    for learner in learners[1:]:
        table.add_row(learner["name"], *[_rate(learner["behind_the_first"][n]) for n in counts])
    return table


def _users(learner: Mapping[str, Any], oracles: Mapping[str, Any], counts: Sequence[str]) -> Table:
    table = _table(f"Win rate of each user ({learner['name']})", ["after turns", *counts, "oracle"])
    for user, rates in learner["users"].items():
        ceiling = f"{oracles[user]['win_rate']:.2f}" if user in oracles else "-"
        table.add_row(
            user, *[f"{rates[n]['mean']:.2f}" if rates[n] else "-" for n in counts], ceiling
        )
    return table


def _costs(learners: Sequence[Mapping[str, Any]]) -> Table:
    columns = [
        "after the last turn",
        "perplexity ratio",
        "repeated 4-grams",
        "quotes the\ninstruction",
        "empty",
        "on topic",
        "cut off",
    ]
    table = _table("Side effects of steering (base model in brackets)", columns)
    rows = [(learner["name"], learner["cost"]) for learner in learners]
    if learners[0]["cost_indifferent"]:
        rows.append((f"{learners[0]['name']}, indifferent user", learners[0]["cost_indifferent"]))
    for name, cost in rows:
        table.add_row(
            name,
            f"{cost['perplexity_ratio']:.2f}",
            "{:.1%} ({:.1%})".format(*cost["repeated"]),
            f"{cost['quoting']:.1%}",
            f"{cost['empty']:.1%}",
            "{:.0%} ({:.0%})".format(*cost["on_topic"]),
            "{:.0%} ({:.0%})".format(*cost["unfinished"]),
        )
    return table


def _means(
    rates: Mapping[str, Mapping[str, float] | None], counts: Sequence[str]
) -> Sequence[float]:
    return [(rates[n] or {"mean": _LOW})["mean"] for n in counts]


def learning_curve(
    means: Sequence[float], counts: Sequence[int | str], unit: str = "turns"
) -> Text:
    """A learning curve as bars from 0.5 to 1, one bar for each number of turns.

    Args:
        means: the win rates.
        counts: after how many turns each was measured.
        unit: what is counted.
    """
    eighths = [round(max(0.0, (mean - _LOW) / (1 - _LOW)) * _ROWS * 8) for mean in means]
    text = Text()
    for row in range(_ROWS - 1, -1, -1):
        level = _LOW + (1 - _LOW) * (row + 1) / _ROWS
        text.append(f"{level:.2f} ", "dim")
        for filled in eighths:
            text.append(f"  {_BARS[min(8, max(0, filled - 8 * row))] * 3} ", "green")
        text.append("\n")
    text.append("     " + "".join(f"{n:>4}  " for n in counts) + unit, "dim")
    return text
