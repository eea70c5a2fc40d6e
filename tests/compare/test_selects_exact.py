"""The program itself in a net's patterns: by a strength, at a share of the queries; and the selects that are tried."""

from dataclasses import replace

import numpy as np
import pytest

from compare.extract.selects.exact import Exact, Rest, pattern, shared
from compare.extract.selects.linear import Tables
from compare.extract.selects.naming import named, pool_of
from compare.extract.selects.patterns import Queries, drawn, softmax
from compare.extract.selects.program import Head, Named, State, begun, with_named
from compare.extract.selects.readouts import shortest
from compare.extract.selects.relations import ALWAYS, Atom, Joined, Select, Within, atoms, within
from compare.extract.selects.steps import bringing
from compare.extract.selects.variables import Frame, Variable
from compare.extract.selects.written import in_words
from synth import on_batches

FRAME = Frame(alphabet=6, letters=range(1, 6), causal=True, padding=None, appended=False)
TABLES = Tables(reads=(), tables=(), offset=np.zeros(2, np.float32), explained=0.0)
SAME = Select(relation=Atom("x", "x", "=", 0))


def state(tokens: np.ndarray) -> State:
    return begun(FRAME, tokens, ("i",))


def head(strength: float | None = None, beside: str = "all") -> Head:
    told = Named(select=SAME, value="x")
    one = Head(layer=0, number=0, score=None, tables=TABLES, mean=np.zeros(2), named=told)
    return replace(one, strength=strength, beside=beside)


def test_a_select_stands_alone_or_by_its_strength() -> None:
    known = state(np.array([[0, 3, 1, 3]]))
    np.testing.assert_allclose(pattern(head(), known)[0, 3], [0, 0.5, 0, 0.5])
    soft = pattern(head(np.log(3)), known)[0, 3]
    np.testing.assert_allclose(soft, np.array([1, 3, 1, 3]) / 8, rtol=1e-6)
    counted = pattern(head(np.log(3), "first"), known)[0]
    np.testing.assert_allclose(counted[3], np.array([1, 3, 0, 3]) / 7, rtol=1e-6)
    np.testing.assert_allclose(counted[0], [1, 0, 0, 0], atol=1e-6)


def test_a_head_rests_at_some_queries() -> None:
    known = state(np.array([[0, 3, 1, 3]]))
    rest = Rest(variable="x", size=6, values=(3,), elsewhere="first")
    found = pattern(head(), known, rest)[0]
    np.testing.assert_allclose(found[3], [1, 0, 0, 0])
    np.testing.assert_allclose(found[2], [0, 0, 1, 0])


def test_a_head_that_does_the_work_of_another_one_rests_no_more() -> None:
    one, two, other = (replace(head(), number=number) for number in range(3))
    rest = Rest(variable="h00", size=6, values=(3,), elsewhere="first")
    begin = Exact(
        placing=None,  # pyright: ignore[reportArgumentType]
        heads=(one, two, other),
        needed=(one, two),
        sharing={"h02": one},
        resting={"h00": rest, "h01": rest, "h02": rest},
    )
    found = shared(begin, other, 1)
    assert found.sharing["h02"] is two
    assert list(found.resting) == ["h01"]


def test_values_have_bounds_and_may_say_places() -> None:
    known = {str(atom) for atom in atoms(state(np.array([[0, 3, 1, 3]])).variables, 3)}
    assert {
        "k.i > q.i - 2",
        "k.i > q.i - 3",
        "k.v < 4",
        "k.v > 2",
        "k.i = q.v",
        "k.i = q.v + 1",
        "k.v = q.i - 1",
        "k.v = q.v - 1",
        "k.v > q.v - 1",
        "k.v = q.v + 1 mod 3",
    } <= known
    assert not {"k.i < q.v", "k.i = q.v + 2", "k.i > q.i - 4"} & known


