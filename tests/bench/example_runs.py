"""Short runs of simulated users on the engine in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.progress import ProgressMeter
from tpop_cli.bench.prompts import REPORT, TRAIN
from tpop_cli.bench.simulate import Player, Setting, Trace, Variant, play
from tpop_cli.bench.user_groups import USERS
from tpop_cli.core.axes import AXES
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.engine.protocol import Interrupted

from ..fakes import FakeEngine

RESPONSE = ResponseMatrix({"brief": {"length": -2.0}, "detailed": {"length": 1.0}})
SETTING = Setting(AXES, RESPONSE, TRAIN[:4], REPORT[:2], counts=(0, 2, 6), max_tokens=12)


class StoppableEngine(FakeEngine):
    """An engine that obeys its stop flag when it prefills and when it decodes."""

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        self._check()
        return super().open(prompts, checkpoint)

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        self._check()
        super().extend(tokens)

    def _check(self) -> None:
        if self.stop.is_set():
            raise Interrupted


def setting(**changes: Any) -> Setting:
    return replace(SETTING, **changes)


def player(user: str = "short", variant: Variant = Variant(), seed: int = 0) -> Player:
    return Player(USERS[user], variant, seed)


def traces_of(
    cache: AnswerCache, players: Sequence[Player] = (), setting: Setting = SETTING
) -> list[Trace]:
    return play(players or [player()], setting, cache, ProgressMeter())


def batches(cache: AnswerCache) -> list[int]:
    """The sizes of all batches that the cache's engine decoded."""
    assert isinstance(cache.engine, FakeEngine)
    return list(cache.engine.log)
