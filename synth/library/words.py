"""Bit-vectors as Python integers from 0 to 2**width - 1: SMT-LIB's operations in plain Python.

The sources below stand in the Python view of a program; sympy evaluates numbers with them.
"""

import inspect
from collections.abc import Callable
from typing import Any

import sympy


def signed(x: int, width: int) -> int:
    return x - 2**width if x >= 2 ** (width - 1) else x


def bvudiv(a: int, b: int, width: int) -> int:
    return a // b if b else 2**width - 1


def bvurem(a: int, b: int, width: int) -> int:
    return a % b if b else a


def bvsdiv(a: int, b: int, width: int) -> int:
    quotient = bvudiv(abs(signed(a, width)), abs(signed(b, width)), width)
    return (quotient if (a >> width - 1) == (b >> width - 1) else -quotient) % 2**width


def bvsrem(a: int, b: int, width: int) -> int:
    rest = bvurem(abs(signed(a, width)), abs(signed(b, width)), width)
    return (-rest if a >> width - 1 else rest) % 2**width


def bvshl(a: int, b: int, width: int) -> int:
    return (a << b) % 2**width if b < width else 0


def bvlshr(a: int, b: int, width: int) -> int:
    return a >> min(b, width)


def bvashr(a: int, b: int, width: int) -> int:
    return (signed(a, width) >> min(b, width)) % 2**width


def source(*functions: Callable[..., int]) -> str:
    """The definitions that a Python view needs."""
    return "\n\n".join(inspect.getsource(function) for function in functions)


def symbolic(name: str, function: Callable[..., int]) -> Any:
    """A sympy function that evaluates numbers by `function`, and stays as it is on symbols."""

    def evaluate(cls: Any, *args: Any) -> Any:
        if all(argument.is_Integer for argument in args):
            return sympy.Integer(function(*(int(argument) for argument in args)))
        return None

    assumptions = {"is_integer": True, "is_nonnegative": True, "eval": classmethod(evaluate)}
    return type(name, (sympy.Function,), assumptions)


def symbolic_signed(x: Any, width: int) -> Any:
    """The number that a word spells in two's complement."""
    half = 2 ** (width - 1)
    return sympy.Mod(x + half, 2 * half) - half
