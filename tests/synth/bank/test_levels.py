"""The order of enumeration against a plain brute force, for languages that use every pruning law."""

import itertools

import numpy as np
import pytest

from synth import BITS, BOOL, INT, REAL, Budget, Fn, Primitive, levels, named, program_bits, uniform_language
from synth.bank.bank import Bank
from synth.bank.budget import Meter
from synth.bank.match import find
from synth.language.grammar import EIGHTHS
from synth.language.laws import associative
from synth.language.program import Terminal
from synth.language.xp import NUMPY

LEFT = Primitive(
    name="left",
    type=Fn((INT, INT), INT),
    doc="The first of two integers, doubled where the second is zero.",
    run=lambda xp, a, b: xp.where(b == 0, 2 * a, a),
    sym=lambda a, b: a,
)
CONCAT = Primitive(
    name="first",
    type=Fn((INT, INT), INT),
    doc="The first of two integers that is not zero.",
    run=lambda xp, a, b: xp.where(a == 0, b, a),
    sym=lambda a, b: a,
    laws=(associative(),),
)
INTS = {"a": np.array([0, 1, 2, -3, 4]), "b": np.array([5, 0, -1, 2, 4])}
FLAGS = {
    "x": np.array([0, 0, 0, 0, 1, 1, 1, 1], bool),
    "y": np.array([0, 0, 1, 1, 0, 0, 1, 1], bool),
    "z": np.array([0, 1, 0, 1, 0, 1, 0, 1], bool),
}
CASES = {
    "ring": (named(["add", "mul", "neg", "0", "1"]), INTS, 22.0),
    "order": (named(["max", "min", "abs", "sub"]), INTS, 18.0),
    "division": (named(["mod", "floordiv", "1", "2", "square"]), INTS, 22.0),
    "logic": (named(["and", "or", "not"]), FLAGS, 17.0),
    "choices": (named(["xor", "if_bool", "not"]), FLAGS, 14.0),
    "mixed": (named(["lt", "eq", "if_int", "add"]), INTS, 17.0),
    "associative only": ((CONCAT, LEFT), INTS, 16.0),
    "vectors": (named(["bits", "0", "1", "lt"]), {"bits": np.array([0, 5, 6, 11]), "u": np.ones(4, bool)}, 20.0),
}
TYPES = {"bits": BITS}
TYPES_OF = {case: TYPES if "bits" in inputs else {} for case, (_, inputs, _) in CASES.items()}


def brute(library, inputs, bits: float) -> dict:
    """Cheapest cost of each behaviour by type: every program is made, one at a time, and nothing is pruned."""
    words = tuple(Terminal(name, TYPES.get(name, BOOL if v.dtype == bool else INT)) for name, v in inputs.items())
    known = uniform_language(library, words)
    rows = len(next(iter(inputs.values())))
    made: dict = {kind: {} for kind in known.costs}  # type -> cost -> values, with repetitions
    best: dict = {kind: {} for kind in known.costs}
    for cost in range(1, int(bits * EIGHTHS) + 1):
        for kind in known.costs:
            new = [inputs[word.name] for word in words if word.type == kind and known.cost(kind, word) == cost]
            for primitive in known.primitives:
                if primitive.type.result == kind:
                    new += calls(primitive, cost - known.cost(kind, primitive), made, rows)
            if new:
                made[kind][cost] = new
            for values in new:
                best[kind].setdefault(tuple(values.tolist()), cost / EIGHTHS)
    return best


def calls(primitive: Primitive, left: int, made: dict, rows: int) -> list[np.ndarray]:
    """Values of the primitive on all programs whose costs add up to `left`."""
    kinds = primitive.type.args
    if not kinds:
        return [np.full(rows, primitive.run(NUMPY))] if left == 0 else []
    return [
        np.asarray(primitive.run(NUMPY, *arguments))
        for costs in itertools.product(*(made[kind] for kind in kinds))
        if sum(costs) == left
        for arguments in itertools.product(*(made[kind][cost] for kind, cost in zip(kinds, costs, strict=True)))
    ]


@pytest.mark.parametrize("case", CASES)
def test_levels_hold_every_behaviour_at_its_least_cost(case):
    library, inputs, bits = CASES[case]
    found: dict = {}
    last = 0.0
    for level in levels(library, inputs, Budget(bits=bits), TYPES_OF[case]):
        assert level.bits > last
        last = level.bits
        for kind, values in level.values.items():
            for column in values.T:
                behaviour = tuple(column.tolist())
                assert behaviour not in found.setdefault(kind, {}), "stored twice"
                found[kind][behaviour] = level.bits
    expected = {kind: costs for kind, costs in brute(library, inputs, bits).items() if costs}
    assert found == expected
    assert sum(map(len, found.values())) >= 20


