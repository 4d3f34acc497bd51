"""Prompts: from the command line, from a pipe, from a file."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import BadDataError, NoInputError, UsageError


def whole_prompt(argument: str | None, template: str | None = None) -> str:
    """The prompt: the argument, and what is piped in behind it; or a template with both in their places.

    Raises:
        UsageError: there is nothing to ask.
        NoInputError: the template cannot be read.
    """
    asked = (argument or "").strip()
    piped = sys.stdin.buffer.read().decode("utf-8", "replace").strip() if _piped() else ""
    if template is None:
        whole = "\n\n".join(part for part in (asked, piped) if part)
    else:
        frame = read_file(template).decode("utf-8", "replace")
        # One pass, so that a {prompt} in what is piped in stays what it is.
        whole = re.sub(
            r"\{(prompt|stdin)\}", lambda found: asked if found[1] == "prompt" else piped, frame
        ).strip()
    if not whole:
        raise UsageError("there is no question", 'tpop ask "Why is the sky blue?"')
    return whole.encode("utf-8", "replace").decode("utf-8")


def _piped() -> bool:
    """Whether stdin is a pipe or a file. Another thing that is no terminal may never end."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def read_file(name: str) -> bytes:
    """The content of a file that the user named. Raises NoInputError."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NoInputError(
            f"cannot read {name}: {error.strerror}", "check the file's name"
        ) from None


def read_prompts(name: str) -> list[str]:
    """The prompts of a file: one a line, or JSON objects with `prompt`; blank lines are passed over.

    Raises:
        NoInputError: the file cannot be read.
        BadDataError: it holds no prompt, or a JSON line without one.
    """
    data = sys.stdin.buffer.read() if name == "-" else read_file(name)
    prompts = list(_parse_prompts(data.decode("utf-8-sig", "replace"), name))
    if not prompts:
        raise BadDataError(f"{name} holds no prompt", "write one a line, or JSONL with `prompt`")
    return prompts


def _parse_prompts(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if not line.lstrip().startswith("{"):
            yield line.strip()
            continue
        try:
            found = json.loads(line)["prompt"]
        except (ValueError, KeyError, TypeError, RecursionError):
            found = None
        if not isinstance(found, str) or not found.strip():
            raise BadDataError(
                f"{name}, line {number}: no JSON object with a `prompt`", "mend the line"
            )
        yield found.strip()
