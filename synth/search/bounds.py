"""Integer terms held against bounds, and programs put into one another: the atoms of `synth.search.regions`."""

from collections.abc import Callable, Mapping

from synth.language.program import Apply, Program, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, SUB
from synth.library.choice import LE, LT
from synth.library.constants import CONSTANTS
from synth.search.streams.states import substituted

Price = Callable[[Program], float]


def number(value: int) -> Program:
    return Program((Apply(CONSTANTS[value], ()),))


def at_most(term: Program, bound: int, bits: Price) -> Program | None:
    """The shortest of a few ways to say so."""
    ways = [apply(LE, term, number(bound))] if 0 <= bound < len(CONSTANTS) else []
    head = term.nodes[-1]
    if isinstance(head, Apply) and head.primitive is SUB:
        ways += sides(*(part_of(term, place) for place in head.args), bound)
    elif -len(CONSTANTS) < bound < 0:
        ways.append(apply(LE, apply(ADD, term, number(-bound)), number(0)))
    return min(ways, key=bits) if ways else None


def at_least(term: Program, bound: int, bits: Price) -> Program | None:
    ways = [apply(LE, number(bound), term)] if 0 <= bound < len(CONSTANTS) else []
    head = term.nodes[-1]
    if isinstance(head, Apply) and head.primitive is SUB:
        one, other = (part_of(term, place) for place in head.args)
        ways += sides(other, one, -bound)
    elif -len(CONSTANTS) < bound < 0:
        ways.append(apply(LE, number(0), apply(ADD, term, number(-bound))))
    return min(ways, key=bits) if ways else None


def sides(one: Program, other: Program, bound: int) -> list[Program]:
    """That the one is at most `bound` more than the other."""
    if bound == 0:
        return [apply(LE, one, other)]
    if bound == -1:
        return [apply(LT, one, other)]
    if abs(bound) >= len(CONSTANTS):
        return []
    more = number(abs(bound))
    return [apply(LE, one, apply(ADD, other, more)) if bound > 0 else apply(LE, apply(ADD, one, more), other)]


def part_of(program: Program, place: int) -> Program:
    """The program that one of its nodes is the result of."""
    needed = {place}
    for at in range(place, -1, -1):
        node = program.nodes[at]
        if at in needed and isinstance(node, Apply):
            needed |= set(node.args)
    order = sorted(needed)
    new = {at: spot for spot, at in enumerate(order)}
    nodes = (program.nodes[at] for at in order)
    return Program(
        tuple(Apply(n.primitive, tuple(new[a] for a in n.args)) if isinstance(n, Apply) else n for n in nodes)
    )


def written(program: Program, inner: Mapping[str, Program]) -> Program:
    """With each word as the program that it stands for."""
    names = [f"word {place}" for place in range(len(inner))]  # so that no name within them is taken for a word
    for name, (word, _) in zip(names, inner.items(), strict=True):
        program = substituted(program, word, terminal(name, INT))
    for name, given in zip(names, inner.values(), strict=True):
        program = substituted(program, name, given)
    return program
