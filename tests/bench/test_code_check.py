"""Code that a model wrote: right code passes, and no other code passes or does harm."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from tpop_cli.bench.code_check import code_of, passes

RIGHT = "def double(x):\n    return 2 * x\n"
TESTS = ("double(2) == 4", "double(-1) == -2")


def fenced(code: str) -> str:
    return f"Here is the function:\n\n```python\n{code}```\n\nIt doubles x."


def check(code: str, **limits: float) -> bool:
    return passes(fenced(code), "double", TESTS, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        fenced(RIGHT),
        RIGHT,
        f"Sure! Here it is:\n{RIGHT}\nThis function doubles its argument.",
        f"1. Write this:\n   ```python\n{''.join('   ' + x for x in RIGHT.splitlines(True))}   ```",
        f"```\npip install nothing\n```\nand then\n```python\n{RIGHT}```",
        f"```python\nFACTOR = 2\n```\n```python\n{RIGHT.replace('2', 'FACTOR')}```",
        f"```python\n{RIGHT}",  # the fence is still open
        f"```python\n{RIGHT}\n# Example\nnumbers = [3, 10",  # cut in the example
        fenced(f"{RIGHT}\nprint(double(3))\nif __name__ == '__main__':\n    input('x?')\n"),
        fenced(f"import math, random, re, collections, functools, typing, itertools\n{RIGHT}"),
        fenced("import statistics, datetime, string, heapq, decimal\ndouble = lambda x: 2 * x\n"
               "def double(x): return x + x\n"),
    ],
)  # fmt: skip
def test_right_code_passes(answer: str) -> None:
    assert passes(answer, "double", TESTS)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Multiply the number by two.",
        fenced("def double(x):\n    return x\n"),
        fenced("def double(x)\n    return 2 * x\n"),
        fenced("def triple(x):\n    return 2 * x\n"),
        fenced("def double(x):\n    return undefined * x\n"),
        fenced("def double(x):\n    print(2 * x)\n"),
        fenced("def double(x):\n    return double(x)\n"),
        "double(x) = 2 * x",
    ],
)
def test_wrong_code_fails(answer: str) -> None:
    assert not passes(answer, "double", TESTS)


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(0)",
        "exit()",
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
        "import os; os.abort()",
        "import os; os.kill(os.getpid(), 9)",
        "import ctypes; ctypes.string_at(0)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import multiprocessing; multiprocessing.Process(target=print).start()",
        "import os; os.listdir('/nonexistent')",
    ],
)
def test_code_that_ends_or_leaves_the_process_fails(code: str) -> None:
    assert not check(f"{RIGHT}\n{code}\n")
    assert not check(f"def double(x):\n    {code}\n    return 2 * x\n")


def test_code_that_prints_what_a_success_prints_fails() -> None:
    assert not check("print('passed' * 10000, flush=True)\ndef double(x): return 0\n")
    assert check(f"print('x' * 1000000)\n{RIGHT}")


def test_code_that_loops_forever_is_ended_by_its_processor_time() -> None:
    started = time.monotonic()
    assert not check("def double(x):\n    while True: pass\n", seconds=1)
    assert not check("while True:\n    try: x = 1\n    except BaseException: pass\n", seconds=1)
    if sys.platform != "win32":
        assert time.monotonic() - started < 14


def test_code_that_sleeps_is_ended_by_the_clock() -> None:
    started = time.monotonic()
    assert not check("import time\ntime.sleep(60)\ndef double(x): return 2 * x\n", wall_seconds=1)
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory")
def test_code_that_takes_too_much_memory_fails() -> None:
    assert not check(f"x = bytearray(2_000_000_000)\n{RIGHT}")
    assert check(f"x = bytearray(20_000_000)\n{RIGHT}")


def test_code_that_forks_fails_and_leaves_no_process() -> None:
    before = {process.pid for process in psutil.process_iter()}
    assert not check(f"import os\nwhile True: os.fork()\n{RIGHT}")
    assert not check("import os\ndef double(x):\n    os.fork(); return 2 * x\n")
    sandboxes = []
    for process in psutil.process_iter():
        if process.pid not in before:
            try:
                sandboxes += [p for p in process.cmdline() if p.endswith("code_sandbox.py")]
            except psutil.Error:
                continue
    assert not sandboxes


def test_code_that_writes_files_fails_and_writes_none(tmp_path: Path) -> None:
    target = tmp_path / "written"
    for code in (
        f"open({str(target)!r}, 'w').write('x')",
        f"import os; os.open({str(target)!r}, os.O_CREAT | os.O_WRONLY)",
        f"import pathlib; pathlib.Path({str(target)!r}).touch()",
        f"import os; os.mkdir({str(target)!r})",
    ):
        assert not check(f"{RIGHT}\n{code}\n")
    kept = tmp_path / "kept"
    kept.write_text("mine")
    assert not check(f"{RIGHT}\nimport os; os.remove({str(kept)!r})\n")
    assert not check(f"{RIGHT}\nimport shutil; shutil.rmtree({str(tmp_path)!r})\n")
    assert kept.read_text() == "mine"
    assert not target.exists()


def test_the_environment_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    assert check(f"import os\nassert 'SECRET' not in os.environ\n{RIGHT}")
    assert os.environ["SECRET"] == "1"


def test_the_code_of_an_answer_is_what_defines_the_function() -> None:
    assert code_of(fenced(RIGHT), "double") == RIGHT
    assert code_of(f"First:\n{RIGHT}\nThat is all.", "double").strip() == RIGHT.strip()
    assert code_of("import math\n\n" + RIGHT, "double") == f"import math\n{RIGHT}".rstrip("\n")
    assert code_of("There is no code.", "double") == ""
