"""Which value of a setting holds: of a flag, a variable, a profile or the user's config.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import ConfigError, UsageError
from tpop_cli.settings import SETTINGS
from tpop_cli.store import config


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_profile_file", None)


def test_flag_then_variable_then_profile_then_user_then_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.configured("temperature") == (None, "default")
    assert config.resolve("temperature") == 0.8
    config.save_setting("temperature", 0.5)
    assert config.configured("temperature") == (0.5, str(home / "config.toml"))
    config.save_setting("temperature", 0.25, config.profile_config_file("work"))
    assert config.resolve("temperature") == 0.5
    config.use_profile_settings("work")
    assert config.configured("temperature") == (
        0.25,
        str(home / "profiles" / "work" / "config.toml"),
    )
    monkeypatch.setenv("TPOP_TEMPERATURE", "2")
    assert config.configured("temperature") == (2.0, "$TPOP_TEMPERATURE")
    assert config.resolve("temperature", 1.5) == 1.5
    assert config.resolve("temperature", 0.0) == 0.0  # a flag of zero is given, too


def test_saving_keeps_comments_and_order(home: Path) -> None:
    path = home / "config.toml"
    home.mkdir()
    path.write_text("# mine\nthreads = 2 # two\n\nseed = 1\n")
    config.save_setting("seed", 7)
    assert path.read_text() == "# mine\nthreads = 2 # two\n\nseed = 7\n"
    config.remove_setting("threads")
    config.remove_setting("top_k")  # not there
    assert config.load_config() == {"seed": 7}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("temperature = [", "cannot read", "fix it"),
        ("temprature = 1", "unknown key 'temprature'", "did you mean 'temperature'?"),
        ("xyz = 1", "unknown key 'xyz'", "known keys: model, "),
        ('threads = "2"', "threads in .* is not a whole number from 1 to 4096", "fix it in"),
        ("threads = 0", "threads in .* is not a whole number from 1 to 4096", "fix it in"),
        ("threads = true", "is not a whole number", "fix it in"),
        ("top_p = 1.5", "is not a number from 0 to 1", "fix it in"),
        ("top_p = nan", "is not a number from 0 to 1", "fix it in"),
        ('think = "loud"', "is not one of show, hide", "fix it in"),
        ("mmap = 1", "is not true or false", "fix it in"),
        ("system = 1", "is not a text", "fix it in"),
        ("ctx = 1.5", "is not a whole number", "fix it in"),
    ],
)
def test_a_wrong_file_is_named_and_left_unchanged(
    text: str, message: str, hint: str, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(text)
    for use in (
        config.load_config,
        lambda: config.save_setting("seed", 1),
        lambda: config.resolve("seed"),
    ):
        with pytest.raises(ConfigError, match=message) as caught:
            use()
        assert hint in caught.value.hint
    assert (home / "config.toml").read_text() == text


def test_a_whole_number_can_set_a_number_or_a_count_of_layers(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("temperature = 1\ngpu_layers = 20\nthreads = 4096\n")
    assert config.load_config() == {"temperature": 1.0, "gpu_layers": "20", "threads": 4096}
    assert type(config.load_config()["temperature"]) is float


def test_a_variable_holds_a_value_as_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, text, value in (("temperature", "5", 5.0), ("mmap", "off", False), ("top_k", "0", 0)):
        monkeypatch.setenv(f"TPOP_{key.upper()}", text)
        assert config.resolve(key) == value


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("temperature", "5.1", "a number from 0 to 5"),
        ("mmap", "maybe", "true or false"),
        ("ask", "often", "one of auto, always, never"),
        ("ctx", "many", "a whole number"),
    ],
)
def test_a_wrong_variable_is_named_and_an_empty_one_is_unset(
    key: str, text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = f"TPOP_{key.upper()}"
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigError, match=f"{variable}='{text}' is not {expected}") as caught:
        config.resolve(key)
    assert caught.value.hint == f"unset it: unset {variable}"
    monkeypatch.setenv(variable, "")
    assert config.configured(key) == (None, "default")
    assert config.resolve(key) == SETTINGS[key].default


def test_an_unknown_key_is_not_removed() -> None:
    with pytest.raises(UsageError, match="there is no setting 'temprature'"):
        config.remove_setting("temprature")


def test_a_file_that_changes_is_read_again(home: Path) -> None:
    config.save_setting("seed", 1)
    assert config.resolve("seed") == 1
    config.save_setting("seed", 22)
    assert config.resolve("seed") == 22


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_config_is_read_as_editors_save_it(encoding: str, home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "config.toml"
    path.write_bytes('# é\r\nsystem = "é"\r\n'.encode(encoding))
    assert config.load_config() == {"system": "é"}
    config.save_setting("profile", "work")
    lines = path.read_bytes().decode("utf-8").split("\r\n")
    assert lines[:2] == ["# é", 'system = "é"'] and 'profile = "work"' in lines[2]


def test_a_config_that_is_not_text_is_refused(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(b'system = "caf\xe9"\n')
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        config.load_config()
