"""Othello on 4 x 4, told by its moves alone, all of whose states are listed; some are held out from training.

A disc is placed so that a straight run of the opponent's discs, to any of eight sides, ends with one of the mover's;
all such runs are turned over. A game is over when neither player has a square; what follows its end does not count.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Int8

from benchmarks.tasks.boards import Rules, first_board, moves
from benchmarks.tasks.game_tree import Tree, listed, walked, whole_games
from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Task
from benchmarks.tasks.vision import mixed

SIDES = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right)
OPENING = 6  # moves by which whole games are held out
SHOWN = 4  # moves after which no state is held out
HELD = 0.1  # share of the openings, and of the states
SIZE = 4  # at 6 nobody has listed them


class Known(NamedTuple):
    """Games that are trained on, the others, and the states that training asks about."""

    trained: Int8[np.ndarray, "games time"]
    held: Int8[np.ndarray, "games time"]
    seen: Bool[np.ndarray, " states"]


@cache
def rays(size: int) -> Int[np.ndarray, "squares sides steps"]:
    """The squares that lie to each side of each, the nearest first; beyond the board the number of one more."""
    at = np.stack(np.divmod(np.arange(size * size), size), axis=1)
    reached = at[:, None, None] + np.arange(1, size)[:, None] * np.array(SIDES)[:, None]
    inside = ((reached >= 0) & (reached < size)).all(axis=-1)
    return np.where(inside, reached @ np.array([size, 1]), size * size)


def runs(
    board: Int8[np.ndarray, "rows squares"], mover: int, ray: Int[np.ndarray, "#rows *more steps"]
) -> Bool[np.ndarray, "rows *more steps"]:
    """Of the squares along each ray those of the opponent's, from the first on, that end with one of the mover's."""
    seen = mover * np.pad(board, ((0, 0), (0, 1)))[np.arange(len(board)).reshape(-1, *[1] * (ray.ndim - 1)), ray]
    theirs = np.logical_and.accumulate(seen == -1, axis=-1)
    ends = np.pad(theirs, [(0, 0)] * (ray.ndim - 1) + [(1, 0)])[..., :-1] & ~theirs & (seen == 1)
    return theirs & ends.any(axis=-1, keepdims=True)


def by_runs(size: int, board: Int8[np.ndarray, "rows squares"], mover: int) -> Bool[np.ndarray, "rows squares"]:
    """The squares that are legal in Othello."""
    return (board == 0) & runs(board, mover, rays(size)[None]).any(axis=(-2, -1))


def all_runs(
    size: int, board: Int8[np.ndarray, "rows squares"], mover: int, move: Int[np.ndarray, " rows"]
) -> Bool[np.ndarray, "rows squares"]:
    """The discs in such runs from the square of the move."""
    ray = np.concatenate([rays(size), np.full_like(rays(size)[:1], size * size)])[move]
    found = np.zeros((len(board), size * size + 1), dtype=bool)
    rows, side, step = np.nonzero(runs(board, mover, ray))
    found[rows, ray[rows, side, step]] = True
    return found[:, :-1]


@cache
def tree(size: int) -> Tree:
    return listed(OTHELLO_RULES, size)


@cache
def known(size: int) -> Known:
    """Which games and states are held out, by hashed numbers of their openings and boards."""
    whole, states = whole_games(tree(size))[:, : told(size)], tree(size)
    board = (states.boards + 1).astype(np.uint64) @ np.uint64(3) ** np.arange(size * size, dtype=np.uint64)
    number = np.uint64(2) * board + (states.mover > 0)  # one for the same board after more passes
    trained = whole[~opened(size, whole)]
    asked = np.isin(number, number[walked(states, size, trained)])
    return Known(trained, whole[opened(size, whole)], asked & (~chosen(number) | (states.moves <= SHOWN)))


def opened(size: int, played: Int[np.ndarray, "rows time"]) -> Bool[np.ndarray, " rows"]:
    """Whether games begin with moves that are held out."""
    return chosen(played[:, :OPENING].astype(np.uint64) @ np.uint64(moves(size)) ** np.arange(OPENING, dtype=np.uint64))


def chosen(numbers: np.ndarray) -> Bool[np.ndarray, " numbers"]:
    """A share of them, the same ones always."""
    return mixed(mixed(numbers.astype(np.uint64))) < np.uint64(HELD * 2**64)


def told(size: int) -> int:
    """How many moves of a game are asked about: after the last of the longest one it is over."""
    return tree(size).longest - 1


def trained_games(size: int, rows: int, rng: np.random.Generator) -> Int8[np.ndarray, "rows time"]:
    return rng.choice(known(size).trained, rows)


def held_games(size: int, rows: int, rng: np.random.Generator) -> Int8[np.ndarray, "rows time"]:
    """All different, as long as there are as many."""
    held = known(size).held
    return rng.choice(held, rows, replace=rows > len(held))


def oracle(size: int, played: Int[np.ndarray, "rows time"]) -> Bool[np.ndarray, "rows time moves"]:
    """What is legal after every move."""
    return tree(size).legal[walked(tree(size), size, played)]


def counts(size: int, played: Int[np.ndarray, "rows time"]) -> Bool[np.ndarray, "rows time"]:
    """Until the end of a game: of those trained on the states that are not held out, of the others the unseen ones."""
    states = walked(tree(size), size, played)
    return ~tree(size).over[states] & (known(size).seen[states] != opened(size, played)[:, None])


def features(size: int, played: Int[np.ndarray, "rows time"]) -> dict[str, Float[np.ndarray, "rows time features"]]:
    """What a net may hold of board and mover after every move, by groups of features, as of other games on boards.

    A disc is live where its colour can still matter: to be turned over, or to end a run, by a disc on an empty square.
    """
    states = walked(tree(size), size, played)
    board, mover = tree(size).boards[states], tree(size).mover[states][..., None]
    live = (board != 0) & ((board == 0) @ matters(size))
    found = {
        "occupied": board != 0,
        "mine or yours": mover * board,
        "live": np.concatenate([live, mover * board * live], axis=-1),
        "legal": tree(size).legal[states],
        "colours": board,
    }
    return {name: values.astype(np.float32) for name, values in found.items()}


@cache
def matters(size: int) -> Bool[np.ndarray, "squares squares"]:
    """Whether a disc placed on the first square may ever turn one on the second over, or end a run with it.

    Both are in line, and between them or beyond the second there is another square.
    """
    inside = rays(size) < size * size
    beyond = np.pad(inside, ((0, 0), (0, 0), (0, 1)))[..., 1:]
    at, side, step = np.nonzero(inside & (beyond | (np.arange(size - 1) > 0)))
    found = np.zeros((size * size, size * size), dtype=bool)
    found[at, rays(size)[at, side, step]] = True
    return found


def only_listed(size: int) -> int:
    """How many moves there are to name; ValueError where states are too many to list."""
    if size > SIZE:
        raise ValueError(f"othello: expected size {SIZE}, all of whose states can be listed, got {size}; take {SIZE}")
    return moves(size)


OTHELLO_RULES = Rules(by_runs, all_runs)
OTHELLO = Task(
    name="othello",
    doc="Which squares of an n x n board (or the pass) are legal after every move of Othello, by the moves alone.",
    type=None,
    oracle=oracle,
    sizes=(SIZE,),
    smallest=SIZE,
    values=only_listed,
    classes=only_listed,
    kind="sets",
    net="recurrent",
    recipe="othello",
    mask=counts,
    board=first_board,
    boards=features,
    train=Own(trained_games, "games of openings that are not held out"),
    test=(Own(held_games, "unseen states in games of openings that are held out"),),
)
