"""From a chat to the tokens of its prompt. What messages contain is text, never markup.

The chat template writes special tokens around the messages. If a message itself contains the text
of a special token ("What does <|im_end|> mean?"), that text must not become the token: it would end
the user's turn, and a file in the prompt could open a turn of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from .chat_template import ChatTemplate
from .protocol import Message
from .vocabulary import Vocabulary

_BASES = range(0xF0000, 0x10F000, 0x1000)  # of private-use characters that can stand for others
_WORD_JOINER = "\u2060"


def chat_tokens(
    vocabulary: Vocabulary, template: ChatTemplate, messages: Sequence[Message]
) -> list[int]:
    """The prompt of a chat, which the assistant's answer continues.

    Raises:
        BadDataError: the template cannot render these messages.
        DecodeError: a message cannot be split into tokens.
    """
    text = template.render(messages)
    if any(vocabulary.special_pattern.search(message["content"]) for message in messages):
        return _protected_tokens(vocabulary, template, messages, text)
    return vocabulary.tokenize(text, add_special=_adds_special(vocabulary, template, text))


def _adds_special(vocabulary: Vocabulary, template: ChatTemplate, text: str) -> bool:
    """Whether to add the beginning-of-sequence token, as llama.cpp does for a chat.

    A template of the model may have written it already.
    """
    if not template.writes_bos:
        return True
    return vocabulary.adds_bos and not text.startswith(vocabulary.bos)


def _protected_tokens(
    vocabulary: Vocabulary, template: ChatTemplate, messages: Sequence[Message], text: str
) -> list[int]:
    """The prompt of a chat whose messages contain texts of special tokens.

    Args:
        text: the chat as the template renders it.
    """
    masks = _masks(vocabulary, messages, text)
    if masks is None:
        broken = [_with_content(m, _broken(vocabulary, m["content"])) for m in messages]
        rendered, masks = template.render(broken), {}
    else:
        rendered = _rendered(vocabulary, template, messages, masks)
    added: list[int] = []
    if _adds_special(vocabulary, template, rendered):
        added = vocabulary.tokenize("", add_special=True)
    n_first = 1 if vocabulary.adds_bos else 0
    tokens, restore = added[:n_first], {code: chr(char) for char, code in masks.items()}
    for part, is_text in _parts(vocabulary, rendered, restore):
        if is_text:
            tokens += vocabulary.plain_tokens(part)
        else:
            tokens += vocabulary.tokenize(part, add_special=False)
    return tokens + added[n_first:]


def _masks(vocabulary: Vocabulary, messages: Sequence[Message], text: str) -> dict[int, int] | None:
    """For each character of the special tokens in the messages, one of private use instead.

    Returns:
        A table for `str.translate`; None if there are not enough characters that the chat lacks.
    """
    contents = [message["content"] for message in messages]
    pattern = vocabulary.special_pattern
    characters = sorted({c for content in contents for m in pattern.findall(content) for c in m})
    used = {ord(character) for content in (*contents, text) for character in content}
    for base in _BASES:
        if len(characters) <= _BASES.step and used.isdisjoint(range(base, base + _BASES.step)):
            return {ord(character): base + i for i, character in enumerate(characters)}
    return None


def _rendered(
    vocabulary: Vocabulary,
    template: ChatTemplate,
    messages: Sequence[Message],
    masks: dict[int, int],
) -> str:
    """The chat as the template renders it, with the special tokens of the messages masked.

    A template that trims or cuts a message does the same with a masked one. Some look for a tag in
    the assistant's messages, such as </think>, and leave out what is before it: a tag that they
    do not write themselves, and that they remove, needs no mask.
    """
    pattern = vocabulary.special_pattern

    def render(unmasked: frozenset[str] = frozenset()) -> str:
        def mask(match: re.Match[str], role: str) -> str:
            kept = role == "assistant" and match[0] in unmasked
            return match[0] if kept else match[0].translate(masks)

        return template.render(
            [
                _with_content(m, pattern.sub(partial(mask, role=m["role"]), m["content"]))
                for m in messages
            ]
        )

    rendered = render()
    said = (m["content"] for m in messages if m["role"] == "assistant")
    tags = {tag for content in said for tag in pattern.findall(content)}
    tags -= set(pattern.findall(rendered))
    if tags:
        without = render(frozenset(tags))
        if tags.isdisjoint(pattern.findall(without)):
            return without
    return rendered


def _with_content(message: Message, content: str) -> Message:
    return {**message, "content": content}


def _broken(vocabulary: Vocabulary, content: str) -> str:
    """A text with an invisible character in each special token, which is a token no more."""
    return vocabulary.special_pattern.sub(lambda m: m[0][0] + _WORD_JOINER + m[0][1:], content)


def _parts(
    vocabulary: Vocabulary, rendered: str, restore: dict[int, str]
) -> Iterator[tuple[str, bool]]:
    """Cut a rendered chat at those of the template's special tokens that adjoin a masked text.

    llama.cpp splits a prompt at special tokens first and then tokenizes each piece on its own, so
    the tokens are the same as those of the whole.

    Yields:
        (part, whether it holds masked texts, which are restored in it, and no special token).
    """
    start = end = 0  # of the special tokens and the text before them that were not yielded yet
    strip = False
    for match in [*vocabulary.special_pattern.finditer(rendered), None]:
        piece = rendered[end : match.start() if match else len(rendered)]
        text = piece.translate(restore)
        if text != piece:
            if start < end:
                yield rendered[start:end], False
            yield text.lstrip() if strip else text, True
            start = end + len(piece)
        if match:
            end, strip = match.end(), vocabulary.strips_after(match.group())
    if start < len(rendered):
        yield rendered[start:], False
