"""Constraints that no function satisfies, seen at sampled inputs.

At given inputs the calls with equal arguments share one output; where no outputs satisfy the constraints, no function
does, and the solver's unsatisfiable core names the constraints.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from synth.language.literals import constant
from synth.language.program import Terminal
from synth.language.types import plain
from synth.proofs.constraints.answer import Contradiction
from synth.proofs.constraints.expression import Columns
from synth.proofs.constraints.goal import Goal, arguments
from synth.proofs.smt import Smt

ROWS = 16  # inputs that are looked at together
SECONDS = 2.0


def contradiction(goal: Goal, columns: Columns, rows: int) -> Contradiction | None:
    """The constraints that contradict each other on the first rows; None where none is seen."""
    if goal.nested:
        return None
    rows = min(rows, ROWS)
    first = {name: values[:rows] for name, values in columns.items()}
    smt = Smt((), goal.patience)
    outputs = shared_outputs(goal, first, rows, smt)
    marked = [(row, number) for row in range(rows) for number in range(len(goal.constraints))]
    inputs = [fixed(goal, first, row, smt) for row in range(rows)]
    formulas = [
        smt.expression(goal.constraints[number].body, inputs[row] | {name: each[row] for name, each in outputs.items()})
        for row, number in marked
    ]
    kept = smt.core([], formulas, SECONDS)
    if kept is None:
        return None
    row = marked[kept[0]][0]
    lines = sorted({goal.constraints[marked[place][1]].line for place in kept})
    shown = {name: values[row].item() for name, values in first.items()}
    return Contradiction(lines=tuple(lines), inputs=shown)


def shared_outputs(goal: Goal, columns: Columns, rows: int, smt: Smt) -> Mapping[str, list[Any]]:
    """A solver's constant for each call and row, one for equal arguments of one function."""
    known: dict[tuple[int, tuple[Any, ...]], Any] = {}
    outputs: dict[str, list[Any]] = {}
    for call in goal.calls:
        given = [np.asarray(values) for values in arguments(goal, call, columns, rows).values()]
        outputs[call.output.name] = []
        for row in range(rows):
            key = call.unknown, tuple(values[row].item() for values in given)
            if key not in known:
                known[key] = smt.constant(Terminal(f"output!{len(known)}", call.output.type))
            outputs[call.output.name].append(known[key])
    return outputs


def fixed(goal: Goal, columns: Columns, row: int, smt: Smt) -> dict[str, Any]:
    """The variables at one row, as the solver's numbers."""
    return {
        variable.name: smt.apply(constant(int(columns[variable.name][row]), plain(variable.type)), ())
        for variable in goal.variables
    }
