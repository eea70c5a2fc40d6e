"""Reading a net: blocks change nothing, the read-out is the Jacobian, and broken nets are refused with a sentence."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition, reading_of

from benchmarks.controls.circles import clock
from compare import by_position
from compare.read import evaluate, read
from nets import wrap

P = 13


def test_blocks_of_any_size_give_the_same_outputs_and_sites() -> None:
    reading = reading_of(clock(P, (1, 3)), P)
    whole = evaluate(reading.net, reading.params, reading.x, keep=("hidden.0",))
    parts = evaluate(reading.net, reading.params, reading.x, keep=("hidden.0",), block=50)
    np.testing.assert_allclose(whole[0], parts[0], atol=1e-5)
    np.testing.assert_allclose(whole[1]["hidden.0"], parts[1]["hidden.0"], atol=1e-5)


def test_the_readout_of_a_linear_layer_is_its_matrix() -> None:
    net, params = clock(P, (1, 3))
    readout, spread = reading_of((net, params), P).readout("hidden.0")
    matrix = np.asarray(params["U"])
    np.testing.assert_allclose(readout, matrix - matrix.mean(axis=1, keepdims=True), atol=1e-5)
    assert spread < 1e-9
    assert reading_of((net, params), P).readout("operand.0")[1] > 1e-3


def test_halves_are_disjoint_and_seeded() -> None:
    net, params = clock(P, (1,))
    first, other = (read(net, params, addition(P), by_position(P, P), seed=seed) for seed in (0, 1))
    assert len(np.intersect1d(first.fitted, first.reported)) == 0
    assert len(first.fitted) + len(first.reported) == P * P
    assert not np.array_equal(first.fitted, other.fitted)


def test_outputs_that_are_not_finite_are_refused() -> None:
    net, params = clock(P, (1,))
    with pytest.raises(ValueError, match="expected finite outputs"):
        reading_of((net, {**params, "U": params["U"] * np.nan}), P)


def test_a_specification_without_a_domain_is_refused() -> None:
    net, params = clock(P, (1,))
    with pytest.raises(ValueError, match="enumerable domain"):
        read(net, params, replace(addition(P), domain=None), by_position(P, P))


def test_rows_outside_the_domain_are_refused() -> None:
    net, params = clock(P, (1,))
    with pytest.raises(ValueError, match="row numbers"):
        read(net, params, addition(P), by_position(P, P), train=np.array([0, P * P]))
    assert read(net, params, addition(P), by_position(P, P), train=np.array([0])).train is not None


def _user(params, x, edits):
    hidden = edits.get("wide", jnp.ones((x.shape[0], x.shape[0])))
    return jnp.ones((x.shape[0], P)), {"wide": hidden}


def test_a_site_whose_shape_follows_the_batch_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one shape for every batch"):
        read(wrap(_user, ("wide",)), {}, addition(P), by_position(P, P))


def test_a_declared_site_that_is_not_returned_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the sites"):
        read(wrap(_user, ("wide", "missing")), {}, addition(P), by_position(P, P))


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        (lambda y: y + 0.5, r"expected answers 0 .. 12, the view's classes, got 0.5 for \(0, 0\) in row 0"),
        (lambda y: y - 1, r"got -1 for \(0, 0\) in row 0"),
        (lambda y: np.where(y == 5, 13, y), r"got 13 for \(0, 5\) in row 5"),
        (lambda y: np.where(y == 2, np.nan, y), r"got nan for \(0, 2\) in row 2"),
        (lambda y: np.where(y == 1, np.inf, y), r"got inf for \(0, 1\) in row 1"),
        (lambda y: y.astype(str), r"got 0 for \(0, 0\) in row 0"),
        (lambda y: np.eye(P)[y], r"an answer for each of the 169 rows of the domain, got shape \(169, 13\)"),
        (lambda y: y[:5], r"got shape \(5,\)"),
    ],
)
def test_answers_outside_the_view_are_refused_with_their_row(outputs, sentence) -> None:
    spec = addition(P)
    wrong = replace(spec, oracle=lambda a, b: outputs((a + b) % P))
    with pytest.raises(ValueError, match=sentence):
        read(*clock(P, (1,)), wrong, by_position(P, P))


@pytest.mark.parametrize("kind", [float, np.int32, np.uint8])
def test_whole_numbers_of_any_type_are_answers(kind) -> None:
    spec = replace(addition(P), oracle=lambda a, b: ((a + b) % P).astype(kind))
    assert read(*clock(P, (1,)), spec, by_position(P, P)).targets.max() == P - 1


@pytest.mark.parametrize(
    ("value", "sentence"), [(P, "expected inputs 0 .. 12, got"), (-1, "inputs 0 .. 12"), (0.5, "expe")]
)
def test_inputs_outside_the_view_are_refused(value, sentence) -> None:
    spec = addition(P)
    a = spec.inputs[0].astype(float)
    a[7] = value
    with pytest.raises(ValueError, match=sentence):
        read(*clock(P, (1,)), replace(spec, domain=(a, spec.inputs[1])), by_position(P, P))
