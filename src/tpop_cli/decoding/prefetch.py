"""Prefetching: a chat is evaluated while its user reads and types.

The next turn reads the chat in several contexts, most of which have an instruction before the
question. What each of them begins with is known as soon as the last pick is learned. It is
evaluated in the meantime, and the next answer waits for the question's tokens alone.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..core.steering import with_instruction
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

    def start(self, messages: Sequence[Message], instructions: Sequence[str] = ()) -> None:
        """Begin to evaluate what the chat's next contexts start with, whatever the question is.

        Args:
            messages: the chat so far.
            instructions: those of the next turn's contexts. The plain context comes first.
        """
        self.stop()
        self._engine.stop.clear()
        self._thread = threading.Thread(
            target=self._evaluate,
            args=(list(messages), [None, *instructions]),
            name="prefetch",
            daemon=True,
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

    def next_prefix(self, messages: Sequence[Message], instruction: str | None = None) -> list[int]:
        """The tokens that the chat's next prompt starts with, in the context of an instruction.

        They end where two prompts begin to differ whose questions differ in the first character.
        """
        first, second = (
            self._engine.chat_tokens(
                [*messages, {"role": "user", "content": with_instruction(question, instruction)}]
            )
            for question in ("0", "A")
        )
        return first[: common_prefix(first, second)]

    def _evaluate(self, messages: Sequence[Message], readings: Sequence[str | None]) -> None:
        try:
            prefixes = []
            for instruction in readings:  # rendering a long chat takes a while, too
                if self._engine.stop.is_set():
                    return
                prefixes.append(self.next_prefix(messages, instruction))
            self._engine.warm(prefixes)
        except TpopError:
            return  # the next turn meets the error again, and reports it
