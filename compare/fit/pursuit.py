"""Orthogonal matching pursuit with weights >= 0 (Pati et al. 1993, non-negative least squares at each step)."""

from collections.abc import Iterator

import numpy as np
import scipy.optimize
from jaxtyping import Complex, Float, Int

MOST = 40  # units a wave
SIZES = 14  # numbers of units a wave

Chosen = tuple[Int[np.ndarray, " chosen"], Float[np.ndarray, " chosen"]]


def pursuit(gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, " n"], most: int) -> list[Chosen]:
    """Atoms and their weights >= 0 after each step of a pursuit that adds what helps a least-squares fit most."""
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-30))
    chosen: list[int] = []
    steps: list[Chosen] = []
    rest = moment
    for _ in range(min(most, len(moment))):
        gain = rest / scale
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        if not gain[best] > 1e-6 * float(np.abs(moment / scale).max(initial=1e-30)):
            break
        chosen.append(best)
        weight = _nnls(gram[np.ix_(chosen, chosen)], moment[chosen])
        rest = moment - gram[:, chosen] @ weight
        steps.append((np.array(chosen), weight))
    return steps


def wave_pursuit(
    z: Complex[np.ndarray, "units classes"],
    wave: Int[np.ndarray, " units"],
    turn: Complex[np.ndarray, " units"],
    features: Float[np.ndarray, "rows units"],
    outputs: Float[np.ndarray, "rows classes"],
) -> Iterator[tuple[Int[np.ndarray, " chosen"], Float[np.ndarray, " chosen"]]]:
    """Units and read-out amplitudes >= 0 that fit the outputs on these rows, for a grid of units a wave.

    A unit writes its wave z of the classes, turned; among those of one wave a pursuit takes units whose phases balance
    each other.
    """
    outputs = outputs - outputs.mean(axis=1, keepdims=True)
    features = features.astype(np.float64)
    plans = []
    for row in np.unique(wave):
        units = np.flatnonzero(wave == row)
        own = z[units[0]]
        goal = outputs @ own * (1 / float((np.real(own) ** 2).sum()))
        gram = (features[:, units].T @ features[:, units]) * np.real(np.conj(turn[units])[:, None] * turn[units])
        moment = np.real(np.conj(turn[units]) * (features[:, units].T @ goal))
        plans.append((units, pursuit(gram, moment, MOST)))
    for size in np.unique(np.geomspace(2, MOST, SIZES).astype(int)):
        steps = [(units, steps[min(size, len(steps)) - 1]) for units, steps in plans if steps]
        units = np.concatenate([units[chosen] for units, (chosen, _) in steps]) if steps else np.zeros(0, int)
        amplitude = np.concatenate([amplitude for _, (_, amplitude) in steps]) if steps else np.zeros(0)
        if (amplitude > 0).any():
            yield units[amplitude > 0], amplitude[amplitude > 0]


def _nnls(gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    values, vectors = np.linalg.eigh(gram)
    root = np.sqrt(np.maximum(values, 1e-6 * max(float(values[-1]), 1e-30)))
    try:
        return scipy.optimize.nnls(root[:, None] * vectors.T, (vectors.T @ moment) / root)[0]
    except RuntimeError:  # no convergence: the read-out as it is serves instead
        return np.zeros(len(moment))
