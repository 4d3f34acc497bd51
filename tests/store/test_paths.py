"""Where tpop keeps its files."""

from __future__ import annotations

from pathlib import Path

import pytest

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
