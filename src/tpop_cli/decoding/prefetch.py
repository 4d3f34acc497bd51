"""Reading ahead: a chat is evaluated while its user reads and types.

The winner of a duel was written in a context that held an instruction; the chat goes on without it, so its KV cache
does not serve. What the next turn will start with is evaluated in the meantime, and the next answer waits for what is
new alone.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..engine.prefix import common_prefix
from ..engine.protocol import Engine, Message
from ..errors import TpopError


class Prefetcher:
    """Evaluates a chat on a thread of its own; nothing else may use the engine until `stop` has returned.

    Args:
        engine: what answers the chat.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread: threading.Thread | None = None

    def start(self, messages: Sequence[Message]) -> None:
        """Begin to evaluate what the next turn of this chat will start with, whatever its question."""
        self.stop()
        self._engine.stop.clear()
        tokens = self.next_start(messages)
        self._thread = threading.Thread(
            target=self._read, args=(tokens,), name="read ahead", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; what was read is kept."""
        if self._thread is not None:
            self._engine.stop.set()
            self.wait()
            self._engine.stop.clear()

    def wait(self) -> None:
        """Let it read to the end."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def next_start(self, messages: Sequence[Message]) -> list[int]:
        """The tokens that a chat's next prompt starts with: where two prompts part that differ in the question."""
        first, second = (
            self._engine.chat_tokens([*messages, {"role": "user", "content": question}])
            for question in ("0", "A")
        )
        return first[: common_prefix(first, second)]

    def _read(self, tokens: Sequence[int]) -> None:
        try:
            self._engine.warm(tokens)
        except TpopError:
            return  # the next turn meets it again, and says so
