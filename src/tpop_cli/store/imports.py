"""Preferences from elsewhere as picks: exports of tpop and of open-webui, and preference files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ..core.picks import Candidate, Pick
from ..core.said import Said
from ..errors import BadDataError
from .events import MAX_LINE, decode_pick, decode_said, encode_event
from .import_formats import Preference, read_pair
from .import_open_webui import is_feedback, is_saved_chat, read_feedback, read_saved_chat
from .import_texts import SkipEntry
from .text_files import decode_text, split_lines

_HINT = "use JSONL with prompt, chosen and rejected, or an export of tpop or open-webui"
_LISTS = ("data", "train", "rows", "examples", "chats", "feedbacks")  # keys of a list of entries
_NOT_JSON, _NOT_JSON_REASON = object(), "without valid JSON"
_CSV = re.compile(r"[^\n{\[]*\b(chosen|rejected)\b")
_MOST_PLACES = 5  # of skipped entries, in words
_LONGEST_CHARACTER = 6  # bytes that JSON takes for one: \ud800


@dataclass(frozen=True)
class ImportedPicks:
    """The preferences of a file.

    Args:
        kind: the formats that the file was read as, in words.
        picks: in the order of the file; their numbers mean nothing.
        skipped: for each reason, the numbers of the skipped entries, from 1. A reason follows the
            word "entries", such as "with two equal answers".
        by_line: whether the entries are lines, and their numbers those of lines.
        n_repeated: how many further preferences repeat an earlier one of the same file.
    """

    kind: str
    picks: list[Pick]
    skipped: Mapping[str, Sequence[int]]
    by_line: bool
    n_repeated: int = 0

    @property
    def n_skipped(self) -> int:
        """Number of skipped entries."""
        return sum(map(len, self.skipped.values()))

    @property
    def skipped_words(self) -> str:
        """What was skipped and why, in words; empty if nothing was."""
        return "; ".join(
            f"{len(numbers)} {'entry' if len(numbers) == 1 else 'entries'} {reason} "
            f"({self._places(numbers)})"
            for reason, numbers in self.skipped.items()
        )

    def _places(self, numbers: Sequence[int]) -> str:
        one, several = ("line", "lines") if self.by_line else ("number", "numbers")
        listed = ", ".join(map(str, numbers[:_MOST_PLACES]))
        more = ", ..." if len(numbers) > _MOST_PLACES else ""
        return f"{one if len(numbers) == 1 else several} {listed}{more}"


def read_preferences(
    data: bytes, now: datetime | None = None, name: str = "the file"
) -> ImportedPicks:
    """Read the preferences in a file's content.

    Args:
        data: JSON or JSONL.
        now: the time given to preferences that have none; None: the current time.
        name: of the file, for error messages.

    Raises:
        BadDataError: the data is not text, its format is unknown, or there is no preference.
    """
    time = (now or datetime.now(timezone.utc)).astimezone().isoformat(timespec="seconds")
    kinds: Counter[str] = Counter()
    skipped: dict[str, list[int]] = {}
    picks: dict[tuple[Any, ...], Pick] = {}
    n_repeated = 0
    text = decode_text(data, name)
    entries, by_line = _entries(text)
    for number, entry in entries:
        try:
            for kind, found in _read_entry(entry):
                if isinstance(found, SkipEntry):
                    skipped.setdefault(str(found), []).append(number)
                    continue
                pick = found if isinstance(found, Pick) else _as_pick(found, time)
                _check_length(pick)
                kinds[kind] += 1
                key = (pick.time, *_content(pick))
                n_repeated += key in picks
                picks.setdefault(key, pick)
        except SkipEntry as reason:
            skipped.setdefault(str(reason), []).append(number)
    result = ImportedPicks(", ".join(kinds), list(picks.values()), skipped, by_line, n_repeated)
    if not (picks or _is_export(_parse(text))):
        if set(skipped) == {_NOT_JSON_REASON} and _CSV.match(text):
            raise BadDataError(f"{name} is CSV, not JSON", f"convert it; {_HINT}")
        why = f": {result.skipped_words}" if skipped else ""
        raise BadDataError(f"{name} holds no preference{why}", _HINT)
    return result


def read_said(data: bytes, name: str = "the file") -> Said:
    """What was said by the user of a profile that tpop exported; nothing in any other file.

    Args:
        data: the file's.
        name: of the file, for error messages.

    Raises:
        BadDataError: the data is not text, or what was said is not possible.
    """
    body = _parse(decode_text(data, name))
    return decode_said(body["said"]) if _is_export(body) else Said()


def _is_export(body: Any) -> bool:
    """Whether a file is tpop's own export, with what was said."""
    return isinstance(body, Mapping) and {"schema", "said", "picks"} <= set(body)


