"""Units after a known kind of nonlinearity, offset + scale * link(columns @ weights), when only their values are seen.

Start: the link inverted where it can be (the active rows of a ReLU, atanh), one least squares for all units; then a
Levenberg-Marquardt polish of all units at once (Marquardt 1963). Sigmoid and tanh are one link up to affine maps.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import ABS, IDENTITY, RELU, SQUARE, TANH, Link
from compare.fit.fit import EXACT, Fit, constant_bits, data_bits, noise_of, relative_error, snapped, table_of
from compare.fit.write import common, total

NAME = "links"
ACCEPTED = 0.05  # of a unit's standard deviation: a larger error is refused
STEPS = 60
SETTLED = 1e-9  # share of the residual that a step has to take off
RANDOM_STARTS = 4
SIGN_ROUNDS = 8
WHOLE = 40.0  # squared standard errors that all whole constants together may take
SATURATED = 1e-6  # distance from the ends of tanh within which a row has no say in its start


LINKS = (IDENTITY, RELU, ABS, SQUARE, TANH)


class Solved(NamedTuple):
    """Constants of all units: weights (units, k), scale and offset (units,), weighted residual squares (units,)."""

    weights: np.ndarray
    scale: np.ndarray
    offset: np.ndarray
    rss: np.ndarray


def links(
    values: Float[np.ndarray, "rows units"],
    columns: Mapping[str, Float[np.ndarray, " rows"]],
    sigma: float | None = None,
    options: tuple[Link, ...] = LINKS,
    structure: float = 0.0,
    weight: Float[np.ndarray, " rows"] | None = None,
    write: Callable[[np.ndarray], str] | None = None,
) -> tuple[Fit | Refusal, ...]:
    """Each unit as a link of an affine form in the columns, by description length; refused where all links miss it.

    `structure` is what naming the columns costs, in bits; `weight` how many rows of the domain each row stands for;
    `write` the sum of a constant and the columns as text, by their weights.
    """
    write = write or partial(_sum_text, tuple(columns))
    values = table_of(NAME, values, columns)
    design = np.column_stack([np.ones(len(values)), *[np.asarray(c, dtype=np.float64) for c in columns.values()]])
    weight = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=np.float64)
    noise = noise_of(values, sigma)
    best: list[Fit | None] = [None] * values.shape[1]
    misses: list[list[str]] = [[] for _ in best]
    for link in options:
        if all(fit is not None and fit.error <= EXACT for fit in best):
            break
        solved = solve(values, design, link, weight)
        solved = _first_positive(solved) if link in (ABS, SQUARE) else solved
        solved = solved if link is IDENTITY else _whole(values, design, link, solved, weight, noise)
        model = solved.offset + solved.scale * link.value(design @ solved.weights.T)
        bits = structure + np.log2(len(LINKS)) + _bits(design, link, solved, weight, noise)
        for unit, before in enumerate(best):
            error = relative_error(values[:, unit], model[:, unit])
            if error > ACCEPTED:
                misses[unit].append(f"{link.name}: {error:.3g} of the deviation is left")
            elif before is None or bits[unit] < before.bits:
                text = outer_text(link, solved, unit, write)
                best[unit] = Fit(formula=text, values=model[:, unit], bits=float(bits[unit]), error=error)
    return tuple(
        Refusal(extractor=NAME, reason="; ".join(why))
        if fit is None
        else Fit(formula=fit.formula, values=fit.values, bits=fit.bits, error=fit.error, refused=tuple(why))
        for fit, why in zip(best, misses, strict=True)
    )


def solve(
    values: Float[np.ndarray, "rows units"],
    design: Float[np.ndarray, "rows k"],
    link: Link,
    weight: Float[np.ndarray, " rows"],
) -> Solved:
    """The constants of every unit, from the best of the link's starts."""
    tries: list[Solved] = []
    enough = EXACT**2 * weight.sum() * np.maximum(values.var(axis=0), 1e-30)
    for start in _starts(values, design, link, weight):
        tries.append(polish(values, design, link, weight, start))
        if (tries[-1].rss <= enough).all():
            break
    chosen = np.argmin([solved.rss for solved in tries], axis=0)
    units = np.arange(values.shape[1])
    return Solved(*(np.stack(parts)[chosen, units] for parts in zip(*tries, strict=True)))


