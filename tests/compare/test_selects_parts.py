"""Symbols of several sorts and what they hold, tables of two variables, heads that copy."""

from dataclasses import replace

import numpy as np

from compare.extract.selects.alignment import rounded
from compare.extract.selects.linear import column, factors, products, table_of
from compare.extract.selects.linear import fitted as tables_of
from compare.extract.selects.parts import Part, parts_of, sorts
from compare.extract.selects.program import Head, Named, looked_at, with_named
from compare.extract.selects.readouts import Readout, shortest
from compare.extract.selects.relations import ALWAYS, Atom, Joined, Select, atoms
from compare.extract.selects.steps import begun, bringing
from compare.extract.selects.variables import Frame, Variable
from compare.extract.selects.written import in_words
from synth import on_batches


def edges(nodes: int, rows: int) -> np.ndarray:
    """0, an edge from each node as 1 + nodes * source + target, each node."""
    rng = np.random.default_rng(0)
    source, target, asked = (np.argsort(rng.random((rows, nodes)), axis=1) for _ in range(3))
    return np.pad(np.concatenate([1 + nodes * source + target, 1 + nodes**2 + asked], axis=1), ((0, 0), (1, 0)))


def frame(nodes: int) -> Frame:
    alphabet = 1 + nodes**2 + nodes
    parts = parts_of(edges(nodes, 400), alphabet, nodes)
    return Frame(alphabet=alphabet, letters=range(1, alphabet), causal=True, padding=None, appended=False, parts=parts)


def test_sorts_stand_at_other_places() -> None:
    assert sorts(edges(4, 400), 21) == [range(1, 17), range(17, 21)]
    letters = np.random.default_rng(0).integers(0, 9, (50, 6))
    assert sorts(letters, 9) == [range(9)]
    assert parts_of(letters, 9, 3) == ()


def test_symbols_hold_two_numbers_where_there_are_as_many_others() -> None:
    assert [part.name for part in parts_of(edges(4, 400), 21, 4)] == ["s0", "s0div4", "s0mod4", "s1"]
    div, mod = Part("s0div4", 1, 17, 4, 4), Part("s0mod4", 1, 17, 1, 4)
    symbols = np.array([[0, 1, 7, 16, 18]])
    assert div.of(symbols).tolist() == [[-1, 0, 1, 3, -1]]
    assert mod.of(symbols).tolist() == [[-1, 0, 2, 3, -1]]
    assert (div.size, mod.size, Part("s0", 1, 17, 1, 16).size) == (4, 4, 16)


def test_what_symbols_hold_is_equal_or_not() -> None:
    found = frame(4)
    known = list(atoms(found.variables(edges(4, 5)), 8))
    assert Atom("s0div4", "s1", "=", 0) in known
    assert Atom("s0mod4", "s0div4", "=", 0) in known
    assert not any(atom.operator in "<>" for atom in known if atom.key == "s0div4")


def test_a_head_brings_what_the_symbols_hold_that_it_looks_at() -> None:
    given, x = frame(4), edges(4, 60)
    state = begun(given, x, [])
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    hop = Named(select=Select(relation=Atom("s0div4", "s1", "=", 0)), value="x")
    bare = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1), named=hop)
    effect = np.ones(x.shape) * (np.arange(9) > 4)
    head = looked_at(bare, state, effect, given)
    assert [part.name for part in head.parts] == ["s0", "s0div4", "s0mod4"]
    found = with_named(state, head, given).variables["h00s0mod4"]
    source, target = np.divmod(x[:, 1:5] - 1, 4)
    right = np.stack([target[source == node] for node in range(4)], axis=1)
    assert np.array_equal(found.values[:, 5:], np.take_along_axis(right, x[:, 5:] - 17, axis=1))
    everything = looked_at(replace(bare, named=Named(select=Select(relation=ALWAYS), value="x")), state, effect, given)
    assert everything.parts == ()
    program = in_words(given, [head], answered("h00s0mod4"))
    assert program is not None
    assert np.array_equal(on_batches(program, {"a": x})[:, 5:], found.values[:, 5:])


def test_what_one_of_the_symbols_holds_is_exchanged_where_others_are_looked_at_too() -> None:
    given, x = frame(4), edges(4, 60)
    state = begun(given, x, [])
    none = tables_of(np.zeros((4, 1)), np.ones(4), {}, least=0.1)
    relation = Joined(Atom("s0div4", "s1", "=", 0), "or", Atom("x", None, "=", 0))
    hop = Named(select=Select(relation=relation), value="x")
    bare = Head(layer=0, number=0, score=None, tables=none, mean=np.zeros(1), named=hop)
    head = looked_at(bare, state, np.ones(x.shape) * (np.arange(9) > 4), given)
    assert head.parts
    assert not head.same
    even = np.full(9, 1 / 9)
    last = replace(bare, layer=1)
    found = bringing({head.site: even, last.site: even}, [head, last], with_named(state, head, given))
    np.testing.assert_allclose(found[head.site], [0] * 5 + [1 / 4] * 4, atol=1e-6)


def answered(name: str) -> Readout:
    """The number itself."""
    values = {name: np.arange(40) % 4}
    variables = {name: Variable(name=name, kind="one of 4", size=4, values=values[name][None])}
    return shortest(variables, values, values[name], 4, 0)[0]


def test_tables_of_two_variables_say_what_neither_says_alone() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 3, 600), rng.integers(0, 4, 600)
    columns = {"a": np.eye(3)[one], "h00.b": np.eye(4)[other]}
    values = ((one * other) % 5)[:, None].astype(float)
    assert list(products(columns)) == ["a*h00.b"]
    assert factors("h10.(a*h00.b)") == ("h10.(a*h00.b)",)
    assert column(columns, "a*h00.b").argmax(axis=1).tolist() == (one * 4 + other).tolist()
    both = table_of(values, np.ones(600), {**columns, "a*h00.b": column(columns, "a*h00.b")}, ["a*h00.b"])
    assert np.abs(both.of(columns) - values).max() < 1e-3
    apart = table_of(values, np.ones(600), columns, ["a", "h00.b"])
    assert np.abs(apart.of(columns) - values).max() > 0.5


def test_products_are_small() -> None:
    wide = {"a": np.zeros((5, 20)), "b": np.zeros((5, 20)), "c": np.zeros((5, 7)), "c*d": np.zeros((5, 2))}
    assert list(products(wide)) == ["a*c", "b*c"]


def test_coarser_tables_take_fewer_bits() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(400, 6))
    tables = tables_of(one @ rng.normal(size=(6, 8)), np.ones(400), {"x": one}, least=0.01)
    whole, bits = rounded(tables, 8, 12)
    coarse, fewer = rounded(tables, 1, 3)
    assert np.abs(whole.tables[0] - tables.tables[0]).max() < 0.02
    assert np.abs(coarse.tables[0] - tables.tables[0]).max() > 0.1
    assert fewer < bits
