"""Files of preferences are read as picks, once."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict, replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.cli.console import write_json
from tpop_cli.core.picks import Candidate, Verdict
from tpop_cli.errors import BadDataError
from tpop_cli.store.exports import preference_pairs
from tpop_cli.store.imports import new_picks, read_preferences
from tpop_cli.store.profile import Profile

from .example_picks import make_pick, same, taught

PAIR = {"prompt": "Why?", "chosen": "Yes.", "rejected": "It is so."}
OTHER = {"prompt": "Who?", "chosen": "Ann.", "rejected": "Bob."}
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
ODD = "\0\r\n\x0b\x0c\x1c\x85\u2028\u2029\ufeff\ud83d é"
TEXTS = st.text(st.characters() | st.sampled_from(ODD), max_size=12)


def encode(*entries: object, indent: int | None = None) -> bytes:
    return "\n".join(json.dumps(entry, indent=indent) for entry in entries).encode()


def printed(*bodies: object, encoding: str = "utf-8") -> bytes:
    """What `write_json` writes to a pipe."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        for body in bodies:
            write_json(body)
    return stream.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_an_export_of_tpop_is_imported_whole() -> None:
    profile = taught("work", 4)
    profile.amend(1, "tie")
    data = encode({"schema": 1, "picks": [asdict(p) for p in profile.picks()]})
    found = read_preferences(data)
    assert (len(found.picks), found.n_skipped, found.kind) == (4, 0, "tpop export")
    other = Profile("other")
    other.extend(found.picks)
    assert same(other, profile)
    assert new_picks(found.picks, other.picks()) == []


def test_imported_pairs_teach_as_picks_without_a_prediction() -> None:
    lines = [PAIR, {"prompt": "x", "chosen": "", "rejected": "y"}, {"nothing": 1}, ["no", "object"]]
    found = read_preferences(encode(*lines) + b"\n\n{broken\n", NOW)
    (pick,) = found.picks
    assert (pick.prompt, pick.exploit.text, pick.explore.text) == ("Why?", "Yes.", "It is so.")
    assert (pick.verdict, pick.predicted, pick.source) == ("exploit", 0.5, "import")
    assert datetime.fromisoformat(pick.time) == NOW and pick.predicted_correctly is None
    assert found.n_skipped == 4
    assert found.skipped_words == (
        "1 entry with an empty answer (line 2); 1 entry in an unknown format (line 3); "
        "1 entry without a JSON object (line 4); 1 entry without valid JSON (line 6)"
    )
    profile = Profile("work")
    profile.extend(found.picks)
    assert profile.n_picks == 1
    assert profile.posterior.mean.any()  # the texts teach


@pytest.mark.parametrize(
    "data",
    [
        encode(PAIR, OTHER),
        encode(PAIR, OTHER).replace(b"\n", b"\r\n\r\n"),
        encode(PAIR, OTHER, indent=2),
        encode([PAIR, OTHER]),
        encode([PAIR, OTHER], indent=1).decode().encode("utf-16"),
        encode({"data": [PAIR, OTHER]}),
        encode({"train": [PAIR, OTHER]}),
        encode({"rows": [{"row_idx": n, "row": row} for n, row in enumerate((PAIR, OTHER))]}),
    ],
)
def test_entries_are_lines_or_a_list(data: bytes) -> None:
    found = read_preferences(data)
    assert [pick.prompt for pick in found.picks] == ["Why?", "Who?"]
    assert found.n_skipped == 0


def test_one_object_over_several_lines_is_one_entry() -> None:
    assert read_preferences(encode(PAIR, indent=2)).picks[0].prompt == "Why?"


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["exploit", "explore", "tie", "both-bad", "skip"]))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_tpop_exports_it_reads_back(
    encoding: str, prompt: str, one: str, other: str, verdict: Verdict
) -> None:
    texts = {"exploit": Candidate(one, {}, 1, "stop"), "explore": Candidate(other, {}, 2, "stop")}
    pick = replace(make_pick(0, verdict), prompt=prompt, **texts)
    exported = printed({"schema": 1, "picks": [asdict(pick)]}, encoding=encoding)
    assert read_preferences(exported).picks == [pick]
    listed = printed(asdict(pick), asdict(replace(pick, prompt=f"{prompt}!")), encoding=encoding)
    assert read_preferences(listed).picks[0] == pick and len(read_preferences(listed).picks) == 2
    pairs = list(preference_pairs([pick])) if prompt.strip() else []
    if pairs:
        found = read_preferences(printed(*pairs, encoding=encoding)).picks
        assert new_picks(found, [pick]) == [] and len(found) == 1
    assert bool(pairs) == bool(
        prompt.strip() and pick.winner and one.strip() and other.strip() and one != other
    )


