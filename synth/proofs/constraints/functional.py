"""A function that the constraints give by a term, found by search on its values and then proved.

Counterexamples of the proof become examples: Armando Solar-Lezama et al., "Combinatorial sketching for finite programs"
(ASPLOS 2006).
"""

import time
from dataclasses import replace

import numpy as np

from synth.bank.budget import Budget
from synth.language.derive import derivations
from synth.language.grammar import EIGHTHS
from synth.language.program import Program
from synth.language.spec import Spec
from synth.language.types import Fn, plain
from synth.proofs.constraints.answer import Answer, Unsolved
from synth.proofs.constraints.enumeration import FRESH, PROOF, check
from synth.proofs.constraints.expression import Columns, children, head, run
from synth.proofs.constraints.goal import Call, Goal, arguments, verdict
from synth.proofs.constraints.hints import over_parameters
from synth.proofs.constraints.rows import draw, joined
from synth.search.solve import Found, solve

ROWS = 1024  # drawn inputs that the search must fit

Stated = tuple[tuple[Call, Program], ...]  # calls with the terms that they equal


def defined(goal: Goal) -> Stated | None:
    """The calls of the only function with the terms that the constraints say they equal; None for other goals."""
    outputs = {call.output.name: call for call in goal.calls}
    found: dict[Call, Program] = {}
    for constraint in goal.constraints:
        root, sides = head(constraint.body), children(constraint.body)
        if root is None or root.smt != "(= {} {})":
            return None
        pair = next((p for p in (sides, sides[::-1]) if len(p[0].nodes) == 1 and named(p[0]) in outputs), None)
        call = outputs[named(pair[0])] if pair else None
        if pair is None or call is None or call in found or any(t.name in outputs for t in pair[1].terminals):
            return None
        found[call] = pair[1]
    ready = len(goal.unknowns) == 1 and len(found) == len(goal.calls) and goal.unknowns[0].parameters
    return tuple(found.items()) if ready and not goal.nested else None


def named(leaf: Program) -> str:
    """The name of a terminal; empty for a constant."""
    return leaf.terminals[0].name if leaf.terminals else ""


def solve_functional(goal: Goal, values: Stated, budget: Budget, seed: int) -> Answer | Unsolved:
    """The shortest program with the values that the constraints state, or their own term where it is in the grammar."""
    began = time.monotonic()
    unknown = goal.unknowns[0]
    own = own_term(goal, values)
    bits = budget.bits if own is None else min(budget.bits, own[0] / EIGHTHS)
    columns = draw(goal, ROWS, seed)
    excluded = 0.0
    while True:
        left = budget.seconds - (time.monotonic() - began)
        if left <= 0:
            break
        outcome = solve(
            spec_of(goal, values, columns), unknown.language, replace(budget, seconds=left, bits=bits), seed=seed
        )
        if not isinstance(outcome, Found):
            excluded = outcome.bits
            break
        checked = check(goal, (outcome.program,), columns, seed)
        if isinstance(checked, dict):
            columns = joined(columns, checked)
            continue
        return Answer(
            programs={unknown.name: outcome.program},
            size=round(outcome.bits),
            verdict=checked,
            samples=FRESH,
            excluded=outcome.bits - 1 if outcome.minimal else outcome.excluded,
            how=outcome.how,
            seconds=time.monotonic() - began,
        )
    if own is None:
        why = f"{budget.seconds:g} s were spent" if np.isfinite(excluded) else "no program of the grammar fits"
        return Unsolved(why=why, excluded=excluded, seconds=time.monotonic() - began)
    return Answer(
        programs={unknown.name: own[1]},
        size=own[0] // EIGHTHS,
        verdict=verdict(goal, [own[1]], PROOF),
        samples=ROWS,
        excluded=min(excluded, bits - 1),
        how="taking the specification's own term",
        seconds=time.monotonic() - began,
    )


def own_term(goal: Goal, values: Stated) -> tuple[int, Program] | None:
    """The stated term in the function's parameters and grammar, with its cost in eighths."""
    if len(values) != 1:
        return None
    term = over_parameters(goal, *values[0])
    unknown = goal.unknowns[0]
    return derivations(unknown.language, term)[-1].get(plain(unknown.result)) if term is not None else None


def spec_of(goal: Goal, values: Stated, columns: Columns) -> Spec:
    """The examples that sampled variables give, one call's after another's."""
    unknown = goal.unknowns[0]
    rows = len(next(iter(columns.values()), np.zeros(1)))
    given = [arguments(goal, call, columns, rows) for call, _ in values]
    return Spec(
        type=Fn(tuple(parameter.type for parameter in unknown.parameters), unknown.result),
        inputs=tuple(np.concatenate([each[p.name] for each in given]) for p in unknown.parameters),
        outputs=np.concatenate([run(term, columns, (rows,)) for _, term in values]),
        names=tuple(parameter.name for parameter in unknown.parameters),
    )
