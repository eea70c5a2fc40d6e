"""Piecewise-linear functions of one ordered integer: clip, |.|, ramps, staircases, saw-teeth, by second differences."""

import itertools
from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Refusal
from compare.fit.fit import EXACT, Fit, data_bits, integer_bits, noise_of, relative_error, snapped, stated_bits
from compare.fit.write import bracketed, digits, is_sum, total

NAME = "pieces"
KNOTS = 4  # at most, for sums of ramps
FEW = 24  # levels, up to which two knots are the best of all pairs
PERIODS = 64  # at most, of staircases and saw-teeth
TRIED = 6  # periods and starts
NEAR = 0.02  # of a step, within which an offset may be a number of steps
ACCEPTED = 0.05  # of the standard deviation


class Design(NamedTuple):
    """Columns, the text of each but the constant's, which is "", and the bits of the integers and knots in them."""

    columns: np.ndarray
    texts: tuple[str, ...]
    bits: float


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
    for design in _designs(values, t, name, noise, weight):
        if len(design.texts) < len(t):
            found.append(_fit(values, design, noise, weight, structure))
    good = [fit for fit in found if fit.error <= ACCEPTED]
    if not good:
        nearest = min(fit.error for fit in found)
        return Refusal(extractor=NAME, reason=f"the nearest form leaves {nearest:.3g} of the deviation")
    return min(good, key=lambda fit: fit.bits)


def _fit(values: np.ndarray, design: Design, noise: float, weight: np.ndarray, structure: float) -> Fit:
    root = np.sqrt(weight)
    theta, *_ = np.linalg.lstsq(design.columns * root[:, None], values * root, rcond=None)
    curvature = (weight @ design.columns**2) / noise**2
    theta = snapped(theta, curvature)
    model = design.columns @ theta
    rss = np.array(weight @ (values - model) ** 2)
    bits = structure + design.bits + float(data_bits(rss, np.array(noise))) + stated_bits(theta, curvature)
    terms = [(float(c), text) for c, text in zip(theta, design.texts, strict=True) if text]
    offset = sum(float(c) for c, text in zip(theta, design.texts, strict=True) if not text)
    text = total(terms, offset, 1e-2 * noise)
    return Fit(formula=text, values=model, bits=bits, error=relative_error(values, model))


def _plus(text: str, whole: int) -> str:
    """A sum with a whole number added to its own."""
    head, _, tail = text.rpartition(" ")
    if tail.isdigit() and head[-1:] in "+-" and head:
        whole += int(tail) * (1 if head[-1] == "+" else -1)
        text = head[:-2]
    return f"{text} {'-' if whole < 0 else '+'} {abs(whole)}" if whole else text


def _over(text: str, period: str) -> str:
    return f"{bracketed(text)}/{period}"


def _designs(values: np.ndarray, t: np.ndarray, name: str, noise: float, weight: np.ndarray) -> Iterator[Design]:
    one = np.ones(len(t))
    yield Design(np.column_stack([one, t]), ("", name), 1.0)
    for knots in _knots(values, t, noise, weight):
        cost = len(knots) * 1.5 * log2(len(t)) + log2(KNOTS + 1)
        ramps = [np.maximum(t - knot, 0.0) for knot in knots]
        texts = tuple(f"Max(0, {_plus_real(name, -knot)})" for knot in knots)
        yield Design(np.column_stack([one, t, *ramps]), ("", name, *texts), cost)
        yield Design(np.column_stack([one, *ramps]), ("", *texts), cost)
        if len(knots) == 1:
            yield Design(np.column_stack([one, np.minimum(t - knots[0], 0.0)]), ("", _minimum(name, knots[0])), cost)
            bent = f"Abs({_plus_real(name, -knots[0])})"
            yield Design(np.column_stack([one, np.abs(t - knots[0])]), ("", bent), cost)
        if len(knots) == 2:
            low, high = knots
            text = f"Min({digits(high - low)}, Max(0, {_plus_real(name, -low)}))"
            if low == 0:
                text = f"Min({digits(high)}, Max(0, {name}))"
            yield Design(np.column_stack([one, np.clip(t - low, 0, high - low)]), ("", text), cost)
            yield Design(np.clip(t, low, high)[:, None], (f"Min({digits(high)}, Max({digits(low)}, {name}))",), cost)
    for period, start in _periods(values, t, noise, weight):
        floor = np.floor((t - start) / period)
        shown = f"floor({_over(_plus(name, -start), str(period))})"
        cost = integer_bits(period) + integer_bits(start) + log2(KNOTS + 1)
        yield Design(np.column_stack([one, floor]), ("", shown), cost)
        shift = _steps_off(values, floor)
        if shift is not None:
            moved = f"floor({_over(_plus(name, shift * period - start), str(period))})"
            yield Design((floor + shift)[:, None], (moved,), cost)
        least = -start if start <= period // 2 else period - start
        saw = f"Mod({_plus(name, least)}, {period})"
        yield Design(np.column_stack([one, t - start - period * floor]), ("", saw), cost)
        yield Design(np.column_stack([one, t, floor]), ("", name, shown), cost)


