"""A short expression for a Boolean function of a few bits, from its truth table.

The function is split into two of disjoint bits joined by xor, and, or (Ashenhurst's simple disjoint decomposition);
where it has no such split it is read as if-then-else of the bit whose cofactors depend on the fewest bits (Shannon).
"""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

MOST_LITERALS = 64
SPLIT_BITS = 8  # splits into two halves are searched up to this many bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A sympy string, the number of its literals, and how many operators join them."""

    text: str
    literals: int
    operators: int


def express(table: Int[np.ndarray, "..."], names: tuple[str, ...]) -> Expression | None:
    """An expression equal to the table (2,) * k; None when it would hold more than 64 literals."""
    kept = tuple(i for i in range(table.ndim) if (np.take(table, 0, i) != np.take(table, 1, i)).any())
    dropped = tuple(i for i in range(table.ndim) if i not in kept)
    table = table[tuple(0 if i in dropped else slice(None) for i in range(table.ndim))].astype(bool)
    names = tuple(names[i] for i in kept)
    if table.ndim == 0:
        return Expression(text="true" if table else "false", literals=0, operators=0)
    if table.ndim == 1:
        negated = bool(table[0])
        return Expression(text=f"Not({names[0]})" if negated else names[0], literals=1, operators=int(negated))
    return _split(table, names) or _branch(table, names)


def _split(table: np.ndarray, names: tuple[str, ...]) -> Expression | None:
    k = table.ndim
    if k > SPLIT_BITS:
        return _peel(table, names)
    for size in range(1, k // 2 + 1):
        for left in itertools.combinations(range(k), size):
            found = _join(table, names, left)
            if found:
                return found
    return None


def _peel(table: np.ndarray, names: tuple[str, ...]) -> Expression | None:
    return next((found for i in range(table.ndim) if (found := _join(table, names, (i,)))), None)


def _join(table: np.ndarray, names: tuple[str, ...], left: tuple[int, ...]) -> Expression | None:
    """Two functions, of the bits `left` and of the others, joined by one operator; None when there are none."""
    right = tuple(i for i in range(table.ndim) if i not in left)
    matrix = table.transpose(*left, *right).reshape(2 ** len(left), -1)
    shapes = (2,) * len(left), (2,) * len(right)
    for operator, rows, columns in _factors(matrix):
        a = express(rows.reshape(shapes[0]), tuple(names[i] for i in left))
        b = express(columns.reshape(shapes[1]), tuple(names[i] for i in right))
        if a and b and a.literals + b.literals <= MOST_LITERALS:
            return Expression(
                text=_joined(operator, a.text, b.text),
                literals=a.literals + b.literals,
                operators=a.operators + b.operators + 1,
            )
    return None


def _factors(matrix: np.ndarray) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(operator, function of the rows, function of the columns) whose join is the matrix."""
    found = []
    by_row, by_column = matrix[:, 0] ^ matrix[0, 0], matrix[0]
    if (matrix == by_row[:, None] ^ by_column).all():
        found.append(("Xor", by_row, by_column))
    rows, columns = np.logical_or.reduce(matrix, axis=1), np.logical_or.reduce(matrix, axis=0)
    if (matrix == rows[:, None] & columns).all():
        found.append(("And", rows, columns))
    rows, columns = np.logical_and.reduce(matrix, axis=1), np.logical_and.reduce(matrix, axis=0)
    if (matrix == rows[:, None] | columns).all():
        found.append(("Or", rows, columns))
    return found


def _joined(operator: str, a: str, b: str) -> str:
    """`operator(a, b)`, arguments of the same operator taken in."""
    parts = [text[len(operator) + 1 : -1] if _is(operator, text) else text for text in (a, b)]
    return f"{operator}({', '.join(parts)})"


def _is(operator: str, text: str) -> bool:
    return text.startswith(f"{operator}(")


def _branch(table: np.ndarray, names: tuple[str, ...]) -> Expression | None:
    """If-then-else of the bit whose two cofactors depend on the fewest bits."""

    def cost(i: int) -> int:
        return _dependence(np.take(table, 0, i)) + _dependence(np.take(table, 1, i))

    bit = min(range(table.ndim), key=cost)
    if cost(bit) > MOST_LITERALS or (cost(bit) == 2 * (table.ndim - 1) and table.ndim > SPLIT_BITS):
        return None
    rest = names[:bit] + names[bit + 1 :]
    one, zero = express(np.take(table, 1, bit), rest), express(np.take(table, 0, bit), rest)
    if one is None or zero is None or one.literals + zero.literals >= MOST_LITERALS:
        return None
    return Expression(
        text=f"ITE({names[bit]}, {one.text}, {zero.text})",
        literals=1 + one.literals + zero.literals,
        operators=1 + one.operators + zero.operators,
    )


def _dependence(table: np.ndarray) -> int:
    return sum(bool((np.take(table, 0, i) != np.take(table, 1, i)).any()) for i in range(table.ndim))
