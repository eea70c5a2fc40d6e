"""What a search may spend: one memory for its parts, growth that asks for room, and blocks that fit into it."""

import time
import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest

from synth import Budget, Fn, Found, Spec, solve
from synth.bank import kernels, rectangles
from synth.bank.bank import Bank
from synth.bank.budget import SHARE, Memory, Meter, Spent, give_back
from synth.bank.hashing import hash_of
from synth.bank.passes import Pace
from synth.bank.rectangles import flat, sizes
from synth.bank.store import LARGE, Store, touched
from synth.language.grammar import uniform_language
from synth.language.program import Terminal
from synth.language.types import INT
from synth.library import ARITH, CHOICE, LIBRARY

NOISE = np.random.default_rng(1).integers(-(10**6), 10**6, (4, 10))
UNEXPLAINED = Spec(type=Fn((INT, INT, INT), INT), inputs=tuple(NOISE[:3]), outputs=NOISE[3])
WORDS = (Terminal("a", INT), Terminal("b", INT))


@dataclass(eq=False)
class Part:
    nbytes: int


def test_all_parts_share_one_memory_and_an_eighth_is_kept_for_looking_through_it():
    memory, one, other = Memory(800), Part(300), Part(300)
    memory.holders.update((one, other))
    assert memory.held == 600
    assert memory.storing == SHARE * 800 == 700
    memory.need(100)
    memory.need(0)
    with pytest.raises(Spent, match="bytes"):
        memory.need(101)
    assert memory.has(200)
    assert not memory.has(201)
    assert memory.peak == 800
    del other
    assert memory.held == 300
    assert [memory.block(each, most) for each, most in ((0, 40), (10**6, 10**9))] == [40, 64]
    assert Memory(1 << 20).block(8, 10**9) == 1 << 13


def fill(store: Store, parts: list[np.ndarray]) -> None:
    for part in parts:
        store.insert(part, 0, ())


def test_a_store_grows_only_where_old_and_new_arrays_fit_together():
    memory = Memory(3_000_000)
    store = Store(8, np.dtype(np.int64), hash_of(0), True, memory)
    memory.holders.add(store)
    values = np.random.default_rng(0).integers(0, 1 << 40, (8, 60_000))
    parts = [values[:, low : low + 1000] for low in range(0, 60_000, 1000)]
    with pytest.raises(Spent, match="bytes"):
        fill(store, parts)
    assert 0.3 * memory.most < store.nbytes <= memory.most
    assert np.array_equal(store.values[:, : store.count], values[:, : store.count])
    assert store.lookup(values[:, : store.count]).tolist() == list(range(store.count))


def test_large_arrays_count_by_pages_and_small_ones_by_what_is_used():
    small, large = np.empty((4, 100)), np.empty((2, LARGE))
    assert touched(small, 10) == 4 * 8 * 10
    assert touched(large, 10) == 2 * ((1 << 21) + 80)
    assert touched(large, LARGE) == large.nbytes


@pytest.mark.parametrize("arity", [2, 3])
def test_rectangles_cut_into_pieces_are_the_same_candidates(arity, monkeypatch):
    rects = np.array([[0, 7, 2, 9, 0], [3, 9, 3, 9, 1], [4, 4, 0, 2, 0], [9, 11, 0, 40, 0]])
    if arity == 3:
        rects = np.array([[0, 3, 2, 9, 1, 4], [5, 6, 0, 30, 2, 3], [0, 20, 1, 2, 0, 5]])
    whole = [np.concatenate(places) for places in zip(*flat(rects, 1 << 20), strict=True)]
    monkeypatch.setattr(rectangles, "OUTER", 4)
    pieces = list(flat(rects, 10))
    assert {len(places[0]) for places in pieces[:-1]} == {10}
    assert all(map(np.array_equal, whole, [np.concatenate(places) for places in zip(*pieces, strict=True)]))
    assert len(whole[0]) == sizes(rects).sum()


def test_further_examples_for_which_there_is_no_room_make_a_bank_begin_again():
    columns = {"a": np.arange(6), "b": np.array([5, 3, 9, 1, 1, 2])}
    more = {name: np.arange(600) % 97 for name in columns}
    meter = Meter(Budget(), memory=Memory(8_000_000))
    bank = Bank(uniform_language((*ARITH, *CHOICE), WORDS), columns, meter, goal=INT, backend="numpy")
    cost = bank.step
    while bank.count(INT) < 2000:
        bank.build(cost)
        cost += bank.step
    reached, count = cost - bank.step, bank.count(INT)
    assert bank.complete(reached)
    with pytest.raises(Spent, match="bytes"):
        bank.append(more)
    assert 0 < bank.count(INT) < count
    assert not bank.complete(reached)
    assert bank.examples == 606
    program = bank.program(INT, bank.count(INT) - 1)
    assert np.array_equal(program.run(bank.columns), bank.values(INT)[:, -1])
    assert meter.memory.peak <= meter.memory.most


def test_memory_stays_near_the_budget_where_there_is_no_answer():
    budget = Budget(seconds=2.0, bytes=16 << 20)
    solve(UNEXPLAINED, LIBRARY, budget, backend="numpy")  # what is imported late is imported
    tracemalloc.start()
    try:
        began = time.monotonic()
        outcome = solve(UNEXPLAINED, LIBRARY, budget, backend="numpy")
        spent, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not isinstance(outcome, Found)
    assert spent < 1.1 * budget.seconds + 2
    assert 1 << 20 < peak < 1.2 * budget.bytes


def test_little_time_or_memory_starts_no_compiler(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "folder", lambda: tmp_path)
    primitive = next(primitive for primitive in LIBRARY if primitive.name == "add")
    enough, room = 2 * kernels.COMPILING, Memory(kernels.COMPILER)
    assert kernels.kernels(primitive, 1e12, kernels.COMPILING / 2, room) is None
    assert kernels.kernels(primitive, 1e12, enough, Memory(kernels.COMPILER - 1)) is None
    assert not list(tmp_path.iterdir())
    assert kernels.kernels(primitive, 1e12, enough, room) is not None
    assert kernels.kernels(primitive, 1e12, enough, Memory(1)) is not None  # it is on disk by now


def test_the_step_between_two_looks_at_the_clock_follows_the_clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = Pace()
    first = pace.step
    assert pace.next() == 2 * first
    now[0] += 1.0
    assert pace.next() == first


def test_freed_memory_can_be_given_back():
    give_back(64 << 20)
    freed = np.ones(1 << 20)
    del freed
    give_back(1 << 30)
