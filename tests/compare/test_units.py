"""The reader under the families: programs of few functions of their arguments, and tables with the same answers."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from planted_operands import (
    PLANTED,
    N,
    added,
    between,
    clipped,
    digits,
    fitted,
    frozen,
    grid,
    labelled,
    looked_up,
    net_of,
    spec_of,
)

from compare import assess, by_position
from compare.assess import Assessment
from compare.evidence.bits import weigh
from compare.explanation import Explanation
from compare.extract import EXTRACTORS, units
from compare.extract.units.choice import choose
from compare.extract.units.features import features
from compare.extract.units.operands import find_operands
from compare.fit.characters import discrete_logarithm
from compare.judge import UNITS
from compare.read import read
from nets import Net, tapping, wrap
from synth import Spec
from tests.slowly import slowly

READER = tuple(extractor for extractor in EXTRACTORS if extractor.name == units.NAME)


def judged(net: Net, params: dict, spec: Spec) -> Assessment:
    answers = np.asarray(spec.outputs).astype(int)
    size = max(int(column.max()) + 1 for column in spec.domain or ())
    return assess(net, params, spec, by_position(size, int(answers.max()) + 1), extractors=READER)


@pytest.mark.parametrize(
    ("planted", "kept"), [pytest.param(between, (1, 1, 1), marks=pytest.mark.slow), (digits, (5, 5))]
)
def test_a_net_of_few_functions_of_its_arguments_is_a_program(planted, kept) -> None:
    net, params, spec = planted()
    found = judged(net, params, spec)
    assert found.verdict.outcome == "program", found.verdict.reason
    operands = find_operands(read(net, params, spec, by_position(32, 32 if len(kept) == 2 else 2)))
    assert not isinstance(operands, str)
    fields = found.fields()
    assert fields["s_control"] < 0.8
    assert [note.split(" dimensions")[0].split(": ")[1] for note in fields["notes"] if note.startswith("of ")] == [
        f"{width} of {len(table) - 1}" for width, table in zip(kept, operands.tables, strict=True)
    ]


def test_its_units_and_its_function_are_written_down() -> None:
    net, params, spec = between()
    fields = judged(net, params, spec).fields()
    assert set(fields["gallery_formulas"]) == {"act(a - b + 1)", "act(b - c + 1)"}
    assert fields["net_agreement"] == 1
    assert [line.step for line in fields["read_steps"]][:3] == ["a", "b", "c"]


@pytest.mark.parametrize("planted", slowly(PLANTED, [between]))
def test_two_nets_of_the_same_answers_a_program_and_a_table_get_opposite_verdicts(planted) -> None:
    net, params, spec = planted()
    assert judged(net, params, spec).verdict.outcome == "program"
    net, params = looked_up(spec)
    found = judged(net, params, spec)
    assert found.evidence.match == 1
    assert found.verdict.outcome == "table"


@pytest.mark.parametrize("planted", slowly([between, digits, added], [between]))
def test_frozen_random_units_with_the_same_answers_are_no_program(planted) -> None:
    spec = planted()[2]
    net, params = frozen(spec, 1200)
    found = judged(net, params, spec)
    assert found.evidence.match == 1
    assert found.verdict.outcome != "program"
    assert found.evidence.bits is not None
    assert found.evidence.bits.total > 0.5 * found.evidence.bits_table


def changed(params: dict, how: str) -> dict:
    """The same net with its units in another order and scale, copied, with others that do nothing, or with noise."""
    rng = np.random.default_rng(4)
    units_ = params["bias"].shape[0]
    order = np.tile(np.arange(units_), 3) if how == "copied" else rng.permutation(units_)
    scale = np.exp(rng.normal(size=len(order))) if how in ("scaled", "copied") else np.ones(len(order))
    share = np.full(len(order), units_ / len(order))
    made = {
        "tables": [table[:, order] * scale for table in params["tables"]],
        "bias": params["bias"][order] * scale,
        "readout": params["readout"][order] * (share / scale)[:, None],
        "offset": params["offset"],
    }
    if how == "noisy":
        made["tables"] = [table + 0.02 * rng.normal(size=table.shape) for table in made["tables"]]
    if how == "idle":
        made["tables"] = [np.concatenate([table, rng.normal(size=(len(table), 8))], axis=1) for table in made["tables"]]
        made["bias"] = np.concatenate([made["bias"], rng.normal(size=8)])
        made["readout"] = np.concatenate([made["readout"], np.zeros((8, made["readout"].shape[1]))])
    if how == "half":
        made["tables"] = [np.asarray(table, np.float16) for table in made["tables"]]
    return {name: value if name == "tables" else np.asarray(value, np.float32) for name, value in made.items()}


@pytest.mark.parametrize("how", slowly(["scaled", "copied", "noisy", "idle", "half"], ["copied"]))
def test_the_same_net_in_other_weights_is_the_same_program(how) -> None:
    _, params, spec = between()
    made = changed(params, how)
    net, made = net_of(made["tables"], made["bias"], made["readout"], made["offset"])
    assert judged(net, made, spec).verdict.outcome == "program"


@pytest.mark.slow
def test_a_sum_of_random_tables_keeps_all_dimensions_and_is_no_program() -> None:
    rng = np.random.default_rng(1)
    tables = [rng.normal(size=(N, 40)) for _ in range(3)]
    net, params = net_of(tables, rng.normal(size=40), rng.normal(size=(40, 2)), np.zeros(2))
    x = np.stack(grid(N, N, N), axis=1)
    spec = spec_of(np.asarray(net.apply(params, jnp.asarray(x))[0]).argmax(axis=1) == 1, N, N, N)
    found = judged(net, params, spec)
    assert found.verdict.outcome != "program"
    assert found.fields()["s_control"] > 0.9  # as many other terms do as well: they say nothing


@pytest.mark.slow
def test_one_argument_is_fitted_on_half_of_its_values_and_held_against_the_others() -> None:
    """relu(t - 20) - relu(t - 40), read as corners; a random table of the same size does not carry over."""
    t = np.arange(64)
    ramp = np.stack([t, t], axis=1)
    answers = np.clip(t - 20, 0, 20) > 10
    net, params = net_of([ramp], [-20.0, -40.0], [[0.0, 1.0], [0.0, -1.0]], [0.0, -10.5])
    fields = judged(net, params, spec_of(answers, 64)).fields()
    assert fields["s_agreement"] > 0.95
    random = np.random.default_rng(0).normal(size=(64, 30))
    net, params = net_of([random], np.zeros(30), np.random.default_rng(1).normal(size=(30, 2)), np.zeros(2))
    own = np.asarray(net.apply(params, jnp.asarray(t[:, None]))[0]).argmax(axis=1) == 1
    assert judged(net, params, spec_of(own, 64)).fields()["s_agreement"] < 0.9


def test_what_lies_behind_a_site_without_a_read_out_is_charged_as_a_table() -> None:
    net, params, spec = between()

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        outputs, _ = net.apply(
            params, x, {"hidden.0.pre": tap("hidden.0.pre", net.apply(params, x)[1]["hidden.0.pre"])}
        )
        return outputs, sites

    found = judged(wrap(apply, ("hidden.0.pre",)), params, spec)
    assert found.verdict.outcome == "undetermined"
    assert found.evidence.bits is not None
    assert found.evidence.bits.total > found.evidence.bits_table


def test_a_table_inside_the_nonlinearity_is_no_hidden_layer() -> None:
    """a xor b, but for rows that a table beside the units, at their own site, decides."""
    net, params, spec = digits()
    assert spec.domain is not None
    wrong = np.random.default_rng(0).random(len(spec.outputs)) < 0.1
    answers = np.where(wrong, (np.asarray(spec.outputs) + 1) % 32, spec.outputs)
    table = jnp.asarray(1e3 * np.eye(32)[answers] * wrong[:, None], jnp.float32)

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        pre = tap("hidden.0.pre", net.apply(params, x)[1]["hidden.0.pre"])
        beside = table[x[:, 0] * 32 + x[:, 1]]
        hidden = tap("hidden.0", jnp.concatenate([jnp.maximum(pre, 0), beside], axis=1))
        units_ = pre.shape[1]
        return hidden[:, :units_] @ params["readout"] + hidden[:, units_:] + params["offset"], sites

    found = assess(wrap(apply, ("hidden.0.pre", "hidden.0")), params, spec_of(answers, 32, 32), by_position(32, 32))
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"


def test_sites_that_carry_a_part_are_passed_over() -> None:
    net, params, spec = between()

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        beside = tap("beside", jnp.asarray(params["tables"][0])[x[:, 0]])
        return net.apply(params, x, {})[0] + 1e-3 * beside, sites

    found = find_operands(read(wrap(apply, ("beside",)), params, spec, by_position(N, 2)))
    assert isinstance(found, str)
    assert found.endswith("the sites that are such sums: beside")


def test_the_bank_of_an_argument_holds_no_term_twice_and_what_nets_keep() -> None:
    bank = features(12)
    assert (np.diff(bank.bits) >= 0).all()
    centred = bank.columns - bank.columns.mean(axis=0)
    assert (np.abs(centred).max(axis=0) > 0).all()
    assert bank.texts[0] == "t"
    for text in ("t**2", "cos(2*pi*1*t/7)", "Heaviside(t - 5)", "Max(0, t - 3)", "KroneckerDelta(t, 4)"):
        assert text in bank.texts
    assert "Mod(t + floor(t/2), 2)" in features(16).texts
    assert "cos(2*pi*3*log(t)/12)" in features(13).texts
    assert len(features(2).bits) == 1


def test_discrete_logarithms_are_of_the_least_primitive_root() -> None:
    log = discrete_logarithm(7)
    assert log is not None
    np.testing.assert_array_equal(log, [0, 0, 2, 1, 4, 5, 3])  # 3 ** log = t modulo 7
    assert discrete_logarithm(8) is discrete_logarithm(2) is None


def test_as_few_terms_are_kept_as_the_answers_need() -> None:
    net, params, spec = between()
    reading = read(net, params, spec, by_position(N, 2))
    operands = find_operands(reading)
    assert not isinstance(operands, str)
    choice = choose(reading, operands)
    assert [each.columns.shape[1] for each in choice.kept] == [1, 1, 1]
    np.testing.assert_allclose(choice.site(reading.x), reading.site("hidden.0.pre"), atol=1e-4)


@pytest.mark.slow
def test_arguments_that_units_read_by_one_function_are_tied_and_their_control_is_not() -> None:
    net, params, spec = labelled()
    found = judged(net, params, spec)
    assert found.verdict.outcome == "program", found.verdict.reason
    fields = found.fields()
    assert any("one function of a, b" in note for note in fields["notes"])
    assert fields["s_agreement"] > 0.99
    assert (
        fields["s_control"] < 0.8
    )  # as many terms of shuffled names span the same dimensions, but are not one function


def test_arguments_that_units_read_by_other_functions_are_not_tied() -> None:
    net, params, spec = labelled(seeds=(0, 1))
    fields = judged(net, params, spec).fields()
    assert not any("one function" in note for note in fields["notes"])
    assert fields["verdict"] == "undetermined"
    assert fields["decided_by"] == "S control"


@pytest.mark.slow
def test_random_functions_that_all_arguments_share_are_no_program() -> None:
    _, _, spec = labelled()
    found = judged(*frozen(spec, 300, tied=True), spec)
    assert found.evidence.match == 1
    assert found.verdict.outcome != "program"
    assert found.evidence.bits is not None
    assert found.evidence.bits.total > 0.6 * found.evidence.bits_table


@pytest.mark.slow
def test_units_of_terms_dealt_out_anew_state_no_more_than_frozen_ones_and_far_less_than_a_program() -> None:
    """A control for codes: other units of the same terms."""
    net, params, spec = clipped()
    size = len(np.unique(np.asarray(spec.inputs[0])))
    waves = np.cos(np.pi * np.arange(size)[:, None] / size * np.arange(1, 5) + np.arange(4))
    rng = np.random.default_rng(0)
    tables = [waves @ rng.normal(size=(4, 256)) for _ in range(2)]
    shares = []
    for candidate in ((net, params), fitted(spec, tables, rng.normal(size=256))):
        reading = read(*candidate, spec, by_position(size, 6))
        explanation = units.extract(reading)
        assert isinstance(explanation, Explanation)
        own = weigh(reading, explanation)
        other = weigh(reading, replace(explanation, codes=explanation.control_codes))
        assert own is not None
        assert other is not None
        shares.append(own.total / other.total)
    assert shares[0] < UNITS.bits_control < shares[1]
