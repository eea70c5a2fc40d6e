"""Linear recurrences with rational coefficients, of any number of inputs and outputs, read exactly from examples.

Every linear machine that starts from zero answers by y[t] = sum A[k] y[t - k] + sum B[k] x[t - k] + c (Kailath, Linear
Systems, 1980, chapter 6). The fewest delays that fit are looked for, solved over the rationals or modulo a number, and
held against every position of every example.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import product

import numpy as np
from jaxtyping import Int

from synth.language.literals import literal
from synth.language.program import Apply, Program, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, FLOORDIV, MOD, MUL, SUB
from synth.search.streams.examples import Examples
from synth.search.streams.loop import PRIME, Loop, Variable

DELAYS = 10  # of outputs and of items together, at most
SPARE = 3  # equations for each unknown, at least
LARGEST = 1 << 40  # answers beyond it are left to other positions
MODULI = range(2, 65)
EQUATIONS = 8  # for each unknown, of those that are solved modulo a number; the solution is held against all


def recurrence(examples: Examples, names: Sequence[str], modulus: int = 0) -> Loop | None:
    """The loop of fewest delays, or None where the answers are no linear function of the items; modulo a number."""
    orders = sorted(product(range(DELAYS + 1), repeat=2), key=lambda order: (sum(order), order[0]))
    for back, behind in orders:
        if back + behind > DELAYS:
            break
        found = coefficients(examples, back, behind, modulus)
        if found is not None:
            return written(found, names, back, behind, modulus)
    return None


def modulus_of(examples: Examples) -> int:
    """The number that one output's answers may be taken modulo: they are all smaller, and the next is one of them."""
    answers = examples.answers[0][examples.counts]
    return int(answers.max()) + 1 if answers.min() >= 0 and answers.max() + 1 in MODULI else 0


def delayed(stream: Int[np.ndarray, "rows time"], steps: int) -> Int[np.ndarray, "rows time"]:
    return np.pad(stream, ((0, 0), (steps, 0)))[:, : stream.shape[1]]


def coefficients(examples: Examples, back: int, behind: int, modulus: int) -> list[list[Fraction]] | None:
    """Of each output on: earlier answers by delay and output, items by delay and stream, 1."""
    columns = [delayed(y, k) for k in range(1, back + 1) for y in examples.answers]
    columns += [delayed(x, k) for k in range(behind + 1) for x in examples.items]
    counts = examples.counts
    small = np.all([np.abs(y) < LARGEST for y in (*examples.answers, *columns)], axis=0) & counts
    table = np.stack([*columns, np.ones_like(examples.items[0])], axis=-1)[small]
    if len(table) < SPARE * table.shape[1]:
        return None
    found = []
    for y in examples.answers:
        solution = residual(table, y[small], modulus) if modulus else exact(table, y[small])
        if solution is None:
            return None
        found.append(solution)
    return found


def exact(table: Int[np.ndarray, "equations unknowns"], right: Int[np.ndarray, " equations"]) -> list[Fraction] | None:
    """The only rational solution of all equations; None where there is none, or more than one."""
    scale = np.abs(table).max(axis=0) + 1.0
    guess, _, rank, _ = np.linalg.lstsq(table / scale, right.astype(float), rcond=1e-12)
    if rank < table.shape[1]:
        return None
    solution = [Fraction(value).limit_denominator(24) for value in (guess / scale).tolist()]
    common = reduce(np.lcm, [each.denominator for each in solution])
    whole = np.array([int(each * int(common)) for each in solution], dtype=object)
    if (table[:64].astype(object) @ whole != right[:64].astype(object) * int(common)).any():
        return None
    fits = (table.astype(object) @ whole == right.astype(object) * int(common)).all()
    return solution if fits else None


def residual(
    table: Int[np.ndarray, "equations unknowns"], right: Int[np.ndarray, " equations"], modulus: int
) -> list[Fraction] | None:
    """A solution of all equations modulo a number, by elimination with units; None where none is met that way."""
    few = np.column_stack([table, right])[: EQUATIONS * table.shape[1]] % modulus
    pivots: list[tuple[int, int]] = []
    for unknown in range(table.shape[1]):
        left = few[len(pivots) :, unknown]
        units = np.flatnonzero(np.gcd(left, modulus) == 1)
        if not len(units):
            if left.any():
                return None
            continue
        row = len(pivots)
        few[[row, row + units[0]]] = few[[row + units[0], row]]
        few[row] = few[row] * pow(int(few[row, unknown]), -1, modulus) % modulus
        others = np.delete(np.arange(len(few)), row)
        few[others] = (few[others] - few[others, unknown, None] * few[row]) % modulus
        pivots.append((row, unknown))
    solution = np.zeros(table.shape[1], dtype=np.int64)
    for row, unknown in pivots:
        solution[unknown] = few[row, -1]
    solution = np.where(2 * solution > modulus, solution - modulus, solution)
    fits = ((table % modulus) @ solution % modulus == right % modulus).all()
    return [Fraction(value) for value in solution.tolist()] if fits else None


