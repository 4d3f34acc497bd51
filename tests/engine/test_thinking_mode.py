"""Telling a chat template whether and how much to think."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.engine.chat_template import JinjaTemplate
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions

from ..tiny import CHATML, write_tiny_gguf

HEADER = "<|im_start|>assistant\n"
OPENS = CHATML.replace(HEADER, HEADER + "<think>\n")
SWITCH = CHATML.replace(
    "{{ '" + HEADER + "' }}",
    "{{ '" + HEADER + "' }}{% if enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}",
)
EFFORT = (
    "{% if not reasoning_effort is defined %}{% set reasoning_effort = 'medium' %}{% endif %}"
    "{{ 'Reasoning: ' + reasoning_effort + '\n' }}" + CHATML
)
STRICT = (
    "{% if reasoning_effort is defined and reasoning_effort not in ['no_think', 'low', 'high'] %}"
    "{{ raise_exception('unknown effort') }}{% endif %}"
    "{{ reasoning_effort if reasoning_effort is defined else 'no_think' }}" + CHATML
)
CHAT = [{"role": "user", "content": "Hi"}]


def rendered(source: str, think: str) -> tuple[str, str]:
    """The prompt, and why the mode was ignored."""
    template = JinjaTemplate(source, "<s>", "</s>", think)
    return template.render(CHAT), template.ignored


def test_thinking_is_turned_off_where_the_template_can() -> None:
    prompt, ignored = rendered(SWITCH, "off")
    assert prompt.endswith("<think>\n\n</think>\n\n")
    assert not ignored
    assert rendered(STRICT, "off") == ("no_think" + rendered(CHATML, "")[0], "")


@pytest.mark.parametrize("source", [CHATML, OPENS, EFFORT])
def test_a_template_that_cannot_is_rendered_as_ever(source: str) -> None:
    prompt, ignored = rendered(source, "off")
    assert prompt == rendered(source, "")[0]
    assert ignored == "this model has no switch for thinking"


def test_the_effort_is_set_where_the_template_knows_it() -> None:
    assert rendered(EFFORT, "low")[0].startswith("Reasoning: low")
    assert rendered(EFFORT, "")[0].startswith("Reasoning: medium")
    assert rendered(STRICT, "low")[1] == ""
    assert rendered(STRICT, "medium")[1] == "this model's chat template has no effort 'medium'"
    assert rendered(SWITCH, "high")[1] == "this model's chat template has no effort 'high'"


def test_a_template_is_not_given_tools() -> None:
    asks = "{% if tools is defined %}{{ tools | length }}{% endif %}" + CHATML
    assert rendered(asks, "")[0] == rendered(CHATML, "")[0]


def test_an_engine_knows_whether_the_prompt_begins_a_thought(tmp_path: Path) -> None:
    def loaded(source: str, think: str = "") -> tuple[bool, bool, str]:
        path = write_tiny_gguf(tmp_path / "tiny.gguf", template=source)
        with LlamaEngine(path, LoadOptions(n_ctx=256, thinking=think)) as engine:
            opened = engine.open_thought(engine.chat_tokens(CHAT))
            return opened is not None, engine.thinks, engine.ignored

    assert loaded(OPENS) == (True, True, "")
    assert loaded(SWITCH) == (False, True, "")
    assert loaded(SWITCH, "off") == (False, True, "")
    assert loaded(CHATML, "off") == (False, False, "this model has no switch for thinking")


def test_the_marks_of_thoughts_are_part_of_the_output(tmp_path: Path) -> None:
    marks = ["[THINK]", "[/THINK]"]
    path = write_tiny_gguf(tmp_path / "tiny.gguf", control_tokens=[*marks, "<other>"])
    with LlamaEngine(path, LoadOptions(n_ctx=256)) as engine:
        tokens = {text: engine.markup(text) for text in (*marks, "<other>")}
        assert [len(found) for found in tokens.values()] == [1, 1, 1]
        shown = {text: engine.piece(found[0]) for text, found in tokens.items()}
    assert shown == {"[THINK]": b"[THINK]", "[/THINK]": b"[/THINK]", "<other>": b""}
