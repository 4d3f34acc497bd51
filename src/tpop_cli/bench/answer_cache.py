"""A bank of answers: what a model says to a prompt, steered so and seeded so, is decoded once and kept.

Simulated users ask for the same answers over and over (all start with the same first duels, and a profile that has
settled keeps its strengths), so a bench asks the bank. The file is also what a bench resumes from after an interrupt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..core.axes import Axis
from ..core.reward import Strengths
from ..decoding.decoder import Arm, decode_many
from ..decoding.requests import fit, request_arm
from ..engine.protocol import Engine, Sampling
from ..store.files import make_private_dir

MAX_TOKENS = 256
"""Where the benches cut answers."""


@dataclass(frozen=True)
class AnswerKey:
    """Which answer: strengths are sorted (axis, s) pairs, so that it can be a key.

    `by` names a learner whose answers are its own and cannot be had by strengths; the bank only keeps those.
    """

    prompt: str
    strengths: tuple[tuple[str, float], ...]
    seed: int
    by: str = ""


@dataclass(frozen=True)
class CachedAnswer:
    """An answer in the bank.

    Args:
        text: as decoded.
        tokens: its token ids.
        finish_reason: "stop" or "length".
    """

    text: str
    tokens: tuple[int, ...]
    finish_reason: str


def wanted(prompt: str, strengths: Strengths, seed: int) -> AnswerKey:
    """The key of an answer."""
    return AnswerKey(prompt, tuple(sorted(strengths.items())), seed)


class AnswerCache:
    """Decodes what is missing, many answers in one batch, and keeps all in a file.

    Args:
        engine: the loaded model.
        axes: the taste axes that strengths name.
        folder: where the file is kept; None keeps nothing.
        sampling, max_tokens: of every answer. Another model, wording or setting is another file.
    """

    def __init__(
        self,
        engine: Engine,
        axes: Sequence[Axis],
        folder: Path | None,
        sampling: Sampling = Sampling(),
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        self._engine, self._axes, self._sampling, self._max_tokens = (
            engine,
            axes,
            sampling,
            max_tokens,
        )
        self._answers: dict[AnswerKey, CachedAnswer] = {}
        self._surprise: dict[AnswerKey, float] = {}
        self._path: Path | None = None
        if folder is not None:
            poles = [
                (axis.name, [(pole.instruction, pole.full, pole.tilt) for pole in axis.poles])
                for axis in axes
            ]
            settings = [engine.info.fingerprint, asdict(sampling), max_tokens, poles]
            name = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
            make_private_dir(folder)
            self._path = folder / f"bank-{name}.jsonl"
            self._read()

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, key: AnswerKey) -> bool:
        return key in self._answers

    def __getitem__(self, key: AnswerKey) -> CachedAnswer:
        return self._answers[key]

    def missing(self, keys: Collection[AnswerKey]) -> list[AnswerKey]:
        """Those that are yet to be decoded, each once."""
        return [key for key in dict.fromkeys(keys) if key not in self._answers]

    def fill(
        self, keys: Collection[AnswerKey], on_answer: Callable[[], None] = lambda: None
    ) -> bool:
        """Decode what is missing; `on_answer` is called for each. False if the stop flag ended it early."""
        missing = self.missing(keys)
        plans = (
            fit(
                [
                    request_arm(
                        self._engine,
                        [{"role": "user", "content": key.prompt}],
                        self._axes,
                        dict(key.strengths),
                        self._sampling,
                        key.seed,
                        self._max_tokens,
                    )
                ],
                self._engine.n_ctx,
            )
            for key in missing
        )
        for index, (arm,) in decode_many(self._engine, plans):
            self.put(missing[index], arm)
            on_answer()
        return not self._engine.stop.is_set()

    def put(self, key: AnswerKey, arm: Arm) -> None:
        """Keep a finished answer."""
        answer = CachedAnswer(arm.text, tuple(arm.tokens), arm.finish_reason or "")
        self._answers[key] = answer
        self._write({"key": asdict(key), "answer": asdict(answer)})

    def surprise(self, key: AnswerKey) -> float:
        """Mean −log π of an answer's tokens under the plain prompt: the logarithm of its perplexity."""
        if key not in self._surprise:
            prompt = self._engine.chat_tokens([{"role": "user", "content": key.prompt}])
            tokens = self._answers[key].tokens
            logs = self._engine.logprobs([*prompt, *tokens], len(prompt)) if tokens else np.zeros(1)
            self._surprise[key] = -float(np.mean(logs))
            self._write({"key": asdict(key), "surprise": self._surprise[key]})
        return self._surprise[key]

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
            key = body["key"]
            found = AnswerKey(
                key["prompt"], tuple(map(tuple, key["strengths"])), key["seed"], key["by"]
            )
            if "answer" in body:
                answer = body["answer"]
                self._answers[found] = CachedAnswer(
                    answer["text"], tuple(answer["tokens"]), answer["finish_reason"]
                )
            else:
                self._surprise[found] = body["surprise"]
