"""From a chat to arm requests: the contexts of an arm, within what the model's context holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ..core.axes import Axis
from ..core.reward import Strengths
from ..core.steering import contexts, tilt, with_instruction
from ..engine.protocol import Engine, Message, Sampling
from ..errors import ContextFullError
from .arm import ArmRequest

_MIN_ANSWER = 16  # tokens: with less room than this, no answer is begun
_RESERVE = 64  # tokens a sequence: instructions, and the end of the prompt
_QUESTION_SHARE = 16  # room for a question of this part of the context, whatever its length
_LONGEST_RESERVED = 256  # tokens of a question that room is kept for


def request_arm(
    engine: Engine,
    messages: Sequence[Message],
    axes: Sequence[Axis],
    strengths: Strengths,
    sampling: Sampling,
    seed: int,
    max_tokens: int,
    stops: tuple[str, ...] = (),
) -> ArmRequest:
    """The request for an arm that answers the last message of a chat, steered by `strengths`."""
    *history, last = messages
    readings = contexts(axes, strengths)
    prompts = []
    for reading in readings:
        content = with_instruction(last["content"], reading.instruction)
        prompts.append(tuple(engine.chat_tokens([*history, {"role": "user", "content": content}])))
    weights = tuple(reading.weight for reading in readings)
    return ArmRequest(
        tuple(prompts),
        weights,
        sampling,
        seed,
        max_tokens,
        tilt(axes, strengths),
        stops,
        tuple(sorted(strengths.items())),
    )


def limit_to_context(requests: Sequence[ArmRequest], n_ctx: int) -> list[ArmRequest]:
    """Limit the answers of arms that share a prompt to the room that is left in the context.

    The prompt takes its cells once; every sequence takes those of its own answer.

    Args:
        requests: one an arm.
        n_ctx: tokens that the context holds.

    Raises:
        ContextFullError: the prompt leaves no room for an answer.
    """
    prompts = [prompt for request in requests for prompt in request.prompts]
    longest = max(map(len, prompts))
    room = (n_ctx - longest) // len(prompts) - (_RESERVE if len(prompts) > 1 else 0)
    if room < _MIN_ANSWER:
        raise ContextFullError(
            f"the prompt takes {longest} of the context's {n_ctx} tokens, which leaves no room for "
            "an answer",
            "shorten it, or raise --ctx",
        )
    return [replace(request, max_tokens=min(request.max_tokens, room)) for request in requests]


def trim_history(
    engine: Engine, messages: Sequence[Message], max_tokens: int, n_instruction: int = 0
) -> tuple[list[Message], int]:
    """Leave out the oldest turns of a chat, so that a duel about the last message fits the context.

    Room is kept for a question of a sixteenth of the context. What is kept of the chat is the same
    for all shorter questions, so that it can be evaluated before the question is known.

    Args:
        engine: whose context it is.
        messages: perhaps a system message, then user and assistant in turn, the new question last.
        max_tokens: maximum tokens of an answer. At most half of the context is kept free for two
            answers, but at least the room that two answers need to begin.
        n_instruction: tokens that the instructions of an arm may add.

    Returns:
        (the messages that are kept, how many were left out).
    """
    first = 1 if messages[0]["role"] == "system" else 0
    n_turns = (len(messages) - first - 1) // 2  # questions with their answers, before the new one
    wanted, least = 2 * (max_tokens + _RESERVE), 2 * (_MIN_ANSWER + _RESERVE)
    limit = engine.n_ctx - n_instruction - max(least, min(wanted, engine.n_ctx // 2))

    empty: Message = {"role": "user", "content": ""}
    n_question = len(engine.chat_tokens(messages[-1:])) - len(engine.chat_tokens([empty]))
    limit -= max(0, min(engine.n_ctx // _QUESTION_SHARE, _LONGEST_RESERVED) - n_question)

    def last(n: int) -> list[Message]:
        return [*messages[:first], *messages[first + 2 * (n_turns - n) :]]

    def fits(n: int) -> bool:
        return len(engine.chat_tokens(last(n))) <= limit

    # From the end, in strides that double, then by bisection: the cost depends on what is kept,
    # not on the length of the chat.
    low, high = 0, 1
    while high <= n_turns and fits(high):
        low, high = high, 2 * high
    untested = range(low + 1, min(high, n_turns + 1))
    low += bisect_left(untested, True, key=lambda n: not fits(n))
    return last(low), 2 * (n_turns - low)
