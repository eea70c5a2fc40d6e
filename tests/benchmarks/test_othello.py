"""Othello whose states are listed: against a plain engine; what is held out; which discs can still matter."""

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import TASKS
from benchmarks.tasks.boards import asked, legal, placed
from benchmarks.tasks.game_tree import walked, whole_games
from benchmarks.tasks.othello import (
    OPENING,
    OTHELLO,
    OTHELLO_RULES,
    SHOWN,
    SIZE,
    all_runs,
    counts,
    features,
    known,
    matters,
    oracle,
    tree,
)
from tests.benchmarks import plain_boards

GAMES, STATES = known(SIZE), tree(SIZE)
DRAWN = np.random.default_rng(0).choice(whole_games(STATES)[:, :-1], 200).astype(np.int64)


def test_states_and_what_is_legal_are_those_of_a_plain_engine() -> None:
    states = walked(STATES, SIZE, DRAWN)
    for moves, reached in zip(DRAWN[:50].tolist(), states, strict=False):
        discs = plain_boards.crossed(SIZE)
        for turn, (move, state) in enumerate(zip(moves, reached, strict=True)):
            mine, other = (("black", "white"), ("white", "black"))[turn % 2]
            plain_boards.put_in_othello(SIZE, discs, mine, move)
            colours = [{None: 0, "black": 1, "white": -1}[discs.get(divmod(at, SIZE))] for at in range(SIZE**2)]
            assert STATES.boards[state].tolist() == colours
            may = plain_boards.openings(SIZE, discs, other)
            assert STATES.over[state] == (not may and not plain_boards.openings(SIZE, discs, mine))
            assert np.flatnonzero(STATES.legal[state]).tolist() == (may or [SIZE**2])
    assert STATES.over[states[:, -1]].any()


def test_states_that_are_looked_up_are_those_that_are_played() -> None:
    ongoing = ~STATES.over[walked(STATES, SIZE, DRAWN)]
    assert np.array_equal(oracle(SIZE, DRAWN)[ongoing], asked(OTHELLO_RULES)(SIZE, DRAWN)[ongoing])


def test_every_game_is_listed_once() -> None:
    games = whole_games(STATES)
    assert len(games) == len(np.unique(games, axis=0)) == 60_060
    assert STATES.over[walked(STATES, SIZE, games)[:, -1]].all()
    assert not STATES.over[walked(STATES, SIZE, games)[:, -2]].all()


def test_no_state_that_is_trained_on_is_reported_on() -> None:
    samples = find("task", "othello", TASKS).samples(SIZE, 0)
    assert samples is not None
    fit, report = samples.fit, samples.report
    assert fit.mask is not None
    assert report.mask is not None
    trained, reported = (walked(STATES, SIZE, each.arguments[0])[each.mask] for each in (fit, report))
    boards = [{(*STATES.boards[state], STATES.mover[state]) for state in each} for each in (trained, reported)]
    assert not boards[0] & boards[1]
    assert not STATES.over[[*trained, *reported]].any()
    assert STATES.moves[reported].min() > SHOWN
    assert len(np.unique(reported)) > 1000
    begun = [{tuple(moves[:OPENING].tolist()) for moves in each.arguments[0]} for each in (fit, report)]
    assert not begun[0] & begun[1]
    assert {*map(tuple, GAMES.trained[:, :OPENING])}.isdisjoint(map(tuple, GAMES.held[:, :OPENING]))
    assert len(GAMES.trained) + len(GAMES.held) == 60_060
    assert 0.05 < len(GAMES.held) / 60_060 < 0.15


def test_all_that_is_played_early_counts_and_a_tenth_of_what_follows_does_not() -> None:
    states, asked_about = walked(STATES, SIZE, GAMES.trained), counts(SIZE, GAMES.trained)
    late = (STATES.moves[states] > SHOWN) & ~STATES.over[states]
    assert asked_about[:, :SHOWN].all()
    assert 0.88 < asked_about[late].mean() < 0.92
    assert not asked_about[STATES.over[states]].any()


def flipped(board: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.where(np.arange(SIZE**2) == at[:, None], -board, board)


def test_a_disc_that_is_not_live_never_matters() -> None:
    """Both boards go on alike, whatever is played."""
    rng = np.random.default_rng(1)
    states = walked(STATES, SIZE, DRAWN)
    live = features(SIZE, DRAWN)["live"][..., : SIZE**2] == 1
    row, time, at = np.nonzero((STATES.boards[states] != 0) & ~live & ~STATES.over[states][..., None])
    board, mover = STATES.boards[states[row, time]], STATES.mover[states[row, time]]
    assert len(board) > 300
    for player in (1, -1):
        boards = [each[mover == player] for each in (board, flipped(board, at))]
        for turn in range(6):
            one, other = (legal(OTHELLO_RULES, SIZE, each, player * (-1) ** turn) for each in boards)
            assert np.array_equal(one, other)
            move = np.where(one, rng.random(one.shape), -1).argmax(axis=1)
            boards = [placed(OTHELLO_RULES, SIZE, each, player * (-1) ** turn, move) for each in boards]


def test_a_live_disc_may_matter_to_each_square_that_makes_it_live() -> None:
    rng = np.random.default_rng(2)
    board = rng.integers(-1, 2, (4000, SIZE**2)).astype(np.int8)
    for at, disc in np.argwhere(np.ones((SIZE**2, SIZE**2)) - np.eye(SIZE**2)):
        some = board[(board[:, at] == 0) & (board[:, disc] != 0)]
        move, one = np.full(len(some), at), np.full(len(some), disc)
        turned = [all_runs(SIZE, each, 1, move) for each in (some, flipped(some, one))]
        assert matters(SIZE)[at, disc] == (turned[0] != turned[1]).any()


def test_an_illegal_move_and_a_larger_board_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got 0 as move 0 of game 1, where 1, 4, 11, 14 were legal \(16 is the pass"):
        oracle(SIZE, np.where(np.arange(2)[:, None] == 1, 0, DRAWN[:2]))
    with pytest.raises(ValueError, match="othello: expected size 4, all of whose states can be listed, got 6; take 4"):
        OTHELLO.check(6)
    OTHELLO.check(4)
