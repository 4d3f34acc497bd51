"""Chats in the templates of twenty families of models."""

from __future__ import annotations

import pytest

from tpop_cli.core.thoughts import marks_of
from tpop_cli.engine.chat_template import JinjaTemplate
from tpop_cli.engine.protocol import Message

from .families import FAMILIES, Family

ASKED: list[Message] = [{"role": "user", "content": "Why?"}]
SECOND: list[Message] = [
    *ASKED,
    {"role": "assistant", "content": "Because."},
    {"role": "user", "content": "And then?"},
]
SYSTEM: Message = {"role": "system", "content": "Be kind."}
NAMED = pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))


def rendered(family: Family, chat: list[Message], think: str = "") -> str:
    return JinjaTemplate(family.source, "<s>", "</s>", think).render(chat)


@NAMED
def test_the_question_stands_once_before_the_answers_start(family: Family) -> None:
    prompt = rendered(family, ASKED)
    assert prompt.count("Why?") == 1
    assert prompt.endswith(family.start)


@NAMED
def test_a_prompt_that_begins_a_thought_is_known(family: Family) -> None:
    prompt = rendered(family, ASKED).rstrip()
    marks = marks_of(family.source, frozenset())
    assert any(prompt.endswith(one.opening.rstrip()) for one in marks) == family.opens


@NAMED
def test_the_second_turn_extends_the_first_where_it_can(family: Family) -> None:
    first, second = rendered(family, ASKED), rendered(family, SECOND)
    assert [second.count(m["content"]) for m in SECOND] == [1, 1, 1]
    assert second.startswith(first) == family.extends
    question = first[: first.rindex("Why?") + len("Why?")]
    assert second.startswith(question)  # so much of the KV cache serves again


@NAMED
def test_a_system_prompt_is_in_the_chat_whatever_the_template_says(family: Family) -> None:
    prompt = rendered(family, [SYSTEM, *SECOND])
    assert prompt.count("Be kind.") == 1
    assert prompt.index("Be kind.") < prompt.index("Why?")
    assert prompt.count("And then?") == 1


@pytest.mark.parametrize(
    "name", ["Qwen 3", "Qwen 3.5", "Gemma 4", "GLM 4", "Nemotron 3", "Granite", "Seed-OSS"]
)
def test_thinking_is_turned_off_where_a_family_can(name: str) -> None:
    template = JinjaTemplate(FAMILIES[name].source, "<s>", "</s>", "off")
    assert not template.ignored
    prompt = template.render(ASKED).rstrip()
    marks = marks_of(FAMILIES[name].source, frozenset())
    assert not any(prompt.endswith(one.opening.rstrip()) for one in marks)


def test_there_are_twenty_families() -> None:
    assert len(FAMILIES) >= 20