def written(found: list[list[Fraction]], names: Sequence[str], back: int, behind: int, modulus: int) -> Loop:
    """Earlier answers and items as variables; sums of the last n items and single delays as windows."""
    outputs = len(found)
    answers = [f"y{place}" if outputs > 1 else "y" for place in range(outputs)]
    words = [f"{name}_{k}" if k > 1 else name for k in range(1, back + 1) for name in answers]
    words += [f"{name}_{k}" if k else name for k in range(behind + 1) for name in names]
    if back == 0 and outputs == 1 and (window := as_window(found[0], names, behind)) is not None:
        return replace(window, outputs=tuple(taken(each, modulus) for each in window.outputs))
    steps = [taken(total(row, words), modulus) for row in found]
    variables = [*chained(answers, range(back, 1, -1), 2), *chained(names, range(behind, 0, -1), 1)]
    if not back:
        return Loop(items=tuple(names), variables=tuple(variables), outputs=tuple(steps))
    variables += [Variable(name=name, step=step) for name, step in zip(answers, steps, strict=True)]
    return Loop(
        items=tuple(names),
        variables=tuple(variables),
        outputs=tuple(terminal(name + PRIME, INT) for name in answers),
    )


def chained(names: Sequence[str], delays: range, first: int) -> Iterator[Variable]:
    """Each name's value so many items ago, from what it was one item later; `first` is the delay that has none."""
    for k in delays:
        yield from (Variable(name=f"{n}_{k}", step=terminal(f"{n}_{k - 1}" if k > first else n, INT)) for n in names)


def as_window(row: list[Fraction], names: Sequence[str], behind: int) -> Loop | None:
    """A multiple of the sum of the last items, or of one of them, of one stream."""
    table = np.array(row[:-1], dtype=object).reshape(behind + 1, len(names))
    used = [place for place in range(len(names)) if any(table[:, place])]
    if len(used) != 1 or behind < 1:
        return None
    weights = list(table[:, used[0]])
    last = weights[-1]
    if any(weight != last for weight in weights) and any(weights[:-1]):
        return None
    reduction = "sum" if len(set(weights)) == 1 else "oldest"
    item = terminal(names[used[0]], INT)
    if reduction == "oldest" and behind == 1:
        variable = Variable(name="p", step=item)
        return Loop(items=tuple(names), variables=(variable,), outputs=(total([last, row[-1]], ["p"]),))
    variable = Variable(name="w", step=item, window=behind + 1, reduction=reduction)
    return Loop(items=tuple(names), variables=(variable,), outputs=(total([last, row[-1]], [variable.after]),))


def total(row: list[Fraction], words: Sequence[str]) -> Program:
    """A weighted sum of the words, the last weight alone; what is added first, then what is taken off."""
    common = int(reduce(np.lcm, [each.denominator for each in row]))
    whole = [int(each * common) for each in row]
    parts = [(weight, terminal(word, INT)) for weight, word in zip(whole, words, strict=False) if weight]
    alone = [constant(abs(whole[-1]))] if whole[-1] else []
    plus = [times(weight, part) for weight, part in parts if weight > 0] + alone * (whole[-1] > 0)
    minus = [times(-weight, part) for weight, part in parts if weight < 0] + alone * (whole[-1] < 0)
    first = reduce(lambda a, b: apply(ADD, a, b), plus) if plus else constant(0)
    summed = reduce(lambda a, b: apply(SUB, a, b), minus, first)
    return summed if common == 1 else apply(FLOORDIV, summed, constant(common))


def taken(program: Program, modulus: int) -> Program:
    return apply(MOD, program, constant(modulus)) if modulus else program


def times(weight: int, part: Program) -> Program:
    return part if weight == 1 else apply(MUL, constant(weight), part)


def constant(value: int) -> Program:
    return Program((Apply(literal(value), ()),))
