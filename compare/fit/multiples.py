"""Which multiple of a wave's frequency each argument has: outputs that are waves of m a + n b - c.

Every wave of c has its own spectrum over the arguments; the pair (m, n) is where these spectra have their energy in
common, at m k and n k for the wave k of c.
"""

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import Characters, order_of, steps_of

CLEARLY = 4.0  # times the energy of the pair (1, 1), which another pair needs before it is taken


def find_multiples(
    chars: Characters,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
) -> tuple[int, int]:
    """The pair, both at least 1 and at most half of the group's order; their signs are left to `fit_logits`."""
    period, steps = order_of(chars), steps_of(chars)
    live = (steps[x] >= 0) & (steps[y] >= 0)
    cells = steps[x[live]] * period + steps[y[live]]
    goal = (outputs[live] - outputs[live].mean(axis=1, keepdims=True)) @ chars.z.T
    goal = goal - goal.mean(axis=0)
    energy = np.zeros((period, period))
    for k, wave in zip(chars.k, goal.T, strict=True):
        table = np.bincount(cells, weights=wave.real, minlength=period**2) + 0j
        table += 1j * np.bincount(cells, weights=wave.imag, minlength=period**2)
        power = np.abs(np.fft.fft2(table.reshape(period, period))) ** 2
        places = np.arange(period) * int(k) % period
        energy += power[np.ix_(places, places)]
    half = np.arange(1, period // 2 + 1)
    folded = np.max([energy[np.ix_(r * half % period, s * half % period)] for r in (1, -1) for s in (1, -1)], axis=0)
    m, n = np.unravel_index(int(np.argmax(folded)), folded.shape)
    return (int(m) + 1, int(n) + 1) if folded[m, n] > CLEARLY * folded[0, 0] else (1, 1)


def times(multiple: int, name: str) -> str:
    """`a`, `-a`, `2*a`, `-2*a`."""
    return f"{'-' if multiple < 0 else ''}{'' if abs(multiple) == 1 else f'{abs(multiple)}*'}{name}"


def multiple_bits(chars: Characters, multiples: tuple[int, int]) -> float:
    """Which pair it is, where it is not (1, 1)."""
    return 0.0 if multiples == (1, 1) else 2 * float(np.log2(order_of(chars) // 2))
