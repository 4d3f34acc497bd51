"""The pages of the documentation fit the program and each other."""

from __future__ import annotations

import importlib
import json
import operator
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tpop_cli
from tpop_cli.cli.app import EXIT_CODES
from tpop_cli.cli.reference import reference

from .faults.table import FAULTS
from .pages import GENERATED, PAGES, ROOT, blocks, headings, links, prose, read, rows

CODE = re.compile(
    r"(?<![\w./])((?:core|engine|decoding|session|store|ui|bench|cli)/[a-z_/]+\.py)"
    r"(?:: ([A-Za-z_.]+))?"
)
"""A module below src/tpop_cli, and perhaps a name in it: `core/posterior.py: Posterior.update`."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def test_the_reference_is_the_programs_own() -> None:
    """Made anew with: python -m tpop_cli.cli.reference > docs/reference.md"""
    assert GENERATED.read_text("utf-8") == reference()


def test_every_fault_is_in_the_documents() -> None:
    """Made anew with: python -m tests.faults --report docs/reliability.md"""
    page = read("docs/reliability.md")
    for fault in FAULTS:
        assert f"| {fault.event} | {fault.response} |" in page


# -- from page to page, and from page to code ----------------------------------------------------


@each_page
def test_links_on_a_page_lead_somewhere(page: Path) -> None:
    for target, anchor in links(page.read_text("utf-8")):
        linked = page.parent / target if target else page
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked.read_text("utf-8")), f"{target}#{anchor}"


def test_every_page_is_one_click_from_the_readme() -> None:
    linked = {(ROOT / target).resolve() for target, _ in links(read("README.md"))}
    assert {path for path in [*PAGES, GENERATED] if path.name != "README.md"} <= linked


@each_page
def test_code_that_a_page_names_exists(page: Path) -> None:
    for path, name in CODE.findall(page.read_text("utf-8")):
        assert (ROOT / "src" / "tpop_cli" / path).exists(), path
        if name:
            module = importlib.import_module(f"tpop_cli.{path[:-3].replace('/', '.')}")
            assert operator.attrgetter(name.rstrip("."))(module) is not None, f"{path}: {name}"


@pytest.mark.parametrize(
    "room", ["core", "engine", "store", "decoding", "session", "ui", "bench", "cli"]
)
def test_contributing_names_every_module(room: str) -> None:
    modules = {
        str(path.relative_to(ROOT / "src" / "tpop_cli"))
        for path in (ROOT / "src" / "tpop_cli" / room).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert set(rows(read("CONTRIBUTING.md"), f"{room}/")) == modules


# -- form ----------------------------------------------------------------------------------------


@each_page
def test_prose_is_at_most_100_columns_wide(page: Path) -> None:
    for line in prose(page.read_text("utf-8")):
        assert len(line) <= 100, line


def test_the_readme_takes_a_minute() -> None:
    assert len(read("README.md").split()) <= 700


def test_the_readme_has_the_two_commands_of_a_clone() -> None:
    """Each in a block of its own, to be copied whole."""
    found = blocks(read("README.md"), "sh")
    assert found[0] == 'pip install ".[starter]" && tpop ask "Why is the sky blue?"\n'
    assert found[1] == 'pip install ".[dev,starter,hub]" && python -m pytest\n'


def test_the_glossary_is_in_alphabetical_order() -> None:
    words = [word.lower() for word in re.findall(r"^\*\*(.+?)\*\*", read("docs/glossary.md"), re.M)]
    assert words
    assert words == sorted(words)


def test_the_changelog_begins_with_this_version() -> None:
    releases = re.findall(r"^## \[(.+?)\] - (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert releases[0][0] == tpop_cli.__version__
    for _, date in releases:
        assert date == "unreleased" or re.fullmatch(r"\d{4}-\d\d-\d\d", date)


def test_every_entry_of_the_changelog_is_below_a_group() -> None:
    for release in read("CHANGELOG.md").split("\n## ")[1:]:
        before, *groups = re.split(r"^#### .+$", release, flags=re.MULTILINE)
        assert "\n- " not in before
        for group in groups:
            entries = re.sub(r"\n  ", " ", group.split("\n### ")[0]).strip().splitlines()
            assert entries
            assert all(entry.startswith("- ") and entry.endswith(".") for entry in entries)


# -- docs/scripts.md -----------------------------------------------------------------------------


def test_the_scripts_page_has_every_exit_code() -> None:
    known = set(re.findall(r"(\d+) ", EXIT_CODES))
    assert set(rows(read("docs/scripts.md"), "Exit codes")) == known


def test_the_scripts_page_has_every_field_of_an_answer() -> None:
    schema = json.loads(read("docs/answer.schema.json"))
    assert set(rows(read("docs/scripts.md"), "Get JSON")) == set(schema["properties"])


def test_the_judge_of_the_scripts_page_picks_the_shorter_answer() -> None:
    (judge,) = blocks(read("docs/scripts.md"), "python")
    duels = [
        {"prompt": "Why?", "candidates": ["Because.", "Because it is so."]},
        {"prompt": "Why?", "candidates": ["Because it is so.", "Because."]},
    ]
    done = subprocess.run(
        [sys.executable, "-c", judge],
        input="".join(json.dumps(duel) + "\n" for duel in duels),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n2\n"
