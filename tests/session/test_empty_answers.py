"""An empty answer is explained, and two of them are no duel to learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.engine.protocol import ModelInfo, Sampling
from tpop_cli.session.duel import Duel, Key
from tpop_cli.session.judge import ask_judge

from ..cli.running import JUDGE, run
from ..tiny import CHATML, write_tiny_gguf

REQUEST = ArmRequest(((1,),), (1.0,), Sampling(), 0, 3)


def arm(text: str, reason: str = "length") -> Arm:
    return Arm(REQUEST, text, [7, 8, 9], reason)


class StrictJudge:
    """A judge that picks the second answer, and must be asked `n` times."""

    def __init__(self) -> None:
        self.asked = 0

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        self.asked += 1
        return "2"


@pytest.mark.parametrize(
    ("text", "reason", "expected"),
    [
        ("<think>Hm", "length", "used all 3 tokens for thinking; raise --max-tokens"),
        ("<think>Hm</think>\n", "length", "used all 3 tokens for thinking; raise --max-tokens"),
        ("<think>Hm</think>", "stop", "ended it after thinking"),
        ("\n \n", "length", "used all 3 tokens for blanks; raise --max-tokens"),
        ("", "stop", "the model ended it"),
        ("yes", "length", ""),
        ("<think>Hm</think>yes", "length", ""),
    ],
)
def test_the_reason_of_an_empty_answer_is_known(text: str, reason: str, expected: str) -> None:
    why = arm(text, reason).why_empty
    assert (expected in why) if expected else why == ""


@pytest.mark.parametrize("empty", ["", " \n", "<think>Hm", "<think>Hm</think> "])
def test_two_empty_answers_are_skipped_and_no_one_is_asked(empty: str) -> None:
    duel = Duel("hi", (REQUEST, REQUEST), "exploit", [arm(empty), arm("<think>So")])
    judge = StrictJudge()
    assert (ask_judge(duel, judge), judge.asked) == ("s", 0)
    for choice in ("1", "2", "first", "="):
        assert duel.verdict(choice) == "skip"  # type: ignore[arg-type]
    assert (
        duel.to_pick("explore", None, "ask", ModelInfo("m", "p", "f"), "contrast", ()).verdict
        == "skip"
    )


def test_one_empty_answer_against_another_is_a_duel() -> None:
    duel = Duel("hi", (REQUEST, REQUEST), "exploit", [arm(""), arm("yes")])
    judge = StrictJudge()
    assert (ask_judge(duel, judge), judge.asked) == ("2", 1)
    assert duel.verdict("2") == "explore"
    assert (
        duel.to_pick("explore", None, "ask", ModelInfo("m", "p", "f"), "contrast", ()).verdict
        == "explore"
    )


@pytest.fixture
def silent(tmp_path: Path) -> str:
    """A model that only writes control tokens: every token but those has a logit far below."""
    path = write_tiny_gguf(tmp_path / "silent.gguf", template=CHATML, favoured=1)
    return str(path)


def test_the_command_line_says_why_an_answer_is_empty(silent: str) -> None:
    result = run("ask", "hi", "--pick", "auto", "-n", "4", "-m", silent, "--ctx", "512")
    assert result.stdout == "\n"
    assert "the answer is empty: the model used all 4 tokens" in result.stderr
    result = run("ask", "hi", "--json", "-n", "4", "-m", silent, "--ctx", "512")
    answer = json.loads(result.stdout)
    assert (answer["answer"], answer["finish_reason"]) == ("", "length")
    assert "raise --max-tokens" in result.stderr


def test_a_judge_is_not_asked_about_two_empty_answers(silent: str) -> None:
    run("ask", "hi", "--judge", JUDGE, "-n", "4", "-m", silent, "--ctx", "512")
    picks = [json.loads(line) for line in run("picks", "list", "--json").stdout.splitlines()]
    assert [pick["verdict"] for pick in picks] == ["skip"]
