"""Problems in SyGuS-IF 2: read, classified, turned into specifications and languages, and answered."""

from synth.files.sygus.examples import specification
from synth.files.sygus.problem import Constraint, Example, Function, Problem
from synth.files.sygus.read import parse_problem, read_problem
from synth.files.sygus.term import Call, Term
from synth.files.sygus.write import write_answers

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
