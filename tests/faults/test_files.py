"""State files that are damaged, of another version, or not what they should be."""

from __future__ import annotations

import hashlib
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.errors import TpopError
from tpop_cli.store.files import decode_checksummed, encode_checksummed
from tpop_cli.store.profile import Profile

from ..store.test_profile import make_pick, same
from .report import Figures
from .table import BOTH_BROKEN, CUT, FLIPPED, HUGE, MISPLACED, NO_NUMBERS, SCHEMAS

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


def taught(n: int) -> Profile:
    profile = Profile("work")
    for i in range(n):
        profile.record(make_pick(i))
    return profile


def swept(folder: Path) -> None:
    for aside in folder.glob("*.corrupt-*"):
        aside.unlink()


@CUT.shown
def test_truncation_at_every_byte(figures: Figures) -> None:
    profile = taught(3)
    path = profile.folder / "state.json"
    data = path.read_bytes()
    lengths = range(0, len(data), max(1, len(data) // CUT.count))
    for length in lengths:
        path.write_bytes(data[:length])
        again = Profile("work")
        assert same(again, profile)
        # Without its last newline it is whole.
        assert len(again.notices) == (length < len(data) - 1), length
        swept(profile.folder)
    figures.say(f"{len(lengths):,} of {len(data):,} lengths")


@FLIPPED.shown
def test_flipped_bytes_are_detected_or_harmless(figures: Figures) -> None:
    profile, rng, found = taught(2), np.random.default_rng(0), 0
    path = profile.folder / "state.json"
    data = path.read_bytes()
    for _ in range(FLIPPED.count):
        flipped = bytearray(data)
        flipped[int(rng.integers(len(data)))] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        again = Profile("work")
        assert same(again, profile)
        found += bool(again.notices)
        swept(profile.folder)
    figures.say(f"{found:,} of {FLIPPED.count:,} found, the others harmless, 0 undetected")


def resealed(profile: Profile, change: Callable[[dict[str, Any]], object], text: str = "") -> None:
    """Change the state, put `text` where the change left "HERE", and give it a sum that fits."""
    path = profile.folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    change(state)
    body = json.dumps(state, ensure_ascii=False, separators=(",", ":")).replace('"HERE"', text)
    digest = hashlib.sha256(body.encode()).hexdigest()
    path.write_text(f'{{"sha256":"{digest}",{body[1:]}\n')


@NO_NUMBERS.shown
@pytest.mark.parametrize(
    "bad", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"1"', "null", "1", "[]", "{}"]
)
@pytest.mark.parametrize("where", ["mean", "precision", "evidence", "seen"])
def test_numbers_that_are_none_are_refused(bad: str, where: str) -> None:
    def change(state: dict[str, Any]) -> None:
        if where == "evidence":
            state[where] = "HERE"
        else:
            (state[where][0] if where == "seen" else state[where])[3] = "HERE"

    profile = taught(2)
    resealed(profile, change, bad)
    again = Profile("work")
    assert same(again, profile)
    assert "unreadable" in again.notices[0]


@NO_NUMBERS.shown
@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("mean"),
        lambda state: state.pop("picks"),
        lambda state: state["mean"].pop(),
        lambda state: state["precision"].pop(),
        lambda state: state["seen"][0].pop(),
        lambda state: state.update(picks=-1),
        lambda state: state.update(log_bytes=1.0),
        lambda state: state.update(since=True),
        lambda state: state.update(axes=[]),
        lambda state: state.update(seen=3),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(
    change: Callable[[dict[str, Any]], object],
) -> None:
    profile = taught(2)
    resealed(profile, change)
    again = Profile("work")
    assert same(again, profile)
    assert "unreadable" in again.notices[0]


@NO_NUMBERS.shown
def test_no_such_number_is_ever_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_checksummed({"schema": 2, "mean": [float("nan")]})


ODD = {
    "empty": b"",
    "100,000 brackets": b"[" * 100_000,
    "an integer of 5,000 digits": b'{"schema": ' + b"9" * 5000 + b"}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "NULs": b"\0" * 4096,
    "no state": b'{"schema": 2}',
    "null": b"null",
    "a schema that is true": b'{"schema": true}',
    "a key that stands twice": b'{"schema": 2, "schema": 3}',
}


@HUGE.shown
@pytest.mark.parametrize("kind", ODD)
def test_a_state_that_is_none_is_kept_aside_quickly(kind: str, figures: Figures) -> None:
    profile = taught(3)
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(ODD[kind])
    start = time.monotonic()
    again = Profile("work")
    figures.took("opened after", time.monotonic() - start)
    assert same(again, profile)
    assert time.monotonic() - start < 2
    assert len(list(profile.folder.glob("*.corrupt-*"))) == 2 == len(again.notices)


@HUGE.shown
def test_a_state_of_a_gigabyte_is_not_read(figures: Figures) -> None:
    profile = taught(1)
    with (profile.folder / "state.json").open("wb") as file:
        file.truncate(1 << 30)  # takes no space: a hole
    tracemalloc.start()
    start = time.monotonic()
    try:
        assert same(Profile("work"), profile)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    figures.took("opened after", time.monotonic() - start)
    figures.say(f"{peak / 1e6:.0f} MB at the peak")
    assert time.monotonic() - start < 2
    assert peak < 64 << 20


@SCHEMAS.shown
def test_a_newer_schema_is_refused_and_untouched() -> None:
    profile = taught(1)
    path = profile.folder / "state.json"
    path.write_bytes(encode_checksummed({"schema": 99, "surprise": True}))
    before = {one.name: one.read_bytes() for one in profile.folder.iterdir()}
    with pytest.raises(TpopError, match="newer tpop") as caught:
        Profile("work")
    assert caught.value.hint.startswith("upgrade")
    with pytest.raises(TpopError, match="newer tpop"):
        profile.reload(), Profile("work").record(make_pick(2))
    assert {one.name: one.read_bytes() for one in profile.folder.iterdir()} == before


@SCHEMAS.shown
@pytest.mark.parametrize("schema", [0, 1])
def test_an_older_schema_is_folded_anew_and_kept_as_the_backup(schema: int) -> None:
    profile = taught(3)
    path = profile.folder / "state.json"
    old = decode_checksummed(path.read_bytes()) | {"schema": schema}
    for key in ("seen", "since", "evidence", "singles"):
        del old[key]
    path.write_bytes(encode_checksummed(old))
    again = Profile("work")
    assert not again.notices
    assert same(again, profile)
    again.record(make_pick(3))
    assert decode_checksummed(path.read_bytes())["schema"] == 2
    assert decode_checksummed((profile.folder / "state.json.bak").read_bytes()) == old


@BOTH_BROKEN.shown
@pytest.mark.parametrize("log", [True, False])
def test_both_generations_broken(log: bool) -> None:
    profile = taught(4)
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(b'{"schema": 2, "mean": [')
    if not log:
        profile.log.path.unlink()
    again = Profile("work")
    assert same(again, profile if log else Profile("fresh"))
    kept = sorted(path.name for path in profile.folder.glob("*.corrupt-*"))
    assert kept == ["state.json.bak.corrupt-1", "state.json.corrupt-1"]
    assert all("unreadable" in notice and "is kept as" in notice for notice in again.notices)
    assert len(again.notices) == 2
    again.record(make_pick(9))
    assert same(Profile("work"), again)


@POSIX
@MISPLACED.shown
@pytest.mark.parametrize("name", ["state.json", "state.json.bak", "picks.jsonl", ".lock"])
@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling link", "link to a file"])
def test_strange_things_in_place_of_a_file_never_hang(
    name: str, kind: str, tmp_path: Path, figures: Figures
) -> None:
    profile = taught(2)
    path = profile.folder / name
    content = path.read_bytes()
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link to a file":  # as of somebody who keeps their files elsewhere
        elsewhere.write_bytes(content)
        path.symlink_to(elsewhere)
    else:
        path.symlink_to(tmp_path / "nowhere" / "at" / "all")
    start = time.monotonic()
    try:
        again = Profile("work", AXES)
        if name == "picks.jsonl" and kind != "link to a file":
            assert "is gone" in again.notices[0]
        else:
            assert again.n_picks == 2
        again.record(make_pick(7))
        assert Profile("work", AXES).n_picks == 3
    except TpopError as error:
        assert "work" in error.message
        assert kind != "link to a file" or name == ".lock"  # a link there might lock something else
    figures.took("over after", time.monotonic() - start)
    assert time.monotonic() - start < 2


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    """A descriptor that is lost would show as an error of its own."""
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    yield
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) <= before
