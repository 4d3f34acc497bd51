"""Simulations with the paper's neural reward."""

from __future__ import annotations

import pytest

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.neural_runs import neural_player
from tpop_cli.bench.progress import ProgressMeter
from tpop_cli.bench.simulate import Trace, Variant
from tpop_cli.core.neural import NeuralRules
from tpop_cli.decoding.lookahead import sequences_needed

from ..fakes import FakeEngine
from .example_runs import StoppableEngine, batches, player, setting

RULES = NeuralRules(k=3, hidden=4, epochs=3)
SHORT = setting(counts=(0, 2), max_tokens=5)
NEURAL = Variant(reward="neural")


def trace_of(cache: AnswerCache, meter: ProgressMeter | None = None, seed: int = 0) -> Trace:
    play = neural_player(cache, meter or ProgressMeter(), RULES)
    (trace,) = play([player(variant=NEURAL, seed=seed)], SHORT)
    return trace


@pytest.fixture
def cache() -> AnswerCache:
    return AnswerCache(FakeEngine(n_seq_max=sequences_needed(RULES)), None)


def test_every_turn_is_a_duel_and_no_instruction_steers(cache: AnswerCache) -> None:
    meter = ProgressMeter()
    trace = trace_of(cache, meter)
    assert trace.n_duels == 2
    assert trace.strengths == {0: {}, 2: {}}
    assert len(trace.predicted_correctly) <= 2
    assert meter.done == meter.total == 2 * 2 + 2 * len(SHORT.judged)


def test_judged_answers_are_in_the_cache_by_name(cache: AnswerCache) -> None:
    trace = trace_of(cache)
    names = [name for names in trace.judged.values() for name in names]
    assert len(set(names)) == len(names) == 4
    assert all(isinstance(name, str) and name in cache for name in names)


def test_a_run_with_all_its_answers_in_the_cache_is_not_played_again(cache: AnswerCache) -> None:
    first = trace_of(cache)
    before = batches(cache)
    assert trace_of(cache).judged == first.judged
    assert batches(cache) == before


def test_runs_share_the_answers_of_an_untaught_network_alone(cache: AnswerCache) -> None:
    first, second = trace_of(cache), trace_of(cache, seed=1)
    assert first.judged[0] == second.judged[0]
    assert not set(first.judged[2]) & set(second.judged[2])


def test_the_stop_flag_interrupts_a_run() -> None:
    cache = AnswerCache(StoppableEngine(n_seq_max=sequences_needed(RULES)), None)
    cache.engine.stop.set()
    with pytest.raises(KeyboardInterrupt):
        trace_of(cache)
