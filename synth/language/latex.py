"""LaTeX in which unlike expressions are unlike texts: brackets where they decide, and names as they are spelled."""

import re
from functools import cache
from typing import Any

SPECIAL = {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\tilde{}", " ": r"\ "}
SPECIAL |= {letter: f"\\{letter}" for letter in "#$%&_{}"}
INDEXED = re.compile(r"([A-Za-z])_?([0-9]+|[A-Za-z])")


def expression_latex(expression: Any) -> str:
    """A sympy expression as LaTeX."""
    from sympy import Dummy, Symbol

    if not hasattr(expression, "atoms"):
        return printer()().doprint(expression)
    symbols = {each for each in expression.atoms(Symbol) if not isinstance(each, Dummy)}
    return printer()(symbol_texts({each.name for each in symbols})).doprint(expression)


def symbol_texts(names: set[str]) -> dict[str, str]:
    """A text for each name, no two alike."""
    made: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (len(name), name)):
        text = name_latex(name)
        made[name] = upright(name) if text in made.values() else text
    return made


def name_latex(name: str) -> str:
    """A letter with its index, a Greek letter by its name, and any other name as a word."""
    from sympy.printing.latex import greek_letters_set, tex_greek_dictionary

    if len(name) == 1 and name.isalpha():
        return name
    if found := INDEXED.fullmatch(name):
        return f"{found[1]}_{{{found[2]}}}"
    if name in greek_letters_set and name not in tex_greek_dictionary and name.lower() != "omicron":
        return f"\\{name}"
    return upright(name)


def upright(name: str) -> str:
    return rf"\mathit{{{''.join(SPECIAL.get(letter, letter) for letter in name)}}}"


@cache
def printer() -> Any:
    """sympy's printer, mended; a class on first use, since sympy takes a second to import."""
    import sympy
    from sympy.printing.latex import LatexPrinter

    loose = (sympy.Mod, sympy.Piecewise)

    class Printer(LatexPrinter):
        """A remainder or a choice is in brackets of its own unless it is the whole."""

        def __init__(self, names: dict[str, str] | None = None) -> None:
            super().__init__()
            self.names = names or {}

        def doprint(self, expr: Any) -> str:
            if isinstance(expr, loose):
                return self.bare(expr)
            return super().doprint(expr)

        def bare(self, expr: Any) -> str:
            if isinstance(expr, sympy.Piecewise):
                return super()._print_Piecewise(expr)
            left, right = (self.operand(each) for each in expr.args)
            return rf"{left} \bmod {right}"

        def operand(self, expr: Any) -> str:
            """An argument of a binary operator that binds as a product does."""
            text = self._print(expr)
            plain = isinstance(expr, loose) or not self._needs_brackets(expr) or expr.is_Function
            return text if plain else self._add_parens(text)

        def _print_Mod(self, expr: Any, exp: str | None = None) -> str:  # noqa: N802 - sympy's name, as below
            return self._add_parens(self.bare(expr)) + ("" if exp is None else f"^{{{exp}}}")

        _print_Piecewise = _print_Mod  # noqa: N815 - in a power, too

        def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: N802
            return self.names.get(expr.name) or super()._print_Symbol(expr, style)

        def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
            return super()._needs_mul_brackets(masked(expr), first, last)

        def _needs_add_brackets(self, expr: Any) -> bool:
            return super()._needs_add_brackets(masked(expr))

        def _print_Relational(self, expr: Any) -> str:  # noqa: N802
            sides = (self.side(each) for each in expr.args)
            sign = {"==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq"}.get(expr.rel_op, expr.rel_op)
            return f" {sign} ".join(sides)

        def side(self, expr: Any) -> str:
            logical = expr.is_Relational or (expr.is_Boolean and not expr.is_Atom)
            return self._add_parens(self._print(expr)) if logical else self._print(expr)

    def masked(expr: Any) -> Any:
        """The expression with marks in place of what brings its own brackets."""
        return expr.replace(lambda each: isinstance(each, loose), lambda each: sympy.Symbol("x"))

    return Printer
