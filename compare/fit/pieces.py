"""Piecewise-linear functions of one ordered integer: clip, |.|, ramps, staircases, saw-teeth, by second differences."""

import itertools
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Refusal
from compare.fit.fit import EXACT, Fit, constant_bits, data_bits, integer_bits, noise_of, number, relative_error

NAME = "pieces"
KNOTS = 4  # at most, for sums of ramps
ACCEPTED = 0.05  # of the standard deviation


def pieces(
    values: Float[np.ndarray, " levels"],
    levels: Int[np.ndarray, " levels"],
    name: str = "t",
    sigma: float | None = None,
    structure: float = 0.0,
    weight: Float[np.ndarray, " levels"] | None = None,
) -> Fit | Refusal:
    """The shortest piecewise-linear form of values over ascending integers `levels`, written in `name`."""
    values, t = np.asarray(values, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    weight = np.ones(len(t)) if weight is None else np.asarray(weight, dtype=np.float64)
    if len(t) < 3:
        return Refusal(extractor=NAME, reason=f"{len(t)} levels are too few for a slope and its change")
    noise = float(noise_of(values, sigma))
    found: list[Fit] = []
    for columns, texts, cost in _designs(values, t, name, noise):
        root = np.sqrt(weight)[:, None]
        theta, *_ = np.linalg.lstsq(columns * root, values * root[:, 0], rcond=None)
        model = columns @ theta
        curvature = (weight @ columns**2) / noise**2
        rss = weight @ (values - model) ** 2
        bits = structure + cost + float(data_bits(rss, np.array(noise)) + constant_bits(theta, curvature))
        kept = [f"{number(c)}*{text}" for c, text in zip(theta, texts, strict=True) if abs(c) > 1e-9 * np.ptp(values)]
        found.append(Fit(formula=" + ".join(kept) or "0", values=model, bits=bits, error=relative_error(values, model)))
    good = [fit for fit in found if fit.error <= ACCEPTED]
    if not good:
        nearest = min(fit.error for fit in found)
        return Refusal(extractor=NAME, reason=f"the nearest form leaves {nearest:.3g} of the deviation")
    return min(good, key=lambda fit: fit.bits)


def _designs(
    values: np.ndarray, t: np.ndarray, name: str, noise: float
) -> Iterator[tuple[np.ndarray, list[str], float]]:
    """Columns, their texts, and the bits of the integers and knots in them."""
    line = [np.ones(len(t)), t]
    for knots in _knots(values, t, noise):
        ramps = [np.maximum(t - knot, 0.0) for knot in knots]
        texts = [f"Max(0, {name} - {number(knot)})" for knot in knots]
        cost = len(knots) * (np.log2(len(t)) + 0.5 * np.log2(len(t))) + np.log2(KNOTS + 1)
        yield np.column_stack([*line, *ramps]), ["1", f"({name})", *texts], cost
        yield np.column_stack([np.ones(len(t)), *ramps]), ["1", *texts], cost
    for period, start in _periods(values, t):
        floor = np.floor((t - start) / period)
        text = f"floor(({name} - {start})/{period})"
        cost = integer_bits(period) + integer_bits(start) + np.log2(KNOTS + 1)
        yield np.column_stack([np.ones(len(t)), floor]), ["1", text], cost
        saw = f"Mod({name} - {start}, {period})" if start else f"Mod({name}, {period})"
        yield np.column_stack([np.ones(len(t)), t - start - period * floor]), ["1", saw], cost
        yield np.column_stack([*line, floor]), ["1", f"({name})", text], cost


def _knots(values: np.ndarray, t: np.ndarray, noise: float) -> Iterator[tuple[float, ...]]:
    """Knots where neighbouring straight runs meet; where noise hides them 1 .. KNOTS knots, added greedily."""
    yield ()
    exact = _meeting_points(values, t, noise)
    if exact is not None and 0 < len(exact) <= KNOTS:
        yield exact
        return
    chosen: list[float] = []
    for _ in range(KNOTS):
        columns = [np.ones(len(t)), t, *(np.maximum(t - knot, 0.0) for knot in chosen)]
        chosen.append(min(t[1:-1], key=lambda knot: _left(values, [*columns, np.maximum(t - knot, 0.0)])))
        yield tuple(sorted(chosen))


def _left(values: np.ndarray, columns: list[np.ndarray]) -> float:
    design = np.column_stack(columns)
    theta, *_ = np.linalg.lstsq(design, values, rcond=None)
    return float(((values - design @ theta) ** 2).sum())


def _meeting_points(values: np.ndarray, t: np.ndarray, noise: float) -> tuple[float, ...] | None:
    """Where the straight runs of at least three points meet; None when the levels are not covered by such runs."""
    slopes = np.diff(values) / np.diff(t)
    same = np.abs(np.diff(slopes)) <= 8 * max(noise, EXACT * np.ptp(values)) / np.diff(t).min()
    runs: list[tuple[int, int]] = []
    start = 0
    for i in range(len(same) + 1):
        if i == len(same) or not same[i]:
            if i > start:
                runs.append((start, i + 1))
            start = i + 1
    if not runs or runs[0][0] > 1 or runs[-1][1] < len(t) - 2:
        return None
    lines = [np.polyfit(t[a : b + 1], values[a : b + 1], 1) for a, b in runs]
    knots = []
    for (slope, offset), (other, shift) in itertools.pairwise(lines):
        if abs(slope - other) < 1e-12:
            return None
        knot = float((shift - offset) / (slope - other))
        knots.append(float(round(knot)) if abs(knot - round(knot)) < 1e-6 else knot)
    return tuple(knots)


def _periods(values: np.ndarray, t: np.ndarray) -> Iterator[tuple[int, int]]:
    """Periods and starts of equal jumps on an even slope: from their spacing, or from size over slope."""
    if not np.allclose(np.diff(t), 1):
        return
    steps = np.diff(values)
    slope = float(np.median(steps))
    jumps = np.flatnonzero(np.abs(steps - slope) > 1e-3 * np.ptp(values)) + 1
    if not len(jumps) or len(jumps) > len(t) // 2:
        return
    size = float(np.median(steps[jumps - 1] - slope))
    first = int(t[jumps[0]])
    gaps = np.unique(np.diff(jumps))
    if len(gaps) == 1 and gaps[0] > 1:
        yield int(gaps[0]), first % int(gaps[0])
    if abs(slope) > 1e-9 * np.ptp(values):
        period = round(-size / slope)
        if period > 1 and abs(-size / slope - period) < 1e-3:
            yield period, first % period
