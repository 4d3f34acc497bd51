"""Long runs of one kind of character: tokenized as llama.cpp would, or refused."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tpop_cli.engine.deep_stack import LONGEST_RUN, call_with_deep_stack
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.errors import DecodeError

from ..faults.report import Figures
from ..faults.table import LONG_RUNS
from ..tiny import SPECIAL, write_tiny_gguf

PRE_TOKENIZERS = "default gpt-2 llama-bpe gpt-4o tekken deepseek-v3 deepseek-coder falcon bloom"
UNITS = (
    "B",
    "b",
    " ",
    "7",
    ".",
    '"',
    "\n",
    "Bb",
    "中",
    "한",
    "😀",
    "e\u0301",
    "\r\n",
    " \n",
    "a1-",
)


@LONG_RUNS.shown
@pytest.mark.parametrize("pre", PRE_TOKENIZERS.split())
def test_long_runs_have_their_tokens_with_every_pre_tokenizer(
    pre: str, tmp_path: Path, figures: Figures
) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", pre=pre)
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        for unit in UNITS:
            text = "log: " + 60_000 // len(unit) * unit + " end"
            tokens = engine.tokenize(text, add_special=False)
            assert tokens == [len(SPECIAL) + byte for byte in text.encode()], (pre, unit)
    figures.note("60,000 of a kind are tokenized")


@LONG_RUNS.shown
def test_a_longer_run_is_refused_and_the_process_goes_on(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", pre="tekken")
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        longest = "x" * LONGEST_RUN
        assert len(engine.tokenize(longest, add_special=False)) == LONGEST_RUN
        with pytest.raises(DecodeError, match=r"200,01. characters in a row"):
            engine.chat_tokens([{"role": "user", "content": "see: " + longest + "x"}])
        spaced = " ".join([longest] * 3)
        assert len(engine.tokenize(spaced, add_special=False)) == len(spaced)


def test_no_memory_for_the_stack_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    before = threading.stack_size()
    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(DecodeError, match="no memory"):
        call_with_deep_stack(60_000, lambda: 1)
    assert threading.stack_size() == before
