"""Every fault: what happens, what tpop does, and how often it is tried in CI and in full."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

FULL = os.environ.get("TPOP_FAULTS") == "full"


@dataclass(frozen=True)
class Fault:
    """Something that may happen.

    Args:
        what: happens.
        then: what tpop does.
        reduced, full: how often it is tried in CI, and where TPOP_FAULTS is full; 0: every case there is.
    """

    what: str
    then: str
    reduced: int = 0
    full: int = 0

    @property
    def count(self) -> int:
        """How often it is tried in this run."""
        return self.full if FULL else self.reduced

    @property
    def shown(self) -> pytest.MarkDecorator:
        """Marks a test that shows what tpop does then."""
        return pytest.mark.fault(self)


# -- state -----------------------------------------------------------------------------------------------

KILLED = Fault(
    "kill -9 at a random moment of saving",
    "the old or the new state, one pick lost at most",
    12,
    1000,
)
LEFTOVERS = Fault(
    "temporary files of killed writers", "swept once stale; a living writer's stay", 6, 200
)
CRASHED = Fault(
    "the process ends before any one step of a save", "the state is whole at every point"
)
ORDERED = Fault(
    "power fails after a save",
    "it wrote, synced, kept the old generation, replaced, synced the folder",
)
SHARED = Fault(
    "four processes learn into one profile", "every pick is kept, numbered without a gap", 25, 250
)
LOCKED = Fault(
    "another process holds the profile", "waits five seconds, then answer, one line and exit 75"
)
ABANDONED = Fault("the holder of the lock is killed", "the next one goes on")
DISK_FULL = Fault(
    "the disk is full while a pick is saved", "files stay as they are; answer, one line and exit 74"
)
READ_ONLY = Fault(
    "the profile's folder cannot be written or made", "answer, one line and exit 73 or 74"
)
UNREADABLE = Fault(
    "a state or a log that the user may not read",
    "named with its path, exit 74; nothing is changed",
)
CUT = Fault(
    "a state file is cut at any byte",
    "kept aside and named; its backup or the log serves",
    100,
    10**9,
)
FLIPPED = Fault(
    "a random byte of a state file is changed", "found by the checksum, or harmless", 150, 10_000
)
NO_NUMBERS = Fault(
    "NaN, 1e999, true, a text where a number belongs", "refused, kept aside; never written"
)
HUGE = Fault(
    "deep nesting, long numbers, NULs, a gigabyte", "refused before it takes time or memory"
)
SCHEMAS = Fault(
    "a state of a newer or an older schema", "refused and untouched; folded anew, the old one kept"
)
BOTH_BROKEN = Fault(
    "a state and its backup are broken",
    "both kept aside and named; the log serves, or a fresh start",
)
EXPOSED = Fault("umask 000", "files 0600, folders 0700, locks and temporary files, too")
MISPLACED = Fault(
    "a folder, FIFO, dangling link as state, log or lock", "served or named; never hangs"
)
NAMES = Fault("profiles named ../x, CON, with NUL, bidi, escapes", "refused; nothing is created")
WINDOWS = Fault(
    "a file that another process reads (as on Windows)",
    "tried again for a second; then the old state stays",
)
ANY_ORDER = Fault(
    "picks, undo, amend, forget, export, import, reset, crash, restart in any order, of two processes",
    "memory, disk and the fold of the log agree after every step",
    12,
    200,
)

# -- models ----------------------------------------------------------------------------------------------

BROKEN_MODELS = Fault(
    "a file that is no model, or a damaged one", "its reason in one line, exit 65 or 66"
)
MUTANTS = Fault(
    "changed bytes in a model's header", "loaded or named; the process lives on", 60, 1000
)
DOWNLOADS = Fault("a download that is not what was announced", "removed and named; exit 65")
OTHER_MODEL = Fault(
    "the model's file is another one than before",
    "the taste comes along; what was learned of the model does not",
)
CONTEXTS = Fault(
    "a context of 0, -1, a million, two billion tokens",
    "clamped, or refused before loading with an estimate",
)
PROMPTS = Fault(
    "a prompt that is too long, empty, half a character, NUL",
    "answered or named; a chat is cut and says so",
)
NO_ROOM = Fault("no room for two answers at once", "one after the other, the same two")
TEMPLATES = Fault(
    "a chat template that is hostile, broken or missing",
    "nothing is executed; named, with a way out",
)
HUNGRY = Fault(
    "a chat template that loops, or wants gigabytes", "stopped after two seconds or 512 MB"
)
KINDS = Fault(
    "a model with sliding-window attention, a recurrent one",
    "a duel is each answer alone; refused with the reason",
)
SERVERS = Fault(
    "an RPC server is not there, or dies midway", "exit 69; what was written stays, picks are saved"
)

# -- the terminal ----------------------------------------------------------------------------------------

ESCAPES = Fault(
    "escape sequences in answers, also split between tokens",
    "no control byte is drawn",
    400,
    10_000,
)
HOSTILE_MODEL = Fault(
    "a model whose name, tokens and template are escapes", "no control byte reaches the terminal"
)
MARKUP = Fault("markup, links, emoji codes, markdown in an answer", "shown as they are written")
BIDI = Fault("bidi and zero-width characters in an answer", "shown as marks; joiners stay")
SIGNALS = Fault(
    "SIGINT, SIGTERM, SIGHUP at every stage",
    "130, 143, 129; cursor back, lock free, state whole",
    2,
    10,
)
PIPES = Fault(
    "head -1, a closed or full stdout, a closed stdin", "no traceback, no hang; exit 0, 74"
)
ENVIRONMENTS = Fault(
    "LC_ALL=C, ASCII, cp1252, TERM=dumb, NO_COLOR, one column, no HOME",
    "every command runs; no escape is piped",
)

# -- learning, secrets, endurance ------------------------------------------------------------------------

CONTRARY = Fault(
    "picks flipped by 10, 20 and 50%, all alike, alternating",
    "finite, V symmetric positive definite",
    300,
    10_000,
)
ISOLATED = Fault("picks of another profile", "never touch this one")
MANY_PICKS = Fault(
    "many picks",
    "the state stays small; an undone pick leaves the state that never saw it",
    200,
    10_000,
)
SOCKETS = Fault("commands that name no server", "open no socket")
NO_HISTORY = Fault("history = false", "no text is written anywhere; picks teach the same")
LONG_CHAT = Fault("a chat of many turns", "memory flat, turns no slower, the context kept", 60, 300)
MANY_ASKED = Fault(
    "eight hours of `ask --input`",
    "memory flat, as many a second at the end as at the beginning",
    300,
    10_000,
)

FAULTS = [one for one in list(globals().values()) if isinstance(one, Fault)]
