"""One or two short expressions beside a linear part, under a link: orders, products of curves, the enumerator's.

All pairs at once: what two columns explain of a goal follows from their correlations with it and with each other.
"""

import itertools
from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np
import sympy
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import GELU, IDENTITY, SILU
from compare.fit.atoms import Atom, Atoms, joined, products
from compare.fit.fit import Fit
from compare.fit.inputs import Inputs
from compare.fit.sums import Outer, Task, fitted, outers
from synth import Budget, Program, levels
from synth.language.sympy_view import sympy_expression
from synth.library import ARITH, CONSTANTS, REALS

NAME = "pairs"
BUDGET = Budget(candidates=100_000, bits=26.0, bytes=1 << 27)
MOST = 1200  # expressions
MOST_ARGUMENTS = 4
ROWS = 240  # that expressions are compared on
MISSED = 1e-9  # of what the linear part leaves, on these rows
TRIED = 3
ALIKE = 1e-5  # of a column that is left beside another, below which they are one
LARGEST = 1e7  # magnitude of a column that is of use
CURVES = {
    "{}": lambda u: u,
    "Abs({})": np.abs,
    "Max(0, {})": lambda u: np.maximum(u, 0),
    "tanh({})": np.tanh,
    "exp({})": lambda u: np.exp(np.minimum(u, 30.0)),
    "sin({})": np.sin,
    "cos({})": np.cos,
    SILU.text: SILU.value,
    GELU.text: GELU.value,
}


class Term(NamedTuple):
    """An expression: a text with its column on all rows, or a program with its column on the rows compared."""

    source: str | Program
    column: np.ndarray
    bits: float


def pairs(task: Task, inputs: Inputs) -> Fit | Refusal:
    """The linear part, one expression or two, and a link, of fewest bits among those that miss nothing."""
    if not 0 < len(inputs.all) <= MOST_ARGUMENTS:
        return Refusal(extractor=NAME, reason=f"there are more than {MOST_ARGUMENTS} arguments")
    rows = task.sample[:ROWS]
    line = products(inputs, 1)
    bank = [*_orders(inputs), *_curves(inputs)]
    bank += itertools.islice(_enumerated(inputs, rows), max(MOST - len(bank), 0))
    columns = np.stack([t.column if isinstance(t.source, Program) else t.column[rows] for t in bank], axis=1)
    bits = np.array([term.bits for term in bank])
    found: list[Fit] = []
    with np.errstate(all="ignore"):
        for outer in outers(task.values, task.noise):
            for chosen in _candidates(task, outer, line.columns, columns, bits, rows):
                terms = _atoms([bank[i] for i in chosen], len(bank), inputs)
                fit = terms and fitted(task, joined(line, terms), outer, (), 0, 0.0)
                found += [fit] if fit else []
    if not found:
        return Refusal(extractor=NAME, reason=f"no two of {len(bank)} expressions and a line explain all")
    return min(found, key=lambda fit: fit.bits)


def _orders(inputs: Inputs) -> Iterator[Term]:
    """The largest and least of two or more of the arguments."""
    columns = inputs.all
    for size in range(2, len(columns) + 1):
        for names in itertools.combinations(columns, size):
            stacked = np.stack([np.asarray(columns[name], float) for name in names])
            yield Term(f"Max({', '.join(names)})", stacked.max(axis=0), 4.0 + 3 * size)
            yield Term(f"Min({', '.join(names)})", stacked.min(axis=0), 4.0 + 3 * size)


def _curves(inputs: Inputs) -> Iterator[Term]:
    """Curves of one argument, and products of curves of two, where an argument is real."""
    if not inputs.reals:
        return
    each = log2(len(CURVES)) + log2(len(inputs.all)) + 2
    for name, column in inputs.reals.items():
        yield from (Term(text.format(name), curve(column), each) for text, curve in CURVES.items() if text != "{}")
    for (a, x), (b, y) in itertools.combinations(inputs.all.items(), 2):
        for (s, f), (t, g) in itertools.product(CURVES.items(), CURVES.items()):
            yield Term(f"{s.format(a)}*{t.format(b)}", f(np.asarray(x, float)) * g(np.asarray(y, float)), 2 * each)


