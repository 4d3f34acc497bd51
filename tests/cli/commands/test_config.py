"""tpop config: see and change settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.settings import SETTINGS

from ..running import JUDGE, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_settings_are_shown_set_and_unset(tmp_path: Path) -> None:
    run("config", "set", "temperature", "0.5")
    shown = json.loads(run("config", "show", "--json").stdout)
    assert shown["temperature"]["value"] == 0.5
    assert shown["temperature"]["from"].endswith("config.toml")
    threads = {"value": 1, "from": "$TPOP_THREADS", "default": SETTINGS["threads"].shown_default}
    assert shown["threads"] == threads
    assert shown["min_p"] == {"value": None, "from": "default", "default": "0.05"}
    assert "did you mean 'top_p'?" in run("config", "set", "top_x", "1", code=2).stderr
    assert "whole number" in run("config", "set", "top_k", "many", code=2).stderr
    run("config", "set", "temperature")
    assert json.loads(run("config", "show", "--json").stdout)["temperature"]["value"] is None
    assert run("config", "path").stdout.strip().endswith("config.toml")


def test_a_profile_has_settings_of_its_own() -> None:
    run("config", "set", "temperature", "0.5")
    run("config", "set", "temperature", "0", "--profile", "work")
    run("config", "set", "system", "hello there well", "--profile", "work")

    def value(key: str, *options: str, **environment: str) -> object:
        return json.loads(run("config", "show", "--json", *options, **environment).stdout)[key][
            "value"
        ]

    assert (value("temperature"), value("temperature", "-p", "work")) == (0.5, 0.0)
    assert value("temperature", "-p", "work", TPOP_TEMPERATURE="2") == 2.0
    assert value("system", "-p", "work") == "hello there well"
    with_system = json.loads(run("ask", "--json", "Why?", "-p", "work").stdout)["tokens"]["prompt"]
    assert with_system > json.loads(run("ask", "--json", "Why?").stdout)["tokens"]["prompt"]
    run("ask", "x", "--judge", JUDGE, "-p", "work")
    run("reset", "-p", "work", "--yes")
    # A reset forgets what was learned, but no setting.
    assert value("system", "-p", "work") == "hello there well"
    backup = run("profile", "delete", "work", "--yes").stderr.split("kept in ")[1].strip()
    assert "hello there well" in (Path("".join(backup.split())) / "config.toml").read_text()


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("temperature", "9", "a number from 0 to 5"),
        ("temperature", "nan", "a number from 0 to 5"),
        ("top_k", "9999999999", "a whole number from 0"),
        ("think", "loud", "one of show, hide, off, low, medium, high"),
        ("ask", "often", "one of auto, always, never"),
    ],
)
def test_a_setting_out_of_range_is_refused_everywhere(
    key: str, value: str, kind: str, home: Path
) -> None:
    assert kind in run("config", "set", key, value, code=2).stderr
    assert kind in run("config", "show", code=78, **{f"TPOP_{key.upper()}": value}).stderr
    home.mkdir(exist_ok=True)
    text = value if SETTINGS[key].type is not str else f'"{value}"'
    (home / "config.toml").write_text(f"{key} = {text}\n")
    assert kind in run("ask", "x", code=78).stderr
