"""The rules of a game for two on a board, found from its moves and from what is legal after each of them.

Nothing is seen of the boards but the first. Players take turns; a move names a square, or passes. The rules are two
programs over the squares of whoever moves next (`mine`) and of the other (`yours`): which squares a `move` makes the
mover's, and which are legal then; one passes where none is. Both are sought together, from the shortest on: programs of
the first kind that have led to the same boards so far share these boards, and are given up with them where no program
of the second kind says what is legal there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, UInt64

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.bank.elsewhere import values_on
from synth.language.grammar import program_bits, uniform_language
from synth.language.parse import parse
from synth.language.program import Program, Terminal
from synth.language.types import BV, Type
from synth.library.boards import boards

MINE, YOURS, MOVE = "mine", "yours", "move"
TELLING = 64  # boards at random, by which programs are told apart
PLAYED = 64  # games that are looked at
NODES = ((6, 7), (7, 8))  # of the programs that are tried at most: what a move takes, what is legal
FORGIVEN = 0.02  # share of the answers that may be wrong
CELLS = 1 << 22  # words that are worked out together

Words = UInt64[np.ndarray, "..."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Squares by rows; which of them hold the discs of who moves first, and of the other, at the beginning."""

    side: int
    first: frozenset[int]
    second: frozenset[int]

    def __post_init__(self) -> None:
        boards(self.side)
        wrong = {square for square in self.first | self.second if not 0 <= square < self.squares}
        wrong |= self.first & self.second
        if wrong:
            raise ValueError(
                f"board of {self.side} x {self.side}: expected discs of each player on squares of their own, 0 .. "
                f"{self.squares - 1} by rows, got both on one or none there: {sorted(wrong)}; mend the first board"
            )

    @property
    def squares(self) -> int:
        return self.side * self.side

    def begun(self, rows: int) -> "Seen":
        """Each game's first board."""
        return Seen(*(np.full(rows, sum(1 << each for each in some), np.uint64) for some in (self.first, self.second)))

    def words(self, moves: Int[np.ndarray, "..."]) -> Words:
        """The square of each move, none for a pass."""
        at = np.minimum(moves, self.squares - 1).astype(np.uint64)
        return np.where(moves < self.squares, np.uint64(1) << at, np.uint64(0))

    def marked(self, words: Words) -> Bool[np.ndarray, "... squares"]:
        """Square by square."""
        return (words[..., None] >> np.arange(self.squares, dtype=np.uint64)) & np.uint64(1) == 1

    def word(self, marked: Bool[np.ndarray, "... squares"]) -> Words:
        """The squares in one word each."""
        return (marked.astype(np.uint64) << np.arange(self.squares, dtype=np.uint64)).sum(axis=-1, dtype=np.uint64)


