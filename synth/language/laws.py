"""Laws of a primitive: equations, written once and used twice. The checks test them; the search prunes with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Value = Any
Equation = Callable[..., tuple[Value, Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """`equation(f, *values)` gives both sides; value i is drawn from the type of argument `variables[i]`.

    The search knows laws by their names in `PRUNING`; any other law is only tested.
    """

    name: str
    variables: tuple[int, ...]
    equation: Equation
    arity: int
    constant: int | bool | float | None = None
    sides: tuple[int, ...] = ()  # the arguments where `constant` makes the application redundant
    same: tuple[int, ...] = ()  # arguments of one type; -1 stands for the result


PRUNING = (
    "commutative",
    "associative",
    "idempotent",
    "involution",
    "projection",
    "identity",
    "right identity",
    "annihilator",
    "same branches",
)


def commutative() -> Law:
    """f(x, y) = f(y, x)."""
    return Law(name="commutative", variables=(0, 1), arity=2, same=(0, 1), equation=lambda f, x, y: (f(x, y), f(y, x)))


def associative() -> Law:
    """f(f(x, y), z) = f(x, f(y, z))."""
    return Law(
        name="associative",
        variables=(0, 0, 0),
        arity=2,
        same=(0, 1, -1),
        equation=lambda f, x, y, z: (f(f(x, y), z), f(x, f(y, z))),
    )


def idempotent() -> Law:
    """f(x, x) = x."""
    return Law(name="idempotent", variables=(0,), arity=2, same=(0, 1, -1), equation=lambda f, x: (f(x, x), x))


def involution() -> Law:
    """f(f(x)) = x."""
    return Law(name="involution", variables=(0,), arity=1, same=(0, -1), equation=lambda f, x: (f(f(x)), x))


def projection() -> Law:
    """f(f(x)) = f(x)."""
    return Law(name="projection", variables=(0,), arity=1, same=(0, -1), equation=lambda f, x: (f(f(x)), f(x)))


def identity(constant: int | bool | float) -> Law:
    """f(x, c) = x = f(c, x)."""

    def equation(f: Callable, x: Value) -> tuple[Value, Value]:
        return (f(x, like(x, constant)), f(like(x, constant), x)), (x, x)

    return Law(
        name="identity", variables=(0,), arity=2, equation=equation, constant=constant, sides=(0, 1), same=(0, 1, -1)
    )


def right_identity(constant: int | bool | float) -> Law:
    """f(x, c) = x."""
    return Law(
        name="right identity",
        variables=(0,),
        arity=2,
        equation=lambda f, x: (f(x, like(x, constant)), x),
        constant=constant,
        sides=(1,),
        same=(0, 1, -1),
    )


def annihilator(zero: int | bool | float) -> Law:
    """f(x, c) = c = f(c, x)."""

    def equation(f: Callable, x: Value) -> tuple[Value, Value]:
        return (f(x, like(x, zero)), f(like(x, zero), x)), (like(x, zero), like(x, zero))

    return Law(
        name="annihilator", variables=(0,), arity=2, equation=equation, constant=zero, sides=(0, 1), same=(0, 1, -1)
    )


def same_branches() -> Law:
    """f(c, x, x) = x."""
    return Law(
        name="same branches", variables=(0, 1), arity=3, same=(1, 2, -1), equation=lambda f, c, x: (f(c, x, x), x)
    )


def law(name: str, arity: int, variables: tuple[int, ...], equation: Equation) -> Law:
    """Any other equation: tested, not used for pruning."""
    if name in PRUNING:
        raise ValueError(f"law {name!r}: expected a name of your own, got one that the search prunes with; rename it")
    return Law(name=name, variables=variables, arity=arity, equation=equation)


def like(x: Value, constant: int | bool | float) -> Value:
    """The constant as an array of x's shape and dtype."""
    return x ^ x ^ constant if x.dtype.kind == "b" else x * 0 + constant
