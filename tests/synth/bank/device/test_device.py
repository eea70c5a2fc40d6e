"""The bank on JAX: the same programs in the same rows as numpy's and numba's, and nothing is compiled twice."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from synth import (
    BOOL,
    BV,
    INT,
    LIST,
    REAL,
    Budget,
    Exhausted,
    Fn,
    Primitive,
    Spec,
    Terminal,
    named,
    solve,
    uniform_language,
)
from synth.bank.bank import Bank
from synth.bank.budget import Meter
from synth.bank.device import blocks, loops
from synth.bank.device.blocks import Sizes, wide
from synth.bank.device.store import GROWTH, DeviceStore
from synth.bank.hashing import fingerprints, hash_of
from synth.bank.match import find
from synth.bank.rectangles import flat, sizes
from synth.bank.store import Store
from synth.language.grammar import EIGHTHS
from synth.language.xp import NUMPY
from synth.library.bitvectors import bitvectors

SMALL = Sizes(few=64, stored=512, matched=1024)  # so that few programs fill many blocks
A, B = np.array([0, 1, 2, -3, 4, 70]), np.array([5, 0, -1, 2, 4, -(2**40)])
FLAGS = {name: np.arange(8) >> place & 1 == 1 for place, name in enumerate("xyz")}


def words(width: int) -> dict[str, np.ndarray]:
    drawn = np.random.default_rng(1).integers(0, 1 << width, (2, 6), dtype=np.uint64, endpoint=False)
    return {"x": drawn[0], "y": drawn[1]}


def some(width: int, *names: str) -> tuple[Primitive, ...]:
    known = {p.name: p for p in bitvectors(width)}
    return tuple(known[name] for name in names)


PARTIAL = tuple(
    replace(p, defined=lambda xp, a, b: b != 0) if p.name == "mod" else p for p in named(["mod", "mul", "sub", "2"])
)
INTEGERS = {"a": A, "b": B}
CASES = {
    "division": (named(["floordiv", "mod", "add", "1", "lt", "if_int"]), INTEGERS, INT, 24.0),
    "undefined": (PARTIAL, INTEGERS, INT, 20.0),
    "booleans": (named(["and", "not", "xor", "if_bool"]), FLAGS, BOOL, 16.0),
    "64 bits": (some(64, "bvadd", "bvlshr", "bvxor", "bvnot"), words(64), BV(64), 22.0),
    "8 bits": (some(8, "bvmul", "bvudiv", "bvsub", "bvneg"), words(8), BV(8), 22.0),
    "reals": (
        named(["mul_real", "sub_real", "div_real"]),
        {"c": np.array([0.25, -1.5, 3.0, 1e-3, 0.0, 7.0])},
        REAL,
        22.0,
    ),
}


def bank_of(library, columns, kind, backend, goal=None) -> Bank:
    terminals = tuple(Terminal(name, kind) for name in columns)
    return Bank(uniform_language(library, terminals), columns, Meter(Budget()), goal=goal, backend=backend)


def assert_same(one: Bank, other: Bank) -> None:
    assert one.meter.candidates == other.meter.candidates
    assert one.meter.distinct == other.meter.distinct
    for kind in one.stores:
        count = one.count(kind)
        assert other.count(kind) == count
        np.testing.assert_allclose(one.values(kind), other.values(kind), rtol=1e-9, atol=1e-12)
        parents = [(bank.stores[kind].heads[:count], bank.stores[kind].args[:, :count]) for bank in (one, other)]
        assert np.array_equal(parents[0][0], parents[1][0])
        for row in {0, count // 2, count - 1}:
            assert one.program(kind, row).show() == other.program(kind, row).show()
        assert other.lookup(kind, one.values(kind)[:, ::-1]).tolist() == list(range(count))[::-1]


@pytest.fixture
def small(monkeypatch) -> None:
    monkeypatch.setattr(blocks, "sizes_here", lambda: SMALL)


@pytest.mark.parametrize("case", CASES)
def test_the_same_bank_on_every_backend(case, small):
    library, columns, kind, bits = CASES[case]
    banks = [bank_of(library, columns, kind, backend) for backend in ("numpy", "numba", "jax")]
    with np.errstate(all="ignore"):
        for bank in banks:
            bank.build(int(bits * EIGHTHS))
    assert banks[0].count(kind) > 100 or kind == BOOL
    assert_same(banks[0], banks[2])
    assert_same(banks[1], banks[2])
    assert all(loops.traced(p, banks[2].examples) for p in library if p.type.args)


@pytest.mark.parametrize(("case", "most"), [("division", SMALL.few), ("booleans", 1)])
def test_the_same_hits_in_the_same_order(case, most, small):
    library, columns, kind, bits = CASES[case]
    one, other = (bank_of(library, columns, kind, backend, goal=kind) for backend in ("numpy", "jax"))
    names = list(columns)
    goals = [one.columns[names[0]], one.columns[names[1]] ^ one.columns[names[0]], np.zeros_like(columns[names[0]])]
    hits = 0
    with np.errstate(all="ignore"):
        for cost in range(one.step, int((bits - 4) * EIGHTHS), one.step):
            for bank in (one, other):
                bank.build(cost, parts=True)
            for goal in goals:
                found = [[p.show() for p in find(bank, kind, cost, goal)] for bank in (one, other)]
                assert found[0] == found[1]
                hits = max(hits, len(found[0]))
            assert one.meter.candidates == other.meter.candidates
    assert hits > most, "more than fit in a look, where there are so many"


@pytest.mark.parametrize("case", ["division", "booleans"])
def test_further_examples_tell_programs_apart(case, small):
    library, columns, kind, bits = CASES[case]
    first = {name: values[:2] for name, values in columns.items()}
    rest = {name: values[2:] for name, values in columns.items()}
    banks = [bank_of(library, first, kind, backend) for backend in ("numpy", "jax")]
    with np.errstate(all="ignore"):
        for bank in banks:
            bank.build(int((bits - 4) * EIGHTHS))
            bank.append(rest)
            bank.build(int((bits - 2) * EIGHTHS))
    assert banks[1].examples == len(columns[next(iter(columns))])
    assert_same(*banks)


def test_a_store_on_the_device_grows_and_forgets(small):
    store, plain = DeviceStore(2, np.dtype(np.int64), hash_of(0)), Store(2, np.dtype(np.int64), hash_of(0), False)
    values = np.random.default_rng(0).integers(0, 90, (2, 9000))
    places = (np.arange(9000), np.arange(9000) % 7)
    room = store.capacity
    for here in (store, plain):
        assert here.insert(values[:, :10], 4, tuple(place[:10] for place in places)) == 10
        here.insert(values, 5, places)
    assert store.capacity == room * GROWTH**2
    assert store.count == plain.count
    assert np.array_equal(store.values[:, : store.count], plain.values[:, : plain.count])
    assert np.array_equal(store.args[:2, : store.count], plain.args[:2, : plain.count])
    assert np.array_equal(store.heads[: store.count], plain.heads[: plain.count])
    assert store.lookup(np.array([[0, 91], [0, 0]])).tolist() == plain.lookup(np.array([[0, 91], [0, 0]])).tolist()
    copies = store.capacity * (2 * 8 + 4 * 4)  # on the host, of values and parents
    assert store.nbytes == store.capacity * (2 * 8 + 14 + 48) + copies
    store.clear()
    assert store.lookup(values[:, :1]).tolist() == [-1]
    assert store.insert(values[:, :10], 4, ()) == 10


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint64, np.float64])
@pytest.mark.parametrize("words", [3, blocks.UNROLLED + 1])
def test_fingerprints_are_the_same(dtype, words):
    values = np.random.default_rng(1).integers(-5, 5, (words, 500)).astype(dtype)
    if dtype == np.float64:
        values = values / 3 * np.array([-1.0, 1.0] * 250)
        values[0, :4] = np.nan, -np.nan, np.inf, -0.0
    with wide():
        made = blocks.fingerprints(jax.numpy.asarray(values), hash_of(3).first, hash_of(3).multiplier)
        assert np.array_equal(made, fingerprints(values, hash_of(3)))


@pytest.mark.parametrize("arity", [1, 2, 3])
def test_candidates_are_numbered_as_on_the_host(arity):
    random = np.random.default_rng(arity)
    low = random.integers(0, 40, (60, arity))
    rects = np.stack([low, low + random.integers(1, 25, low.shape)], axis=2).reshape(60, 2 * arity)
    if arity == 2:
        rects = np.concatenate([rects, random.integers(0, 2, (60, 1))], axis=1)
        rects = rects[sizes(rects) > 0]
        rects = np.concatenate([rects, [[7, 90_007, 7, 90_007, 1]]])
    table, total = loops.table_of(rects)
    assert total == sizes(rects).sum()
    for number, places in enumerate(flat(rects, 1 << 16)):
        begin = number << 16
        if begin < 1 << 17 or begin + (1 << 16) >= total or number % 9000 == 0:
            with wide():
                rows, inside = blocks.candidates(table, 3, begin, total, arity=arity, block=1 << 16)
            assert np.array_equal(np.asarray(rows)[:arity, np.asarray(inside)], places)
            assert int(inside.sum()) == len(places[0])
        if number == 3:
            break


def test_the_last_lines_of_a_large_triangle():
    """The root of the quadratic is not exact there; the integers are."""
    side = 1 << 27
    table, total = loops.table_of(np.array([[5, 5 + side, 5, 5 + side, 1]]))
    assert total == side * (side + 1) // 2
    with wide():
        rows, inside = blocks.candidates(table, 0, total - 6, total, arity=2, block=8)
    expected = [(side - 3, k) for k in (-3, -2, -1)] + [(side - 2, k) for k in (-2, -1)] + [(side - 1, -1)]
    assert inside.tolist() == [True] * 6 + [False] * 2
    assert np.asarray(rows)[:2, :6].T.tolist() == [[5 + i, 5 + side + k] for i, k in expected]


def test_no_level_compiles_again(small):
    traces = []

    def run(xp, a, b):
        if xp is not NUMPY:
            traces.append(a.shape)
        return a * b - 1

    odd = Primitive(
        name="odd", type=Fn((INT, INT), INT), doc="A product less one.", run=run, sym=lambda a, b: a * b - 1
    )
    bank = bank_of((odd, *named(["add"])), {"a": A[:5], "b": B[:5]}, INT, "jax", goal=INT)
    grown = {store.capacity for store in bank.stores.values()}
    for cost in range(bank.step, 26 * EIGHTHS, bank.step):
        bank.build(cost)
        assert not list(find(bank, INT, cost, np.array([0, 1, 2, 77, 2**50])))
    assert bank.count(INT) > 3 * SMALL.stored
    assert {store.capacity for store in bank.stores.values()} != grown, "nor when a store grows"
    assert len(traces) == len(set(traces))
    assert set(traces) <= {(5, SMALL.few), (5, SMALL.stored), (1, SMALL.matched), (5, SMALL.matched)}


STUBBORN = Primitive(
    name="stubborn",
    type=Fn((INT,), INT),
    doc="One more, in numpy alone.",
    run=lambda xp, a: np.asarray(a) + 1,
    sym=lambda a: a + 1,
)
WRONG = Primitive(
    name="wrong",
    type=Fn((INT,), INT),
    doc="Twice; JAX is told otherwise.",
    run=lambda xp, a: 2 * a if xp is NUMPY else 2 * a + (a == 2**31),
    sym=lambda a: 2 * a,
)


@pytest.mark.parametrize(
    ("library", "columns", "kind"),
    [
        ((STUBBORN, WRONG, *named(["add"])), INTEGERS, INT),
        (named(["reverse", "sort", "head", "add"]), {"x": np.array([[2, 5, 7, 0], [3, 1, 2, 9], [0, 0, 0, 0]])}, LIST),
    ],
)
def test_what_jax_does_not_serve_is_evaluated_by_numpy(library, columns, kind, small):
    banks = [bank_of(library, columns, kind, backend) for backend in ("numpy", "jax")]
    for bank in banks:
        bank.build(14 * EIGHTHS)
    served = {p.name for p in library if p.type.args and loops.traced(p, banks[1].examples)}
    assert served == {"add"}
    assert_same(*banks)


X, Y = words(8).values()
QUOTIENT = np.where(B == 0, 0, A // np.where(B == 0, 1, B)) - A
WAVE = np.linspace(-2, 3, 6)
SPECS = {
    "integers": (Spec(type=Fn((INT, INT), INT), inputs=(A, B), outputs=QUOTIENT), named(["floordiv", "sub", "1"])),
    "bits": (Spec(type=Fn((BV(8), BV(8)), BV(8)), inputs=(X, Y), outputs=X & ~Y), some(8, "bvand", "bvnot")),
    "reals": (Spec(type=Fn((REAL,), REAL), inputs=(WAVE,), outputs=np.tanh(WAVE * WAVE)), named(["tanh", "mul_real"])),
}


@pytest.mark.parametrize("case", SPECS)
def test_the_same_answer_on_every_backend(case):
    spec, library = SPECS[case]
    found = [solve(spec, library, Budget(bits=20), backend=backend) for backend in ("numpy", "numba", "jax")]
    assert len({answer.program.show() for answer in found}) == 1
    assert len({(answer.bits, answer.minimal, answer.excluded, answer.how, answer.examples) for answer in found}) == 1
    nothing = solve(replace(spec, outputs=spec.outputs[::-1]), library, Budget(bits=8), backend="jax")
    assert isinstance(nothing, Exhausted)
