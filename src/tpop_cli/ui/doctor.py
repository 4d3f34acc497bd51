"""The report of `tpop doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .clean import clean
from .tables import plain_table
from .units import format_bytes, format_seconds


def doctor_report(found: Mapping[str, Any]) -> RenderableType:
    """Versions, folders, devices, and the memory the model needs."""
    versions = " · ".join(f"{name} {version}" for name, version in found["versions"].items())
    facts = {
        **{name: Text(path, overflow="fold") for name, path in found["folders"].items()},
        "backends": Text(", ".join(found["backends"])),
        "threads": Text(str(found["threads"])),
    }
    parts: list[RenderableType] = [
        Text(versions, "bold"),
        _pairs(facts),
        Text(),
        _devices(found["devices"]),
    ]
    if found["missing_backend"]:
        parts += [
            Text(
                "this build of llama.cpp cannot use this machine's GPU; install one that can:",
                "yellow",
            ),
            Text(found["missing_backend"], overflow="fold"),
        ]
    if found["model"]:
        parts += [Text(), *_model(found["model"])]
    if "steering" in found:
        parts += [Text(), _steering(found["steering"])]
    return Group(*parts)


def _pairs(rows: Mapping[str, Text]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(name, "dim"), value)
    return table


def _devices(devices: Sequence[Mapping[str, Any]]) -> Table:
    table = plain_table(("device", "kind", "description", "free", "total"), numbers=2)
    for device in devices:
        table.add_row(
            Text(clean(device["name"]), "bold"),
            device["kind"],
            Text(clean(device["description"]), overflow="fold"),
            format_bytes(device["free"]),
            format_bytes(device["total"]),
        )
    return table


def _steering(rows: Sequence[Mapping[str, Any]]) -> Table:
    """A row for each way to steer: the time of a token, and its ratio to plain decoding."""
    columns = list(dict.fromkeys(row["arms"] for row in rows))
    table = plain_table(
        ("--steer", *columns), numbers=len(columns), title="Time per token, and its ratio to plain"
    )
    for steer in dict.fromkeys(row["steer"] for row in rows):
        cells = [
            f"{format_seconds(row['step'])}  {row['ratio']:.2f}"
            for row in rows
            if row["steer"] == steer
        ]
        table.add_row(Text(steer, "bold"), *cells)
    return table


def _model(model: Mapping[str, Any]) -> list[RenderableType]:
    name = Text(clean(f"{model['name']} "), "bold")
    name.append(f"{model['architecture']}, {model['quantization']}", "not bold dim")
    needs = {
        "weights": Text(format_bytes(model["weights"])),
        "KV cache": Text(f"{format_bytes(model['kv_cache'])} for {model['context']} tokens"),
        "compute buffers": Text(f"about {format_bytes(model['compute'])} on each device"),
        "offloaded": Text(f"{model['offloaded']} of {model['layers']} layers"),
    }
    columns = ["device", "layers", "weights", "KV cache", "fits"]
    if model["state"]:
        columns.insert(-1, "states")
        size = format_bytes(model["state"])
        needs["recurrent states"] = Text(f"{size} for {model['sequences']} sequences")
    table = plain_table(columns, numbers=len(columns) - 1)
    for share in model["shares"]:
        mark = Text("yes", "green") if share["fits"] else Text("no", "bold red")
        table.add_row(
            Text(share["device"], "bold"),
            str(share["layers"]),
            format_bytes(share["weights"]),
            format_bytes(share["kv_cache"]),
            *([format_bytes(share["state"])] if model["state"] else []),
            mark,
        )
    return [name, _pairs(needs), table]
