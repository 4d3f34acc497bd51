"""What `tpop doctor` found, to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .clean import clean
from .tables import plain_table


def size(n: float) -> str:
    """Bytes in words.

    >>> size(98_000_000), size(24.5e9), size(0)
    ('98 MB', '24.5 GB', '0 MB')
    """
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{n / 1e6:.0f} MB"


def doctor_report(found: Mapping[str, Any]) -> RenderableType:
    """Versions, devices, and where the model would go."""
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
                "this machine has a GPU that this build of llama.cpp cannot use; install one that can:",
                "yellow",
            )
        ]
        parts += [Text(found["missing_backend"], overflow="fold")]
    if found["model"]:
        parts += [Text(), *_model(found["model"])]
    return Group(*parts)


def _pairs(rows: Mapping[str, Text]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(name, "dim"), value)
    return table


def _devices(devices: Sequence[Mapping[str, Any]]) -> Table:
    table = plain_table(("device", "kind", "what", "free", "of"), numbers=2)
    for device in devices:
        what = Text(clean(device["description"]), overflow="fold")
        table.add_row(
            Text(clean(device["name"]), "bold"),
            device["kind"],
            what,
            size(device["free"]),
            size(device["total"]),
        )
    return table


def _model(model: Mapping[str, Any]) -> list[RenderableType]:
    name = Text(clean(f"{model['name']} "), "bold")
    name.append(f"{model['architecture']}, {model['quantization']}", "not bold dim")
    takes = {
        "weights": Text(size(model["weights"])),
        "KV cache": Text(f"{size(model['kv_cache'])} for {model['context']} tokens"),
        "to compute in": Text(f"about {size(model['compute'])} on each device"),
        "offloaded": Text(f"{model['offloaded']} of {model['layers']} layers"),
    }
    table = plain_table(("where", "layers", "weights", "KV cache", "fits"), numbers=4)
    for share in model["shares"]:
        mark = Text("yes", "green") if share["fits"] else Text("no", "bold red")
        table.add_row(
            Text(share["device"], "bold"),
            str(share["layers"]),
            size(share["weights"]),
            size(share["kv_cache"]),
            mark,
        )
    return [name, _pairs(takes), table]
