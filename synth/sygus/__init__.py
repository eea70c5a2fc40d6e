"""Problems in SyGuS-IF 2: read, classified, turned into specifications and languages, and answered."""

from synth.sygus.examples import specification
from synth.sygus.problem import Constraint, Example, Function, Problem
from synth.sygus.read import parse_problem, read_problem
from synth.sygus.term import Call, Term
from synth.sygus.write import write_answers

__all__ = [
    "Call",
    "Constraint",
    "Example",
    "Function",
    "Problem",
    "Term",
    "parse_problem",
    "read_problem",
    "specification",
    "write_answers",
]
