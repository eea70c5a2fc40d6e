"""Which waves a table over residues is a sum of: orthogonal matching pursuit over all characters, by FFT."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

MOST = 8  # waves
STRONGEST = 7  # waves that are offered where a pursuit does not apply
LARGEST = 1 << 21  # cells of the spectrum
EXPLAINED = 0.12  # of the variance, a wave, that keeps the pursuit going


def pursued(
    goal: Float[np.ndarray, " rows"],
    live: Bool[np.ndarray, " rows"],
    beside: Float[np.ndarray, "rows fixed"],
    residues: Mapping[str, Int[np.ndarray, " rows"]],
    modulus: int,
    noise: float,
    most: int = MOST,
) -> list[tuple[int, ...]]:
    """Frequencies (one number an argument) of the waves whose sum, beside fixed columns, is the goal on live rows.

    Those of a sum that is not reached within `most` waves are as many as explain their share.
    """
    if modulus ** len(residues) > LARGEST or live.sum() < 5:
        return []
    stacked = np.stack([column[live] for column in residues.values()], axis=1)
    shape = (modulus,) * stacked.shape[1]
    cells = np.ravel_multi_index(tuple(stacked.T), shape)
    goal, design = goal[live], beside[live]
    rest = goal - design @ np.linalg.lstsq(design, goal, rcond=None)[0]
    whole = max(float(rest @ rest), 1e-300)
    found: list[tuple[int, ...]] = []
    while len(found) < most and rest @ rest > max(1e-16 * whole, 1.1 * noise**2 * len(goal)):
        spectrum = np.abs(np.fft.fftn(np.bincount(cells, rest, minlength=modulus ** len(shape)).reshape(shape)))
        spectrum.flat[0] = 0.0
        for f in found:
            spectrum[f] = spectrum[tuple(-k % modulus for k in f)] = 0.0
        top = tuple(int(k) for k in np.unravel_index(int(np.argmax(spectrum)), shape))
        found.append(min(top, tuple(-k % modulus for k in top)))
        turns = 2 * np.pi * (stacked @ np.array(found[-1]) % modulus) / modulus
        design = np.column_stack([design, np.cos(turns), np.sin(turns)])
        rest = goal - design @ np.linalg.solve(
            design.T @ design + 1e-12 * len(goal) * np.eye(design.shape[1]), design.T @ goal
        )
        if 1 - rest @ rest / whole < EXPLAINED * len(found):
            return found[:-1] if noise else []
    return found


def strongest(
    values: Float[np.ndarray, " rows"], residues: Mapping[str, Int[np.ndarray, " rows"]], modulus: int, most: int
) -> list[tuple[int, ...]]:
    """The frequencies with the most power in the values themselves: a link leaves its sum's own among them."""
    if modulus ** len(residues) > LARGEST:
        return []
    stacked = np.stack(list(residues.values()), axis=1)
    shape = (modulus,) * stacked.shape[1]
    cells = np.ravel_multi_index(tuple(stacked.T), shape)
    table = np.bincount(cells, values - values.mean(), minlength=modulus ** len(shape))
    spectrum = np.abs(np.fft.fftn(table.reshape(shape))).ravel()
    found: dict[tuple[int, ...], None] = {}
    for place in np.argsort(-spectrum)[: 2 * most + 2]:
        top = tuple(int(k) for k in np.unravel_index(int(place), shape))
        if any(top):
            found[min(top, tuple(-k % modulus for k in top))] = None
    return list(found)[:most]
