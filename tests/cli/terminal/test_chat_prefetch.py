"""What is evaluated while the user types: the chat as the next prompt will hold it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tpop_cli.cli.terminal.chat import Chat
from tpop_cli.decoding.prefetch import Prefetcher
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.chats import Turn


@pytest.mark.parametrize("n_turns", [2, 9, 40])
@pytest.mark.parametrize("system", ["", "Answer briefly."])
def test_no_token_is_evaluated_for_nothing(n_turns: int, system: str, tiny_path: Path) -> None:
    """Also where the chat is longer than the context, and its oldest turns are left out."""
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=512, n_threads=1)) as engine:
        session = Session(engine, None, SessionOptions(max_tokens=40, seed=1, system=system))
        turns = [Turn(f"question {n}?", f"answer {n} " * (1 + n % 3)) for n in range(n_turns)]
        chat = Chat(session, Console(file=io.StringIO()), turns=turns)
        prefetcher = Prefetcher(engine)
        for question in ("Who?", "Who drinks it?"):
            n_prefetched = len(prefetcher.next_prefix(chat.history()))
            prefetcher.start(chat.history())
            prefetcher.wait()
            before = engine.prefilled
            messages = chat.messages(question, chat.turns)
            assert messages[:-1] == chat.history()
            session.answer(messages)
            assert engine.prefilled - before == len(engine.chat_tokens(messages)) - n_prefetched
        assert (len(messages) < n_turns) == (n_turns == 40)
