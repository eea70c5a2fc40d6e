"""The function that a net computes: the synthesizer run on the net's own answers."""

from dataclasses import replace

import numpy as np

from compare.read import Reading
from synth import Budget, Found, named, solve
from synth.language.program import Program
from synth.language.types import BOOL, carrier, is_vector
from synth.library import CONSTANTS

LIBRARY = (*named(["arith", "choice", "boolean"]), *CONSTANTS[:12])
BUDGET = Budget(seconds=2.0, candidates=3e6, bytes=1 << 28, effort=0.1)
LONGEST = 0.25  # of the table's bits


def function_of(reading: Reading) -> tuple[Program, float] | None:
    """A program that gives the net's answers, with its bits; None where none much shorter than a table is found."""
    spec = reading.spec
    if spec is None or reading.answers.ndim != 1 or any(map(is_vector, (*spec.type.args, spec.type.result))):
        return None
    answers = reading.answers.astype(bool if carrier(spec.type.result) == BOOL else np.int64)
    asked = replace(spec, inputs=reading.arguments, outputs=answers, oracle=None, domain=None)
    try:
        found = solve(asked, LIBRARY, BUDGET)
    except ValueError:  # a type that the library has no word for
        return None
    table = reading.view.answers.table_bits(reading.counted(reading.answers))
    if not isinstance(found, Found) or found.bits > LONGEST * table:
        return None
    return found.program, found.bits
