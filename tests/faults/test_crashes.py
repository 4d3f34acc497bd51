"""kill -9 at any moment of saving; no socket is ever opened; no text is kept where none is to be kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tpop_cli.core.axes import AXES
from tpop_cli.store.profile import Profile

from ..cli.test_cli import JUDGE, run
from ..store.test_profile import make_pick
from . import count

SAVING = """
import sys
from pathlib import Path
from tests.store.test_profile import make_pick
from tpop_cli.core.axes import AXES
from tpop_cli.store.profile import Profile
profile = Profile("work", AXES, Path(sys.argv[1]))
print("ready", flush=True)
while True:
    profile.record(make_pick(profile.n_picks))
    print(profile.n_picks, flush=True)
"""

NO_SOCKETS = """
import socket, sys
def forbidden(*_, **__):
    raise AssertionError("a socket was opened")
socket.socket.connect = socket.socket.bind = socket.create_connection = socket.getaddrinfo = forbidden
sys.argv = ["tpop", *sys.argv[1:]]
from tpop_cli.__main__ import main
main()
"""


def test_killed_while_saving_at_most_the_last_pick_is_lost(tmp_path: Path) -> None:
    rng, bad = np.random.default_rng(0), 0
    for _ in range(count(12, 1000)):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVING, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(float(rng.uniform(0.0, 0.05)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        said = [int(line) for line in process.stdout.read().split()]
        process.stdout.close()
        profile = Profile("work", AXES, tmp_path)
        bad += bool(profile.notices) or (bool(said) and profile.n_picks not in (said[-1], said[-1] + 1))
        assert np.isfinite(profile.posterior.mean).all()
    assert bad == 0
    for old in profile.folder.glob(".state.json.*.tmp"):  # what a killed writer leaves is swept once it is stale
        os.utime(old, (0, 0))
    profile.count_single()
    assert not list(profile.folder.glob(".state.json.*.tmp"))


def test_nothing_leaves_the_machine(tiny_path: Path) -> None:
    environment = {"TPOP_MODEL": str(tiny_path), "TPOP_MAX_TOKENS": "8", "TPOP_THREADS": "1"}
    for arguments in (
        ["ask", "hello"],
        ["ask", "hello", "--judge", JUDGE],
        ["profile", "show"],
        ["picks", "list"],
        ["models", "list"],
        ["doctor"],
        ["taste", "compare", "hello"],
        ["config", "show"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", NO_SOCKETS, *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)


def test_where_no_history_is_wanted_texts_are_not_kept_and_learning_works(tiny_path: Path, home: Path) -> None:
    environment = {"TPOP_MODEL": str(tiny_path), "TPOP_MAX_TOKENS": "8", "TPOP_THREADS": "1", "TPOP_HISTORY": "false"}
    for question in ("a secret one", "a secret two"):
        run("ask", question, "--judge", JUDGE, **environment)
    profile = Profile("default")
    assert profile.n_picks == 2
    for path in home.rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes(), path
    assert all(not pick.has_texts and pick.exploit.features for pick in profile.picks())
    assert "no texts were kept" in run("picks", "show").stdout
    assert run("profile", "export", "--as", "pairs").stdout == ""
    profile.undo()
    assert Profile("default").n_picks == 1


def test_a_pick_without_texts_teaches_what_it_would_with_them() -> None:
    whole, bare = Profile("whole"), Profile("bare")
    for n in range(6):
        whole.record(make_pick(n))
        bare.record(make_pick(n).without_texts())
    np.testing.assert_allclose(bare.posterior.mean, whole.posterior.mean, atol=1e-12)
    np.testing.assert_allclose(Profile("bare").posterior.precision, whole.posterior.precision, atol=1e-9)
