"""A long chat: memory stays flat, turns do not slow down, the context is kept within its size."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import psutil

from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions
from tpop_cli.engine.protocol import Message
from tpop_cli.store.profile import Profile
from tpop_cli.turn import TurnOptions, Turns

from . import count

TURNS = count(60, 300)


def test_a_long_chat(tiny_path: Path) -> None:
    process, seconds, resident = psutil.Process(), [], []
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=1024, n_threads=1)) as engine:
        turns = Turns(engine, Profile("work"), TurnOptions(max_tokens=24, seed=1))
        past: list[Message] = []
        for n in range(TURNS):
            start = time.perf_counter()
            messages, dropped = turns.trimmed(turns.asked(f"question {n}", past))
            duel = turns.duel(messages)
            assert duel.complete
            turns.learn(duel, "exploit" if n % 3 else "explore")
            answer = duel.arms[0].answer
            past = [*past, {"role": "user", "content": f"question {n}"}, {"role": "assistant", "content": answer}]
            seconds.append(time.perf_counter() - start)
            resident.append(process.memory_info().rss)
            assert dropped < len(past)
        assert len(engine.chat_tokens(messages)) <= engine.n_ctx
    settled = TURNS // 3  # the context is full by then, and everything is loaded
    per_hundred = (resident[-1] - resident[settled]) / (TURNS - settled) * 100
    assert per_hundred < 8 << 20, f"{per_hundred / 1e6:.1f} MB per 100 turns"
    assert median(seconds[-10:]) < 3 * median(seconds[settled : settled + 10])
