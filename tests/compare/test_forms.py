"""Nets over bits whose units read sums of bits: programs of few forms, and tables with the same answers."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from planted_forms import PLANTED, N, apart, counted, frozen, inputs, looked_up, net_of, smaller, spec_of

from compare import assess, by_position
from compare.assess import Assessment
from compare.evidence.bits import weigh
from compare.explanation import Explanation, Refusal
from compare.extract import EXTRACTORS, forms
from compare.extract.forms.code import codes
from compare.extract.forms.extract import choose
from compare.extract.forms.prices import Pairs, own_bits, pairs_of, residues_of
from compare.extract.forms.templates import Candidates, others_than, scaled
from compare.fit.pruning import left_longest
from compare.judge import FORMS
from compare.read import Reading, read
from compare.sites.bits import find_bit_units
from nets import Net, tapping, wrap
from synth import INT, Fn, Spec
from tests.slowly import slowly

ONLY = tuple(extractor for extractor in EXTRACTORS if extractor.name == forms.NAME)


def classes_of(spec: Spec) -> int:
    return int(np.asarray(spec.outputs).astype(int).max()) + 1


def judged(net: Net, params: dict, spec: Spec) -> Assessment:
    return assess(net, params, spec, by_position(2, classes_of(spec)), extractors=ONLY)


def read_of(net: Net, params: dict, spec: Spec) -> Reading:
    return read(net, params, spec, by_position(2, classes_of(spec)))


@pytest.mark.parametrize("planted", slowly(PLANTED, [smaller]))
def test_a_net_of_few_forms_is_a_program(planted) -> None:
    found = judged(*planted())
    assert found.verdict.outcome == "program", found.verdict.reason
    assert found.evidence.bits is not None
    assert found.evidence.bits.errors < 0.01
    assert found.fields()["net_agreement"] in (None, 1.0)


def test_forms_and_units_are_written_down() -> None:
    found = judged(*smaller())
    wanted = "v = -x0 - 2*x1 - 4*x2 - 8*x3 - 16*x4 + x5 + 2*x6 + 4*x7 + 8*x8 + 16*x9"
    assert found.read_steps[0].step == wanted
    assert all(text.startswith("act(") for text in found.gallery)


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED)
def test_a_table_with_the_same_answers_is_no_program(planted) -> None:
    spec = planted()[2]
    found = judged(*looked_up(spec), spec)
    assert found.evidence.match == 1
    assert found.verdict.outcome != "program"
    assert found.evidence.bits is not None
    assert found.evidence.bits.total > 0.5 * found.evidence.bits_table


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("planted", [counted, smaller])
def test_frozen_random_units_with_the_same_answers_are_no_program(planted, whole) -> None:
    spec = planted()[2]
    found = judged(*frozen(spec, 900, whole), spec)
    assert found.evidence.match > 0.99
    assert found.verdict.outcome != "program"


@pytest.mark.slow
def test_random_integers_say_no_more_than_their_control() -> None:
    """As many random integers as are needed state a threshold of bits in half the table's bits; others do as well."""
    net, params, spec = smaller()
    random, own = frozen(spec, 100, True), (net, params)
    shares = []
    for candidate in (random, own):
        reading = read_of(*candidate, spec)
        explanation = forms.extract(reading)
        assert isinstance(explanation, Explanation)
        bits = weigh(reading, explanation)
        control = weigh(reading, replace(explanation, codes=explanation.control_codes))
        assert bits is not None
        assert control is not None
        shares.append(bits.total / control.total)
    assert shares[0] > FORMS.bits_control
    assert shares[1] < 0.3
    assert judged(*random, spec).verdict.outcome != "program"


@pytest.mark.slow
def test_a_table_beside_the_units_is_no_program() -> None:
    net, params, spec = counted()
    wrong = np.random.default_rng(0).random(2**N) < 0.1
    answers = np.where(wrong, (np.asarray(spec.outputs) + 1) % (N + 1), spec.outputs)
    table = jnp.asarray(1e3 * np.eye(N + 1)[answers] * wrong[:, None], jnp.float32)
    places = 1 << np.arange(N)[::-1]

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        pre = tap("hidden.0.pre", net.apply(params, x)[1]["hidden.0.pre"])
        hidden = tap("hidden.0", jnp.maximum(pre, 0))
        return hidden @ params["U"] + params["c"] + table[x @ places], sites

    found = judged(wrap(apply, ("hidden.0.pre", "hidden.0")), params, spec_of(answers))
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"


@pytest.mark.parametrize("how", slowly(["scaled", "copied", "noisy", "steep"], ["steep"]))
def test_the_same_net_in_other_weights_is_the_same_program(how) -> None:
    net, params, spec = apart()
    rng = np.random.default_rng(1)
    units = params["b"].shape[0]
    order = np.tile(np.arange(units), 2) if how == "copied" else rng.permutation(units)
    size = np.exp(rng.normal(size=len(order))) if how == "scaled" else np.ones(len(order))
    weights = params["W"][:, order] * size
    weights = weights + (0.02 * rng.normal(size=weights.shape) if how == "noisy" else 0)
    readout = params["U"][order] / size[:, None] * (units / len(order))
    net, made = net_of(
        weights,
        params["b"][order] * size,
        readout * (3.0 if how == "steep" else 1.0),
        params["c"] * (3.0 if how == "steep" else 1.0),
    )
    assert judged(net, made, spec).verdict.outcome == "program"


