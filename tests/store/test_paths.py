"""Where tpop keeps its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import UsageError
from tpop_cli.store import paths


def test_every_folder_is_below_tpop_home(home: Path) -> None:
    assert paths.profiles_dir() == home / "profiles"
    assert paths.models_dir() == home / "data" / "models"


def test_without_tpop_home_the_platform_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TPOP_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    # Only Linux reads the XDG variables.
    if paths.home().parts[-2:] == ("config", "tpop"):
        assert paths.home() == tmp_path / "config" / "tpop"
        assert paths.models_dir() == tmp_path / "data" / "tpop" / "models"
    monkeypatch.setenv("TPOP_HOME", "~/here")
    assert paths.home() == Path.home() / "here"


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "-x", "con", "COM1.txt", "a."])
def test_a_name_that_is_unsafe_as_a_folder_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is not a valid profile name"):
        paths.check_profile_name(name)


def test_a_name_that_differs_only_in_case_is_refused(home: Path, tmp_path: Path) -> None:
    (home / "profiles" / "work").mkdir(parents=True)
    (tmp_path / "elsewhere" / "Play").mkdir(parents=True)
    assert paths.check_profile_name("work") == "work"
    with pytest.raises(UsageError, match="profile 'work' exists") as caught:
        paths.check_profile_name("Work")
    assert caught.value.hint == "use --profile work"
    assert paths.check_profile_name("Work", tmp_path / "elsewhere") == "Work"
    with pytest.raises(UsageError, match="profile 'Play' exists"):
        paths.check_profile_name("play", tmp_path / "elsewhere")
