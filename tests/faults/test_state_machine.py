"""Operations on a profile in any order: memory, disk and a replay of the log always agree."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.core.said import Said
from tpop_cli.errors import NoInputError
from tpop_cli.store import files
from tpop_cli.store.events import encode_event
from tpop_cli.store.fold import fold_log
from tpop_cli.store.imports import read_preferences
from tpop_cli.store.locks import profile_lock
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import back_up

from ..store.example_picks import make_pick
from .table import ANY_ORDER, FULL

VERDICTS: list[Verdict] = ["exploit", "explore", "tie", "both-bad", "skip"]
TEXTS = ["Yes.", "It is so, and so on.", "- one\n- two", "You could ask me that!", "", "日本語 🙂"]
candidates = st.builds(
    Candidate,
    st.sampled_from(TEXTS),
    st.dictionaries(
        st.sampled_from([axis.name for axis in AXES]), st.sampled_from([-1.0, 1.0, 1.5]), max_size=2
    ),
    st.just(1),
    st.just("stop"),
)


def _interrupted_operations() -> list[tuple[object, str]]:
    """What a save does to files, step by step."""
    return [(os, "fsync"), (os, "link"), (os, "truncate"), (files, "_replace"), (Path, "unlink")]


@contextmanager
def interrupted_at(step: int) -> Iterator[None]:
    """Ctrl-C at a file operation, before or after it: steps 0 and 1 are the first operation's."""
    steps = 0

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 2
            if steps - 2 == step:
                raise KeyboardInterrupt
            result = call(*args, **kwargs)
            if steps - 1 == step:
                raise KeyboardInterrupt
            return result

        return run

    with ExitStack() as stack:
        for owner, name in _interrupted_operations():
            stack.enter_context(patch.object(owner, name, watched(getattr(owner, name))))
        stack.enter_context(suppress(KeyboardInterrupt))
        yield


