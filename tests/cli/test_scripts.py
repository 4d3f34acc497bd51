"""What scripts rely on: JSON of a known shape, templates, stop texts, time limits, silence."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.decoding.decoder import Arm, ArmRequest
from tpop_cli.engine.protocol import Sampling
from tpop_cli.store.config import KEYS

from .test_cli import JUDGE, run

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "answer.schema.json").read_text())


@pytest.fixture(autouse=True)
def _tiny(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPOP_MODEL", str(tiny_path))
    monkeypatch.setenv("TPOP_MAX_TOKENS", "12")
    monkeypatch.setenv("TPOP_THREADS", "1")


def test_json_is_as_its_schema_says() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    one = run("ask", "--json", "--seed", "1", "hello").stdout
    plain = run("ask", "--json", "--plain", "hello").stdout
    judged = run("ask", "--json", "--judge", JUDGE, "hello").stdout
    many = run("ask", "--input", "-", stdin="one\ntwo\n").stdout
    lines = [*one.splitlines(), *plain.splitlines(), *judged.splitlines(), *many.splitlines()]
    assert len(lines) == 5
    for line in lines:
        jsonschema.validate(json.loads(line), SCHEMA)
    assert "verdict" in json.loads(judged)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(one), "answer": None}, SCHEMA)


@given(
    st.lists(st.text("abc|", max_size=3), max_size=12),
    st.lists(st.text("abc|", min_size=1, max_size=3), max_size=3),
)
def test_a_stop_text_ends_an_answer_wherever_tokens_split_it(
    pieces: list[str], stops: list[str]
) -> None:
    arm = Arm(ArmRequest(((1,),), (1.0,), Sampling(), 0, 99, stops=tuple(stops)))
    whole = ""
    for piece in pieces:
        before = arm.text
        stopped = arm.append(1, piece.encode())
        whole += piece
        assert arm.text.startswith(before)  # what was shown stays
        cuts = [whole.find(stop) for stop in stops if stop in whole]
        assert stopped == bool(cuts)
        if stopped:
            assert not any(stop in arm.text for stop in stops)
            assert whole.startswith(arm.text)
            return
    arm.flush()
    assert arm.text == whole


def test_a_stop_text_is_left_out() -> None:
    whole = run("ask", "--seed", "3", "hello").stdout.strip()
    word = whole[6:9]
    cut = json.loads(run("ask", "--seed", "3", "--json", "--stop", word, "hello").stdout)
    assert word not in cut["answer"]
    assert whole.startswith(cut["answer"].strip())
    assert cut["finish_reason"] == "stop"


def test_a_template_has_the_question_and_what_was_piped_in(tmp_path: Path) -> None:
    frame = tmp_path / "frame.txt"
    frame.write_text("Question: {prompt}\nText: {stdin}\n{other}\n")
    asked = json.loads(
        run("ask", "--json", "--template", str(frame), "Why?", stdin="a {prompt} b\n").stdout
    )
    assert asked["prompt"] == "Question: Why?\nText: a {prompt} b\n{other}"
    assert "hint" in run("ask", "--template", str(tmp_path / "none"), "Why?", code=66).stderr


def test_a_system_prompt_is_read_first() -> None:
    with_one = json.loads(run("ask", "--json", "--system", "hello there well", "Why?").stdout)[
        "tokens"
    ]["prompt"]
    without = json.loads(run("ask", "--json", "Why?").stdout)["tokens"]["prompt"]
    by_variable = json.loads(run("ask", "--json", "Why?", TPOP_SYSTEM="hello there well").stdout)[
        "tokens"
    ]["prompt"]
    assert with_one == by_variable > without


def test_a_time_limit_ends_it(starter_path: Path) -> None:
    done = run(
        "ask",
        "-n",
        "4000",
        "--timeout",
        "1.5",
        "--model",
        str(starter_path),
        "Tell me a story.",
        code=124,
    )
    assert done.stderr.startswith("error: timed out after 1.5 s\nhint: ")


def test_quiet_says_nothing_but_errors() -> None:
    loud = run("teach", "--prompts", "-", "--judge", JUDGE, stdin="one\n")
    quiet = run("teach", "--quiet", "--prompts", "-", "--judge", JUDGE, stdin="one\n")
    assert loud.stderr and quiet.stderr == ""
    assert run("ask", "--quiet", "--model", "none.gguf", "x", code=66).stderr.startswith("error: ")


def test_settings_are_shown_set_and_taken_out(tmp_path: Path) -> None:
    run("config", "set", "temperature", "0.5")
    shown = json.loads(run("config", "show", "--json").stdout)
    assert shown["temperature"]["value"] == 0.5
    assert shown["temperature"]["from"].endswith("config.toml")
    assert shown["threads"] == {"value": 1, "from": "$TPOP_THREADS"}
    assert shown["min_p"] == {"value": None, "from": "default"}
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
    assert (
        value("system", "-p", "work") == "hello there well"
    )  # what was learned is forgotten, not this
    backup = run("profile", "delete", "work", "--yes").stderr.split("kept in ")[1].strip()
    assert "hello there well" in (Path("".join(backup.split())) / "config.toml").read_text()


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("temperature", "9", "a number from 0 to 5"),
        ("temperature", "nan", "a number from 0 to 5"),
        ("top_k", "9999999999", "a whole number from 0"),
        ("think", "loud", "one of show, hide"),
        ("ask", "often", "one of auto, always, never"),
    ],
)
def test_a_setting_out_of_range_is_refused_everywhere(
    key: str, value: str, kind: str, home: Path
) -> None:
    assert kind in run("config", "set", key, value, code=2).stderr
    assert kind in run("config", "show", code=78, **{f"TPOP_{key.upper()}": value}).stderr
    home.mkdir(exist_ok=True)
    text = value if KEYS[key] is not str else f'"{value}"'
    (home / "config.toml").write_text(f"{key} = {text}\n")
    assert kind in run("ask", "x", code=78).stderr


def test_completion_is_there_for_every_shell() -> None:
    for shell in ("bash", "zsh", "fish", "powershell"):
        script = run("--show-completion", shell).stdout
        assert "tpop" in script
