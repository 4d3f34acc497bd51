"""The pages of the documentation, and how to take them apart."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

GENERATED = ROOT / "docs" / "reference.md"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path != GENERATED),
]
"""Every page that is written by hand."""

OPERATORS = {"|", "||", "&&", ";"}
KEYWORDS = {"while", "do", "done"}  # of the shell, before a command


def read(name: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def rows(text: str, heading: str) -> dict[str, str]:
    """The first table below a heading: its first column, without backticks, and its last."""
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    table = section[section.index("\n|") :].split("\n\n")[0].strip().splitlines()[2:]
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table]
    return {row[0]: row[-1] for row in cells}


def prose(text: str) -> Iterator[str]:
    """The lines that are not code or a table."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith(("|", "    ")):
            yield line


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def links(text: str) -> list[tuple[str, str]]:
    """(path, anchor) of each link to a file or a heading of the project; either may be empty."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text)
    return [(target, anchor) for target, anchor in found if "://" not in target]


def commands(block: str) -> Iterator[list[str]]:
    """The words of each command in a block of shell, without variables and redirections."""
    for line in block.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        is_file = False  # the next word is that of a redirection
        for word in [*lexer, ";"]:
            if word in OPERATORS:
                if words:
                    yield words
                words = []
            elif word and set(word) <= set("<>"):
                is_file = True
            elif is_file:
                is_file = False
            elif words or not (re.match(r"[A-Z_]+=", word) or word in KEYWORDS):
                words.append(word)
