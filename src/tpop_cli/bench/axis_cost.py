"""What an axis costs and gains: how fast tastes are learned with it and without it.

    python -m tpop_cli.bench.axis_cost certainty

No model is used: answers are drawn in feature space, as the response matrix of the starter model
says, with a spread of 1 in each feature. Each user likes what one pole does to the features, and
picks without errors. The table has the probability that a user prefers an answer with the exploit
arm's strengths to a plain one: for users who like a pole of the other axes, to whom this one is one
more thing to try, and for users who like one of its own.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arms import exploit, explore_ucb
from ..core.axes import AXES, Axis
from ..core.features import FEATURES, SPREAD
from ..core.response_matrix import ResponseMatrix
from ..core.reward import AxesReward
from ..core.taste import Taste
from ..store.response_matrices import starter_response

Vector = npt.NDArray[np.float64]


def win_probability(gain: float, scale: float = 1.0) -> float:
    """P(w·x₁ > w·x₂) of two answers whose means differ by `gain`, each with noise of this scale.

    >>> win_probability(0.0), round(win_probability(10.0), 2)
    (0.5, 1.0)
    """
    return 0.5 * (1.0 + math.erf(gain / (2.0 * scale)))


def learning_curve(
    axes: Sequence[Axis],
    response: ResponseMatrix,
    w: Vector,
    counts: Sequence[int],
    rng: np.random.Generator,
) -> list[float]:
    """The win probability after each number of duels of a user with the taste w, shape (F,).

    Args:
        axes: that the program has.
        response: how poles move features; the truth and the program's belief.
        w: a vector of length 1; the answer with the higher w·x is picked.
        counts: numbers of duels, ascending.
        rng: draws the answers.
    """
    taste = Taste.fresh(AxesReward.fresh(axes, response))
    plain = np.array([response.plain.get(name, 0.0) for name in FEATURES])
    won = []
    for n in range(counts[-1] + 1):
        first = exploit(taste)
        if n in counts:
            won.append(win_probability(float(w @ (taste.reward.z(first) @ taste.reward.B))))
        arms = (first, explore_ucb(taste.reward, first))
        answers = [
            plain + taste.reward.z(s) @ taste.reward.B + rng.standard_normal(len(FEATURES))
            for s in arms
        ]
        seen = [taste.reward.gradient_of(s, x * SPREAD) for s, x in zip(arms, answers, strict=True)]
        taste = taste.learn(seen[0] - seen[1], float(w @ answers[0] > w @ answers[1]))
    return won


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What an axis costs and gains.")
    parser.add_argument("axis", choices=[axis.name for axis in AXES])
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="of each user")
    parser.add_argument("--counts", type=int, nargs="+", default=[3, 5, 10, 15], metavar="N")
    given = parser.parse_args()
    response = starter_response()
    fewer = [axis for axis in AXES if axis.name != given.axis]
    own = [axis for axis in AXES if axis.name == given.axis]
    print(f"{'users who like a pole of':26} {'axes':22}" + "".join(f"{n:>6}" for n in given.counts))
    for whose, of_users in (("another axis", fewer), (given.axis, own)):
        rows = response.matrix([name for a in of_users for name in a.row_names], FEATURES)
        for axes in (list(AXES), fewer):
            won = [
                learning_curve(
                    axes,
                    response,
                    row / np.linalg.norm(row),
                    given.counts,
                    np.random.default_rng((i, run)),
                )
                for i, row in enumerate(rows)
                for run in range(given.runs)
            ]
            label = f"without {given.axis}" if axes is fewer else "all"
            print(f"{whose:26} {label:22}" + "".join(f"{w:6.2f}" for w in np.mean(won, axis=0)))


if __name__ == "__main__":
    main()
