"""State files that are damaged, of another schema, or not regular files."""

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

from ..store.example_picks import make_pick, same
from .report import Figures
from .table import BAD_NUMBERS, BOTH_BROKEN, FLIPPED, MALFORMED, SCHEMAS, TRUNCATED, WRONG_KIND

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


def profile_with_picks(n: int) -> Profile:
    profile = Profile("work")
    for i in range(n):
        profile.record(make_pick(i))
    return profile


@TRUNCATED.shown
def test_a_state_truncated_at_any_byte_is_restored(figures: Figures) -> None:
    profile = profile_with_picks(3)
    path = profile.folder / "state.json"
    data = path.read_bytes()
    lengths = range(0, len(data), max(1, len(data) // TRUNCATED.count))
    for length in lengths:
        path.write_bytes(data[:length])
        again = Profile("work")
        assert same(again, profile)
        # Only the last newline may be missing without notice.
        assert len(again.notices) == (length < len(data) - 1), length
        assert path.read_bytes() == data[:length]  # opening changes nothing
    figures.note(f"{len(lengths):,} of {len(data):,} lengths")


@FLIPPED.shown
def test_changed_bytes_are_detected_or_harmless(figures: Figures) -> None:
    profile, rng, n_detected = profile_with_picks(2), np.random.default_rng(0), 0
    path = profile.folder / "state.json"
    data = path.read_bytes()
    for _ in range(FLIPPED.count):
        flipped = bytearray(data)
        flipped[int(rng.integers(len(data)))] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        again = Profile("work")
        assert same(again, profile)
        n_detected += bool(again.notices)
    figures.note(f"{n_detected:,} of {FLIPPED.count:,} detected, the others harmless")


def resealed(profile: Profile, change: Callable[[dict[str, Any]], object], text: str = "") -> None:
    """Apply `change` to the saved state, replace "HERE" by raw JSON, and update the checksum."""
    path = profile.folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    change(state)
    body = json.dumps(state, ensure_ascii=False, separators=(",", ":")).replace('"HERE"', text)
    digest = hashlib.sha256(body.encode()).hexdigest()
    path.write_text(f'{{"sha256":"{digest}",{body[1:]}\n')


@BAD_NUMBERS.shown
@pytest.mark.parametrize(
    "bad", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"1"', "null", "1", "[]", "{}"]
)
@pytest.mark.parametrize("where", ["mean", "precision", "evidence", "seen"])
def test_a_value_that_is_no_finite_number_is_rejected(bad: str, where: str) -> None:
    def change(state: dict[str, Any]) -> None:
        if where == "evidence":
            state[where] = "HERE"
        else:
            (state[where][0] if where == "seen" else state[where])[3] = "HERE"

    profile = profile_with_picks(2)
    resealed(profile, change, bad)
    again = Profile("work")
    assert same(again, profile)
    assert "unreadable" in again.notices[0]


@BAD_NUMBERS.shown
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
def test_numbers_that_contradict_each_other_are_rejected(
    change: Callable[[dict[str, Any]], object],
) -> None:
    profile = profile_with_picks(2)
    resealed(profile, change)
    again = Profile("work")
    assert same(again, profile)
    assert "unreadable" in again.notices[0]


@BAD_NUMBERS.shown
def test_nan_is_never_written() -> None:
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
    "a schema of true": b'{"schema": true}',
    "a duplicate key": b'{"schema": 2, "schema": 3}',
}


@MALFORMED.shown
@pytest.mark.parametrize("kind", ODD)
def test_a_malformed_state_is_quarantined_quickly(kind: str, figures: Figures) -> None:
    profile = profile_with_picks(3)
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(ODD[kind])
    start = time.monotonic()
    again = Profile("work")
    figures.add_time("opened after", time.monotonic() - start)
    assert same(again, profile)
    assert time.monotonic() - start < 2
    again.count_single()
    assert len(list(profile.folder.glob("*.corrupt-*"))) == 2 == len(again.notices)


@MALFORMED.shown
def test_a_state_of_a_gigabyte_is_not_read(figures: Figures) -> None:
    profile = profile_with_picks(1)
    with (profile.folder / "state.json").open("wb") as file:
        file.truncate(1 << 30)  # sparse, takes no disk space
    tracemalloc.start()
    start = time.monotonic()
    try:
        assert same(Profile("work"), profile)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    figures.add_time("opened after", time.monotonic() - start)
    figures.note(f"{peak / 1e6:.0f} MB peak memory")
    assert time.monotonic() - start < 2
    assert peak < 64 << 20


@SCHEMAS.shown
def test_a_newer_schema_is_refused_and_left_unchanged() -> None:
    profile = profile_with_picks(1)
    path = profile.folder / "state.json"
    path.write_bytes(encode_checksummed({"schema": 99, "surprise": True}))
    before = {path.name: path.read_bytes() for path in profile.folder.iterdir()}
    with pytest.raises(TpopError, match="newer tpop") as caught:
        Profile("work")
    assert caught.value.hint.startswith("upgrade")
    assert {path.name: path.read_bytes() for path in profile.folder.iterdir()} == before


@SCHEMAS.shown
@pytest.mark.parametrize("schema", [0, 1])
def test_an_older_schema_is_rebuilt_from_the_log_and_kept_as_backup(schema: int) -> None:
    profile = profile_with_picks(3)
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
def test_a_damaged_state_and_backup_are_rebuilt_from_the_log_or_start_fresh(log: bool) -> None:
    profile = profile_with_picks(4)
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(b'{"schema": 2, "mean": [')
    if not log:
        profile.log.path.unlink()
    again = Profile("work")
    assert same(again, profile if log else Profile("fresh"))
    assert all("unreadable" in notice and "keeps it as" in notice for notice in again.notices)
    assert len(again.notices) == 2
    again.record(make_pick(9))
    kept = sorted(path.name for path in profile.folder.glob("*.corrupt-*"))
    assert kept == ["state.json.bak.corrupt-1", "state.json.corrupt-1"]
    assert same(Profile("work"), again)


@POSIX
@WRONG_KIND.shown
@pytest.mark.parametrize(
    "name", ["state.json", "state.json.bak", "picks.jsonl", "../.locks/work.lock"]
)
@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling link", "link to a file"])
def test_special_files_in_place_of_a_state_never_hang(
    name: str, kind: str, tmp_path: Path, figures: Figures
) -> None:
    profile = profile_with_picks(2)
    path = profile.folder / name
    content = path.read_bytes()
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link to a file":  # a user may keep the files elsewhere
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
        assert kind != "link to a file" or "lock" in name  # a linked lock is refused
    figures.add_time("finished after", time.monotonic() - start)
    assert time.monotonic() - start < 2


@pytest.fixture(autouse=True)
def _no_open_files_left() -> Iterator[None]:
    """Fails a test that leaks a file descriptor."""
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    yield
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) <= before
