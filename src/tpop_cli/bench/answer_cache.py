"""A decoder with a cache: no answer is decoded twice.

Simulated users request the same answers many times. They all start with the same duels, and the
strengths of a profile change little once it knows the taste. The cache is also written to a file,
from which an interrupted bench resumes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, BatchDecoder
from ..engine.protocol import Engine
from ..store.files import make_private_dir

MAX_TOKENS = 256
"""Maximum tokens of an answer in the benches."""

AnswerKey = ArmRequest | str
"""The request of an answer, or a name for an answer that its request does not determine."""


@dataclass(frozen=True)
class CachedAnswer:
    """An answer in the cache.

    Args:
        text: the decoded text, without the thoughts of a reasoning model.
        tokens: its token ids.
        finish_reason: "stop" or "length".
    """

    text: str
    tokens: tuple[int, ...]
    finish_reason: str


def with_shared_seeds(requests: Sequence[ArmRequest]) -> list[ArmRequest]:
    """The requests of one turn with seeds that do not depend on the session.

    With the seeds of their sessions, no two sessions would share an answer. The seed is 0, so each
    prompt has one answer for given strengths. If both arms of a duel have the same strengths, the
    second arm has seed 1, so that the two answers differ.
    """
    alike = len(requests) == 2 and requests[0].strengths == requests[1].strengths
    return [replace(request, seed=i if alike else 0) for i, request in enumerate(requests)]


class AnswerCache:
    """A `decoding.decoder.Decoder` that decodes only what is missing, and keeps every answer.

    Args:
        engine: the loaded model.
        folder: the folder of the cache files, one for each model; None: nothing is written.
    """

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        self.engine = engine
        self._decoder = BatchDecoder(engine)
        self._ids: dict[ArmRequest, str] = {}
        self._answers: dict[str, CachedAnswer] = {}
        self._mean_nll: dict[str, float] = {}
        self._path: Path | None = None
        if folder is not None:
            make_private_dir(folder)
            self._path = folder / f"answers-{engine.info.fingerprint}.jsonl"
            self._read()

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, key: AnswerKey) -> bool:
        return self._id(key) in self._answers

    def __getitem__(self, key: AnswerKey) -> CachedAnswer:
        return self._answers[self._id(key)]

    def _id(self, key: AnswerKey) -> str:
        """The name itself, or a digest of everything in a request that determines its answer."""
        if isinstance(key, str):
            return key
        if key not in self._ids:
            determining = asdict(replace(key, strengths=(), marks=(), opened=None))
            for name in ("marks", "opened", "checkpoint"):  # by the model and the prompts
                del determining[name]
            if not key.think_tokens:
                del determining["think_tokens"]
            digest = hashlib.sha256(json.dumps(determining, sort_keys=True).encode())
            self._ids[key] = digest.hexdigest()[:32]
        return self._ids[key]

    # -- decoding ----------------------------------------------------------------------------------

    def missing(self, keys: Collection[AnswerKey]) -> list[ArmRequest]:
        """The distinct requests whose answers are not in the cache."""
        requests = dict.fromkeys(key for key in keys if isinstance(key, ArmRequest))
        return [request for request in requests if request not in self]

    def fill(
        self, keys: Collection[AnswerKey], on_answer: Callable[[], None] = lambda: None
    ) -> bool:
        """Decode the missing answers, many in one batch.

        Args:
            keys: the answers that are needed.
            on_answer: called after each answer that was decoded.

        Returns:
            False if the engine's stop flag was set, so that answers may still be missing.
        """
        missing = self.missing(keys)
        for index, (arm,) in self._decoder.many([request] for request in missing):
            self.put(missing[index], arm)
            on_answer()
        return not self.engine.stop.is_set()

    def put(self, key: AnswerKey, arm: Arm) -> None:
        """Add a finished answer."""
        answer = CachedAnswer(arm.answer, tuple(arm.tokens), arm.finish_reason or "")
        self._answers[self._id(key)] = answer
        self._write({"id": self._id(key), **asdict(answer)})

    def steps(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Decoder.steps`. All arms are finished after one step; their seeds are replaced."""
        wanted = with_shared_seeds(requests)
        if self.fill(wanted):
            yield [self._arm(request) for request in wanted]

    def many(self, groups: Iterator[Sequence[ArmRequest]]) -> Iterator[tuple[int, list[Arm]]]:
        """See `Decoder.many`. The seeds of the requests are replaced."""
        wanted = [with_shared_seeds(group) for group in groups]
        if self.fill([request for group in wanted for request in group]):
            yield from ((i, [self._arm(r) for r in group]) for i, group in enumerate(wanted))

    def _arm(self, request: ArmRequest) -> Arm:
        answer = self[request]
        plain = replace(request, marks=(), opened=None)  # its thoughts are not in the cache
        return Arm(plain, answer.text, list(answer.tokens), answer.finish_reason)

    # -- perplexity --------------------------------------------------------------------------------

    def mean_nll(self, prompt: str, key: AnswerKey) -> float:
        """The mean −log π of an answer's tokens under the plain prompt: its log perplexity."""
        name = self._id(key)
        if name not in self._mean_nll:
            context = self.engine.chat_tokens([{"role": "user", "content": prompt}])
            tokens = self._answers[name].tokens
            logs = (
                self.engine.logprobs([*context, *tokens], len(context)) if tokens else np.zeros(1)
            )
            self._mean_nll[name] = -float(np.mean(logs))
            self._write({"id": name, "mean_nll": self._mean_nll[name]})
        return self._mean_nll[name]

    # -- the file ----------------------------------------------------------------------------------

    def _write(self, line: dict[str, object]) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=True) + "\n")

    def _read(self) -> None:
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text("utf-8").splitlines():
            try:
                body = json.loads(line)
            except ValueError:
                continue  # an interrupt truncated this line
            if "mean_nll" in body:
                self._mean_nll[body["id"]] = body["mean_nll"]
            else:
                tokens = tuple(body["tokens"])
                answer = CachedAnswer(body["text"], tokens, body["finish_reason"])
                self._answers[body["id"]] = answer
