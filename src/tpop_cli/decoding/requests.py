"""From a chat to what is decoded: the contexts of an arm, cut to what the model's context holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ..core.axes import Axis
from ..core.reward import Strengths
from ..core.steering import contexts, tilt, with_instruction
from ..engine.protocol import Engine, Message, Sampling
from ..errors import ContextFullError
from .decoder import ArmRequest

_MIN_ANSWER = 16  # tokens of room below which an answer is not begun
_OWN = 64  # tokens that are kept once a sequence: instructions, and the end of the prompt


def request_arm(
    engine: Engine,
    messages: Sequence[Message],
    axes: Sequence[Axis],
    strengths: Strengths,
    sampling: Sampling,
    seed: int,
    max_tokens: int,
) -> ArmRequest:
    """Write out the contexts of an arm that answers the last message of a chat with `strengths`."""
    *history, last = messages
    readings = contexts(axes, strengths)
    prompts = [
        tuple(
            engine.chat_tokens(
                [
                    *history,
                    {
                        "role": "user",
                        "content": with_instruction(last["content"], reading.instruction),
                    },
                ]
            )
        )
        for reading in readings
    ]
    weights = tuple(reading.weight for reading in readings)
    return ArmRequest(tuple(prompts), weights, sampling, seed, max_tokens, tilt(axes, strengths))


def fit(plans: Sequence[ArmRequest], n_ctx: int) -> list[ArmRequest]:
    """Arms that share a prompt, cut to what the context holds: the prompt once, then every sequence's answer.

    Raises:
        ContextFullError: the chat leaves no room for an answer.
    """
    prompts = [prompt for plan in plans for prompt in plan.prompts]
    longest = max(map(len, prompts))
    room = (n_ctx - longest) // len(prompts) - (_OWN if len(prompts) > 1 else 0)
    if room < _MIN_ANSWER:
        raise ContextFullError(
            f"the prompt takes {longest} of the context's {n_ctx} tokens and leaves no room for an answer",
            "shorten it, or raise --ctx",
        )
    return [replace(plan, max_tokens=min(plan.max_tokens, room)) for plan in plans]


def trim(
    engine: Engine, messages: Sequence[Message], max_tokens: int, instructions: int = 0
) -> tuple[list[Message], int]:
    """A chat without its oldest turns, so that an answer fits the context.

    Args:
        messages: user and assistant in turn, a leading system message perhaps, the new question last.
        max_tokens: what an answer may take; half of the context at most is kept free for two of them, and never less
            than a duel needs to begin.
        instructions: tokens that the instructions of an arm may add.

    Returns:
        (the messages that are kept, how many were left out).
    """
    first = 1 if messages[0]["role"] == "system" else 0
    turns = (
        len(messages) - first - 1
    ) // 2  # questions with their answers, before the new question
    wanted, least = 2 * (max_tokens + _OWN), 2 * (_MIN_ANSWER + _OWN)
    limit = engine.n_ctx - instructions - max(least, min(wanted, engine.n_ctx // 2))

    def last(n: int) -> list[Message]:
        return [*messages[:first], *messages[first + 2 * (turns - n) :]]

    def fits(n: int) -> bool:
        return len(engine.chat_tokens(last(n))) <= limit

    # From the end, in strides that double: a chat of any length costs what its end does.
    low, high = 0, 1
    while high <= turns and fits(high):
        low, high = high, 2 * high
    low += bisect_left(range(low + 1, min(high, turns + 1)), True, key=lambda n: not fits(n))
    return last(low), 2 * (turns - low)
