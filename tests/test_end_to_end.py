"""A profile taught by a simple judge answers to the judge's taste: real model, fixed seeds.

The bound is loose; `python -m tpop_cli.bench.taught` prints figures of more comparisons.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tpop_cli.bench.prompts import REPORT, TRAIN
from tpop_cli.bench.taught import JUDGES, taught_against_fresh
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.store.profile import Profile


@pytest.mark.parametrize("name", JUDGES)
def test_fifteen_duels_teach_a_taste(starter: LlamaEngine, name: str) -> None:
    result = taught_against_fresh(
        starter, Profile("taught"), JUDGES[name], seeds=(1,), max_tokens=128
    )
    print(f"\n{name}: win rate {result.rate.mean:.2f}, steered by {result.strengths}")
    assert len(result.wins) == 10
    assert result.rate.mean >= 0.6  # ten answers: a taste of 0.8 falls below it once in twenty


def test_the_commands_do_the_same(tmp_path: Path) -> None:
    """After `teach` with a judge program, `ask` gives shorter answers than a fresh profile's."""
    judge = tmp_path / "judge.py"
    judge.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    first, second = map(len, json.loads(line)['candidates'])\n"
        "    print('1' if first < second else '2', flush=True)\n"
    )
    (tmp_path / "train").write_text("\n".join(TRAIN[:8]))
    (tmp_path / "report").write_text("\n".join(REPORT[:8]))

    def tpop(*arguments: str) -> str:
        command = [
            sys.executable,
            "-m",
            "tpop_cli",
            *arguments,
            "--max-tokens",
            "128",
            "--seed",
            "5",
        ]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
            env=dict(os.environ),
        ).stdout

    tpop(
        "teach",
        "--prompts",
        str(tmp_path / "train"),
        "--judge",
        f"{sys.executable} {judge}",
        "-p",
        "terse",
    )
    taught, fresh = (
        [
            len(json.loads(line)["answer"])
            for line in tpop("ask", "--input", str(tmp_path / "report"), "-p", p).splitlines()
        ]
        for p in ("terse", "fresh")
    )
    assert sum(a < b for a, b in zip(taught, fresh, strict=True)) >= 5
