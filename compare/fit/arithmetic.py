"""Boolean expressions as arithmetic on 0 and 1, so that a formula with constants around them has numbers for values."""

import sympy
from sympy.logic.boolalg import ITE, And, Not, Or, Xor

from compare.fit.write import bracketed
from compare.names import expression_of


def arithmetic(text: str, names: tuple[str, ...]) -> str:
    """`Xor(And(a, b), Not(c))` as `Mod(a*b + 1 - c, 2)`."""
    expression = expression_of(text, names)
    assert expression is not None
    return _of(expression)


def _of(expression: sympy.Basic) -> str:
    if isinstance(expression, And):
        return "*".join(bracketed(part) for part in _parts(expression))
    if isinstance(expression, Or):
        return f"Max({', '.join(_parts(expression))})"
    if isinstance(expression, Xor):
        negated = sum(isinstance(arg, Not) for arg in expression.args) % 2
        parts = sorted(_of(arg.args[0] if isinstance(arg, Not) else arg) for arg in expression.args)
        return f"Mod({' + '.join(bracketed(part) for part in parts)}{' + 1' * negated}, 2)"
    if isinstance(expression, Not):
        return f"1 - {bracketed(_of(expression.args[0]))}"
    if isinstance(expression, ITE):
        bit, one, zero = (_of(arg) for arg in expression.args)
        return f"Piecewise(({one}, {bit} > 0), ({zero}, True))"
    return "1" if expression == sympy.true else "0" if expression == sympy.false else str(expression)


def _parts(expression: sympy.Basic) -> list[str]:
    return sorted(_of(arg) for arg in expression.args)
