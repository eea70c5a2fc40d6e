"""Nets that play games: the board that a state holds, and states that hold none."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from compare import Assessment, assess
from compare.answers import Sets
from compare.asked import asked
from compare.evidence.neighbours import near
from compare.evidence.states import carried
from compare.evidence.substitution import replaced
from compare.explanation import Explanation, Refusal
from compare.extract import EXTRACTORS
from compare.extract.boards import extract, reads
from compare.extract.boards.code import fitted, squares_of
from compare.extract.boards.features import chosen, proposals
from compare.read import Reading, read
from compare.view import of_games, of_sequences
from synth.search.games import Board, rules_of
from tests.compare import planted_placing
from tests.compare.planted_boards import BOARD, games, playing, samples, view

ALONE = tuple(each for each in EXTRACTORS if each.name == "boards")


def judged(*, scrambled: bool = False) -> Assessment:
    return assess(playing(scrambled=scrambled), {}, None, view(), samples=samples(), extractors=ALONE)


@cache
def reading() -> Reading:
    return read(playing(), {}, None, view(), samples=samples())


@cache
def explained() -> Explanation:
    found = extract(reading())
    assert isinstance(found, Explanation)
    return found


def test_a_net_whose_state_holds_the_board_is_a_program():
    found = judged()
    assert found.verdict.outcome == "program"
    assert found.explanation is not None
    assert found.explanation.rules is not None
    own = rules_of(BOARD, games(100, 7).arguments[0], games(100, 7).targets)
    assert own is not None
    assert found.explanation.rules.text == own.text
    assert found.evidence.interchange is not None
    assert found.evidence.interchange.r2 > 0.99


@pytest.mark.slow
def test_where_no_answer_says_whose_a_disc_is_boards_of_a_move_before_are_the_control():
    known = planted_placing.samples()
    net, seen = planted_placing.placing(), planted_placing.view()
    found = assess(net, {}, None, seen, samples=known, extractors=ALONE)
    kept = found.evidence.substitution
    assert kept is not None
    assert kept.agreement > 0.99
    assert kept.control is not None
    assert kept.control < 0.75
    assert "control" not in found.verdict.decided_by


@pytest.mark.slow
def test_a_net_of_the_same_answers_that_holds_no_board_is_no_program():
    found = judged(scrambled=True)
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"
    assert found.verdict.decided_by == "S"


def test_a_state_of_the_same_answers_that_holds_no_board_is_not_stood_in_for():
    scrambled = read(playing(scrambled=True), {}, None, view(), samples=samples())
    found = extract(scrambled)
    assert isinstance(found, Explanation)
    kept = scrambled.agreement(replaced(scrambled, found.steps, found.hidden).answers)
    assert kept < 0.5


def test_the_features_are_those_that_the_state_is_made_of():
    rules = rules_of(BOARD, games(100, 7).arguments[0], games(100, 7).targets)
    assert rules is not None
    seen = rules.along(games(400, 8).arguments[0])
    flat = type(seen)(*(each.reshape(-1)[:3000] for each in seen))
    rng = np.random.default_rng(0)
    marks = np.concatenate([BOARD.marked(flat.mine), BOARD.marked(flat.yours)], axis=1)
    states = marks @ rng.normal(size=(32, 24)) + 0.05 * rng.normal(size=(3000, 24))
    found = chosen(proposals(rules, flat), states, len(states))
    assert len(found) == 2
    told = np.concatenate([np.ones((3000, 1)), *(BOARD.marked(f.program.run(flat._asdict())) for f in found)], axis=1)
    assert np.linalg.matrix_rank(told) == np.linalg.matrix_rank(np.concatenate([told, marks], axis=1))
    assert chosen(proposals(rules, flat), rng.normal(size=(3000, 24)), 3000) == []


def test_what_is_exchanged_is_the_board_and_not_another_frame_of_it():
    found = explained()
    state = carried(found.steps)
    assert state is not None
    exchanged = near(reading(), found.steps, found.outputs, state, carried(found.control))
    assert exchanged is not None
    assert exchanged.pairs > 100
    assert exchanged.r2 > 0.99
    assert exchanged.wrong is not None
    assert exchanged.wrong < exchanged.r2 - 0.2


def test_a_state_goes_on_from_the_board_that_is_put_into_it():
    state = carried(explained().steps)
    assert state is not None
    assert state.resume is not None
    x = reading().x[:50]
    boards = np.asarray(state.compute(x))
    other, time = np.roll(boards, 1, axis=0), np.full(50, 4)
    changed = boards.copy()
    changed[:, 4] = other[:, 4]
    after = state.resume(x, changed, time)
    assert np.array_equal(after[:, :4], boards[:, :4])
    rolled = np.concatenate([np.roll(x, 1, axis=0)[:, :5], x[:, 5:]], axis=1)
    assert np.array_equal(after[:, 4:], np.asarray(state.compute(rolled))[:, 4:])


def test_a_net_that_has_not_learnt_its_game_is_not_read():
    wrong = samples()
    mixed = np.random.default_rng(0).permutation(wrong.report.targets)
    given = type(wrong)(fit=wrong.fit, report=type(wrong.fit)(arguments=wrong.report.arguments, targets=mixed))
    found = extract(read(playing(), {}, None, view(), samples=given))
    assert isinstance(found, Refusal)
    assert "not learned" in found.reason


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [(of_sequences(17, Sets(17)), "expected a game on a board"), (view(), None)],
)
def test_only_games_on_boards_are_read(seen, wanted):
    said = reads(asked(None, seen, samples()))
    assert said is wanted or (said is not None and wanted is not None and wanted in said)


def test_squares_are_seen_by_who_moves_next():
    rules = rules_of(BOARD, games(100, 7).arguments[0], games(100, 7).targets)
    assert rules is not None
    begun = squares_of(BOARD, BOARD.begun(1))[0]
    assert {int(at) for at in np.flatnonzero(begun == 1)} == set(BOARD.first)
    assert of_games(Board(side=3, first=frozenset({1}), second=frozenset({2}))).alphabet == 10


def test_numbers_are_rounded_so_that_the_rest_takes_up_what_is_rounded_off():
    rules = rules_of(BOARD, games(100, 7).arguments[0], games(100, 7).targets)
    assert rules is not None
    seen = rules.along(games(300, 8).arguments[0])
    squares = squares_of(BOARD, seen).reshape(-1, BOARD.squares)
    rng = np.random.default_rng(0)
    states = np.concatenate([squares == 1, squares == -1], axis=1) @ rng.normal(size=(32, 24))
    flat = type(seen)(*(each.reshape(-1)[:3000] for each in seen))
    code = fitted(BOARD, tuple(chosen(proposals(rules, flat), states[:3000], 3000)), squares, states)
    assert np.abs(code(squares) - states).max() < 1e-2
    (coarse, few), (fine, many) = code.rounded(0.4), code.rounded(0.1)
    assert few < many
    alone = replace(code, vectors=np.rint(code.vectors / (0.4 * code.scale)) * 0.4 * code.scale)
    missed = [((each(squares) - states) ** 2).mean() for each in (fine, coarse, alone)]
    assert missed[0] < missed[1] < missed[2]
