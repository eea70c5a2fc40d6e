"""The two templates declared for a hidden layer over two integers 0 .. n - 1, and the control of each.

wave: pre(a, b) = bias + A cos(w a + phi) + B cos(w b + psi), one real frequency w = pi k / 4 n a unit, k = 1 .. 4 n.
ramp: pre(a, b) = f(a) + g(b), each piecewise linear with two knots.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import Characters, Waves, wave_parts
from compare.fit.fit import class_sums
from compare.fit.ramps import Ramps, fit_ramps, ramp_table

Kind = Literal["wave", "ramp"]
GRID = 4  # frequencies a step of pi / n
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


def line_waves(n: int) -> Characters:
    """Waves of frequency pi k / 4 n over 0 .. n - 1, k = 1 .. 4 n; they do not close, as those of residues do."""
    k = np.arange(1, GRID * n + 1)
    return Characters(p=n, group="additive", k=k, z=np.exp(1j * np.pi / GRID * np.outer(k, np.arange(n)) / n))


def fit_waves(first: Float[np.ndarray, "n units"], second: Float[np.ndarray, "n units"]) -> Template:
    """Each unit by its best frequency, on the tables of both arguments' parts."""
    return _wave_template(first, second, np.full(first.shape[1], -LOBE * GRID))


def fit_wrong_waves(
    first: Float[np.ndarray, "n units"], second: Float[np.ndarray, "n units"], true: Int[np.ndarray, " units"]
) -> Template:
    """Each unit by its best frequency outside the lobe of its true one."""
    return _wave_template(first, second, true)


def _wave_template(
    first: Float[np.ndarray, "n units"], second: Float[np.ndarray, "n units"], barred: Int[np.ndarray, " units"]
) -> Template:
    n, units = first.shape
    chars, tables = line_waves(n), np.stack([first, second], axis=2).reshape(n, -1)
    designs = np.stack([np.ones(chars.z.shape), np.real(chars.z), np.imag(chars.z)], axis=2)
    solutions = np.linalg.pinv(designs, rcond=1e-6) @ tables
    rss = ((tables - designs @ solutions) ** 2).sum(axis=1).reshape(len(chars.k), units, 2).sum(axis=2)
    total = ((tables - tables.mean(axis=0)) ** 2).sum(axis=0).reshape(units, 2).sum(axis=1)
    near = np.abs(np.arange(len(chars.k))[:, None] - barred) <= LOBE * GRID
    wave = np.argmin(np.where(near, np.inf, rss), axis=0)
    chosen = solutions.reshape(len(chars.k), 3, units, 2)[wave, :, np.arange(units)]
    waves = Waves(
        wave=wave,
        bias=chosen[:, 0].sum(axis=1),
        a=chosen[:, 1, 0] + 1j * chosen[:, 2, 0],
        b=chosen[:, 1, 1] + 1j * chosen[:, 2, 1],
        extra=np.zeros((0, units)),
        explained=1 - rss[wave, np.arange(units)] / np.maximum(total, 1e-30),
    )
    one, two = wave_parts(chars, waves)
    return Template(kind="wave", first=one, second=two, waves=waves)


def fit_two_ramps(first: Float[np.ndarray, "n units"], second: Float[np.ndarray, "n units"]) -> Template:
    """Each unit by two knots in each argument's part."""
    ramps = (fit_ramps(first), fit_ramps(second))
    one, two = (ramp_table(ramp, len(first)).astype(np.float32) for ramp in ramps)
    return Template(kind="ramp", first=one, second=two, ramps=ramps)


def additive_tables(
    n: int, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"], values: Float[np.ndarray, "rows units"]
) -> tuple[Float[np.ndarray, "n units"], Float[np.ndarray, "n units"]]:
    """The parts f and g of values = f[x] + g[y] by least squares, g with mean 0."""
    counts = np.zeros((2 * n, 2 * n))
    counts[:n, n:] = np.bincount(x * n + y, minlength=n * n).reshape(n, n)
    counts += counts.T
    counts[np.diag_indices(2 * n)] = np.concatenate([np.bincount(x, minlength=n), np.bincount(y, minlength=n)])
    moment = np.concatenate([class_sums(values, x, n), class_sums(values, y, n)])
    solution = np.linalg.solve(counts + 1e-9 * np.eye(2 * n), moment)
    shift = solution[n:].mean(axis=0)
    return solution[:n] + shift, solution[n:] - shift


def explained(
    template: Template,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    values: Float[np.ndarray, "rows units"],
) -> Float[np.ndarray, " units"]:
    """Explained fraction of each unit's variance on these rows."""
    rest = ((values - template.values(x, y)) ** 2).mean(axis=0)
    return 1 - rest / np.maximum(values.var(axis=0), 1e-30)
