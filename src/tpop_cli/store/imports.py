"""Preferences from elsewhere as picks: tpop exports, chosen/rejected pairs, open-webui feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any, get_args

from ..core.picks import Candidate, Pick, Verdict
from ..errors import BadDataError


@dataclass(frozen=True)
class ImportedPicks:
    """The preferences of a file.

    Args:
        kind: the format that the file was read as, in words.
        picks: in the order of the file; their numbers mean nothing.
        n_skipped: how many entries are unreadable or do not say which answer is better.
    """

    kind: str
    picks: list[Pick]
    n_skipped: int


def read_preferences(data: bytes, now: datetime | None = None) -> ImportedPicks:
    """Read the preferences in a file's content.

    Args:
        data: JSON or JSONL.
        now: the time given to preferences that have none; None: the current time.

    Raises:
        BadDataError: the format is unknown, or there is no preference.
    """
    time = (now or datetime.now(timezone.utc)).astimezone().isoformat(timespec="seconds")
    text = data.decode("utf-8-sig", "replace")
    body = _parse(text)
    found: list[Pick | None]
    if isinstance(body, dict) and isinstance(body.get("picks"), list):
        kind, found = "tpop export", [_exported_pick(entry) for entry in body["picks"]]
    elif isinstance(body, list) and any(isinstance(x, dict) and "snapshot" in x for x in body):
        kind = "open-webui feedback"
        found = [pick for entry in body for pick in _feedback_picks(entry, time)]
    else:
        kind = "chosen/rejected pairs"
        lines = [line for line in text.splitlines() if line.strip()]
        entries = body if isinstance(body, list) else map(_parse, lines)
        found = [_pair_pick(entry, time) for entry in entries]
    picks = [pick for pick in found if pick is not None]
    if not picks:
        raise BadDataError(
            "it holds no preference",
            "use JSONL with prompt, chosen and rejected, or an export of tpop or open-webui",
        )
    return ImportedPicks(kind, picks, len(found) - len(picks))


def _parse(text: str) -> Any:
    """The value of a JSON text; None if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _exported_pick(entry: Any) -> Pick | None:
    try:
        known = {field.name: entry[field.name] for field in fields(Pick) if field.name in entry}
        for arm in ("exploit", "explore"):
            known[arm] = Candidate(**known[arm])
        pick = Pick(**known)
    except (TypeError, KeyError):
        return None
    texts = (pick.prompt, pick.exploit.text, pick.explore.text)
    valid = all(isinstance(text, str) for text in texts) and pick.verdict in get_args(Verdict)
    return pick if valid else None


def _pair_pick(entry: Any, time: str) -> Pick | None:
    """{"prompt", "chosen", "rejected"}: texts, or chats that end with the answer."""
    if not isinstance(entry, Mapping):
        return None
    chosen, rejected = _last_text(entry.get("chosen")), _last_text(entry.get("rejected"))
    prompt = _last_text(entry.get("prompt")) or _first_message(entry.get("chosen"))
    return _pick(prompt, chosen, rejected, time) if chosen and rejected else None


def _last_text(value: Any) -> str:
    """A text, or the last message of a chat; empty if it is neither."""
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        value = value[-1].get("content")
    return value if isinstance(value, str) else ""


def _first_message(value: Any) -> str:
    """The first message of a chat; empty if it is not a chat."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        value = value[0].get("content")
        return value if isinstance(value, str) else ""
    return ""


def _feedback_picks(entry: Any, time: str) -> Iterator[Pick | None]:
    """The picks in a rating of one of several answers to a question.

    A liked answer wins over each of the others. A disliked answer loses to the other one, if there
    is exactly one: among several, the rating does not say which is better.
    """
    try:
        messages = entry["snapshot"]["chat"]["chat"]["history"]["messages"]
        rated = messages[entry["meta"]["message_id"]]
        question = messages[rated["parentId"]]
        others = [
            messages[child] for child in question["childrenIds"] if messages[child] is not rated
        ]
        rating = int(entry["data"]["rating"])
    except (KeyError, TypeError, ValueError):
        yield None
        return
    prompt, answer = question.get("content"), rated.get("content")
    if rating > 0 and others:
        for other in others:
            yield _pick(prompt, answer, other.get("content"), time)
    elif rating < 0 and len(others) == 1:
        yield _pick(prompt, others[0].get("content"), answer, time)
    else:
        yield None


def _pick(prompt: Any, chosen: Any, rejected: Any, time: str) -> Pick | None:
    if not all(isinstance(text, str) for text in (prompt, chosen, rejected)):
        return None
    winner, loser = (Candidate(text, {}, 0, "stop") for text in (chosen, rejected))
    return Pick(0, time, prompt, winner, loser, "exploit", "exploit", 0.5, None, "import", "", "")
