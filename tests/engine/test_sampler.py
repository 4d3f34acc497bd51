"""The sampler chain on given logits."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.engine.protocol import Sampling
from tpop_cli.engine.sampler import SteeredSampler


def sampler(n_vocab: int = 8, **sampling: float) -> SteeredSampler:
    return SteeredSampler(Sampling(**sampling), 3, n_vocab, alpha=0.1)  # type: ignore[arg-type]


def test_a_single_context_keeps_all_tokens() -> None:
    row = np.linspace(0, 1, 8, dtype=np.float32)
    chain = sampler(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0)
    drawn = {chain.next([row], [1.0]) for _ in range(300)}
    chain.close()
    assert drawn == set(range(8))


def test_implausible_tokens_are_never_drawn() -> None:
    rows = [
        np.array([5, 4.9, -9, -9, 0, 0, 0, 0], np.float32),
        np.array([-9, 4.9, 5, -9, 0, 0, 0, 0], np.float32),
    ]
    chain = sampler(temperature=2.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0)
    drawn = {chain.next(rows, [0.5, 0.5]) for _ in range(200)}
    chain.close()
    assert drawn <= {0, 1, 2}


def test_the_repeat_penalty_affects_steered_scores() -> None:
    """The penalty scales logits, so it would not change a maximum that was shifted to zero."""
    rows = [np.array([10, 9.5, 1, 1, 1, 1, 1, 1], np.float32)] * 2
    chain = sampler(temperature=0.0, repeat_penalty=1.5)
    drawn = [chain.next(rows, [0.5, 0.5]) for _ in range(2)]
    chain.close()
    assert drawn == [0, 1]


def test_an_exception_in_the_callback_is_raised() -> None:
    chain = sampler()
    with pytest.raises(ValueError, match="zip"):
        chain.next([np.zeros(8, np.float32)] * 2, [1.0])
    chain.close()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_leaving_out_unlikely_candidates_changes_no_draw(temperature: float) -> None:
    rng = np.random.default_rng(0)
    rows = [rng.normal(0, 5, 3000).astype(np.float32) for _ in range(60)]
    settings = {"temperature": temperature, "top_k": 20, "repeat_penalty": 1.3}
    pruned, whole = sampler(3000, **settings), sampler(3000, **settings)
    whole._n_needed = 0
    assert max(len(pruned._candidate_ids(row)) for row in rows) < 2500
    assert [pruned.next([row], [1.0]) for row in rows] == [whole.next([row], [1.0]) for row in rows]
    pruned.close()
    whole.close()


def test_without_top_k_no_candidate_is_left_out() -> None:
    chain = sampler(3000, top_k=0)
    assert len(chain._candidate_ids(np.linspace(0, 100, 3000, dtype=np.float32))) == 3000
    chain.close()
