"""What is asked, in the form that the search works on: calls are variables of their own, constraints are programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from synth.language.grammar import Language
from synth.language.program import Program, Terminal
from synth.language.types import Type
from synth.proofs.constraints.expression import Columns, every, run, substitute
from synth.proofs.smt import FOREVER, Patience, Verdict, prove


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A function that is asked for; `free` where the file gives no grammar, so that any term of the logic may do."""

    name: str
    parameters: tuple[Terminal, ...]
    result: Type
    language: Language
    free: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An application of the unknown number `unknown`; its arguments may name variables and outputs of earlier calls."""

    unknown: int
    args: tuple[Program, ...]
    output: Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A Boolean program over variables and outputs that has to hold for all values of the variables."""

    body: Program
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Functions that make every constraint hold for all values of the variables."""

    variables: tuple[Terminal, ...]
    unknowns: tuple[Unknown, ...]
    calls: tuple[Call, ...]
    constraints: tuple[Constraint, ...]
    patience: Patience = FOREVER  # of the solver

    @property
    def body(self) -> Program:
        """All constraints together."""
        return every(constraint.body for constraint in self.constraints)

    @property
    def nested(self) -> bool:
        """Whether a call has another one among its arguments."""
        outputs = {call.output for call in self.calls}
        return any(node in outputs for call in self.calls for arg in call.args for node in arg.terminals)


def arguments(goal: Goal, call: Call, columns: Mapping[str, np.ndarray], rows: int) -> Columns:
    """The arguments of a call, by the names of the function's parameters, shape (rows,) each."""
    names = [parameter.name for parameter in goal.unknowns[call.unknown].parameters]
    return {name: run(arg, columns, (rows,)) for name, arg in zip(names, call.args, strict=True)}


def failing(
    goal: Goal, programs: Sequence[Program], columns: Mapping[str, np.ndarray], rows: int
) -> Bool[np.ndarray, " rows"]:
    """The rows of variables on which a constraint does not hold."""
    known = dict(columns)
    for call in goal.calls:
        known[call.output.name] = run(programs[call.unknown], arguments(goal, call, known, rows), (rows,))
    return ~run(goal.body, known, (rows,))


def claim(goal: Goal, programs: Sequence[Program]) -> Program:
    """The constraints with the calls replaced by programs: what has to hold for all variables."""
    outputs: dict[str, Program] = {}
    for call in goal.calls:
        names = [parameter.name for parameter in goal.unknowns[call.unknown].parameters]
        args = [substitute(arg, outputs) for arg in call.args]
        outputs[call.output.name] = substitute(programs[call.unknown], dict(zip(names, args, strict=True)))
    return substitute(goal.body, outputs)


def verdict(goal: Goal, programs: Sequence[Program], seconds: float) -> Verdict:
    """Whether programs satisfy a goal for all inputs."""
    return prove(claim(goal, programs), seconds, goal.variables, goal.patience)
