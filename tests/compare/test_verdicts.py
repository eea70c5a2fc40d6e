"""Nets whose right verdict is known, and the twins that must be refused."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.circles import aliased_clock, aliased_pizza, clock, pizza, wide_clock
from benchmarks.controls.patched import patched_clock
from benchmarks.controls.tables import lookup, random_features
from benchmarks.controls.transforms import noised, pruned, renamed, rotated, shuffled_readout
from compare import Assessment, assess, by_position
from compare.judge import RESIDUES, judge
from nets import Data, Net, mlp, wrap

P = 43
WAVES = (2, 7, 12, 19)


def judged(made: tuple[Net, dict], p: int = P, outputs: np.ndarray | None = None) -> Assessment:
    return assess(*made, addition(p, outputs), by_position(p, p))


def whole(p: int) -> Data:
    spec = addition(p)
    x = np.stack(spec.inputs, axis=1).astype(np.int32)
    rows = np.arange(p * p)
    return Data(x=x, y=spec.outputs.astype(np.int32), train=rows, held_out=rows[:0], alphabet=p, classes=p)


@pytest.mark.parametrize("make", [clock, pizza])
def test_closed_forms_are_programs_with_their_frequencies(make) -> None:
    found = judged(make(P, WAVES))
    fields = found.fields()
    assert found.verdict.outcome == "program"
    assert fields["frequencies"] == sorted(WAVES)
    assert fields["s_agreement"] == 1
    assert fields["d_r2"] > 0.999
    assert fields["s_control"] < 0.2
    assert fields["d_control"] < 0.2
    assert fields["certificate"] == 1


def test_clock_and_pizza_are_told_apart() -> None:
    texts = [judged(make(P, WAVES)).fields()["formula"] for make in (clock, pizza)]
    assert ["(a - b)" in text for text in texts] == [False, True]


@pytest.mark.parametrize("make", [aliased_clock, aliased_pizza])
def test_look_alikes_are_no_programs(make) -> None:
    assert judged(make(P, WAVES)).verdict.outcome == "undetermined"


@pytest.mark.parametrize("change", ["rotated", "noised"])
def test_changes_that_keep_the_function_keep_the_verdict(change: str) -> None:
    net, params = clock(P, WAVES)
    other = rotated(params, 0) if change == "rotated" else noised(params, 0.01, 0)
    assert judged((net, other)).verdict.outcome == "program"


def test_a_wide_clock_with_pruned_units_is_a_program() -> None:
    _, params = wide_clock(P, WAVES, units=400)
    keep = np.flatnonzero(np.random.default_rng(0).random(len(params["b"])) > 0.1)
    fewer = mlp(alphabet=P, classes=P, width=len(keep), embedding=2 * len(WAVES), activation="quadratic")
    assert judged((fewer, pruned(params, keep))).verdict.outcome == "program"


def test_a_shuffled_readout_is_no_program() -> None:
    net, params = clock(P, WAVES)
    assert judged((net, shuffled_readout(params, 0))).verdict.outcome == "undetermined"


def test_relabelled_tokens_are_neither_program_nor_table() -> None:
    net, params = clock(P, WAVES)
    names = np.random.default_rng(1).permutation(P)
    back = np.argsort(names)
    a, b = addition(P).inputs
    found = judged((net, renamed(params, back, names)), outputs=names[(back[a] + back[b]) % P])
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"


def test_a_lookup_and_frozen_features_are_tables_although_they_are_right_everywhere() -> None:
    p = 23
    for made, decided_by in ((lookup(whole(p)), "local units"), (random_features(whole(p), 400), "refit")):
        found = judged(made, p)
        assert found.evidence.match == 1
        assert (found.verdict.outcome, found.verdict.decided_by) == ("table", decided_by)


def test_random_parameters_are_undetermined() -> None:
    net = mlp(alphabet=23, classes=23, width=64, embedding=16)
    assert judged((net, net.init(jax.random.key(0))), 23).verdict.outcome == "undetermined"


def beside(kind: str) -> Net:
    """The clock with a table that its sites do not show: around them, or inside its nonlinearity."""
    table = np.zeros((P, P, P), dtype=np.float32)
    for a, b in np.random.default_rng(0).integers(0, P, (60, 2)):
        table[a, b, (a + b + 1) % P] = 50.0

    def apply(params, x, edits):
        pre = edits.get("pre", params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]])
        mixed = pre + 0.3 * pre[:, ::-1] if kind == "mixing" else pre
        hidden = edits.get("hidden", mixed**2)
        around = jnp.asarray(table)[x[:, 0], x[:, 1]] if kind == "around" else 0.0
        return hidden @ params["U"] + around, {"pre": pre, "hidden": hidden}

    return wrap(apply, ("pre", "hidden"))


@pytest.mark.parametrize(("kind", "covered"), [("plain", True), ("around", False), ("mixing", False)])
def test_what_the_sites_do_not_show_is_no_program(kind: str, covered: bool) -> None:
    _, params = clock(P, WAVES)
    tables = {"A": jnp.einsum("td,idn->itn", params["E"], params["A"]), "U": params["U"]}
    evidence = judged((beside(kind), tables)).evidence
    assert evidence.coverage is not None
    assert (evidence.coverage.variance > 0.999) == covered
    outcome = judge(replace(evidence, match=1.0), RESIDUES).outcome
    assert (outcome == "program") == covered


@pytest.mark.parametrize(
    ("path", "share", "failed"),
    [
        ("around", 0.0, set()),
        ("around", 0.03, {"coverage of answers", "exceptions"}),
        pytest.param("gate", 0.03, {"coverage of answers", "exceptions"}, marks=pytest.mark.slow),
        pytest.param("inside", 0.03, {"coverage of answers"}, marks=pytest.mark.slow),
        pytest.param("after", 0.03, {"exceptions"}, marks=pytest.mark.slow),
    ],
)
def test_a_memorised_part_beside_a_program_is_no_program(path: str, share: float, failed: set[str]) -> None:
    _, params = clock(P, WAVES)
    params = {"A": jnp.einsum("td,idn->itn", params["E"], params["A"]), "U": params["U"]}
    a, b = addition(P).inputs
    rows = np.random.default_rng(0).permutation(P * P)[: int(share * P * P)]
    answers = (a + b) % P
    answers[rows] = (answers[rows] + 1 + rows % (P - 1)) % P
    made = memorising(path, rows, answers[rows]), params
    found = judged(made, outputs=answers)
    assert found.evidence.match > 0.99
    assert (found.verdict.outcome == "program") == (share == 0)
    assert failed <= {criterion.name for criterion in found.verdict.criteria if criterion.margin < 0}


def test_a_clock_that_a_table_mends_is_no_program() -> None:
    found = judged(patched_clock(P, WAVES))
    failed = {criterion.name for criterion in found.verdict.criteria if criterion.margin < 0}
    assert found.evidence.match == 1
    assert found.verdict.outcome == "undetermined"
    assert "coverage of answers" in failed  # the code by itself is the clock without the noise, right everywhere


def memorising(path: str, rows: np.ndarray, answers: np.ndarray) -> Net:
    """A net over sums of two tables and squares, overruled on some rows by what it remembers."""
    table = np.zeros((P * P, P), dtype=np.float32)
    table[rows, answers] = 30.0
    a, b = np.divmod(rows, P)

    def apply(params, x, edits):
        pre = edits.get("pre", params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]])
        known = params["A"][0][a] + params["A"][1][b]
        act = pre**2
        if path == "inside":  # units that look at one another
            near = jnp.abs(pre[:, None] - known).sum(axis=-1) < 1e-3
            act = act + near @ (table[rows] @ jnp.linalg.pinv(params["U"]))
        hidden = edits.get("hidden", act)
        outputs = hidden @ params["U"]
        mine = jnp.asarray(table)[x[:, 0] * P + x[:, 1]]
        if path == "around":
            outputs = outputs + mine
        if path == "gate":
            outputs = jnp.where(mine.max(axis=1, keepdims=True) > 0, mine, outputs)
        if path == "after":  # a layer that no site shows
            outputs = outputs + (jnp.abs(hidden[:, None] - known**2).sum(axis=-1) < 1e-3) @ table[rows]
        return outputs, {"pre": pre, "hidden": hidden}

    return wrap(apply, ("pre", "hidden"))


@pytest.mark.parametrize(("lead", "sign", "shift"), [(1, -1, 0), (-1, 1, 0), (-1, -1, 0), (1, 1, 5)])
def test_other_signs_and_a_constant_are_programs_too(lead: int, sign: int, shift: int) -> None:
    net, params = clock(P, WAVES)
    a, b = addition(P).inputs
    into = np.array(params["A"])
    for operand, each in enumerate((lead, sign)):
        into[operand, 1::2] *= each  # the sines of an operand
    readout = np.roll(np.asarray(params["U"]), shift, axis=1)
    found = judged((net, {**params, "A": into, "U": readout}), outputs=(lead * a + sign * b + shift) % P)
    assert found.verdict.outcome == "program"
    combined = f"{'-' if lead < 0 else ''}a {'+' if sign > 0 else '-'} b"
    assert f"combined argument: {combined}" in found.fields()["notes"]
    assert f"({combined} - c)" in found.fields()["formula"]


def test_the_explanation_runs_in_jax_in_place_of_the_net() -> None:
    found = judged(clock(P, WAVES))
    assert found.explanation is not None
    x = np.stack(addition(P).inputs, axis=1)
    outputs = jax.jit(found.explanation.run)(x)
    np.testing.assert_array_equal(np.argmax(outputs, axis=1), addition(P).outputs)


@pytest.mark.parametrize("scale", [1e18, pytest.param(1e-18, marks=pytest.mark.slow)])
def test_a_verdict_knows_no_scale(scale: float) -> None:
    net, params = clock(P, WAVES)
    plain, scaled = judged((net, params)), judged((net, {**params, "U": params["U"] * scale}))
    assert (scaled.verdict.outcome, scaled.verdict.decided_by) == (plain.verdict.outcome, plain.verdict.decided_by)
    for name in ("s_variance", "d_r2", "d_control", "coverage", "certificate", "logit_variance", "bits_total"):
        assert scaled.fields()[name] == pytest.approx(plain.fields()[name], abs=1e-3), name
    inside = {**params, "A": params["A"] * scale**0.5, "U": params["U"] / scale}
    assert judged((net, inside)).verdict.outcome == "program"


def times_each(made: tuple[Net, dict], m: int, n: int) -> tuple[Net, dict]:
    """The net that reads m a and n b where the given one reads a and b."""
    _, params = made
    tables = np.einsum("td,idn->itn", params["E"], params["A"])
    tokens = np.arange(P)
    both = jnp.asarray(np.stack([tables[0][m * tokens % P], tables[1][n * tokens % P]]))

    def apply(params, x, edits):
        pre = edits.get("pre", params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]])
        hidden = edits.get("hidden", pre**2)
        return hidden @ params["U"], {"pre": pre, "hidden": hidden}

    return wrap(apply, ("pre", "hidden")), {"A": both, "U": params["U"]}


@pytest.mark.parametrize(
    ("make", "m", "n", "combined"),
    [
        (clock, 1, 2, "a + 2*b"),
        (clock, 3, -1, "3*a - b"),
        (pizza, 2, 3, "2*a + 3*b"),
        (clock, 3, 3, "3*a + 3*b"),
        (pizza, -5, 20, "-5*a + 20*b"),
    ],
)
def test_arguments_with_multiples_of_their_own_are_programs(make, m: int, n: int, combined: str) -> None:
    a, b = addition(P).inputs
    found = judged(times_each(make(P, WAVES), m, n), outputs=(m * a + n * b) % P)
    fields = found.fields()
    assert found.verdict.outcome == "program"
    assert f"combined argument: {combined}" in fields["notes"]
    assert f"({combined} - c)" in fields["formula"]
    assert fields["frequencies"] == sorted(WAVES)
    assert fields["certificate"] == 1
    assert fields["s_control"] < 0.2
    assert fields["d_control"] < 0.2


@pytest.mark.slow
def test_near_misses_of_multiples_are_no_programs() -> None:
    a, b = addition(P).inputs
    assert judged(times_each(aliased_clock(P, WAVES), 1, 2), outputs=(a + 2 * b) % P).verdict.outcome == "undetermined"
    assert judged(times_each(clock(P, WAVES), 1, 2), outputs=(a + 3 * b) % P).verdict.outcome == "undetermined"
    net, params = times_each(clock(P, WAVES), 1, 2)
    order = np.random.default_rng(0).permutation(len(params["U"]))
    assert judged((net, {**params, "U": params["U"][order]})).verdict.outcome == "undetermined"
