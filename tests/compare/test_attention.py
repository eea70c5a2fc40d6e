import dataclasses
import itertools
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compare.evidence.bits import weigh
from compare.evidence.interchange import interchange
from compare.evidence.rival import rival
from compare.evidence.substitution import substitution
from compare.explanation import Explanation, Refusal
from compare.extract import attention
from compare.read import Reading, read
from compare.sites.heads import HeadLayer, find_heads
from compare.sites.layer import Layer, find_layer, homogeneous_power
from compare.view import by_position
from nets.arch.mlp import mlp
from nets.edits import tapping
from nets.net import wrap
from synth.language.spec import Spec
from synth.language.types import INT, Fn
from tests.compare.planted_heads import FREQUENCIES, combining, multiplying, reading, spec


@pytest.fixture(scope="module")
def found() -> tuple[Reading, Explanation]:
    return explained(reading())


@pytest.fixture(scope="module")
def renamed() -> tuple[Reading, Explanation]:
    return explained(reading(shuffle=np.random.default_rng(0).permutation(23)))


def explained(given: Reading) -> tuple[Reading, Explanation]:
    explanation = attention.extract(given)
    assert isinstance(explanation, Explanation)
    return given, explanation


def effect(given: Reading) -> np.ndarray:
    layer = find_layer(given)
    assert isinstance(layer, Layer)
    return layer.effect


def test_the_planted_net_adds():
    given = reading()
    assert (given.answers == given.targets).mean() > 0.99


def test_planted_frequencies_are_found(found):
    _, explanation = found
    assert sorted(explanation.arrays["frequencies.k"]) == list(FREQUENCIES)
    assert {group.label for group in explanation.groups} == {f"k = {k}" for k in FREQUENCIES}
    assert all(len(group.units) == 12 for group in explanation.groups)
    assert explanation.notes[0] == "group: additive"
    assert explanation.notes[2] == "frequencies of the heads' scores: 2, 3, 5, 9"


def test_the_template_runs_in_place_of_the_planted_net(found):
    given, explanation = found
    score = substitution(given, explanation, effect(given))
    assert score.agreement == 1.0
    assert score.variance > 0.999
    assert score.control is not None
    assert score.control < 0.3
    assert score.permuted is not None
    assert score.permuted < 0.3


def test_substitution_replaces_scores_values_and_units(found):
    given, explanation = found
    edits = explanation.substitute(given.x[:5])
    parts = [f"head.0.{h}.{part}" for h in range(4) for part in ("score", "value")]
    assert set(edits) == {"hidden.0.pre", *parts}
    assert all(np.shape(edits[name]) == (5, *given.shapes[name]) for name in edits)


def test_exchanged_variables_move_the_outputs_as_predicted(found):
    given, explanation = found
    places = [step.exchange.site for step in explanation.exchanged if step.exchange]
    assert places == ["embed.0"] * 4
    right = interchange(given, explanation)
    assert right is not None
    assert right.r2 > 0.8
    assert right.control is None or right.control < 0.1
    assert [each.step for each in right.steps] == [step.name for step in explanation.exchanged]
    assert all(each.turned > 0.3 for each in right.steps)


def test_the_code_is_shorter_than_the_table(found):
    given, explanation = found
    bits = weigh(given, explanation)
    assert bits is not None
    assert bits.disagreements < 20
    assert bits.total < 0.8 * rival(given).bits


def test_codes_are_charged_for_every_unit(found):
    _, explanation = found
    assert explanation.codes is not None
    codes = list(explanation.codes())
    assert codes
    for code in codes:
        assert code.bits_alignment > code.units_kept * (code.precision + 2 + 2)


def test_the_formula_runs_and_prints_alike(found):
    given, explanation = found
    outputs = np.asarray(jax.jit(explanation.run)(jnp.asarray(given.x)))
    assert (outputs.argmax(axis=1) == given.answers).mean() > 0.9
    cos, pi = np.cos, np.pi
    a, b = given.x[:, :1], given.x[:, 1:]
    printed = eval(explanation.formula, {"cos": cos, "pi": pi, "a": a, "b": b, "c": np.arange(23), "p": 23})
    np.testing.assert_allclose(printed, outputs, atol=0.02 * np.abs(outputs).max())


def test_renamed_tokens_defeat_the_template_and_the_codes(renamed):
    given, explanation = renamed
    assert substitution(given, explanation, effect(given)).agreement < 0.5
    bits = weigh(given, explanation)
    assert bits is not None
    assert bits.total > 0.8 * rival(given).bits


