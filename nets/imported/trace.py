"""The sites of a function that names none: found in what JAX traces of it, read and edited where they are computed.

A layer's activation is what a contraction with weights reads, where a nonlinearity stands before it; its pre-activation
is the last value of that shape that is linear in what the layer reads and through which all of the activation passes.
They are called `hidden.{l}` and `hidden.{l}.pre`. A value that the function passes through
`jax.ad_checkpoint.checkpoint_name(value, name)` is a site of that name.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

Function = Callable[..., Any]  # (params, x) -> outputs

CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "checkpoint", "remat2")
INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")
CONTRACTIONS = ("dot_general", "conv_general_dilated")
LINEAR = (
    "add", "sub", "add_any", "neg", "reshape", "transpose", "broadcast_in_dim", "squeeze", "expand_dims", "copy",
    "name", "concatenate", "slice", "reduce_sum", "rev", "pad", "cumsum", "convert_element_type", "stop_gradient",
)  # fmt: skip
SCALING = ("mul", "div", "select_n", "gather", "dynamic_slice")  # linear in one of their inputs, the others given
PASSED = ("reshape", "transpose", "squeeze", "broadcast_in_dim", "reduce_sum", "mul", "div", "convert_element_type")
NAMED = "name"


class Place(NamedTuple):
    """A value that is a site: its number in the order of computation."""

    number: int
    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a value: whether it follows from x, from weights; whether it is linear in what is read last.

    `through` numbers the values that everything of x in it passes through.
    """

    of_x: bool
    of_weights: bool
    linear: bool = True
    number: int = -1
    shape: tuple[int, ...] = ()
    through: frozenset[int] = frozenset()

    @property
    def held(self) -> bool:
        """Whether it is neither an input, in whatever form, nor a weight."""
        return self.of_x and self.of_weights


GIVEN, WEIGHT, INPUT = Fact(False, False), Fact(False, True), Fact(True, False)


def traced(function: Function, params: Any, x: Any) -> ClosedJaxpr:
    """The function as JAX sees it for arrays of these shapes."""
    return jax.make_jaxpr(function)(*jax.tree.map(_shape, (params, x)))


def _shape(leaf: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(jnp.shape(leaf), jnp.result_type(leaf))


def places(program: ClosedJaxpr) -> list[Place]:
    """The sites, in the order of computation; the program's last input is x, the others are weights."""
    facts: dict[int, Fact] = {}
    alias: dict[int, Fact] = {}  # what a value was made of without weights
    operands: dict[int, Fact] = {}
    named: dict[int, str] = {}

    def visit(equation: JaxprEqn, numbers: list[int], values: list[Any]) -> list[Fact]:
        given = [each if isinstance(each, Fact) else GIVEN for each in values]
        moving, kind = [each for each in given if each.of_x], equation.primitive.name
        shapes = [tuple(getattr(out.aval, "shape", ())) for out in equation.outvars]
        made = [_fact(kind, given, number, shape) for number, shape in zip(numbers, shapes, strict=True)]
        facts.update(zip(numbers, made, strict=True))
        if (
            kind in PASSED
            and len(moving) == 1
            and moving[0].held
            and not any(e.of_weights for e in given if not e.of_x)
        ):
            alias[numbers[0]] = moving[0]
        if kind == NAMED and made[0].of_x:
            named[numbers[0]] = str(equation.params["name"])
        if kind in CONTRACTIONS and len(moving) == 1 and moving[0].held and not moving[0].linear:
            read = moving[0]
            while read.number in alias:
                read = alias[read.number]
            operands[read.number] = read
        return made

    weights = [WEIGHT] * (len(program.jaxpr.invars) - 1)
    _walk(program.jaxpr, [WEIGHT if np.ndim(const) else GIVEN for const in program.consts], [*weights, INPUT], visit)
    names: dict[int, str] = {}
    for layer, operand in enumerate(operands[number] for number in sorted(operands)):
        names[operand.number] = f"hidden.{layer}"
        before = [n for n in operand.through if facts[n].linear and facts[n].held and facts[n].shape == operand.shape]
        if before:
            names[max(before)] = f"hidden.{layer}.pre"
    names |= named
    return [Place(number, names[number], facts[number].shape) for number in sorted(names)]


def _fact(kind: str, given: Sequence[Fact], number: int, shape: tuple[int, ...]) -> Fact:
    moving = [each for each in given if each.of_x]
    through = frozenset.intersection(*(each.through for each in moving)) if moving else frozenset()
    of_weights = any(each.of_weights for each in given)
    held = bool(moving) and of_weights
    return Fact(
        of_x=bool(moving),
        of_weights=of_weights,
        linear=not held or _linear(kind, given, moving),
        number=number,
        shape=shape,
        through=through | {number} if held else frozenset(),
    )


def _linear(kind: str, given: Sequence[Fact], moving: Sequence[Fact]) -> bool:
    """Whether the value is linear in what a layer reads, as far as these values are."""
    if kind in CONTRACTIONS:
        return len(moving) == 1
    if kind in SCALING:
        return len(moving) == 1 and moving[0].linear and not (kind == "div" and given[1].of_x)
    return kind in LINEAR and all(each.linear for each in moving)


def run(
    program: ClosedJaxpr, sites: Sequence[Place], arguments: Sequence[Any], tap: Callable[[str, Any], Any]
) -> list[Any]:
    """The outputs, every site passed through `tap(name, value)` before what follows reads it."""
    names = {place.number: place.name for place in sites}

    def visit(equation: JaxprEqn, numbers: list[int], values: list[Any]) -> list[Any]:
        made = equation.primitive.bind(*values, **equation.primitive.get_bind_params(equation.params))
        made = made if equation.primitive.multiple_results else [made]
        return [tap(names[i], each) if i in names else each for i, each in zip(numbers, made, strict=True)]

    return _walk(program.jaxpr, program.consts, arguments, visit)


def _walk(
    jaxpr: Jaxpr,
    consts: Sequence[Any],
    arguments: Sequence[Any],
    visit: Callable[[JaxprEqn, list[int], list[Any]], list[Any]],
    count: Iterator[int] | None = None,
) -> list[Any]:
    """Every equation in order with its values' numbers, those of called functions as if they stood there."""
    count = itertools.count() if count is None else count
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *arguments), strict=True))
    for equation in jaxpr.eqns:
        values = [each.val if isinstance(each, Literal) else known[each] for each in equation.invars]
        inner = _called(equation)
        if inner is None:
            made = visit(equation, [next(count) for _ in equation.outvars], values)
        else:
            body, held = (inner.jaxpr, inner.consts) if isinstance(inner, ClosedJaxpr) else (inner, ())
            made = _walk(body, held, values, visit, count)
        known.update(zip(equation.outvars, made, strict=True))
    return [each.val if isinstance(each, Literal) else known[each] for each in jaxpr.outvars]


def _called(equation: JaxprEqn) -> Any:
    if equation.primitive.name not in CALLS:
        return None
    return next((equation.params[name] for name in INNER if name in equation.params), None)
