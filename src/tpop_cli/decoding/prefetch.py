"""Prefetching: a chat is evaluated while its user reads and types.

The winner of a duel was decoded in a context that held an instruction. The chat goes on without
that instruction, so the winner's KV cache does not serve the next turn. The beginning of the next
prompt is evaluated in the meantime, and the next answer waits for the question's tokens alone.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..engine.prefix import common_prefix
from ..engine.protocol import Engine, Message
from ..errors import TpopError


class Prefetcher:
    """Evaluates a chat on a thread. Nothing else may use the engine until `stop` has returned.

    Args:
        engine: answers the chat.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread: threading.Thread | None = None

    def start(self, messages: Sequence[Message]) -> None:
        """Begin to evaluate what the chat's next prompt starts with, whatever its question is."""
        self.stop()
        self._engine.stop.clear()
        tokens = self.next_prefix(messages)
        self._thread = threading.Thread(
            target=self._evaluate, args=(tokens,), name="prefetch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop evaluating. What was evaluated is kept."""
        if self._thread is not None:
            self._engine.stop.set()
            self.wait()
            self._engine.stop.clear()

    def wait(self) -> None:
        """Wait until all is evaluated."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def next_prefix(self, messages: Sequence[Message]) -> list[int]:
        """The tokens that the chat's next prompt starts with.

        They end where two prompts begin to differ whose questions differ in the first character.
        """
        first, second = (
            self._engine.chat_tokens([*messages, {"role": "user", "content": question}])
            for question in ("0", "A")
        )
        return first[: common_prefix(first, second)]

    def _evaluate(self, tokens: Sequence[int]) -> None:
        try:
            self._engine.warm(tokens)
        except TpopError:
            return  # the next turn meets the error again, and reports it