KINDS = {
    "product": (multiplying, ("group: multiplicative", "combined argument: a + b"), "(mod (mul a b) p)"),
    "difference": (lambda: combining((1, -1)), ("group: additive", "combined argument: a - b"), "(mod (sub a b) p)"),
    "multiples": (
        lambda: combining((3, -2)),
        ("group: additive", "combined argument: 3*a - 2*b"),
        "(mod (sub (mul 3 a) (mul 2 b)) p)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_other_inner_variables_are_read_from_the_net(kind):
    make, notes, program = KINDS[kind]
    given, explanation = explained(make())
    assert explanation.notes[:2] == notes
    assert explanation.program is not None
    assert explanation.program.show() == program
    assert sorted(explanation.arrays["frequencies.k"]) == list(FREQUENCIES)
    score = substitution(given, explanation, effect(given))
    assert score.agreement > 0.99
    assert score.variance > 0.999
    assert score.control is not None
    assert score.permuted is not None
    assert max(score.control, score.permuted) < 0.3
    moved = interchange(given, explanation)
    assert moved is not None
    assert moved.r2 > 0.8
    bits = weigh(given, explanation)
    assert bits is not None
    assert bits.errors < 0.01
    assert bits.total < 0.5 * rival(given).bits


@pytest.mark.slow
def test_a_product_of_renamed_tokens_is_not_read():
    given, explanation = explained(multiplying(shuffle=np.random.default_rng(0).permutation(23)))
    assert substitution(given, explanation, effect(given)).agreement < 0.5
    bits = weigh(given, explanation)
    assert bits is not None
    assert bits.total > 0.8 * rival(given).bits


def test_rows_outside_the_group_have_one_answer_in_every_code():
    given, explanation = explained(multiplying())
    zero = (given.x == 0).any(axis=1)
    assert explanation.codes is not None
    assert all((code.answers[zero] == 0).all() for code in itertools.islice(explanation.codes(), 3))


def test_units_are_shown_by_what_they_read():
    _, explanation = explained(combining((1, 2)))
    assert explanation.unit_formula is not None
    assert "*2*b/p" in explanation.unit_formula(0)
    assert "2*b" in explanation.steps[0].form


def test_other_nonlinearities_have_no_code():
    given = reading()
    heads = find_heads(given, 23)
    assert isinstance(heads, HeadLayer)
    assert homogeneous_power(given, heads.layer) == 1
    given.cache["hidden.0"] = given.site("hidden.0.pre") ** 2
    assert homogeneous_power(given, heads.layer) == 2
    given.cache["hidden.0"] = np.tanh(given.site("hidden.0.pre"))
    assert homogeneous_power(given, heads.layer) is None


def refusal(given: Reading) -> str:
    answer = attention.extract(given)
    assert isinstance(answer, Refusal)
    assert answer.extractor == "attention"
    return answer.reason


def test_other_types_are_refused():
    given = reading()
    a, b = given.arguments
    integers = Spec(type=Fn((INT, INT), INT), inputs=(a, b), outputs=a, domain=(a, b))
    assert "two residues" in refusal(dataclasses.replace(given, spec=integers))


def test_nets_without_heads_are_refused():
    net = mlp(alphabet=5, classes=5, width=4, embedding=3)
    params = net.init(jax.random.key(0))
    assert "no attention heads" in refusal(read(net, params, spec(5), by_position(5, 5)))


def head_net(score, value, sites: tuple[str, ...] = ()):
    """A net of one head whose score and value are the given functions of x, for p = 5."""
    names = sites or ("embed.0", "head.0.0.score", "head.0.0.value", "hidden.0.pre", "hidden.0")

    def apply(params, x, edits):
        tap, values = tapping(edits)
        if "embed.0" in names:
            tap("embed.0", params["E"][x[:, 0]])
        pattern = jax.nn.softmax(tap(names[-4], score(params, x)))
        mixed = jnp.einsum("bs,bsh->bh", pattern, tap(names[-3], value(params, x)))
        return tap("hidden.0", jax.nn.relu(tap("hidden.0.pre", mixed))) @ params["U"], values

    net = wrap(apply, names)
    rng = np.random.default_rng(0)
    params = {"E": jnp.asarray(rng.normal(size=(5, 6))), "U": jnp.asarray(rng.normal(size=(6, 5)))}
    return read(net, params, spec(5), by_position(5, 5))


def own_score(params, x):
    return params["E"][x][:, :, 0]


def own_value(params, x):
    return params["E"][x]


def test_a_net_of_the_users_is_read_by_its_site_names():
    assert isinstance(attention.extract(head_net(own_score, own_value)), Explanation)


def test_scores_of_both_arguments_are_refused():
    def queried(params, x):
        return params["E"][x][:, :, 0] * params["E"][x[:, ::-1]][:, :, 1]

    assert "more than one argument" in refusal(head_net(queried, own_value))


def test_arguments_without_a_position_are_refused():
    def first(params, x):
        return params["E"][x[:, [0, 0]]]

    assert "every argument" in refusal(head_net(lambda params, x: first(params, x)[:, :, 0], first))


def test_heads_of_other_shapes_are_refused():
    def flat(params, x):
        return params["E"][x][:, :, :1] * jnp.ones((1, 1, 2))

    sites = ("embed.0", "head.0.0.score", "head.0.0.value", "hidden.0.pre", "hidden.0")
    assert "expected scores" in refusal(with_site(head_net(own_score, own_value, sites), "head.0.0.score", flat))


def test_a_missing_value_site_is_refused():
    sites = ("embed.0", "head.0.0.score", "values", "hidden.0.pre", "hidden.0")
    assert "value site" in refusal(head_net(own_score, own_value, sites))


def test_two_layers_of_heads_are_refused():
    given = head_net(own_score, own_value)
    assert "one layer" in refusal(with_site(given, "head.1.0.score", own_score))


def test_a_net_without_an_embedding_site_is_refused():
    sites = ("head.0.0.score", "head.0.0.value", "hidden.0.pre", "hidden.0")
    assert "first argument alone" in refusal(head_net(own_score, own_value, sites))


def with_site(given: Reading, name: str, value) -> Reading:
    """The same net with one more or another site, which nothing reads."""

    def apply(params, x, edits):
        outputs, values = given.net.apply(params, x, {})
        return outputs, {**values, name: value(params, x)}

    sites = given.net.sites if name in given.net.sites else (*given.net.sites, name)
    return read(wrap(apply, sites), given.params, given.spec, given.view)


def test_extractors_never_see_the_right_answers():
    source = Path(attention.__file__).parent
    for file in source.rglob("*.py"):
        text = file.read_text()
        assert "targets" not in text
        assert "oracle" not in text
