"""Nothing leaves the machine, and no text is kept with `history = false`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tpop_cli.store.profile import Profile

from ..cli.running import JUDGE, run
from ..store.example_picks import make_pick
from .report import Figures
from .table import NO_HISTORY, SOCKETS

SMALL = {"TPOP_MAX_TOKENS": "8", "TPOP_THREADS": "1"}
RUN_WITHOUT_SOCKETS = """
import socket, sys
def forbidden(event, _):
    if event.startswith("socket.") and event != "socket.gethostname":
        sys.stderr.write(f"{event} in {sys.argv}\\n")
        sys.stderr.flush()
        import os
        os._exit(99)
sys.addaudithook(forbidden)
sys.argv = ["tpop", *sys.argv[1:]]
from tpop_cli.__main__ import main
main()
"""
COMMANDS = [
    ["ask", "hello"],
    ["ask", "hello", "--judge", JUDGE],
    ["teach", "--judge", JUDGE, "--prompts", "-", "--duels", "1"],
    ["profile", "show"],
    ["profile", "list"],
    ["profile", "export", "--as", "json"],
    ["picks", "list"],
    ["models", "list"],
    ["models", "suggest"],
    ["axes", "list"],
    ["chats", "list"],
    ["doctor"],
    ["taste", "compare", "hello"],
    ["config", "show"],
    ["reset", "--yes"],
]


@SOCKETS.shown
def test_commands_open_no_socket(tiny_path: Path, figures: Figures) -> None:
    """Python reports every socket as an audit event; llama.cpp opens sockets only for RPC."""
    for arguments in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-c", RUN_WITHOUT_SOCKETS, *arguments],
            env={**os.environ, "TPOP_MODEL": str(tiny_path), **SMALL},
            capture_output=True,
            text=True,
            input="a prompt\n" if "-" in arguments else "",
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
    figures.note(f"{len(COMMANDS)} of {len(COMMANDS)} commands")


@SOCKETS.shown
def test_a_process_that_opens_a_socket_is_detected() -> None:
    hook, _ = RUN_WITHOUT_SOCKETS.split("sys.argv =", maxsplit=1)
    command = [sys.executable, "-c", hook + "import socket; socket.socket()"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 99


@NO_HISTORY.shown
def test_without_history_no_text_is_kept_and_picks_count(tiny_path: Path, home: Path) -> None:
    environment = {"TPOP_MODEL": str(tiny_path), "TPOP_HISTORY": "false", **SMALL}
    for question in ("a secret one", "a secret two"):
        run("ask", question, "--judge", JUDGE, **environment)
    profile = Profile("default")
    assert profile.n_picks == 2
    for path in home.rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes(), path
    assert all(not pick.has_texts and pick.exploit.features for pick in profile.picks())
    assert "texts of this pick were not kept" in run("picks", "show").stdout
    assert run("profile", "export", "--as", "pairs").stdout == ""
    profile.undo()
    assert Profile("default").n_picks == 1


@NO_HISTORY.shown
def test_a_pick_without_texts_teaches_the_same_taste() -> None:
    with_texts, without = Profile("with-texts"), Profile("without")
    for n in range(6):
        with_texts.record(make_pick(n))
        without.record(make_pick(n).without_texts())
    expected = with_texts.posterior
    np.testing.assert_allclose(without.posterior.mean, expected.mean, atol=1e-12)
    reloaded = Profile("without").posterior
    np.testing.assert_allclose(reloaded.precision, expected.precision, atol=1e-9)
