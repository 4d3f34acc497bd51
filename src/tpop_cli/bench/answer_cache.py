"""A decoder that remembers: an answer that was decoded once is never decoded again.

Simulated users ask for the same answers over and over: all start with the same first duels, and a
profile that has settled keeps its strengths. The cache is kept in a file, from which a bench that
was interrupted resumes.
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
"""What an answer is found by: its request, or a name where no request reproduces it."""


@dataclass(frozen=True)
class CachedAnswer:
    """An answer in the cache.

    Args:
        text: as decoded.
        tokens: its token ids.
        finish_reason: "stop" or "length".
    """

    text: str
    tokens: tuple[int, ...]
    finish_reason: str


def one_answer_each(requests: Sequence[ArmRequest]) -> list[ArmRequest]:
    """The same requests with seeds that do not depend on the session.

    There is one answer to a prompt with given strengths, and two if both arms of a duel have the
    same strengths. Otherwise no two sessions would share an answer.
    """
    twins = len(requests) == 2 and requests[0].strengths == requests[1].strengths
    return [replace(request, seed=i if twins else 0) for i, request in enumerate(requests)]


class AnswerCache:
    """A `decoding.decoder.Decoder` that decodes what is missing, and keeps all of it in a file.

    Args:
        engine: the loaded model.
        folder: where the file is kept, one a model; None: nowhere.
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
        """A name itself; of a request, a digest of all that decides what its answer is."""
        if isinstance(key, str):
            return key
        if key not in self._ids:
            decisive = asdict(replace(key, strengths=()))
            digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode())
            self._ids[key] = digest.hexdigest()[:32]
        return self._ids[key]

    # -- decoding ----------------------------------------------------------------------------------

    def missing(self, keys: Collection[AnswerKey]) -> list[ArmRequest]:
        """The requests whose answers are yet to be decoded, each once."""
        requests = dict.fromkeys(key for key in keys if isinstance(key, ArmRequest))
        return [request for request in requests if request not in self]

    def fill(
        self, keys: Collection[AnswerKey], on_answer: Callable[[], None] = lambda: None
    ) -> bool:
        """Decode what is missing, many answers in one batch.

        Args:
            keys: what is asked for.
            on_answer: called for each answer that was decoded.

        Returns:
            False if the engine's stop flag ended it early.
        """
        missing = self.missing(keys)
        for index, (arm,) in self._decoder.many([request] for request in missing):
            self.put(missing[index], arm)
            on_answer()
        return not self.engine.stop.is_set()

    def put(self, key: AnswerKey, arm: Arm) -> None:
        """Keep a finished answer."""
        answer = CachedAnswer(arm.text, tuple(arm.tokens), arm.finish_reason or "")
        self._answers[self._id(key)] = answer
        self._write({"id": self._id(key), **asdict(answer)})

    def steps(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Decoder.steps`: all arms are there after one step, and seeds do not matter."""
        wanted = one_answer_each(requests)
        if self.fill(wanted):
            yield [self._arm(request) for request in wanted]

    def many(self, groups: Iterator[Sequence[ArmRequest]]) -> Iterator[tuple[int, list[Arm]]]:
        """See `Decoder.many`; seeds do not matter."""
        wanted = [one_answer_each(group) for group in groups]
        if self.fill([request for group in wanted for request in group]):
            yield from ((i, [self._arm(r) for r in group]) for i, group in enumerate(wanted))

    def _arm(self, request: ArmRequest) -> Arm:
        answer = self[request]
        return Arm(request, answer.text, list(answer.tokens), answer.finish_reason)

    # -- perplexity --------------------------------------------------------------------------------

    def mean_nll(self, prompt: str, key: AnswerKey) -> float:
        """Mean −log π of an answer's tokens under the plain prompt: the log of its perplexity."""
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
                continue  # cut short by an interrupt
            if "mean_nll" in body:
                self._mean_nll[body["id"]] = body["mean_nll"]
            else:
                tokens = tuple(body["tokens"])
                answer = CachedAnswer(body["text"], tokens, body["finish_reason"])
                self._answers[body["id"]] = answer
