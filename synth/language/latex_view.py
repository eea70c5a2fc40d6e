"""Sympy expressions as LaTeX in which every remainder says what it is taken of.

Sympy itself writes -(a mod b) and (-a) mod b alike, and nested remainders without brackets.
"""

from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter


class Printer(LatexPrinter):
    """Sympy's printer, with brackets around operands of `mod` that are more than a name, number or function."""

    def _print_Mod(self, expr: Any, exp: Any = None) -> str:  # noqa: N802
        first, second = (self._operand(each) for each in expr.args)
        text = rf"{first} \bmod {second}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802
        if expr.args[0] == -1 and len(expr.args) == 2 and isinstance(expr.args[1], sympy.Mod):
            return rf"- \left({self._print(expr.args[1])}\right)"
        return super()._print_Mul(expr)

    def _operand(self, expr: Any) -> str:
        bare = expr.is_Symbol or expr.is_Function or (expr.is_Integer and expr >= 0)
        text = self._print(expr)
        return text if bare and not isinstance(expr, sympy.Mod) else rf"\left({text}\right)"


def latex_of(expression: Any) -> str:
    """One expression."""
    return Printer().doprint(expression)
