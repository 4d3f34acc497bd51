"""What each amount of a pole does to an answer, relative to the pole at full strength.

    python -m tpop_cli.bench.amounts
    python -m tpop_cli.bench.amounts --amounts 0.05 0.2 1 --model NAME

By these tables the amounts that arms try were chosen, and how a pole's activation grows with its
strength (`core.axes.activation`). The prompts are those to tune on.

The effect is the shift of the text features along the shift at full strength. Both are noisy, and
an estimate that used the same answers twice would be too large. So the direction comes from one
half of the prompts and the shifts from the other, and the result is the mean over many halves.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..core.axes import AMOUNTS, AXES, activation
from ..core.features import SPREAD, text_features
from ..engine.protocol import Sampling
from .answer_cache import AnswerCache
from .formulas import words
from .prompts import TUNE
from .simulate import answer_requests

Shifts = npt.NDArray[np.float64]
"""Features of steered answers minus those of plain ones, in spreads: (n_prompts, F)."""

_HALVES = 200


def relative_effect(shifts: Mapping[float, Shifts]) -> dict[float, tuple[float, float]]:
    """The effect of each amount of a pole along that of the largest amount.

    Args:
        shifts: amount -> shifts, of the same prompts.

    Returns:
        Amount -> (effect of the amount, effect of the largest one), both in squared spreads; their
        ratio is the relative effect.
    """
    rng, largest = np.random.default_rng(0), max(shifts)
    n = len(shifts[largest])
    sums = dict.fromkeys(shifts, 0.0)
    for _ in range(_HALVES):
        order = rng.permutation(n)
        one, other = order[: n // 2], order[n // 2 :]
        direction = shifts[largest][other].mean(axis=0)
        for amount, of_amount in shifts.items():
            sums[amount] += float(of_amount[one].mean(axis=0) @ direction) / _HALVES
    return {amount: (effect, sums[largest]) for amount, effect in sums.items()}


def measure(
    cache: AnswerCache, prompts: Sequence[str], amounts: Sequence[float], max_tokens: int
) -> tuple[dict[str, dict[float, Shifts]], dict[str, dict[float, float]]]:
    """Decode what is missing, and measure every pole in every amount.

    Returns:
        Pole -> amount -> its shifts; and pole -> amount -> the mean number of words. The pole "" is
        the plain answer.

    Raises:
        KeyboardInterrupt: the engine's stop flag was set.
    """

    def texts(strengths: Mapping[str, float], seed: int = 0) -> list[str]:
        requests = answer_requests(
            cache.engine, prompts, AXES, strengths, Sampling(), seed, max_tokens
        )
        if not cache.fill(requests):
            raise KeyboardInterrupt
        return [cache[request].text for request in requests]

    def features(found: Sequence[str]) -> Shifts:
        return np.array([text_features(text) / SPREAD for text in found])

    def n_words(found: Sequence[str]) -> float:
        return float(np.mean([len(words(text)) for text in found]))

    plain = [texts({}, seed) for seed in (0, 1)]
    base = np.mean([features(found) for found in plain], axis=0)
    shifts: dict[str, dict[float, Shifts]] = {}
    lengths = {"": {0.0: float(np.mean([n_words(found) for found in plain]))}}
    for axis in AXES:
        for pole, sign in zip(axis.poles, (1.0, -1.0), strict=True):
            found = {amount: texts({axis.name: sign * amount}) for amount in amounts}
            shifts[pole.name] = {a: features(answers) - base for a, answers in found.items()}
            lengths[pole.name] = {a: n_words(answers) for a, answers in found.items()}
    return shifts, lengths


def main() -> None:
    """Print the table for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model
    from ..store.paths import data_dir

    parser = argparse.ArgumentParser(description="What each amount of a pole does to an answer.")
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--amounts", type=float, nargs="+", default=[*AMOUNTS], metavar="S")
    parser.add_argument("--prompts", type=int, default=12, metavar="N")
    parser.add_argument("--max-tokens", type=int, default=128, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    given = parser.parse_args()
    amounts = sorted(given.amounts)
    model = find_model(given.model) if given.model else find_model()
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        cache = AnswerCache(engine, data_dir() / "bench")
        shifts, lengths = measure(cache, TUNE[: given.prompts], amounts, given.max_tokens)
    print(f"{'':16}" + "".join(f"{amount:>14g}" for amount in amounts))
    total = {amount: np.zeros(2) for amount in amounts}
    for pole, of_pole in shifts.items():
        effects = relative_effect(of_pole)
        cells = "".join(
            f"{effects[a][0] / effects[a][1]:6.2f} {lengths[pole][a]:3.0f} words" for a in amounts
        )
        print(f"{pole:16}{cells}")
        for amount in amounts:
            total[amount] += effects[amount]
    print(f"{'all':16}" + "".join(f"{total[a][0] / total[a][1]:6.2f}{'':10}" for a in amounts))
    print(f"{'assumed':16}" + "".join(f"{activation(a):6.2f}{'':10}" for a in amounts))
    print(f"plain answers have {lengths[''][0.0]:.0f} words")


if __name__ == "__main__":
    main()
