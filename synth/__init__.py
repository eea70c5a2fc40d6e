"""Programs found by enumeration: a small typed language, and the search for the program of fewest bits."""

from synth.arguments import argument_names, columns, terminals
from synth.budget import Budget, Counts
from synth.check import check_primitive
from synth.grammar import Language, language, program_bits
from synth.levels import Level, levels
from synth.library import LIBRARIES, LIBRARY, PRIMITIVES, named
from synth.primitive import Primitive
from synth.program import Lambda, Program, Terminal, apply, terminal
from synth.solution import Exhausted, Found, OutOfBudget, Solution
from synth.solve import answers, solve, solve_family
from synth.spec import Spec, lists_of_rows, rows_of_lists
from synth.text import parse
from synth.types import BITS, BOOL, BV, INT, LIST, MODULUS, REAL, SELECTOR, SEQUENCE, STREAM, Fn, Type, Z

__all__ = [
    "BITS",
    "BOOL",
    "BV",
    "INT",
    "LIBRARIES",
    "LIBRARY",
    "LIST",
    "MODULUS",
    "PRIMITIVES",
    "REAL",
    "SELECTOR",
    "SEQUENCE",
    "STREAM",
    "Budget",
    "Counts",
    "Exhausted",
    "Fn",
    "Found",
    "Lambda",
    "Language",
    "Level",
    "OutOfBudget",
    "Primitive",
    "Program",
    "Solution",
    "Spec",
    "Terminal",
    "Type",
    "Z",
    "answers",
    "apply",
    "argument_names",
    "check_primitive",
    "columns",
    "language",
    "levels",
    "lists_of_rows",
    "named",
    "parse",
    "program_bits",
    "rows_of_lists",
    "solve",
    "solve_family",
    "terminal",
    "terminals",
]
