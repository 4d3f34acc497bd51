"""Reasoning models think before they answer: marks tell their thoughts from the answer.

Each family of models has marks of its own. A thought can only stand before the answer: a mark that
an answer mentions is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class ThoughtMarks:
    """How a family of models marks its thoughts.

    Args:
        opening: the text with which a thought begins, if the prompt begins it.
        closing: the text that ends a thought and begins the answer.
        start, end: regular expressions of what begins and of what ends a thought in an output.
        header: a regular expression of what stands before the answer; empty: nothing.
        footer: a regular expression of what ends the answer; empty: nothing.
        heads: the texts with which a match of `start` or `header` begins.
        markup: the texts of the special tokens in all of these. They are part of the output.
    """

    opening: str
    closing: str
    start: str
    end: str
    header: str = ""
    footer: str = ""
    heads: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()


def _tags(start: str, end: str, *, header: str = "", footer: str = "") -> ThoughtMarks:
    """Marks that are one text each."""
    markup = (start.strip(), end, header, footer)
    return ThoughtMarks(
        start,
        f"\n{end}\n\n{header}",
        re.escape(start.rstrip()),
        re.escape(end),
        re.escape(header),
        re.escape(footer),
        tuple(filter(None, (start.rstrip(), header))),
        tuple(filter(None, markup)),
    )


THINK = _tags("<think>", "</think>")
"""The marks of most models: DeepSeek R1, Qwen3, SmolLM3, GLM, Nemotron, LFM2, MiniMax M2, ..."""

_HARMONY = ThoughtMarks(
    "<|channel|>analysis<|message|>",
    "<|end|><|start|>assistant<|channel|>final<|message|>",
    r"(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)[^<]{0,80}<\|message\|>",
    r"<\|end\|>|<\|call\|>|(?=<\|start\|>|<\|channel\|>)",
    r"(?:<\|start\|>assistant)?<\|channel\|>final(?:[^<]|<\|constrain\|>){0,80}"
    r"<\|message\|>",
    r"<\|end\|>|<\|return\|>",
    ("<|start|>", "<|channel|>"),
    ("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|constrain|>"),
)
_SOLAR = ThoughtMarks(
    "<|think|>",
    "<|end|><|begin|>assistant<|content|>",
    r"(?:<\|begin\|>assistant)?<\|think\|>",
    r"<\|end\|>|(?=<\|begin\|>|<\|content\|>)",
    r"(?:<\|begin\|>assistant)?<\|content\|>",
    r"<\|end\|>",
    ("<|begin|>", "<|think|>", "<|content|>"),
    ("<|begin|>", "<|think|>", "<|content|>", "<|end|>"),
)
_KIMI = ThoughtMarks(
    "<|open|>think<|sep|>",
    "<|close|>think<|sep|><|open|>response<|sep|>",
    r"<\|open\|>think<\|sep\|>",
    r"<\|close\|>think<\|sep\|>",
    r"<\|open\|>response<\|sep\|>",
    r"<\|close\|>response<\|sep\|>",
    ("<|open|>",),
    ("<|open|>", "<|close|>", "<|sep|>"),
)
_GEMMA = ThoughtMarks(
    "<|channel>thought\n",
    "<channel|>",
    r"<\|channel>thought\n?",
    r"<channel\|>",
    heads=("<|channel>thought",),
    markup=("<|channel>", "<channel|>"),
)

FAMILIES: tuple[ThoughtMarks, ...] = (
    _HARMONY,  # gpt-oss
    _SOLAR,
    _KIMI,  # Kimi K3
    _GEMMA,  # Gemma 4
    _tags("[THINK]", "[/THINK]"),  # Magistral, Ministral 3
    _tags("<seed:think>", "</seed:think>"),
    _tags("<mm:think>", "</mm:think>"),  # MiniMax M3
    _tags("<think:opensource>", "</think:opensource>"),  # Hunyuan 3
    _tags("<|inner_prefix|>", "<|inner_suffix|>"),  # Apertus
    _tags(  # Command R7B
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        header="<|START_RESPONSE|>",
        footer="<|END_RESPONSE|>",
    ),
    _tags("<|START_THINKING|>", "<|END_THINKING|>", header="<|START_TEXT|>", footer="<|END_TEXT|>"),
    _tags(  # Apriel
        "Here are my reasoning steps:\n",
        "[BEGIN FINAL RESPONSE]",
        footer="[END FINAL RESPONSE]",
    ),
    _tags("<thinking>", "</thinking>"),
    THINK,
)
"""The marks of every family that is known."""


class Split(NamedTuple):
    """An output in parts.

    Args:
        thought: what was thought, without its marks.
        answer: what is said.
        thinking: whether the output ends before the answer begins.
        open: the marks of the thought in which it ends, if it ends in one.
    """

    thought: str
    answer: str
    thinking: bool = False
    open: ThoughtMarks | None = None


def split_thoughts(
    text: str,
    marks: Sequence[ThoughtMarks] = (THINK,),
    opened: ThoughtMarks | None = None,
    *,
    done: bool = True,
) -> Split:
    """Split a model's output into its thoughts and its answer.

    Args:
        text: all output so far.
        marks: those that the model may use.
        opened: the marks of the thought that the prompt begins; None if it begins none.
        done: whether the output is complete. While it is not, text that may become a mark is held
            back.

    >>> split_thoughts("<think>one two</think>three")[:3]
    ('one two', 'three', False)
    >>> split_thoughts("one</think>two", opened=THINK)[:3]
    ('one', 'two', False)
    >>> split_thoughts("<think>one")[:3], split_thoughts("<thi", done=False)[:3]
    (('one', '', True), ('', '', True))
    """
    thoughts: list[str] = []
    rest, current = text, opened
    while True:
        if current is not None:
            ended = re.search(current.end, rest)
            if ended is None:
                thoughts.append(rest if done else _without_partial_end(rest, current))
                return Split(_joined(thoughts), "", True, current)
            thoughts.append(rest[: ended.start()])
            rest = rest[ended.end() :]
        start = rest.lstrip()
        current, found = _begun(start, marks)
        if found is None:
            break
        rest = start[found:]
    header = _header(start, marks)
    if header is not None:
        body, footer = start[header[0] :], header[1]
        return Split(_joined(thoughts), re.split(footer, body)[0] if footer else body)
    if not done and start and any(_may_become(start, head) for one in marks for head in one.heads):
        return Split(_joined(thoughts), "", True)
    return Split(_joined(thoughts), start if thoughts else text)


def _begun(text: str, marks: Sequence[ThoughtMarks]) -> tuple[ThoughtMarks | None, int | None]:
    """The marks of the thought with which a text begins, and the length of its first mark."""
    for one in marks:
        found = re.match(one.start, text)
        if found:
            return one, found.end()
    return None, None


def _header(text: str, marks: Sequence[ThoughtMarks]) -> tuple[int, str] | None:
    """The length of the answer's header with which a text begins, and the expression of its end."""
    for one in marks:
        found = re.match(one.header, text) if one.header else None
        if found:
            return found.end(), one.footer
    return None


