"""The examples run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tpop_cli import open_profile

EXAMPLE = Path(__file__).parents[1] / "examples" / "teach_a_profile.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE), "--quick", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_profile_is_taught_measured_and_drawn(tmp_path: Path, tiny_path: Path) -> None:
    svg, folder = tmp_path / "curve.svg", tmp_path / "profiles"
    options = ["--model", str(tiny_path), "--taste", "short", "--folder", str(folder)]
    done = run(*options, "--svg", str(svg))
    assert done.returncode == 0, done.stderr
    rates = [
        line for line in done.stdout.splitlines() if "win rate 0." in line or "rate 1." in line
    ]
    assert [line.split()[0] for line in rates] == ["0", "1", "2"]
    assert "win rate 0.50, steered by {}" in rates[0]  # before the first duel nothing is learned
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    picks = open_profile("short", folder).picks()
    assert len(picks) == 2
    for pick in picks:
        assert pick.winner is None or len(pick.winner.text) < len(pick.loser.text)  # type: ignore[union-attr]

    again = run(*options)
    assert again.returncode == 2
    assert "already has picks" in again.stderr
