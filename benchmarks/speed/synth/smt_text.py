"""SMT-LIB terms over integers as peers write them: their size, and their values on arrays."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Int

from benchmarks.speed.synth.cvc5_peer import split

Columns = Mapping[str, Int[np.ndarray, " rows"]]
LONGEST = 400  # nested brackets that a term may have here


def size_of(text: str) -> int:
    """Nodes of a term: its words without the brackets."""
    return len(text.replace("(", " ").replace(")", " ").split())


def div(a: Any, b: Any) -> Any:
    """SMT-LIB's quotient, whose remainder is not negative; 0 for divisor 0."""
    safe = np.where(b == 0, 1, b)
    return np.where(b == 0, 0, np.sign(safe) * (a // np.abs(safe)))


def mod(a: Any, b: Any) -> Any:
    return np.where(b == 0, 0, a % np.abs(np.where(b == 0, 1, b)))


def minus(a: Any, *rest: Any) -> Any:
    for b in rest:
        a = a - b
    return a if rest else -a


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": lambda *parts: sum(parts[1:], parts[0]),
    "-": minus,
    "*": operator.mul,
    "div": div,
    "mod": mod,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "not": operator.invert,
    "and": operator.and_,
    "or": operator.or_,
    "ite": np.where,
    "min2": np.minimum,
    "max2": np.maximum,
}


def values_of(text: str, columns: Columns) -> Any:
    """Values of a term on columns; ValueError on a function that is not an integer's, or on a very deep term."""
    if deepest(text) > LONGEST:
        raise ValueError(f"term: expected at most {LONGEST} brackets inside each other; it is too deep to evaluate")
    return value(text, columns)


def value(text: str, columns: Columns) -> Any:
    if not text.startswith("("):
        return columns[text] if text in columns else constant(text)
    head, *arguments = split(text)
    if head not in FUNCTIONS:
        raise ValueError(f"term: expected a function among {', '.join(FUNCTIONS)}, got {head!r}")
    return FUNCTIONS[head](*(value(argument, columns) for argument in arguments))


def constant(text: str) -> Any:
    if text in ("true", "false"):
        return np.bool_(text == "true")
    return np.int64(int(text))


def deepest(text: str) -> int:
    depth = most = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        most = max(most, depth)
    return most


def number(value: int) -> str:
    """An integer as SMT-LIB writes it."""
    return str(value) if value >= 0 else f"(- {-value})"


def integer_problem(columns: Columns, outputs: Int[np.ndarray, " rows"]) -> str:
    """A SyGuS problem in the grammar of RATE, given by examples."""
    rows = zip(*columns.values(), strict=True)
    constraints = "\n".join(
        f"(constraint (= (f {' '.join(number(int(v)) for v in row)}) {number(int(y))}))"
        for row, y in zip(rows, outputs, strict=True)
    )
    arguments = " ".join(f"({name} Int)" for name in columns)
    return GRAMMAR.format(arguments=arguments, names=" ".join(columns)) + constraints + "\n(check-synth)\n"


GRAMMAR = """(set-logic NIA)
(define-fun min2 ((a Int) (b Int)) Int (ite (< a b) a b))
(define-fun max2 ((a Int) (b Int)) Int (ite (< a b) b a))
(synth-fun f ({arguments}) Int ((I Int) (B Bool)) (
  (I Int ({names} 0 1 2 (+ I I) (- I I) (* I I) (div I I) (mod I I) (min2 I I) (max2 I I) (ite B I I)))
  (B Bool ((< I I)))))
"""
