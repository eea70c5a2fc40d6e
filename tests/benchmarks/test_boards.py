"""Games on boards: the engine of many games against a plain one of single games, and moves that nobody may make."""

from dataclasses import replace

import jax.numpy as jnp
import msgspec
import numpy as np
import pytest

from benchmarks.engine import beside, make, shuffled
from benchmarks.names import find
from benchmarks.tasks import TASKS, drawn
from benchmarks.tasks.boards import INFECTION, INFECTION_RULES, asked, begun, described, games, legal, replayed
from compare import Case
from tests.benchmarks import plain_boards
from tests.benchmarks.test_intermediates import cell_of

infection = asked(INFECTION_RULES)


def drawn_games(size: int, rows: int, seed: int) -> np.ndarray:
    return games(INFECTION_RULES).function(size, rows, np.random.default_rng(seed))


DRAWN = {size: drawn_games(size, 60, 1) for size in (4, 5)}


@pytest.mark.parametrize("size", DRAWN)
def test_boards_and_what_is_legal_are_those_of_a_plain_engine(size: int) -> None:
    played = DRAWN[size]
    boards = [board for board, _ in replayed(INFECTION_RULES, size, played)]
    for row, moves in enumerate(played.tolist()):
        discs = plain_boards.crossed(size)
        for turn, move in enumerate(moves):
            plain_boards.put(size, discs, ("black", "white")[turn % 2], move)
            colours = [{None: 0, "black": 1, "white": -1}[discs.get(divmod(at, size))] for at in range(size**2)]
            assert boards[turn][row].tolist() == colours
    assert infection(size, played).tolist() == [plain_boards.infection(size, moves) for moves in played]


def test_games_are_legal_and_some_of_them_have_a_pass() -> None:
    played = drawn_games(4, 1000, 0)
    assert (played == 16).any()
    assert 0 < (infection(4, played)[..., 16]).mean() < 0.1
    assert len(np.unique(played, axis=0)) > 990


@pytest.mark.parametrize(
    ("time", "move", "sentence"),
    [
        (0, 0, r"expected legal moves, got 0 as move 0 of game 2, where 1, 4, 11, 14 were legal \(16 is the pass\)"),
        (0, 16, "got 16 as move 0 of game 2, where 1, 4, 11, 14 were"),
        (0, 17, "got 17 as move 0 of game 2, where 1, 4"),
        (4, -1, r"got -1 as move 4 of game 2, where \d"),
    ],
)
def test_an_illegal_move_is_refused_with_those_that_are_legal(time: int, move: int, sentence: str) -> None:
    played = DRAWN[4][:5].copy()
    infection(4, played)
    played[2, time] = move
    with pytest.raises(ValueError, match=sentence):
        infection(4, played)


def test_what_is_described_tells_what_is_legal() -> None:
    """The opponent's discs, and so the empty squares next to them, follow from any frame but the occupied squares."""
    played = DRAWN[4]
    found, right = described(INFECTION_RULES)(4, played), infection(4, played)
    beside = (found["occupied"] == 0) & (found["opponent beside"] == 1)
    assert np.array_equal(beside, right[..., :16])
    mover = np.where(np.arange(played.shape[1]) % 2 == 0, -1, 1)[:, None]
    assert np.array_equal(found["mine or yours"] * mover, found["colours"])
    live, signed = np.split(found["live"], 2, axis=2)
    assert np.array_equal(np.abs(signed), live)
    assert ((live == 1) <= (found["occupied"] == 1)).all()


def test_before_the_first_move_each_player_has_two_discs() -> None:
    board = begun(4, 1)
    assert board.sum() == 0
    assert np.flatnonzero(board).tolist() == [5, 6, 9, 10]
    assert np.flatnonzero(legal(INFECTION_RULES, 4, board, 1)[0]).tolist() == [1, 4, 11, 14]


def test_samples_to_report_on_are_games_of_their_own() -> None:
    samples = find("task", "infection", TASKS).samples(4, 0)
    assert samples is not None
    fit, report = samples.fit.arguments[0], samples.report.arguments[0]
    assert len({*map(tuple, fit.tolist())} & {*map(tuple, report.tolist())}) < 20


def test_groups_of_features_are_refused_where_they_are_none() -> None:
    task = INFECTION
    given = (DRAWN[4],)
    found = task.boarded(4, given)
    assert found is not None
    assert {name: values.shape[2] for name, values in found.items()} == {
        "occupied": 16, "mine or yours": 16, "live": 32, "opponent beside": 16, "colours": 16,
    }  # fmt: skip
    assert replace(task, boards=None).boarded(4, given) is None
    with pytest.raises(ValueError, match="expected boards with the groups 'occupied' and 'colours', got 'occupied'; "):
        replace(task, boards=lambda size, moves: {"occupied": moves[..., None]}).boarded(4, given)
    flat = {"occupied": np.zeros((60, 11, 16)), "colours": np.zeros((60, 16))}
    with pytest.raises(ValueError, match=r"expected group 'colours' as numbers of shape \(60, 11, 16\), got float64"):
        replace(task, boards=lambda size, moves: flat).boarded(4, given)
    with pytest.raises(ValueError, match="answers which moves are legal next, sets, got classes; leave out `boards`"):
        replace(task, kind="classes")


def test_squares_are_measured_beside_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "ROWS", 100)
    task, options = find("task", "infection", TASKS), {"width": 8, "cell": "tanh"}
    cell = msgspec.structs.replace(cell_of("infection", 4, options), net="recurrent")
    case = Case(spec=None, view=task.view(4), samples=task.samples(4, 0))
    fields, arrays = beside(make(cell, task), task, cell, case)
    assert 0 < fields["squares_kept"][-1] < 1
    assert set(fields["squares_groups"]) <= set(described(INFECTION_RULES)(4, DRAWN[4]))
    assert 0.4 < fields["squares_live_majority"] < fields["squares_live"] == fields["squares_live_untrained"]
    assert set(arrays) == {"boards.colours", "boards.answered", "boards.legal"}
    assert beside(make(cell, task), replace(task, boards=None), cell, case) == ({}, {})


def test_rows_are_dealt_out_anew_in_each_gate_alike() -> None:
    params = {"W": jnp.arange(24.0).reshape(3, 4, 2), "b": jnp.arange(5.0)}
    found = np.asarray(shuffled(params, "W", 0)["W"])
    order = found[0, :, 0].astype(int) // 2
    assert sorted(order) == [0, 1, 2, 3] != order.tolist()
    assert np.array_equal(found, np.asarray(params["W"])[:, order])
    assert sorted(np.asarray(shuffled(params, "b", 0)["b"]).tolist()) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="unknown parameter 'w'; known: W, b"):
        shuffled(params, "w", 0)
