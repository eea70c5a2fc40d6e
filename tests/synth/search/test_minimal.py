"""No program of fewer bits than the answer's exists: a brute force that shares no code with the search says so.

The brute force makes every program in order of cost out of the cheaper ones, plainly, and keeps a dictionary from
behaviour to least cost. It prunes by no law, and knows of the solver only the costs of the grammar.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from synth import (
    BOOL,
    INT,
    LIBRARIES,
    REAL,
    Budget,
    Fn,
    Found,
    Primitive,
    Spec,
    Terminal,
    Z,
    levels,
    named,
    program_bits,
    solve,
    uniform_language,
)
from synth.language.arguments import columns, terminals
from synth.language.grammar import EIGHTHS, Language
from synth.language.types import BV, Type, carrier, dtype_of
from synth.language.xp import NUMPY
from synth.library.bitvectors import bitvectors
from tests.slowly import slowly

TARGETS = 200
SOME = 50  # where there is little time
DEEPER = 4.0  # more bits, where there is time
FEW = 20
PATIENT = Budget(seconds=60, effort=math.inf)
CUBE = tuple(np.array(column, dtype=bool) for column in zip(*itertools.product((0, 1), repeat=3), strict=True))
EIGHT = np.array([0, 1, 2, 7, 90, 128, 200, 255], dtype=np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A language small enough to be searched by brute force to `bits`."""

    library: tuple[Primitive, ...]
    type: Fn
    inputs: tuple[np.ndarray, ...]
    bits: float
    numbers: tuple[tuple[str, int], ...] = ()

    def spec(self, outputs: np.ndarray) -> Spec:
        return Spec(type=self.type, inputs=self.inputs, outputs=outputs, terminals=dict(self.numbers))


BITVECTORS = ("bvand", "bvxor", "bvnot", "bvadd", "bvneg", "bvshl", "bvlshr", "bvult", "bvite")

CASES = {
    "integers": Small(
        library=named(["add", "sub", "mul", "mod", "floordiv", "max", "lt", "if_int", "neg", "1", "2"]),
        type=Fn((INT, INT), INT),
        inputs=(np.array([-3, 0, 4, 7, -9, 2]), np.array([5, -2, 3, 0, -4, 8])),
        bits=24.0,
    ),
    "conditions": Small(
        library=named(["add", "abs", "lt", "le", "eq", "and", "not", "if_bool", "0"]),
        type=Fn((INT, INT), BOOL),
        inputs=(np.array([-3, 0, 4, 7, -9, 2, 5, 1]), np.array([5, 0, 3, 0, -4, 8, -5, 1])),
        bits=28.0,
    ),
    "Booleans": Small(
        library=LIBRARIES["boolean"],
        type=Fn((BOOL, BOOL, BOOL), BOOL),
        inputs=CUBE,
        bits=34.0,
    ),
    "bit-vectors": Small(
        library=tuple(p for p in bitvectors(8) if p.name in BITVECTORS),
        type=Fn((BV(8), BV(8)), BV(8)),
        inputs=(EIGHT, EIGHT[::-1] ^ np.uint64(5)),
        bits=24.0,
    ),
    "residues": Small(
        library=named(["residues", "add", "1"]),
        type=Fn((Z("p"), Z("p")), Z("p")),
        inputs=(np.array([0, 1, 2, 3, 4, 5, 6]), np.array([3, 6, 0, 5, 1, 4, 4])),
        bits=24.0,
        numbers=(("p", 7),),
    ),
    "reals": Small(
        library=named(["add_real", "sub_real", "mul_real", "max_real", "neg_real", "relu", "square_real"]),
        type=Fn((REAL, REAL), REAL),
        inputs=(np.array([0.5, -1.25, 2.0, 3.5]), np.array([-0.75, 0.25, 1.5, -2.0])),
        bits=23.5,
    ),
}


def cheapest(known: Language, table: dict[str, np.ndarray], top: int) -> dict:
    """The least cost of every behaviour by type, up to `top` eighths: kind -> behaviour -> (cost, values).

    A program is made of the cheapest programs that behave like its parts, since replacing a part by a cheaper one
    of the same behaviour changes nothing but the cost.
    """
    rows = len(next(iter(table.values())))
    best: dict = {kind: {} for kind in known.costs}
    levels: dict = {kind: {} for kind in known.costs}  # kind -> cost -> values
    for cost in range(1, top + 1):
        for kind, costs in known.costs.items():
            made = [leaf(word, table, rows) for word in known.terminals if costs.get(word.name) == cost]
            for primitive in known.primitives:
                if primitive.name in costs:
                    made += calls(primitive, cost - costs[primitive.name], levels, rows)
            new = {}
            for values in made:
                values = np.asarray(np.broadcast_to(values, rows), dtype=dtype_of(kind))
                key = behaviour(values, kind)
                if key not in best[kind]:
                    new.setdefault(key, values)
            if new:
                levels[kind][cost] = list(new.values())
                best[kind] |= {key: (cost, values) for key, values in new.items()}
    return best


def brute(known: Language, table: dict[str, np.ndarray], bits: float) -> dict:
    with np.errstate(all="ignore"):
        return cheapest(known, table, int(bits * EIGHTHS))


def behaviour(values: np.ndarray, kind: Type) -> bytes:
    return (values + 0.0).tobytes() if kind == REAL else values.tobytes()  # -0.0 is 0.0