def _steps_off(values: np.ndarray, floor: np.ndarray) -> int | None:
    """How many of its own steps a staircase is shifted by; None where that is not a whole number."""
    (offset, step), *_ = np.linalg.lstsq(np.column_stack([np.ones(len(floor)), floor]), values, rcond=None)
    if not abs(step) > 0 or not abs(offset / step - round(offset / step)) < NEAR:
        return None
    return round(offset / step)


def _minimum(name: str, knot: float) -> str:
    return f"Min(0, {_plus_real(name, -knot)})"


def _plus_real(name: str, value: float) -> str:
    if value == round(value) and is_sum(name):
        return _plus(name, round(value))
    return f"{name} {'-' if value < 0 else '+'} {digits(abs(value))}" if value else name


def _knots(values: np.ndarray, t: np.ndarray, noise: float, weight: np.ndarray) -> Iterator[tuple[float, ...]]:
    """Knots where neighbouring straight runs meet; where noise hides them 1 .. KNOTS knots, added greedily."""
    exact = _meeting_points(values, t, noise)
    if exact is not None and 0 < len(exact) <= KNOTS:
        yield exact
        if len(t) > FEW:
            return
    chosen: list[float] = []
    root = np.sqrt(weight)
    if len(t) <= FEW:
        line = [np.ones(len(t)), t]
        ramps = {knot: np.maximum(t - knot, 0.0) for knot in t[1:-1]}
        both = itertools.combinations(ramps, 2)
        yield min(both, key=lambda ks: _left(values, [*line, *(ramps[k] for k in ks)], root), default=())
    for _ in range(min(KNOTS, len(t) // 3)):
        columns = [np.ones(len(t)), t, *(np.maximum(t - knot, 0.0) for knot in chosen)]
        chosen.append(min(t[1:-1], key=lambda knot: _left(values, [*columns, np.maximum(t - knot, 0.0)], root)))
        yield tuple(sorted(chosen))


def _left(values: np.ndarray, columns: list[np.ndarray], root: np.ndarray) -> float:
    design = np.column_stack(columns) * root[:, None]
    theta, *_ = np.linalg.lstsq(design, values * root, rcond=None)
    return float(((values * root - design @ theta) ** 2).sum())


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


def _periods(values: np.ndarray, t: np.ndarray, noise: float, weight: np.ndarray) -> Iterator[tuple[int, int]]:
    """Periods and starts of the equal jumps on an even slope that explain all, or the one that explains most."""
    pairs = [(period, start) for period in range(2, min(PERIODS, int(np.ptp(t)) + 1) + 1) for start in range(period)]
    if not pairs:
        return
    period, start = np.array(pairs).T
    floors = np.floor((t[:, None] - start) / period)
    root = np.sqrt(weight)[:, None]
    line = np.linalg.qr(np.column_stack([np.ones(len(t)), t]) * root)[0]
    floors, goal = floors * root, values * root[:, 0]
    floors, goal = floors - line @ (line.T @ floors), goal - line @ (line.T @ goal)
    power = (floors**2).sum(axis=0)
    gain = np.where(power > 1e-9 * len(t), (floors.T @ goal) ** 2 / np.maximum(power, 1e-30), 0.0)
    left = goal @ goal - gain
    for place in np.flatnonzero(left <= max(float(left.min()) * 1.01, weight.sum() * noise**2))[:TRIED]:
        yield pairs[int(place)]
