"""Measuring the response matrix of a model: every pole on a few prompts, against plain answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.axes import AXES, Axis
from ..core.features import FEATURES, SPREAD, text_features
from ..core.response_matrix import ResponseMatrix, mean_shift
from ..decoding.decoder import BatchDecoder
from ..decoding.requests import limit_to_context, request_arm
from ..engine.protocol import Engine, Sampling

N_PLAIN = 2
"""Plain answers to each prompt, with whose mean features the steered answers are compared."""


@dataclass(frozen=True)
class Measured:
    """One answer of a measurement, steered by one pole at full strength.

    Args:
        pole: the name of its row in B; "" for a plain answer.
        prompt: the question.
        text: the answer.
    """

    pole: str
    prompt: str
    text: str


def measure_response(
    engine: Engine,
    prompts: Sequence[str],
    axes: Sequence[Axis] = AXES,
    sampling: Sampling = Sampling(),
    seed: int = 0,
    max_tokens: int = 256,
    on_answer: Callable[[int, int], None] | None = None,
) -> tuple[ResponseMatrix, list[Measured]]:
    """Decode each pole at full strength on each prompt, and measure how far the features move.

    Args:
        engine: the loaded model.
        prompts: the questions.
        axes: the taste axes whose poles are measured.
        sampling, seed, max_tokens: of the answers.
        on_answer: called with (answers done, total answers).

    Returns:
        B, and the answers it is computed from; fewer of them if the engine's stop flag was set.
    """
    wanted: list[tuple[str, str, dict[str, float], int]] = []
    for n, prompt in enumerate(prompts):
        wanted += [("", prompt, {}, seed + 1000 * n + i) for i in range(N_PLAIN)]
        for axis in axes:
            for row, sign in zip(axis.row_names, (1.0, -1.0), strict=True):
                wanted.append((row, prompt, {axis.name: sign}, seed + 1000 * n + 7))
    requests = (
        request_arm(
            engine,
            [{"role": "user", "content": prompt}],
            axes,
            strengths,
            sampling,
            seed,
            max_tokens,
        )
        for _, prompt, strengths, seed in wanted
    )
    groups = (limit_to_context([request], engine.n_ctx) for request in requests)
    texts: dict[int, str] = {}
    for index, (arm,) in BatchDecoder(engine).many(groups):
        texts[index] = arm.answer
        if on_answer:
            on_answer(len(texts), len(wanted))
    answers = [Measured(wanted[i][0], wanted[i][1], text) for i, text in sorted(texts.items())]
    return response_from(answers), answers


def response_from(answers: Sequence[Measured]) -> ResponseMatrix:
    """B from answers: the mean shift of each pole against the plain answers to the same prompt."""
    features = {id(a): text_features(a.text) / SPREAD for a in answers}
    plain = {
        prompt: np.mean(
            [features[id(a)] for a in answers if a.prompt == prompt and not a.pole], axis=0
        )
        for prompt in {a.prompt for a in answers if not a.pole}
    }
    rows = {}
    for pole in dict.fromkeys(a.pole for a in answers if a.pole):
        shifts = [
            features[id(a)] - plain[a.prompt]
            for a in answers
            if a.pole == pole and a.prompt in plain
        ]
        if shifts:  # none if it was interrupted early
            rows[pole] = dict(zip(FEATURES, mean_shift(np.array(shifts)).tolist(), strict=True))
    means = np.mean(list(plain.values()), axis=0) if plain else np.zeros(len(FEATURES))
    return ResponseMatrix(rows, dict(zip(FEATURES, means.tolist(), strict=True)))
