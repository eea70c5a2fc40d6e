"""A program as a sympy expression, and as LaTeX."""

from typing import Any

from synth.language.program import Lambda, Program, Terminal
from synth.language.types import BITS, BOOL, INT, MODULUS, REAL, Fn, Type, carrier, is_vector, plain


def sympy_expression(program: Program) -> Any:
    """The program in the terminals' names.

    Functions of vectors are sympy functions by their name: of symbols they stay as they are, of Tuples they have
    a value.
    """
    import sympy

    values: list[Any] = []
    for node in program.nodes:
        if isinstance(node, Terminal):
            values.append(symbol(node))
        elif isinstance(node, Lambda):
            values.append(sympy.Lambda(tuple(symbol(word) for word in node.parameters), sympy_expression(node.body)))
        else:
            values.append(node.primitive.sym(*(values[i] for i in node.args)))
    return values[-1]


def latex(program: Program) -> str:
    """The program as LaTeX."""
    from synth.language.latex_view import latex_of

    return latex_of(sympy_expression(program))


def symbol(node: Terminal) -> Any:
    import sympy

    if isinstance(node.type, Fn) or is_vector(node.type):
        return sympy.Symbol(node.name)
    if node.type.width is not None:
        return sympy.Symbol(node.name, integer=True, nonnegative=True)
    kind = plain(carrier(node.type))
    assumptions: dict[Type, dict[str, bool]] = {
        BOOL: {},
        REAL: {"real": True},
        BITS: {"integer": True, "nonnegative": True},
        MODULUS: {"integer": True, "positive": True},
        INT: {"integer": True, "nonnegative": True} if node.type.modulus else {"integer": True},
    }
    return sympy.Symbol(node.name, **assumptions[kind])
