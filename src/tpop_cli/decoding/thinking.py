"""Reasoning models write their thoughts before the answer: <think>...</think>.

Thoughts are not part of the answer.
"""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


def split_thinking(text: str, *, done: bool = True) -> tuple[str, str]:
    """Split a model's output into its thoughts and its answer.

    Some templates write the opening tag into the prompt: then only the closing tag is in `text`.

    Args:
        text: all output so far.
        done: whether the output is complete. While it is not, text that may become the opening
            tag is held back.

    Returns:
        (thoughts, answer).

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
