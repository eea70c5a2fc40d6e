"""Characters of the residues: waves over the additive group Z_p, or over the units of Z_p with 0 set apart.

A character of frequency k is z_k(a) = exp(2 pi i k x(a) / m), where x(a) = a and m = p for the additive group, and
x(a) is the discrete logarithm and m = p - 1 for the multiplicative one; there z_k(0) = 0 and an indicator of 0 joins
every fit. Units of a trained net are fitted by *one* frequency each (Nanda et al., arXiv 2301.05217).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

GroupName = Literal["additive", "multiplicative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """Waves of one group over 0 .. p-1, one row a frequency; `k[i]` is the frequency of row i."""

    p: int
    group: GroupName
    k: Int[np.ndarray, " waves"]
    z: Complex[np.ndarray, "waves p"]

    @property
    def extra(self) -> Float[np.ndarray, "p extra"]:
        """Columns that join every fit: the indicator of 0 in the multiplicative group."""
        return np.eye(self.p)[:, :1] if self.group == "multiplicative" else np.zeros((self.p, 0))

    def index(self, k: Int[np.ndarray, " n"] | list[int]) -> Int[np.ndarray, " n"]:
        """Rows of the frequencies `k`."""
        return np.asarray(k, dtype=int) - 1


def characters(p: int, group: GroupName = "additive") -> Characters:
    """All non-trivial characters up to conjugation.

    Raises ValueError for p < 3, and for a composite p in the multiplicative group.
    """
    if p < 3:
        raise ValueError(f"characters: expected a modulus of at least 3, got {p}")
    if group == "additive":
        logarithm, period, live = np.arange(p), p, np.ones(p, dtype=bool)
    else:
        logarithm, period, live = _discrete_logarithm(p), p - 1, np.arange(p) > 0
    k = np.arange(1, (period - 1) // 2 + 1)
    z = np.exp(2j * np.pi * np.outer(k, logarithm) / period) * live
    return Characters(p=p, group=group, k=k, z=z)


def period_of(chars: Characters) -> str:
    """The group's order as it is written in formulas."""
    return "p" if chars.group == "additive" else "(p - 1)"


def order_of(chars: Characters) -> int:
    """The group's order: what a frequency counts turns by."""
    return chars.p if chars.group == "additive" else chars.p - 1


def steps_of(chars: Characters) -> Int[np.ndarray, " p"]:
    """Each residue's place in the group, -1 for one that is not in it."""
    steps = np.rint(np.angle(chars.z[0]) * order_of(chars) / (2 * np.pi)).astype(int) % order_of(chars)
    return np.where(np.abs(chars.z[0]) > 0, steps, -1)


