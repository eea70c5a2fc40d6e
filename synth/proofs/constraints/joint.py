"""Goals of several functions: taken apart where no constraint joins them, or reduced to one by trying the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from synth.language.program import Program
from synth.proofs.constraints.expression import substitute
from synth.proofs.constraints.goal import Constraint, Goal


def split(goal: Goal) -> tuple[Goal, ...]:
    """Goals that have no function in common; together they ask what the one asks."""
    outputs = {call.output: call for call in goal.calls}
    group = list(range(len(goal.unknowns)))  # of each function, by its first one
    for names in [*(c.body.terminals for c in goal.constraints), *(nested_in(goal, place) for place in outputs)]:
        used = sorted({group[outputs[name].unknown] for name in names if name in outputs})
        group = [used[0] if used and mark in used else mark for mark in group]
    firsts = sorted(set(group))
    return tuple(restricted(goal, [i for i, mark in enumerate(group) if mark == first], firsts[0]) for first in firsts)


def nested_in(goal: Goal, output: object) -> tuple[object, ...]:
    """An output with those that its call's arguments name."""
    call = next(call for call in goal.calls if call.output == output)
    return (output, *(node for arg in call.args for node in arg.terminals))


def restricted(goal: Goal, kept: Sequence[int], first: int) -> Goal:
    """The goal for some of its functions; constraints without any stay with the first."""
    calls = tuple(replace(c, unknown=kept.index(c.unknown)) for c in goal.calls if c.unknown in kept)
    mine = {call.output for call in calls}
    others = {call.output for call in goal.calls} - mine
    return Goal(
        variables=goal.variables,
        unknowns=tuple(goal.unknowns[place] for place in kept),
        calls=calls,
        constraints=tuple(
            constraint
            for constraint in goal.constraints
            if not others.intersection(constraint.body.terminals)
            and (mine.intersection(constraint.body.terminals) or first in kept)
        ),
        patience=goal.patience,
    )


def reduced(goal: Goal, kept: int, programs: Mapping[int, Program]) -> Goal:
    """The goal for one function, with programs for the others."""
    given: dict[str, Program] = {}
    calls = []
    for call in goal.calls:
        args = tuple(substitute(arg, given) for arg in call.args)
        if call.unknown == kept:
            calls.append(replace(call, unknown=0, args=args))
            continue
        names = [parameter.name for parameter in goal.unknowns[call.unknown].parameters]
        given[call.output.name] = substitute(programs[call.unknown], dict(zip(names, args, strict=True)))
    return Goal(
        variables=goal.variables,
        unknowns=(goal.unknowns[kept],),
        calls=tuple(calls),
        constraints=tuple(Constraint(body=substitute(c.body, given), line=c.line) for c in goal.constraints),
        patience=goal.patience,
    )