def _starts(values: np.ndarray, design: np.ndarray, link: Link, weight: np.ndarray) -> Iterator[Solved]:
    units = values.shape[1]
    zero, one, whole = np.zeros(units), np.ones(units), np.ones(values.shape)
    if link is IDENTITY:
        yield Solved(_least_squares(values, design, whole * weight[:, None]), one, zero, zero)
        return
    low, high = values.min(axis=0), values.max(axis=0)
    span = np.maximum(high - low, 1e-30)
    if link is TANH:
        for scale, middle in ((one, zero), (0.5 * one, 0.5 * one), (0.5 * span * 1.001, 0.5 * (low + high))):
            inside = (values - middle) / scale
            live = np.abs(inside) < 1 - SATURATED
            goal = np.arctanh(np.clip(inside, -1 + SATURATED, 1 - SATURATED))
            sharp = (1 - np.clip(inside, -1, 1) ** 2) ** 2
            yield Solved(_least_squares(goal, design, live * sharp * weight[:, None]), scale, middle, zero)
        return
    for sign, offset in ((one, low), (-one, high)):
        raised = sign * (values - offset)
        goal = np.sqrt(raised) if link is SQUARE else raised
        if link is RELU:
            active = (raised > 1e-6 * span) * weight[:, None]
            yield Solved(_least_squares(goal, design, active), sign, offset, zero)
            continue
        rng = np.random.default_rng(0)
        for _ in range(RANDOM_STARTS):
            found = _signed(goal, design, _sides(design, rng, units), whole * weight[:, None])
            yield Solved(found, sign, offset, zero)


