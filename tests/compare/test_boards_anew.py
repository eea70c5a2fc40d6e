"""Nets that make the board anew at every position: read where they hold it, not where they hold the answer alone."""

from functools import cache

import numpy as np
import pytest

from compare import Assessment, assess
from compare.evidence.interchange import interchange
from compare.evidence.neighbours import near, of_neighbours
from compare.evidence.states import carried
from compare.evidence.substitution import replaced
from compare.explanation import Explanation
from compare.extract import EXTRACTORS
from compare.extract.boards import extract
from compare.extract.boards.features import of_own_discs, proposals
from compare.read import Reading, read
from compare.sites.states import answered_from, answering, carries, state_of
from synth.search.games import Seen, rules_of
from tests.compare.planted_boards import BOARD, games, playing, samples, view
from tests.compare.planted_looking_back import SITE, looking_back


@cache
def reading(*, answered: bool = False) -> Reading:
    return read(looking_back(answered=answered), {}, None, view(), samples=samples())


@cache
def explained(*, answered: bool = False) -> Explanation:
    found = extract(reading(answered=answered))
    assert isinstance(found, Explanation)
    return found


def judged(*, answered: bool) -> Assessment:
    alone = tuple(each for each in EXTRACTORS if each.name == "boards")
    return assess(looking_back(answered=answered), {}, None, view(), samples=samples(), extractors=alone)


def test_no_site_carries_a_state_and_one_makes_each_answer():
    assert state_of(reading()) is None
    assert answered_from(reading()) is None
    assert not carries(reading(), [SITE])
    assert answering(reading()) == [SITE]
    recurrent = read(playing(), {}, None, view(), samples=samples())
    assert carries(recurrent, ["state"])
    assert state_of(recurrent) == "state"


def test_the_board_is_found_at_the_site_and_carried_nowhere():
    found = explained()
    assert found.hidden == SITE
    assert carried(found.steps) is None
    assert reading().agreement(replaced(reading(), found.steps, SITE).answers) > 0.99
    wrong = reading().agreement(replaced(reading(), found.control, SITE).answers)
    assert wrong < 0.7
    assert any("made anew" in note for note in found.notes)


@pytest.mark.slow
def test_of_an_exchange_at_one_position_nothing_follows_at_later_ones():
    found = interchange(reading(), explained())
    assert found is not None
    assert found.r2 > 0.99
    assert found.control is not None
    assert found.control < found.r2 - 0.2
    step = of_neighbours(explained().steps)
    assert step is not None
    exchanged = near(reading(), explained().steps, explained().outputs, step)
    assert exchanged is not None
    assert exchanged.pairs > 100


@pytest.mark.slow
def test_a_site_of_the_answers_alone_holds_no_board():
    found = explained(answered=True)
    kept = reading(answered=True).agreement(replaced(reading(answered=True), found.steps, SITE).answers)
    assert kept < 0.95
    exchanged = interchange(reading(answered=True), found)
    assert exchanged is not None
    assert exchanged.r2 < 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("answered", "outcome"), [(False, "program"), (True, "undetermined")])
def test_the_one_is_a_program_and_the_other_is_none(answered: bool, outcome: str):
    found = judged(answered=answered)
    assert found.evidence.match == 1
    assert found.verdict.outcome == outcome


def test_features_of_own_discs_say_nothing_of_the_discs_around():
    rules = rules_of(BOARD, games(100, 7).arguments[0], games(100, 7).targets)
    assert rules is not None
    seen = Seen(*(each.reshape(-1)[:2000] for each in rules.along(games(200, 8).arguments[0])))
    every = proposals(rules, seen)
    own = of_own_discs(every, seen)
    shown = {own.feature(place).program.show() for place in range(len(own.found))}
    whole = {every.feature(place).program.show() for place in range(len(every.found))}
    assert {"mine", "yours", "(bvor mine yours)"} <= shown < whole
    assert rules.legal.show() in whole - shown
    assert "(beside yours)" in whole - shown
    assert own.words.shape == (2000, len(own.found))
    assert np.isin(own.bits, every.bits).all()
