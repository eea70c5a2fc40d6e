"""Programs found by enumeration: a small typed language, and the search for the program of fewest bits.

This is the face: what users call. Behind it are rooms, each of which imports only those before it:

- `language`: what a program is, how it is written, and what it costs
- `library`: the primitives, one topic a file
- `checks`: what a primitive declares, tested
- `bank`: distinct programs in arrays, built in order of bits
- `search`: from a question to a program
- `files`: questions and answers as files: examples, SyGuS problems
- `proofs`: programs that z3 finds right for all inputs
"""

from synth.bank.budget import Budget, Counts
from synth.bank.levels import Level, levels
from synth.checks.check import check_primitive
from synth.language.arguments import argument_names, columns, terminals
from synth.language.batches import on_batches
from synth.language.grammar import Language, program_bits, uniform_language
from synth.language.laws import (
    annihilator,
    associative,
    commutative,
    idempotent,
    identity,
    involution,
    projection,
    right_identity,
    same_branches,
)
from synth.language.parse import parse
from synth.language.primitive import Choice, Inverse, Primitive
from synth.language.prior import fit_prior, read_prior, write_prior
from synth.language.program import Lambda, Program, Terminal, apply, terminal
from synth.language.python_view import python_source
from synth.language.spec import Spec, lists_of_rows, rows_of_lists
from synth.language.sympy_view import latex, sympy_expression
from synth.language.types import BITS, BOOL, BV, INT, LIST, MODULUS, REAL, SELECTOR, SEQUENCE, STREAM, Fn, Type, Z
from synth.library import LIBRARIES, LIBRARY, PRIMITIVES, named
from synth.search.solution import Exhausted, Found, OutOfBudget, Solution
from synth.search.solve import answers, solve, solve_family

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
    "Choice",
    "Counts",
    "Exhausted",
    "Fn",
    "Found",
    "Inverse",
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
    "annihilator",
    "answers",
    "apply",
    "argument_names",
    "associative",
    "check_primitive",
    "columns",
    "commutative",
    "fit_prior",
    "idempotent",
    "identity",
    "involution",
    "latex",
    "levels",
    "lists_of_rows",
    "named",
    "on_batches",
    "parse",
    "program_bits",
    "projection",
    "python_source",
    "read_prior",
    "right_identity",
    "rows_of_lists",
    "same_branches",
    "solve",
    "solve_family",
    "sympy_expression",
    "terminal",
    "terminals",
    "uniform_language",
    "write_prior",
]
