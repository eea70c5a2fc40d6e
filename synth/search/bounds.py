"""Integer terms held against bounds, and programs put into one another: the atoms of `synth.search.regions`."""

from collections.abc import Callable, Mapping

import numpy as np

from synth.bank.budget import Budget
from synth.bank.levels import levels
from synth.language.macro import part
from synth.language.program import Apply, Program, Terminal, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, SUB
from synth.library.choice import LE, LT
from synth.library.constants import CONSTANTS
from synth.search.streams.states import substituted

Price = Callable[[Program], float]
ROWS = 32  # by which sums are told apart
LOOKED_AT = 20000  # programs, among which a shorter sum is looked for


def number(value: int) -> Program:
    return Program((Apply(CONSTANTS[value], ()),))


def at_most(term: Program, bound: int, bits: Price) -> Program | None:
    """The shortest of a few ways to say so."""
    ways = [apply(LE, term, number(bound))] if 0 <= bound < len(CONSTANTS) else []
    head = term.nodes[-1]
    if isinstance(head, Apply) and head.primitive is SUB:
        one, other = (part(term.nodes, place) for place in head.args)
        ways += sides(one, other, bound)
    elif -len(CONSTANTS) < bound < 0:
        ways.append(apply(LE, apply(ADD, term, number(-bound)), number(0)))
    return min(ways, key=bits) if ways else None


def at_least(term: Program, bound: int, bits: Price) -> Program | None:
    ways = [apply(LE, number(bound), term)] if 0 <= bound < len(CONSTANTS) else []
    head = term.nodes[-1]
    if isinstance(head, Apply) and head.primitive is SUB:
        one, other = (part(term.nodes, place) for place in head.args)
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


def written(program: Program, inner: Mapping[str, Program]) -> Program:
    """With each word as the program that it stands for."""
    names = [f"word {place}" for place in range(len(inner))]  # so that no name within them is taken for a word
    for name, (word, _) in zip(names, inner.items(), strict=True):
        program = substituted(program, word, terminal(name, INT))
    for name, given in zip(names, inner.values(), strict=True):
        program = substituted(program, name, given)
    return program


def shorter(program: Program) -> Program:
    """The program with every sum of integer words as short as enumeration finds it."""
    root = program.nodes[-1]
    if is_sum(program):
        return _shortest(program)
    if not isinstance(root, Apply) or not root.args:
        return program
    return apply(root.primitive, *(shorter(part(program.nodes, place)) for place in root.args))


def is_sum(program: Program) -> bool:
    """Whether it adds and subtracts words, and nothing else."""
    return all(
        node.primitive in (ADD, SUB) if isinstance(node, Apply) else isinstance(node, Terminal) and node.type == INT
        for node in program.nodes
    )


def _shortest(program: Program) -> Program:
    """Of the sums of those of its words that matter, the cheapest that is equal, else as it is."""
    rng = np.random.default_rng(0)
    columns = {word.name: rng.integers(-1000, 1000, ROWS) for word in program.terminals}
    wanted = program.run(columns)
    used = [name for name in columns if (program.run({**columns, name: columns[name] + 1}) != wanted).any()]
    if not used or len(program.nodes) == 1:
        return program
    for level in levels((ADD, SUB), {name: columns[name] for name in used}, Budget(candidates=LOOKED_AT)):
        equal = np.flatnonzero((level.values[INT] == wanted[:, None]).all(axis=0))
        if len(equal):
            found = level.program(INT, int(equal[0]))
            return found if tree_size(found) < tree_size(program) else program
    return program


def tree_size(program: Program) -> int:
    """Nodes, equal subexpressions as often as they are written."""
    sizes: list[int] = []
    for node in program.nodes:
        sizes.append(1 + sum(sizes[place] for place in node.args) if isinstance(node, Apply) else 1)
    return sizes[-1]
