"""tpop reset: forget a taste, and keep a backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.store.profile import Profile

from ..running import FOOTER, run, teach, terminal, until_end


@pytest.mark.usefixtures("tiny_env")
def test_reset_says_where_the_backup_is(home: Path) -> None:
    teach(2)
    said = run("reset", "--yes").stderr.replace("\n", "")
    (backup,) = (home / "backups").iterdir()
    assert str(backup) in said
    assert run("profile", "show", "--json", "-p", "default", code=66)
    assert "nothing to reset" in run("reset", "--yes", "-p", "fresh").stderr


def test_reset_asks_first() -> None:
    with terminal("ask", "Hello", "-n", "5") as tpop:
        tpop.expect(FOOTER)
        tpop.send("1")
        until_end(tpop)
    for answer, kept in (("n", 1), ("y", 0)):
        with terminal("reset") as tpop:
            tpop.expect("A backup is kept")
            tpop.send(f"{answer}\r")
            until_end(tpop)
        assert Profile("default").n_picks == kept
