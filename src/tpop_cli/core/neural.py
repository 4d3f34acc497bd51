"""The `neural` reward: T-POP's own reward model (arXiv 2509.24696), a network over hidden states.

    r(h; θ) = aᵀ·relu(W·h + b),    θ = (W, b, a)

h is the embedding of a response: the mean of its tokens' hidden states in the frozen model, scaled
to unit length. The paper's equations are computed here:

    arm 1                  `exploit_choice`
    arm 2                  `explore_choice`
    V ← V + Δ∇r·Δ∇rᵀ       `update_precision` (V starts at λI; only its diagonal is kept)
    loss over all picks    `loss`, minimised by `fit`

Before any pick r is zero everywhere: the second half of the hidden units mirrors the first with the
opposite sign of a (as in NeuralUCB, Zhou et al. 2020). A fresh profile therefore steers nothing,
while the gradient ∇r that drives exploration is not zero.
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
        k: number of candidate tokens of each arm at every position.
        omega: steering weight ω of the reward, relative to the probability.
        nu: exploration weight ν of the confidence width.
        lam: regularization λ: V starts at λI, and the weight decay of n picks is λ/(n + 50).
        hidden: width of the hidden layer, an even number.
        epochs: number of epochs of a fit, which always starts from the initial weights.
        learning_rate: AdamW's learning rate.
        n_learning_picks: length of the learning phase in picks; afterwards the exploit arm answers
            alone.
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
    """The weights θ: W of shape (m, d), b and a of shape (m,).

    Gradients with respect to θ are ordered W (row by row), b, a, and have P = m·d + 2m entries.
    """

    W: Matrix
    b: Vector
    a: Vector

    @classmethod
    def initial(cls, d: int, hidden: int, seed: int = 0) -> Network:
        """The weights every fit starts from: a mirrored draw, so that r = 0 for every h.

        h has unit length, so each entry of W·h is N(0, 1), and the contribution of each half to r
        has a standard deviation of about ½.

        Raises:
            ValueError: if `hidden` is odd.
        """
        if hidden % 2:
            raise ValueError("the number of hidden units must be even")
        rng = np.random.default_rng(seed)
        W = rng.standard_normal((hidden // 2, d))
        a = rng.standard_normal(hidden // 2) / np.sqrt(hidden)
        return cls(np.vstack([W, W]), np.zeros(hidden), np.concatenate([a, -a]))

    def reward(self, H: Matrix) -> Vector:
        """r of n embeddings, (n, d) -> (n,)."""
        r: Vector = np.maximum(H @ self.W.T + self.b, 0.0) @ self.a
        return r

    def gradient(self, h: Vector) -> Vector:
        """∇r with respect to θ at one embedding, (d,) -> (P,)."""
        gate, hidden = self._gates(h[None])
        return np.concatenate([np.outer(gate[0], h).ravel(), gate[0], hidden[0]])

    def widths(self, H: Matrix, other: Vector, V: Vector) -> Vector:
        """‖∇r(h) − ∇r(other)‖ in V⁻¹ for n embeddings, with V a diagonal of shape (P,).

        The W-part of ∇r is the outer product g·hᵀ with g = a∘1[u > 0]. Multiplying out the square
        avoids forming any gradient: a candidate costs m·d multiplications and d numbers of memory.

        Args:
            H: shape (n, d).
            other: shape (d,).
            V: the diagonal of the precision, shape (P,).

        Returns:
            shape (n,).
        """
        m, d = self.W.shape
        inverse = 1.0 / V
        W, b, a = inverse[: m * d].reshape(m, d), inverse[m * d : m * d + m], inverse[m * d + m :]
        gates, hidden = self._gates(H)  # (n, m) each
        other_gate, other_hidden = (x[0] for x in self._gates(other[None]))  # (m,) each
        squared = (
            ((gates**2 @ W) * H**2).sum(axis=1)
            - 2.0 * (((gates * other_gate) @ W) * (H * other)).sum(axis=1)
            + other_gate**2 @ W @ other**2
            + (gates - other_gate) ** 2 @ b
            + (hidden - other_hidden) ** 2 @ a
        )
        widths: Vector = np.sqrt(np.maximum(squared, 0.0))
        return widths

    def _gates(self, H: Matrix) -> tuple[Matrix, Matrix]:
        """g = a∘1[u > 0] and relu(u) for u = W·h + b, each (n, m)."""
        u = H @ self.W.T + self.b
        return np.where(u > 0, self.a, 0.0), np.maximum(u, 0.0)


def loss(network: Network, winners: Matrix, losers: Matrix) -> float:
    """The BTL loss, mean −log σ(r(winner) − r(loser)) over n picks.

    Args:
        network: the weights θ.
        winners, losers: embeddings, both (n, d).
    """
    margin = network.reward(winners) - network.reward(losers)
    return float(np.logaddexp(0.0, -margin).mean())


def loss_gradient(network: Network, winners: Matrix, losers: Matrix) -> Network:
    """The gradient of `loss` with respect to θ, in the shape of the weights."""
    n = len(winners)
    H = np.vstack([winners, losers])
    gates, hidden = network._gates(H)
    r = hidden @ network.a
    margin = np.clip(r[:n] - r[n:], -700, 700)  # exp() of a larger number overflows
    d_margin = -1.0 / (1.0 + np.exp(margin)) / n  # ∂loss/∂margin, (n,)
    d_r = np.concatenate([d_margin, -d_margin])[:, None]  # ∂loss/∂r, (2n, 1)
    d_u = gates * d_r  # ∂loss/∂u, (2n, m)
    return Network(d_u.T @ H, d_u.sum(axis=0), (hidden * d_r).sum(axis=0))


def fit(
    start: Network, winners: Matrix, losers: Matrix, rules: NeuralRules = NeuralRules()
) -> Network:
    """θ after n picks: argmin of `loss` with weight decay λ/(n + 50).

    Minimised by AdamW (Loshchilov & Hutter 2019, algorithm 2) over full batches.

    Args:
        start: the initial weights.
        winners, losers: embeddings of n picks, both (n, d); with n = 0 the result is `start`.
        rules: λ, the learning rate and the number of epochs.
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
    """The embedding h of a response: its mean hidden state, L2-normalised.

    The normalisation cancels the division by the number of tokens, so a sum serves as well as a
    mean. A zero vector stays zero.

    Args:
        total: sums of hidden states, shape (..., d).

    Returns:
        shape (..., d).
    """
    h: Vector = total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-12)
    return h


