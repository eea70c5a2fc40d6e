"""Rules of games on boards: found by moves and what is legal after them, against games played square by square."""

from collections.abc import Callable

import numpy as np
import pytest

from synth.search.games import Board, Rules, rules_of

BOARD = Board(side=4, first=frozenset({6, 9}), second=frozenset({5, 10}))
EVERY = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
ORTHOGONAL = [(0, 1), (1, 0), (0, -1), (-1, 0)]
Grid = dict[tuple[int, int], int]
Turn = Callable[[Grid, int, tuple[int, int]], list[tuple[int, int]] | None]  # what a disc there turns; None: illegal


def infected(grid: Grid, mover: int, at: tuple[int, int]) -> list[tuple[int, int]] | None:
    near = [(at[0] + down, at[1] + right) for down, right in ORTHOGONAL]
    turned = [square for square in near if grid.get(square) == -mover]
    return turned if grid[at] == 0 and turned else None


def bracketed(grid: Grid, mover: int, at: tuple[int, int]) -> list[tuple[int, int]] | None:
    found = []
    for down, right in EVERY:
        line, (row, column) = [], (at[0] + down, at[1] + right)
        while grid.get((row, column)) == -mover:
            line.append((row, column))
            row, column = row + down, column + right
        found += line if grid.get((row, column)) == mover else []
    return found if grid[at] == 0 and found else None


def played(turn: Turn, rows: int, length: int, seed: int, board: Board = BOARD) -> tuple[np.ndarray, np.ndarray]:
    """Random games: the moves, and which are legal after each."""
    rng, side = np.random.default_rng(seed), board.side
    games, sets = np.zeros((rows, length), dtype=int), np.zeros((rows, length, side * side + 1), dtype=bool)
    for row in range(rows):
        grid = {divmod(at, side): (at in board.first) - (at in board.second) for at in range(side * side)}
        mover = 1
        may = legal(turn, grid, mover)
        for time in range(length):
            move = int(rng.choice(np.flatnonzero(may)))
            if move < side * side:
                at = divmod(move, side)
                for square in [*(turn(grid, mover, at) or []), at]:
                    grid[square] = mover
            mover = -mover
            may = legal(turn, grid, mover)
            games[row, time], sets[row, time] = move, may
    return games, sets


def legal(turn: Turn, grid: Grid, mover: int) -> np.ndarray:
    squares = [turn(grid, mover, at) is not None for at in sorted(grid)]
    return np.array([*squares, not any(squares)])


@pytest.mark.parametrize("turn", [infected, bracketed])
def test_rules_are_found_by_games_and_hold_in_others(turn):
    rules = rules_of(BOARD, *played(turn, 80, 10, seed=0))
    assert rules is not None
    moves, sets = played(turn, 100, 11, seed=1)
    assert np.array_equal(rules.allowed(rules.along(moves)), sets)
    assert rules.bits < 42


def test_a_larger_board_has_the_same_rules():
    larger = Board(side=6, first=frozenset({15, 20}), second=frozenset({14, 21}))
    small, large = (rules_of(board, *played(infected, 64, 10, 0, board)) for board in (BOARD, larger))
    assert small is not None
    assert large is not None
    assert small.text == large.text


def test_few_wrong_answers_are_forgiven_and_many_are_not():
    moves, sets = played(infected, 64, 10, seed=0)
    right = rules_of(BOARD, moves, sets)
    rng = np.random.default_rng(0)
    for share, found in ((0.01, True), (0.3, False)):
        wrong = sets ^ (rng.random((*sets.shape[:2], 1)) < share) & (np.arange(17) == rng.integers(16))
        rules = rules_of(BOARD, moves, wrong)
        assert (rules is not None) == found
        assert right is not None
        assert rules is None or rules.text == right.text


def test_answers_that_do_not_count_are_not_looked_at():
    moves, sets = played(infected, 64, 10, seed=0)
    counts = np.arange(10) < np.random.default_rng(0).integers(6, 11, (64, 1))
    found, whole = rules_of(BOARD, moves, sets & counts[..., None], counts), rules_of(BOARD, moves, sets)
    assert found is not None
    assert found == whole


@pytest.mark.slow
def test_legal_moves_at_random_have_no_rules():
    moves, sets = played(infected, 64, 10, seed=0)
    mixed = np.random.default_rng(0).permutation(sets.reshape(-1, 17)).reshape(sets.shape)
    assert rules_of(BOARD, moves, mixed) is None


def test_rules_are_read_as_they_are_written():
    rules = rules_of(BOARD, *played(infected, 64, 10, seed=0))
    assert rules is not None
    assert Rules.read(BOARD, rules.text) == rules
    with pytest.raises(ValueError, match="expected 'taken = PROGRAM; legal = PROGRAM'"):
        Rules.read(BOARD, "legal = mine")


@pytest.mark.parametrize(
    ("moves", "sets", "message"),
    [
        (np.zeros((2, 3), int), np.zeros((2, 3, 16), bool), r"\(2, 3, 17\), got \(2, 3\) and \(2, 3, 16\)"),
        (np.full((2, 3), 17), np.zeros((2, 3, 17), bool), r"got 17 as move 0 of game 0"),
    ],
)
def test_moves_that_the_board_has_not_are_refused(moves, sets, message):
    with pytest.raises(ValueError, match=message):
        rules_of(BOARD, moves, sets)


@pytest.mark.parametrize(("first", "second", "wrong"), [({1}, {1}, r"\[1\]"), ({16}, {2}, r"\[16\]")])
def test_a_first_board_that_cannot_be_is_refused(first, second, wrong):
    with pytest.raises(ValueError, match=wrong):
        Board(side=4, first=frozenset(first), second=frozenset(second))
