"""Ratings of answers in exports of open-webui: its feedback, and its chats.

A liked answer wins over each of its siblings that is not liked. A disliked answer loses to its
sibling, if there is exactly one: among several, the rating does not say which is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .import_formats import Preference, checked
from .import_texts import SkipEntry, content_text

_Messages = Mapping[str, Mapping[str, Any]]


def is_feedback(entry: Any) -> bool:
    """Whether an entry is a feedback: a rating, with a snapshot of its chat."""
    return isinstance(entry, Mapping) and "snapshot" in entry


def is_saved_chat(entry: Any) -> bool:
    """Whether an entry is a chat, with the tree of its messages."""
    return isinstance(entry, Mapping) and _history(entry) is not None


def read_feedback(entry: Any) -> Iterator[Preference | SkipEntry]:
    """The preferences in a feedback, or why a comparison is none.

    Raises:
        SkipEntry: the feedback cannot be read.
    """
    try:
        messages: _Messages = entry["snapshot"]["chat"]["chat"]["history"]["messages"]
        rated = entry["meta"]["message_id"]
        ratings = {key: _rating(messages[key]) for key in _siblings(messages, rated)}
        ratings[rated] = _sign(entry["data"]["rating"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SkipEntry("without a rating and its chat") from None
    yield from _compare(messages, ratings, rated)


def read_saved_chat(entry: Any) -> Iterator[Preference | SkipEntry]:
    """The preferences in a chat, and for each rating without one the reason.

    Raises:
        SkipEntry: none of the chat's answers is rated.
    """
    messages = _history(entry) or {}
    families = ({key: _rating(messages[key]) for key in family} for family in _families(messages))
    rated = [ratings for ratings in families if any(ratings.values())]
    if not rated:
        raise SkipEntry("without a rated answer")
    for ratings in rated:
        yield from _compare(messages, ratings)


def _compare(
    messages: _Messages, ratings: Mapping[str, int], rated: str | None = None
) -> Iterator[Preference | SkipEntry]:
    """The preferences between the answers to one question; with `rated`, those about this one."""
    try:
        pairs = [pair for pair in _pairs(ratings) if rated is None or rated in pair]
    except SkipEntry as reason:
        yield reason
        return
    for pair in pairs:
        question = messages[messages[pair[0]]["parentId"]]
        try:
            texts = [
                content_text(m.get("content"))
                for m in (question, messages[pair[0]], messages[pair[1]])
            ]
            yield checked(*texts)
        except SkipEntry as reason:
            yield reason


def _history(entry: Mapping[str, Any]) -> _Messages | None:
    chat = entry.get("chat", entry)
    history = chat.get("history") if isinstance(chat, Mapping) else None
    messages = history.get("messages") if isinstance(history, Mapping) else None
    if not isinstance(messages, Mapping):
        return None
    return {key: message for key, message in messages.items() if isinstance(message, Mapping)}


def _families(messages: _Messages) -> list[list[str]]:
    """The answers to each question, by their names."""
    families: dict[str, list[str]] = {}
    for key, message in messages.items():
        parent = message.get("parentId")
        if isinstance(parent, str) and parent in messages and message.get("role") != "user":
            families.setdefault(parent, []).append(key)
    return list(families.values())


def _siblings(messages: _Messages, rated: str) -> list[str]:
    question = messages[messages[rated]["parentId"]]
    children = [key for key in question["childrenIds"] if key in messages]
    return children if rated in children else [*children, rated]


def _rating(message: Mapping[str, Any]) -> int:
    annotation = message.get("annotation")
    if not isinstance(annotation, Mapping):
        return 0
    try:
        return _sign(annotation.get("rating") or 0)
    except (TypeError, ValueError):
        return 0


def _sign(rating: Any) -> int:
    number = int(rating)
    return (number > 0) - (number < 0)


def _pairs(ratings: Mapping[str, int]) -> list[tuple[str, str]]:
    """(winner, loser) for each comparison that ratings of siblings allow. Raises SkipEntry."""
    liked = [key for key, rating in ratings.items() if rating > 0]
    others = [key for key in ratings if key not in liked]
    if liked and others:
        return [(winner, loser) for winner in liked for loser in others]
    if not liked and len(others) == 2 and sum(ratings.values()) == -1:
        loser, winner = sorted(others, key=ratings.__getitem__)
        return [(winner, loser)]
    if len(ratings) == 1:
        raise SkipEntry("with a rated answer that has no other to compare")
    raise SkipEntry("with ratings that do not say which answer is better")
