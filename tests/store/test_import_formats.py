"""Preference files in published formats are read rightly, or skipped with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from tpop_cli.store.import_formats import Preference, read_pair
from tpop_cli.store.import_texts import SkipEntry

from ..faults.table import BAD_PAIRS

RIGHT = Preference("Where is it?", "In Rome.", "Who knows.")
QUESTION, GOOD, BAD = RIGHT


def user(text: Any = QUESTION) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def part(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


SYSTEM = {"role": "system", "content": "Be brief."}
EARLIER = [user("Hello"), assistant("Hi")]
PAIR = {"chosen": GOOD, "rejected": BAD}
ANSWERS = {"chosen": [assistant(GOOD)], "rejected": [assistant(BAD)]}
DIALOGUE = f"\n\nHuman: Hello\n\nAssistant: Hi\n\nHuman: {QUESTION}\n\nAssistant: "
SHAREGPT = [{"from": "system", "value": "Be brief."}, {"from": "human", "value": QUESTION}]


def chats(*before: dict[str, Any]) -> dict[str, Any]:
    return {"chosen": [*before, assistant(GOOD)], "rejected": [*before, assistant(BAD)]}


@BAD_PAIRS.shown
@pytest.mark.parametrize(
    "entry",
    [
        {"prompt": QUESTION, **PAIR},
        {"prompt": [user()], **ANSWERS},
        {"prompt": [SYSTEM, *EARLIER, user()], **ANSWERS},
        {"prompt": [SYSTEM, *EARLIER, user()], **PAIR},
        {"prompt": QUESTION, **ANSWERS},
        {"prompt": QUESTION, **chats(user())},
        chats(user()),
        chats(SYSTEM, user()),
        chats(SYSTEM, *EARLIER, user()),
        {"prompt": QUESTION, "messages": chats(user())["chosen"], **chats(user())},
        {"prompt": [user(part(QUESTION))], "chosen": part(GOOD), "rejected": part(BAD)},
        chats(user(part(QUESTION))),
        {"messages": [SYSTEM, user()], "chosen": assistant(GOOD), "rejected": assistant(BAD)},
        {"input": {"messages": [SYSTEM, user()]}, **PAIR},
        {"chosen": DIALOGUE + GOOD, "rejected": DIALOGUE + BAD},
        {"prompt": f"\n\nHuman: {QUESTION}\n\nAssistant:", **PAIR},
        {"system": "Be brief.", "question": QUESTION, **PAIR},
        {"system": "Be brief.", "input": QUESTION, **PAIR},
        {"instruction": QUESTION, "input": "", **PAIR},
        {"instruction": QUESTION, "chosen_response": GOOD, "rejected_response": BAD},
        {
            "input": {"messages": [SYSTEM, *EARLIER, user()], "tools": []},
            "preferred_output": [assistant(GOOD)],
            "non_preferred_output": [assistant(BAD)],
        },
        {
            "conversations": SHAREGPT,
            "chosen": {"from": "gpt", "value": GOOD},
            "rejected": {"from": "gpt", "value": BAD},
        },
        {
            "context": [user()],
            "completions": [
                {"rank": 1, "completion": [assistant(BAD)]},
                {"rank": 0, "completion": [assistant(GOOD)]},
            ],
        },
        {"prompt": QUESTION, "chosen": f"<think>Hm.</think>{GOOD}", "rejected": BAD},
        {
            "prompt": '[{"role": "user", "content": "Where is it?"}]',
            "chosen": '[{"role": "assistant", "content": "In Rome."}]',
            "rejected": '[{"role": "assistant", "content": "Who knows."}]',
        },
    ],
)
def test_a_published_format_is_read_rightly(entry: dict[str, Any]) -> None:
    assert [preference for _, preference in read_pair(entry)] == [RIGHT]


def test_an_instruction_and_its_input_are_one_prompt() -> None:
    ((_, found),) = read_pair({"instruction": "Translate.", "input": "Ciao", **PAIR})
    assert found.prompt == "Translate.\nCiao"


def test_the_words_that_both_texts_begin_with_are_an_implicit_prompt() -> None:
    ((_, found),) = read_pair({"chosen": "The sky is blue.", "rejected": "The sky is bleak."})
    assert found == ("The sky is", "blue.", "bleak.")


def test_the_best_of_several_completions_wins_over_each_worse_one() -> None:
    completions = [{"rank": rank, "completion": assistant(str(rank))} for rank in (2, 0, 1)]
    found = list(read_pair({"context": QUESTION, "completions": completions}))
    assert [p for _, p in found] == [(QUESTION, "0", "1"), (QUESTION, "0", "2")]


@BAD_PAIRS.shown
@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"prompt": QUESTION, "chosen": GOOD, "rejected": GOOD}, "two equal answers"),
        (
            {"prompt": QUESTION, "chosen": f"<think>Hm.</think>{GOOD}", "rejected": GOOD},
            "two equal answers",
        ),
        ({"chosen": [user(), assistant(GOOD)], "rejected": [user(), assistant(GOOD)]}, "two equal"),
        ({"prompt": QUESTION, "chosen": GOOD, "rejected": " \n"}, "an empty answer"),
        ({"prompt": QUESTION, "chosen": GOOD, "rejected": None}, "an empty answer"),
        ({"prompt": QUESTION, "chosen": GOOD, "rejected": "<think>cut"}, "an empty answer"),
        ({"prompt": " ", **PAIR}, "without a question"),
        (PAIR, "without a question"),
        ({"prompt": [SYSTEM], **PAIR}, "without a question"),
        (ANSWERS, "without a question"),
        ({"prompt": QUESTION, "completion": GOOD, "label": True}, "KTO"),
        ({"prompt": QUESTION, "completion": GOOD}, "an unknown format"),
        ({"prompt": QUESTION, "chosen": GOOD, "rejected": [assistant(BAD)]}, "one that is a chat"),
        ({"prompt": QUESTION, "chosen": [GOOD], "rejected": [BAD]}, "without a text"),
        ({"prompt": QUESTION, "chosen": 1, "rejected": 2}, "without a text"),
        (
            {"chosen": [user("a"), assistant(GOOD)], "rejected": [user("b"), assistant(BAD)]},
            "differ in more than their last message",
        ),
        (
            {"chosen": [user(), assistant(GOOD), user("More!")], "rejected": [user()]},
            "differ in more than their last message",
        ),
        (
            {"chosen": [user("a"), user("b")], "rejected": [user("a"), user("c")]},
            "does not end with",
        ),
        ({"prompt": [user([{"type": "image"}, *part(QUESTION)])], **PAIR}, "an image"),
        (
            {"prompt": "<|im_start|>user\nWhere?<|im_end|>\n<|im_start|>assistant\n", **PAIR},
            "the chat template of a model",
        ),
        ({"prompt": "[{'role': 'user', 'content': 'Where?'}]", **PAIR}, "as Python code"),
        (
            {"context": QUESTION, "completions": [{"rank": 0, "completion": "a"}]},
            "do not say which",
        ),
        ({"context": QUESTION, "completions": [1, 2]}, "cannot be read"),
        (["not", "an", "object"], "without a JSON object"),
    ],
)
def test_anything_else_is_skipped_with_the_reason(entry: object, reason: str) -> None:
    with pytest.raises(SkipEntry, match=reason):
        list(read_pair(entry))
