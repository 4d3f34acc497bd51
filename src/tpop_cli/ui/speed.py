"""The speed bench as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .tables import plain_table
from .units import format_bytes, format_seconds


def speed_report(found: Mapping[str, Any]) -> RenderableType:
    """All results of a run of `tpop bench speed`, given as its JSON object."""
    machine, plan = found["machine"], found["plan"]
    about = (
        f"{found['model']} · {', '.join(machine['devices'])}, {machine['threads']} threads · "
        f"{found['date']} · {plan['rounds']} rounds, answers of up to {plan['n_tokens']} tokens, "
        f"context {machine['context']}"
    )
    parts: list[RenderableType] = [Text(about, "bold")]
    for name, tables in _TABLES.items():
        if name in found:
            parts += [Text(), *tables(found[name])]
    return Group(*parts)


def _table(title: str, columns: Sequence[str]) -> Table:
    return plain_table(columns, numbers=len(columns) - 1, title=title)


def _compared(
    title: str, found: Mapping[str, Any], show: Callable[[float], str] = format_seconds
) -> Table:
    """One row for each measurement (median, low, high, ratio), after the row of `plain`."""
    table = _table(title, ("", "median", "lowest", "highest", "ratio to plain"))
    table.add_row("plain", show(found["plain"]), "", "", "1.00")
    for name, times in found.items():
        if name != "plain":
            table.add_row(
                name,
                show(times["median"]),
                show(times["low"]),
                show(times["high"]),
                f"{times['ratio']:.2f}",
            )
    return table


def _answers(found: Mapping[str, Any]) -> list[RenderableType]:
    return [
        _compared("Time per token, prompt included (a duel decodes two answers at once)", found)
    ]


def _first_token(found: Mapping[str, Any]) -> list[RenderableType]:
    prefilled = ", ".join(f"{name} {n}" for name, n in found["prefilled"].items())
    return [
        _compared("Time to the first token of a chat's first turn", found["cold"]),
        Text(),
        _compared(
            f"Time to the first token of a chat's tenth turn ({found['chat tokens']} tokens)",
            found["tenth turn"],
        ),
        Text(f"the question has {found['new tokens']} new tokens; prefilled: {prefilled}", "dim"),
    ]


def _step(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("One step of a steered duel on a terminal", ("", "time", "share"))
    for name, seconds in found.items():
        table.add_row(name, format_seconds(seconds), f"{seconds / found['step']:.1%}")
    return [table]


def _many(found: Mapping[str, Any]) -> list[RenderableType]:
    return [_compared("Many prompts in one batch, tokens/s", found, lambda rate: f"{rate:.0f}")]


def _start_up(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("Start-up time", ("", "median"))
    names = {"--version": "tpop --version", "--help": "tpop --help", "ask": "tpop ask, first token"}
    for name, title in names.items():
        table.add_row(title, format_seconds(found[name]))
    table.add_row("plain llama-cpp-python, first token", format_seconds(found["plain"]))
    table.add_row("ratio", f"{found['ratio']:.2f}")
    return [table]


def _memory(found: Mapping[str, float]) -> list[RenderableType]:
    table = _table("Peak memory, same context size", ("", "peak", "ratio to plain"))
    table.add_row("plain", format_bytes(found["plain"]), "1.00")
    table.add_row("steered duel", format_bytes(found["duel"]), f"{found['ratio']:.2f}")
    return [table]


def _picks(rows: Sequence[Mapping[str, float]]) -> list[RenderableType]:
    table = _table(
        "Recorded picks",
        ("", "learn and save one", "undo it", "load", "save", "replay all", "log size"),
    )
    for row in rows:
        times = [
            format_seconds(row[key]) for key in ("learned", "undone", "loaded", "saved", "replayed")
        ]
        table.add_row(f"{row['picks']:,}", *times, format_bytes(row["log"]))
    return [table]


def _growth(found: Mapping[str, Any]) -> list[RenderableType]:
    axes = _table("One step of a duel, by active axes of each arm", ("", "sequences", "step"))
    for row in found["axes"]:
        axes.add_row(row["active"], str(row["sequences"]), format_seconds(row["step"]))
    answer = _table("One step of a duel, by length of each answer", ("tokens", "step"))
    for row in found["answer length"]:
        answer.add_row(str(row["tokens"]), format_seconds(row["step"]))
    chat = _table("One step of a duel, by length of the chat", ("tokens", "step", "prefill"))
    for row in found["chat length"]:
        chat.add_row(str(row["tokens"]), format_seconds(row["step"]), format_seconds(row["read"]))
    batch = _table(
        "One step of a batch of different prompts, by number of sequences",
        ("sequences", "tokens each", "step", "step per sequence"),
    )
    for row in found["batch"]:
        n = row["sequences"]
        batch.add_row(
            str(n), str(row["tokens"]), format_seconds(row["step"]), format_seconds(row["step"] / n)
        )
    return [axes, Text(), answer, Text(), chat, Text(), batch]


def _other_work(rows: Sequence[Mapping[str, float]]) -> list[RenderableType]:
    names = [name for name in rows[0] if name != "busy"]
    table = _table("Time per token beside other busy processes", ("busy processes", *names))
    for row in rows:
        times = [format_seconds(row[name]) for name in names]
        table.add_row(str(int(row["busy"])), *times)
    return [table]


def _neural(found: Mapping[str, Any]) -> list[RenderableType]:
    table = _table(
        "One step of a duel with --reward neural, by number of candidates", ("candidates", "step")
    )
    for row in found["by candidates"]:
        table.add_row(str(row["candidates"]), format_seconds(row["step"]))
    naive = found["naive"]
    comparison = (
        "the naive T-POP step (no KV cache; the whole text of every candidate is embedded): "
        f"{format_seconds(naive['step'])}, {naive['tokens']:,} tokens evaluated, "
        f"{naive['ratio']:.0f} times the last row"
    )
    return [table, Text(comparison)]


_TABLES: dict[str, Callable[[Any], list[RenderableType]]] = {
    "answers": _answers,
    "first token": _first_token,
    "step": _step,
    "many": _many,
    "start-up": _start_up,
    "memory": _memory,
    "picks": _picks,
    "growth": _growth,
    "other work": _other_work,
    "neural": _neural,
}
