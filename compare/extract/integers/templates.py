"""The two templates declared for a hidden layer over two integers 0 .. n - 1, and the control of each.

wave: pre(a, b) = bias + A cos(w a + phi) + B cos(w b + psi), one real frequency w = pi k / 4 n a unit, k = 1 .. 4 n.
ramp: pre(a, b) = f(a) + g(b), each piecewise linear with two knots.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import GRID, Waves, alike, line_waves, wave_parts
from compare.fit.fit import class_sums
from compare.fit.ramps import Ramps, fit_ramps, ramp_table
from compare.search import Target, best_terms

Kind = Literal["wave", "ramp"]
Parts = tuple[Float[np.ndarray, "n units"], Float[np.ndarray, "n units"]]
LOBE = 2  # steps of pi / n: waves closer than this are not told apart over 0 .. n - 1
SENTENCES: dict[Kind, str] = {
    "wave": "each unit's pre-activation is one real frequency: bias + A cos(w a + phi) + B cos(w b + psi)",
    "ramp": "each unit's pre-activation is f(a) + g(b), each piecewise linear with two knots",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template fitted to every unit: pre(a, b) = first[a] + second[b], and the constants behind the tables."""

    kind: Kind
    first: Float[np.ndarray, "n units"]
    second: Float[np.ndarray, "n units"]
    waves: Waves | None = None
    ramps: tuple[Ramps, Ramps] | None = None

    def values(self, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"]) -> Float[np.ndarray, "rows units"]:
        return self.first[x] + self.second[y]


def fit_waves(*parts: Float[np.ndarray, "n units"], barred: Int[np.ndarray, " units"] | None = None) -> Template:
    """Each unit by its best frequency, on the tables of both arguments' parts; `barred` forbids the lobe of one."""
    n, units = parts[0].shape
    chars, means = line_waves(n), [part.mean(axis=0) for part in parts]
    both = np.concatenate([part - mean for part, mean in zip(parts, means, strict=True)])

    def columns(row: int) -> Float[np.ndarray, "4 places"]:
        wave = np.stack([np.real(chars.z[row]), np.imag(chars.z[row])])
        return np.block([[wave, np.zeros((2, n))], [np.zeros((2, n)), wave]])

    target = Target(
        values=both,
        weight=np.ones(units),
        columns=columns,
        fixed=np.stack([np.ones(2 * n), np.repeat([0.0, 1.0], n)]),
        count=len(chars.k),
        near=LOBE * GRID,
    )
    choice = best_terms(target, barred=barred)
    constant, other, *wave = choice.solution
    waves = Waves(
        wave=choice.term,
        bias=2 * constant + other + sum(means),
        a=wave[0] + 1j * wave[1],
        b=wave[2] + 1j * wave[3],
        extra=np.zeros((0, units)),
        explained=choice.explained,
    )
    one, two = wave_parts(alike(chars), waves)
    return Template(kind="wave", first=one, second=two, waves=waves)


def fit_two_ramps(*parts: Float[np.ndarray, "n units"]) -> Template:
    """Each unit by two knots in each argument's part."""
    n, units = parts[0].shape
    both = fit_ramps(np.concatenate(parts, axis=1))
    ramps = tuple(Ramps(both.knots[:, cut], both.corners[:, cut]) for cut in (slice(units), slice(units, None)))
    one, two = (ramp_table(ramp, n).astype(np.float32) for ramp in ramps)
    return Template(kind="ramp", first=one, second=two, ramps=(ramps[0], ramps[1]))


def controls(parts: Parts, true: Template, names: Int[np.ndarray, " n"]) -> tuple[Template, Template]:
    """The same fitter with the true frequencies forbidden, and on integers under other names.

    No ramp is forbidden, as every line is a ramp: there the second serves as the first.
    """
    fit = fit_waves if true.kind == "wave" else fit_two_ramps
    back = np.argsort(names)
    shuffled = fit(*(part[names] for part in parts))
    permuted = replace(shuffled, first=shuffled.first[back], second=shuffled.second[back], waves=None, ramps=None)
    return permuted if true.waves is None else fit_waves(*parts, barred=true.waves.wave), permuted


def additive_tables(
    n: int, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"], values: Float[np.ndarray, "rows units"]
) -> Parts:
    """The parts f and g of values = f[x] + g[y] by least squares, g with mean 0."""
    counts = np.zeros((2 * n, 2 * n))
    counts[:n, n:] = np.bincount(x * n + y, minlength=n * n).reshape(n, n)
    counts += counts.T
    counts[np.diag_indices(2 * n)] = np.concatenate([np.bincount(x, minlength=n), np.bincount(y, minlength=n)])
    moment = np.concatenate([class_sums(values, x, n), class_sums(values, y, n)])
    solution = np.linalg.solve(counts + 1e-9 * np.eye(2 * n), moment)
    shift = solution[n:].mean(axis=0)
    return solution[:n] + shift, solution[n:] - shift