def new_picks(picks: Iterable[Pick], known: Iterable[Pick]) -> list[Pick]:
    """The picks that are not among the known ones, by prompt, answers and verdict.

    If `picks` holds one several times, as two picks of the same answers at different times, then
    as many are new as `known` lacks.
    """
    left = Counter(map(_content, known))
    found = []
    for pick in picks:
        key = _content(pick)
        if left[key]:
            left[key] -= 1
        else:
            found.append(pick)
    return found


def _content(pick: Pick) -> tuple[Any, ...]:
    """What makes two picks the same one."""
    if not pick.has_texts:  # only everything else can tell them apart
        return (encode_event(replace(pick, id=0)),)
    if pick.winner and pick.loser:
        return pick.prompt, pick.winner.text, pick.loser.text
    return pick.prompt, pick.exploit.text, pick.explore.text, pick.verdict


def _entries(text: str) -> tuple[Iterable[tuple[int, Any]], bool]:
    """The entries of a file, and whether they are its lines.

    Returns:
        (number of each entry and its value, whether the numbers are those of lines).
    """
    body = _parse(text)
    if isinstance(body, Mapping):
        keys = ("picks", *(() if {"chosen", "rejected"} & set(body) else _LISTS))
        body = next((body[key] for key in keys if isinstance(body.get(key), list)), [body])
    if isinstance(body, list):
        return enumerate(map(_unwrapped, body), 1), False
    lines = [(n, _parse(line)) for n, line in enumerate(split_lines(text), 1) if line.strip()]
    if any(isinstance(entry, (Mapping, list)) for _, entry in lines):
        return lines, True
    values = list(enumerate(_values(text), 1))
    return (values, False) if values else (lines, True)


def _unwrapped(entry: Any) -> Any:
    """The row in an entry of Hugging Face's dataset server: {"row_idx": 0, "row": {...}}."""
    row = entry.get("row") if isinstance(entry, Mapping) else None
    return row if isinstance(row, Mapping) and "row_idx" in entry else entry


def _values(text: str) -> Iterator[Any]:
    """The objects that are written one after another, over several lines, as jq does."""
    decoder, position = json.JSONDecoder(), 0
    while (start := text.find("{", position)) >= 0:
        if text[position:start].strip():
            yield _NOT_JSON
            return
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            yield _NOT_JSON
            return
        yield value


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _read_entry(entry: Any) -> Iterator[tuple[str, Pick | Preference | SkipEntry]]:
    """What an entry holds, each with the name of its format. Raises SkipEntry."""
    if entry is _NOT_JSON:
        raise SkipEntry(_NOT_JSON_REASON)
    if is_feedback(entry):
        for preference in read_feedback(entry):
            yield "open-webui feedback", preference
    elif is_saved_chat(entry):
        for found in read_saved_chat(entry):
            yield "open-webui chats", found
    elif isinstance(entry, Mapping) and {"event", "crc"} <= set(entry):
        raise SkipEntry("of tpop's own log, which `tpop profile export --as json` exports")
    elif isinstance(entry, Mapping) and {"exploit", "explore"} <= set(entry):
        yield "tpop export", _exported_pick(entry)
    else:
        yield from read_pair(entry)


def _exported_pick(entry: Mapping[str, Any]) -> Pick:
    try:
        return decode_pick({**entry, "id": 0})
    except BadDataError as error:
        raise SkipEntry(f"with an impossible value ({error.message})") from None


def _check_length(pick: Pick) -> None:
    texts: Sequence[str] = (pick.prompt, pick.exploit.text, pick.explore.text)
    if sum(map(len, texts)) > MAX_LINE // (2 * _LONGEST_CHARACTER):
        try:
            encode_event(pick)
        except BadDataError:
            raise SkipEntry(f"with more than {MAX_LINE >> 20} MB") from None


def _as_pick(preference: Preference, time: str) -> Pick:
    prompt, chosen, rejected = preference
    winner, loser = (Candidate(text, {}, 0, "stop") for text in (chosen, rejected))
    return Pick(0, time, prompt, winner, loser, "exploit", "exploit", 0.5, None, "import", "", "")
