"""axes.json: the taste axes that the user added to the built-in ones."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from ..core.axes import AXES, Axis, Pole
from ..errors import BadDataError, NoInputError, UsageError
from . import paths
from .files import make_private_dir, read_bounded, strict_json, write_atomic
from .text_files import decode_text

_MAX_FILE = 1 << 20
_MAX_NAME, _MAX_INSTRUCTION = 40, 400


def load_axes() -> tuple[Axis, ...]:
    """The built-in axes, followed by the user's own.

    Raises:
        BadDataError: axes.json is broken.
    """
    return (*AXES, *own_axes())


def own_axes() -> tuple[Axis, ...]:
    """The user's own axes, in the order they were added. Raises BadDataError as `load_axes`."""
    path = paths.axes_file()
    try:
        text = decode_text(read_bounded(path, _MAX_FILE), path.name)
        body = strict_json(text.encode("utf-8"))
        return tuple(
            _checked(Axis(a["name"], _pole(a["toward"]), _pole(a["away"]), builtin=False))
            for a in body["axes"]
        )
    except FileNotFoundError:
        return ()
    except (BadDataError, UsageError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise BadDataError(
            f"{path} is broken: {error}", f"fix it, or move it away: {path}"
        ) from None


def _pole(body: dict[str, Any]) -> Pole:
    """A pole as `_save` wrote it; further keys of older versions are ignored."""
    weight, alpha = (float(body.get(key, getattr(Pole, key))) for key in ("weight", "alpha"))
    if not (math.isfinite(weight) and 0 < alpha <= 1):
        raise ValueError(f"a pole has the weight {weight:g} and the bound {alpha:g}")
    return Pole(body["name"], body["instruction"], weight, alpha)


def add_axis(axis: Axis) -> None:
    """Add an axis to the user's own.

    Raises:
        UsageError: a name is taken or not valid, or an instruction is empty or too long.
    """
    axis = _checked(axis)
    taken = {name for a in load_axes() for name in (a.name, a.toward.name, a.away.name)}
    for name in (axis.name, axis.toward.name, axis.away.name):
        if name in taken:
            raise UsageError(f"the name {name!r} is taken", "see: tpop axes list")
    _save((*own_axes(), axis))


def remove_axis(name: str) -> None:
    """Remove one of the user's own axes. Picks that used it stay, but no longer count for it.

    Raises:
        NoInputError: there is no such axis among the user's own.
    """
    kept = tuple(axis for axis in own_axes() if axis.name != name)
    if len(kept) == len(own_axes()):
        raise NoInputError(f"you have no axis of your own named {name!r}", "see: tpop axes list")
    _save(kept)


def _save(axes: tuple[Axis, ...]) -> None:
    path = paths.axes_file()
    make_private_dir(path.parent)
    body = [{"name": a.name, "toward": asdict(a.toward), "away": asdict(a.away)} for a in axes]
    write_atomic(
        path, json.dumps({"schema": 1, "axes": body}, ensure_ascii=False, indent=1).encode() + b"\n"
    )


def _checked(axis: Axis) -> Axis:
    """Return the axis if its names and instructions are valid. Raises UsageError if not."""
    for name in (axis.name, axis.toward.name, axis.away.name):
        if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
            raise UsageError(
                f"{name[:80]!r} is not a valid name", f"use 1 to {_MAX_NAME} printable characters"
            )
    for pole in axis.poles:
        if not pole.instruction.strip() or len(pole.instruction) > _MAX_INSTRUCTION:
            raise UsageError(
                f"the instruction of {pole.name!r} is empty or too long",
                f"use 1 to {_MAX_INSTRUCTION} characters",
            )
    return axis
