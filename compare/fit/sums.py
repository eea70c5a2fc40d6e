"""A link of a sparse sum: the link inverted on the rows where it can be, then least squares on terms of the arguments.

What the known activations of a net leave behind them is linear in the right terms; terms that are not there come out
as 0 and are dropped. With noise a few Gauss-Newton steps follow (Marquardt 1963), and terms within it are dropped.
"""

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import IDENTITY, INVERTIBLE, LOGARITHM, RECIPROCAL, RELU, SQRT, TANH, Link, clipped
from compare.fit.atoms import MOST, ONE, Atoms, evened, joined, products, waves, written
from compare.fit.fit import Fit, data_bits, relative_error, snapped, stated_bits
from compare.fit.inputs import Inputs
from compare.fit.spectrum import STRONGEST, pursued, strongest
from compare.fit.write import common, total

NAME = "sums"
SAMPLE = 400  # rows that candidates are fitted on, before all rows decide
NEAR = 0.3  # of the deviation, on the sample, within which a candidate is gone on with
ACCEPTED = 0.05  # of the deviation
DROPPED = 4.0  # standard errors, below which a term is not there
STEPS = 12
RARE = 80.0  # bits more for links that no net has, taken where nothing else is
RARELY = ("leaky relu", "elu", "sqrt", "reciprocal", "log")
WAVELESS = (SQRT, RECIPROCAL, LOGARITHM)  # the root of a square of a wave is its absolute value
OFFERED = (1, 2, 3, 5, 7)  # waves, the fewest first, where a pursuit does not apply
FLAT = 6.0  # times the noise, within which values are at an end of their range
FEW = 80.0  # bits, below which no other link is tried


class Outer(NamedTuple):
    """scale * link(sum) + offset."""

    link: Link
    scale: float = 1.0
    offset: float = 0.0
    brink: float = 0.0  # from the offset, within which a value has no inverse
    constants: int = 0  # of its own

    def goal(self, values: np.ndarray) -> np.ndarray:
        assert self.link.inverse is not None
        inside = self.link.inverse((values - self.offset) / self.scale)
        return np.where(np.abs(values - self.offset) > self.brink, inside, np.nan) if self.brink else inside

    def value(self, z: np.ndarray) -> np.ndarray:
        return self.scale * self.link.value(z) + self.offset

    def slope(self, z: np.ndarray) -> np.ndarray:
        return self.scale * self.link.slope(z)

    def text(self, inner: str, unit: float = 1.0) -> str:
        """The inner sum under the link; a homogeneous link's sum is given in this unit."""
        if self.link is IDENTITY:
            return inner if unit == 1.0 else total([(unit, inner)])
        return total([(self.scale * unit, self.link.text.format(inner))], self.offset)


class Task(NamedTuple):
    """What is fitted: values, rows' weights, the noise, and a sample of the rows."""

    values: Float[np.ndarray, " rows"]
    weight: Float[np.ndarray, " rows"]
    noise: float
    sample: np.ndarray


def task_of(values: Float[np.ndarray, " rows"], weight: Float[np.ndarray, " rows"], noise: float) -> Task:
    """All rows, and some of them to try candidates on."""
    rows = len(values)
    sample = np.arange(rows) if rows <= SAMPLE else np.random.default_rng(0).choice(rows, SAMPLE, replace=False)
    return Task(values, weight, noise, sample)


def tolerance_of(task: Task) -> float:
    """Share of the variance that the noise may take, with room for its own scatter."""
    share = task.noise**2 / max(float(task.values.var()), 1e-300)
    return share * (1 + 5 * np.sqrt(2 / len(task.values)))


def is_exact(fit: Fit, task: Task) -> bool:
    """Whether what is left is no more than the noise."""
    return fit.error**2 <= tolerance_of(task)


def structure_bits(fit: Fit, task: Task) -> float:
    """A fit's bits without those of its residuals."""
    rss = np.array(task.weight.sum() * fit.error**2 * task.values.var())
    return fit.bits - float(data_bits(rss, np.array(task.noise)))


def is_flat(task: Task) -> bool:
    """Whether the values are one constant within the noise."""
    least = 1e-12 * max(abs(float(task.values.mean())), 1e-300)
    return float(task.values.std()) <= max(least, 1.5 * task.noise)


