"""The rules of a game by the synthesizer, and those of a net beside them."""

from dataclasses import replace

import numpy as np

from benchmarks.rules import find_rules, holds, net_fields, same
from benchmarks.tasks.boards import INFECTION, first_board
from synth.search.games import Rules

TEXT = "taken = (bvor move (bvand yours (beside move))); legal = (bvand (beside yours) (bvnot (bvor mine yours)))"
BOARD = first_board(4)
RULES = Rules.read(BOARD, TEXT)


def test_the_rules_of_a_task_are_found_and_checked_on_fresh_games():
    found, said = find_rules(INFECTION, [4])
    assert found["4"]["program"] == TEXT
    assert found["4"]["synth_strict"]
    assert found["4"]["bits_program"] == RULES.bits
    assert "right on 2,000 fresh games" in said


def test_a_task_without_rules_says_so():
    def mixed(size: int, moves: np.ndarray) -> np.ndarray:
        sets = INFECTION.oracle(size, moves)
        return sets ^ (np.arange(17) == (moves.sum(axis=1) % 16)[:, None, None])

    found, said = find_rules(replace(INFECTION, oracle=mixed), [4])
    assert "no rules of few words" in said
    assert "program" not in found["4"]


def test_a_net_s_rules_stand_beside_the_synthesizer_s():
    fields = net_fields(INFECTION, 4, RULES, TEXT)
    assert fields == {
        "net_program": TEXT,
        "net_strict": True,
        "same_function": "equal",
        "same_how": "one text",
        "same_program": True,
    }
    assert net_fields(INFECTION, 4, None, TEXT) == {}
    assert set(net_fields(INFECTION, 4, RULES, None)) == {"net_program", "net_strict"}


def test_rules_of_other_texts_are_held_against_each_other_in_games():
    longer = Rules.read(BOARD, TEXT.replace("(bvand yours (beside move))", "(bvand (beside move) (bvor yours yours))"))
    other = Rules.read(BOARD, TEXT.replace("(bvand yours (beside move))", "(beside move)"))
    assert same(INFECTION, 4, RULES, longer)["same_function"] == "alike"
    apart = same(INFECTION, 4, RULES, other)
    assert apart["same_function"] == "different"
    assert apart["same_how"].startswith("they differ after ")
    assert not holds(INFECTION, 4, other)
