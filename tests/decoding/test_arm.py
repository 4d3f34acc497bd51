"""Text of an arm: stop texts, characters cut between tokens, thoughts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.thoughts import THINK, split_thoughts
from tpop_cli.decoding.arm import Arm

from .requesting import request


def write(pieces: list[bytes], *stops: str) -> tuple[str, bool]:
    """The text after these tokens, and whether a stop text ended it."""
    arm = Arm(replace(request((100,)), stops=stops))
    ended = any(arm.append(i, piece) for i, piece in enumerate(pieces))
    arm.flush()
    return arm.text, ended


@pytest.mark.parametrize(
    ("pieces", "text", "ended"),
    [
        ([b"one ", b"STOP", b" two"], "one ", True),
        ([b"one S", b"TO", b"P two"], "one ", True),
        ([b"one S", b"TO", b"W"], "one STOW", False),
        ([b"one ST"], "one ST", False),
        ([b"STOP"], "", True),
    ],
)
def test_a_stop_text_ends_the_answer_wherever_tokens_cut_it(
    pieces: list[bytes], text: str, ended: bool
) -> None:
    assert write(pieces, "STOP") == (text, ended)


def test_the_earliest_of_several_stop_texts_counts() -> None:
    assert write([b"a END b HALT c"], "HALT", "END") == ("a ", True)


@given(st.text(max_size=30), st.data())
def test_text_cut_into_tokens_at_any_byte_comes_out_whole(text: str, data: st.DataObject) -> None:
    whole = text.encode("utf-8", "replace")
    cut = data.draw(st.integers(0, len(whole)))
    assert write([whole[:cut], whole[cut:]])[0] == whole.decode()


@given(st.text("ab <think/>", max_size=40), st.integers(0, 40))
def test_what_is_shown_of_an_answer_only_grows(whole: str, cut: int) -> None:
    """A thought that has begun never appears in the answer, and what was shown stays."""
    text = "<think>" + whole
    partial, later = split_thoughts(text[: 7 + cut], done=False), split_thoughts(text)
    assert later.answer.startswith(partial.answer)
    assert later.thought.startswith(partial.thought.rstrip())
    if "<think>" not in whole:
        thought, closed, answer = whole.partition("</think>")
        assert later[:2] == (thought.strip(), answer.lstrip() if closed else "")


def test_thoughts_are_not_part_of_the_answer() -> None:
    arm = Arm(request((100,)), text="<think>long thoughts</think>\n\nYes.", finish_reason="stop")
    assert (arm.thought, arm.answer) == ("long thoughts", "Yes.")


def test_thoughts_and_code_in_the_answer_are_plain() -> None:
    arm = Arm(request((100,)))
    for piece, plain in (
        (b"<think>", True),
        (b"\n```python\nx", True),
        (b"</think>\nThe answer", False),
        (b" is:\n```\n", True),
        (b"x\n```\n", False),
    ):
        arm.append(0, piece)
        assert arm.plain == plain, piece


def test_a_stop_text_in_a_thought_ends_nothing() -> None:
    arm = Arm(replace(request((100,)), stops=("STOP",)))
    assert not arm.append(0, b"<think>one STOP two")
    assert not arm.append(1, b"</think>Yes")
    assert arm.append(2, b" STOP")
    arm.finish_reason = "stop"
    assert (arm.thought, arm.answer) == ("one STOP two", "Yes ")


@pytest.mark.parametrize(("think_tokens", "full"), [(0, True), (8, False)])
def test_thoughts_count_as_the_answer_unless_they_have_tokens_of_their_own(
    think_tokens: int, full: bool
) -> None:
    arm = Arm(replace(request((100,), n=3), think_tokens=think_tokens, opened=THINK))
    for n in range(3):
        arm.append(n, b" so")
    assert arm.n_thought == 3
    assert arm.full == full
