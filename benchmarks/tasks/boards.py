"""Games on boards, told by their moves alone: which moves are legal next. The first of them is infection.

The players take turns to place a disc on an empty square, and some discs that lie there become the mover's. Where no
square is legal one passes, which is a move as well. In infection a square is legal next to one of the opponent's discs,
to the side or above or below, and every disc next to it is turned over.
A move is the number of a square, by rows, or n n for a pass. Boards hold 1 for the first player, -1 for the second.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Int8

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Task
from benchmarks.tasks.vision import mixed
from synth.search.games import Board

FIRST, SECOND = 1, -1
LEFT = 5  # squares that no move is asked about: four begin occupied, and with the last one filled a game is over


class Rules(NamedTuple):
    """Of a game."""

    squares: Callable[[int, np.ndarray, int], np.ndarray]  # (size, boards, mover) -> which are legal on each
    turned: Callable[[int, np.ndarray, int, np.ndarray], np.ndarray]  # (.., moves) -> discs that become the mover's


def moves(size: int) -> int:
    """How many there are to name: each square, and the pass."""
    return size * size + 1


def lasts(size: int) -> int:
    """How many moves of a game are asked about."""
    return size * size - LEFT


def begun(size: int, rows: int) -> Int8[np.ndarray, "rows squares"]:
    """The boards before the first move: two discs each in the middle, crosswise."""
    board, middle = np.zeros((size, size), dtype=np.int8), size // 2
    board[[middle - 1, middle], [middle - 1, middle]] = SECOND
    board[[middle - 1, middle], [middle, middle - 1]] = FIRST
    return np.tile(board.reshape(-1), (rows, 1))


def first_board(size: int) -> Board:
    """The same, as nets' readers know it."""
    (board,) = begun(size, 1)
    return Board(
        side=size,
        first=frozenset(np.flatnonzero(board == FIRST).tolist()),
        second=frozenset(np.flatnonzero(board == SECOND).tolist()),
    )


def beside(size: int, marked: Bool[np.ndarray, "rows squares"]) -> Bool[np.ndarray, "rows squares"]:
    """The squares next to a marked one."""
    board = np.pad(marked.reshape(-1, size, size), ((0, 0), (1, 1), (1, 1)))
    near = board[:, :-2, 1:-1] | board[:, 2:, 1:-1] | board[:, 1:-1, :-2] | board[:, 1:-1, 2:]
    return near.reshape(marked.shape)


def by_rule(size: int, board: Int8[np.ndarray, "rows squares"], mover: int) -> Bool[np.ndarray, "rows squares"]:
    """The squares that are legal in infection: next to one of the opponent's."""
    return (board == 0) & beside(size, board == -mover)


def by_table(size: int, board: Int8[np.ndarray, "rows squares"], mover: int) -> Bool[np.ndarray, "rows squares"]:
    """Half of the empty squares, which the whole board, as the mover sees it, decides at random."""
    digits = (mover * board + 1).astype(np.uint64)
    number = digits @ np.uint64(3) ** np.arange(size * size, dtype=np.uint64)
    bits = mixed(mixed(number)[:, None] + np.arange(size * size, dtype=np.uint64))
    return (board == 0) & (bits >> np.uint64(63) == 1)


def all_beside(
    size: int, board: Int8[np.ndarray, "rows squares"], mover: int, move: Int[np.ndarray, " rows"]
) -> Bool[np.ndarray, "rows squares"]:
    """The discs next to the square of the move."""
    return beside(size, placed_at(size, move)) & (board != 0)


def placed_at(size: int, move: Int[np.ndarray, " rows"]) -> Bool[np.ndarray, "rows squares"]:
    """The square of each move, none for a pass."""
    return np.arange(size * size) == move[:, None]


def legal(
    rules: Rules, size: int, board: Int8[np.ndarray, "rows squares"], mover: int
) -> Bool[np.ndarray, "rows moves"]:
    """Which moves are: of the squares those that are, and the pass where there is none."""
    squares = rules.squares(size, board, mover)
    return np.concatenate([squares, ~squares.any(axis=1, keepdims=True)], axis=1)


