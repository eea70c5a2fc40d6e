"""A program on plain Python numbers, which have no end, where arrays of 64 bits wrap round.

The source that is printed is what runs here. Where bounds on the values show that nothing can wrap, nothing is run.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Shaped

from synth.language.grammar import EIGHTHS, Language
from synth.language.literals import value_of
from synth.language.program import Apply, Lambda, Program, Terminal
from synth.language.python_view import python_source
from synth.language.types import BITS, BOOL, INT, REAL, SELECTOR, Fn, Type, carrier, is_vector, plain

LARGEST = 2**63 - 1
Bounds = tuple[int, int]  # of a value, both included


def exact(
    program: Program, columns: Mapping[str, Shaped[np.ndarray, "rows ..."]], wanted: Shaped[np.ndarray, "rows ..."]
) -> Bool[np.ndarray, " rows"]:
    """On which rows a program that gives the wanted values in 64 bits gives them on plain numbers too."""
    rows = len(wanted)
    if not wraps(program, columns):
        return np.ones(rows, bool)
    run = compiled(program)
    if run is None:
        return np.ones(rows, bool)
    given = [listed(columns[node.name], node.type) for node in program.terminals]
    answers = listed(wanted, program.type)
    return np.array([same(run, [values[row] for values in given], answers[row]) for row in range(rows)], bool)


def same(run: Callable[..., Any], arguments: list[Any], answer: Any) -> bool:
    try:
        return bool(run(*arguments) == answer)
    except (ArithmeticError, ValueError, MemoryError):  # such as a shift by a number that wrapped
        return False


def compiled(program: Program) -> Callable[..., Any] | None:
    """The Python function that a program is printed as; None for programs of reals, and where there is none."""
    if any(plain(kind) in (REAL, SELECTOR) for kind in kinds(program)):
        return None
    plain_names = not any(isinstance(node, Lambda) for node in program.nodes)
    names = {node.name: f"argument{i}" for i, node in enumerate(program.terminals)} if plain_names else {}
    nodes = (Terminal(names.get(n.name, n.name), n.type) if isinstance(n, Terminal) else n for n in program.nodes)
    scope: dict[str, Any] = {}
    try:
        exec(python_source(Program(tuple(nodes))), scope)
    except (ValueError, SyntaxError):
        return None
    return scope["program"]


def kinds(program: Program) -> list[Any]:
    """The types of all nodes, those of bodies among them."""
    found: list[Any] = []
    for node in program.nodes:
        if isinstance(node, Lambda):
            found += [*(word.type for word in node.parameters), *kinds(node.body)]
        else:
            found.append(carrier(node.primitive.type.result if isinstance(node, Apply) else node.type))
    return found


def listed(values: Shaped[np.ndarray, "rows ..."], kind: Type) -> list[Any]:
    """A column as plain Python values; vectors as lists of their items."""
    rows = np.asarray(values).tolist()
    return [row[1 : 1 + int(row[0])] for row in rows] if is_vector(kind) else rows


def wraps(program: Program, columns: Mapping[str, np.ndarray]) -> bool:
    """Whether some value may be beyond 64 bits, as far as bounds tell."""
    bounds: list[Bounds | None] = []
    for node in program.nodes:
        kind = node.primitive.type.result if isinstance(node, Apply) else node.type
        if isinstance(kind, Fn) or isinstance(node, Lambda) or is_vector(carrier(kind)):
            return True
        if isinstance(node, Terminal):
            found = of_column(columns[node.name])
        else:
            found = after(node, [bounds[i] for i in node.args])
        if found is None or found[0] < -LARGEST or found[1] > LARGEST:
            return True
        bounds.append(found)
    return False


def of_column(values: np.ndarray) -> Bounds:
    return (int(values.min()), int(values.max())) if values.size else (0, 0)


def after(node: Apply, given: list[Bounds | None]) -> Bounds | None:
    """Bounds of an operation; None where they are not known."""
    primitive = node.primitive
    kind = plain(carrier(primitive.type.result))
    if kind == BOOL:
        return 0, 1
    if kind.width is not None:  # words wrap by definition
        return 0, 0
    if kind not in (INT, BITS):
        return None
    value = value_of(primitive)
    if value is not None:
        return value, value
    known = [each for each in given if each is not None]
    rule = RULES.get(primitive.python)
    return rule(*known) if rule is not None and len(known) == len(given) else None


def largest(*given: Bounds) -> int:
    return max(abs(end) for each in given for end in each)


def product(a: Bounds, b: Bounds) -> Bounds:
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


def within(a: Bounds, b: Bounds) -> Bounds:
    """Of a remainder or a quotient."""
    most = largest(a, b) + 1
    return -most, most


RULES: dict[str | None, Callable[..., Bounds]] = {  # by the Python template, which says what is computed
    "({} + {})": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "({} - {})": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "(-{})": lambda a: (-a[1], -a[0]),
    "({} * {})": product,
    "({} ** 2)": lambda a: (0, largest(a) ** 2),
    "abs({})": lambda a: (0, largest(a)),
    "max({}, {})": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "min({}, {})": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "mod({}, {})": within,
    "floordiv({}, {})": within,
    "euclid_mod({}, {})": within,
    "euclid_div({}, {})": within,
    "({1} if {0} else {2})": lambda c, a, b: (min(a[0], b[0]), max(a[1], b[1])),
}


def may_wrap(language: Language, numbers: Iterable[np.ndarray], bits: float) -> bool:
    """Whether some program of at most so many bits may have a value beyond 64 bits on given numbers.

    A program of n words has at most (n + 1) / 2 leaves; what it adds grows by as many times, what it multiplies to that
    power, and where squares are words, to the power of 2**n.
    """
    applied = [p for p in language.primitives if p.type.args and not is_bounded(p.type.result)]
    asked = [p for p in applied if not all(plain(kind) in (BOOL, BITS) for kind in p.type.args)]
    if not asked:
        return False
    prices = [price for words in language.costs.values() for price in words.values()]
    words = bits * EIGHTHS / max(1, min(prices, default=1))
    if any(p.python not in RULES for p in asked) or math.isinf(words):
        return True
    written = [abs(value) for p in language.primitives if (value := value_of(p)) is not None]
    most = max([2, *written, *(largest(of_column(values)) for values in numbers if values.dtype == np.int64)])
    templates = {p.python for p in asked}
    leaves = (words + 1) / 2
    if "({} ** 2)" in templates:
        return words > 64 or 2.0**words * math.log2(most) >= 63
    return (leaves if "({} * {})" in templates else 1) * math.log2(most) + math.log2(leaves) >= 63


def is_bounded(kind: Any) -> bool:
    """Whether a type's values cannot outgrow 64 bits, or are no integers."""
    kind = plain(carrier(kind))
    return not isinstance(kind, Type) or kind in (BOOL, REAL) or kind.width is not None
