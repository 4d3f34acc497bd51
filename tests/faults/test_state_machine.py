"""Operations on a profile in any order: memory, disk and a replay of the log always agree."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.store.events import encode_event
from tpop_cli.store.imports import read_preferences
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import back_up

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


class Profiles(RuleBasedStateMachine):
    """One profile, open in a long-running process and in others that open it anew each time."""

    @initialize()
    def open(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.parent = Path(self.home.name)
        self.ours = self.fresh()
        self.expected: dict[int, Pick] = {}

    def fresh(self) -> Profile:
        return Profile("work", AXES, self.parent)

    def pick(self, profile: Profile, first: Candidate, second: Candidate, verdict: Verdict) -> None:
        made = profile.record(
            Pick(0, "", "q", first, second, verdict, "exploit", 0.5, None, "t", "m", "f")
        )
        assert made.id not in self.expected
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

    @rule(first=candidates, second=candidates)
    def import_two(self, first: Candidate, second: Candidate) -> None:
        picks = [
            Pick(0, "", "q", first, second, v, "exploit", 0.5, None, "import", "", "")
            for v in VERDICTS[:2]
        ]
        profile = self.fresh()
        profile.extend(picks)
        new = [pick for pick in profile.picks() if pick.id not in self.expected]
        assert len(new) == 2
        self.expected |= {pick.id: pick for pick in new}

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
        self.expected = {}

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
        folded = Profile("folded", AXES, self.parent)
        folded.log = fresh.log
        folded._refold()
        for posterior in (fresh.posterior, folded.posterior):
            assert np.isfinite(posterior.mean).all()
            np.linalg.cholesky(posterior.precision)  # symmetric positive definite
        np.testing.assert_allclose(fresh.posterior.mean, folded.posterior.mean, atol=1e-9)
        np.testing.assert_allclose(fresh.posterior.precision, folded.posterior.precision, atol=1e-7)

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
