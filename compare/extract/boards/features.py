"""Which features of a board a state holds: programs over its squares, chosen one after the other by the bits they save.

What is proposed are the programs of few nodes over the squares of both players and the parts of the rules that were
found. Each marks some squares, and each square of it adds a vector to the state where it is marked. The price of a
feature are its program and half a logarithm of the boards for a number (Rissanen's two-part code).

A site from which nothing but the next answer is made may hold that answer and no board. There only features are
proposed that no answer can be put into: those that say of a square whose disc it holds, and which squares are taken.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64

from synth.bank.levels import levels
from synth.language.macro import part
from synth.language.parse import parse
from synth.language.program import Apply, Program
from synth.language.types import BV
from synth.library.boards import boards
from synth.search.games import Rules, Seen, words_of

NODES = 4  # of a program that is proposed, at most, a part of the rules being one
BOARDS = 6144  # by which features are chosen
MOST = 24  # features
TOGETHER = 32  # programs that are tried together
EXACT = 1e-6  # of a unit's variance, which is as good as nothing left
RIDGE = 1e-3  # boards, by which a square that is never marked counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A program over `mine` and `yours`, and the bits of what was proposed, in which parts of the rules are words."""

    program: Program
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Programs that mark squares of some boards, in order of bits, each unlike the others there."""

    rules: Rules
    parts: Mapping[str, Program]
    found: tuple[Program, ...]  # over `mine`, `yours` and the parts' names
    bits: Float[np.ndarray, " programs"]
    words: UInt64[np.ndarray, "boards programs"]

    def marked(self, some: Int[np.ndarray, " some"]) -> Bool[np.ndarray, "some boards squares"]:
        """Square by square."""
        return self.rules.board.marked(self.words[:, some].T)

    def feature(self, place: int) -> Feature:
        text = self.found[place].show()
        for name, program in self.parts.items():
            text = re.sub(rf"\b{name}\b", program.show(), text)
        program = parse(text, boards(self.rules.board.side), words_of(self.rules.board))
        return Feature(program=program, bits=float(self.bits[place]))


def proposals(rules: Rules, seen: Seen) -> Proposals:
    """Those of at most NODES nodes, for boards (n,)."""
    kind, given = BV(rules.board.squares), seen._asdict()
    parts = {f"part{place}": each for place, each in enumerate(parts_of(rules.legal))}
    columns = {**given, **{name: each.run(given) for name, each in parts.items()}}
    found = levels(boards(rules.board.side), columns, types=dict.fromkeys(columns, kind))
    first = next(found)
    kept = (first, *takewhile(lambda level: level.bits <= NODES * first.bits, found))
    return Proposals(
        rules=rules,
        parts=parts,
        found=tuple(level.program(kind, i) for level in kept for i in range(level.values[kind].shape[1])),
        bits=np.concatenate([np.full(level.values[kind].shape[1], level.bits) for level in kept]),
        words=np.concatenate([level.values[kind] for level in kept], axis=1),
    )


def of_own_discs(proposed: Proposals, seen: Seen) -> Proposals:
    """Those that mark a square by its own disc and by which squares are taken alone, whosever the other discs are.

    On the same boards with every disc coloured as its square is on another of them, no square changes its mark but
    where its own disc does.
    """
    taken, other = seen.mine | seen.yours, np.roll(seen.mine, 1)
    mixed = Seen(taken & other, taken & ~other)._asdict()
    given = {**mixed, **{name: each.run(mixed) for name, each in proposed.parts.items()}}
    again = np.stack([np.broadcast_to(each.run(given), taken.shape) for each in proposed.found], axis=1)
    changed = proposed.rules.board.marked(again ^ proposed.words)
    moved = changed & ~proposed.rules.board.marked(seen.mine ^ mixed["mine"])[:, None]
    kept = np.asarray(~moved.any(axis=(0, 2)))
    return replace(
        proposed,
        found=tuple(each for each, own in zip(proposed.found, kept, strict=True) if own),
        bits=proposed.bits[kept],
        words=proposed.words[:, kept],
    )


def parts_of(program: Program) -> Iterator[Program]:
    """What a program is made of, itself included, but for single words."""
    for place, node in enumerate(program.nodes):
        if isinstance(node, Apply):
            yield part(program.nodes, place)


def chosen(proposed: Proposals, states: Float[np.ndarray, "boards width"], whole: int) -> list[Feature]:
    """The features that save bits of so many states, of which these are drawn, the one that saves most first.

    None where nothing saves any.
    """
    live = states.std(axis=0) > EXACT * states.std(axis=0).max(initial=1e-30)
    left = (states[:, live] - states[:, live].mean(axis=0)).astype(np.float32)
    least = EXACT * (left**2).sum(axis=0)
    known = np.full((len(left), 1), len(left) ** -0.5, dtype=np.float32)  # orthonormal columns
    found: list[Feature] = []
    while len(found) < MOST:
        saved = np.concatenate(
            [_saved(proposed, some, known, left, least, whole) for some in _parts(len(proposed.bits))]
        )
        best = int(saved.argmax())
        if saved[best] <= 0:
            break
        found.append(proposed.feature(best))
        more = _beside(known, proposed.marked(np.array([best]))[0])
        basis, sizes, _ = np.linalg.svd(more, full_matrices=False)
        basis = basis[:, sizes > RIDGE]
        known, left = np.concatenate([known, basis], axis=1), left - basis @ (basis.T @ left)
    return found


def _parts(count: int) -> list[Int[np.ndarray, " some"]]:
    return np.array_split(np.arange(count), max(count // TOGETHER, 1))


def _saved(
    proposed: Proposals,
    some: Int[np.ndarray, " some"],
    known: Float[np.ndarray, "boards known"],
    left: Float[np.ndarray, "boards width"],
    least: Float[np.ndarray, " width"],
    whole: int,
) -> Float[np.ndarray, " some"]:
    """Bits that each of these programs saves, its own and those of its squares' numbers paid.

    What is left of few states is less than of all by as many of them as there are numbers.
    """
    own = _beside(known, proposed.marked(some))
    across = np.swapaxes(own, 1, 2)
    gram = (across @ own).astype(np.float64) + RIDGE * np.eye(own.shape[2])
    moment = (across @ left).astype(np.float64)
    after = (left**2).sum(axis=0) - (moment * np.linalg.solve(gram, moment)).sum(axis=1)
    ratio = np.maximum((left**2).sum(axis=0), least) / np.maximum(after, least)
    squares = (np.einsum("bii->bi", gram) > 2 * RIDGE).sum(axis=1)
    width, free = left.shape[1], len(left) - known.shape[1]
    told = np.log2(ratio).sum(axis=1) + width * np.log2(np.maximum(1 - squares / max(free, 1), EXACT))
    return 0.5 * whole * told - 0.5 * np.log2(whole) * squares * width - proposed.bits[some]


def _beside(
    known: Float[np.ndarray, "boards known"], marked: Bool[np.ndarray, "... boards squares"]
) -> Float[np.ndarray, "... boards squares"]:
    """What of these is no sum of the known columns."""
    values = marked.astype(np.float32)
    return values - known @ (known.T @ values)
