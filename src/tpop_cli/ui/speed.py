"""The speed bench as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .doctor import size
from .tables import plain_table


def milliseconds(seconds: float) -> str:
    """Seconds in the unit that suits them.

    >>> milliseconds(0.00123), milliseconds(0.123), milliseconds(4.2)
    ('1.23 ms', '123 ms', '4.20 s')
    """
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.3g} ms"


def speed_report(found: Mapping[str, Any]) -> RenderableType:
    """Everything a run of `tpop bench speed` found."""
    machine, plan = found["machine"], found["plan"]
    about = (
        f"{found['model']} · {', '.join(machine['devices'])}, {machine['threads']} threads · {found['date']} · "
        f"{plan['rounds']} rounds, answers of up to {plan['n_tokens']} tokens, context {machine['context']}"
    )
    parts: list[RenderableType] = [Text(about, "bold")]
    for name, tables in _TABLES.items():
        if name in found:
            parts += [Text(), *tables(found[name])]
    return Group(*parts)


def _table(title: str, columns: Sequence[str]) -> Table:
    return plain_table(columns, numbers=len(columns) - 1, title=title)


def _compared(
    title: str, found: Mapping[str, Any], show: Callable[[float], str] = milliseconds
) -> Table:
    """Rows of {median, low, high, ratio} against `plain`."""
    table = _table(title, ("", "median", "lowest", "highest", "ratio to plain"))
    table.add_row("plain", show(found["plain"]), "", "", "1.00")
    for name, one in found.items():
        if name != "plain":
            table.add_row(
                name,
                show(one["median"]),
                show(one["low"]),
                show(one["high"]),
                f"{one['ratio']:.2f}",
            )
    return table


def _answers(found: Mapping[str, Any]) -> list[RenderableType]:
    return [_compared("Time per token, prompt included (a duel writes two answers at once)", found)]


def _first_token(found: Mapping[str, Any]) -> list[RenderableType]:
    prefilled = ", ".join(f"{name} {n}" for name, n in found["prefilled"].items())
    return [
        _compared("First token of a first question", found["cold"]),
        Text(),
        _compared(
            f"First token of a chat's tenth turn ({found['chat tokens']} tokens)",
            found["tenth turn"],
        ),
        Text(f"the question has {found['new tokens']} new tokens; prefilled: {prefilled}", "dim"),
    ]


def _step(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("A step of a steered duel on a terminal", ("", "time", "of the step"))
    for name, seconds in found.items():
        table.add_row(name, milliseconds(seconds), f"{seconds / found['step']:.1%}")
    return [table]


def _many(found: Mapping[str, Any]) -> list[RenderableType]:
    return [
        _compared("Many prompts in one batch, tokens a second", found, lambda rate: f"{rate:.0f}")
    ]


def _start_up(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("Start-up of whole processes", ("", "median"))
    names = {"--version": "tpop --version", "--help": "tpop --help", "ask": "tpop ask, first token"}
    for name, title in names.items():
        table.add_row(title, milliseconds(found[name]))
    table.add_row("plain llama-cpp-python, first token", milliseconds(found["plain"]))
    table.add_row("ratio", f"{found['ratio']:.2f}")
    return [table]


def _memory(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("Peak memory of whole processes, equal context", ("", "peak", "ratio to plain"))
    table.add_row("plain", size(found["plain"]), "1.00")
    table.add_row("steered duel", size(found["duel"]), f"{found['ratio']:.2f}")
    return [table]


def _picks(rows: Sequence[Mapping[str, float]]) -> list[RenderableType]:
    table = _table(
        "Picks on record", ("", "learn one, saved", "undo it", "load", "save", "replay all", "log")
    )
    for row in rows:
        times = [
            milliseconds(row[key]) for key in ("learned", "undone", "loaded", "saved", "replayed")
        ]
        table.add_row(f"{row['picks']:,}", *times, size(row["log"]))
    return [table]


def _growth(found: Mapping[str, Any]) -> list[RenderableType]:
    axes = _table("A step of a duel, by active axes of each arm", ("", "sequences", "step"))
    for row in found["axes"]:
        axes.add_row(row["active"], str(row["sequences"]), milliseconds(row["step"]))
    answer = _table("A step of a duel, by length of both answers", ("tokens", "step"))
    for row in found["answer length"]:
        answer.add_row(str(row["tokens"]), milliseconds(row["step"]))
    chat = _table("A step of a duel, by length of the chat", ("tokens", "step", "to read it all"))
    for row in found["chat length"]:
        chat.add_row(str(row["tokens"]), milliseconds(row["step"]), milliseconds(row["read"]))
    batch = _table(
        "A step of answers to different prompts, by how many",
        ("sequences", "tokens each", "step", "a sequence"),
    )
    for row in found["batch"]:
        n = row["sequences"]
        batch.add_row(
            str(n), str(row["tokens"]), milliseconds(row["step"]), milliseconds(row["step"] / n)
        )
    return [axes, Text(), answer, Text(), chat, Text(), batch]


def _neural(found: Mapping[str, Any]) -> list[RenderableType]:
    table = _table("A step of a duel with --reward neural, by candidates", ("candidates", "step"))
    for row in found["by candidates"]:
        table.add_row(str(row["candidates"]), milliseconds(row["step"]))
    naive = found["naive"]
    said = (
        f"the naive T-POP step (no KV cache, every candidate's text embedded anew): {milliseconds(naive['step'])}, "
        f"{naive['tokens']:,} tokens evaluated, {naive['ratio']:.0f} times the last row"
    )
    return [table, Text(said)]


_TABLES: dict[str, Callable[[Any], list[RenderableType]]] = {
    "answers": _answers,
    "first token": _first_token,
    "step": _step,
    "many": _many,
    "start-up": _start_up,
    "memory": _memory,
    "picks": _picks,
    "growth": _growth,
    "neural": _neural,
}
