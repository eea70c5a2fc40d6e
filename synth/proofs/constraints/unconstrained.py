"""Functions that no constraint mentions: the smallest term of each grammar will do, if the constraints hold at all."""

import time

from synth.language.derive import cost_of
from synth.language.grammar import EIGHTHS, Language
from synth.language.primitive import Primitive
from synth.language.program import Program, apply, leaf_program
from synth.language.types import Type, carrier, fits, plain
from synth.proofs.constraints.answer import Answer, Contradiction, Outcome, Unsolved
from synth.proofs.constraints.goal import Goal, verdict
from synth.proofs.smt import Refuted

SECONDS = 10.0  # for the proof of constraints on variables alone


def any_terms(goal: Goal) -> Outcome:
    """The smallest terms for functions without calls, or a constraint that fails whatever they are."""
    began = time.monotonic()
    programs: dict[str, Program] = {}
    for unknown in goal.unknowns:
        found = smallest(unknown.language, plain(unknown.result))
        if found is None:
            why = f"the grammar of {unknown.name} makes no term"
            return Unsolved(why=why, excluded=0.0, seconds=time.monotonic() - began)
        programs[unknown.name] = found
    sizes = [cost_of(u.language, plain(u.result), programs[u.name]) or EIGHTHS for u in goal.unknowns]
    total = sum(sizes) // EIGHTHS
    for constraint in goal.constraints:
        failed = verdict(Goal(variables=goal.variables, unknowns=(), calls=(), constraints=(constraint,)), (), SECONDS)
        if isinstance(failed, Refuted):
            return Contradiction(lines=(constraint.line,), inputs=failed.inputs)
    return Answer(
        programs=programs,
        size=total,
        verdict=verdict(goal, tuple(programs.values()), SECONDS),
        samples=0,
        excluded=total - 1,
        how="taking the smallest terms",
        seconds=time.monotonic() - began,
    )


def smallest(language: Language, kind: Type) -> Program | None:
    """The cheapest program of a type; None where the language makes none."""
    best: dict[Type, tuple[int, Program]] = {}
    leaves = {node.name: leaf_program(node) for node in language.terminals}
    operations = {primitive.name: primitive for primitive in language.primitives}
    changed = True
    while changed:
        changed = False
        for asked, prices in language.costs.items():
            for name, price in prices.items():
                args = () if name in leaves else tuple(map(carrier, operations[name].type.args))
                if not all(arg in best for arg in args):
                    continue
                total = price + sum(best[arg][0] for arg in args)
                if asked not in best or total < best[asked][0]:
                    made = leaves[name] if name in leaves else made_of(operations[name], [best[arg][1] for arg in args])
                    best[asked] = total, made
                    changed = True
    return next((program for asked, (_, program) in best.items() if fits(asked, kind)), None)


def made_of(primitive: Primitive, parts: list[Program]) -> Program:
    return apply(primitive, *parts) if parts else leaf_program(primitive)