def _signed(goal: np.ndarray, design: np.ndarray, side: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Affine forms whose absolute values are near the goal: signs and least squares in turn."""
    found = _least_squares(goal * side, design, weight)
    for _ in range(SIGN_ROUNDS):
        found = _least_squares(goal * np.where(design @ found.T >= 0, 1.0, -1.0), design, weight)
    return found


def _sides(design: np.ndarray, rng: np.random.Generator, units: int) -> np.ndarray:
    """Rows split by a random affine form that passes through one of the rows."""
    direction = rng.normal(size=(design.shape[1], units)) / np.maximum(design.std(axis=0), 1e-12)[:, None].clip(1e-6)
    direction[0] = 0
    along = design @ direction
    return np.where(along >= along[rng.integers(len(design), size=units), np.arange(units)], 1.0, -1.0)


def _least_squares(goal: np.ndarray, design: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted least squares of all units, shape (units, k)."""
    gram = np.einsum("ri,rj,ru->uij", design, design, weight, optimize=True)
    moment = np.einsum("ri,ru->ui", design, weight * goal, optimize=True)
    ridge = 1e-12 * np.einsum("uii->u", gram)[:, None, None] + 1e-30
    return np.linalg.solve(gram + ridge * np.eye(design.shape[1]), moment[..., None])[..., 0]


def polish(values: np.ndarray, design: np.ndarray, link: Link, weight: np.ndarray, start: Solved) -> Solved:
    """Levenberg-Marquardt on weights, offset and, where it is free, scale; every unit has its own damping."""
    units, k = start.weights.shape
    now = start._replace(rss=_rss(values, design, link, weight, start))
    if link is IDENTITY:
        return now
    damping, floor = np.full(units, 1e-3), 1e-26 * len(values) * np.maximum(values.var(axis=0), 1e-30)
    for _ in range(STEPS):
        slopes = _slopes(design, link, now)
        rest = values - now.offset - now.scale * link.value(design @ now.weights.T)
        gram = np.einsum("rup,ruq,r->upq", slopes, slopes, weight, optimize=True)
        moment = np.einsum("rup,ru,r->up", slopes, rest, weight, optimize=True)
        diagonal = np.einsum("upp->up", gram)
        gram[:, np.arange(gram.shape[1]), np.arange(gram.shape[1])] += damping[:, None] * diagonal + 1e-14 * (
            diagonal.max(axis=1, keepdims=True) + 1e-30
        )
        step = np.linalg.solve(gram, moment[..., None])[..., 0]
        scale = now.scale + step[:, k + 1] if link.scaled else now.scale
        tried = Solved(now.weights + step[:, :k], scale, now.offset + step[:, k], now.rss)
        rss = _rss(values, design, link, weight, tried)
        better = rss < now.rss
        settled = better & (now.rss - rss <= SETTLED * now.rss)
        done = (~better & (damping > 1e6)) | settled | (rss <= floor)
        keep = better[:, None]
        now = Solved(
            np.where(keep, tried.weights, now.weights),
            np.where(better, tried.scale, now.scale),
            np.where(better, tried.offset, now.offset),
            np.where(better, rss, now.rss),
        )
        damping = np.clip(np.where(better, damping / 10, damping * 10), 1e-12, 1e8)
        if done.all():
            break
    return now


def _rss(values: np.ndarray, design: np.ndarray, link: Link, weight: np.ndarray, at: Solved) -> np.ndarray:
    return weight @ (values - at.offset - at.scale * link.value(design @ at.weights.T)) ** 2


def _slopes(design: np.ndarray, link: Link, at: Solved) -> np.ndarray:
    """Derivatives (rows, units, constants) by the weights, the offset and, where it is free, the scale."""
    z = design @ at.weights.T
    by_weights = (at.scale * link.slope(z))[:, :, None] * design[:, None, :]
    parts = [by_weights, np.ones((*z.shape, 1))]
    return np.concatenate([*parts, link.value(z)[:, :, None]] if link.scaled else parts, axis=2)


def _bits(design: np.ndarray, link: Link, solved: Solved, weight: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Data and constants; the identity has no offset besides its weights'."""
    slopes = _slopes(design, link, solved)
    if link is IDENTITY:
        slopes = slopes[:, :, :-1]
    curvature = np.einsum("rup,r->up", slopes**2, weight) / noise[:, None] ** 2
    theta = [solved.weights, solved.offset[:, None], solved.scale[:, None]][: 1 + (link is not IDENTITY) + link.scaled]
    return data_bits(solved.rss, noise) + constant_bits(np.concatenate(theta, axis=1), curvature)


def _whole(
    values: np.ndarray, design: np.ndarray, link: Link, solved: Solved, weight: np.ndarray, noise: np.ndarray
) -> Solved:
    """Constants within their standard errors of whole numbers as these, where what is left hardly grows."""
    slopes = _slopes(design, link, solved)
    curvature = np.einsum("rup,r->up", slopes**2, weight) / noise[:, None] ** 2
    k = design.shape[1]
    weights = snapped(solved.weights, curvature[:, :k])
    offset = snapped(solved.offset, curvature[:, k])
    scale = snapped(solved.scale, curvature[:, k + 1]) if link.scaled else solved.scale
    tried = Solved(weights, scale, offset, solved.rss)
    rss = _rss(values, design, link, weight, tried)
    better = rss - solved.rss <= WHOLE * noise**2
    return Solved(
        np.where(better[:, None], weights, solved.weights),
        np.where(better, scale, solved.scale),
        np.where(better, offset, solved.offset),
        np.where(better, rss, solved.rss),
    )


def _first_positive(solved: Solved) -> Solved:
    """An even link's weights with the sign that makes the first of them, but the constant, positive."""
    rest = solved.weights[:, 1:]
    large = np.abs(rest) > 1e-9 * np.abs(rest).max(axis=1, keepdims=True, initial=1e-30)
    first = np.take_along_axis(rest, np.argmax(large, axis=1)[:, None], axis=1)
    return solved._replace(weights=solved.weights * np.where(first < 0, -1.0, 1.0))


def _sum_text(names: tuple[str, ...], weights: np.ndarray) -> str:
    return total(zip(weights[1:].tolist(), names, strict=True), float(weights[0]))


def outer_text(link: Link, solved: Solved, unit: int, write: Callable[[np.ndarray], str]) -> str:
    """scale * link(sum) + offset; a factor that a homogeneous link's weights share stands before it."""
    weights = solved.weights[unit]
    if link is IDENTITY:
        return write(weights)
    least = 1e-9 * max(float(np.abs(weights).max()), 1e-30)
    offset = float(solved.offset[unit])
    factors = [float(w) for w in weights[1:] if abs(w) > least]
    shared = 1.0 if link.scaled else common(factors)
    if link in (ABS, SQUARE) and len(weights) == 2 and factors:
        shared = abs(factors[0])
    scale = float(solved.scale[unit]) * shared ** (2 if link is SQUARE else 1)
    return total([(scale, link.text.format(write(weights / shared)))], offset if abs(offset) > least else 0.0)
