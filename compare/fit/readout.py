"""Read-outs over the classes that are waves: goal[row, c] = sum_u features[row, u] Re(conj(z[u, c]) r[u])."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

RIDGE = 1e-4  # of the mean squared column


class Moments(NamedTuple):
    """Normal equations in (Re r, Im r) of each feature in turn."""

    gram: Float[np.ndarray, "2u 2u"]
    moment: Float[np.ndarray, " 2u"]


def wave_moments(
    features: Float[np.ndarray, "rows u"], goal: Float[np.ndarray, "rows c"], z: Complex[np.ndarray, "u c"]
) -> Moments:
    """Second moments of features times those of waves, entry by entry; the waves are centred over the classes."""
    centred = z - z.mean(axis=1, keepdims=True)
    waves = np.stack([np.real(centred), np.imag(centred)], axis=1).reshape(-1, z.shape[1])
    twice = np.repeat(features, 2, axis=1)
    return Moments((twice.T @ twice) * (waves @ waves.T), np.einsum("kc,kc->k", twice.T @ goal, waves))


def wave_readout(moments: Moments, size: int | None = None) -> Complex[np.ndarray, " u"]:
    """The amplitudes r of the first `size` features, by ridge regression."""
    count = len(moments.moment) if size is None else 2 * size
    gram = moments.gram[:count, :count].copy()
    gram[np.diag_indices_from(gram)] += RIDGE * max(float(np.trace(gram)) / count, 1e-30)
    solution = np.linalg.solve(gram, moments.moment[:count])
    return solution[::2] + 1j * solution[1::2]