@pytest.mark.parametrize("case", CASES)
def test_a_column_can_be_written_down(case):
    library, inputs, bits = CASES[case]
    words = tuple(Terminal(name, TYPES.get(name, BOOL if v.dtype == bool else INT)) for name, v in inputs.items())
    for level in levels(library, inputs, Budget(bits=bits), TYPES_OF[case]):
        for kind, values in level.values.items():
            for row in {0, values.shape[1] - 1}:
                program = level.program(kind, row)
                assert program.run(inputs).tolist() == values[:, row].tolist()
                assert program_bits(program, library, words) == level.bits


def test_pruning_sees_fewer_candidates():
    with_laws = CASES["ring"][0]
    without = tuple(
        Primitive(name=p.name, type=p.type, doc=p.doc, run=p.run, sym=p.sym, bits=p.bits) for p in with_laws
    )
    counts = []
    for library in (with_laws, without):
        *_, last = levels(library, INTS, Budget(bits=22.0))
        counts.append(last.counts)
    assert counts[0].distinct == counts[1].distinct
    assert counts[0].candidates < 0.6 * counts[1].candidates


def test_real_columns():
    wave = np.cos(2 * np.pi * np.arange(11) / 11)
    for level in levels(named(["reals"]), {"c": wave}, Budget(bits=16.0)):
        for row in range(level.values[REAL].shape[1]):
            if np.allclose(level.values[REAL][:, row], np.tanh(wave**2)):
                assert level.program(REAL, row).show() == "(tanh (square_real c))"
                return
    raise AssertionError("not found")


def test_equal_reals_within_rounding_are_one():
    third = np.array([1 / 3, 0.1, 0.7])
    library = named(["add_real", "sub_real"])
    for level in levels(library, {"c": third}, Budget(bits=14.0)):
        columns = level.values[REAL].T
        assert len({tuple(np.round(column, 9) + 0.0) for column in columns}) == len(columns)


def test_a_language_without_operators_ends():
    made = list(levels((), {"a": np.array([1, 2]), "b": np.array([1, 2])}))
    assert [level.values[INT].shape for level in made] == [(2, 1)]


def test_a_saturated_language_ends():
    *_, last = levels(named(["boolean"]), {"x": FLAGS["x"], "y": FLAGS["y"]}, Budget(seconds=30))
    assert last.counts.distinct == 16


def test_budget_stops_the_levels():
    library = named(["arith"])
    by_candidates = list(levels(library, INTS, Budget(candidates=1000)))
    by_bytes = list(levels(library, INTS, Budget(bytes=1 << 20)))
    assert by_candidates[-1].counts.candidates <= 1000 + (1 << 14)
    assert 0 < len(by_bytes) < 200


def test_bad_inputs():
    with pytest.raises(ValueError, match="expected input columns of one shape"):
        next(levels((), {"a": np.zeros(2), "b": np.zeros(3)}))
    with pytest.raises(ValueError, match="give at least one column"):
        next(levels((), {}))
    with pytest.raises(ValueError, match="expected columns of bool, integers or floats, got dtype <U1"):
        next(levels((), {"a": np.array(["x"])}))
    with pytest.raises(ValueError, match=r"a: expected values of int64, got 0.5 in row 1"):
        next(levels((), {"a": np.array([1.0, 0.5])}, types={"a": INT}))
    with pytest.raises(ValueError, match="budget: expected seconds > 0, got 0"):
        Budget(seconds=0)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_an_infinite_goal_is_not_every_number(monkeypatch, backend):
    monkeypatch.setattr("synth.bank.kernels.FEW", 0)
    monkeypatch.setattr("synth.bank.kernels.MANY", 0)
    columns = {"x": np.array([np.inf, 1.0, 2.0]), "y": np.array([3.0, 1.0, 2.0])}
    known = uniform_language(named(["max_real", "neg_real"]), [Terminal(name, REAL) for name in columns])
    bank = Bank(known, columns, Meter(Budget()), goal=REAL, backend=backend)
    found: set[str] = set()
    for cost in range(1, 81):
        bank.build(cost, parts=True)
        found |= {program.show() for program in find(bank, REAL, cost, columns["x"])}
    assert "(max_real x y)" in found
    assert not any("x" not in text.replace("max", "") for text in found)
