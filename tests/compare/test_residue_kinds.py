"""Composite moduli, multiples, polynomials and products: closed forms are programs, tables of the same answers not."""

from collections.abc import Callable

import jax
import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.circles import clock_of
from benchmarks.controls.tables import lookup, random_features
from compare import Assessment, assess, by_position
from compare.fit.characters import characters, steps_of
from nets import Data, Net, mlp
from tests.slowly import slowly

Function = Callable[[int, np.ndarray, np.ndarray], np.ndarray]
KINDS: dict[str, tuple[int, Function, tuple[int, ...]]] = {
    "a + b mod 36": (36, lambda p, a, b: a + b, (1, 8, 15, 18)),
    "a + 2*b mod 43": (43, lambda p, a, b: a + 2 * b, (2, 7, 12, 19)),
    "3*a - b mod 43": (43, lambda p, a, b: 3 * a - b, (2, 7, 12, 19)),
    "a**2 + b**2 mod 43": (43, lambda p, a, b: a * a + b * b, (2, 7, 12, 19)),
    "a**2 + 3*b mod 44": (44, lambda p, a, b: a * a + 3 * b, (1, 7, 12, 19)),
}
PRODUCTS = {"a*b mod 43": (0, 0, 0), "(a + 2)*b mod 43": (2, 0, 0), "(a + 1)*(b + 1) - 1 mod 43": (1, 1, 1)}


def answers(name: str) -> np.ndarray:
    if name in PRODUCTS:
        a, b = np.divmod(np.arange(43 * 43), 43)
        first, second, third = PRODUCTS[name]
        return ((a + first) * (b + second) - third) % 43
    p, function, _ = KINDS[name]
    return function(p, *np.divmod(np.arange(p * p), p)) % p


def closed_form(name: str) -> tuple[Net, dict]:
    if name in PRODUCTS:
        steps = steps_of(characters(43, "multiplicative"))
        first, second, third = (np.roll(steps, -shift) for shift in PRODUCTS[name])
        return clock_of((first, second, third), 42, (2, 7, 12, 19))
    p, function, waves = KINDS[name]
    tokens, zero = np.arange(p), np.zeros(p, dtype=int)
    return clock_of((function(p, tokens, zero) % p, function(p, zero, tokens) % p, tokens), p, waves)


def judged(made: tuple[Net, dict], outputs: np.ndarray) -> Assessment:
    p = round(len(outputs) ** 0.5)
    return assess(*made, addition(p, outputs), by_position(p, p))


@pytest.mark.parametrize("name", slowly([*KINDS, *PRODUCTS], ("a + b mod 36", "a*b mod 43")))
def test_closed_forms_are_programs_that_say_the_function(name: str) -> None:
    outputs = answers(name)
    found = judged(closed_form(name), outputs)
    assert found.evidence.match == 1
    assert found.verdict.outcome == "program"
    fields = found.fields()
    assert fields["s_agreement"] == fields["net_agreement"] == 1
    assert fields["s_control"] < 0.3
    if name in KINDS:
        assert f"({name.split(' mod')[0]} - c)" in found.formula


@pytest.mark.parametrize(
    ("p", "power", "product"),
    [
        (18, 1, False),
        (19, 2, False),
        (19, 1, True),
    ],
)
@pytest.mark.slow
def test_a_table_of_the_same_answers_is_no_program(p: int, power: int, product: bool) -> None:
    rows = np.arange(p * p)
    x = np.stack(np.divmod(rows, p), axis=1).astype(np.int32)
    outputs = (x[:, 0] * x[:, 1] if product else x[:, 0] ** power + x[:, 1] ** power) % p
    data = Data(x=x, y=outputs.astype(np.int32), train=rows, held_out=rows[:0], alphabet=p, classes=p)
    for made in (lookup(data), random_features(data, round(0.6 * p * p))):
        found = judged(made, outputs)
        assert found.evidence.match > 0.99
        assert found.verdict.outcome != "program"
        assert found.fields()["s_agreement"] < 0.9


def test_a_closed_form_with_shuffled_tokens_is_no_program() -> None:
    net, params = closed_form("a**2 + b**2 mod 43")
    names = np.random.default_rng(3).permutation(43)
    a, b = addition(43).inputs
    found = judged((net, params | {"A": params["A"][:, names]}), (names[a] ** 2 + names[b] ** 2) % 43)
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"


@pytest.mark.slow
def test_a_net_that_was_never_trained_is_no_program() -> None:
    net = mlp(alphabet=36, classes=36, width=64, embedding=16)
    found = judged((net, net.init(jax.random.key(0))), answers("a + b mod 36"))
    assert found.verdict.outcome == "undetermined"
    assert found.verdict.decided_by == "match"
