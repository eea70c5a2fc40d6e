"""The short name of a Boolean function: parity, connectives and if-then-else, threshold, function of a count."""

from collections.abc import Iterator
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.bits import log2_choose
from compare.fit.connectives import express
from compare.fit.threshold import Threshold, fit_threshold
from compare.fit.walsh import agreement_of, first_degree, parity_of, project, relevant_bits, symmetric_of

FAITHFUL = 0.99  # of the inputs; the shortest name this faithful is taken
KIND_BITS = 3.0  # which kind of name
OPERATOR_BITS = 2.0  # which of not, and, or, xor, if-then-else
LARGEST_WEIGHT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A Boolean function under its short name.

    `table` holds its value for each value of `bits`, the first bit most significant.
    """

    kind: str  # constant, parity, expression, threshold, count
    formula: str  # sympy string in x0, x1, ...
    bits: tuple[int, ...]
    table: Int[np.ndarray, " levels"]
    cost: float  # bits of the formula
    agreement: float  # share of all inputs

    def __call__(self, x: Int[Array, "rows n"]) -> Int[Array, " rows"]:
        """Its values, 0 or 1, for bits (rows, n); JAX."""
        places = 1 << np.arange(len(self.bits))[::-1]
        return jnp.asarray(self.table)[x[:, jnp.asarray(self.bits, dtype=int)] @ jnp.asarray(places)]


def name(cube: Int[np.ndarray, "..."], direction: Float[np.ndarray, " n"] | None = None) -> Named:
    """The shortest faithful name of a function (2,) * n, else the most faithful one.

    `direction` proposes the weights of a threshold, beside the function's own first-degree coefficients.
    """
    kept = relevant_bits(cube)
    found = list(_names(cube, project(cube, kept), kept, direction))
    faithful = [named for named in found if named.agreement >= FAITHFUL]
    exact = [named for named in faithful if named.agreement == 1.0]
    if exact or faithful:
        return min(exact or faithful, key=lambda named: named.cost)
    return max(found, key=lambda named: named.agreement)


def _names(cube: np.ndarray, core: np.ndarray, kept: tuple[int, ...], direction: np.ndarray | None) -> Iterator[Named]:
    n, k = cube.ndim, len(kept)
    chosen = log2_choose(n, k) + float(np.log2(n + 1)) + KIND_BITS
    symbols = tuple(f"x{i}" for i in kept)

    def named(kind: str, formula: str, table: np.ndarray, cost: float) -> Named:
        table = table.reshape(core.shape).astype(np.int8)
        agreement = agreement_of(cube, table, kept)
        return Named(
            kind=kind, formula=formula, bits=kept, table=table.ravel(), cost=chosen + cost, agreement=agreement
        )

    constant = int(cube.mean() > 0.5)
    yield named("constant", "true" if constant else "false", np.full(core.shape, constant), 1.0)
    if k == 0:
        return
    parity = parity_of(core)
    if parity and len(parity[0]) == k > 1:
        inner = f"Xor({', '.join(symbols)})"
        odd = np.indices(core.shape).sum(axis=0) % 2
        yield named("parity", f"Not({inner})" if parity[1] else inner, odd ^ parity[1], 1.0)
    symmetric = symmetric_of(core)
    if symmetric and k > 1:
        yield named("count", count_text(symbols, symmetric.values), core, float(k + 1))
    bits = np.indices(core.shape).reshape(k, -1).T
    for towards in (direction[list(kept)] if direction is not None else np.zeros(k), first_degree(core)):
        threshold = fit_threshold(bits, core.ravel(), towards, LARGEST_WEIGHT) if k > 1 else None
        if threshold:
            text = threshold_text(symbols, threshold)
            yield named("threshold", text, bits @ threshold.weights >= threshold.least, _threshold_bits(threshold))
            if threshold.agreement == 1.0:
                break
    expression = express(core, symbols)
    if expression:
        cost = expression.literals * np.log2(max(k, 2)) + expression.operators * OPERATOR_BITS
        yield named("expression", expression.text, core, float(cost))


def _threshold_bits(threshold: Threshold) -> float:
    """Each weight among -M .. M, M itself, and the least count."""
    largest = int(np.abs(threshold.weights).max())
    span = int(np.abs(threshold.weights).sum()) + 1
    return float(len(threshold.weights) * np.log2(2 * largest + 1) + np.log2(LARGEST_WEIGHT) + np.log2(span))


def threshold_text(symbols: tuple[str, ...], threshold: Threshold) -> str:
    """`2*x0 - x3 >= 1`."""
    return f"{weighted_text(symbols, threshold.weights)} >= {threshold.least}"


def weighted_text(symbols: tuple[str, ...], weights: Int[np.ndarray, " n"]) -> str:
    """`2*x0 - x3`; terms of weight 0 are left out."""
    terms = [
        f"{'-' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight)}*'}{symbol}"
        for symbol, weight in zip(symbols, weights.tolist(), strict=True)
        if weight
    ]
    return " ".join(terms).removeprefix("+ ").replace("- ", "-", 1 if terms and terms[0].startswith("-") else 0) or "0"


def count_text(symbols: tuple[str, ...], values: tuple[int, ...]) -> str:
    """Ranges of the count where the function is 1: `And(x0 + x1 + x2 >= 1, x0 + x1 + x2 <= 2)`."""
    count, top = " + ".join(symbols), len(values) - 1
    edges = np.flatnonzero(np.diff(np.concatenate([[0], values, [0]])))
    ranges = [_range_text(count, int(a), int(b) - 1, top) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return ranges[0] if len(ranges) == 1 else f"Or({', '.join(ranges)})"


def _range_text(count: str, low: int, high: int, top: int) -> str:
    if low == high:
        return f"Eq({count}, {low})"
    if high == top:
        return f"{count} >= {low}"
    return f"{count} <= {high}" if low == 0 else f"And({count} >= {low}, {count} <= {high})"