def sums(task: Task, inputs: Inputs, structure: float = 0.0) -> Fit | Refusal:
    """The shortest link of a sparse sum of products of the arguments, or of waves of residues beside them."""
    found: list[Fit] = []
    offered = list(outers(task.values, task.noise))
    with np.errstate(over="ignore", invalid="ignore"):
        for terms in (products(inputs, 1), products(inputs, most=min(MOST, len(task.values) // 3))):
            fits = (fitted(task, terms, outer, (), 0, structure) for outer in offered)
            found += [fit for fit in fits if fit]
            if any(is_exact(fit, task) for fit in found):
                break
        if inputs.residues and not any(_is_short(fit, task) for fit in found):
            for outer in (each for each in offered if each.link not in WAVELESS):
                fit = _of_waves(task, inputs, outer, structure)
                found += [fit] if fit else []
                if fit and _is_short(fit, task):
                    break
    if not found:
        return Refusal(extractor=NAME, reason="no link of a sparse sum of products or waves is within the tolerance")
    return min(found, key=lambda fit: fit.bits)


def _is_short(fit: Fit, task: Task) -> bool:
    return is_exact(fit, task) and structure_bits(fit, task) < FEW


def outers(values: Float[np.ndarray, " rows"], noise: float) -> Iterator[Outer]:
    """The links that the values' range and ends allow."""
    low, at_low = _end(values, values.min(), noise)
    high, at_high = _end(values, values.max(), noise)
    least = 1.5 / len(values)
    brink = 4 * noise
    yield Outer(IDENTITY)
    if at_low > max(at_high, least):
        yield Outer(RELU, 1.0, low, brink, int(low != 0))
    elif at_high > least:
        yield Outer(RELU, -1.0, high, brink, int(high != 0))
    if at_low > least and at_high > least:
        yield Outer(clipped(low, high, brink), constants=2)
    if low >= -1 - brink and high <= 1 + brink:
        yield Outer(TANH)
    if low >= -brink and high <= 1 + brink:
        yield Outer(TANH, 0.5, 0.5)
    for link in INVERTIBLE[3:]:
        yield Outer(link)


def _end(values: Float[np.ndarray, " rows"], end: float, noise: float) -> tuple[float, float]:
    """A level at an end of the range and the share of the rows on it; 0 where it is none within the noise."""
    near = np.abs(values - end) <= FLAT * noise
    level = float(values[near].mean())
    return (0.0 if abs(level) <= noise else level), float(near.mean())


def _of_waves(task: Task, inputs: Inputs, outer: Outer, structure: float) -> Fit | None:
    assert inputs.modulus is not None
    goal = outer.goal(task.values)
    live = np.isfinite(goal)
    rest = Inputs(
        bits=inputs.bits,
        integers={name: column for name, column in inputs.integers.items() if name not in inputs.residues},
        residues={},
        reals=inputs.reals,
        modulus=None,
    )
    ones = np.ones((len(goal), 1))
    others = products(rest, 1) if rest.all else Atoms((ONE,), ones)
    if live.all():
        offers = [pursued(goal, live, others.columns, inputs.residues, inputs.modulus, task.noise)]
    else:
        found = strongest(task.values, inputs.residues, inputs.modulus, min(STRONGEST, int(live.sum()) // 6))
        offers = [found[:count] for count in OFFERED if count <= len(found)]
    best: Fit | None = None
    for frequencies in offers:
        if not frequencies:
            break
        atoms = joined(others, waves(frequencies, inputs.residues, inputs.modulus))
        fit = fitted(task, atoms, outer, tuple(inputs.residues), inputs.modulus, structure)
        best = min((f for f in (best, fit) if f), key=lambda f: f.bits, default=None)
        if best and is_exact(best, task):
            break
    return best


def fitted(
    task: Task, terms: Atoms, outer: Outer, names: tuple[str, ...], modulus: int, structure: float
) -> Fit | None:
    """The terms that are needed, and their constants; None where the sample or all rows are missed."""
    kept = _needed(task, terms.columns, outer)
    if kept is None:
        return None
    columns = terms.columns[:, kept]
    theta = _solved(task.values, columns, outer, task.weight)
    if theta is None:
        return None
    atoms = [terms.atoms[i] for i in kept]
    slopes = columns * outer.slope(columns @ theta)[:, None]
    curvature = task.weight @ slopes**2 / task.noise**2
    theta = evened(atoms, snapped(theta, curvature), 1 / np.sqrt(np.maximum(curvature, 1e-300)), modulus)
    model = outer.value(columns @ theta)
    error = relative_error(task.values, model)
    if not error <= ACCEPTED:
        return None
    rss = np.array(task.weight @ (task.values - model) ** 2)
    bits = structure + 1 + (outer.link is not IDENTITY) * log2(len(INVERTIBLE) + 2) + sum(atom.bits for atom in atoms)
    bits += float(data_bits(rss, np.array(task.noise))) + stated_bits(theta, curvature)
    bits += RARE * (outer.link.name in RARELY)
    bits += outer.constants * log2(max(float(np.ptp(task.values)) / task.noise, 2.0) * np.sqrt(len(task.values)))
    unit = common([c for atom, c in zip(atoms, theta, strict=True) if atom.text]) if outer.link in (RELU,) else 1.0
    text = outer.text(written(atoms, theta / unit, names, modulus), unit)
    return Fit(formula=text, values=model, bits=bits, error=error)


def _needed(task: Task, columns: np.ndarray, outer: Outer) -> np.ndarray | None:
    """Terms left on the sample when those within their standard errors have gone, the least first."""
    rows = task.sample
    values, weight = task.values[rows], task.weight[rows]
    deviation = max(float(task.values.std()), 1e-30)
    kept = np.arange(columns.shape[1])
    columns = columns[rows]
    while True:
        theta = _solved(values, columns[:, kept], outer, weight)
        if theta is None:
            return None
        model = outer.value(columns[:, kept] @ theta)
        if not np.sqrt(np.mean((values - model) ** 2)) <= NEAR * deviation:
            return None
        slopes = columns[:, kept] * outer.slope(columns[:, kept] @ theta)[:, None]
        gram = (slopes * weight[:, None]).T @ slopes
        spread = np.sqrt(np.maximum(np.diag(np.linalg.pinv(gram, hermitian=True)), 0.0)) * task.noise
        size = np.abs(theta) / np.maximum(spread, 1e-300)
        if len(kept) == 1 or size.min() >= DROPPED:
            return kept
        gone = size < DROPPED / 100
        gone[np.argmin(size)] = True
        gone[np.argmax(size)] = False
        kept = kept[~gone]


def _solved(values: np.ndarray, columns: np.ndarray, outer: Outer, weight: np.ndarray) -> np.ndarray | None:
    """Constants by the inverse on the rows that have one, then by Gauss-Newton steps on all rows."""
    goal = outer.goal(values)
    live = np.isfinite(goal)
    if live.sum() < 2 * columns.shape[1]:
        return None
    goal = np.where(live, goal, 0.0)
    root = np.sqrt(weight * live) * (np.abs(outer.slope(goal)) if outer.link is not IDENTITY else 1.0)
    theta = np.linalg.lstsq(columns * root[:, None], goal * root, rcond=1e-13)[0]
    return theta if outer.link is IDENTITY else _stepped(values, columns, outer, weight, theta)


def _stepped(
    values: np.ndarray, columns: np.ndarray, outer: Outer, weight: np.ndarray, theta: np.ndarray
) -> np.ndarray:
    """Gauss-Newton steps as long as they take something off the residual."""
    rest = values - outer.value(columns @ theta)
    rss = weight @ rest**2
    floor = 1e-18 * weight.sum() * max(float(values.var()), 1e-30)
    for _ in range(STEPS):
        if rss <= floor:
            break
        slopes = columns * outer.slope(columns @ theta)[:, None]
        root = np.sqrt(weight)[:, None]
        step = np.linalg.lstsq(slopes * root, rest * root[:, 0], rcond=1e-10)[0]
        tried = values - outer.value(columns @ (theta + step))
        less = weight @ tried**2
        if not less < rss:
            break
        gained = rss - less
        theta, rest, rss = theta + step, tried, less
        if gained < 1e-6 * rss:
            break
    return theta