def _discrete_logarithm(p: int) -> Int[np.ndarray, " p"]:
    for generator in range(2, p):
        powers = np.ones(p - 1, dtype=int)
        for exponent in range(1, p - 1):
            powers[exponent] = powers[exponent - 1] * generator % p
        if len(np.unique(powers)) == p - 1:
            logarithm = np.zeros(p, dtype=int)
            logarithm[powers] = np.arange(p - 1)
            return logarithm
    raise ValueError(f"characters: expected a prime modulus for the multiplicative group, got {p}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Per unit: bias + Re(conj(a) z_k(m x)) + Re(conj(b) z_k(n y)) + extras, with `multiples` (m, n) shared by all.

    So |a| is the amplitude for the first argument and arg(a) its phase: |a| cos(w m x - arg(a)).
    """

    wave: Int[np.ndarray, " units"]  # row of the characters
    bias: Float[np.ndarray, " units"]
    a: Complex[np.ndarray, " units"]
    b: Complex[np.ndarray, " units"]
    extra: Float[np.ndarray, "extras units"]  # of the first argument, then of the second
    explained: Float[np.ndarray, " units"]  # of the variance on the fitted rows, in [0, 1]
    multiples: tuple[int, int] = (1, 1)


def fit_one_wave(
    chars: Characters,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    values: Float[np.ndarray, "rows units"],
    allowed: Bool[np.ndarray, " waves"] | None = None,
    forbidden: Int[np.ndarray, " units"] | None = None,
    multiples: tuple[int, int] = (1, 1),
) -> Waves:
    """Least squares of each unit by each allowed frequency, linear in both arguments' waves; the best one is kept.

    `forbidden` bars one frequency a unit, besides what `allowed` leaves.
    """
    gram, moment = _normal_equations(chars, x, y, values, multiples)
    waves = len(chars.k)
    fixed = [0, *range(1 + 4 * waves, len(gram))]
    total = np.maximum((values.astype(np.float64) ** 2).sum(axis=0) - moment[0] ** 2 / len(x), 1e-30)
    units = values.shape[1]
    best = np.full(units, -np.inf)
    wave = np.zeros(units, dtype=int)
    solution = np.zeros((len(fixed) + 4, units))
    for row in np.arange(waves) if allowed is None else np.flatnonzero(allowed):
        columns = [*fixed, *range(1 + 4 * row, 5 + 4 * row)]
        ridge = 1e-9 * np.trace(gram[np.ix_(columns, columns)]) * np.eye(len(columns))
        candidate = np.linalg.solve(gram[np.ix_(columns, columns)] + ridge, moment[columns])
        gain = (candidate * moment[columns]).sum(axis=0) - moment[0] ** 2 / len(x)
        better = gain > best
        if forbidden is not None:
            better &= forbidden != row
        best = np.where(better, gain, best)
        wave = np.where(better, row, wave)
        solution = np.where(better, candidate, solution)
    extras, waves_part = solution[1:-4], solution[-4:]
    return Waves(
        wave=wave,
        bias=solution[0],
        a=waves_part[0] + 1j * waves_part[1],
        b=waves_part[2] + 1j * waves_part[3],
        extra=extras,
        explained=np.clip(best / total, 0.0, 1.0),
        multiples=multiples,
    )


def _normal_equations(
    chars: Characters, x: np.ndarray, y: np.ndarray, values: np.ndarray, multiples: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Gram matrix and moments of the columns 1, then (cos x, sin x, cos y, sin y) a wave, then the extras."""
    first, second = (chars.z**multiple for multiple in multiples)
    waves = np.stack([np.real(first)[:, x], np.imag(first)[:, x], np.real(second)[:, y], np.imag(second)[:, y]], axis=1)
    columns = np.concatenate(
        [np.ones((1, len(x))), waves.reshape(-1, len(x)), chars.extra[x].T, chars.extra[y].T]
    ).astype(np.float32)
    return (columns @ columns.T).astype(np.float64), (columns @ values).astype(np.float64)


def wave_parts(chars: Characters, fit: Waves) -> tuple[Float[np.ndarray, "p units"], Float[np.ndarray, "p units"]]:
    """Tables of both arguments' contributions; the bias is in the first."""
    one, other = (chars.z[fit.wave].T ** multiple for multiple in fit.multiples)  # (p, units)
    extras = chars.extra.shape[1]
    first = fit.bias + np.real(np.conj(fit.a) * one) + chars.extra @ fit.extra[:extras]
    second = np.real(np.conj(fit.b) * other) + chars.extra @ fit.extra[extras:]
    return first.astype(np.float32), second.astype(np.float32)


def spectrum(chars: Characters, table: Float[np.ndarray, "p features"]) -> Float[np.ndarray, " waves"]:
    """Power of a table over 0 .. p-1 at every frequency, summed over the features."""
    return (np.abs(chars.z @ table) ** 2).sum(axis=1)


def gini(power: Float[np.ndarray, " waves"]) -> float:
    """Gini coefficient of a non-negative spectrum: 0 for an even one, towards 1 for a single line."""
    ordered = np.sort(power)
    total = ordered.sum()
    if total <= 0:
        return 0.0
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * rank - len(ordered) - 1) @ ordered / (len(ordered) * total))
