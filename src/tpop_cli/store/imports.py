"""Preferences from elsewhere, as picks: tpop's export, pairs of chosen and rejected, open-webui's feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any, get_args

from ..core.picks import Candidate, Pick, Verdict
from ..errors import BadDataError


@dataclass(frozen=True)
class Imported:
    """What a file holds.

    Args:
        kind: what it was read as, in words.
        picks: in order; their numbers mean nothing.
        passed_over: entries that rank nothing, or that could not be read.
    """

    kind: str
    picks: list[Pick]
    passed_over: int


def read_preferences(data: bytes, now: datetime | None = None) -> Imported:
    """The picks in a file's content.

    Args:
        data: JSON or JSONL.
        now: the time of preferences that have none; default: this moment.

    Raises:
        BadDataError: it is none of the known forms, or holds no preference.
    """
    time = (now or datetime.now(timezone.utc)).astimezone().isoformat(timespec="seconds")
    text = data.decode("utf-8-sig", "replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict) and isinstance(body.get("picks"), list):
        kind, found = "picks that tpop exported", [_own(one) for one in body["picks"]]
    elif isinstance(body, list) and any(
        isinstance(one, dict) and "snapshot" in one for one in body
    ):
        kind, found = (
            "open-webui feedback",
            [pick for one in body for pick in _open_webui(one, time)],
        )
    else:
        lines = (
            body
            if isinstance(body, list)
            else [_line(line) for line in text.splitlines() if line.strip()]
        )
        kind, found = "pairs of chosen and rejected", [_pair(one, time) for one in lines]
    picks = [pick for pick in found if pick is not None]
    if not picks:
        raise BadDataError(
            "it holds no preference",
            "JSONL with prompt, chosen and rejected; or an export of tpop or open-webui",
        )
    return Imported(kind, picks, len(found) - len(picks))


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _own(body: Any) -> Pick | None:
    try:
        known = {field.name: body[field.name] for field in fields(Pick) if field.name in body}
        for arm in ("exploit", "explore"):
            known[arm] = Candidate(**known[arm])
        pick = Pick(**known)
    except (TypeError, KeyError):
        return None
    whole = all(
        isinstance(text, str) for text in (pick.prompt, pick.exploit.text, pick.explore.text)
    )
    return pick if whole and pick.verdict in get_args(Verdict) else None


def _pair(body: Any, time: str) -> Pick | None:
    """{"prompt", "chosen", "rejected"}: texts, or chats whose last message is the answer."""
    if not isinstance(body, Mapping):
        return None
    chosen, rejected = _last(body.get("chosen")), _last(body.get("rejected"))
    prompt = _last(body.get("prompt")) or _first(body.get("chosen")) or ""
    return _pick(prompt, chosen, rejected, time) if chosen and rejected else None


def _last(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        value = value[-1].get("content")
    return value if isinstance(value, str) else ""


def _first(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        value = value[0].get("content")
        return value if isinstance(value, str) else ""
    return ""


def _open_webui(body: Any, time: str) -> Iterator[Pick | None]:
    """A rating of one of several answers: a liked one beats its siblings, a single sibling beats a disliked one."""
    try:
        messages = body["snapshot"]["chat"]["chat"]["history"]["messages"]
        rated = messages[body["meta"]["message_id"]]
        question = messages[rated["parentId"]]
        siblings = [
            messages[other] for other in question["childrenIds"] if messages[other] is not rated
        ]
        rating = int(body["data"]["rating"])
    except (KeyError, TypeError, ValueError):
        yield None
        return
    if rating > 0 and siblings:
        for sibling in siblings:
            yield _pick(question.get("content"), rated.get("content"), sibling.get("content"), time)
    elif rating < 0 and len(siblings) == 1:
        yield _pick(question.get("content"), siblings[0].get("content"), rated.get("content"), time)
    else:
        yield None


def _pick(prompt: Any, chosen: Any, rejected: Any, time: str) -> Pick | None:
    if not all(isinstance(text, str) for text in (prompt, chosen, rejected)):
        return None
    first, second = (Candidate(text, {}, 0, "stop") for text in (chosen, rejected))
    return Pick(0, time, prompt, first, second, "exploit", "exploit", 0.5, None, "import", "", "")
