"""From turn to turn of a chat on the real model: only what is new is prefilled, and the answers are whole."""

from __future__ import annotations

from pathlib import Path

from tpop_cli.engine.kv import common_prefix
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.protocol import Message
from tpop_cli.store.profile import Profile
from tpop_cli.turn import TurnOptions, Turns


def test_a_turn_prefills_only_what_is_new(starter_path: Path) -> None:
    with LlamaEngine(starter_path) as engine:
        chat(engine)


def chat(starter: LlamaEngine) -> None:
    turns = Turns(starter, Profile("work"), TurnOptions(max_tokens=40, seed=1))
    messages: list[Message] = [{"role": "user", "content": "Tell me about the history of tea, in China and beyond."}]
    cached: list[int] = []
    for question in ("Who drinks it most?", "And coffee?", "Thank you. And water?"):
        before = starter.prefilled
        duel = turns.duel(messages)
        prompts = [prompt for arm in duel.arms for prompt in arm.plan.prompts]
        shared = prompts[0]
        for prompt in prompts[1:]:
            shared = shared[: common_prefix(shared, prompt)]
        reused = common_prefix(cached, shared)
        unique = set(prompts)
        assert starter.prefilled - before == len(shared) - reused + sum(len(p) - len(shared) for p in unique)
        if cached:
            assert reused > 0.6 * len(shared)
        answer = duel.arms[0]  # nothing is learned in this test, so the exploit arm stays plain
        assert answer.plan.weights == (1.0,)
        cached = [*answer.plan.prompts[0], *answer.tokens[:-1]]
        messages = [
            *messages,
            {"role": "assistant", "content": answer.text},
            {"role": "user", "content": question},
        ]
