"""/fix: edit the last answer. The edited text goes on in the chat, and is a pick over the other."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.describe import taste_line
from ...errors import UsageError
from ...session.fix import learn_fix
from ...store.chats import Turn
from ...store.io_errors import storage_error
from ...store.text_files import decode_text

if TYPE_CHECKING:
    from .chat import Chat


def fix(chat: Chat, _: str) -> None:
    """Open the last answer in the user's editor, and learn from what they changed.

    Raises:
        UsageError: the editor failed, or what it saved cannot be read; nothing is changed.
        StorageError and others: the pick was not saved; the edited text goes on in the chat.
    """
    if not chat.turns:
        chat.tell("there is no answer to fix yet")
        return
    turn = chat.turns[-1]
    edited = _edited(turn.answer.strip())
    if edited is None:
        chat.tell("nothing was changed")
        return
    if not edited:
        chat.tell("an empty answer is not taken: the answer stays as it was")
        return
    chat.turns[-1], chat.single = replace(turn, answer=edited), None
    chat.fixes.append((turn, None))
    chat.print_answer(edited)
    pick = learn_fix(
        chat.profile,
        turn.question,
        turn.answer.strip(),
        edited,
        keep_texts=chat.session.options.keep_texts,
    )
    if pick is None:
        chat.tell("fixed · nothing learned: no length, list, mark or word that counts differs")
        return
    own = Turn(turn.question, edited, pick.id, chat.profile.name, pick.time)
    chat.fixes[-1] = (turn, own)
    line = taste_line(chat.session.taste, chat.profile.said)
    chat.tell(f"fixed · {line} · /undo takes it back")


def _edited(text: str) -> str | None:
    """A text as the user's editor left it; None if it was not changed.

    Raises:
        UsageError: there is no editor, or it failed.
        StorageError: the text could not be passed to it.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _usual_editor()
    hint = "set EDITOR to your editor's command"
    try:
        with tempfile.TemporaryDirectory(prefix="tpop-") as folder:
            file = Path(folder) / "answer.md"
            file.write_text(text + "\n", "utf-8")
            try:
                failed = subprocess.run([*shlex.split(command), str(file)], check=False).returncode
            except (OSError, ValueError) as error:
                raise UsageError(
                    f"the editor {command!r} cannot be started: {error}", hint
                ) from None
            if failed:
                raise UsageError(f"the editor {command!r} ended with an error", hint)
            edited = decode_text(file.read_bytes(), file.name).replace("\r\n", "\n").strip()
    except OSError as error:
        raise storage_error("cannot pass the answer to an editor", error) from None
    return None if edited == text else edited


def _usual_editor() -> str:
    """The command of an editor that most systems have."""
    usual = ("notepad",) if sys.platform == "win32" else ("editor", "nano", "vi")
    return next((name for name in usual if shutil.which(name)), usual[-1])
