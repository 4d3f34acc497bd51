"""tpop ask: one answer, many answers, duels that a program decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ...tiny import write_tiny_gguf
from ..running import JUDGE, objects, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_auto_prints_nothing_but_the_answer() -> None:
    done = run("ask", "Why?", "--pick", "auto", "--seed", "1")
    assert done.stdout.strip()
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    # Without a terminal, auto is the default.
    assert run("ask", "Why?", "--seed", "1").stdout == done.stdout


def test_verbose_shows_the_log_of_llama_cpp() -> None:
    assert run("ask", "Why?", "--seed", "1", "--verbose").stderr.count("llama") > 3


def test_auto_learns_nothing(home: Path) -> None:
    run("ask", "Why?")
    assert not home.exists()


def test_json_has_all_keys() -> None:
    (answer,) = objects(run("ask", "Why?", "--json", "--seed", "5").stdout)
    for key in (
        "prompt",
        "answer",
        "profile",
        "model",
        "seed",
        "finish_reason",
        "strengths",
        "timings",
    ):
        assert key in answer
    assert (answer["prompt"], answer["profile"], answer["model"], answer["seed"]) == (
        "Why?",
        "default",
        "tiny",
        5,
    )


def test_many_prompts_give_json_lines_in_order(tmp_path: Path) -> None:
    file = tmp_path / "prompts"
    file.write_text(
        'first\n\n{"prompt": "second", "id": 2}\nthird\n'
        + "".join(f"more {i}\n" for i in range(20))
    )
    answers = objects(run("ask", "--input", str(file)).stdout)
    assert [a["prompt"] for a in answers[:4]] == ["first", "second", "third", "more 0"]
    assert len(answers) == 23


def test_a_judge_picks_and_the_profile_learns() -> None:
    (answer,) = objects(run("ask", "Why?", "--pick", "judge", "--judge", JUDGE, "--json").stdout)
    assert answer["verdict"] == answer["left"]  # it always takes the first
    assert len(answer["candidates"]) == 2
    assert answer["answer"] in [c["text"] for c in answer["candidates"]]
    (pick,) = objects(run("picks", "list", "--json").stdout)
    assert pick["verdict"] == answer["verdict"]


def test_the_neural_reward_learns_and_is_bound_to_its_model(tmp_path: Path) -> None:
    (tmp_path / "prompts").write_text("one\ntwo\n")
    run("teach", "--reward", "neural", "--prompts", str(tmp_path / "prompts"), "--judge", JUDGE)
    assert run("ask", "hello", "--reward", "neural", "--pick", "auto").stdout.strip()
    shown = json.loads(run("profile", "show", "--json").stdout)
    assert shown["picks"] == 2  # the same picks teach the axes
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=5)
    refused = run("ask", "hello", "--reward", "neural", "--model", str(other), code=2)
    assert "another model" in refused.stderr
    assert "--rebuild" in refused.stderr
    run("ask", "hello", "--reward", "neural", "--model", str(other), "--rebuild")
    run("ask", "hello", "--reward", "neural", "--model", str(other))


def test_plain_needs_no_profile() -> None:
    assert objects(run("ask", "Why?", "--plain", "--json").stdout)[0]["profile"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "no prompt given"),
        (["ask", "x", "--pick", "ask"], "needs a terminal"),
        (["ask", "x", "--pick", "judge"], "--pick judge needs --judge CMD"),
        (["ask", "x", "--profile", "../up"], "is not a valid profile name"),
        (["chat"], "needs a terminal"),
        (["reset", "-p", "taught"], ""),
        (["ask", "x", "--ctx", "3"], "not possible"),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(arguments: list[str], message: str) -> None:
    if not message:
        run("ask", "x", "--judge", JUDGE, "-p", "taught")
        message = "confirmation needed, but stdin is not a terminal"
    lines = run(*arguments, code=2).stderr.splitlines()
    assert lines[0].startswith("error: ") and message in lines[0]
    assert lines[1].startswith("hint: ")


def test_a_stop_text_is_left_out() -> None:
    whole = run("ask", "--seed", "3", "hello").stdout.strip()
    word = whole[6:9]
    cut = json.loads(run("ask", "--seed", "3", "--json", "--stop", word, "hello").stdout)
    assert word not in cut["answer"]
    assert whole.startswith(cut["answer"].strip())
    assert cut["finish_reason"] == "stop"


def test_a_system_prompt_is_read_first() -> None:
    with_one = json.loads(run("ask", "--json", "--system", "hello there well", "Why?").stdout)[
        "tokens"
    ]["prompt"]
    without = json.loads(run("ask", "--json", "Why?").stdout)["tokens"]["prompt"]
    by_variable = json.loads(run("ask", "--json", "Why?", TPOP_SYSTEM="hello there well").stdout)[
        "tokens"
    ]["prompt"]
    assert with_one == by_variable > without
