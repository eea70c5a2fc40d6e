"""Terms and conditions that a specification itself suggests for the function it asks for.

An inequality is met where the output is at the inequality's bound, so the bounds are the terms to try first: Andrew
Reynolds et al., "Counterexample-guided quantifier instantiation for synthesis in SMT" (CAV 2015), section 4.
"""

from collections.abc import Iterable

from synth.language.program import Program, Terminal
from synth.language.types import BOOL, INT, plain
from synth.proofs.constraints.expression import children, head, literal, number, parts, substitute
from synth.proofs.constraints.goal import Call, Goal
from synth.proofs.constraints.linear import Sum, linear, tidy, written

CONNECTIVES = ("and", "or", "not", "xor", "implies", "iff", "if_bool")


def atoms(claim: Program) -> tuple[Program, ...]:
    """The Boolean parts that no connective joins: comparisons and Boolean terminals."""
    found: dict[Program, None] = {}
    for piece in parts(claim):
        root = head(piece)
        if plain(piece.type) == BOOL and (root is None or (root.name not in CONNECTIVES and root.type.args)):
            found.setdefault(piece)
    return tuple(found)


def suggested(goal: Goal) -> tuple[Program, ...]:
    """Terms over the parameters of the only call that the constraints hold its output against, likely ones first."""
    (call,) = goal.calls
    output = Program((call.output,))
    near: dict[Program, None] = {}
    far: dict[Program, None] = {}
    for atom in atoms(goal.body):
        if call.output not in atom.terminals:
            continue
        for bound, likely in bounds(atom, output):
            (near if likely else far).setdefault(bound)
    if plain(call.output.type) == BOOL:
        near |= dict.fromkeys(literal(value, BOOL) for value in (1, 0))
    inner = [piece for bound in near for piece in parts(bound) if plain(piece.type) == plain(call.output.type)]
    found = (over_parameters(goal, call, term) for term in (*near, *far, *inner))
    return tuple(dict.fromkeys(term for term in found if term is not None))


def bounds(atom: Program, output: Program) -> Iterable[tuple[Program, bool]]:
    """Values of the output at which an atom is just true or just false, and whether they make it true."""
    sides = children(atom)
    if len(sides) != 2:
        return
    if plain(output.type) != INT or plain(sides[0].type) != INT:
        for side, other in (sides, sides[::-1]):
            if side == output and output.nodes[0] not in other.terminals:
                yield other, True
        return
    difference = linear(sides[0]) + linear(sides[1]).times(-1)
    factor = difference.coefficients.get(output, 0)
    rest = difference.without(output)
    if not factor or any(output.nodes[0] in key.terminals for key in rest.coefficients):
        return
    if rest.constant % factor or any(value % factor for value in rest.coefficients.values()):
        return
    bound = Sum({key: -value // factor for key, value in rest.coefficients.items()}, -rest.constant // factor)
    root = head(atom)
    strict = root is not None and root.name in ("lt", "gt")
    yield written(bound), not strict
    for step in (1, -1):
        yield written(bound + Sum({}, step)), strict


def over_parameters(goal: Goal, call: Call, term: Program) -> Program | None:
    """A term over variables as one over the parameters of a call; None where it needs other variables."""
    renamed = {
        arg.nodes[0].name: Program((parameter,))
        for parameter, arg in zip(goal.unknowns[call.unknown].parameters, call.args, strict=True)
        if len(arg.nodes) == 1 and isinstance(arg.nodes[0], Terminal)
    }
    if any(node.name not in renamed for node in term.terminals):
        return None
    return tidy(substitute(term, renamed))


def conditions(goal: Goal, terms: Iterable[Program]) -> tuple[Program, ...]:
    """The atoms of the constraints with terms in place of the output, over the parameters of the only call."""
    (call,) = goal.calls
    names = [parameter.name for parameter in goal.unknowns[call.unknown].parameters]
    found: dict[Program, None] = {}
    outer = atoms(goal.body)
    for term in terms:
        given = {call.output.name: substitute(term, dict(zip(names, call.args, strict=True)))}
        for atom in outer:
            claim = over_parameters(goal, call, tidy(substitute(atom, given)))
            if claim is not None and claim.terminals and number(claim) is None:
                found.setdefault(claim)
    return tuple(found)
