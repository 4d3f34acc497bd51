"""The documents say what the program does."""

from __future__ import annotations

import importlib
import operator
import re
from pathlib import Path

import pytest

from tpop_cli.cli.reference import reference
from tpop_cli.core.axes import AXES

from .cli.test_cli import run
from .faults.table import FAULTS

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md"]
PAGES += [
    f"docs/{name}.md"
    for name in ("algorithm", "glossary", "guide", "taste", "speed", "reliability")
]
CODE = re.compile(
    r"(?<![\w./])((?:core|engine|decoding|session|store|ui|bench|cli)/[a-z_/]+\.py)"
    r"(?:: ([A-Za-z_.]+))?"
)
"""A module below src/tpop_cli, and perhaps a name in it: `core/posterior.py: Posterior.update`."""


def test_the_reference_is_the_programs_own() -> None:
    """Made anew with: python -m tpop_cli.cli.reference > docs/reference.md"""
    assert (ROOT / "docs" / "reference.md").read_text("utf-8") == reference()


def test_every_fault_is_in_the_documents() -> None:
    """Made anew with: python -m tests.faults --report docs/reliability.md"""
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    for fault in FAULTS:
        assert f"| {fault.event} | {fault.response} |" in page


def sections() -> dict[str, set[str]]:
    found = {}
    for part in reference().split("\n## `")[1:]:
        words = [word for word in part.split("`")[0].split() if word.islower() or "-" in word]
        found[" ".join(words[1:])] = set(re.findall(r"^- .*?`(--[a-z-]+)", part, re.MULTILINE))
    return found


@pytest.mark.parametrize(
    "command", ["ask", "chat", "models pull", "profile import", "picks forget", "bench speed"]
)
def test_every_option_of_the_reference_is_in_the_help(command: str) -> None:
    shown = run(*command.split(), "--help", COLUMNS="300").stdout
    options = sections()[command]
    assert all(option in shown for option in options), options


def commands_in(text: str) -> set[str]:
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`(tpop [^`]*)`", text)
    lines = [line for block in blocks for line in block.splitlines()] + inline
    return {line[line.index("tpop ") :] for line in lines if "tpop " in line}


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_on_a_page_exist(page: str) -> None:
    known = sections()
    for line in commands_in((ROOT / page).read_text("utf-8")):
        words = re.sub(r"#.*", "", line).split()[1:]
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), None)
        groups = {command.split()[0] for command in known}
        if name is None:  # a group alone, or an option of tpop itself
            assert not words or words[0].startswith("-") or words[0].split("|")[0] in groups, line
            continue
        for option in re.findall(r"(?<=\s)(--[a-z-]+)", " ".join(words)):
            assert option in known[name] or option.startswith("--no-") or option == "--help", line


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES)
def test_links_on_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text):
        if "://" in target:
            continue
        linked = (ROOT / page).parent / target if target else ROOT / page
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked.read_text("utf-8")), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_code_that_a_page_names_exists(page: str) -> None:
    for path, name in CODE.findall((ROOT / page).read_text("utf-8")):
        assert (ROOT / "src" / "tpop_cli" / path).exists(), path
        if name:
            module = importlib.import_module(f"tpop_cli.{path[:-3].replace('/', '.')}")
            assert operator.attrgetter(name.rstrip("."))(module) is not None, f"{path}: {name}"


def test_the_glossary_is_in_alphabetical_order() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    words = [word.lower() for word in re.findall(r"^\*\*(.+?)\*\*", page, re.MULTILINE)]
    assert words
    assert words == sorted(words)


def test_the_readme_names_no_axis_that_is_not_there() -> None:
    assert len(AXES) == 11  # "eleven taste axes" in the changelog
    assert "Eleven taste axes" in (ROOT / "CHANGELOG.md").read_text("utf-8")
