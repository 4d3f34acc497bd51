"""Long use: memory stays flat, nothing slows down, and chats fit their context."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from statistics import median

import psutil

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Message
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from ..cli.running import TPOP
from .report import Figures
from .table import LONG_CHAT, MANY_PROMPTS


@LONG_CHAT.shown
def test_a_long_chat_keeps_its_speed_and_memory(tiny_path: Path, figures: Figures) -> None:
    process, seconds, resident = psutil.Process(), [], []
    n_turns, n_shortened = LONG_CHAT.count, 0
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=1024, n_threads=1)) as engine:
        learner = AxesLearner(engine, Profile("work"))
        session = Session(engine, learner, SessionOptions(max_tokens=24, seed=1))
        past: list[Message] = []
        for n in range(n_turns):
            start = time.perf_counter()
            messages, dropped = session.trim_history(session.messages(f"question {n}", past))
            duel = session.duel(messages)
            assert duel.complete
            session.learn(duel, "exploit" if n % 3 else "explore")
            answer = duel.arms[0].answer
            past = [
                *past,
                {"role": "user", "content": f"question {n}"},
                {"role": "assistant", "content": answer},
            ]
            seconds.append(time.perf_counter() - start)
            resident.append(process.memory_info().rss)
            n_shortened += bool(dropped)
            assert messages[-1]["content"] == f"question {n}"
            assert len(engine.chat_tokens(messages)) <= engine.n_ctx
    assert n_shortened > n_turns // 2  # the context was full most of the time
    warm = n_turns // 3
    per_hundred = (resident[-1] - resident[warm]) / (n_turns - warm) * 100 / 1e6
    slowdown = median(seconds[-20:]) / median(seconds[warm : warm + 20])
    figures.note(
        f"{n_turns} turns: {per_hundred:.1f} MB per 100 turns, "
        f"the last take {slowdown:.2f} times as long as the first"
    )
    assert per_hundred < 8
    assert slowdown < 2


@MANY_PROMPTS.shown
def test_many_prompts_in_one_process_keep_its_speed_and_memory(
    tiny_path: Path, tmp_path: Path, figures: Figures
) -> None:
    n = MANY_PROMPTS.count
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("".join(f"prompt {i}\n" for i in range(n)))
    environment = {**os.environ, "TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1"}
    command = [*TPOP, "ask", "--input", str(prompts), "-n", "24", "--seed", "1"]
    times, resident = [], []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asked:
        assert asked.stdout is not None and asked.stderr is not None
        process = psutil.Process(asked.pid)
        for i, line in enumerate(asked.stdout):
            assert json.loads(line)["prompt"] == f"prompt {i}"  # in order, without a gap
            times.append(time.perf_counter())
            if i % 20 == 0:
                resident.append(process.memory_info().rss)
        assert asked.stderr.read() == ""
    assert asked.returncode == 0
    assert len(times) == n
    fifth = n // 5
    slowdown = (times[-1] - times[-fifth]) / (times[2 * fifth] - times[fifth])
    per_thousand = (resident[-1] - resident[len(resident) // 5]) / (0.8 * n) * 1000 / 1e6
    figures.note(
        f"{n:,} prompts: {per_thousand:.1f} MB per 1,000, "
        f"the last fifth takes {slowdown:.2f} times as long as the second"
    )
    assert per_thousand < 10 * (1000 / n if n < 1000 else 1)
    assert slowdown < 2
