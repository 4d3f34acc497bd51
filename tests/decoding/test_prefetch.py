"""From turn to turn on real models: only what is new is prefilled, and answers stay the same."""

from __future__ import annotations

import time
from pathlib import Path

from tpop_cli.core.axes import AXES
from tpop_cli.core.steering import instructions
from tpop_cli.decoding.prefetch import Prefetcher
from tpop_cli.decoding.requests import request_arm
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.prefix import common_prefix
from tpop_cli.engine.protocol import Message, Sampling
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from .requesting import decode


def test_a_turn_prefills_only_what_is_new(starter_path: Path) -> None:
    with LlamaEngine(starter_path) as engine:
        chat(engine)


def chat(starter: LlamaEngine) -> None:
    session = Session(
        starter, AxesLearner(starter, Profile("work")), SessionOptions(max_tokens=40, seed=1)
    )
    messages: list[Message] = [
        {"role": "user", "content": "Tell me about the history of tea, in China and beyond."}
    ]
    cached: list[int] = []
    for question in ("Who drinks it most?", "And coffee?", "Thank you. And water?"):
        before = starter.prefilled
        duel = session.duel(messages)
        prompts = [prompt for arm in duel.arms for prompt in arm.request.prompts]
        shared = prompts[0]
        for prompt in prompts[1:]:
            shared = shared[: common_prefix(shared, prompt)]
        reused = common_prefix(cached, shared)
        unique = set(prompts)
        assert starter.prefilled - before == len(shared) - reused + sum(
            len(p) - len(shared) for p in unique
        )
        if cached:
            assert reused > 0.6 * len(shared)
        answer = duel.arms[0]  # nothing is learned in this test, so the exploit arm stays plain
        assert answer.request.weights == (1.0,)
        cached = [*answer.request.prompts[0], *answer.tokens[:-1]]
        messages = [
            *messages,
            {"role": "assistant", "content": answer.text},
            {"role": "user", "content": question},
        ]


def test_what_was_prefetched_is_not_prefilled_again(starter_path: Path) -> None:
    """The winner was steered, so that no context of the duel is the chat as it goes on."""
    with LlamaEngine(starter_path) as engine:
        session = Session(engine, None, SessionOptions(max_tokens=40, seed=1))
        question: Message = {
            "role": "user",
            "content": "Tell me about the history of tea, in China and beyond.",
        }
        request = request_arm(engine, [question], AXES, {"tone": 1.0}, Sampling(), 1, 40)
        (answer,) = decode(engine, [request])
        past = [question, {"role": "assistant", "content": answer.text}]
        prefetcher = Prefetcher(engine)
        start = prefetcher.next_prefix(past)
        prefetcher.start(past)
        prefetcher.wait()
        before = engine.prefilled
        messages = [*past, {"role": "user", "content": "Who drinks it most?"}]
        session.answer(messages)
        assert engine.prefilled - before == len(engine.chat_tokens(messages)) - len(start)


def test_a_steered_turn_prefills_its_question_alone(starter_path: Path) -> None:
    """The instructions of the next turn are known before its question."""
    strengths = {"tone": 1.0}
    past: list[Message] = [
        {"role": "user", "content": "Tell me about the history of tea."},
        {"role": "assistant", "content": "Tea was first drunk in China."},
    ]
    messages: list[Message] = [*past, {"role": "user", "content": "Who drinks it most?"}]
    with LlamaEngine(starter_path) as engine:
        prefetcher = Prefetcher(engine)
        read = instructions(AXES, [strengths])
        prefetcher.start(past, read)
        prefetcher.wait()
        starts = [prefetcher.next_prefix(past, one) for one in (None, *read)]
        request = request_arm(engine, messages, AXES, strengths, Sampling(temperature=0), 1, 8)
        before = engine.prefilled
        (answer,) = decode(engine, [request])
        pairs = zip(request.prompts, starts, strict=True)
        assert all(list(prompt[: len(start)]) == start for prompt, start in pairs)
        left = [len(p) - len(s) for p, s in zip(request.prompts, starts, strict=True)]
        assert engine.prefilled - before == sum(left)
        assert max(left) <= len(engine.chat_tokens(messages[-1:]))
    with LlamaEngine(starter_path) as engine:
        assert decode(engine, [request])[0].tokens == answer.tokens


def test_prefetching_stops_at_once_and_keeps_what_it_read(starter_path: Path) -> None:
    with LlamaEngine(starter_path) as engine:
        past = [{"role": "user", "content": "tea " * 1500}, {"role": "assistant", "content": "yes"}]
        prefetcher = Prefetcher(engine)
        prefetcher.start(past)
        time.sleep(1.0)
        stopping = time.perf_counter()
        prefetcher.stop()
        assert time.perf_counter() - stopping < 0.5
        assert not engine.stop.is_set()
        (kept,) = engine._seqs.cache.kept
        n_read = len(engine._seqs.cache.tokens[kept])
        assert 0 < n_read < len(prefetcher.next_prefix(past))
        before = engine.prefilled
        prompt = engine.chat_tokens([*past, {"role": "user", "content": "and?"}])
        (handle,) = engine.open([prompt])
        assert engine.prefilled - before == len(prompt) - n_read
        engine.close_sequence(handle)


def test_an_answer_after_prefetching_is_the_same(tiny_path: Path) -> None:
    past = [{"role": "user", "content": "hello there"}, {"role": "assistant", "content": "well"}]
    messages = [*past, {"role": "user", "content": "and now?"}]
    answers = []
    for read in (False, True):
        with LlamaEngine(tiny_path, LoadOptions(n_threads=1)) as engine:
            prefetcher = Prefetcher(engine)
            if read:
                prefetcher.start(past)
                prefetcher.wait()
            request = request_arm(engine, messages, AXES, {}, Sampling(temperature=0), 1, 20)
            answers.append(decode(engine, [request])[0].tokens)
    assert answers[0] == answers[1]
