"""Interrupts between the log and the state: a change is whole, or it is taken back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Pick
from tpop_cli.errors import StorageError
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.neural_learner import NeuralLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store import profile_files
from tpop_cli.store.neural_files import NeuralFiles
from tpop_cli.store.profile import Profile

from ..decoding.test_lookahead import RULES, load
from ..session.sessions import CHAT, session
from ..store.example_picks import make_pick, same
from .report import Figures
from .table import INTERRUPTED

STORE = str(Path("tpop_cli") / "store")

CHANGES: dict[str, Callable[[Profile], object]] = {
    "pick": lambda profile: profile.record(make_pick(7)),
    "undo": lambda profile: profile.undo(),
    "undo an older one": lambda profile: profile.undo(1),
    "amend": lambda profile: profile.amend(2, "explore"),
    "import": lambda profile: profile.extend([make_pick(8), make_pick(9)]),
    "single": lambda profile: profile.count_single(),
    "forget": lambda profile: profile.forget(lambda pick: pick.id == 2),
    "say": lambda profile: profile.say("brief", "no emojis"),
}


@dataclass
class Interrupter:
    """Raises an exception before a line of the store, counted from 1. Lines run elsewhere are free.

    Args:
        at: before which line; 0: never.
        error: what is raised.
    """

    at: int = 0
    error: type[BaseException] = KeyboardInterrupt
    lines: int = field(default=0, init=False)

    def trace(self, frame: FrameType, event: str, _: object) -> Any:
        if STORE not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                sys.settrace(None)
                raise self.error
        return self.trace

    @contextmanager
    def running(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self.trace)
        try:
            yield
        finally:
            sys.settrace(before)


def taught(folder: Path, n: int = 3) -> Profile:
    profile = Profile("work", AXES, folder)
    for i in range(n):
        profile.record(make_pick(i))
    return profile


def assert_agreement(profile: Profile) -> None:
    """Memory, the state and the log say the same."""
    opened = Profile("work", AXES, profile.folder.parent)
    assert not opened.notices
    assert same(profile, opened) and profile.singles == opened.singles
    picks = profile.picks()
    assert profile.n_picks == len(picks)
    for path in profile.folder.glob("state*"):
        path.unlink()
    folded = Profile("work", AXES, profile.folder.parent)
    assert folded.picks() == picks
    assert profile.said == opened.said == folded.said
    np.testing.assert_allclose(folded.posterior.mean, profile.posterior.mean, atol=1e-9)


@INTERRUPTED.shown
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of a file that was just opened
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("name", CHANGES)
def test_an_interrupt_before_any_line_leaves_memory_log_and_state_in_agreement(
    name: str, error: type[BaseException], tmp_path: Path, figures: Figures
) -> None:
    change, counting = CHANGES[name], Interrupter()
    profile = taught(tmp_path / "count")
    with counting.running():
        change(profile)
    n_lines, after = counting.lines, profile.picks()
    assert n_lines > 50
    step = max(1, n_lines // INTERRUPTED.count)
    points = range(1, n_lines, step)
    for at in points:
        profile = taught(tmp_path / str(at))
        before = profile.picks()
        interrupter = Interrupter(at, error)
        with interrupter.running(), suppress(error):
            change(profile)
        assert profile.picks() in (before, after), at
        assert_agreement(profile)
        # What comes next is recorded under a number of its own.
        assert profile.record(make_pick(5)).id not in [pick.id for pick in before]
        assert_agreement(profile)
    figures.note(f"{name}: {len(points):,} of {len(points):,} points")


@INTERRUPTED.shown
def test_a_first_pick_that_is_interrupted_leaves_no_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    profile = Profile("work", AXES, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Profile, "_save", interrupt)
        with pytest.raises(KeyboardInterrupt):
            profile.record(make_pick(0))
    assert profile.n_picks == 0
    assert not profile.log.path.exists()
    assert profile.record(make_pick(0)).id == 1


@contextmanager
def opened(reward: str, model: Path) -> Iterator[Session]:
    if reward == "axes":
        yield session()
        return
    with load(model) as engine:
        learner = NeuralLearner(engine, Profile("work"), RULES)
        with Session(engine, learner, SessionOptions(max_tokens=8)) as work:
            yield work


@INTERRUPTED.shown
@pytest.mark.parametrize("reward", ["axes", "neural"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, StorageError])
@pytest.mark.parametrize("where", ["before the learner", "in the learner", "while saving"])
def test_the_learner_and_the_profile_learn_together_or_not_at_all(
    reward: str,
    error: type[BaseException],
    where: str,
    tiny_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also the response matrix B, and the embeddings of the neural reward."""

    def fail(*_: object, **__: object) -> None:
        raise error("the disk is full")

    with opened(reward, tiny_path) as work:
        for _ in range(2):
            work.pick(work.duel(CHAT), "first")
        profile, duel = work.learner.profile, work.duel(CHAT)
        before = snapshot(work)
        with monkeypatch.context() as patch:
            if where == "while saving":
                patch.setattr(Profile, "_save", fail)
            elif where == "before the learner":
                patch.setattr(type(work.learner), "learn", fail)
            elif reward == "neural":
                patch.setattr(NeuralLearner, "_refit", fail)
            else:
                patch.setattr(AxesLearner, "learn", learn_and(fail))
            with pytest.raises(error):
                work.pick(duel, "second")
        assert snapshot(work) == before
        assert_agreement(profile)
        with monkeypatch.context() as patch:
            patch.setattr(Profile, "_save", fail)
            with pytest.raises(error):
                work.undo()
        assert snapshot(work) == before
        assert work.pick(duel, "second").id == 3
        assert snapshot(work) != before


def learn_and(fail: Callable[..., None]) -> Callable[..., None]:
    learn = AxesLearner.learn

    def run(self: AxesLearner, duel: Any, pick: Pick) -> None:
        learn(self, duel, pick)
        fail()

    return run


def snapshot(work: Session) -> str:
    """All that was learned, as text."""
    learner = work.learner
    found: list[Any] = [learner.profile.picks(), learner.taste.reward.B.tolist()]
    found.append(learner.profile.posterior.mean.tolist())
    if isinstance(learner, NeuralLearner):
        learner.close()
        found += [sorted(learner._pairs), learner._network.W.tolist(), learner._fitted]
        found.append(NeuralFiles(learner.profile.folder).size())
    return json.dumps(found, default=repr)


@INTERRUPTED.shown
def test_an_interrupt_after_a_pick_is_saved_leaves_what_the_learner_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def interrupted(_: Path) -> Iterator[None]:
        yield
        raise KeyboardInterrupt  # as the lock is released

    works = [session("a"), session("b")]
    for work, late in zip(works, (False, True), strict=True):
        with monkeypatch.context() as patch:
            if late:
                patch.setattr(profile_files, "profile_lock", interrupted)
            duel = work.duel(CHAT)
            with pytest.raises(KeyboardInterrupt) if late else nullcontext():
                work.pick(duel, "first")
    first, second = works
    assert second.learner.profile.n_picks == 1 == Profile("b").n_picks
    assert first.taste.reward.B.tolist() == second.taste.reward.B.tolist()
