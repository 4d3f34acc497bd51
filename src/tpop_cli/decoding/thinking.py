"""Reasoning models think aloud before they answer: <think>...</think>. What they thought is no part of the answer."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


def split_thinking(text: str, *, done: bool = True) -> tuple[str, str]:
    """What was thought, and the answer.

    Args:
        text: all that was written so far.
        done: whether it is all there will be. While it is not, what may become the opening tag is held back.

    Some templates write the opening tag into the prompt: then only the closing one shows.

    >>> split_thinking("<think>one two</think>three")
    ('one two', 'three')
    >>> split_thinking("<think>one"), split_thinking("one</think>two")
    (('one', ''), ('one', 'two'))
    >>> split_thinking("<thi", done=False), split_thinking("<thi")
    (('', ''), ('', '<thi'))
    """
    start = text.lstrip()
    if start.startswith(_OPEN):
        thought, _, answer = start[len(_OPEN) :].partition(_CLOSE)
        return thought.strip(), answer.lstrip()
    if _CLOSE in text:
        thought, _, answer = text.partition(_CLOSE)
        return thought.strip(), answer.lstrip()
    if not done and start and _OPEN.startswith(start):
        return "", ""
    return "", text