_LONGEST_HEADER = 200


def _may_become(text: str, head: str) -> bool:
    """Whether a text may become a mark that begins with `head`."""
    return head.startswith(text) or (text.startswith(head) and len(text) < _LONGEST_HEADER)


def _without_partial_end(text: str, marks: ThoughtMarks) -> str:
    """A thought without the beginning of its last mark, such as "</thi"."""
    end = marks.closing.strip().split("\n")[0]
    n = next((n for n in range(min(len(end), len(text)), 0, -1) if text.endswith(end[:n])), 0)
    return text[: len(text) - n]


def _joined(thoughts: Sequence[str]) -> str:
    return "\n\n".join(filter(None, (thought.strip() for thought in thoughts)))


def marks_of(template: str, special: Sequence[str] | frozenset[str]) -> tuple[ThoughtMarks, ...]:
    """The marks that a model may use: those in its template, and those that are special tokens.

    Args:
        template: the source of its chat template; empty if it has none.
        special: the texts of the special tokens in its vocabulary.

    Returns:
        At least `THINK`, with which many fine-tuned models begin whatever their template says.
    """
    found = [
        one
        for one in FAMILIES
        if one is THINK
        or one.opening.strip() in template
        or all(text in special for text in one.markup if text != "<|constrain|>")
    ]
    return tuple(found)
