"""Settings: from flags, variables, a profile and the user's config.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import ConfigError, UsageError
from tpop_cli.store import config


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_profile_file", None)


def test_flag_then_variable_then_profile_then_user_then_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.origin("temperature") == (None, "default")
    config.save_setting("temperature", 0.5)
    assert config.origin("temperature") == (0.5, str(home / "config.toml"))
    config.save_setting("temperature", 0.25, config.profile_config_file("work"))
    assert config.setting("temperature") == 0.5
    config.use_profile_settings("work")
    assert config.origin("temperature") == (0.25, str(home / "profiles" / "work" / "config.toml"))
    monkeypatch.setenv("TPOP_TEMPERATURE", "2")
    assert config.origin("temperature") == (2.0, "$TPOP_TEMPERATURE")
    assert config.setting("temperature", 1.5) == 1.5
    assert config.setting("temperature", 0.0) == 0.0  # a flag that says nought says something


def test_comments_and_order_stay(home: Path) -> None:
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
    ("text", "said", "hint"),
    [
        ("temperature = [", "cannot read", "mend it"),
        ("temprature = 1", "unknown key 'temprature'", "did you mean 'temperature'?"),
        ("xyz = 1", "unknown key 'xyz'", "known keys: model, "),
        ('threads = "2"', "threads in .* is not a whole number from 1 to 4096", "mend it in"),
        ("threads = 0", "threads in .* is not a whole number from 1 to 4096", "mend it in"),
        ("threads = true", "is not a whole number", "mend it in"),
        ("top_p = 1.5", "is not a number from 0 to 1", "mend it in"),
        ("top_p = nan", "is not a number from 0 to 1", "mend it in"),
        ('think = "loud"', "is not one of show, hide", "mend it in"),
        ("mmap = 1", "is not true or false", "mend it in"),
        ("system = 1", "is not a text", "mend it in"),
        ("ctx = 1.5", "is not a whole number", "mend it in"),
    ],
)
def test_a_file_that_is_not_understood_is_named_and_untouched(
    text: str, said: str, hint: str, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(text)
    for use in (
        config.load_config,
        lambda: config.save_setting("seed", 1),
        lambda: config.setting("seed"),
    ):
        with pytest.raises(ConfigError, match=said) as caught:
            use()
        assert hint in caught.value.hint
    assert (home / "config.toml").read_text() == text


def test_whole_numbers_serve_where_numbers_and_layers_do(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("temperature = 1\ngpu_layers = 20\nthreads = 4096\n")
    assert config.load_config() == {"temperature": 1.0, "gpu_layers": "20", "threads": 4096}
    assert type(config.load_config()["temperature"]) is float


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("temperature", "0", 0.0),
        ("temperature", "5", 5.0),
        ("top_k", "0", 0),
        ("mmap", "Yes", True),
        ("mmap", "off", False),
        ("history", "1", True),
        ("history", "FALSE", False),
        ("ask", "never", "never"),
        ("model", "any thing", "any thing"),
    ],
)
def test_texts_stand_for_values(
    key: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.parsed(key, text) == value
    monkeypatch.setenv(f"TPOP_{key.upper()}", text)
    assert config.setting(key) == value


@pytest.mark.parametrize(
    ("key", "text", "kind"),
    [
        ("temperature", "5.1", "a number from 0 to 5"),
        ("temperature", "warm", "a number from 0 to 5"),
        ("threads", "0", "a whole number from 1 to 4096"),
        ("mmap", "maybe", "true or false"),
        ("ask", "often", "one of auto, always, never"),
        ("ctx", "many", "a whole number"),
    ],
)
def test_texts_that_stand_for_nothing(
    key: str, text: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=kind):
        config.parsed(key, text)
    monkeypatch.setenv(f"TPOP_{key.upper()}", text)
    with pytest.raises(ConfigError, match=f"TPOP_{key.upper()}=.* is not {kind}") as caught:
        config.setting(key)
    assert caught.value.hint == f"unset it: unset TPOP_{key.upper()}"
    monkeypatch.setenv(f"TPOP_{key.upper()}", "")
    assert config.setting(key) is None  # empty is not set


def test_an_unknown_setting_is_told_with_the_nearest() -> None:
    for use in (
        lambda: config.parsed("temprature", "1"),
        lambda: config.remove_setting("temprature"),
    ):
        with pytest.raises(UsageError, match="there is no setting 'temprature'") as caught:
            use()
        assert caught.value.hint == "did you mean 'temperature'?"
    with pytest.raises(UsageError) as caught:
        config.parsed("xyz", "1")
    assert caught.value.hint == "tpop config show lists them"


def test_a_file_that_changes_is_read_again(home: Path) -> None:
    config.save_setting("seed", 1)
    assert config.setting("seed") == 1
    config.save_setting("seed", 22)
    assert config.setting("seed") == 22