def test_it_reads_bits_alone() -> None:
    net, params, spec = counted()
    reading = read_of(net, params, spec)
    assert forms.reads(reading) is None
    column = np.arange(4)
    numbers = Spec(type=Fn((INT,), INT), inputs=(column,), outputs=column, domain=(column,))
    other = read(wrap(lambda p, x, e: (jnp.eye(4)[x[:, 0]], {}), ()), {}, numbers, by_position(4, 4))
    assert "expected Boolean arguments" in str(forms.reads(other))
    found = forms.extract(read_of(*net_of(np.ones((N, 2)), np.ones(2), np.zeros((2, N + 1)), np.arange(N + 1.0)), spec))
    assert isinstance(found, Refusal)


def test_forms_are_as_small_as_the_answers_allow() -> None:
    net, params, spec = smaller()
    reading = read_of(net, params, spec)
    units = find_bit_units(reading)
    assert not isinstance(units, str)
    found = choose(reading, units, Pairs(np.arange(N)))
    np.testing.assert_array_equal(np.abs(found.weights).T, np.tile(2 ** np.arange(N // 2), (4, 2)))
    np.testing.assert_allclose(found.pre(units.signs), reading.site("hidden.0.pre"), atol=3.0)


def test_a_negative_scale_turns_the_form() -> None:
    reading = read_of(*counted())
    units = find_bit_units(reading)
    assert not isinstance(units, str)
    found = scaled(units, -2 * np.ones((N, 4), int))
    assert (found.weights == 1).all()
    assert (found.scale > 0).all()


def test_a_control_reads_no_form_as_the_units_do() -> None:
    weights = np.ones((N, 6), int)
    others = others_than(weights, 0)
    assert (np.abs(others) == 1).all()
    assert (np.abs((others * weights).sum(axis=0)) <= 2).all()


def test_bits_that_differ_by_sign_alone_are_pairs() -> None:
    half = np.random.default_rng(0).normal(size=(3, 20))
    signs = np.random.default_rng(1).choice([-1, 1], size=20)
    found = pairs_of(np.concatenate([half, half * signs]), np.ones(20))
    np.testing.assert_array_equal(found.other, [3, 4, 5, 0, 1, 2])
    alone = pairs_of(np.random.default_rng(2).normal(size=(6, 20)), np.ones(20))
    np.testing.assert_array_equal(alone.other, np.arange(6))
    form = np.array([[1, 2, -1, 1, 2, -1]]).T
    assert own_bits(form, found)[0] < own_bits(form, alone)[0]


def test_forms_that_say_the_same_modulo_a_number_share_its_residues() -> None:
    signs = np.random.default_rng(0).choice([-1, 1], size=(N, 40))
    place = 2 ** np.arange(N) % 3
    same = np.where(np.random.default_rng(1).random((N, 40)) < 0.3, place[:, None] - 3, place[:, None])
    for weights, m in ((signs, 2), (same, 3)):
        found = residues_of(weights, own_bits(weights, Pairs(np.arange(N))))
        assert found is not None
        assert found.m == m
        assert np.isfinite(found.form_bits(weights)).all()
    random = np.random.default_rng(2).integers(-4, 5, size=(N, 40))
    assert residues_of(random, own_bits(random, Pairs(np.arange(N)))) is None


def test_candidates_hold_powers_of_two_and_small_integers() -> None:
    weights = np.array([[1.0, 2.0, 4.0, 32.0], [3.0, -1.0, 2.0, 0.001]]).T * 0.37
    found = Candidates.of(weights, Pairs(np.arange(4))).within(1e-5)
    np.testing.assert_array_equal(found.T, [[1, 2, 4, 32], [3, -1, 2, 0]])


def test_columns_that_make_the_outputs_are_left_longest() -> None:
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(200, 8))
    columns[:, 5] = columns[:, 1] + 0.1 * columns[:, 2]
    goal = columns[:, [1, 6]] @ rng.normal(size=(2, 3))
    order = left_longest(columns.T @ columns, columns.T @ goal, np.ones(8))
    assert set(order[:2]) == {1, 6}


def test_the_shortest_code_of_a_count_is_one_form() -> None:
    reading = read_of(*counted())
    units = find_bit_units(reading)
    assert not isinstance(units, str)
    found = list(codes(reading, units, Pairs(np.arange(N)), np.full(4, 0.25)))
    best = min(found, key=lambda code: code.bits_dictionary + code.bits_alignment)
    assert best.units_kept == 1
    assert (best.answers == inputs(N).sum(axis=1)).mean() > 0.9
