"""Orthogonal matching pursuit with weights >= 0 (Pati et al. 1993, non-negative least squares at each step)."""

import numpy as np
import scipy.optimize
from jaxtyping import Float, Int

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


def _nnls(gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    values, vectors = np.linalg.eigh(gram)
    root = np.sqrt(np.maximum(values, 1e-6 * max(float(values[-1]), 1e-30)))
    try:
        return scipy.optimize.nnls(root[:, None] * vectors.T, (vectors.T @ moment) / root)[0]
    except RuntimeError:  # no convergence: the read-out as it is serves instead
        return np.zeros(len(moment))
