"""Vectors along a few lines: directions up to sign, by clusters (k-means with principal directions for centres)."""

import numpy as np
from jaxtyping import Float


def lines(
    vectors: Float[np.ndarray, "n units"], weight: Float[np.ndarray, " units"], clusters: int, rounds: int = 20
) -> Float[np.ndarray, "n clusters"] | None:
    """Unit directions of the weighted vectors; None where fewer of them matter than there are clusters."""
    lengths = np.linalg.norm(vectors, axis=0)
    live = (lengths > 1e-6 * lengths.max(initial=1e-30)) & (weight > 0)
    if live.sum() < clusters:
        return None
    unit = (vectors[:, live] / lengths[live]).astype(np.float64)
    share = weight[live]
    centres = [_principal(unit, share)]
    for _ in range(1, clusters):
        covered = np.max([(unit.T @ c) ** 2 for c in centres], axis=0)
        centres.append(unit[:, np.argmax(share * (1 - covered))])
    for _ in range(rounds if clusters > 1 else 0):
        nearest = np.argmax(np.abs(unit.T @ np.stack(centres, 1)), axis=1)
        centres = [
            _principal(unit[:, nearest == c], share[nearest == c]) if (nearest == c).any() else centres[c]
            for c in range(clusters)
        ]
    return np.stack(centres, axis=1)


def _principal(unit: np.ndarray, share: np.ndarray) -> np.ndarray:
    vectors = np.linalg.eigh((unit * share) @ unit.T)[1]
    first = vectors[:, -1]
    return first * np.sign(first[np.argmax(np.abs(first))])
