"""Model output is untrusted: no control byte reaches a terminal, in any environment."""

from __future__ import annotations

import io
import os
import random
import re
import subprocess
import unicodedata
from pathlib import Path

import pexpect
import pytest
from rich.console import Console

from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.engine.protocol import Sampling
from tpop_cli.ui.clean import clean
from tpop_cli.ui.duel import DuelView, Side

from ..cli.running import FOOTER, TPOP, terminal
from ..tiny import write_tiny_gguf
from .report import Figures
from .table import BIDI, ENVIRONMENTS, ESCAPES, HOSTILE_MODEL, MARKUP

HOSTILE = [
    "\x1b[31m", "\x1b[2J", "\x1b[6n", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\",
    "\x1b]52;c;AAAA\x07", "\x1bP+q544e\x1b\\", "\x1b_Gf=32\x1b\\", "\x1bc", "\x1b#8", "\x1b(0",
    "\x9b2J", "\x9d0;t\x9c", "\x90q\x9c", "\x85",
    "\x07", "\x08", "\r", "\x0b", "\x0c", "\x0e", "\x7f", "\x00",
]  # fmt: skip
MARKUPS = [
    "[/b]",
    "[bold red]",
    "[link=http://x]",
    "[@click=quit]",
    ":smile:",
    "[",
    "\\[",
    "![a](b)",
    "<b>",
    "$(id)",
]
REVERSED = [
    chr(code) for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
]
INVISIBLE = ["\u200b", "\u2060", "\ufeff", "\u00ad"]
PLAIN = [
    "日本語",
    "🙂",
    "a\u0301",
    "word ",
    "\n",
    "\t",
    "```",
    "- ",
    "# ",
    "[a](http://x)",
    "\ud800",
    "👩\u200d💻",
]
PIECES = [*HOSTILE, *MARKUPS, *REVERSED, *INVISIBLE, *PLAIN]


def draw(text: str, height: int | None = None) -> str:
    """What a terminal is sent to show a duel with this text."""
    file = io.StringIO()
    console = Console(
        file=file, width=80, height=24, force_terminal=True, color_system=None, emoji=False
    )
    console.print(DuelView((Side(text, True), Side(text[::-1], False)), height=height))
    return file.getvalue()


def forbidden(drawn: str, allowed: str = "\n") -> set[str]:
    """The control, bidi and invisible characters in `drawn`."""
    return {
        c
        for c in drawn
        if (
            unicodedata.category(c) == "Cc"
            or c in REVERSED
            or c in INVISIBLE
            or "\ud800" <= c <= "\udfff"
        )
        and c not in allowed
    }


@ESCAPES.shown
def test_no_control_byte_of_an_answer_is_drawn(figures: Figures) -> None:
    rng, n_leaked = random.Random(0), 0
    for n in range(ESCAPES.count):
        text = "".join(rng.choices(PIECES, k=rng.randrange(1, 12)))
        drawn = draw(text, 12 if n % 2 else None)
        # The remaining sequences are Rich's own styles.
        n_leaked += len(forbidden(re.sub(r"\x1b\[[0-9;]*m", "", drawn)))
        assert not forbidden(clean(text), "\n\t"), text
    figures.note(f"{ESCAPES.count:,} outputs: {n_leaked} bytes leaked")
    assert n_leaked == 0


@ESCAPES.shown
def test_text_split_between_tokens_is_joined_and_cleaned(figures: Figures) -> None:
    """Tokens may end within a character or an escape sequence."""
    rng = random.Random(1)
    for _ in range(ESCAPES.count):
        text = "".join(rng.choices(PIECES, k=rng.randrange(1, 8)))
        data = text.encode("utf-8", "replace")
        arm = Arm(ArmRequest(((1,),), (1.0,), Sampling(), 0, 99))
        before, start = "", 0
        while start < len(data):
            n = rng.randrange(1, 4)
            arm.append(1, data[start : start + n])
            start += n
            assert arm.text.startswith(before)
            before = arm.text
            assert not forbidden(clean(before), "\n\t")
        arm.flush()
        assert arm.text == data.decode()
    figures.note(f"{ESCAPES.count:,} texts split between tokens: unchanged")


# Sequences that tpop itself sends: styles, cursor movement, clearing, cursor, bracketed paste.
OWN_SEQUENCES = re.compile(r"\x1b\[(?:[0-9;]*[mABCDGHJK]|\?(?:25|7|12|1|2004)[hl])|\x1b[=>]")