def queries(answers: np.ndarray, tokens: np.ndarray) -> Queries:
    """A head that looks at the first place most, and at smaller letters a little."""
    known = state(tokens)
    smaller = known.variables["v"].values[:, None, :] < known.variables["v"].values[..., None]
    first = np.arange(tokens.shape[1]) == 0
    given = softmax(np.where(first, 2.5, 0.0) + np.where(smaller, 0.5, 0.0), known.seen)
    rng = np.random.default_rng(0)
    return drawn(given, known.seen, np.ones(tokens.shape), answers, known.variables, rng)


@pytest.mark.parametrize("counts", [True, False])
def test_a_select_is_tried_where_how_many_keys_it_finds_says_the_answers(counts: bool) -> None:
    rng = np.random.default_rng(1)
    tokens = np.concatenate([np.zeros((60, 1), np.int64), rng.integers(1, 6, (60, 9))], axis=1)
    known = state(tokens)
    smaller = (known.variables["v"].values[:, None, :] < known.variables["v"].values[..., None]) & known.seen
    answers = smaller.sum(axis=2) if counts else rng.integers(0, 8, tokens.shape)
    asked = queries(answers, tokens)
    found = named(known.variables, asked, pool_of(known.variables, asked))
    assert [str(each.select) for each in found if each.telling] == (["k.v < q.v"] if counts else [])


def test_relations_are_tried_of_which_the_last_key_is_looked_at() -> None:
    """All such keys are looked at, the last of them a little more: a relation of all says more of the pattern."""
    rng = np.random.default_rng(2)
    tokens = np.concatenate([np.zeros((80, 1), np.int64), rng.integers(1, 6, (80, 15))], axis=1)
    known = state(tokens)
    large, places = known.variables["v"].values[:, None, :] > 3, np.arange(16)
    before = places[:, None] > places
    given = softmax(np.where(large & before, 12.0 + 0.2 * places, 0.0), known.seen)
    asked = drawn(given, known.seen, np.ones(tokens.shape), np.full(tokens.shape, -1), known.variables, rng)
    found = named(known.variables, asked, pool_of(known.variables, asked))
    assert "last of (k.v > 3 and k.i < q.i) or k.x = 0" in [str(each.select) for each in found]


def test_a_head_over_one_letter_is_named() -> None:
    known = state(np.full((4, 2), 1))
    even = known.seen / known.seen.sum(axis=-1, keepdims=True)
    asked = drawn(even, known.seen, np.ones((4, 2)), np.full((4, 2), -1), known.variables, np.random.default_rng(0))
    found = named(known.variables, asked, pool_of(known.variables, asked))
    assert Select(relation=ALWAYS) in [each.select for each in found]


@pytest.mark.parametrize(
    ("atom", "text", "held"),
    [
        (Atom("i", None, "%2", 1), "k.i = 1 mod 2", [0, 1, 0, 1]),
        (Atom("i", "i", "%2", 1), "k.i = q.i + 1 mod 2", [1, 0, 1, 0]),
        (Atom("i", "i", "/2", 0), "(k.i) div 2 = (q.i) div 2", [0, 0, 1, 1]),
        (Atom("i", "i", "/2", 1), "(k.i + 1) div 2 = (q.i + 1) div 2", [0, 0, 0, 1]),
        (Atom("i", "i", "*2", -4), "k.i = 2 q.i - 4", [0, 0, 1, 0]),
        (Atom("i", "i", ":3", 0), "3 k.i = q.i", [0, 1, 0, 0]),
        (Atom("v", None, "%2", 1), "k.v = 1 mod 2", [0, 1, 1, 1]),
        (Atom("v", "v", "%2", 0), "k.v = q.v mod 2", [0, 1, 1, 1]),
        (Atom("v", "v", "=", -2), "k.v = q.v - 2", [0, 0, 1, 0]),
        (Atom("x", "x", "!=", 0), "k.x != q.x", [1, 0, 1, 0]),
        (Atom("x", None, "!=", 1), "k.x != 1", [1, 1, 0, 1]),
    ],
)
def test_atoms_hold_are_said_and_are_written(atom: Atom, text: str, held: list[int]) -> None:
    tokens = np.array([[0, 3, 1, 3]])
    variables = state(tokens).variables
    found = np.broadcast_to(atom.holds(variables, variables), (1, 4, 4))
    assert found[0, 3].tolist() == [bool(each) for each in held]
    assert str(atom) == text
    told = Named(select=Select(relation=atom), value="x")
    number = Head(layer=0, number=0, score=None, tables=TABLES, mean=np.zeros(2), named=told)
    values = {"h00n": np.arange(9)}
    counts = {"h00n": Variable(name="h00n", kind="count", size=9, values=values["h00n"][None])}
    readout, _ = shortest(counts, values, np.arange(9), 9, 0)
    program = in_words(FRAME, [number], readout)
    assert program is not None
    assert on_batches(program, {"a": tokens})[0, 3] == sum(held)


