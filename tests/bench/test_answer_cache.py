"""The answer cache decodes each answer once, and keeps it in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tpop_cli.bench.answer_cache import AnswerCache, with_shared_seeds
from tpop_cli.bench.progress import ProgressMeter
from tpop_cli.core.axes import AXES
from tpop_cli.core.reward import Strengths
from tpop_cli.core.thoughts import THINK
from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, run_to_end
from tpop_cli.decoding.requests import request_arm
from tpop_cli.engine.protocol import Sampling

from ..fakes import FakeEngine
from .example_runs import StoppableEngine, batches


def request(
    cache: AnswerCache, strengths: Strengths | None = None, seed: int = 0, prompt: str = "why"
) -> ArmRequest:
    messages = [{"role": "user", "content": prompt}]
    return request_arm(cache.engine, messages, AXES, strengths or {}, Sampling(), seed, 12)


def test_an_answer_is_decoded_once_and_kept(cache: AnswerCache, tmp_path: Path) -> None:
    keys = [request(cache), request(cache, strengths={"length": 1.0}), request(cache)]
    meter = ProgressMeter()
    assert len(cache.missing(keys)) == 2
    assert cache.fill(keys, meter.advance)
    assert cache.fill(keys, meter.advance)
    assert meter.done == len(cache) == 2
    assert not cache.missing(keys)
    reopened = AnswerCache(FakeEngine(), tmp_path / "cache")
    assert len(reopened) == 2
    assert reopened[keys[1]] == cache[keys[1]]


def test_an_answer_with_other_settings_is_another_answer(cache: AnswerCache) -> None:
    key = request(cache)
    cache.fill([key])
    assert key in cache
    for other in (
        replace(key, max_tokens=13),
        replace(key, seed=1),
        replace(key, sampling=Sampling(temperature=0.1)),
    ):
        assert other not in cache


def test_cached_answers_are_those_of_the_batch_decoder(cache: AnswerCache) -> None:
    key = request(cache, strengths={"length": 1.0})
    (decoded,) = run_to_end(BatchDecoder(cache.engine).steps([key]))
    (cached,) = run_to_end(cache.steps([key]))
    assert (cached.text, cached.tokens) == (decoded.text, decoded.tokens)
    assert cached.finish_reason == decoded.finish_reason


def test_a_cached_arm_is_not_decoded_again(cache: AnswerCache) -> None:
    requests = [request(cache, seed=5), request(cache, strengths={"tone": 1.0}, seed=6)]
    first = run_to_end(cache.steps(requests))
    before = batches(cache)
    again = [arm for _, arms in cache.many(iter([requests])) for arm in arms]
    assert batches(cache) == before
    assert [arm.text for arm in again] == [arm.text for arm in first]
    assert again[0] is not first[0]  # an arm belongs to its turn


def test_seeds_are_shared_by_sessions_and_differ_between_equal_arms(cache: AnswerCache) -> None:
    plain, steered = request(cache, seed=7), request(cache, strengths={"tone": 1.0}, seed=8)
    assert [one.seed for one in with_shared_seeds([plain, steered])] == [0, 0]
    assert [one.seed for one in with_shared_seeds([plain, replace(plain, seed=8)])] == [0, 1]
    assert [one.seed for one in with_shared_seeds([plain])] == [0]


def test_a_truncated_line_is_skipped(cache: AnswerCache, tmp_path: Path) -> None:
    cache.fill([request(cache)])
    (file,) = (tmp_path / "cache").glob("answers-*.jsonl")
    file.write_text(file.read_text() + '{"id": {"pro')
    assert len(AnswerCache(FakeEngine(), tmp_path / "cache")) == 1


def test_an_answer_can_have_a_name(cache: AnswerCache, tmp_path: Path) -> None:
    cache.put("its name", Arm(request(cache), "w1 w2", [1, 2], "stop"))
    assert "its name" in cache
    assert AnswerCache(FakeEngine(), tmp_path / "cache")["its name"].tokens == (1, 2)
    assert cache.missing(["another name"]) == []  # a name alone cannot be decoded


def test_perplexity_is_that_under_the_plain_prompt(cache: AnswerCache, tmp_path: Path) -> None:
    key = request(cache, strengths={"length": 1.0})
    cache.fill([key])
    context = cache.engine.chat_tokens([{"role": "user", "content": "why"}])
    tokens = cache[key].tokens
    expected = -cache.engine.logprobs([*context, *tokens], len(context)).mean()
    assert cache.mean_nll("why", key) == pytest.approx(expected)
    assert AnswerCache(FakeEngine(), tmp_path / "cache").mean_nll("why", key) == pytest.approx(
        expected
    )


def test_the_stop_flag_ends_decoding() -> None:
    cache = AnswerCache(StoppableEngine(), None)
    cache.engine.stop.set()
    assert not cache.fill([request(cache)])
    assert run_to_end(cache.steps([request(cache)])) == []
    assert list(cache.many(iter([[request(cache)]]))) == []
    assert len(cache) == 0


def test_without_a_folder_nothing_is_written(home: Path) -> None:
    cache = AnswerCache(FakeEngine(), None)
    cache.fill([request(cache)])
    assert len(cache) == 1
    assert not home.exists()


def test_the_thoughts_of_a_model_are_not_kept(cache: AnswerCache) -> None:
    """Also where the prompt begins the thought: the answer that comes back is the same."""
    wanted = replace(request(cache), opened=THINK, seed=0)
    cache.put(wanted, Arm(wanted, "Paris?</think>Lyon.", [1, 2], "stop"))
    assert cache[wanted].text == "Lyon."
    ((arm,),) = cache.steps([wanted])
    assert (arm.answer, arm.thought) == ("Lyon.", "")