def _enumerated(inputs: Inputs, rows: np.ndarray) -> Iterator[Term]:
    library = (*ARITH, *REALS) if inputs.reals else (*ARITH, *CONSTANTS[:6])
    for level in levels(library, {name: column[rows] for name, column in inputs.all.items()}, BUDGET):
        for kind, given in level.values.items():
            values = np.asarray(given, dtype=np.float64)
            fit = np.isfinite(values).all(axis=0) & (np.abs(values).max(axis=0, initial=0.0) < LARGEST)
            for i in np.flatnonzero(fit & (np.ptp(values, axis=0) > 0)):
                yield Term(level.program(kind, int(i)), values[:, i], level.bits)


def _candidates(
    task: Task,
    outer: Outer,
    line: Float[np.ndarray, "rows fixed"],
    columns: Float[np.ndarray, "sample terms"],
    bits: Float[np.ndarray, " terms"],
    rows: np.ndarray,
) -> Iterator[tuple[int, ...]]:
    """Single expressions, else pairs under the identity, that leave nothing of the goal on its live rows."""
    goal = outer.goal(task.values[rows])
    live = np.isfinite(goal)
    if live.sum() < max(12, 4 * line.shape[1]):
        return
    base = np.linalg.qr(line[rows][live])[0]
    goal, columns = goal[live], columns[live]
    before = (columns**2).sum(axis=0)
    goal, columns = goal - base @ (base.T @ goal), columns - base @ (base.T @ columns)
    whole = float(goal @ goal)
    size = (columns**2).sum(axis=0)
    usable = np.flatnonzero(size > ALIKE**2 * np.maximum(before, 1e-300))
    if not len(usable) or not whole > 0:
        return
    columns = columns[:, usable] / np.sqrt(size[usable])
    enough = 1 - max(MISSED, 1.5 * task.noise**2 * live.sum() / whole if outer.link is IDENTITY else 0.0)
    share = (columns.T @ goal) / np.sqrt(whole)
    alone = np.flatnonzero(share**2 >= enough)
    if len(alone):
        order = np.argsort(bits[usable[alone]], kind="stable")[:TRIED]
        yield from ((int(usable[alone[i]]),) for i in order)
        return
    if outer.link is not IDENTITY:
        return
    gram = columns.T @ columns
    apart = 1 - gram**2
    both = share[:, None] ** 2 + share**2 - 2 * share[:, None] * share * gram
    explained = np.where(apart > ALIKE, both / np.maximum(apart, ALIKE), 0.0)
    first, second = np.nonzero(np.triu(explained >= enough, 1))
    order = np.argsort(bits[usable[first]] + bits[usable[second]], kind="stable")[:TRIED]
    yield from ((int(usable[first[k]]), int(usable[second[k]])) for k in order)


def _atoms(chosen: list[Term], among: int, inputs: Inputs) -> Atoms | None:
    """The chosen expressions on all rows; None where a formula is not what the program computes."""
    atoms, columns = [], []
    for source, given, bits in chosen:
        text, column = (source, given) if isinstance(source, str) else _shown(source, inputs)
        if column is None:
            return None
        atoms.append(Atom(text, bits + log2(among) / 4))
        columns.append(column)
    return Atoms(tuple(atoms), np.stack(columns, axis=1))


def _shown(program: Program, inputs: Inputs) -> tuple[str, np.ndarray | None]:
    """A program's formula and column; no column where the two differ on a row (a remainder by 0)."""
    column = np.asarray(program.run(inputs.all), dtype=np.float64)
    expression = sympy_expression(program)
    symbols = [next((s for s in expression.free_symbols if s.name == n), sympy.Symbol(n)) for n in inputs.all]
    computed = sympy.lambdify(symbols, expression)(*(np.asarray(c, float) for c in inputs.all.values()))
    return str(expression), column if np.allclose(computed, column, rtol=1e-9, atol=1e-9) else None