def exploit_choice(probabilities: Vector, H: Matrix, network: Network, rules: NeuralRules) -> int:
    """Arm 1:  argmax_v  π(v | y1) + ω·r([y1, v]).

    Args:
        probabilities: π of n candidate tokens, (n,).
        H: embeddings of the response extended by each candidate, (n, d).
        network: the weights θ.
        rules: ω.

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
    """Arm 2:  argmax_v  π(v | y2) + ω·(r([y2, v]) + ν·‖∇r([y2, v]) − ∇r([y1, v1])‖_{V⁻¹}).

    Args:
        probabilities, H: as in `exploit_choice`, for arm 2.
        exploit: the embedding of [y1, v1], arm 1's response with the token it chose, (d,).
        network: the weights θ.
        V: the diagonal of the precision, (P,).
        rules: ω and ν.

    Returns:
        An index into the candidates.
    """
    optimistic = network.reward(H) + rules.nu * network.widths(H, exploit, V)
    return int(np.argmax(probabilities + rules.omega * optimistic))


def update_precision(V: Vector, network: Network, first: Vector, second: Vector) -> Vector:
    """The diagonal of V + Δ∇r·Δ∇rᵀ after one pair of continuations was chosen.

    V grows, so widths in V⁻¹ shrink with every visit.

    Args:
        V: the diagonal of the precision, (P,).
        network: the weights θ.
        first, second: embeddings of the pair, (d,).
    """
    difference = network.gradient(first) - network.gradient(second)  # Δ∇r, (P,)
    updated: Vector = V + difference**2
    return updated
