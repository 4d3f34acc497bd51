"""Prompts from the command line, from a pipe or from a file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import BadDataError, NoInputError, UsageError
from ..store.text_files import decode_text, split_lines
from .console import note
from .stdin import FIRST_DATA_SECONDS, Read, read_all_of_stdin, read_stdin

_NOTES = {
    Read.shared: "stdin belongs to the calling shell and was not read; --stdin reads it",
    Read.silent: f"nothing came from stdin in {FIRST_DATA_SECONDS:g} s, so the question is asked "
    "without it; --stdin waits for it",
}

_UNDECODED = re.compile("[\udc80-\udcff]")  # what Python writes for a byte that is not UTF-8


def whole_prompt(
    argument: str | None, template: str | None = None, stdin: bool | None = None
) -> str:
    """The prompt: the argument and then what stdin holds, or a template that has both inserted.

    Args:
        argument: the prompt on the command line.
        template: name of a file in which {prompt} and {stdin} are replaced.
        stdin: whether stdin is read; None: if it is meant for this command, see `read_stdin`.

    Raises:
        UsageError: the prompt is empty.
        NoInputError: the template or stdin cannot be read.
        BadDataError: the argument, the template or stdin is not text.
    """
    given = _decode_argument(argument or "").strip()
    frame = None if template is None else _decode(read_file(template), template)
    if frame is not None and "{stdin}" not in frame:
        stdin = False
    data, read = read_stdin(have_question=bool(given) and frame is None, wanted=stdin)
    if read is not Read.all:
        note(_NOTES[read])
    piped = _decode(data, "stdin").strip()
    if frame is None:
        whole = "\n\n".join(part for part in (given, piped) if part)
    else:
        # In one pass: a {prompt} in the text of stdin must not be replaced.
        whole = re.sub(
            r"\{(prompt|stdin)\}", lambda found: given if found[1] == "prompt" else piped, frame
        ).strip()
    if not whole:
        raise UsageError("no prompt given", 'tpop ask "Why is the sky blue?"')
    return whole.encode("utf-8", "replace").decode("utf-8")


def _decode(data: bytes, name: str) -> str:
    """A text with \\n as its only line end. Raises BadDataError as `decode_text`."""
    return decode_text(data, name).replace("\r\n", "\n")


def _decode_argument(text: str) -> str:
    """An argument as UTF-8, which Python does not decode itself in a locale such as C.

    Raises:
        BadDataError: it is not UTF-8 text.
    """
    if not _UNDECODED.search(text):
        return text
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        raise BadDataError(
            "the prompt is not UTF-8 text", "check the terminal's encoding"
        ) from None


def read_file(name: str) -> bytes:
    """The content of a file that the user named. Raises NoInputError."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NoInputError(
            f"cannot read {name}: {error.strerror}", "check the file's name"
        ) from None


def read_prompts(name: str) -> list[str]:
    """The prompts of a file, one per line: text, or a JSON object with `prompt`.

    Blank lines are skipped. The name "-" stands for stdin.

    Raises:
        NoInputError: the file cannot be read.
        BadDataError: it is not text, holds no prompt, or a JSON object without one.
    """
    data = read_all_of_stdin() if name == "-" else read_file(name)
    name = "stdin" if name == "-" else name
    prompts = list(_parse_prompts(decode_text(data, name), name))
    if not prompts:
        raise BadDataError(f"{name} holds no prompt", "write one per line, or JSONL with `prompt`")
    return prompts


def _parse_prompts(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(split_lines(text), 1):
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
                f"{name}, line {number}: no JSON object with a `prompt`", "fix the line"
            )
        yield found.strip()
