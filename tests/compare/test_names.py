"""Formulas speak of the arguments as the specification does, and stay expressions whatever the names are."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
from nets_at_hand import addition

from benchmarks.controls.circles import clock
from compare import assess, by_position
from compare.names import expression_of, renamed, shown_names
from nets import wrap
from synth import BOOL, Fn, Spec

P = 13


@pytest.mark.parametrize(
    ("names", "combined", "answer"),
    [
        ((), "a + b", "c"),
        (("hour", "shift"), "hour + shift", "c"),
        (("b", "a"), "b + a", "c"),
        (("c", "p"), "c + p", "answer"),
        (("pi", "größe"), "pi_ + größe", "c"),
        (("lambda", "my column"), "lambda + my column", "c"),
        (("S", "N"), "S + N", "c"),
    ],
)
def test_every_formula_uses_the_users_names(names: tuple[str, str], combined: str, answer: str) -> None:
    found = assess(*clock(P, (1, 3)), replace(addition(P), names=names), by_position(P, P))
    fields = found.fields()
    assert f"({combined} - {answer})" in found.formula
    assert f"combined argument: {combined}" in fields["notes"]
    first, second = combined.split(" + ")
    assert all(f"*{first}/" in unit and f"*{second}/" in unit for unit in fields["gallery_formulas"])
    assert all(f"*{first}/" in group and f"*{second}/" in group for group in fields["groups"])
    expression = expression_of(found.formula, found.explanation.names if found.explanation else ())
    assert expression is not None
    assert {first, second, answer} <= {str(symbol) for symbol in expression.free_symbols}
    assert fields["formula_latex"]
    assert fields["formula_mathml"]
    if "p" in names:
        assert f"/{P})" in found.formula


def test_names_of_bits() -> None:
    names = ("x1", "x0", "door")
    domain = tuple(np.zeros(8, dtype=bool) for _ in names)
    spec = Spec(type=Fn((BOOL,) * 3, BOOL), inputs=domain, outputs=domain[0], names=names)
    assert renamed("Xor(x0, x1, x2) | x10", shown_names(spec)) == "Xor(x1, x0, door) | x10"


def test_what_is_no_expression_is_none() -> None:
    assert expression_of("cos(a", ()) is None
    assert expression_of("2*E", ("E",)) == sympy.Mul(2, sympy.Symbol("E"), evaluate=False)


def test_a_net_without_an_explanation_says_why_in_place_of_the_formula() -> None:
    _, params = clock(P, (1, 3))
    tables = {"A": np.einsum("td,idn->itn", params["E"], params["A"]), "U": params["U"]}

    def apply(params, x, edits):
        hidden = edits.get("hidden.0", (params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]]) ** 2)
        return hidden @ params["U"], {"hidden.0": hidden}

    found = assess(wrap(apply, ("hidden.0",)), tables, addition(P), by_position(P, P))
    assert found.explanation is None
    assert "no hidden layer was found: expected two sites" in found.formula
    assert str(found).startswith("undetermined - ")
