"""The events of a pick log: how they are written, and the checks that each of them passes.

A line is one event, a JSON object with a checksum `crc`: {"event": "pick", ...},
{"event": "undo", "id": n}, {"event": "amend", "id": n, "verdict": ...}, {"event": "numbered",
"id": n} or {"event": "say", "id": n, "strengths": {...}, "wishes": [...]}.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, get_args

from ..core.picks import ArmName, Candidate, Pick, Verdict
from ..core.said import Said
from ..errors import BadDataError
from .files import strict_json

MAX_LINE = 4 << 20
_MAX_ID = 2**53  # the largest number that every JSON reader keeps exactly
_MAX_STRENGTH = 1e3  # far beyond what is ever used; beyond it a posterior could overflow
_MAX_FEATURE = 1e9
_TEXTS = ("time", "prompt", "source", "model", "fingerprint", "steer")


@dataclass(frozen=True)
class Undo:
    """The event that undoes a pick."""

    id: int


@dataclass(frozen=True)
class Amend:
    """The event that changes the verdict of a pick, or names the reason for it."""

    id: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Numbered:
    """The event that says which numbers were given: all up to `id`.

    A log that was rewritten without some of its picks begins with it, so that no number is given
    again.
    """

    id: int


@dataclass(frozen=True)
class Say:
    """The event that holds all that the user says from then on (`core.said`).

    Its `id` is the highest number of a pick that was given before.
    """

    id: int
    strengths: Mapping[str, float]
    wishes: Sequence[str]

    @property
    def said(self) -> Said:
        """What the user says."""
        return Said(dict(self.strengths), tuple(self.wishes))


Event = Pick | Undo | Amend | Numbered | Say


def encode_event(event: Event) -> bytes:
    """One line of the log, without its newline.

    Raises:
        BadDataError: the event does not pass `check_event`, or its texts are too long.
    """
    check_event(event)
    body = {"event": type(event).__name__.lower(), **asdict(event)}
    line = _dump({**body, "crc": _crc(body)})
    _require(len(line) < MAX_LINE, f"a pick takes more than {MAX_LINE >> 20} MB")
    return line


def decode_event(line: bytes) -> Event:
    """Decode one line. Unknown keys of a pick are ignored: a newer tpop may write them.

    Raises:
        BadDataError: the line is not an event, or its checksum is wrong.
    """
    try:
        body = strict_json(line)
        if not isinstance(body, dict) or body.pop("crc", None) != _crc(body):
            raise BadDataError("its checksum is wrong")
    except RecursionError:
        raise BadDataError("it is nested too deeply") from None
    kind = body.pop("event", None)
    if kind == "pick":
        return decode_pick(body)
    kinds: dict[Any, type[Undo | Amend | Numbered | Say]] = {
        "undo": Undo,
        "amend": Amend,
        "numbered": Numbered,
        "say": Say,
    }
    if not isinstance(kind, str) or kind not in kinds:
        raise BadDataError(f"{str(kind)[:40]!r} is not an event")
    event = kinds[kind](**_known(kinds[kind], body))
    check_event(event)
    return event


def decode_pick(body: Any) -> Pick:
    """A pick from its JSON object. Unknown keys are ignored.

    Raises:
        BadDataError: it is not an object, a key is missing, or a value does not pass `check_event`.
    """
    values = _known(Pick, body)
    for arm in ("exploit", "explore"):
        values[arm] = Candidate(**_known(Candidate, values[arm]))
    pick = Pick(**values)
    check_event(pick)
    return pick


def check_event(event: Event) -> None:
    """Check every value of an event: its type, that it is finite, and its range.

    Raises:
        BadDataError: a value is not allowed; the message names it.
    """
    _require(_is_int(event.id) and 0 <= event.id < _MAX_ID, "id is not a number of a pick")
    if isinstance(event, Pick | Amend):
        _require(_is_one_of(event.verdict, get_args(Verdict)), "verdict is unknown")
        _require(isinstance(event.reason, str), "reason is not a text")
    if isinstance(event, Say):
        _check_said(event)
    if not isinstance(event, Pick):
        return
    for name in _TEXTS:
        _require(isinstance(getattr(event, name), str), f"{name} is not a text")
    _require(_is_one_of(event.left, get_args(ArmName)), "left is not an arm")
    _require(_is_number(event.predicted, 0, 1), "predicted is not a number from 0 to 1")
    _require(
        event.seconds is None or _is_number(event.seconds, 0, math.inf),
        "seconds is not a positive number",
    )
    _require(isinstance(event.early, bool), "early is not true or false")
    own = event.own_axes
    _require(
        own is None
        or (isinstance(own, Mapping) and all(isinstance(x, str) for x in [*own, *own.values()])),
        "own_axes are not names with texts",
    )
    for arm in ("exploit", "explore"):
        _check_candidate(getattr(event, arm), arm)


def decode_said(body: Any) -> Said:
    """What a user said, from the JSON object of `encode_said`.

    Raises:
        BadDataError: a value is not allowed.
    """
    values = _known(Say, {"id": 0, **body} if isinstance(body, Mapping) else body)
    event = Say(**values)
    check_event(event)
    return event.said


def encode_said(said: Said) -> dict[str, Any]:
    """What a user said, as a JSON object."""
    return {"strengths": dict(said.strengths), "wishes": list(said.wishes)}


def check_picks(picks: Iterable[Pick]) -> None:
    """Check every value of many picks.

    Raises:
        BadDataError: a value is not allowed; the message names the pick by its place, from 1.
    """
    for n, pick in enumerate(picks, 1):
        try:
            encode_event(pick)
        except BadDataError as error:
            raise BadDataError(f"pick {n}: {error.message}", error.hint) from None


def _check_candidate(candidate: Candidate, arm: str) -> None:
    _require(isinstance(candidate, Candidate), f"{arm} is not an answer")
    for name in ("text", "finish_reason"):
        _require(isinstance(getattr(candidate, name), str), f"{name} of {arm} is not a text")
    _require(_is_int(candidate.seed), f"seed of {arm} is not a whole number")
    _require(
        _maps_to_numbers(candidate.strengths, _MAX_STRENGTH),
        f"strengths of {arm} are not names with numbers",
    )
    _require(
        candidate.features is None or _maps_to_numbers(candidate.features, _MAX_FEATURE),
        f"features of {arm} are not names with numbers",
    )


def _check_said(event: Say) -> None:
    _require(_maps_to_numbers(event.strengths, 1.0), "strengths are not numbers from -1 to 1")
    wishes = event.wishes
    _require(
        isinstance(wishes, list | tuple) and all(isinstance(wish, str) for wish in wishes),
        "wishes are not texts",
    )


def _maps_to_numbers(value: Any, most: float) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and _is_number(number, -most, most) for name, number in value.items()
    )


def _is_number(value: Any, least: float, most: float) -> bool:
    """Whether a value is a finite number in a range; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= most and value != math.inf


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_one_of(value: Any, names: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value in names


def _require(valid: bool, problem: str) -> None:
    if not valid:
        raise BadDataError(problem)


def _known(kind: type[Event | Candidate], body: Any) -> dict[str, Any]:
    """The values that a class has, from a JSON object. Other keys are ignored."""
    if not isinstance(body, Mapping):
        raise BadDataError("a value is not an object")
    for one in fields(kind):
        if one.default is MISSING and one.name not in body:
            raise BadDataError(f"{one.name} is missing")
    return {one.name: body[one.name] for one in fields(kind) if one.name in body}


def _dump(body: dict[str, Any]) -> bytes:
    def dump(ensure_ascii: bool) -> bytes:
        text = json.dumps(body, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8")

    try:
        return dump(ensure_ascii=False)
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can represent
        return dump(ensure_ascii=True)


def _crc(body: dict[str, Any]) -> int:
    # Keys are sorted for the checksum only, so that their order in the line does not matter.
    return zlib.crc32(
        json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    )
