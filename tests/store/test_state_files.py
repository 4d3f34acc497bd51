"""The files of a profile's state, and what happens to damaged ones."""

from __future__ import annotations

from pathlib import Path

from tpop_cli.store.state_files import StateFiles, quarantine

from .example_picks import taught


def test_a_damaged_file_gets_the_next_free_name(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("x")
    (tmp_path / "state.json.corrupt-1").write_text("an older one")
    assert quarantine(path).name == "state.json.corrupt-2"
    assert quarantine(path) == path  # it does not exist any more


def test_the_backup_is_loaded_where_the_state_is_damaged() -> None:
    folder = taught("work", 2).folder
    (folder / "state.json").write_text("{")
    notices: list[str] = []
    state = StateFiles(folder).load(notices)
    assert state == StateFiles(folder).load_backup()
    assert state["picks"] == 1
    assert len(notices) == 1
    assert notices[0].startswith(f"{folder / 'state.json'} is unreadable (not valid JSON: ")
    assert notices[0].endswith("; the next change keeps it as state.json.corrupt-1")
    assert (folder / "state.json").read_text() == "{"  # another process may hold the lock


def test_before_a_change_damaged_states_are_quarantined() -> None:
    folder = taught("work", 2).folder
    for name in ("state.json", "state.json.bak"):
        (folder / name).write_text("{")
    states = StateFiles(folder)
    assert states.load([]) is None
    states.prepare_change()
    assert sorted(path.name for path in folder.glob("state*")) == [
        "state.json.bak.corrupt-1",
        "state.json.corrupt-1",
    ]


def test_without_files_there_is_no_state(tmp_path: Path) -> None:
    notices: list[str] = []
    assert StateFiles(tmp_path).load(notices) is None
    assert StateFiles(tmp_path).quarantine_all() == notices == []
