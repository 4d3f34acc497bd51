"""Chat templates are untrusted: a hostile one runs no code, a runaway one is stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.errors import BadDataError, UsageError

from ..tiny import write_tiny_gguf
from .report import Figures
from .table import RUNAWAY_TEMPLATES, TEMPLATES


@TEMPLATES.shown
def test_a_model_without_a_template_needs_the_name_of_one(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "base.gguf", template=None)
    with pytest.raises(UsageError, match="no chat template") as caught:
        LlamaEngine(path)
    assert "--chat-template chatml" in caught.value.hint
    with (
        LlamaEngine(path, LoadOptions(chat_template="chatml")) as named,
        LlamaEngine(write_tiny_gguf(tmp_path / "chat.gguf")) as own,
    ):
        messages = [{"role": "user", "content": "hi"}]
        assert named.chat_tokens(messages) == own.chat_tokens(messages)
    with LlamaEngine(path, LoadOptions(chat_template="raw")) as raw:
        assert b"".join(map(raw.piece, raw.chat_tokens(messages))) == b"hi\n\n"
    with pytest.raises(UsageError, match="no chat template named"):
        LlamaEngine(path, LoadOptions(chat_template="nonsense"))


HOSTILE = {
    "bad syntax": ("{% for %}", "has an error"),
    "an unknown tag": ("{% launch 'missiles' %}", "has an error"),
    "a missing message": ("{{ messages[7].content }}", "cannot render"),
    "an exception": ("{{ raise_exception('not today') }}", "not today"),
    "classes": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "cannot render"),
    "globals": ("{{ cycler.__init__.__globals__.os.system('touch HERE') }}", "cannot render"),
    "a file": ("{% include '/etc/passwd' %}", "cannot render"),
    "a method that changes the chat": ("{{ messages.append(1) }}", "cannot render"),
}


@TEMPLATES.shown
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_template_runs_no_code(kind: str, tmp_path: Path) -> None:
    source, reason = HOSTILE[kind]
    path = write_tiny_gguf(
        tmp_path / "evil.gguf", template=source.replace("HERE", str(tmp_path / "here"))
    )
    with pytest.raises(BadDataError, match=reason) as caught, LlamaEngine(path) as engine:
        engine.chat_tokens([{"role": "user", "content": "hi"}])
    assert "--chat-template" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["evil.gguf"]
    assert "root:" not in caught.value.message


@RUNAWAY_TEMPLATES.shown
@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 'a'|center(9999999999) }}",
        "{% set n = namespace(x='aaaaaaaa') %}"
        "{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    ],
)
def test_a_template_that_takes_too_much_time_or_memory_is_stopped(
    template: str, tmp_path: Path, figures: Figures
) -> None:
    path = write_tiny_gguf(tmp_path / "runaway.gguf", template=template)
    with LlamaEngine(path) as engine:
        start = time.monotonic()
        with pytest.raises(BadDataError, match="more than") as caught:
            engine.chat_tokens([{"role": "user", "content": "hello"}])
        figures.add_time("stopped after", time.monotonic() - start)
    assert time.monotonic() - start < 10
    assert "--chat-template" in caught.value.hint