class Seen(NamedTuple):
    """Boards, as who moves next sees them."""

    mine: Words
    yours: Words

    def taken(self, squares: Words) -> "Seen":
        """After a move that makes these squares the mover's, as the other sees it."""
        return Seen(self.yours & ~squares, self.mine | squares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which squares a move makes the mover's, and which are legal: programs over `mine`, `yours` and `move`."""

    board: Board
    taken: Program
    legal: Program
    bits: float

    @property
    def nodes(self) -> int:
        return len(self.taken.nodes) + len(self.legal.nodes)

    @property
    def text(self) -> str:
        """Both, as `read` takes them."""
        return f"taken = {self.taken.show()}; legal = {self.legal.show()}"

    @classmethod
    def read(cls, board: Board, text: str) -> "Rules":
        """The rules of a text; ValueError where it is none."""
        found = re.fullmatch(r"taken = (.+); legal = (.+)", text)
        if found is None:
            raise ValueError(f"rules: expected 'taken = PROGRAM; legal = PROGRAM', got {text!r}; write both programs")
        return cls.of(board, *(parse(each, boards(board.side), words_of(board)) for each in found.groups()))

    @classmethod
    def of(cls, board: Board, taken: Program, legal: Program) -> "Rules":
        """With what they cost, the words of each being those that it may name."""
        library, words = boards(board.side), words_of(board)
        bits = program_bits(taken, library, words) + program_bits(legal, library, words[:2])
        return cls(board=board, taken=taken, legal=legal, bits=bits)

    def after(self, seen: Seen, moves: Int[np.ndarray, " n"]) -> Seen:
        """The boards after a move, of which it is not asked whether it is legal."""
        return seen.taken(self.taken.run({**seen._asdict(), MOVE: self.board.words(moves)}))

    def along(self, moves: Int[np.ndarray, "rows time"]) -> Seen:
        """The boards after every move, (rows, time)."""
        seen, found = self.board.begun(len(moves)), []
        for move in np.asarray(moves).T:
            seen = self.after(seen, move)
            found.append(seen)
        return Seen(*(np.stack(each, axis=1) for each in zip(*found, strict=True)))

    def allowed(self, seen: Seen) -> Bool[np.ndarray, "... moves"]:
        """Which moves are legal, the last of them being the pass."""
        squares = self.board.marked(self.legal.run(seen._asdict()))
        return np.concatenate([squares, ~squares.any(axis=-1, keepdims=True)], axis=-1)


def words_of(board: Board) -> tuple[Terminal, ...]:
    """What programs name: the squares of who moves, those of the other, and the move's."""
    return tuple(Terminal(name, BV(board.squares)) for name in (MINE, YOURS, MOVE))


def rules_of(
    board: Board,
    moves: Int[np.ndarray, "rows time"],
    legal: Bool[np.ndarray, "rows time moves"],
    counts: Bool[np.ndarray, "rows time"] | None = None,
    seed: int = 0,
) -> Rules | None:
    """The shortest rules by which at most FORGIVEN of what is said to be legal is wrong, where it counts.

    None where none of at most NODES nodes are. Raises ValueError for moves, or sets of them, that the board has not.
    """
    checked(board, moves, legal)
    some = np.random.default_rng([seed, 61]).permutation(len(moves))[:PLAYED]
    counted = np.ones(moves[some].shape, dtype=bool) if counts is None else counts[some]
    played = _Played(moves[some], board.word(legal[some][..., : board.squares]), counted)
    for nodes in NODES:
        takes = _Bank.of(board, 3, nodes[0], seed)
        says = _Bank.of(board, 2, nodes[1], seed)
        found = _sought(board, played, takes, says)
        if found is not None:
            return found
    return None


def checked(board: Board, moves: np.ndarray, legal: np.ndarray) -> None:
    """ValueError unless there are moves of the board, and after each of them which are legal."""
    wanted = (*np.shape(moves), board.squares + 1)
    if np.ndim(moves) != 2 or np.shape(legal) != wanted:
        raise ValueError(
            f"games: expected moves (rows, time) and of each of {board.squares + 1} moves whether it is legal then, "
            f"{wanted}, got {np.shape(moves)} and {np.shape(legal)}; the last of them is the pass"
        )
    bad = np.argwhere((moves < 0) | (moves > board.squares))
    if len(bad):
        row, time = bad[0]
        raise ValueError(
            f"games: expected moves 0 .. {board.squares}, the last of them being the pass, got {moves[row, time]} as "
            f"move {time} of game {row}; number the squares by rows"
        )


class _Played(NamedTuple):
    """Some games: moves, the squares that are legal after each, and where that counts."""

    moves: Int[np.ndarray, "rows time"]
    legal: UInt64[np.ndarray, "rows time"]
    counts: Bool[np.ndarray, "rows time"]


@dataclass(frozen=True, slots=True)
class _Bank:
    """Programs that are told apart by random boards, from the cheapest on."""

    bank: Bank
    kind: Type
    costs: Int[np.ndarray, " programs"]

    @classmethod
    def of(cls, board: Board, count: int, nodes: int, seed: int) -> "_Bank":
        """Over the first words, all of so many nodes, or those for which there is room."""
        words = words_of(board)[:count]
        language, kind = uniform_language(boards(board.side), words), words[0].type
        given = _at_random(board, np.random.default_rng([seed, 62]))
        bank = Bank(language, {word.name: given[word.name] for word in words}, Meter(Budget()))
        most = nodes * max(language.costs[kind].values())
        counts = [(cost, bank.count(kind)) for cost in _built(bank, most)]
        sizes = np.diff([0, *(count for _, count in counts)])
        return cls(bank, kind, np.repeat([cost for cost, _ in counts], sizes))

    def values(self, columns: Mapping[str, Words], some: Int[np.ndarray, " some"]) -> UInt64[np.ndarray, "rows some"]:
        return values_on(self.bank, columns, {self.kind: some})[self.kind]

    def program(self, place: int) -> Program:
        return self.bank.program(self.kind, int(place))


def _built(bank: Bank, most: int) -> Iterator[int]:
    """The costs up to `most`, each once its programs are there."""
    for cost in range(bank.step, most + 1, bank.step):
        try:
            bank.build(cost)
        except Spent:
            return
        yield cost


def _at_random(board: Board, rng: np.random.Generator) -> dict[str, Words]:
    """Boards with any discs on them, and a move to an empty square, or none."""
    disc = rng.integers(0, 3, (TELLING, board.squares)) - 1
    free = np.where(disc == 0, rng.random(disc.shape), -1.0)
    move = np.where(free.max(axis=1) > 0, free.argmax(axis=1), board.squares)
    return {MINE: board.word(disc == 1), YOURS: board.word(disc == -1), MOVE: board.words(move)}


class _Group(NamedTuple):
    """What has led to the same boards so far, and what says on them what is legal, so often wrongly."""

    takes: Int[np.ndarray, " some"]
    says: Int[np.ndarray, " others"]
    wrong: Int[np.ndarray, " others"]
    seen: Seen


def _sought(board: Board, played: _Played, takes: _Bank, says: _Bank) -> Rules | None:
    forgiven = int(FORGIVEN * played.counts.sum())
    every, others = (np.arange(len(bank.costs)) for bank in (takes, says))
    groups = [_Group(every, others, np.zeros(len(others), dtype=int), board.begun(len(played.moves)))]
    for time in range(played.moves.shape[1]):
        moves, legal, counts = board.words(played.moves[:, time]), played.legal[:, time], played.counts[:, time]
        judged = (_judged(_told_apart(group, takes, moves), says, legal, counts, forgiven) for group in groups)
        groups = [group for some in judged for group in some]
    if not groups:
        return None
    fewest = min(int(group.wrong.min()) for group in groups)
    best = min(
        (takes.costs[group.takes[0]] + says.costs[first], group.takes[0], first)
        for group in groups
        for first in group.says[group.wrong == fewest][:1]
    )
    return Rules.of(board, takes.program(best[1]), says.program(best[2]))


def _told_apart(group: _Group, takes: _Bank, moves: Words) -> list[_Group]:
    """Its programs by the boards to which they lead, what each says of the next move."""
    case, back = np.unique(np.stack([*group.seen, moves]), axis=1, return_inverse=True)
    squares = takes.values(dict(zip((MINE, YOURS, MOVE), case, strict=True)), group.takes)
    after = Seen(case[0][:, None], case[1][:, None]).taken(squares)
    which = np.unique(np.concatenate(after), axis=1, return_inverse=True)[1]
    order = np.argsort(which, kind="stable")
    return [
        group._replace(takes=group.takes[some], seen=Seen(*(each[back, some[0]] for each in after)))
        for some in np.split(order, np.flatnonzero(np.diff(which[order])) + 1)
    ]


def _judged(
    groups: list[_Group],
    says: _Bank,
    legal: UInt64[np.ndarray, " rows"],
    counts: Bool[np.ndarray, " rows"],
    forgiven: int,
) -> Iterator[_Group]:
    """Groups of the same programs that say what is legal, without those that are wrong too often; none without any."""
    if not counts.any():
        yield from groups
        return
    seen = np.concatenate([np.stack(group.seen)[:, counts] for group in groups], axis=1)
    case, back = np.unique(seen, axis=1, return_inverse=True)
    columns: dict[str, Words] = {MINE: case[0], YOURS: case[1]}
    known = groups[0].says
    asked = [
        np.unique(np.stack([place.astype(np.uint64), legal[counts]]), axis=1, return_counts=True)
        for place in np.split(back, len(groups))
    ]
    wrong = [np.copy(group.wrong) for group in groups]
    for some in np.array_split(np.arange(len(known)), -(-len(known) * case.shape[1] // CELLS)):
        told = says.values(columns, known[some])
        for (where, often), total in zip(asked, wrong, strict=True):
            total[some] += (told[where[0].astype(int)] != where[1][:, None]).T @ often
    for group, total in zip(groups, wrong, strict=True):
        kept = total <= forgiven
        if kept.any():
            yield group._replace(says=known[kept], wrong=total[kept])