class Profiles(RuleBasedStateMachine):
    """One profile, open in a long-running process and in others that open it anew each time."""

    @initialize()
    def open(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.parent = Path(self.home.name)
        self.name, self.n_made = "work", 0
        self.ours = self.fresh()
        self.expected: dict[int, Pick] = {}
        self.given: set[int] = set()  # all numbers that a pick had
        self.said = Said()

    def fresh(self) -> Profile:
        return Profile(self.name, AXES, self.parent)

    def made(self, first: Candidate, second: Candidate, verdict: Verdict) -> Pick:
        self.n_made += 1
        time = f"2026-01-01T00:00:00.{self.n_made:06}"
        return Pick(0, time, "q", first, second, verdict, "exploit", 0.5, None, "t", "m", "f")

    def pick(self, profile: Profile, first: Candidate, second: Candidate, verdict: Verdict) -> None:
        made = profile.record(self.made(first, second, verdict))
        self.add(made)

    def add(self, made: Pick) -> None:
        assert made.id not in self.given
        self.given.add(made.id)
        self.expected[made.id] = made

    @rule(first=candidates, second=candidates, verdict=st.sampled_from(VERDICTS))
    def we_pick(self, first: Candidate, second: Candidate, verdict: Verdict) -> None:
        self.pick(self.ours, first, second, verdict)

    @rule(first=candidates, second=candidates, verdict=st.sampled_from(VERDICTS))
    def another_process_picks(self, first: Candidate, second: Candidate, verdict: Verdict) -> None:
        self.pick(self.fresh(), first, second, verdict)

    def profile_of(self, ours: bool) -> Profile:
        return self.ours if ours else self.fresh()

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), ours=st.booleans())
    def undo(self, data: st.DataObject, ours: bool) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.expected)))
        self.profile_of(ours).undo(chosen)
        del self.expected[chosen]

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), verdict=st.sampled_from(VERDICTS), ours=st.booleans())
    def amend(self, data: st.DataObject, verdict: Verdict, ours: bool) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.expected)))
        self.expected[chosen] = self.profile_of(ours).amend(chosen, verdict)

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), ours=st.booleans())
    def forget(self, data: st.DataObject, ours: bool) -> None:
        forgotten = data.draw(st.sets(st.sampled_from(sorted(self.expected)), max_size=3))
        assert self.profile_of(ours).forget(lambda pick: pick.id in forgotten) == len(forgotten)
        self.expected = {n: pick for n, pick in self.expected.items() if n not in forgotten}

    @rule(
        said=st.sampled_from([Said({"length": 0.5}), Said({"length": -1.0}), Said({}, ("no ☃",))]),
        ours=st.booleans(),
    )
    def say(self, said: Said, ours: bool) -> None:
        self.said = self.profile_of(ours).change_said(lambda before: before.add(said))

    @rule(ours=st.booleans())
    def take_back(self, ours: bool) -> None:
        self.profile_of(ours).unsay()
        self.said = Said()

    @rule(first=candidates, second=candidates)
    def import_two(self, first: Candidate, second: Candidate) -> None:
        picks = [self.made(first, second, verdict) for verdict in VERDICTS[:2]]
        profile = self.fresh()
        profile.extend(picks)
        new = [pick for pick in profile.picks() if pick.id not in self.expected]
        assert len(new) == 2
        for pick in new:
            self.add(pick)

    @rule(
        step=st.integers(0, 25),
        how=st.sampled_from(["pick", "undo", "amend", "import", "single", "forget", "say"]),
        first=candidates,
        ours=st.booleans(),
    )
    def interrupted_change(self, step: int, how: str, first: Candidate, ours: bool) -> None:
        """It is whole, or it did not happen."""
        profile, before = self.profile_of(ours), self.fresh().picks()
        with profile.locked():  # it reads what others logged
            pass
        made = self.made(first, first, "tie")
        changes: dict[str, Callable[[], object]] = {
            "pick": lambda: profile.record(made),
            "undo": lambda: profile.undo() if before else None,
            "amend": lambda: profile.amend(before[-1].id, "skip") if before else None,
            "import": lambda: profile.extend([made, self.made(first, first, "skip")]),
            "single": profile.count_single,
            "say": lambda: profile.say("length=-0.25"),
            "forget": lambda: profile.forget(lambda pick: before and pick.id == before[0].id),
        }
        with interrupted_at(step):
            changes[how]()
        picks = profile.picks()
        assert profile.n_picks == len(picks)
        if picks != before:
            expected = {
                "pick": [*before, *picks[len(before) :]],
                "undo": before[:-1],
                "amend": [*before[:-1], *(replace(p, verdict="skip") for p in before[-1:])],
                "import": [*before, *picks[len(before) :]],
                "single": before,
                "say": before,
                "forget": before[1:],
            }
            assert picks == expected[how]
            assert len(picks) - len(before) in {"pick": [1], "import": [2]}.get(how, [0, -1])
        new = self.said.add(Said({"length": -0.25}))
        assert profile.said in ([self.said, new] if how == "say" else [self.said])
        self.said = profile.said
        self.given |= {pick.id for pick in picks}
        self.expected = {pick.id: pick for pick in picks}
        folded = fold_log(profile.log, profile._fresh)
        np.testing.assert_allclose(profile.posterior.mean, folded.taste.reward.posterior.mean)

    @rule(name=st.sampled_from(["work", "job"]))
    def rename(self, name: str) -> None:
        """Our long-running process is refused from then on, and opens the new name."""
        if name == self.name or not self.fresh().folder.exists():
            return
        with profile_lock(self.fresh().folder), profile_lock(self.parent / name):
            files.move_folder(self.parent / self.name, self.parent / name)
        before = sorted(path.name for path in self.parent.iterdir())
        if self.ours.folder.name == self.name and self.ours._on_disk:
            with pytest.raises(NoInputError, match="renamed or deleted"):
                self.ours.record(make_pick(1))
        assert sorted(path.name for path in self.parent.iterdir()) == before
        self.name = name
        self.ours = self.fresh()

    @rule()
    def export_and_import_agree(self) -> None:
        picks = self.fresh().picks()
        if picks:
            exported = json.dumps({"schema": 1, "picks": [asdict(pick) for pick in picks]})
            imported = read_preferences(exported.encode()).picks
            assert [replace(pick, id=0) for pick in imported] == [
                replace(pick, id=0) for pick in picks
            ]

    @rule()
    def reset(self) -> None:
        back_up(self.fresh())
        self.expected, self.said = {}, Said()

    @rule()
    def crash_within_a_line_of_the_log(self) -> None:
        if self.ours.log.path.exists():
            line = encode_event(
                Pick(
                    9999,
                    "",
                    "q",
                    *[Candidate("", {}, 1, "")] * 2,
                    "skip",
                    "exploit",
                    0.5,
                    None,
                    "",
                    "",
                    "",
                )
            )
            with self.ours.log.path.open("ab") as file:
                file.write(line[: len(line) // 2])

    @rule(
        name=st.sampled_from(["state.json", "state.json.bak"]),
        how=st.sampled_from(["missing", "truncated", "empty"]),
    )
    def damage_a_state(self, name: str, how: str) -> None:
        path = self.ours.folder / name
        if path.exists():
            {
                "missing": path.unlink,
                "truncated": lambda: _truncate(path),
                "empty": lambda: path.write_bytes(b""),
            }[how]()

    @rule()
    def restart(self) -> None:
        self.ours = self.fresh()

    @invariant()
    def all_agree(self) -> None:
        fresh = self.fresh()
        assert {pick.id: pick for pick in fresh.picks()} == self.expected
        assert fresh.n_picks == len(self.expected)
        assert fresh.said == fold_log(fresh.log, fresh._fresh).said == self.said
        folded = fold_log(fresh.log, fresh._fresh).taste.reward.posterior
        for posterior in (fresh.posterior, folded):
            assert np.isfinite(posterior.mean).all()
            np.linalg.cholesky(posterior.precision)  # symmetric positive definite
        np.testing.assert_allclose(fresh.posterior.mean, folded.mean, atol=1e-9)
        np.testing.assert_allclose(fresh.posterior.precision, folded.precision, atol=1e-7)

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.home.cleanup()


def _truncate(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


TestProfiles = ANY_ORDER.shown(Profiles.TestCase)
STEPS = 40 if FULL else 20
TestProfiles.settings = settings(
    max_examples=ANY_ORDER.count,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
