"""Formulas said once a shape, and the letters beside them."""

import pytest
from made_run import make_cell

from compare.report.formula import form, pretty, summands
from compare.report.letters import letters, own_letters

WAVES = "4.18*cos(2*pi*16*(a + b - c)/p) - 3.44*cos(2*pi*21*(a + b - c)/p) + 3*cos(2*pi*7*(a + b - c)/p)"


def test_terms_of_one_shape_are_said_once_with_their_numbers():
    (shape,) = form(WAVES).shapes
    assert shape.text == "Σ A·cos(2·π·k·(a + b - c)/p)"
    assert shape.terms == 3
    assert shape.said() == "k = 16, 21, 7; A = 4.18, -3.44, 3"


def test_small_terms_are_left_out_and_counted():
    small = form(WAVES + " + 0.1*cos(2*pi*7*(a - b)/p + 0.3)")
    assert small.left_out == 1
    assert small.said() == "Σ A·cos(2·π·k·(a + b - c)/p) + …"
    assert small.key == form(WAVES).key


def test_numbers_and_phases_make_no_other_form_but_another_shape_does():
    other = WAVES.replace("16", "5").replace(")/p)", ")/p + 0.25)")
    assert form(other).key == form(WAVES).key
    assert form(WAVES.replace("b - c", "b + c")).key != form(WAVES).key


def test_phases_carry_their_signs():
    text = "2*cos(2*pi*3*a/p + 1) + 2*cos(2*pi*4*a/p - 1) + 2*cos(2*pi*5*a/p + 0.5)"
    (shape,) = form(text).shapes
    assert shape.text == "Σ 2·cos(2·π·k·a/p + φ)"
    assert shape.numbers == {"φ": ["1", "-1", "0.5"], "k": ["3", "4", "5"]}


def test_a_number_that_stands_twice_is_one_letter():
    text = " + ".join(f"{k}.5*cos(2*pi*{k}*(a - b)/p)*cos(2*pi*{k}*(a + b)/p)" for k in (3, 5, 8))
    assert form(text).said() == "Σ A·cos(2·π·k·(a - b)/p)·cos(2·π·k·(a + b)/p)"


def test_a_letter_of_the_formula_is_not_taken_again():
    assert form(WAVES.replace("a +", "k +")).said() == "Σ A·cos(2·π·m·(k + b - c)/p)"


@pytest.mark.parametrize(
    "formula", ["Xor(x2, x7, x10)", "x0 + x1 + x2 >= 2", "2*a + 3*b", "Mod(a + b, p)", "-a", "0", "a - 1", "f + (g"]
)
def test_other_formulas_stand_as_they_are(formula):
    found = form(formula)
    assert found.said() == pretty(formula)
    assert found.key == {formula}


def test_summands_are_those_outside_of_every_bracket():
    assert summands("a + f(b - c) - [d + e]") == ["a", "f(b - c)", "- [d + e]"]
    assert summands("a + b >= c") == ["a + b >= c"]


def test_many_numbers_are_cut_short():
    text = " + ".join(f"{k + 1}.5*cos(2*pi*{k}*a/p)" for k in range(1, 40))
    assert form(text).shapes[0].said().startswith("k = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, … (39 of them); A = 2.5")


def test_every_letter_is_said_and_no_other(tmp_path):
    assert letters(WAVES) == [
        ("a, b", "the inputs"),
        ("c", "an answer; the largest value is given"),
        ("p", "the modulus"),
    ]
    assert letters("act(bias + A*cos(a + phi))")[0] == ("a", "the input")
    assert [word for word, _ in letters("act(bias + A*cos(a + phi))")] == ["a", "act", "bias", "A", "phi"]
    assert letters("1.5e-05*x10 + x2 + x1 + x3 + x4 + x5 + x0") == [("x0 … x10", "the inputs")]
    assert letters(None) == letters("cos(2*pi)") == []
    assert letters("r(c - q)", ["group: multiplicative"])[-1][0] == "all but p"
    grok = make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=False)
    assert {word for word, _ in letters(grok.formula, grok.notes)} == {"a, b", "c"}


def test_letters_in_place_of_numbers_are_said():
    assert [letter for letter, _ in own_letters(form(WAVES).shapes)] == ["A", "k"]
    assert own_letters(form("Xor(x2, x7)").shapes) == []
