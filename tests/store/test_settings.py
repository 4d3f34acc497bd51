"""Settings, models by name, axes of one's own, response matrices: small files that users and programs write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.errors import BadDataError, ConfigError, NoInputError, UsageError
from tpop_cli.store import config, hub, models, paths
from tpop_cli.store.models import find_model, list_models, starter_model
from tpop_cli.store.own_axes import add_axis, load_axes, own_axes, remove_axis
from tpop_cli.store.response_matrices import load_response, save_response, starter_response

OWN = Axis("spice", Pole("hot", "Be hot."), Pole("mild", "Be mild."), builtin=False)


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_profile_file", None)


# -- settings --------------------------------------------------------------------------------------------


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


def test_without_a_home_of_its_own_the_system_says_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TPOP_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if paths.home().parts[-2:] == (
        "config",
        "tpop",
    ):  # elsewhere than on Linux it has its own place
        assert paths.home() == tmp_path / "config" / "tpop"
        assert paths.models_dir() == tmp_path / "data" / "tpop" / "models"
    monkeypatch.setenv("TPOP_HOME", "~/here")
    assert paths.home() == Path.home() / "here"


# -- models ----------------------------------------------------------------------------------------------


def test_models_are_found_by_name_path_and_default(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "data" / "models" / "sub"
    folder.mkdir(parents=True)
    mine = folder / "mine.gguf"
    mine.write_bytes(b"x")
    (folder / "notes.txt").write_text("no model")
    monkeypatch.chdir(tmp_path)
    Path("here.gguf").write_bytes(b"x")
    assert [(one.name, one.origin) for one in list_models() if one.origin != "starter"] == [
        ("sub/mine", "models folder")
    ]
    assert find_model("sub/mine") == find_model("sub/mine.gguf") == mine
    assert find_model("here.gguf") == Path("here.gguf")
    assert find_model() == starter_model() == find_model("smollm2")
    monkeypatch.setenv("TPOP_MODEL", "sub/mine")
    assert find_model() == mine
    for name, said in (
        ("none.gguf", "there is no file none.gguf"),
        ("none", "there is no model named none"),
    ):
        with pytest.raises(NoInputError, match=said) as caught:
            find_model(name)
        assert caught.value.hint == "see the models there are: tpop models list"


def test_without_any_model_three_ways_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_STARTER_PACKAGE", "a_package_that_is_not_there")
    assert starter_model() is None
    assert list_models() == []
    with pytest.raises(NoInputError, match="no model was found") as caught:
        find_model()
    assert caught.value.hint == models.NO_MODEL_HINT
    with pytest.raises(NoInputError, match="the starter model is not installed"):
        find_model("smollm2")


def test_a_model_of_a_hub_that_is_not_here_is_only_fetched_if_asked() -> None:
    with pytest.raises(NoInputError, match=r"hf:org/repo/x\.gguf is not here") as caught:
        find_model("hf:org/repo/x.gguf", fetch=False)
    assert caught.value.hint == "tpop models pull hf:org/repo/x.gguf"
    assert hub.parts_of("hf:org/repo/a/b.gguf") == ("org/repo", "a/b.gguf")
    for name in ("hf:", "hf:org", "hf:org/repo", "hf:org//x", "hf:/repo/x"):
        with pytest.raises(UsageError, match="does not name a file"):
            hub.parts_of(name)


# -- axes and matrices -----------------------------------------------------------------------------------


def test_axes_of_ones_own_are_added_and_removed(home: Path) -> None:
    assert own_axes() == ()
    add_axis(OWN)
    assert load_axes() == (*AXES, OWN)
    assert (
        json.loads((home / "axes.json").read_text())["axes"][0]["toward"]["instruction"]
        == "Be hot."
    )
    for taken in (
        OWN,
        Axis("new", Pole("hot", "x"), Pole("b", "y")),
        Axis(AXES[0].name, Pole("a", "x"), OWN.away),
    ):
        with pytest.raises(UsageError, match="is taken"):
            add_axis(taken)
    with pytest.raises(NoInputError, match="no axis of your own named 'length'"):
        remove_axis("length")
    remove_axis("spice")
    assert load_axes() == AXES


@pytest.mark.parametrize(
    "axis",
    [
        Axis(" ", Pole("a", "x"), Pole("b", "y")),
        Axis("n" * 41, Pole("a", "x"), Pole("b", "y")),
        Axis("n", Pole("a\x1b[31m", "x"), Pole("b", "y")),
        Axis("n", Pole("a", " "), Pole("b", "y")),
        Axis("n", Pole("a", "x"), Pole("b", "y" * 401)),
    ],
)
def test_axes_that_cannot_be_used_are_refused(axis: Axis, home: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be a name|is empty or too long"):
        add_axis(axis)
    assert not home.exists()


def test_names_and_instructions_of_the_greatest_length_are_taken() -> None:
    add_axis(Axis("n" * 40, Pole("a", "x" * 400), Pole("b", "y")))
    assert own_axes()[0].toward.instruction == "x" * 400


@pytest.mark.parametrize(
    "text", ["", "[]", '{"axes": [1]}', '{"axes": [{"name": "x"}]}', '{"axes": 3}', "{"]
)
def test_broken_axes_are_named(text: str, home: Path) -> None:
    home.mkdir()
    (home / "axes.json").write_text(text)
    with pytest.raises(BadDataError, match=r"axes\.json is broken") as caught:
        load_axes()
    assert "mend it, or move it away" in caught.value.hint


def test_a_measured_matrix_comes_before_a_guessed_one(home: Path) -> None:
    guessed, measured = load_response("f00")
    assert not measured
    pole = next(iter(starter_response().rows))
    feature = next(iter(starter_response().rows[pole]))
    assert guessed.rows[pole][feature] == pytest.approx(
        0.5 * starter_response().rows[pole][feature]
    )
    path = save_response(
        ResponseMatrix({"brief": {"length": -1.23456}}), {"fingerprint": "f00", "prompts": 3}
    )
    assert path == home / "data" / "response" / "f00.json"
    assert load_response("f00") == (ResponseMatrix({"brief": {"length": -1.235}}), True)
    assert json.loads(path.read_text())["prompts"] == 3
    assert not load_response("f01")[1]
    path.write_text('{"rows": [1]}')
    with pytest.raises(BadDataError, match="a response matrix file is broken") as caught:
        load_response("f00")
    assert caught.value.hint == "measure it again: tpop axes measure"


def test_the_starter_models_matrix_was_measured_on_it(starter_path: Path) -> None:
    from tpop_cli.engine.gguf import fingerprint

    assert load_response(fingerprint(starter_path)) == (starter_response(), True)