def test_a_mark_or_the_query_itself_may_weigh_otherwise_than_the_keys_it_is_looked_at_with() -> None:
    known = state(np.array([[0, 3, 1, 3]]))
    either = Select(relation=Joined(SAME.relation, "or", Atom("x", None, "=", 0)))
    whole = replace(head(np.log(3)), named=Named(select=either, value="x"))
    by_mark, by_self = (
        pattern(replace(whole, beside=beside), known)[0, 3] for beside in (Atom("x", None, "=", 0), "self")
    )
    np.testing.assert_allclose(by_mark, np.array([1, 3, 0, 3]) / 7, rtol=1e-6)
    np.testing.assert_allclose(by_self, np.array([3, 3, 0, 1]) / 7, rtol=1e-6)


def test_values_are_exchanged_where_a_head_brings_one_that_differs() -> None:
    first = replace(head(), named=Named(select=Select(relation=Atom("i", "i", "=", -1)), value="x"), single=True)
    first, last = replace(first, same=True), replace(head(), layer=1)
    even = np.full(4, 0.25)
    known = with_named(state(np.array([[0, 3, 1, 3], [0, 2, 2, 1]])), first, FRAME)
    found = bringing({first.site: even, last.site: even}, [first, last], known)
    np.testing.assert_allclose(found[first.site], [0, 0, 1 / 2, 1 / 2], atol=1e-6)
    np.testing.assert_allclose(found[last.site], even)


def test_a_small_table_is_written_out() -> None:
    values = {"h00n": np.array([0, 1, 2, 3, 4] * 20)}
    counts = {"h00n": Variable(name="h00n", kind="count", size=9, values=values["h00n"][None])}
    readout, _ = shortest(counts, values, np.array([0, 0, 5, 0, 7] * 20), 9, 0)
    assert readout.table == ((0, 0), (1, 0), (2, 5), (3, 0), (4, 7))
    program = in_words(FRAME, [head()], readout)
    assert program is not None
    assert on_batches(program, {"a": np.array([[3, 3, 1, 3]])}).tolist() == [[0, 5, 0, 0]]


def test_two_numbers_of_a_key_are_compared_where_one_is_brought() -> None:
    tokens = np.array([[2, 3, 3, 1, 1, 4]])
    before = replace(head(), named=Named(select=Select(relation=Atom("i", "i", "=", -1)), value="x"), same=True)
    variables = with_named(state(tokens), before, FRAME).variables
    alike = Within("x", "h00", "=")
    known = {str(each) for each in within(variables)}
    assert {str(alike), "k.x != k.h00", "k.v < k.h00v"} <= known
    assert "k.x = k.v" not in known
    assert alike.holds(variables, variables)[0, 0].tolist() == [False, False, True, False, True, False]
    counted = Head(layer=1, number=0, score=None, tables=TABLES, mean=np.zeros(2))
    counted = replace(counted, named=Named(select=Select(relation=alike), value="x"))
    values = {"h10n": np.arange(6)}
    several = {"h10n": Variable(name="h10n", kind="count", size=6, values=values["h10n"][None])}
    readout, _ = shortest(several, values, np.arange(6), 6, 0)
    found = in_words(FRAME, [before, counted], readout)
    assert found is not None
    assert on_batches(found, {"a": tokens})[0].tolist() == [0, 0, 1, 1, 2, 2]
