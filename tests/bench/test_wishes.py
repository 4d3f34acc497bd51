"""Wishes are measured: who follows them, at what price."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.wishes import WISHES, Way, measure
from tpop_cli.engine.llama_engine import LlamaEngine


@pytest.mark.parametrize(
    ("wish", "follows", "does_not"),
    [
        ("no lists", "Tea is hot.", "- tea\n- milk"),
        ("bullet points, please", "- tea\n- milk", "Tea is hot."),
        ("use emojis", "Tea 🍵", "Tea"),
        ("end with a question to me", "Tea is hot. And you?", "You? Tea is hot."),
        ("talk like a pirate", "Ahoy, matey!", "Hello, you."),
        ("always mention a cat", "The cat drinks tea.", "To concatenate."),
        ("at most two sentences", "Tea is hot. It is.", "Tea is hot. It is. So it is."),
        ("use exclamation marks", "Tea!", "Tea."),
    ],
)
def test_every_wish_has_a_test(wish: str, follows: str, does_not: str) -> None:
    assert WISHES[wish](follows)
    assert not WISHES[wish](does_not)


def test_plain_answers_and_every_way_are_measured(tiny: LlamaEngine, tmp_path: Path) -> None:
    ways = [Way(steer="prompt"), Way(), Way(2.0, 0.1)]
    table = measure(AnswerCache(tiny, tmp_path), ways, 2, 2, 4)
    assert list(table) == ["plain", "prompt", "3, 0.02", "2, 0.1"]
    assert table["plain"].n_words == pytest.approx(1.0)
    for row in table.values():
        assert all(0 <= share <= 1 for share in (row.followed, row.topic, row.language))
        assert row.n_words > 0
