"""Which multiple of its inner variable each argument has: outputs that are waves of m u + n v - c.

Every wave of c has its own spectrum over u and v; the pair (m, n) is where these spectra have their energy in common,
at m k and n k for the wave k of c.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import Frame, order_of, steps_of

CLEARLY = 4.0  # times the energy of the pair (1, 1), which another pair needs before it is taken


def find_multiples(
    frame: Frame,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
) -> Frame:
    """The frame with both multiples at least 1, at most half of the group's order; signs are left to `fit_logits`."""
    period = order_of(frame.answer)
    one, other = steps_of(frame.first)[x], steps_of(frame.second)[y]
    live = (one >= 0) & (other >= 0)
    cells = one[live] * period + other[live]
    goal = (outputs[live] - outputs[live].mean(axis=1, keepdims=True)) @ frame.answer.z.T
    goal = goal - goal.mean(axis=0)
    energy = np.zeros((period, period))
    for k, wave in zip(frame.answer.k, goal.T, strict=True):
        table = np.bincount(cells, weights=wave.real, minlength=period**2) + 0j
        table += 1j * np.bincount(cells, weights=wave.imag, minlength=period**2)
        power = np.abs(np.fft.fft2(table.reshape(period, period))) ** 2
        places = np.arange(period) * int(k) % period
        energy += power[np.ix_(places, places)]
    half = np.arange(1, period // 2 + 1)
    folded = np.max([energy[np.ix_(r * half % period, s * half % period)] for r in (1, -1) for s in (1, -1)], axis=0)
    m, n = np.unravel_index(int(np.argmax(folded)), folded.shape)
    if folded[m, n] <= CLEARLY * folded[0, 0]:
        return frame
    return replace(frame, first=frame.first.times(int(m) + 1), second=frame.second.times(int(n) + 1))
