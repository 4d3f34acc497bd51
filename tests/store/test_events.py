"""Every event of a log is checked, value by value, before it is written and when it is read."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.errors import BadDataError
from tpop_cli.store.events import (
    MAX_LINE,
    Amend,
    Event,
    Numbered,
    Undo,
    _crc,
    _dump,
    check_picks,
    decode_event,
    decode_pick,
    encode_event,
)

from ..faults.table import BAD_EVENTS
from .example_picks import make_pick


def with_checksum(body: dict[str, object]) -> bytes:
    return _dump({**body, "crc": _crc(body)})


def body_of(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode_event(event))
    del body["crc"]
    return body


def test_a_decoded_event_equals_the_encoded_one() -> None:
    events: list[Event] = [make_pick(3, "tie"), make_pick(3).without_texts(), Undo(7), Numbered(0)]
    for event in [*events, Amend(1, "skip")]:
        assert decode_event(encode_event(event)) == event
    odd = replace(make_pick(1), prompt="half a pair \ud800 and \u2028 a line")
    assert decode_event(encode_event(odd)) == odd
    assert b"\n" not in encode_event(odd)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"event":"pick"}',
        encode_event(make_pick(1))[:-3],
        encode_event(make_pick(1)).replace(b"question", b"Question"),
        b'{"a":' * 990 + b"1" + b"}" * 990,
    ],
)
def test_a_damaged_line_is_refused(line: bytes) -> None:
    with pytest.raises(BadDataError):
        decode_event(line)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"event": "amend", "id": 1, "verdict": "nonsense"}, "verdict is unknown"),
        ({"event": "amend", "id": 1, "verdict": ["tie"]}, "verdict is unknown"),
        ({"event": "undo"}, "id is missing"),
        ({"event": "undo", "id": "3"}, "id is not a number of a pick"),
        ({"event": "undo", "id": True}, "id is not a number of a pick"),
        ({"event": "numbered", "id": -1}, "id is not a number of a pick"),
        ({"event": "numbered", "id": 10**40}, "id is not a number of a pick"),
        ({"event": "pick", "id": 1}, "time is missing"),
        ({"event": ["pick"]}, "is not an event"),
        ({"id": 1}, "'None' is not an event"),
    ],
)
def test_an_event_with_a_wrong_value_is_refused(body: dict[str, object], problem: str) -> None:
    with pytest.raises(BadDataError, match=problem):
        decode_event(with_checksum(body))


WRONG: list[tuple[str, Any, str]] = [
    ("id", 1.0, "id is not"),
    ("time", 1764000000, "time is not a text"),
    ("time", None, "time is not a text"),
    ("prompt", ["Why?"], "prompt is not a text"),
    ("model", 3, "model is not a text"),
    ("verdict", "left", "verdict is unknown"),
    ("left", "right", "left is not an arm"),
    ("predicted", None, "predicted is not"),
    ("predicted", 1.5, "predicted is not"),
    ("predicted", "0.5", "predicted is not"),
    ("seconds", -2, "seconds is not"),
    ("seconds", "2", "seconds is not"),
    ("early", 1, "early is not"),
    ("exploit", None, "a value is not an object"),
    ("explore", "Because.", "a value is not an object"),
    ("exploit.text", None, "text of exploit is not a text"),
    ("exploit.strengths", None, "strengths of exploit are not"),
    ("explore.strengths", ["length"], "strengths of explore are not"),
    ("explore.strengths", {"length": "1.0"}, "strengths of explore are not"),
    ("explore.strengths", {"length": True}, "strengths of explore are not"),
    ("explore.strengths", {"length": 1e300}, "strengths of explore are not"),
    ("explore.seed", 1.5, "seed of explore is not"),
    ("explore.finish_reason", None, "finish_reason of explore is not a text"),
    ("explore.features", {"words": None}, "features of explore are not"),
]


@BAD_EVENTS.shown
@pytest.mark.parametrize(("where", "value", "problem"), WRONG)
def test_a_pick_with_a_wrong_value_is_neither_read_nor_written(
    where: str, value: Any, problem: str
) -> None:
    body = body_of(replace(make_pick(1), id=1))
    *parents, key = where.split(".")
    (body[parents[0]] if parents else body)[key] = value
    with pytest.raises(BadDataError, match=problem):
        decode_event(with_checksum(body))
    with pytest.raises(BadDataError, match=problem):
        decode_pick(body)


@BAD_EVENTS.shown
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_never_written(number: float) -> None:
    pick = make_pick(1)
    strong = replace(pick.exploit, strengths={"length": number})
    wrong = [replace(pick, exploit=strong), replace(pick, predicted=number)]
    for one in [*wrong, replace(pick, seconds=number)]:
        with pytest.raises(BadDataError):
            encode_event(one)
        with pytest.raises(BadDataError, match=r"^pick 2: "):
            check_picks([pick, one])


def test_a_pick_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(BadDataError, match="more than 4 MB"):
        encode_event(replace(make_pick(1), prompt="x" * MAX_LINE))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
PLACES = [*body_of(make_pick(1)), *(f"exploit.{key}" for key in body_of(make_pick(1))["exploit"])]


@BAD_EVENTS.shown
@given(st.sampled_from(PLACES), json_values)
def test_a_pick_with_any_value_anywhere_is_read_whole_or_refused(where: str, value: Any) -> None:
    body = body_of(make_pick(1))
    *parents, key = where.split(".")
    (body[parents[0]] if parents else body)[key] = value
    try:
        pick = decode_pick(body)
    except BadDataError:
        return
    assert decode_event(encode_event(pick)) == pick


def test_unknown_keys_of_a_pick_are_ignored() -> None:
    """A newer tpop may write them."""
    body = {**body_of(make_pick(1)), "mood": "good"}
    body["exploit"]["mood"] = "better"
    assert decode_event(with_checksum(body)) == make_pick(1)
