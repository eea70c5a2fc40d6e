"""A problem as a goal: applications of asked-for functions become variables, terms become programs."""

from collections.abc import Sequence

from synth.files.sygus import term as terms
from synth.files.sygus.operators import BOOLEANS
from synth.files.sygus.problem import Problem
from synth.language.program import Apply, Node, Program, Terminal, apply
from synth.proofs.constraints.expression import every, part, renumbered
from synth.proofs.constraints.goal import Call, Constraint, Goal, Unknown


def goal_of(problem: Problem) -> Goal:
    """The goal; assumptions become premises of every constraint."""
    names = {function.name: place for place, function in enumerate(problem.functions)}
    calls: dict[tuple[int, tuple[Program, ...]], Call] = {}
    read = [(condition, program_of(condition.term, names, calls)) for condition in problem.conditions]
    premises = [body for condition, body in read if condition.assumption]
    return Goal(
        variables=problem.variables,
        unknowns=tuple(
            Unknown(
                name=function.name,
                parameters=function.parameters,
                result=function.result,
                language=function.language,
                free=function.free,
            )
            for function in problem.functions
        ),
        calls=tuple(calls.values()),
        constraints=tuple(
            Constraint(body=under(premises, body), line=condition.line)
            for condition, body in read
            if not condition.assumption
        ),
    )


def under(premises: Sequence[Program], body: Program) -> Program:
    return apply(BOOLEANS["=>"], every(premises), body) if premises else body


def program_of(term: terms.Term, names: dict[str, int], calls: dict[tuple[int, tuple[Program, ...]], Call]) -> Program:
    """The term with a variable for each application, which is noted in `calls`, equal ones once."""
    places: dict[Node, int] = {}
    moved: list[int] = []
    for node in term.nodes:
        if isinstance(node, terms.Call):
            graph = Program(tuple(places))
            args = tuple(part(graph, moved[i]) for i in node.args)
            key = names[node.function], args
            if key not in calls:
                output = Terminal(f"{node.function}!{len(calls)}", node.type.result)
                calls[key] = Call(unknown=key[0], args=args, output=output)
            node = calls[key].output
        elif isinstance(node, Apply):
            node = renumbered(node, moved)
        moved.append(places.setdefault(node, len(places)))
    return part(Program(tuple(places)), moved[-1])
