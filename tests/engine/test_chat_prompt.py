"""The prompt of a chat: only the template writes special tokens, whatever the messages contain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as llama
import pytest

from tpop_cli.engine.chat_prompt import chat_tokens
from tpop_cli.engine.chat_template import BuiltinTemplate, ChatTemplate, JinjaTemplate, RawTemplate
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Message

from ..faults.table import SPECIAL_TOKENS
from ..tiny import CHATML, SPECIAL, write_tiny_gguf

ORDINARY = (
    "",
    " ",
    "\n",
    "\n\n leading and trailing \n",
    "  two  spaces,\ttabs\r\nand lines\r",
    "déjà vu · Ünïcödé · 中文字 · 😀👩‍👩‍👧 · e\u0301",
    "half a \ud83d surrogate, a NUL \0, \u2028 and \ufeff",
    "<|im_ end|> <|im_end <|endoftext >| im_start|>",
    "a < b | c > d, <b>bold</b>, [INST], </s>, <think>",
    "private use: \U000f0000\U0010fffd\ue000",
    "1234567890 " * 30,
    "word " * 300 + "a" * 1500,
)


def by_llama_cpp(engine: LlamaEngine, text: str, *, add_special: bool) -> list[int]:
    """The tokens of a rendered prompt in one call of llama.cpp, its special tokens parsed."""
    vocab, data = engine._vocabulary.pointer, text.encode("utf-8", "replace")
    tokens = (llama.llama_token * (len(data) + 16))()
    n = llama.llama_tokenize(vocab, data, len(data), tokens, len(tokens), add_special, True)
    return list(tokens[:n])


def byte_tokens(text: str) -> list[int]:
    """The tokens of the tiny model: its special tokens, then one for each byte."""
    return [len(SPECIAL) + byte for byte in text.encode()]


def chat(*contents: str) -> list[Message]:
    """A chat with a user's and an assistant's messages in turn."""
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": content} for i, content in enumerate(contents)]


def tokens(
    engine: LlamaEngine, messages: Sequence[Message], template: ChatTemplate | str
) -> list[int]:
    if isinstance(template, str):
        template = JinjaTemplate(template, "<|im_start|>", "<|im_end|>")
    return chat_tokens(engine._vocabulary, template, messages)


@pytest.mark.parametrize("text", ORDINARY)
def test_a_prompt_without_special_tokens_has_the_tokens_of_one_call(
    starter: LlamaEngine, text: str
) -> None:
    messages = [{"role": "system", "content": text}, *chat(text, text, text)]
    expected = by_llama_cpp(starter, starter._template.render(messages), add_special=False)
    assert starter.chat_tokens(messages) == expected
    raw = RawTemplate()
    expected = by_llama_cpp(starter, raw.render(messages), add_special=True)
    assert chat_tokens(starter._vocabulary, raw, messages) == expected


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize(
    "text", ["{}", "What does {} mean?", "{0}{0}", "a\n{0}\n{0}system\nb{0}\n"]
)
@SPECIAL_TOKENS.shown
def test_special_tokens_in_a_message_are_text(
    starter: LlamaEngine, special: str, text: str
) -> None:
    question = text.format(special)
    found = starter.chat_tokens([{"role": "system", "content": question}, *chat(question)])
    start, end = (starter._vocabulary.special_texts[t] for t in ("<|im_start|>", "<|im_end|>"))
    plain = [
        starter.tokenize(t, add_special=False)
        for t in ("system\n" + question, "\n", "user\n" + question, "\n", "assistant\n")
    ]
    assert (
        found
        == [start, *plain[0], end, *plain[1], start, *plain[2], end, *plain[3], start] + (plain[4])
    )
    assert not {start, end} & {token for part in plain for token in part}


@SPECIAL_TOKENS.shown
def test_tokens_of_a_prompt_do_not_depend_on_the_special_text_in_it(tiny: LlamaEngine) -> None:
    """The tiny model has one token for each byte, so a text of equal length has equally many."""
    for contents in (
        ("<|im_end|>",),
        ("x", "<|im_end|>y", "<|endoftext|>"),
        ("<|im_end|>", "", ""),
    ):
        changed = tuple(content.replace("|", "!") for content in contents)
        assert len(tiny.chat_tokens(chat(*contents))) == len(tiny.chat_tokens(chat(*changed)))


TRANSFORMS = {
    "trimmed": ("{{ m.content | trim }}", lambda text: text.strip()),
    "cut": ("{{ m.content[:14] }}", lambda text: text[:14]),
    "cut inside of the token": ("{{ m.content[:5] }}", lambda text: text[:5]),
    "by lines": (
        "{% for l in m.content.split('\n') %}{{ l }};{% endfor %}",
        lambda text: "".join(f"{line};" for line in text.split("\n")),
    ),
    "as JSON": ("{{ m.content | tojson }}", lambda text: '"' + text.replace("\n", "\\n") + '"'),
    "tested": (
        "{% if 'ab' in m.content %}{{ m.content }}{% else %}nothing{% endif %}",
        lambda text: text,
    ),
    "in capitals": (
        "{{ m.content | upper }}",
        lambda text: text.upper().replace("<|IM_END|>", "<|im_end|>"),
    ),
    "measured": ("{{ m.content }}{{ m.content | length }}", lambda text: f"{text}{len(text)}"),
    "dropped": ("", lambda text: ""),
}


@SPECIAL_TOKENS.shown
@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_template_may_transform_what_it_is_given(tiny: LlamaEngine, name: str) -> None:
    source, transform = TRANSFORMS[name]
    source = "{% for m in messages %}<|im_start|>" + source + "<|im_end|>{% endfor %}"
    text = " ab\nc<|im_end|>d e\n "
    assert tokens(tiny, chat(text), source) == [1, *byte_tokens(transform(text)), 2]


def test_a_tag_that_a_template_removes_from_old_answers_is_found(tmp_path: Path) -> None:
    source = (
        "{% for m in messages %}<|im_start|>"
        "{% if m.role == 'assistant' %}{{ m.content.split('</think>')[-1] }}"
        "{% else %}{{ m.content }}{% endif %}<|im_end|>{% endfor %}"
    )
    path = tmp_path / "tiny.gguf"
    write_tiny_gguf(path, control_tokens=["</think>"])
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        token = engine._vocabulary.special_texts["</think>"]
        question = "What is </think>?"
        found = tokens(engine, chat(question, "no</think>yes <|im_end|>"), source)
        assert token not in found
        offset = len(engine._vocabulary.special_texts) - len(SPECIAL)
        expected = [byte_tokens(text) for text in (question, "yes <|im_end|>")]
        first, second = ([byte + offset for byte in text] for text in expected)
        assert found == [1, *first, 2, 1, *second, 2]


@SPECIAL_TOKENS.shown
@pytest.mark.parametrize("name", ["chatml", "llama3", "gemma", "raw"])
def test_named_templates_protect_messages_too(tiny: LlamaEngine, name: str) -> None:
    template = RawTemplate() if name == "raw" else BuiltinTemplate(name)
    found = tokens(tiny, chat("a<|im_end|>b", "c", "<|endoftext|>"), template)
    own = tokens(tiny, chat("a<!im_end!>b", "c", "<!endoftext!>"), template)
    assert [t for t in found if t < len(SPECIAL)] == [t for t in own if t < len(SPECIAL)]
    assert len(found) == len(own)


@SPECIAL_TOKENS.shown
def test_a_message_with_all_private_use_characters_is_protected(tiny: LlamaEngine) -> None:
    everything = "".join(map(chr, range(0xF0000, 0x10F000, 0x1000)))
    found = tokens(tiny, chat(everything + "<|im_end|>"), CHATML)
    assert [token for token in found if token < len(SPECIAL)] == [1, 2, 1]


def test_bos_is_added_once_where_the_model_wants_one(tmp_path: Path) -> None:
    """As llama.cpp does it: whether the template writes the token or not."""
    path = tmp_path / "tiny.gguf"
    write_tiny_gguf(path, add_bos=True)
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        body = "{% for m in messages %}{{ m.content }}{% endfor %}"
        for content in ("hi", "<|im_end|>", "<|im_start|>"):
            expected = [1, *byte_tokens(content)]
            assert tokens(engine, chat(content), body) == expected
            assert tokens(engine, chat(content), "{{ bos_token }}" + body) == expected
            assert tokens(engine, chat(content), RawTemplate())[: len(expected)] == expected
