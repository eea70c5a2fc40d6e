"""A shorter program that still satisfies the constraints: parts are replaced, choices are joined, all of it proved."""

import time
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from synth.files.sygus.operators import BOOLEANS
from synth.language.primitive import Primitive
from synth.language.program import Apply, Program, Terminal, apply
from synth.language.types import plain
from synth.proofs.constraints.board import Board
from synth.proofs.constraints.expression import (
    children,
    every,
    head,
    part,
    parts,
    replace_part,
    run,
    size,
)
from synth.proofs.smt import Proved

SECONDS = 0.5  # for the proof of one step
WORTH = 40  # nodes of a part beyond which no shorter one is looked up
FRESH = 8  # counterexamples that one part's candidates may cost


def shrink(board: Board, program: Program, pool: Sequence[Program], until: float) -> Program:
    """The shortest program that single replacements lead to; the given one satisfies the constraints."""
    pool = sorted(dict.fromkeys(pool), key=size)
    while time.monotonic() < until:
        shorter = step(board, program, pool, until)
        if shorter is None:
            return program
        program = shorter
    return program


def step(board: Board, program: Program, pool: Sequence[Program], until: float) -> Program | None:
    """A shorter right program that is one replacement away."""
    whole = size(program)
    for candidate in rewritten(program):
        if size(candidate) < whole and right(board, candidate):
            return candidate
    for place in places_by_size(program):
        if time.monotonic() > until:
            return None
        for other in replacements(board, program, place, pool):
            candidate = replace_part(program, place, other)
            if size(candidate) < whole and right(board, candidate):
                return candidate
    return None


def right(board: Board, program: Program) -> bool:
    """Whether a program satisfies the constraints: on the rows, then for all inputs."""
    held = board.satisfied(board.values(program)[None, :])
    return bool(held.all()) and isinstance(board.ask([board.fails(program)], SECONDS), Proved)


def places_by_size(program: Program) -> list[int]:
    """The nodes with something below them, larger parts first."""
    sizes = [size(piece) for piece in parts(program)]
    return sorted((i for i, n in enumerate(sizes) if n > 1), key=lambda i: -sizes[i])


def replacements(board: Board, program: Program, place: int, pool: Sequence[Program]) -> Iterator[Program]:
    """Shorter terms with which the program is right on all rows, shortest first."""
    piece = part(program, place)
    limit, kind = size(piece), plain(piece.type)
    inner = [other for other in parts(piece)[:-1] if plain(other.type) == kind]
    looked = [other for other in pool if plain(other.type) == kind] if limit <= WORTH else []
    shorter = sorted((o for o in dict.fromkeys((*inner, *looked)) if size(o) < limit), key=size)
    if not shorter:
        return
    fitting = np.flatnonzero(fits(board, program, place, shorter))
    for tried, found in enumerate(fitting):
        if tried >= FRESH:
            return
        yield shorter[found]


def fits(board: Board, program: Program, place: int, others: Sequence[Program]) -> np.ndarray:
    """Which replacements of a node leave the program right on all rows; all at once, shape (others,)."""
    hole = Terminal("hole!", part(program, place).type)
    opened = replace_part(program, place, Program((hole,)))
    values = np.stack([board.values(other) for other in others])
    given = {name: column[None, :] for name, column in board.given.items()} | {"hole!": values}
    outputs = run(opened, given, values.shape)
    return np.logical_and.reduce(board.satisfied(outputs), axis=1)


def rewritten(program: Program) -> Iterable[Program]:
    """Equal programs in which two choices became one, or what both branches do is done after the choice."""
    for place, node in enumerate(program.nodes):
        if not isinstance(node, Apply) or node.primitive.choice is None:
            continue
        condition, one, other = children(part(program, place))
        for better in (*nested(node.primitive, condition, one, other), *after(node.primitive, condition, one, other)):
            yield replace_part(program, place, better)


def nested(choice: Primitive, condition: Program, one: Program, other: Program) -> Iterator[Program]:
    """if (a and b) x (if a y z) is if a (if b x y) z; if a x (if b x y) is if (a or b) x y."""
    root, inner = head(condition), head(other)
    if inner != choice:
        return
    test, second, third = children(other)
    if root is not None and root.name == "and":
        claims = conjuncts(condition)
        if test in claims:
            rest = every(claim for claim in claims if claim != test)
            yield apply(choice, test, apply(choice, rest, one, second), third)
    if second == one:
        yield apply(choice, apply(BOOLEANS["or"], condition, test), one, third)


def conjuncts(claim: Program) -> list[Program]:
    """The parts of a conjunction."""
    found, stack = [], [claim]
    while stack:
        piece = stack.pop()
        root = head(piece)
        if root is not None and root.name == "and":
            stack += reversed(children(piece))
        else:
            found.append(piece)
    return found


def after(choice: Primitive, condition: Program, one: Program, other: Program) -> Iterator[Program]:
    """if c (f x k) (f y k) is f (if c x y) k."""
    root = head(one)
    if root is None or root != head(other) or root == choice:
        return
    mine, yours = children(one), children(other)
    unlike = [i for i, pair in enumerate(zip(mine, yours, strict=True)) if pair[0] != pair[1]]
    if len(unlike) == 1 and plain(mine[unlike[0]].type) == plain(one.type):
        args = list(mine)
        args[unlike[0]] = apply(choice, condition, mine[unlike[0]], yours[unlike[0]])
        yield apply(root, *args)
