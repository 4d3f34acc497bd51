"""Questions and answers in the forms that preference files hold them: texts, chats, dialogues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "developer": "system",
}
_THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("[THINK]", "[/THINK]"),
    ("<|channel>thought", "<channel|>"),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
    ("<|start|>assistant<|channel|>analysis", "<|channel|>final<|message|>"),
)
_DETAILS = re.compile(r"<details\b[^<>]{0,200}\btype=[\"']?reasoning\b[^<>]{0,200}>", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_QUOTES = "`'\""
_DETAILS_END = "</details>"
_THOUGHT_PARTS = {"thinking", "reasoning", "redacted_thinking"}
_TEXT_PARTS = {"text", "input_text", "output_text"}
_TURN = re.compile(r"(?:\A\s*|\n\n)(Human|Assistant):")
_TEMPLATED = re.compile(
    r"\s*(<\|im_start\|>|<\|start_header_id\|>|<\|begin_of_text\|>|<start_of_turn>|<s>\s*\[INST\]"
    r"|\[INST\]|<\|(user|system|assistant)\|>)"
)


class SkipEntry(Exception):  # noqa: N818 - control flow, not a failure
    """An entry is not a preference. Its argument is the reason, in words that follow a number."""


class Message(NamedTuple):
    """One message of a chat; `role` is "user", "assistant", "system" or another one's name."""

    role: str
    text: str


def without_reasoning(text: str) -> str:
    """The text without what the model thought before or between its answers.

    >>> without_reasoning("<think>Let me see.</think>\\nParis.")
    'Paris.'
    >>> without_reasoning("Write <think> first.")
    'Write <think> first.'
    """
    text = _without_details(text)
    answer = _end_of_thoughts(text)
    if answer:
        return text[answer:].lstrip()
    # Templates of some models write the opening mark, so that it is not part of the answer.
    before, mark, after = text.partition("</think>")
    mentioned = before[-1:] in {" ", *_QUOTES} and after[:1] in {" ", *_QUOTES}
    return after.lstrip() if mark and "<think>" not in before and not mentioned else text


def _end_of_thoughts(text: str) -> int:
    """Offset after the thoughts with which a text begins; its length if they do not end."""
    end = 0
    while True:
        start = end + len(_SPACE.match(text, end)[0])  # type: ignore[index] # it always matches
        opened = next((pair for pair in _THOUGHTS if text.startswith(pair[0], start)), None)
        if opened is None:
            return end
        closed = text.find(opened[1], start + len(opened[0]))
        if closed < 0:
            return len(text)
        end = closed + len(opened[1])


def _without_details(text: str) -> str:
    """Remove open-webui's blocks of reasoning: <details type="reasoning" ...>...</details>."""
    kept, position = [], 0
    while found := _DETAILS.search(text, position):
        kept.append(text[position : found.start()])
        end = text.find(_DETAILS_END, found.end())
        position = len(text) if end < 0 else end + len(_DETAILS_END)
    if not position:
        return text
    return "".join([*kept, text[position:]]).strip()


def content_text(content: Any) -> str:
    """The text of a message's content: a text, or a list of parts. Raises SkipEntry."""
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence):
        raise SkipEntry("without a text")
    texts = []
    for part in content:
        kind = part.get("type", "text") if isinstance(part, Mapping) else "text"
        text = part.get("text") if isinstance(part, Mapping) else part
        if kind in _THOUGHT_PARTS:
            continue
        if kind not in _TEXT_PARTS or not isinstance(text, str):
            raise SkipEntry("with an image or another part that is not text")
        texts.append(text)
    return "\n".join(texts)


def is_chat(value: Any) -> bool:
    """Whether a value is a message, or a list that begins with one."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, Mapping) and bool({"content", "value"} & set(first))


def chat_messages(value: Any) -> list[Message]:
    """The messages of a chat, or a single one as a list. Raises SkipEntry if it is neither."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, Mapping):
            raise SkipEntry("with a chat that cannot be read")
        role = entry.get("role", entry.get("from"))
        if not isinstance(role, str):
            raise SkipEntry("with a message that has no role")
        role = role.strip().lower()
        text = content_text(entry.get("content", entry.get("value")))
        found.append(Message(_ROLES.get(role, role), text))
    return found


def is_dialogue(text: Any) -> bool:
    r"""Whether a text is a dialogue: "\n\nHuman: ...\n\nAssistant: ..."."""
    return (
        isinstance(text, str)
        and text.lstrip().startswith("Human:")
        and bool(re.search(r"\n\nAssistant:", text))
    )


def dialogue_messages(text: str) -> list[Message]:
    """The messages of a dialogue, without the space around each."""
    _, *parts = _TURN.split(text)
    return [
        Message("user" if name == "Human" else "assistant", part.strip())
        for name, part in zip(parts[::2], parts[1::2], strict=True)
    ]


def check_plain(text: str) -> str:
    """The text, unless it is a chat in a model's own template. Raises SkipEntry."""
    if _TEMPLATED.match(text):
        raise SkipEntry("written in the chat template of a model")
    return text


def last_question(messages: Sequence[Message]) -> str:
    """The text of the last message of the user. Raises SkipEntry if there is none."""
    for message in reversed(messages):
        if message.role == "user":
            return message.text
    raise SkipEntry("without a question")


def common_messages(a: Sequence[Message], b: Sequence[Message]) -> int:
    """How many messages two chats have in common at their start."""
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n


def common_words(a: str, b: str) -> int:
    """Length of the words that two texts have in common at their start."""
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    while n and not a[n - 1].isspace():
        n -= 1
    return n
