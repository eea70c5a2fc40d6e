"""A program as a sympy expression, and as LaTeX."""

import builtins
from typing import Any

from synth.language.latex import expression_latex
from synth.language.naming import identifier, spelled
from synth.language.program import Lambda, Program, Terminal, renamed
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


def latex(formula: Any) -> str:
    """A program, or a sympy expression, as LaTeX; unlike ones are unlike texts."""
    return expression_latex(sympy_expression(formula) if isinstance(formula, Program) else formula)


def sympy_text(program: Program) -> tuple[str, dict[str, str]]:
    """The formula as `sympy.sympify` reads it, and what it calls those inputs whose names sympy has for something else.

    Undefined stays only what sympy has no function for, such as operations of bit-vectors.
    """
    import sympy
    from sympy.printing.str import StrPrinter

    class Printer(StrPrinter):
        def _print_Xor(self, expr: Any) -> str:  # noqa: N802 - sympy's name; ^ is read as a power
            return f"Xor({self.stringify(expr.args, ', ')})"

    words = dict.fromkeys(node.name for node in program.terminals)
    functions = {type(each).__name__ for each in sympy_expression(program).atoms(sympy.Function)}
    names = spelled(words, {*dir(sympy), *dir(builtins), *functions}, identifier)
    text = Printer().doprint(sympy_expression(renamed(program, names)))
    return text, {name: word for name, word in names.items() if name != word}


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