def leaf(word: Terminal, table: dict[str, np.ndarray], rows: int) -> np.ndarray:
    return np.broadcast_to(table[word.name], rows)


def calls(primitive: Primitive, left: int, levels: dict, rows: int) -> list[np.ndarray]:
    """Values of the primitive on all cheapest programs whose costs add up to `left`."""
    kinds = [carrier(kind) for kind in primitive.type.args]
    if not kinds:
        return [np.full(rows, primitive.run(NUMPY))] if left == 0 else []
    made = []
    for costs in splits(left, [sorted(levels[kind]) for kind in kinds]):
        parts = [np.stack(levels[kind][cost]) for kind, cost in zip(kinds, costs, strict=True)]
        grid = np.meshgrid(*(np.arange(len(part)) for part in parts), indexing="ij")
        made += list(primitive.run(NUMPY, *(part[rows_of.ravel()] for part, rows_of in zip(parts, grid, strict=True))))
    return made


def splits(left: int, costs: Sequence[list[int]]) -> list[tuple[int, ...]]:
    """Ways to spend exactly `left`, one cost an argument."""
    if len(costs) == 1:
        return [(left,)] if left in costs[0] else []
    return [(first, *rest) for first in costs[0] if first < left for rest in splits(left - first, costs[1:])]


def targets(case: Small, seed: int, count: int) -> tuple[Language, list[tuple[int, np.ndarray]]]:
    """Random behaviours with their least costs, as evenly over the costs as there are."""
    blank = case.spec(np.zeros(len(case.inputs[0]), dtype=dtype_of(case.type.result)))
    known = uniform_language(case.library, terminals(blank))
    best = brute(known, columns(blank, case.inputs), case.bits)
    every = list(best[carrier(case.type.result)].values())
    turns: dict[int, int] = {}
    drawn = []
    for place in np.random.default_rng(seed).permutation(len(every)):
        cost = every[place][0]
        turns[cost] = turns.get(cost, 0) + 1
        drawn.append((turns[cost], int(place)))
    return known, [every[place] for _, place in sorted(drawn)[:count]]


def check(case: Small, seed: int, count: int = TARGETS) -> None:
    """Each target's answer behaves as asked, costs what it says, and no program of fewer bits does."""
    known, chosen = targets(case, seed, count)
    assert len(chosen) == count
    table = columns(case.spec(chosen[0][1]), case.inputs)
    for cost, values in chosen:
        found = solve(case.spec(values), case.library, PATIENT)
        assert isinstance(found, Found), found.statement
        assert found.minimal, found.statement
        assert found.bits == cost / EIGHTHS, found.statement
        assert np.array_equal(found.program.run(table), values), found.statement
        assert program_bits(found.program, case.library, known.terminals, case.type.result) == found.bits


@pytest.mark.parametrize(
    "name", slowly(CASES, [name for name in CASES if name not in ("residues", "bit-vectors", "conditions")])
)
def test_no_program_of_fewer_bits_exists(name):
    check(CASES[name], seed=0, count=SOME)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_program_of_fewer_bits_exists_for_any_of_200(name):
    check(CASES[name], seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_program_of_fewer_bits_exists_among_larger_ones(name):
    case = CASES[name]
    check(replace(case, bits=case.bits + DEEPER), seed=1)


@pytest.mark.parametrize("name", CASES)
def test_what_is_claimed_in_haste_is_true(name):
    """With little effort for proofs an answer may be longer, but then it is not called minimal."""
    case = CASES[name]
    _, chosen = targets(case, 2, FEW)
    for cost, values in chosen:
        found = solve(case.spec(values), case.library, Budget(seconds=60, effort=1e-6))
        assert isinstance(found, Found), found.statement
        assert found.bits == cost / EIGHTHS if found.minimal else found.bits >= cost / EIGHTHS, found.statement
        assert found.minimal or found.excluded < cost / EIGHTHS, found.statement


@pytest.mark.parametrize("name", CASES)
def test_programs_come_in_the_order_of_bits(name):
    case = CASES[name]
    blank = case.spec(np.zeros(len(case.inputs[0]), dtype=dtype_of(case.type.result)))
    words = terminals(blank)
    table = columns(blank, case.inputs)
    expected = brute(uniform_language(case.library, words), table, case.bits)
    met: dict = {}
    last = 0.0
    for level in levels(case.library, table, Budget(bits=case.bits), {word.name: word.type for word in words}):
        assert level.bits > last
        last = level.bits
        for kind, values in level.values.items():
            for column in np.asarray(values).T:
                assert met.setdefault((kind, behaviour(column, kind)), level.bits) == level.bits
    assert met == {(kind, key): cost / EIGHTHS for kind, known in expected.items() for key, (cost, _) in known.items()}


def test_the_brute_force_knows_these():
    """Counted by hand: a, b; their sum and doubles; and what one more sum makes."""
    table = {"a": np.array([1, 10, 100]), "b": np.array([1000, 7, 13])}
    words = tuple(Terminal(name, INT) for name in table)
    known = uniform_language(named(["add"]), words)
    cost = known.costs[INT]["a"]
    found = cheapest(known, table, 5 * cost)
    assert [c for c, _ in found[INT].values()] == [cost] * 2 + [3 * cost] * 3 + [5 * cost] * 4
