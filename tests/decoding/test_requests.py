"""Requests: limited to the context, with as much of a chat's history as fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.axes import AXES
from tpop_cli.decoding.arm import ArmRequest
from tpop_cli.decoding.requests import limit_to_context, request_arm, trim_history
from tpop_cli.engine.protocol import Sampling
from tpop_cli.errors import ContextFullError

from ..fakes import FakeEngine


def sized(length: int, contexts: int = 1, n: int = 100) -> ArmRequest:
    """A request with contexts of this many tokens."""
    prompts = ((1,) * length,) * contexts
    return ArmRequest(prompts, (1.0,) * contexts, Sampling(), 0, n)


def test_an_instruction_stands_in_the_last_message_alone() -> None:
    engine = FakeEngine()
    chat = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
    ]
    found = request_arm(engine, chat, AXES, {"length": 1.0}, Sampling(), 7, 20, ("END",))
    toward, away = AXES[0].poles

    def asked(instruction: str) -> list[int]:
        content = f"{instruction}\n\nthree"
        return engine.chat_tokens([*chat[:-1], {"role": "user", "content": content}])

    steered = [asked(toward.instruction), asked(away.instruction)]
    assert [list(prompt) for prompt in found.prompts] == [engine.chat_tokens(chat), *steered]
    assert (found.seed, found.stops) == (7, ("END",))
    assert found.weights == (1.0, toward.weight, -toward.weight)
    assert found.strengths == (("length", 1.0),)
    prompted = request_arm(engine, chat, AXES, {"length": 1.0}, Sampling(), 7, 20, steer="prompt")
    assert [list(prompt) for prompt in prompted.prompts] == steered[:1]
    assert prompted.weights == (1.0,)


def test_answers_are_cut_to_what_the_context_holds() -> None:
    assert limit_to_context([sized(100)], 1000)[0].max_tokens == 100
    assert limit_to_context([sized(100)], 150)[0].max_tokens == 50
    two = limit_to_context([sized(200, 2, 900), sized(200, 1, 900)], 1100)
    assert two[0].max_tokens * 3 + 200 <= 1100
    with pytest.raises(ContextFullError, match="1000"):
        limit_to_context([sized(1000)], 1010)


def test_the_oldest_turns_go_when_the_context_is_full() -> None:
    engine = FakeEngine(n_ctx=100)
    chat = [
        {"role": r, "content": f"{r} {i} " * 5} for i in range(6) for r in ("user", "assistant")
    ]
    chat = [{"role": "system", "content": "be nice"}, *chat, {"role": "user", "content": "now"}]
    kept, dropped = trim_history(engine, chat, 20)
    assert dropped > 0 and dropped % 2 == 0
    assert kept[0] == chat[0]
    assert kept[1:] == chat[1 + dropped :]
    assert len(engine.chat_tokens(kept)) <= 60
    assert trim_history(engine, chat[-1:], 20) == (chat[-1:], 0)


@given(
    st.integers(0, 40), st.integers(40, 400), st.integers(0, 30), st.integers(1, 8), st.booleans()
)
def test_as_many_turns_are_kept_as_fit(
    n_turns: int, n_ctx: int, instruction: int, n_contexts: int, system: bool
) -> None:
    engine = FakeEngine(n_ctx=n_ctx)
    chat = [
        {"role": r, "content": f"{r} {i} " * (1 + i % 4)}
        for i in range(n_turns)
        for r in ("user", "assistant")
    ]
    chat = [
        *([{"role": "system", "content": "be nice"}] if system else []),
        *chat,
        {"role": "user", "content": "now"},
    ]
    kept, dropped = trim_history(engine, chat, 20, n_contexts, instruction)
    answers = max(16 * n_contexts + 64, min(20 * n_contexts, n_ctx // 2))
    naive, limit = list(chat), n_ctx - n_contexts * instruction - answers
    limit -= max(n_contexts, n_ctx // 16) - 1  # "now" is one token in each context
    while len(naive) > 2 + system and len(engine.chat_tokens(naive)) > limit:
        del naive[int(system) : int(system) + 2]
    assert (kept, dropped) == (naive, len(chat) - len(naive))


def test_an_instruction_stands_behind_a_long_question() -> None:
    engine = FakeEngine(n_ctx=320)
    pole, opposite = AXES[0].poles

    def prompts(n_words: int) -> list[list[int]]:
        chat = [{"role": "user", "content": "word " * n_words}]
        found = request_arm(engine, chat, AXES, {AXES[0].name: 0.5}, Sampling(), 0, 20)
        return [list(prompt) for prompt in found.prompts]

    def shared(of: list[list[int]]) -> int:
        return next(i for i, tokens in enumerate(zip(*of, strict=False)) if len({*tokens}) > 1)

    assert shared(prompts(10)) == len(engine.chat_tokens([{"role": "user", "content": ""}]))
    plain, steered, _ = prompts(11)  # more than a 32nd of the context
    assert steered[: len(plain)] == plain
    words = [" ".join(one.instruction.split()) for one in (pole, opposite)]
    assert len(steered) == len(plain) + len(words[0].split())


def test_what_is_kept_does_not_depend_on_the_length_of_a_short_question() -> None:
    engine = FakeEngine(n_ctx=1600)
    for n_turns in range(5, 60, 3):
        chat = [
            {"role": r, "content": f"{r} {i} " * (i % 5)}
            for i in range(n_turns)
            for r in ("user", "assistant")
        ]
        kept = []
        for words in (0, 1, 5, 20):
            question = {"role": "user", "content": "a " * words}
            kept.append(trim_history(engine, [*chat, question], 200)[0][:-1])
        assert kept[0] == kept[1] == kept[2] == kept[3]


SHORTER = """
import sys, json
for line in sys.stdin:
    a, b = map(len, json.loads(line)["candidates"])
    print(1 if a < b else 2 if b < a else "=", flush=True)
"""
