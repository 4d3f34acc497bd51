"""The `neural` reward: T-POP's own reward model (arXiv 2509.24696), a network over a frozen model's hidden states.

    r(h; θ) = aᵀ·relu(W·h + b),    θ = (W, b, a),    h: the mean hidden state of a response, of length one

Before any pick r is zero everywhere: the second half of the hidden units mirrors the first with the opposite sign
of a (as in NeuralUCB, Zhou et al. 2020), so a fresh profile steers nothing while its gradient is what it should be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NeuralRules:
    """The settings of the published runs, with the paper's letters.

    Args:
        k: candidate tokens of each arm at every position.
        omega: steering weight ω of the reward beside the probability.
        nu: exploration weight ν on the confidence width.
        lam: regularization λ: where V starts, and of the weight decay λ/(n + 50).
        hidden: width of the hidden layer; even.
        epochs: of a fit, always from the initial weights.
        learning_rate: AdamW's learning rate.
        n_learning_picks: after so many picks the learning phase is over, and the exploit arm answers alone.
    """

    k: int = 40
    omega: float = 1.0
    nu: float = 0.5
    lam: float = 1.0
    hidden: int = 1024
    epochs: int = 100
    learning_rate: float = 5e-4
    n_learning_picks: int = 100


@dataclass(frozen=True)
class Network:
    """θ: W of shape (m, d), b and a of shape (m,). The gradient is ordered W (row by row), b, a."""

    W: Matrix
    b: Vector
    a: Vector

    @classmethod
    def initial(cls, d: int, hidden: int, seed: int = 0) -> Network:
        """The weights every fit starts from: a mirrored draw, so that r = 0 for every h.

        h has length one, so W·h is N(0, 1) and aᵀ·relu about N(0, ½) in each half.
        """
        if hidden % 2:
            raise ValueError("the hidden layer must be even")
        rng = np.random.default_rng(seed)
        W = rng.standard_normal((hidden // 2, d))
        a = rng.standard_normal(hidden // 2) / np.sqrt(hidden)
        return cls(np.vstack([W, W]), np.zeros(hidden), np.concatenate([a, -a]))

    def reward(self, H: Matrix) -> Vector:
        """r of n embeddings, (n, d) -> (n,)."""
        found: Vector = np.maximum(H @ self.W.T + self.b, 0.0) @ self.a
        return found

    def gradient(self, h: Vector) -> Vector:
        """∇r with respect to θ at one embedding (d,), shape (m·d + 2m,)."""
        gate, hidden = self._gates(h[None])
        return np.concatenate([np.outer(gate[0], h).ravel(), gate[0], hidden[0]])

    def widths(self, H: Matrix, other: Vector, V: Vector) -> Vector:
        """‖∇r(h) − ∇r(other)‖ in V⁻¹ for n embeddings, (n, d) -> (n,), V being diagonal.

        The square is multiplied out, so that no gradient is ever written down: with g = a∘1[u > 0] the W-part of
        ∇r is the outer product g·hᵀ, and a candidate costs m·d multiplications and d numbers of memory.
        """
        m, d = self.W.shape
        inverse = 1.0 / V
        W, b, a = inverse[: m * d].reshape(m, d), inverse[m * d : m * d + m], inverse[m * d + m :]
        gates, hidden = self._gates(H)
        gate, activity = (x[0] for x in self._gates(other[None]))
        squared = (
            ((gates**2 @ W) * H**2).sum(axis=1)
            - 2.0 * (((gates * gate) @ W) * (H * other)).sum(axis=1)
            + gate**2 @ W @ other**2
            + (gates - gate) ** 2 @ b
            + (hidden - activity) ** 2 @ a
        )
        found: Vector = np.sqrt(np.maximum(squared, 0.0))
        return found

    def _gates(self, H: Matrix) -> tuple[Matrix, Matrix]:
        """a∘1[u > 0] and relu(u) for u = W·h + b, each (n, m)."""
        u = H @ self.W.T + self.b
        return np.where(u > 0, self.a, 0.0), np.maximum(u, 0.0)


def loss(network: Network, winners: Matrix, losers: Matrix) -> float:
    """Mean −log σ(r(winner) − r(loser)) over n picks; both (n, d)."""
    margin = network.reward(winners) - network.reward(losers)
    return float(np.logaddexp(0.0, -margin).mean())


def loss_gradient(network: Network, winners: Matrix, losers: Matrix) -> Network:
    """The gradient of `loss`, in the shape of the weights."""
    n = len(winners)
    H = np.vstack([winners, losers])
    gates, hidden = network._gates(H)
    r = hidden @ network.a
    pull = -1.0 / (1.0 + np.exp(np.clip(r[:n] - r[n:], -700, 700))) / n  # d loss / d margin
    weight = np.concatenate([pull, -pull])[:, None]
    back = gates * weight
    return Network(back.T @ H, back.sum(axis=0), (hidden * weight).sum(axis=0))


def fit(
    start: Network, winners: Matrix, losers: Matrix, rules: NeuralRules = NeuralRules()
) -> Network:
    """θ after all picks so far: BTL with L2, by AdamW (Loshchilov & Hutter 2019) over full batches from `start`.

    Args:
        start: the initial weights.
        winners, losers: embeddings of n picks, both (n, d); with n = 0 the result is `start`.
    """
    n = len(winners)
    if n == 0:
        return start
    decay = rules.lam / (n + 50.0)
    theta = [start.W.copy(), start.b.copy(), start.a.copy()]
    first, second = [np.zeros_like(x) for x in theta], [np.zeros_like(x) for x in theta]
    for t in range(1, rules.epochs + 1):
        g = loss_gradient(Network(*theta), winners, losers)
        for x, m1, m2, slope in zip(theta, first, second, (g.W, g.b, g.a), strict=True):
            m1[...] = 0.9 * m1 + 0.1 * slope
            m2[...] = 0.999 * m2 + 0.001 * slope**2
            step = (m1 / (1 - 0.9**t)) / (np.sqrt(m2 / (1 - 0.999**t)) + 1e-8)
            x[...] = x - rules.learning_rate * (step + decay * x)
    return Network(*theta)


def pooled(total: Vector) -> Vector:
    """The embedding of a response from the sum of its tokens' hidden states, (…, d): their mean, L2-normalised.

    The mean is the sum divided by a number, which the normalisation takes out again; zero stays zero.
    """
    found: Vector = total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-12)
    return found


def exploit_choice(probabilities: Vector, H: Matrix, network: Network, rules: NeuralRules) -> int:
    """Arm 1 takes  argmax_v  π(v | y1) + ω·r([y1, v]).

    Args:
        probabilities: π of n candidate tokens, (n,).
        H: embeddings of the response with each of them added, (n, d).

    Returns:
        An index into the candidates.
    """
    return int(np.argmax(probabilities + rules.omega * network.reward(H)))


def explore_choice(
    probabilities: Vector,
    H: Matrix,
    exploit: Vector,
    network: Network,
    V: Vector,
    rules: NeuralRules,
) -> int:
    """Arm 2 takes  argmax_v  π(v | y2) + ω·(r([y2, v]) + ν·‖∇r([y2, v]) − ∇r([y1, v1])‖ in V⁻¹).

    Args:
        probabilities, H: as in `exploit_choice`.
        exploit: the embedding of arm 1's response with the token it took, (d,).
        V: diagonal of the precision, (P,).
    """
    bonus = network.reward(H) + rules.nu * network.widths(H, exploit, V)
    return int(np.argmax(probabilities + rules.omega * bonus))


def update_precision(V: Vector, network: Network, first: Vector, second: Vector) -> Vector:
    """V after one chosen pair of continuations: V + Δ∇r·Δ∇rᵀ, of which the diagonal is kept; so V⁻¹ shrinks."""
    found: Vector = V + (network.gradient(first) - network.gradient(second)) ** 2
    return found
