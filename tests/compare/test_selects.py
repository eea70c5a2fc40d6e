"""Transformers read as programs of select and aggregate: compiled ones are read back, what is none is refused."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from benchmarks.controls.compiled import Miss, known
from benchmarks.controls.selects.known import KNOWN, Known
from compare import Assessment, Classes, Sample, Samples, assess, of_sequences
from compare.extract import EXTRACTORS
from compare.extract.selects import extract, reads
from compare.extract.selects.effects import heard
from compare.extract.selects.extract import elsewhere
from compare.extract.selects.linear import fitted as tables_of
from compare.extract.selects.patterns import one_strength
from compare.extract.selects.program import Head, Named, commonest, looked_at, totals, with_named
from compare.extract.selects.readouts import shortest
from compare.extract.selects.relations import ALWAYS, Atom, Joined, Select, atoms, distinct, picked
from compare.extract.selects.search import Swap, telling
from compare.extract.selects.steps import begun
from compare.extract.selects.variables import PLACE, Frame, Variable, letters_of
from compare.extract.selects.written import in_words
from compare.read import read
from nets import mlp
from synth import Program, on_batches

SELECTS = tuple(each for each in EXTRACTORS if each.name == "selects")
FRAME = Frame(alphabet=6, letters=range(1, 5), causal=True, padding=5, appended=False)
TOKENS = np.array([[0, 3, 1, 4, 3, 5], [0, 2, 2, 1, 4, 3]])


def of(name: str) -> Known:
    return next(each for each in KNOWN if each.name == name)


def given(one: Known, program: Program, rows: int, seed: int) -> Sample:
    x = np.asarray(one.rows(one.letters, rows, np.random.default_rng(seed)))
    lengths = (x != one.symbols(one.letters) - 1).sum(axis=1) if one.padded else np.full(len(x), x.shape[1])
    right = on_batches(program, {"a": x}, lengths=lengths)
    mask = np.arange(x.shape[1]) < lengths[:, None]
    mask[:, 0] = False
    return Sample(arguments=(x,), targets=np.where(mask, right, 0), mask=mask)


def judged(name: str, rows: int = 400, miss: Miss | None = None) -> Assessment:
    """A compiled net held against its program."""
    one = of(name)
    net, params, program, _ = known(name, rotation_seed=3, noise=0.0025, miss=miss)
    samples = Samples(fit=given(one, program, rows, 1), report=given(one, program, rows, 2))
    view = of_sequences(one.symbols(one.letters), Classes(one.classes(one.letters)))
    return assess(net, params, None, view, samples=samples, extractors=SELECTS)


def test_a_compiled_program_comes_back_in_its_own_words() -> None:
    found = judged("reverse")
    fields = found.fields()
    assert found.verdict.outcome == "program"
    assert fields["net_program"] == "(aggregate (select same (indices a) (to_end a)) a)"
    assert fields["s_agreement"] == 1.0
    assert fields["s_control"] < 0.5
    assert fields["d_r2"] > 0.95
    assert fields["d_control"] < 0.5
    assert fields["exceptions"] == 0.0
    assert (fields["net_program_nodes"], fields["net_agreement"], fields["agreement_throughout"]) == (6, 1.0, [1.0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("previous", "(previous a)"),
        ("rank", "(selector_width (select below a a))"),
        ("running_max", "(aggregate (greatest_of (causal (everywhere a)) a) a)"),
        ("three_back", "(previous (previous (previous a)))"),
        ("next_larger", "(aggregate (least_of (select above a a) a) a)"),
        ("induction", "(aggregate (causal (select same (previous a) a)) a)"),
    ],
)
def test_known_programs_come_back(name: str, text: str) -> None:
    found = judged(name, rows=1000)
    assert found.explanation is not None
    assert str(found.explanation.program) == text
    assert {c.name for c in found.verdict.criteria if c.margin < 0} <= {"B"}


@pytest.mark.parametrize("miss", ["offset"])
def test_a_near_miss_is_no_program(miss: Miss) -> None:
    found = judged("reverse", rows=200, miss=miss)
    assert found.verdict.outcome != "program"
    assert found.verdict.decided_by == "match"


def test_a_head_hears_those_that_its_pattern_depends_on() -> None:
    one = of("induction")
    net, params, program, _ = known("induction", rotation_seed=3, noise=0.0025)
    samples = Samples(fit=given(one, program, 64, 1), report=given(one, program, 64, 2))
    view = of_sequences(one.symbols(one.letters), Classes(one.classes(one.letters)))
    reading = read(net, params, None, view, samples=samples)
    effect = {site: np.ones((32, reading.x.shape[1])) for site in reading.net.sites if site.endswith(".out")}
    below = next(site for site in effect if site.startswith("head.0"))
    found = heard(reading, effect, np.arange(32))
    assert {site: each for site, each in found.items() if each} == {below.replace("head.0", "head.1"): (below,)}


def test_a_net_without_heads_is_refused() -> None:
    one = of("reverse")
    program = one.program(one.letters)
    sample = given(one, program, 64, 1)
    flat = Sample(arguments=sample.arguments, targets=sample.targets[:, 1])
    length = sample.arguments[0].shape[1]
    net = mlp(positions=length, alphabet=one.symbols(one.letters), classes=9, width=8)
    view = of_sequences(one.symbols(one.letters), Classes(9))
    reading = read(net, net.init(jax.random.key(0)), None, view, samples=Samples(fit=flat, report=flat))
    assert reads(reading) is None
    refusal = extract(reading)
    assert "expected attention heads" in refusal.reason  # pyright: ignore[reportAttributeAccessIssue]


def test_marks_are_told_from_letters() -> None:
    x = np.array([[0, 3, 1, 6, 3, 7], [0, 2, 2, 6, 7, 7], [0, 5, 4, 5, 6, 1]])
    assert letters_of(x, 8, 7) == range(1, 6)
    assert letters_of(x[:, 1:3], 8, None) == range(1, 6)


def test_atoms_compare_what_both_hold() -> None:
    variables = FRAME.variables(TOKENS)
    before = Atom("i", "i", "=", -1).holds(variables, variables)
    assert np.array_equal(before[0], np.eye(6, k=-1, dtype=bool))
    above = Atom("v", "v", ">", 0).holds(variables, variables)
    assert above[0, 2].tolist() == [False, True, False, True, True, False]
    both = Joined(Atom("x", "x", "=", 0), "and not", Atom("i", "i", "=", 0))
    assert both.holds(variables, variables)[0, 1].tolist() == [False, False, False, False, True, False]
    found = list(atoms(variables, 5))
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("pick", "chosen"), [("all", [1, 2, 3]), ("first", [1]), ("last", [3]), ("least", [2]), ("most", [3])]
)
def test_picks_take_of_what_is_held(pick: str, chosen: list[int]) -> None:
    held = np.array([[[False, True, True, True]]])
    found = picked(held, pick, np.array([[0, 3, 1, 4]]) if pick in ("least", "most") else None)
    assert np.flatnonzero(found).tolist() == chosen


def test_equal_behaviours_are_one() -> None:
    columns = np.array([[1, 0, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
    assert distinct(columns[:, None], np.ones((1, 3), dtype=bool)).tolist() == [0, 4]


def test_one_strength_is_the_best_one() -> None:
    held, model, weight = np.array([[0.8, 0.6]]), np.array([[0.25, 0.5]]), np.array([0.5, 0.5])
    gained, strength = one_strength(held, model, weight)
    grid = np.linspace(-5, 5, 2001)[:, None]
    nats = (np.log(model * np.exp(grid) + 1 - model) - grid * held) @ weight
    assert gained[0] == pytest.approx(-nats.min(), abs=1e-4)
    assert strength[0] == pytest.approx(grid[nats.argmin(), 0], abs=0.02)


def test_tables_take_the_variables_that_say_something() -> None:
    rng = np.random.default_rng(0)
    one, other = (np.eye(4, dtype=np.float32)[rng.integers(0, 4, 300)] for _ in range(2))
    found = tables_of(one @ rng.normal(size=(4, 3)), np.ones(300), {"x": one, "i": other}, least=0.01)
    assert found.reads == ("x",)
    assert found.explained == pytest.approx(1.0, abs=1e-6)


def test_a_readout_is_an_expression_where_one_is_short() -> None:
    rng = np.random.default_rng(0)
    values = {name: rng.integers(0, 9, 400) for name in ("n", "m")}
    variables = {name: Variable(name=name, kind="count", size=9, values=each[None]) for name, each in values.items()}
    found, _ = shortest(variables, values, (values["n"] < values["m"]).astype(int), 2, 0)
    assert found.text == "(lt n m)"
    lone, _ = shortest(variables, values, np.where(values["n"] == 3, 8, values["n"]), 9, 0)
    assert lone.text == "n but 3 -> 8"
    table = np.random.default_rng(1).integers(0, 9, 9)
    assert shortest(variables, values, table[values["n"]], 9, 0)[0].text.startswith(("table of n", "(", "n"))


def test_heads_bring_one_value_or_counts() -> None:
    state, effect = begun(FRAME, TOKENS, []), np.ones(TOKENS.shape)
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    bare = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1))
    before = replace(bare, named=Named(select=Select(relation=Atom("i", "i", "=", -1)), value="x"))
    assert looked_at(before, state, effect, FRAME).single
    everything = replace(bare, named=Named(select=Select(relation=ALWAYS), value="x"))
    found = looked_at(everything, state, effect, FRAME)
    assert not found.same
    assert found.counted == (0, 1, 2, 3, 4)


def test_of_a_heads_numbers_the_one_that_is_written_is_carried_on() -> None:
    rng = np.random.default_rng(0)
    tokens = rng.integers(1, 5, (50, 6))
    state = begun(FRAME, tokens, [])
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    named = Named(select=Select(relation=Atom("x", "x", "=", 0)), value="i")
    head = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1), named=named)
    state = with_named(state, head, FRAME)
    weight = np.ones(tokens.shape)
    for name in ("h00n", "h00most"):
        table = 100 + rng.normal(size=(9, 3))
        assert telling("h00", state, table[state.variables[name].values], weight) == name
    assert telling("h01", state, np.zeros((50, 6, 3)), weight) is None


def test_programs_are_written_in_synth_words() -> None:
    values = {"h00n": np.arange(9)}
    variables = {"h00n": Variable(name="h00n", kind="count", size=9, values=values["h00n"][None])}
    readout, _ = shortest(variables, values, np.maximum(np.arange(9) - 1, 0), 9, 0)
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    select = Select(relation=Atom("x", "x", "=", 0))
    head = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1), same=True)
    found = in_words(FRAME, [replace(head, named=Named(select=select, value="x"))], readout)
    assert found is not None
    assert "(selector_width (causal (select same a a)))" in str(found)
    x = np.array([[0, 3, 3, 1, 3]])
    assert on_batches(found, {"a": x}).tolist() == [[0, 0, 1, 0, 2]]


def test_totals_are_of_letters() -> None:
    counts = np.array([[[3, 2, 0, 1], [3, 0, 0, 0]]], dtype=np.float32)
    own, places = np.array([[3, 1]]), np.array([[3, 1]])
    found = [each[0].tolist() for each in totals(counts, counts, range(1, 4), own, places)]
    assert found == [[5, 0], [1, -1], [3, -1], [1, 0], [2, 0], [3, -1], [2, 0], [-1, -1]]
    ahead = [each[0].tolist() for each in totals(counts, counts, range(4), np.array([[0, 2]]), np.array([[1, 0]]))]
    assert ahead == [[5, 0], [0, 0], [3, 0], [3, 0], [0, 3], [0, -1], [3, 1], [0, -1]]


def test_what_is_looked_at_is_ranked_by_how_often_and_then_by_what_comes_first() -> None:
    tokens = np.array([[0, 3, 1, 4, 1, 3]])
    named = Named(select=Select(relation=ALWAYS), value="x")
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    head = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1), named=named)
    known = with_named(begun(replace(FRAME, causal=False), tokens, ()), head, FRAME).variables
    assert known["h00ranked"].values.tolist() == [[-1, 3, 1, 4, -1, -1]]


def test_expressions_of_few_numbers_take_more_words() -> None:
    rng = np.random.default_rng(0)
    values = {f"h0{i}": rng.integers(0, 7, 1500) for i in range(6)}
    kinds = {name: Variable(name=name, kind="symbol", size=7, values=each[None]) for name, each in values.items()}
    for answers, text in (
        ((values["h01"] + values["h04"]) % 7, "(mod (add h01 h04) |7|)"),
        (values["h02"] // 2, "(floordiv h02 |2|)"),
    ):
        found, bits = shortest(kinds, values, answers, 7, 0)
        assert found.text == text
        assert bits < 60


def test_tables_are_of_what_a_site_follows_when_it_moves_alone() -> None:
    rng = np.random.default_rng(0)
    x = np.eye(4, dtype=np.float32)[rng.integers(0, 4, (50, 6))]
    written = rng.normal(size=(4, 3))
    shown = np.ones((50, 6), bool)
    swap = Swap(order={"h00": elsewhere(shown, rng)}, shown=shown, sites={})
    moved = swap.columns({"x": x, "h00.x": x, "h01.x": x})
    assert np.array_equal(moved["x"], x)
    assert np.array_equal(moved["h01.x"], x)
    assert np.array_equal(moved["h00.x"], swap.order["h00"].of(x))
    columns = {name: np.concatenate([x, moved[name]]).reshape(-1, 4) for name in ("x", "h00.x")}
    values = np.concatenate([x @ written, moved["h00.x"] @ written]).reshape(-1, 3)
    assert tables_of(values, np.ones(len(values)), columns, least=0.02).reads == ("h00.x",)


def test_what_a_head_brings_elsewhere_is_of_other_rows_and_of_half_of_them_at_any_place() -> None:
    shown = np.arange(12) < np.random.default_rng(0).integers(1, 13, (400, 1))
    order = elsewhere(shown, np.random.default_rng(1))
    assert sorted(order.rows[:, 0].tolist()) == list(range(400))
    same = (order.places == np.arange(12)).all(axis=1)
    assert 0.4 < same.mean() < 0.6
    assert order.of(shown)[~same].all()
    assert set(order.places[~same & (shown[order.rows[:, 0]].sum(axis=1) == 12)].reshape(-1).tolist()) == set(range(12))


def test_the_commonest_is_of_letters_and_alone() -> None:
    counts = np.array([[[3, 2, 1, 0], [3, 1, 1, 0], [3, 0, 0, 0]]], dtype=np.float32)
    assert commonest(counts, range(1, 4)).tolist() == [[1, -1, -1]]
    assert commonest(counts, range(4)).tolist() == [[0, 0, 0]]


def test_a_text_has_as_many_nodes_as_it_says_things() -> None:
    between = Joined(Atom("i", "i", "<", 0), "and", Atom("x", None, "=", 3))
    assert (ALWAYS.nodes, Atom("i", "i", "=", -1).nodes, between.nodes) == (1, 4, 7)
    assert Atom("i", "i", "%3", 0).nodes == 5
    assert Select(relation=between, pick="least", by="v", otherwise="first").nodes == 10
    assert Select(relation=ALWAYS, otherwise=Atom("x", None, "=", 0)).nodes == 4


def test_a_table_answers_longer_sequences_by_its_last_entry() -> None:
    place = Variable(name="i", kind=PLACE, size=4, values=np.arange(4)[None])
    values, answers = {"i": np.tile(np.arange(4), 50)}, np.tile(np.array([2, 0, 1, 2]), 50)
    readout, _ = shortest({"i": place}, values, answers, 3, 0)
    assert readout.nodes == 1 + readout.entries == 5
    assert readout.answer({"i": np.array([1, 3, 9])}).tolist() == [0, 2, 2]
