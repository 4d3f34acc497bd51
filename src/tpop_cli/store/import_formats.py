"""The entries of preference files: which answer to which question was preferred to which other.

The formats: `prompt`, `chosen` and `rejected` of TRL, hh-rlhf, Orca, UltraFeedback, Axolotl and
LlamaFactory, as texts or as chats; `preferred_output` and `non_preferred_output` of OpenAI;
`context` and ranked `completions` of NeMo RL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .import_texts import (
    Message,
    SkipEntry,
    chat_messages,
    check_plain,
    common_messages,
    common_words,
    content_text,
    dialogue_messages,
    is_chat,
    is_dialogue,
    last_question,
    without_reasoning,
)

_CHAT_KEYS = ("messages", "conversations", "conversation")
_PROMPT_KEYS = ("prompt", *_CHAT_KEYS, "question", "query", "instruction", "input")
_ONE_ANSWER = ({"completion", "label"}, {"response", "label"}, {"completion", "score"})


class Preference(NamedTuple):
    """A question, the answer that was preferred, and the other one."""

    prompt: str
    chosen: str
    rejected: str


def checked(prompt: str, chosen: str, rejected: str) -> Preference:
    """A preference between two answers without their reasoning.

    Raises:
        SkipEntry: there is no question, an answer is empty, or both are equal.
    """
    found = Preference(prompt, without_reasoning(chosen), without_reasoning(rejected))
    if not prompt.strip():
        raise SkipEntry("without a question")
    if not found.chosen.strip() or not found.rejected.strip():
        raise SkipEntry("with an empty answer")
    if found.chosen == found.rejected:
        raise SkipEntry("with two equal answers")
    return found


def read_pair(entry: Any) -> Iterator[tuple[str, Preference]]:
    """The preferences of one entry, each with the name of its format.

    Raises:
        SkipEntry: the entry holds none.
    """
    if not isinstance(entry, Mapping):
        raise SkipEntry("without a JSON object")
    keys = set(entry)
    if {"preferred_output", "non_preferred_output"} <= keys:
        request = entry.get("input")
        prompt = request.get("messages") if isinstance(request, Mapping) else request
        pair = entry["preferred_output"], entry["non_preferred_output"]
        yield "OpenAI preferences", _compare({"prompt": prompt}, *pair)
    elif {"chosen", "rejected"} <= keys:
        yield "chosen/rejected pairs", _compare(entry, entry["chosen"], entry["rejected"])
    elif {"chosen_response", "rejected_response"} <= keys:
        pair = entry["chosen_response"], entry["rejected_response"]
        yield "chosen/rejected pairs", _compare(entry, *pair)
    elif {"context", "completions"} <= keys:
        for pair in _ranked(entry["completions"]):
            yield "ranked completions", _compare({"prompt": entry["context"]}, *pair)
    elif any(known <= keys for known in _ONE_ANSWER):
        raise SkipEntry("with one rated answer alone (KTO), and no other to compare")
    else:
        raise SkipEntry("in an unknown format")


def _ranked(completions: Any) -> Iterator[tuple[Any, Any]]:
    """The best of several completions with each of the worse ones. Rank 0 is the best."""
    try:
        ranked = sorted((float(c["rank"]), n) for n, c in enumerate(completions))
        for rank, n in ranked[1:]:
            if rank > ranked[0][0]:
                yield completions[ranked[0][1]]["completion"], completions[n]["completion"]
    except (TypeError, KeyError, ValueError):
        raise SkipEntry("with completions that cannot be read") from None
    if len({rank for rank, _ in ranked}) < 2:
        raise SkipEntry("with ranks that do not say which answer is better")


def _compare(entry: Mapping[str, Any], chosen: Any, rejected: Any) -> Preference:
    """The preference between two answers, or between two chats that end with them."""
    chosen, rejected = _parsed(chosen), _parsed(rejected)
    if is_dialogue(chosen) and is_dialogue(rejected):
        return _compare_chats([], dialogue_messages(chosen), dialogue_messages(rejected))
    before = _prompt_messages(entry)
    if is_chat(chosen) and is_chat(rejected):
        return _compare_chats(before, chat_messages(chosen), chat_messages(rejected))
    if any(is_chat(answer) or is_dialogue(answer) for answer in (chosen, rejected)):
        raise SkipEntry("with an answer that is a text and one that is a chat")
    a, b = check_plain(_text(chosen)), check_plain(_text(rejected))
    if before:
        return checked(last_question(before), a, b)
    if any(entry.get(key) is not None for key in _PROMPT_KEYS):
        raise SkipEntry("without a question")
    # TRL's implicit prompt: the words with which both texts begin.
    n = common_words(a, b)
    return checked(a[:n].strip(), a[n:], b[n:])


def _compare_chats(before: list[Message], a: list[Message], b: list[Message]) -> Preference:
    """The preference between the last messages of two chats that are equal up to them."""
    n = common_messages(a, b)
    if a == b:
        raise SkipEntry("with two equal answers")
    if len(a) != n + 1 or len(b) != n + 1:
        raise SkipEntry("with two chats that differ in more than their last message")
    if a[n].role != "assistant" or b[n].role != "assistant":
        raise SkipEntry("with a chat that does not end with an answer")
    return checked(last_question([*before, *a[:n]]), a[n].text, b[n].text)


def _prompt_messages(entry: Mapping[str, Any]) -> list[Message]:
    """What precedes the answers: a chat, a dialogue, or one message of the user."""
    for key in _PROMPT_KEYS:
        value = _parsed(entry.get(key))
        if isinstance(value, Mapping) and "messages" in value:
            value = value["messages"]
        if is_chat(value):
            return chat_messages(value)
        text = _text(value) if value else ""
        if is_dialogue(text):
            return dialogue_messages(text)
        if text.strip():
            more = entry.get("input") if key == "instruction" else None
            parts = [text, more] if isinstance(more, str) and more.strip() else [text]
            return [Message("user", check_plain("\n".join(parts)))]
    return []


def _text(value: Any) -> str:
    """A text, or one in parts. Raises SkipEntry."""
    if value is None or value == []:
        return ""
    if isinstance(value, str) or (isinstance(value, list) and isinstance(value[0], Mapping)):
        return content_text(value)
    raise SkipEntry("without a text")


def _parsed(value: Any) -> Any:
    """The value, or the chat that it holds as a text of JSON. Raises SkipEntry for Python's."""
    if not isinstance(value, str) or not value.startswith(("[{", "{")):
        return value
    if value.startswith(("[{'role'", "[{'content'", "[{'from'", "{'role'", "{'content'")):
        raise SkipEntry("with a chat written as Python code, not as JSON")
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed if is_chat(parsed) else value
