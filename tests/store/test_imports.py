"""Preferences from other programs are read as picks."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tpop_cli.errors import BadDataError
from tpop_cli.store.imports import read_preferences
from tpop_cli.store.profile import Profile

from .example_picks import same, taught


def test_an_export_of_tpop_is_imported_whole() -> None:
    profile = taught("work", 4)
    profile.amend(1, "tie")
    data = json.dumps({"schema": 1, "picks": [asdict(p) for p in profile.picks()]}).encode()
    found = read_preferences(data)
    assert (len(found.picks), found.n_skipped) == (4, 0)
    other = Profile("other")
    other.extend(found.picks)
    assert same(other, profile)
    other.extend(found.picks)
    assert [p.id for p in other.picks()] == list(range(1, 9))


def test_pairs_are_imported_as_texts_or_as_chats() -> None:
    chat = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]
    lines = [
        {"prompt": "Why?", "chosen": "Yes.", "rejected": "It is so."},
        {"chosen": chat, "rejected": [chat[0], {"role": "assistant", "content": "It is long."}]},
        {"prompt": "x", "chosen": "", "rejected": "y"},
        {"nothing": 1},
        ["not", "an", "object"],
    ]
    data = "\n".join(map(json.dumps, lines)) + "\n{broken\n"
    found = read_preferences(data.encode())
    assert [(p.prompt, p.exploit.text, p.explore.text) for p in found.picks] == [
        ("Why?", "Yes.", "It is so."),
        ("Why?", "Because.", "It is long."),
    ]
    assert found.n_skipped == 4
    assert all(p.predicted_correctly is None and p.verdict == "exploit" for p in found.picks)
    profile = Profile("work")
    profile.extend(found.picks)
    assert profile.n_picks == 2
    assert profile.posterior.mean.any()  # the texts teach


def test_open_webui_feedback_is_imported() -> None:
    def feedback(rating: int, rated: str, children: list[str]) -> dict[str, object]:
        messages = {
            name: {"content": f"answer {name}", "parentId": "q", "childrenIds": []}
            for name in children
        }
        messages["q"] = {"content": "Why?", "parentId": "", "childrenIds": children}
        return {
            "data": {"rating": rating},
            "meta": {"message_id": rated},
            "snapshot": {"chat": {"chat": {"history": {"messages": messages}}}},
        }

    body = [
        feedback(1, "a", ["a", "b", "c"]),
        feedback(-1, "a", ["a", "b"]),
        feedback(-1, "a", ["a", "b", "c"]),  # which of the others is better is unknown
        feedback(1, "a", ["a"]),
        {"snapshot": {}},
    ]
    found = read_preferences(json.dumps(body).encode())
    assert [(p.exploit.text[-1], p.explore.text[-1]) for p in found.picks] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "a"),
    ]
    assert found.n_skipped == 3


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"nonsense", b'{"picks": [1, {"prompt": 3}]}', b"[" * 100_000]
)
def test_a_file_without_preferences_is_refused(data: bytes) -> None:
    with pytest.raises(BadDataError, match="no preference"):
        read_preferences(data)
