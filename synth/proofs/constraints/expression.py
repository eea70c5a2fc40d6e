"""Programs as expressions: size, substitution, parts, and the connectives that join them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from synth.files.sygus.operators import BOOLEANS, operators
from synth.language.literals import constant, value_of
from synth.language.primitive import Primitive
from synth.language.program import Apply, Node, Program, Terminal, apply
from synth.language.types import BOOL, Type, plain

Columns = dict[str, np.ndarray]


def size(program: Program) -> int:
    """Nodes of the expression written out as a tree; a shared part counts as often as it is used."""
    counts: list[int] = []
    for node in program.nodes:
        below = sum(counts[i] for i in node.args) if isinstance(node, Apply) else 0
        counts.append(1 + below)
    return counts[-1]


def part(program: Program, root: int) -> Program:
    """The program whose result is one node of another."""
    needed = {root}
    for place in range(root, -1, -1):
        node = program.nodes[place]
        if place in needed and isinstance(node, Apply):
            needed.update(node.args)
    order = sorted(needed)
    moved = {place: i for i, place in enumerate(order)}
    return Program(tuple(renumbered(program.nodes[place], moved) for place in order))


def parts(program: Program) -> tuple[Program, ...]:
    """The program of every node."""
    return tuple(part(program, place) for place in range(len(program.nodes)))


def children(program: Program) -> tuple[Program, ...]:
    """The arguments of the root."""
    root = program.nodes[-1]
    return tuple(part(program, i) for i in root.args) if isinstance(root, Apply) else ()


def renumbered(node: Node, moved: Mapping[int, int] | Sequence[int]) -> Node:
    return Apply(node.primitive, tuple(moved[i] for i in node.args)) if isinstance(node, Apply) else node


def substitute(program: Program, given: Mapping[str, Program]) -> Program:
    """The program with terminals replaced by programs."""
    places: dict[Node, int] = {}
    moved: list[int] = []
    for node in program.nodes:
        if isinstance(node, Terminal) and node.name in given:
            moved.append(merged(given[node.name], places))
        else:
            moved.append(places.setdefault(renumbered(node, moved), len(places)))
    return part(Program(tuple(places)), moved[-1])


def replace_part(program: Program, root: int, other: Program) -> Program:
    """The program with one of its nodes replaced."""
    places: dict[Node, int] = {}
    moved: list[int] = []
    for place, node in enumerate(program.nodes):
        if place == root:
            moved.append(merged(other, places))
        else:
            moved.append(places.setdefault(renumbered(node, moved), len(places)))
    return part(Program(tuple(places)), moved[-1])


def merged(program: Program, places: dict[Node, int]) -> int:
    """The place of a program's result among the nodes collected so far, which take in what is missing."""
    moved: list[int] = []
    for node in program.nodes:
        moved.append(places.setdefault(renumbered(node, moved), len(places)))
    return moved[-1]


def literal(value: int, kind: Type) -> Program:
    """A constant as a program."""
    return Program((Apply(constant(value, plain(kind)), ()),))


def number(program: Program) -> int | None:
    """The constant that a program is; None for others."""
    root = program.nodes[-1]
    return value_of(root.primitive) if isinstance(root, Apply) else None


def head(program: Program) -> Primitive | None:
    """The primitive at the root; None for a terminal."""
    root = program.nodes[-1]
    return root.primitive if isinstance(root, Apply) else None


def every(claims: Iterable[Program]) -> Program:
    """The conjunction."""
    result: Program | None = None
    for claim in dict.fromkeys(claims):
        result = claim if result is None else apply(BOOLEANS["and"], result, claim)
    return literal(1, BOOL) if result is None else result


NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
NEGATED |= {f"bv{sign}{old}": f"bv{sign}{new}" for sign in "us" for old, new in (("lt", "ge"), ("le", "gt"))}
NEGATED |= {new: old for old, new in NEGATED.items()}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
MIRRORED |= {f"bv{sign}{old}": f"bv{sign}{new}" for sign in "us" for old, new in (("lt", "gt"), ("le", "ge"))}
MIRRORED |= {new: old for old, new in MIRRORED.items()}


def negated(claim: Program) -> Program:
    """The opposite, without a `not` where the root is a comparison that has one."""
    root = head(claim)
    if root is not None and root.name == "not":
        return children(claim)[0]
    value = number(claim)
    if value is not None:
        return literal(1 - value, BOOL)
    return exchanged(claim, NEGATED) or apply(BOOLEANS["not"], claim)


def exchanged(claim: Program, names: Mapping[str, str]) -> Program | None:
    """A comparison with another relation on the same sides; None for other claims."""
    root, sides = head(claim), children(claim)
    if root is None or len(sides) != 2:
        return None
    known = operators(plain(sides[0].type))
    mine = next((name for name, primitive in known.items() if primitive.smt == root.smt), "")
    return apply(known[names[mine]], *sides) if mine in names else None


def forms(claim: Program) -> Iterator[Program]:
    """A condition and equal ones: its sides exchanged, or its opposite negated."""
    yield claim
    yield from turned(claim)
    opposite = exchanged(claim, NEGATED)
    for form in (opposite, *turned(opposite)) if opposite is not None else ():
        yield apply(BOOLEANS["not"], form)


def turned(claim: Program) -> list[Program]:
    """A comparison with its sides exchanged."""
    other = exchanged(claim, MIRRORED)
    root = head(other) if other is not None else None
    return [apply(root, *reversed(children(claim)))] if root is not None else []


def choose(condition: Program, one: Program, other: Program) -> Program:
    """The first where the condition holds, the second elsewhere."""
    return one if one == other else apply(operators(plain(one.type))["ite"], condition, one, other)


def run(program: Program, columns: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Values in a given shape, also of a program without terminals."""
    used = {node.name: columns[node.name] for node in program.terminals} or {"": np.zeros(shape)}
    return np.broadcast_to(program.run(used), shape)
