"""Every fault: what may happen, what tpop does about it, and how often tests try it."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

FULL = os.environ.get("TPOP_FAULTS") == "full"


@dataclass(frozen=True)
class Fault:
    """Something that may go wrong.

    Args:
        event: what happens.
        response: what tpop does about it.
        reduced: number of tries in CI; 0 means that the number of cases is fixed.
        full: number of tries when the environment variable TPOP_FAULTS is "full".
    """

    event: str
    response: str
    reduced: int = 0
    full: int = 0

    @property
    def count(self) -> int:
        """Number of tries in this run."""
        return self.full if FULL else self.reduced

    @property
    def shown(self) -> pytest.MarkDecorator:
        """Decorator of the tests that show the response."""
        return pytest.mark.fault(self)


# -- state -----------------------------------------------------------------------------------------

KILLED = Fault(
    "the process is killed with kill -9 at a random moment while it saves",
    "the profile holds the old or the new state; at most one pick is lost",
    12,
    1000,
)
LEFTOVERS = Fault(
    "killed processes leave temporary files behind",
    "stale files are removed at the next save; files of running processes are kept",
    6,
    200,
)
CRASHED = Fault(
    "the process ends just before any single step of a save", "the state is complete every time"
)
SAVE_ORDER = Fault(
    "the power fails after a save",
    "the save is on disk: write, sync, keep the previous state, replace, sync the folder",
)
CONCURRENT = Fault(
    "four processes learn into one profile at once",
    "every pick is kept, numbered without gaps",
    25,
    250,
)
LOCKED = Fault(
    "another process holds the lock of the profile",
    "waits five seconds, then shows the answer and one error line; exit 75",
)
ABANDONED = Fault("the process that holds the lock is killed", "the next process takes the lock")
DISK_FULL = Fault(
    "the disk is full while a pick is saved",
    "files stay unchanged; shows the answer and one error line; exit 74",
)
READ_ONLY = Fault(
    "the folder of the profile cannot be created or written",
    "shows the answer and one error line; exit 73 or 74",
)
UNREADABLE = Fault(
    "the user has no permission to read a state or a log",
    "the error names its path; nothing is changed; exit 74",
)
TRUNCATED = Fault(
    "a state file is truncated at any byte",
    "quarantined and reported; the state is restored from its backup or from the log",
    100,
    10**9,
)
FLIPPED = Fault(
    "a random byte of a state file changes",
    "detected by the checksum, or harmless",
    150,
    10_000,
)
BAD_NUMBERS = Fault(
    "a state holds NaN, 1e999, true or text in place of a number",
    "quarantined and reported; such values are never written",
)
INTERRUPTED = Fault(
    "Ctrl-C, or any error, at any step of a pick, undo, amend, import or forget",
    "memory, log and state agree: the change is whole, or is taken back",
    15,
    60,
)
NUMBERS = Fault(
    "picks are undone, forgotten or reset, or the log or the state is lost",
    "no number is given to a second pick",
)
RENAMED = Fault(
    "a profile is renamed or deleted while others have it open, or wait for its lock",
    "they are refused and write nothing; its chats go with it",
)
OWN_PICK = Fault(
    "/undo after /profile, /load, or in a chat that goes on with another profile",
    "the turn's own pick is taken back from its own profile, or the reason why not is shown",
)
NO_SYNC = Fault(
    "a network or FUSE folder cannot be synced",
    "the pick is saved; only a failing disk is an error",
)
BAD_EVENTS = Fault(
    "an import or a log holds a pick with null, text, NaN or a huge number as a value",
    "it is passed over with the number of its line and the reason; it is never written",
)
MALFORMED = Fault(
    "a state is deeply nested, holds very long numbers or NUL bytes, or is a gigabyte long",
    "rejected quickly and with little memory",
)
SCHEMAS = Fault(
    "a state has a newer or an older schema",
    "a newer one is refused and left unchanged; an older one is rebuilt from the log, "
    "with the old file as backup",
)
BOTH_BROKEN = Fault(
    "a state and its backup are both damaged",
    "both are quarantined and reported; the state is rebuilt from the log, or starts fresh",
)
PERMISSIONS = Fault(
    "umask is 000",
    "files have mode 0600 and folders 0700, including locks and temporary files",
)
WRONG_KIND = Fault(
    "a folder, a FIFO or a dangling link is in place of a state, a log or a lock",
    "works, or reports it; never hangs",
)
NAMES = Fault(
    "a profile is named ../x or CON, or its name holds NUL, bidi or escape characters",
    "refused; nothing is created",
)
WINDOWS = Fault(
    "another process has the file open (as on Windows)",
    "tries again for a second, then keeps the old state",
)
ANY_ORDER = Fault(
    "picks, undo, amend, forget, export, import, reset, rename, Ctrl-C, crash and restart in any "
    "order, from two processes",
    "memory, disk and a replay of the log agree after every step",
    12,
    200,
)

# -- models ----------------------------------------------------------------------------------------

BROKEN_MODELS = Fault(
    "a file is damaged, or is not a model", "one error line gives the reason; exit 65 or 66"
)
MUTANTS = Fault(
    "bytes in the header of a model change",
    "the model loads, or one error line gives the reason; the process survives",
    60,
    1000,
)
DOWNLOADS = Fault(
    "a download differs from what the server announced", "deleted and reported; exit 65"
)
ODD_FILES = Fault(
    "the models folder holds a dangling link, a projector, an embedding model or a part of a model",
    "each is listed as what it is, with everything else; using it is refused in one line",
)
HUB_ERRORS = Fault(
    "a name on Hugging Face is not allowed, or the hub is away, broken or refuses",
    "one error line with the reason and exit 1, 2, 66, 69 or 74; a file in the cache is used",
)
OTHER_MODEL = Fault(
    "the model file has changed since the last run",
    "the taste carries over; what was measured on the old file is not used",
)
CONTEXTS = Fault(
    "the context size is 0, -1, a million or two billion tokens",
    "0 is the model's own size; impossible sizes are refused before loading",
)
PROMPTS = Fault(
    "a prompt is too long or empty, or holds half a character or NUL",
    "answered, or refused with the reason; a chat drops its oldest turns and says so",
)
BAD_PAIRS = Fault(
    "a preference file is in another format, or an entry has equal, empty or unrelated answers",
    "read rightly, or skipped with its place and the reason; never misread, never added twice",
)
BAD_TEXTS = Fault(
    "a prompt, a template or a file to import is binary, or text in another encoding than Unicode",
    "refused in one line; UTF-8, and UTF-16 and UTF-32 with a byte order mark, are read",
)
SPECIAL_TOKENS = Fault(
    "a prompt, an old answer or a file holds the text of a control token",
    "it stays text: only the chat template writes control tokens",
)
LONG_RUNS = Fault(
    "a prompt holds 60,000 letters, spaces or dots in a row, with any kind of tokenizer",
    "answered; beyond 200,000 refused with the reason; the process survives",
)
NOT_A_NUMBER = Fault(
    "a model computes logits that are NaN or infinite",
    "an error that names the model; exit 1",
)
ODD_ANSWERS = Fault(
    "an answer is 60,000 blank lines, dots, quotes or other characters of one kind",
    "it is measured and compared in time linear in its length",
)
NO_ROOM = Fault(
    "the context has no room for two answers at once",
    "the same answers are decoded one after the other",
)
TEMPLATES = Fault(
    "a chat template is hostile, broken or missing",
    "no code is executed; the error says what to do",
)
RUNAWAY_TEMPLATES = Fault(
    "a chat template loops without end or allocates gigabytes",
    "stopped after two seconds or 512 MB",
)
ATTENTION = Fault(
    "a model has sliding-window attention, or a recurrent state",
    "a duel equals each answer decoded alone",
)
SERVERS = Fault(
    "an RPC server is unreachable, or fails while decoding",
    "the text so far stays on the screen, picks are saved; exit 69",
)

# -- the terminal ----------------------------------------------------------------------------------

ESCAPES = Fault(
    "answers hold escape sequences, also split between tokens",
    "no control byte is drawn",
    400,
    10_000,
)
HOSTILE_MODEL = Fault(
    "the name, the tokens and the template of a model hold escape sequences",
    "no control byte reaches the terminal",
)
MARKUP = Fault(
    "an answer holds Rich markup, links, emoji codes or HTML",
    "shown as text; links and images show their address",
)
BIDI = Fault(
    "an answer holds bidi or zero-width characters",
    "shown as marks; joiners that scripts need are kept",
)
SIGNALS = Fault(
    "SIGINT, SIGTERM or SIGHUP arrives at any stage",
    "exit 130, 143 or 129; cursor restored, lock released, state complete",
    2,
    10,
)
EVERY_COMMAND = Fault(
    "a signal arrives while any command runs, also with a silent judge or a slow server",
    "it ends within 0.35 seconds; exit 130, 143 or 129",
    44,
    132,
)
SUSPENDED = Fault(
    "Ctrl-Z at a chat's prompt, while answers stream, or while a duel waits for a key",
    "the shell gets its terminal back in order; fg goes on",
)
PIPES = Fault(
    "stdout is closed, full or read in part, or stdin is closed",
    "no traceback, no hang; exit 0, or 74 if stdout is full",
)
STDIN = Fault(
    "stdin is the input of a shell's loop, a socket, or an open pipe on which nothing comes",
    "a loop keeps its lines, a socket is read, a question is asked after three seconds",
)
ENVIRONMENTS = Fault(
    "LC_ALL=C, ASCII, cp1252, TERM=dumb, NO_COLOR, one column or no HOME",
    "every command runs; no escape sequence goes into a pipe",
)

# -- learning, privacy, endurance ------------------------------------------------------------------

NOISY_PICKS = Fault(
    "10, 20 or 50% of the picks are flipped, all are alike, or they alternate",
    "numbers stay finite; V stays symmetric positive definite",
    300,
    10_000,
)
ISOLATED = Fault("another profile gets picks", "this one stays unchanged")
MANY_PICKS = Fault(
    "a profile holds many picks",
    "the state stays small; undoing a pick restores the state before it",
    200,
    10_000,
)
SOCKETS = Fault("a command names no server", "it opens no socket")
NO_HISTORY = Fault(
    "history = false is set", "no text is written to disk; learning gives the same taste"
)
LONG_CHAT = Fault(
    "a chat has many turns",
    "memory stays flat, turns do not slow down, the chat fits its context",
    60,
    300,
)
MANY_PROMPTS = Fault(
    "one `ask --input` gets many prompts",
    "memory stays flat; answers per second stay the same",
    300,
    10_000,
)

FAULTS = [fault for fault in list(globals().values()) if isinstance(fault, Fault)]
