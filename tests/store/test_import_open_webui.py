"""Ratings of open-webui are read from its feedback and from its chats."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tpop_cli.errors import BadDataError
from tpop_cli.store.imports import ImportedPicks, read_preferences


def tree(children: dict[str, int | None], **texts: str) -> dict[str, Any]:
    """The messages of a question with answers, whose ratings are given by name."""
    messages: dict[str, Any] = {
        "q": {"role": "user", "content": "Why?", "parentId": None, "childrenIds": list(children)}
    }
    for name, rating in children.items():
        messages[name] = {
            "role": "assistant",
            "content": texts.get(name, f"answer {name}"),
            "parentId": "q",
            "childrenIds": [],
        }
        if rating is not None:
            messages[name]["annotation"] = {"rating": rating, "reason": "", "comment": ""}
    return {"messages": messages, "currentId": next(iter(children))}


def feedback(rating: int, rated: str, history: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "rating",
        "data": {"rating": rating, "model_id": "m"},
        "meta": {"message_id": rated},
        "snapshot": {"chat": {"chat": {"history": history}}},
    }


def chat(history: dict[str, Any]) -> dict[str, Any]:
    return {"id": "c", "title": "t", "chat": {"history": history, "models": ["m"]}}


def read(*entries: object) -> ImportedPicks:
    return read_preferences(json.dumps(list(entries)).encode())


def pairs(found: ImportedPicks) -> list[tuple[str, str]]:
    assert all(p.prompt == "Why?" and p.verdict == "exploit" for p in found.picks)
    return [(p.exploit.text[-1], p.explore.text[-1]) for p in found.picks]


def test_feedback_is_imported() -> None:
    unrated = {"a": None, "b": None, "c": None}
    found = read(
        feedback(1, "a", tree(unrated)),
        feedback(-1, "a", tree({"a": None, "b": None})),
        feedback(-1, "a", tree(unrated)),  # which of the others is better is unknown
        feedback(1, "a", tree({"a": None})),
        feedback(0, "a", tree(unrated)),
        feedback(1, "a", tree(unrated, b="answer a", c="")),
        {"snapshot": {}},
    )
    assert found.kind == "open-webui feedback"
    assert pairs(found) == [("a", "b"), ("a", "c"), ("b", "a")]
    assert dict(found.skipped) == {
        "with ratings that do not say which answer is better": [3, 5],
        "with a rated answer that has no other to compare": [4],
        "with two equal answers": [6],
        "with an empty answer": [6],
        "without a rating and its chat": [7],
    }


def test_ratings_in_chats_are_imported() -> None:
    nested = tree({"a": None, "b": None})
    nested["messages"]["q2"] = {"role": "user", "content": "Why?", "parentId": "a"}
    for name, rating in (("x", 1), ("y", None)):
        nested["messages"][name] = {
            "role": "assistant",
            "content": [{"type": "text", "text": name}],
            "parentId": "q2",
            "annotation": {"rating": rating},
        }
    found = read(
        chat(tree({"a": 1, "b": None, "c": -1, "d": 1})),
        chat(tree({"e": -1, "f": None})),
        chat(tree({"g": None, "h": None})),
        chat(tree({"i": 1})),
        chat(nested),
    )
    assert found.kind == "open-webui chats"
    assert pairs(found) == [
        ("a", "b"), ("a", "c"), ("d", "b"), ("d", "c"), ("f", "e"), ("x", "y"),
    ]  # fmt: skip
    assert dict(found.skipped) == {
        "without a rated answer": [3],
        "with a rated answer that has no other to compare": [4],
    }


def test_one_downloaded_chat_is_read() -> None:
    history = tree({"a": 1, "b": None})
    for body in (chat(history), {"history": history}, {"chats": [chat(history)]}):
        assert pairs(read_preferences(json.dumps(body).encode())) == [("a", "b")]


def test_a_comparison_that_several_ratings_imply_is_imported_once() -> None:
    history = tree({"a": 1, "b": -1})
    found = read(feedback(1, "a", history), feedback(-1, "b", history), chat(history))
    assert pairs(found) == [("a", "b")] and found.n_repeated == 2


def test_reasoning_is_not_learned_from() -> None:
    block = (
        '<details type="reasoning" done="true" duration="1">\n<summary>T</summary>\n> x</details>'
    )
    found = read(chat(tree({"a": 1, "b": None}, a=f"{block}\nanswer a")))
    assert found.picks[0].exploit.text == "answer a"


@pytest.mark.parametrize(
    "entry", [{"chat": {"history": {"messages": {"q": 3, "a": {"parentId": 5}}}}}, {"chat": 3}]
)
def test_a_broken_chat_is_skipped(entry: object) -> None:
    with pytest.raises(BadDataError, match="no preference"):
        read(entry)