def test_nothing_is_imported_twice() -> None:
    found = read_preferences(encode(PAIR, OTHER, PAIR), NOW)
    assert ([p.prompt for p in found.picks], found.n_repeated) == (["Why?", "Who?"], 1)
    later = read_preferences(encode(PAIR, {**PAIR, "chosen": "No."})).picks
    assert [p.exploit.text for p in new_picks(later, found.picks)] == ["No."]
    turned = replace(
        found.picks[0],
        exploit=found.picks[0].explore,
        explore=found.picks[0].exploit,
        verdict="explore",
    )
    assert new_picks(found.picks[:1], [turned]) == []
    assert new_picks(found.picks[:1], [replace(found.picks[0], verdict="tie")])


def test_two_imports_at_once_add_a_pick_once() -> None:
    picks = read_preferences(encode(PAIR, OTHER)).picks
    first, second = Profile("work"), Profile("work")
    first.extend(picks[:1], new_picks)
    second.extend(picks, new_picks)  # it was opened before the first import
    assert [pick.prompt for pick in Profile("work").picks()] == ["Why?", "Who?"]
    assert second.n_picks == 2 and same(second, Profile("work"))


def test_equal_picks_of_different_times_are_all_kept() -> None:
    twice = [replace(make_pick(1), time=f"2026-01-0{day}T00:00:00+00:00") for day in (1, 2)]
    found = read_preferences(encode({"schema": 1, "picks": [asdict(pick) for pick in twice]}))
    assert found.picks == twice and found.n_repeated == 0
    assert new_picks(found.picks, twice[:1]) == twice[1:]


def test_picks_without_texts_are_told_apart_by_everything_else() -> None:
    picks = [make_pick(n).without_texts() for n in range(3)]
    found = read_preferences(encode({"schema": 1, "picks": [asdict(pick) for pick in picks]}))
    assert len(found.picks) == 3
    assert new_picks(found.picks, picks[:2]) == picks[2:]


@pytest.mark.parametrize(
    "changed",
    [
        {"time": 1764000000000},
        {"predicted": float("nan")},
        {"predicted": "0.5"},
        {"verdict": "left"},
        {"prompt": None},
        {"exploit": None},
        {"explore": {"text": "x", "strengths": {"length": None}, "seed": 1, "finish_reason": ""}},
    ],
)
def test_a_pick_with_an_impossible_value_is_skipped(changed: dict[str, object]) -> None:
    good, bad = asdict(make_pick(1)), {**asdict(make_pick(2)), **changed}
    found = read_preferences(encode({"schema": 1, "picks": [good, bad]}))
    assert [p.prompt for p in found.picks] == [good["prompt"]] and found.n_skipped == 1
    assert found.skipped_words.startswith("1 entry with an impossible value (")
    assert found.skipped_words.endswith(") (number 2)")


def test_a_pick_that_is_too_long_for_the_log_is_skipped() -> None:
    found = read_preferences(encode(PAIR, {**OTHER, "chosen": "long " * 900_000}))
    assert len(found.picks) == 1 and "more than 4 MB" in found.skipped_words


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no preference"),
        (b"{}", "an unknown format"),
        (b"[]", "no preference"),
        (b"nonsense", "without valid JSON"),
        (b"3", "without a JSON object"),
        (b'{"picks": [1, {"prompt": 3}]}', "2 entries in an unknown format|1 entry"),
        (b"[" * 100_000, "without valid JSON"),
        (encode([PAIR, OTHER])[:-20], "without valid JSON"),
        (encode({"prompt": "a", "completion": "b", "label": True}), "one rated answer alone"),
        (b'{"event":"pick","id":1,"crc":5}', "tpop's own log"),
        (b"prompt,chosen,rejected\nWhy?,Yes.,No.\n", "f is CSV, not JSON"),
        (b"PAR1\x15\x04\xff", "f is a Parquet file"),
    ],
)
def test_a_file_without_preferences_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadDataError, match=reason) as caught:
        read_preferences(data, name="f")
    assert "\n" not in caught.value.message