@HOSTILE_MODEL.shown
def test_a_hostile_model_sends_nothing_to_the_terminal(tmp_path: Path, figures: Figures) -> None:
    name = "\x1b]0;pwned\x07\x1b[2J" + REVERSED[4]
    path = write_tiny_gguf(
        tmp_path / "evil\x1b[31m.gguf",
        name=name,
        more_tokens=[f"{one}{n}" for one in HOSTILE for n in range(8)],
    )
    output = ""
    commands = [
        ["ask", "hello", "-n", "120", "--seed", "4"],
        ["ask", "hello", "-n", "60", "--ask", "never"],
        ["ask", "hello", "-n", "20", "--verbose", "--ask", "never"],
        ["models", "list"],
        ["models", "show", str(path)],
        ["doctor"],
        ["picks", "show"],
        ["picks", "list"],
        ["ask", "hello", "--model", str(tmp_path / "no\x1b]0;x\x07.gguf")],
    ]
    for arguments in commands:
        with terminal(*arguments, TPOP_MODEL=str(path), TPOP_THREADS="1") as tpop:
            if arguments[0] == "ask" and "120" in arguments:
                tpop.expect(FOOTER)
                output += tpop.before or ""
                tpop.send("1")
            tpop.expect(pexpect.EOF)
            output += tpop.before or ""
    left = OWN_SEQUENCES.sub("", output)
    assert not forbidden(left, "\n\r\t\x08"), re.findall(
        r".{,20}[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f].{,20}", left
    )
    assert "^[]52;c;AAAA^G" in output  # the model wrote it, and it is visible
    figures.note(f"{len(output):,} bytes of {len(commands)} commands on a terminal, 0 leaked")


@MARKUP.shown
@pytest.mark.parametrize("text", MARKUPS)
def test_markup_is_shown_as_text(text: str) -> None:
    drawn = draw(f"before {text} after")
    assert {"![a](b)": "!a (b)", "\\[": "["}.get(text, text) in drawn
    assert "before" in drawn and "after" in drawn


@MARKUP.shown
@pytest.mark.parametrize(
    "text", ["[click here](http://evil.example/x)", "![a picture](http://evil.example/x)"]
)
def test_links_and_images_show_their_address(text: str) -> None:
    assert "http://evil.example/x" in draw(text)
    assert "\x1b]8" not in draw(text)


@BIDI.shown
def test_bidi_and_invisible_characters_are_shown_as_marks(figures: Figures) -> None:
    for character in [*REVERSED, *INVISIBLE]:
        drawn = draw(f"user{character}txt.exe")
        assert character not in drawn
        assert f"<U+{ord(character):04X}>" in drawn
    for joined in ("👩\u200d💻", "می\u200cخواهم"):
        assert joined in draw(joined).replace("\x1b", "")
    figures.note(f"{len(REVERSED) + len(INVISIBLE)} characters, 0 leaked")


@ENVIRONMENTS.shown
@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"TERM": "dumb"},
        {"NO_COLOR": "1"},
        {"COLUMNS": "1"},
        {"HOME": "/proc/nonexistent"},
        {"HOME": "/proc/nonexistent", "TPOP_HOME": "", "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""},
        {"HOME": ""},
    ],
    ids=lambda variables: " ".join(f"{key}={value}" for key, value in variables.items()),
)
def test_commands_run_in_any_environment(environment: dict[str, str], tiny_path: Path) -> None:
    more = {
        "TPOP_MODEL": str(tiny_path),
        "TPOP_MAX_TOKENS": "8",
        "TPOP_THREADS": "1",
        **environment,
    }
    for arguments in (
        ["ask", "日本語?", "--seed", "1"],
        ["axes", "list"],
        ["doctor"],
        ["profile", "show"],
        ["models", "list"],
        ["--help"],
    ):
        done = subprocess.run(
            [*TPOP, *arguments],
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"\x1b" not in done.stdout


@ENVIRONMENTS.shown
@pytest.mark.parametrize(
    ("columns", "more"), [(1, {}), (12, {}), (80, {"TERM": "dumb"}), (80, {"NO_COLOR": "1"})]
)
def test_a_duel_works_on_any_terminal(columns: int, more: dict[str, str], tiny_path: Path) -> None:
    environment = {"TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1", **more}
    with terminal(
        "ask", "hello", "-n", "10", "--seed", "1", columns=columns, **environment
    ) as tpop:
        tpop.expect(r"w(\s|\x1b\[[0-9;]*m)*h(\s|\x1b\[[0-9;]*m)*y")
        tpop.send("s")
        tpop.expect(pexpect.EOF)
        tpop.close()
        assert tpop.exitstatus == 0, tpop.before
