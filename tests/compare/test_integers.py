"""Nets over two integers: planted programs are found, their twins are not, other nets are refused with a reason."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import planted_integers as planted
import pytest
from planted_integers import distance, reading, spec_of

from compare.answers import Classes
from compare.assess import gather
from compare.evidence.bits import weigh
from compare.explanation import Explanation, Refusal
from compare.extract.integers import extract
from compare.extract.integers.templates import LOBE, additive_tables, fit_waves
from compare.fit.characters import GRID, line_waves
from compare.fit.readout import RIDGE
from compare.judge import INTEGERS, judge
from compare.read import Reading
from compare.sites.layer import Layer, find_layer, merged
from compare.view import View, by_position
from nets import mlp
from synth import BOOL, INT, Fn, Spec

N = 48


def _centred(outputs: np.ndarray) -> np.ndarray:
    return outputs - outputs.mean(axis=1, keepdims=True)


def verdict(found: Reading, explanation: Explanation) -> str:
    layer = find_layer(found)
    assert isinstance(layer, Layer)
    return judge(gather(found, explanation, layer), INTEGERS).outcome


def explained(found: Reading) -> Explanation:
    explanation = extract(found)
    assert isinstance(explanation, Explanation)
    return explanation


@pytest.fixture(scope="module")
def waves() -> Reading:
    return reading(*planted.wave_distance(N), spec_of(N, distance))


@pytest.mark.slow
def test_units_that_say_the_same_are_one(waves: Reading) -> None:
    """Each unit twice, once turned and twice as large: squares are homogeneous."""
    _, params = planted.wave_distance(N)
    turned = {"A": params["A"] * -2, "b": params["b"] * -2, "U": params["U"] / 4}
    twice = {name: jnp.concatenate([params[name], turned[name]], axis=0 if name == "U" else -1) for name in turned}
    width = 2 * params["b"].shape[0]
    net = mlp(alphabet=N, classes=N, width=width, inputs="onehot", activation="quadratic", output_bias=True)
    found = reading(net, {**twice, "U": twice["U"] / 2, "c": params["c"]}, spec_of(N, distance))
    layer = find_layer(found)
    assert isinstance(layer, Layer)
    one = merged(found, layer)
    assert (one.effect > 0).sum() == width // 2
    hidden = found.site(layer.hidden)
    np.testing.assert_allclose(hidden @ one.readout, hidden @ layer.readout, atol=1e-3)
    own = find_layer(waves)
    assert isinstance(own, Layer)
    np.testing.assert_array_equal(merged(waves, own).readout, own.readout)
    bits = [weigh(each, explained(each)) for each in (found, waves)]
    assert bits[0] is not None
    assert bits[1] is not None
    assert bits[0].total == pytest.approx(bits[1].total, rel=0.1)


def test_waves_of_real_frequency_are_a_program(waves: Reading) -> None:
    assert (waves.answers == waves.targets).all()
    explanation = explained(waves)
    assert verdict(waves, explanation) == "program"
    assert explanation.notes[0] == "template: wave"
    found = {int(k) for k in explanation.arrays["frequencies.k"]}
    assert found == {GRID * k for k in planted.WAVES}
    assert "cos(pi*4/192*(a - b))*cos(pi*4/192*c)" in explanation.formula
    shrunk = 2 * RIDGE * float(np.abs(waves.outputs).max())
    np.testing.assert_allclose(_centred(np.asarray(explanation.run(waves.x))), _centred(waves.outputs), atol=shrunk)


def test_the_same_net_with_renamed_tokens_is_none() -> None:
    order = np.random.default_rng(0).permutation(N)

    def renamed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.abs(order[a] - order[b])

    found = reading(*planted.wave_distance(N, order), spec_of(N, renamed))
    assert (found.answers == found.targets).all()
    assert verdict(found, explained(found)) == "undetermined"


@pytest.mark.slow
def test_ramps_explain_a_net_of_ramps() -> None:
    found = reading(*planted.ramp_max(N), spec_of(N, np.maximum))
    explanation = explained(found)
    assert (found.answers == found.targets).all()
    layer = find_layer(found)
    assert isinstance(layer, Layer)
    failed = {each.name for each in judge(gather(found, explanation, layer), INTEGERS).criteria if each.margin < 0}
    assert failed <= {"B"}  # at this size the bits are close to the threshold, on either side
    assert explanation.notes[0] == "template: ramp"
    assert explanation.formula.endswith("*KroneckerDelta(c, Max(a, b)) + r(c - (Max(a, b)))")
    run = _centred(np.asarray(explanation.run(found.x)))
    assert ((run - _centred(found.outputs)) ** 2).mean() < 0.05 * _centred(found.outputs).var()
    code = weigh(found, explanation)
    assert code is not None
    assert code.units_kept == 2


def test_a_lookup_is_none() -> None:
    found = reading(*planted.lookup(16, distance), spec_of(16, distance))
    assert (found.answers == found.targets).all()
    assert verdict(found, explained(found)) != "program"


@pytest.mark.slow
def test_an_untrained_net_is_none() -> None:
    net = mlp(alphabet=24, classes=24, width=64)
    found = reading(net, net.init(jax.random.key(0)), spec_of(24, distance))
    assert verdict(found, explained(found)) == "undetermined"


def test_substitution_and_formula_are_traceable(waves: Reading) -> None:
    explanation = explained(waves)
    x = jnp.asarray(waves.x[:7])
    edits = jax.jit(explanation.substitute)(x)
    np.testing.assert_allclose(edits["hidden.0.pre"], waves.site("hidden.0.pre")[:7], atol=1e-3)
    assert jax.jit(explanation.run)(x).shape == (7, N)


def test_constants_do_not_depend_on_rows_held_back(waves: Reading) -> None:
    a, b = waves.arguments
    before = explained(waves).substitute(waves.x)["hidden.0.pre"]
    values = waves.site("hidden.0.pre").copy()
    values[waves.reported] += 1.0
    spoilt = replace(waves, cache={**waves.cache, "hidden.0.pre": values})
    parts = [
        additive_tables(N, a[waves.fitted], b[waves.fitted], each.site("hidden.0.pre")[waves.fitted])
        for each in (waves, spoilt)
    ]
    for one, other in zip(*parts, strict=True):
        np.testing.assert_array_equal(one, other)
    template = fit_waves(*parts[0])
    np.testing.assert_allclose(template.values(a, b), before, atol=1e-4)


def test_tables_of_both_arguments_come_from_half_of_the_rows() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(12, size=(2, 90))
    first, second = rng.normal(size=(2, 12, 5))
    one, two = additive_tables(12, x, y, first[x] + second[y])
    np.testing.assert_allclose(one[x] + two[y], first[x] + second[y], atol=1e-6)
    np.testing.assert_allclose(two.mean(axis=0), 0, atol=1e-9)


def test_forbidden_frequencies_stay_out_of_the_control() -> None:
    table = np.real(line_waves(24).z).T
    true = fit_waves(table, table)
    assert true.waves is not None
    wrong = fit_waves(table, table, barred=true.waves.wave)
    assert wrong.waves is not None
    assert (np.abs(wrong.waves.wave - true.waves.wave) > LOBE * GRID).all()
    assert wrong.waves.explained.mean() < 0.5 * true.waves.explained.mean()


def _other_type(found: Reading) -> Reading:
    spec = found.spec
    return replace(found, spec=Spec(type=Fn((BOOL, INT), INT), inputs=spec.inputs, outputs=spec.outputs))


def _shifted_view(found: Reading) -> Reading:
    return replace(found, x=found.x[:, ::-1].copy())


def _part_of_the_grid(found: Reading) -> Reading:
    return replace(found, x=found.x[:-1], arguments=tuple(a[:-1] for a in found.arguments))


def _more_classes(found: Reading) -> Reading:
    view = by_position(N, N)
    return replace(found, view=View(alphabet=N, answers=Classes(N + 1), encode=view.encode))


def _product(found: Reading) -> Reading:
    product = (found.arguments[0] * found.arguments[1])[:, None] * np.ones((1, found.shapes["hidden.0.pre"][0]))
    return replace(found, cache={"hidden.0.pre": product})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_other_type, "two integers"),
        (_shifted_view, "position i"),
        (_part_of_the_grid, "all pairs"),
        (_more_classes, "one output for each"),
        (_product, "not a sum over the arguments"),
    ],
)
def test_other_nets_are_refused_with_the_reason(waves: Reading, change, word: str) -> None:
    refusal = extract(change(waves))
    assert isinstance(refusal, Refusal)
    assert word in refusal.reason
