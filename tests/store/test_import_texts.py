"""Reasoning is removed, and chats in every form become messages."""

from __future__ import annotations

import time

import pytest

from tpop_cli.store.import_texts import (
    Message,
    SkipEntry,
    chat_messages,
    content_text,
    dialogue_messages,
    is_dialogue,
    without_reasoning,
)


@pytest.mark.parametrize(
    "text",
    [
        "<think>\nOne.\nTwo.\n</think>\n\nBlue.",
        "  <think></think><think>again</think>Blue.",
        "<thinking>hm</thinking>Blue.",
        "[THINK]hm[/THINK]Blue.",
        "<seed:think>hm</seed:think>Blue.",
        "<|channel>thought\nhm<channel|>Blue.",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Blue.",
        "The template opened it.\n</think>\n\nBlue.",
        '<details type="reasoning" done="true" duration="3">\n<summary>x</summary>\n> hm\n'
        "</details>\nBlue.",
        "<details open type='reasoning'>hm</details>Blue.<details type=reasoning>more</details>",
    ],
)
def test_reasoning_is_removed(text: str) -> None:
    assert without_reasoning(text) == "Blue."


@pytest.mark.parametrize(
    "text",
    [
        "Blue.",
        " \n leading space stays",
        "Write <think> and </think> around it.",
        "The mark `</think>` ends it, and so does </think> here.",
        "<details><summary>More</summary>open-webui shows it folded</details>",
        "<thinker>no mark</thinker>",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert without_reasoning(text) == text


@pytest.mark.parametrize("text", ["<think>cut off", '<details type="reasoning">cut off'])
def test_reasoning_that_never_ends_leaves_nothing(text: str) -> None:
    assert without_reasoning(text) == ""


@pytest.mark.parametrize(
    "unit",
    ["<think>", "<think></think>", '<details type="reasoning">', "</think>", "<details ", " "],
)
def test_reasoning_is_removed_in_linear_time(unit: str) -> None:
    def seconds(n: int) -> float:
        started = time.perf_counter()
        without_reasoning(unit * n)
        return time.perf_counter() - started

    seconds(1000)
    assert min(seconds(80_000) for _ in "ab") < 0.5


def test_messages_have_one_form() -> None:
    assert chat_messages(
        [
            {"from": "system", "value": "Be kind."},
            {"from": "Human", "value": "Why?"},
            {"role": "assistant", "content": [{"type": "text", "text": "So."}, "And so."]},
            {"role": "assistant", "content": None, "tool_calls": []},
        ]
    ) == [
        Message("system", "Be kind."),
        Message("user", "Why?"),
        Message("assistant", "So.\nAnd so."),
        Message("assistant", ""),
    ]
    assert chat_messages({"from": "gpt", "value": "So."}) == [Message("assistant", "So.")]


def test_thoughts_among_the_parts_are_left_out() -> None:
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "output_text", "text": "So."}]
    assert content_text(parts) == "So."


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}], "an image"),
        ([{"role": "user", "content": [{"type": "text"}]}], "an image or another part"),
        ([{"role": "user", "content": 3}], "without a text"),
        ([{"content": "no role"}], "no role"),
        (["a"], "cannot be read"),
    ],
)
def test_a_chat_that_cannot_be_read_is_skipped_with_the_reason(value: object, reason: str) -> None:
    with pytest.raises(SkipEntry, match=reason):
        chat_messages(value)


def test_a_dialogue_is_split_into_messages() -> None:
    text = "\n\nHuman: Why?\nHuman: is text\n\nAssistant: So.\n\nYes.\n\nHuman: Oh\n\nAssistant:"
    assert is_dialogue(text) and not is_dialogue("Human: alone") and not is_dialogue(None)
    assert dialogue_messages(text) == [
        Message("user", "Why?\nHuman: is text"),
        Message("assistant", "So.\n\nYes."),
        Message("user", "Oh"),
        Message("assistant", ""),
    ]
