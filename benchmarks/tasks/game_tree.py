"""All states of a small game, listed once: its games and what is legal in them are then looked up and not played."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, Int8, Int32

from benchmarks.tasks.boards import FIRST, Rules, begun, legal, placed, refuse_illegal

NONE = -1  # where a move is illegal
Played = Int[np.ndarray, "games time"]


class Tree(NamedTuple):
    """A state is a board after so many moves, the first before any. Where a game is over both players pass on."""

    boards: Int8[np.ndarray, "states squares"]
    moves: Int8[np.ndarray, " states"]  # before it
    mover: Int8[np.ndarray, " states"]
    legal: Bool[np.ndarray, "states moves"]
    over: Bool[np.ndarray, " states"]  # where neither player has a square
    after: Int32[np.ndarray, "states moves"]  # the state that each move leads to; itself where it is over

    @property
    def longest(self) -> int:
        """Moves of the longest game."""
        return int(self.moves[-1])


def listed(rules: Rules, size: int) -> Tree:
    """Every state that legal moves lead to, one number of moves after the other."""
    board, mover, time, first = begun(size, 1), FIRST, 0, 0
    levels = []
    while len(board):
        may = legal(rules, size, board, mover)
        over = may[:, -1] & legal(rules, size, board, -mover)[:, -1]
        after = np.full(may.shape, NONE, dtype=np.int32)
        after[over, -1] = first + np.flatnonzero(over)
        rows, move = np.nonzero(may & ~over[:, None])
        reached, which = np.unique(placed(rules, size, board[rows], mover, move), axis=0, return_inverse=True)
        after[rows, move] = first + len(board) + which.reshape(-1)
        of_all = (np.full(len(board), each, dtype=np.int8) for each in (time, mover))
        levels.append((board, *of_all, may, over, after))
        board, mover, time, first = reached, -mover, time + 1, first + len(board)
    return Tree(*(np.concatenate(each) for each in zip(*levels, strict=True)))


def walked(tree: Tree, size: int, played: Played) -> Int[np.ndarray, "games time"]:
    """The states after each move; ValueError at the first that is illegal."""
    state, found = np.zeros(len(played), dtype=np.int32), []
    for time, move in enumerate(played.T):
        refuse_illegal(size, tree.legal[state], move, time)
        state = tree.after[state, move]
        found.append(state)
    return np.stack(found, axis=1)


def whole_games(tree: Tree) -> Int8[np.ndarray, "games time"]:
    """Each that there is once, by its moves; after its end both players pass."""
    state, played = np.zeros(1, dtype=np.int32), np.zeros((1, 0), dtype=np.int8)
    for _ in range(tree.longest):
        rows, move = np.nonzero(tree.legal[state])
        played = np.concatenate([played[rows], move[:, None].astype(np.int8)], axis=1)
        state = tree.after[state[rows], move]
    return played
