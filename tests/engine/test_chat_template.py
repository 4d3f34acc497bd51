"""Templates that refuse a system message, or read messages as lists of parts."""

from __future__ import annotations

import pytest

from tpop_cli.engine.chat_template import JinjaTemplate
from tpop_cli.engine.protocol import Message
from tpop_cli.errors import BadDataError

WITHOUT_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}{% endfor %}[model]"
)
IGNORES_SYSTEM = (
    "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}[model]"
)
PARTS = (
    "{% for m in messages %}[{{ m.role }}]{% for part in m.content %}"
    "{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}{% endfor %}[model]"
)
BOTH = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + (
    PARTS
)
QUESTION: list[Message] = [{"role": "user", "content": "Why?"}]
CHAT: list[Message] = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi!"},
    {"role": "user", "content": "Why?"},
]
FOLDED = "[user]Be kind.\n\nHello[assistant]Hi![user]Why?[model]"


def render(source: str, messages: list[Message]) -> str:
    return JinjaTemplate(source, "<s>", "</s>").render(messages)


@pytest.mark.parametrize("source", [WITHOUT_SYSTEM, IGNORES_SYSTEM, PARTS, BOTH])
def test_a_question_alone_is_rendered(source: str) -> None:
    assert render(source, QUESTION) == "[user]Why?[model]"


@pytest.mark.parametrize("source", [WITHOUT_SYSTEM, IGNORES_SYSTEM, BOTH])
def test_a_system_message_without_a_role_precedes_the_first_question(source: str) -> None:
    assert render(source, CHAT) == FOLDED


def test_a_system_message_keeps_its_role_where_there_is_one() -> None:
    assert render(PARTS, CHAT).startswith("[system]Be kind.[user]Hello")


def test_a_template_that_changes_the_text_is_used_as_it_is() -> None:
    shouting = "{% for m in messages %}{{ m.content | upper }}{% endfor %}"
    assert render(shouting, QUESTION) == "WHY?"


def test_a_template_that_refuses_every_form_is_an_error_with_its_first_reason() -> None:
    with pytest.raises(BadDataError, match="cannot render this chat: never"):
        render("{{ raise_exception('never') }}", CHAT)