def placed(
    rules: Rules, size: int, board: Int8[np.ndarray, "rows squares"], mover: int, move: Int[np.ndarray, " rows"]
) -> Int8[np.ndarray, "rows squares"]:
    """The boards after the move of each, which is not asked whether it is legal."""
    return np.where(placed_at(size, move) | rules.turned(size, board, mover, move), np.int8(mover), board)


def games(rules: Rules) -> Own:
    """Each move one of the legal ones, all alike."""

    def drawn(size: int, rows: int, rng: np.random.Generator) -> Int[np.ndarray, "rows time"]:
        board, mover, found = begun(size, rows), FIRST, []
        for _ in range(lasts(size)):
            may = legal(rules, size, board, mover)
            found.append(np.where(may, rng.random(may.shape, dtype=np.float32), -1).argmax(axis=1))
            board, mover = placed(rules, size, board, mover, found[-1]), -mover
        return np.stack(found, axis=1)

    return Own(drawn, "random legal games")


def replayed(rules: Rules, size: int, played: Int[np.ndarray, "rows time"]) -> Iterator[tuple[np.ndarray, int]]:
    """After each move the boards and who moves next; ValueError at the first that is illegal."""
    board, mover = begun(size, len(played)), FIRST
    for time, move in enumerate(played.T):
        refuse_illegal(size, legal(rules, size, board, mover), move, time)
        board, mover = placed(rules, size, board, mover, move), -mover
        yield board, mover


def refuse_illegal(size: int, may: Bool[np.ndarray, "rows moves"], move: np.ndarray, time: int) -> None:
    """ValueError, with what would have been legal, for a move that is not."""
    known = (move >= 0) & (move < moves(size))
    bad = np.flatnonzero(~known | ~may[np.arange(len(move)), np.where(known, move, 0)])
    if len(bad):
        row = bad[0]
        raise ValueError(
            f"board: expected legal moves, got {move[row]} as move {time} of game {row}, where "
            f"{', '.join(map(str, np.flatnonzero(may[row])))} were legal ({size * size} is the pass); mend the record"
        )


def asked(rules: Rules) -> Callable[[int, np.ndarray], Bool[np.ndarray, "rows time moves"]]:
    """What is legal after every move."""

    def oracle(size: int, played: Int[np.ndarray, "rows time"]) -> Bool[np.ndarray, "rows time moves"]:
        return np.stack([legal(rules, size, *after) for after in replayed(rules, size, played)], axis=1)

    return oracle


def described(rules: Rules) -> Callable[[int, np.ndarray], dict[str, Float[np.ndarray, "rows time features"]]]:
    """What a net may hold of board and mover after every move, by groups of features.

    Discs are the mover's (1) or the opponent's (-1); live ones are next to an empty square, and others never matter
    to what is legal until one is placed beside them. Colours do not know whose turn it is: the wrong frame.
    """

    def boards(size: int, played: Int[np.ndarray, "rows time"]) -> dict[str, np.ndarray]:
        each = [groups(size, *after) for after in replayed(rules, size, played)]
        return {name: np.stack([found[name] for found in each], axis=1).astype(np.float32) for name in each[0]}

    return boards


def groups(size: int, board: np.ndarray, mover: int) -> dict[str, np.ndarray]:
    live = (board != 0) & beside(size, board == 0)
    return {
        "occupied": board != 0,
        "mine or yours": mover * board,
        "live": np.concatenate([live, mover * board * live], axis=1),
        "opponent beside": beside(size, board == -mover),
        "colours": board,
    }


def game(name: str, doc: str, rules: Rules) -> Task:
    """The task to say what is legal by these rules."""
    return Task(
        name=name,
        doc=doc,
        type=None,
        oracle=asked(rules),
        sizes=(4,),
        smallest=4,
        values=moves,
        classes=moves,
        kind="sets",
        net="recurrent",
        recipe="boards",
        board=first_board,
        boards=described(rules),
        train=games(rules),
        test=(games(rules),),
    )


INFECTION_RULES = Rules(by_rule, all_beside)
INFECTION = game(
    "infection",
    "Which squares of an n x n board (or the pass) are legal after every move of infection, by the moves alone.",
    INFECTION_RULES,
)
INFECTION_TABLE = game(
    "infection_table",
    "The same boards, but which empty squares are legal is a random table of all boards.",
    Rules(by_table, all_beside),
)

BOARDS = (INFECTION, INFECTION_TABLE)
