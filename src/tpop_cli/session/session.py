"""A session: turns that choose two arms, decode them, and learn one person's taste from picks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import TypeVar

import numpy as np

from ..core.picks import ArmName, Pick, Verdict
from ..core.steering import instructions
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, BatchDecoder, Decoder
from ..decoding.requests import limit_to_context, request_arm, trim_history
from ..engine.protocol import Engine, Message
from ..errors import ContextFullError, TpopError, UsageError
from ..store.profile import Profile
from .duel import Choice, Duel, Key
from .learner import Learner
from .options import SessionOptions

Result = TypeVar("Result")
Prompt = str | Sequence[Message]
"""A question, or a chat whose last message is the user's."""


class Session:
    """Answers prompts and learns from picks. Every turn uses what the last pick taught.

    Args:
        engine: the loaded model.
        learner: decides how answers are steered, and learns; None: answers are plain.
        options: what holds for every turn.
        decoder: decodes arms, unless the learner does so itself; None: a `BatchDecoder`.
    """

    def __init__(
        self,
        engine: Engine,
        learner: Learner | None = None,
        options: SessionOptions = SessionOptions(),
        decoder: Decoder | None = None,
    ) -> None:
        self.engine, self.options, self._learner = engine, options, learner
        # An empty answer cache is false, so the comparison with None is needed.
        self._decoder = decoder if decoder is not None else BatchDecoder(engine)
        self._n_turns = 0  # each has its own seeds

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what the learner does in the background. The model stays loaded."""
        if self._learner is not None:
            self._learner.close()

    # -- what is known -----------------------------------------------------------------------------

    @property
    def learner(self) -> Learner:
        """The learner. Raises UsageError in a plain session."""
        if self._learner is None:
            raise UsageError("a session without a profile has no duels", "open it with a profile")
        return self._learner

    @property
    def profile(self) -> Profile | None:
        """The profile that is learned from; None in a plain session."""
        return self._learner.profile if self._learner is not None else None

    @property
    def taste(self) -> Taste:
        """What is known of the person at this moment."""
        return self.learner.taste

    def strengths(self) -> dict[str, float]:
        """The strengths that steer a single answer: axis name -> s."""
        return self._learner.strengths() if self._learner is not None else {}

    def should_ask(self) -> bool:
        """Whether the next answer should be a duel: its pick may change what is shown."""
        return self.learner.should_ask()

    def next_instructions(self, duel: bool) -> list[str]:
        """The instructions in the contexts of the next turn: they are known before its question."""
        if self._learner is None:
            return []
        arms = self._learner.choose() if duel else (self.strengths(),)
        return instructions(self._learner.profile.steering_axes, arms, self.options.steer)

    def use(self, profile: Profile) -> None:
        """Go on with another profile, or with the one before if that fails."""
        self._or_restore(lambda: self.learner.use(profile))

    # -- prompts -----------------------------------------------------------------------------------

    def messages(self, question: str, history: Sequence[Message] = ()) -> list[Message]:
        """A chat with a new question as its last message, and the system prompt as its first."""
        text = self.options.system
        system: list[Message] = [{"role": "system", "content": text}] if text else []
        return [*system, *history, {"role": "user", "content": question}]

    def trim_history(self, messages: Sequence[Message]) -> tuple[list[Message], int]:
        """Leave out a chat's oldest turns, so that a duel fits the context.

        Returns:
            (the messages that are kept, how many were left out).
        """
        one = self._learner
        needs = (one.n_contexts, one.instruction_tokens()) if one else (1, 0)
        return trim_history(self.engine, messages, self.options.longest(self.engine.thinks), *needs)

    def _chat(self, prompt: Prompt) -> Sequence[Message]:
        return self.messages(prompt) if isinstance(prompt, str) else prompt

    def _draw(self) -> tuple[int, int, ArmName]:
        """The seeds of both arms of a new turn, and which of them is shown first."""
        drawn = np.random.SeedSequence([self.options.seed, self._n_turns]).generate_state(3)
        self._n_turns += 1
        exploit, explore, order = (int(s) & 0x7FFFFFFF for s in drawn)
        return exploit, explore, "exploit" if order % 2 else "explore"

    def request(
        self, messages: Sequence[Message], strengths: dict[str, float], seed: int
    ) -> ArmRequest:
        """The request for an arm that answers the last message, steered by `strengths`."""
        o, axes = self.options, self._learner.profile.steering_axes if self._learner else ()
        limits = (o.sampling, seed, o.max_tokens, o.stops, o.steer, o.think_tokens)
        return request_arm(self.engine, messages, axes, strengths, *limits)

    def _limit(self, requests: Sequence[ArmRequest]) -> list[ArmRequest]:
        reserved = self._learner.reserved_cells if self._learner is not None else 0
        return limit_to_context(requests, self.engine.n_ctx - reserved)

    # -- single answers ----------------------------------------------------------------------------

    def answer_steps(self, prompt: Prompt) -> Generator[Arm, None, None]:
        """Stream the exploit arm's answer alone. Nothing is learned.

        Yields:
            The answer after every token; a finished one at last. Nothing if the engine's stop flag
            was set before the prompt was evaluated.

        Raises:
            ContextFullError: the prompt leaves no room for an answer.
        """
        request = self.request(self._chat(prompt), self.strengths(), self._draw()[0])
        with closing(self._decode(self._limit([request]))) as steps:
            for (arm,) in steps:
                yield arm

    def answer(self, prompt: Prompt) -> Arm | None:
        """The exploit arm's answer alone; see `answer_steps`. None if it was stopped at once."""
        return next(reversed(list(self.answer_steps(prompt))), None)

    def answer_many(self, prompts: Sequence[Prompt]) -> Iterator[Arm]:
        """The exploit arm's answers to many prompts, in order, many decoded at a time.

        Ends early if the engine's stop flag is set.

        Raises:
            ContextFullError: a prompt leaves no room for an answer; nothing was decoded.
        """
        strengths = self.strengths()

        def requests(prompt: Prompt, seed: int) -> list[ArmRequest]:
            return self._limit([self.request(self._chat(prompt), strengths, seed)])

        for n, prompt in enumerate(prompts, 1):  # a prompt that is too long must not end others
            try:
                requests(prompt, 0)
            except ContextFullError as error:
                message = f"of {len(prompts)}, prompt {n}: {error.message}"
                raise ContextFullError(message, error.hint) from None
        groups = (requests(prompt, self._draw()[0]) for prompt in prompts)
        if self._learner is None:
            finished = self._decoder.many(groups)
        else:
            finished = self._learner.decode_many(self._decoder, groups)
        n_given, waiting = 0, dict[int, Arm]()
        for index, (arm,) in finished:
            waiting[index] = arm
            while n_given in waiting:
                yield waiting.pop(n_given)
                n_given += 1

    def _decode(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        if self._learner is None:
            return self._decoder.steps(requests)
        return self._learner.decode(self._decoder, requests)

    # -- duels -------------------------------------------------------------------------------------

    def prepare_duel(self, prompt: Prompt) -> Duel:
        """Choose both arms of a duel; `decode_duel` decodes them.

        Raises:
            ContextFullError: the prompt leaves no room for two answers.
        """
        messages, (*seeds, left) = self._chat(prompt), self._draw()
        pairs = zip(self.learner.choose(), seeds, strict=True)
        first, second = self._limit([self.request(messages, s, seed) for s, seed in pairs])
        return Duel(messages[-1]["content"], (first, second), left)

    def prepare_comparison(self, prompt: Prompt, answer: Arm) -> Duel:
        """A duel whose exploit arm is a single answer that was already given to this prompt."""
        duel = self.prepare_duel(prompt)
        if self.learner.independent_arms:
            duel.requests, duel.arms = (answer.request, duel.requests[1]), [answer]
        return duel

    def prepare_duel_against_plain(self, prompt: Prompt, left: ArmName | None = None) -> Duel:
        """The exploit arm beside the plain answer, with the same seed. It is not learned from.

        Args:
            prompt: what to answer.
            left: which is shown first ("explore" is the plain answer); None: random.
        """
        messages, (seed, _, drawn) = self._chat(prompt), self._draw()
        strengths: tuple[dict[str, float], dict[str, float]] = self.strengths(), {}
        first, second = self._limit([self.request(messages, s, seed) for s in strengths])
        content = messages[-1]["content"]
        return Duel(content, (first, second), left or drawn, against_plain=True)

    def decode_duel(self, duel: Duel) -> Generator[Duel, None, None]:
        """Decode the arms of a duel that are not there yet, and predict its pick.

        Yields:
            The duel, after every step. To stop, set the engine's stop flag or close the generator.
        """
        given = list(duel.arms)
        requests = duel.requests[len(given) :]
        decode = self._decoder.steps if duel.against_plain else self._decode
        with closing(decode(requests)) as steps:
            for arms in steps:
                duel.arms = [*given, *arms]
                yield duel
        if duel.complete and not duel.against_plain:
            duel.predicted = self.learner.predict(duel)

    def finish_duel(self, duel: Duel) -> Duel:
        """Decode a prepared duel to the end; see `decode_duel`."""
        list(self.decode_duel(duel))
        return duel

    def duel_steps(self, prompt: Prompt) -> Generator[Duel, None, None]:
        """Stream a duel: choose both arms, then yield the duel after every step."""
        yield from self.decode_duel(self.prepare_duel(prompt))

    def duel(self, prompt: Prompt) -> Duel:
        """A whole duel. It is not `complete` if the engine's stop flag was set."""
        return self.finish_duel(self.prepare_duel(prompt))

    # -- learning ----------------------------------------------------------------------------------

    def pick(self, duel: Duel, choice: Choice | Key, seconds: float | None = None) -> Pick:
        """Learn from a choice between the sides of a duel as shown; see `learn`."""
        return self.learn(duel, duel.verdict(choice), seconds)

    def learn(self, duel: Duel, verdict: Verdict, seconds: float | None = None) -> Pick:
        """Record the outcome of a complete duel in the profile, and learn from it.

        Args:
            duel: as it was decoded.
            verdict: which arm was picked, or why none was.
            seconds: from both answers being there to the pick; None where a program decided.

        Raises:
            UsageError: the duel is not complete, or it is one against the plain answer.
            BusyError, NoInputError, StorageError: it was not saved, and nothing was learned.
        """
        o, axes = self.options, self.learner.profile.axes
        pick = duel.to_pick(verdict, seconds, o.source, self.engine.info, o.steer, axes)
        pick = pick if o.keep_texts else pick.without_texts()
        learn = partial(self.learner.learn, duel)
        try:
            return self._or_restore(lambda: self.learner.profile.record(pick, learn))
        except TpopError as error:
            raise type(error)(f"the pick was not saved: {error.message}", error.hint) from None

    def undo(self, pick_id: int | None = None) -> Pick:
        """Take back a pick of the profile, the last one by default. Errors as `Profile.undo`."""
        return self._or_restore(lambda: self.learner.profile.undo(pick_id, self.learner.undo))

    def _or_restore(self, change: Callable[[], Result]) -> Result:
        """Make a change. If anything ends it before it is saved, the learner is as before."""
        profile, restore = self.learner.profile, self.learner.checkpoint()
        n_saved = profile.n_saved
        try:
            return change()
        except BaseException:
            if profile.n_saved == n_saved:
                restore()
            raise
