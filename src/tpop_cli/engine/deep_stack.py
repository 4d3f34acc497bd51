"""Calls llama.cpp's tokenizer with a stack that is deep enough for the text.

Most byte-pair tokenizers split a text with `std::regex`, which recurses once for each character of
a match: 60,000 times the same letter overflow a stack of 8 MB and end the process. A match lies in
a run of whitespace or of other characters, or in two such runs one after the other.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from ..errors import DecodeError

SHORT_RUN = 1000
"""Characters. Runs up to this length are safe on any stack."""

LONGEST_RUN = 200_000
"""Characters. A longer run is refused."""

_STACK_PER_CHARACTER = 2048  # bytes, for two runs; libstdc++ needs about 300 for each
_RUN = re.compile(r"\s+|\S+")
_one_at_a_time = threading.Lock()  # threading.stack_size holds for the whole process


def longest_run(text: str) -> int:
    """The length of the longest run of whitespace or of other characters.

    It is an upper bound, and quick to compute, if it does not exceed `SHORT_RUN`.

    >>> longest_run("a short text"), longest_run("a" * 3000 + " b")
    (12, 3000)
    """
    if len(text) <= SHORT_RUN:
        return len(text)
    return max(match.end() - match.start() for match in _RUN.finditer(text))


def call_with_deep_stack(run: int, call: Callable[..., Any], *arguments: Any) -> Any:
    """Return `call(*arguments)`, computed on a thread with a deep stack if that is necessary.

    Args:
        run: the length of the longest run in the text.
        call: the function, which must not raise.
        arguments: its arguments.

    Raises:
        DecodeError: the run is too long, or there is no memory for the stack.
    """
    if run <= SHORT_RUN:
        return call(*arguments)
    if run > LONGEST_RUN:
        raise DecodeError(
            f"the text has {run:,} characters in a row without a space between them, or as many "
            "spaces, which the model's tokenizer cannot split",
            f"break it up: at most {LONGEST_RUN:,} in a row",
        )
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(call(*arguments)), name="tokenizer")
    with _one_at_a_time:
        before = threading.stack_size((1 << 20) + run * _STACK_PER_CHARACTER // 4096 * 4096)
        try:
            thread.start()
        except RuntimeError:
            raise DecodeError(
                f"there is no memory to split a text with {run:,} characters in a row",
                "break it up with spaces or lines",
            ) from None
        finally:
            threading.stack_size(before)
    thread.join()
    return result[0]
