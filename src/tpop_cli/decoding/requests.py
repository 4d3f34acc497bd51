"""From a chat to arm requests: the contexts of an arm, within what the model's context holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ..core.axes import Axis
from ..core.reward import Strengths
from ..core.steering import Steer, contexts, plausibility, with_instruction
from ..engine.prefix import common_prefix, shared_prefix
from ..engine.protocol import Engine, Message, Sampling
from ..errors import BadDataError, ContextFullError
from .arm import ArmRequest

_MIN_ANSWER = 16  # tokens: with less room than this, no answer is begun
_RESERVE = 64  # tokens that are kept free beside the least that answers need
_QUESTION_SHARE = 16  # room for a question of this part of the context, whatever its length
_LONGEST_RESERVED = 512  # tokens that are kept free for a question in all contexts
_LONG_QUESTION_SHARE = 32  # a question is long from this part of the context on


def request_arm(
    engine: Engine,
    messages: Sequence[Message],
    axes: Sequence[Axis],
    strengths: Strengths,
    sampling: Sampling,
    seed: int,
    max_tokens: int,
    stops: tuple[str, ...] = (),
    steer: Steer = "contrast",
    think_tokens: int = 0,
) -> ArmRequest:
    """The request for an arm that answers the last message of a chat, steered by `strengths`.

    Instructions stand before a short question, and behind a long one, whose cells all contexts can
    share then. Thoughts have tokens of their own only if the model's template knows of thoughts.
    """
    *history, last = messages
    readings = contexts(axes, strengths, steer)
    behind = bool(strengths) and _is_long(_question_tokens(engine, last), engine.n_ctx)
    prompts = []
    for reading in readings:
        content = with_instruction(last["content"], reading.instruction, behind=behind)
        prompts.append(tuple(engine.chat_tokens([*history, {"role": "user", "content": content}])))
    weights = tuple(reading.weight for reading in readings)
    return ArmRequest(
        tuple(prompts),
        weights,
        sampling,
        seed,
        max_tokens,
        stops,
        tuple(sorted(strengths.items())),
        plausibility(axes, strengths),
        engine.thought_marks,
        engine.open_thought(prompts[0]),
        think_tokens if engine.thinks else 0,
        _checkpoint(engine, messages, prompts[0]) if engine.has_state else 0,
    )


def _checkpoint(engine: Engine, messages: Sequence[Message], prompt: Sequence[int]) -> int:
    """How many tokens of a prompt the chat's next prompt begins with, whatever the answer is.

    A template that takes the thoughts out of past turns may begin a thought in the prompt.
    """
    answer: list[Message] = [
        {"role": "assistant", "content": "0"},
        {"role": "user", "content": "0"},
    ]
    try:
        return common_prefix(prompt, engine.chat_tokens([*messages, *answer]))
    except BadDataError:  # its template has no second turn
        return 0


def limit_to_context(requests: Sequence[ArmRequest], n_ctx: int) -> list[ArmRequest]:
    """Limit the answers of arms that share a prompt to the room that is left in the context.

    What all contexts begin with takes its cells once. The rest of a context takes cells of its own,
    and so does every sequence's answer. Arms that have no room together get the room of one alone.
    Thoughts get what an answer leaves, but an answer at most half if it has thoughts.

    Args:
        requests: one an arm.
        n_ctx: tokens that the context holds.

    Raises:
        ContextFullError: the prompt leaves no room for an answer.
    """
    together = [prompt for request in requests for prompt in request.prompts]
    room = (n_ctx - _cells(together)) // len(together)
    if room < _MIN_ANSWER:  # they can still be decoded one after the other
        room = min((n_ctx - _cells(one.prompts)) // len(one.prompts) for one in requests)
    if room < _MIN_ANSWER:
        longest = max(map(len, together))
        raise ContextFullError(
            f"the prompt takes {longest} of the context's {n_ctx} tokens, which leaves no room for "
            "an answer",
            "shorten it, or raise --ctx",
        )
    return [_limited(request, room) for request in requests]


def _limited(request: ArmRequest, room: int) -> ArmRequest:
    """A request whose thoughts and answer have so many tokens at most."""
    if not request.think_tokens:
        return replace(request, max_tokens=min(request.max_tokens, room))
    answer = min(request.max_tokens, max(room - request.think_tokens, room // 2))
    return replace(
        request, max_tokens=answer, think_tokens=max(1, min(request.think_tokens, room - answer))
    )


def _cells(prompts: Sequence[tuple[int, ...]]) -> int:
    """The cells that contexts take: once for what all begin with, and for each its own rest.

    >>> _cells([(1, 2, 3), (1, 2, 4, 5), (1, 2, 3)])
    5
    """
    different = list(dict.fromkeys(prompts))
    n_shared = len(shared_prefix(different))
    return n_shared + sum(len(prompt) - n_shared for prompt in different)


def trim_history(
    engine: Engine,
    messages: Sequence[Message],
    max_tokens: int,
    n_contexts: int = 2,
    n_instruction: int = 0,
) -> tuple[list[Message], int]:
    """Leave out the oldest turns of a chat, so that a duel about the last message fits the context.

    Room is kept for a question of a sixteenth of the context. What is kept of the chat is the same
    for all shorter questions, so that it can be evaluated before the question is known.

    Args:
        engine: whose context it is.
        messages: perhaps a system message, then user and assistant in turn, the new question last.
        max_tokens: maximum tokens of an answer. At most half of the context is kept free for
            answers, but at least the room that they need to begin.
        n_contexts: the most contexts that both arms of a duel read. Each has an answer's cells, and
            those of a short question.
        n_instruction: the most tokens that an instruction adds to a context.

    Returns:
        (the messages that are kept, how many were left out).
    """
    first = 1 if messages[0]["role"] == "system" else 0
    n_turns = (len(messages) - first - 1) // 2  # questions with their answers, before the new one
    wanted, least = n_contexts * max_tokens, n_contexts * _MIN_ANSWER + _RESERVE
    limit = engine.n_ctx - n_contexts * n_instruction
    limit -= max(least, min(wanted, engine.n_ctx // 2))

    n_question = _question_tokens(engine, messages[-1])
    copies = 1 if _is_long(n_question, engine.n_ctx) else n_contexts
    reserved = min(engine.n_ctx // _QUESTION_SHARE, _LONGEST_RESERVED)
    limit -= max(copies * n_question, reserved) - n_question

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


def _question_tokens(engine: Engine, message: Message) -> int:
    """How many tokens the text of a message adds to a chat."""
    empty: Message = {"role": "user", "content": ""}
    return len(engine.chat_tokens([message])) - len(engine.chat_tokens([empty]))


def _is_long(n_question: int, n_ctx: int) -> bool:
    return n_question > n_ctx // _LONG_QUESTION_SHARE
