"""Programs with vectors are found, and what is found fits; its parts are held against plain references."""

import numpy as np
import pytest

from synth import (
    INT,
    LIST,
    REAL,
    SEQUENCE,
    STREAM,
    Budget,
    Exhausted,
    Fn,
    Found,
    OutOfBudget,
    Spec,
    Terminal,
    answers,
    named,
    rows_of_lists,
    solve,
    uniform_language,
)
from synth.bank.budget import Meter
from synth.bank.table import Table, row_hashes
from synth.language.arguments import columns, terminals
from synth.language.program import apply, leaf_program
from synth.language.xp import NUMPY
from synth.library import DEEPCODER, FUNCTIONS
from synth.library.choice import LT
from synth.library.functions import STEP
from synth.library.selectors import run_select
from synth.search.deduction import machines
from synth.search.deduction.bodies import bodies, function_of, with_fewer_literals
from synth.search.deduction.determined import determined
from synth.search.deduction.rules import Goal, problems
from synth.search.deduction.shelf import Shelf

SCALARS = named(["arith", "choice", "constants", "functions"])
LISTS = (*named(["lists"]), *SCALARS)
STREAMS = (*named(["streams"]), *SCALARS)
CAPACITY = 8


def spec_of(function, kinds, result, count=10, seed=0, low=-9, high=9, length=None):
    random = np.random.default_rng(seed)

    def plain(kind, row):
        if kind == INT:
            return int(random.integers(0, CAPACITY))
        size = length or (CAPACITY if row == 0 else random.integers(0, CAPACITY + 1))
        return random.integers(low, high + 1, size).tolist()

    rows = [[plain(kind, row) for kind in kinds] for row in range(count)]
    arrays = [
        packed(kind, values)
        for kind, values in zip((*kinds, result), zip(*[(*r, function(*r)) for r in rows], strict=True), strict=True)
    ]
    return Spec(type=Fn(tuple(kinds), result), inputs=tuple(arrays[:-1]), outputs=arrays[-1])


def packed(kind, values):
    return np.array(values) if kind == INT else rows_of_lists(values, CAPACITY)


def running(step, start=0):
    def outputs(xs):
        states = [start]
        for x in xs:
            states.append(step(states[-1], x))
        return states[1:]

    return outputs


@pytest.mark.parametrize(
    ("function", "kinds", "result", "library"),
    [
        (lambda a: sorted(2 * x for x in a if x % 2 == 0), (LIST,), LIST, (*DEEPCODER, *FUNCTIONS)),
        (
            lambda a, b: sum(x * y for x, y in zip(a, sorted(b), strict=False)),
            (LIST, LIST),
            INT,
            (*DEEPCODER, *FUNCTIONS),
        ),
        (lambda n, a: sum(sorted(x * x for x in a)[:n]), (INT, LIST), INT, (*DEEPCODER, *FUNCTIONS)),
        (lambda n, a: [n * x - 2 for x in a], (INT, LIST), LIST, LISTS),
        (lambda a: [x for x in a if x % 3 == 1], (LIST,), LIST, LISTS),
        (lambda a: sum(3 ** (len(a) - 1 - i) * x for i, x in enumerate(a)), (LIST,), INT, LISTS),
        (running(lambda s, x: (s + x) % 3), (STREAM,), STREAM, STREAMS),
        (running(lambda s, x: x if x > 4 else s), (STREAM,), STREAM, STREAMS),
        pytest.param(
            lambda a: [x // 10 for x in running(lambda s, x: s % 10 + x)(a)],
            (STREAM,),
            STREAM,
            STREAMS,
            marks=pytest.mark.slow,
        ),
    ],
    ids=["evens", "dot", "largest", "affine", "filter", "polynomial", "mod3", "last_large", "carry"],
)
def test_targets_are_found_and_hold_elsewhere(function, kinds, result, library):
    spec = spec_of(function, kinds, result, count=60)
    found = solve(spec, library, Budget(seconds=60, effort=1e-6))
    assert isinstance(found, Found)
    assert found.minimal or "found by deduction, not proven minimal" in found.statement
    other = spec_of(function, kinds, result, count=200, seed=1)
    assert (answers(found.program, other, other.inputs) == other.outputs).all()


def test_what_cannot_be_found_ends_in_time():
    random = np.random.default_rng(5)
    noise = rows_of_lists(random.integers(0, 99, (12, CAPACITY)).tolist(), CAPACITY)
    spec = Spec(type=Fn((LIST,), LIST), inputs=(noise[::-1],), outputs=noise)
    answer = solve(spec, (*DEEPCODER, *FUNCTIONS), Budget(seconds=1))
    assert isinstance(answer, OutOfBudget | Exhausted)
    assert answer.bits > 6


def test_goals_beyond_deduction_are_found_in_order_of_bits():
    rows = rows_of_lists([[1, 2], [3]], CAPACITY)
    library = (*LISTS, *named(["reals"]))
    given = Spec(type=Fn((LIST, REAL), REAL), inputs=(rows, np.array([0.5, 1.5])), outputs=np.array([0.25, 2.25]))
    found = solve(given, library, Budget(seconds=20))
    assert isinstance(found, Found)
    assert found.minimal
    assert found.program.show() == "(square_real b)"
    spec = Spec(type=Fn((LIST, REAL), INT), inputs=(rows, np.array([0.5, 1.5])), outputs=np.array([2, 1]))
    found = solve(spec, library, Budget(seconds=5))
    assert isinstance(found, Found)
    assert found.program.show() == "(length a)"


def test_a_bound_of_bits_is_kept():
    spec = spec_of(lambda a: sorted(2 * x for x in a), (LIST,), LIST)
    library = (*DEEPCODER, *FUNCTIONS)
    found = solve(spec, library, Budget(seconds=20, effort=1e-6))
    assert isinstance(found, Found)
    below = solve(spec, library, Budget(seconds=1, bits=found.bits - 4))
    assert not isinstance(below, Found) or below.bits < found.bits


def test_tables_keep_the_first_of_equal_rows():
    random = np.random.default_rng(6)
    table = Table()
    seen: set = set()
    for _ in range(40):
        rows = random.integers(0, 7, (500, 3))
        fresh = table.insert(row_hashes(rows))
        expected = []
        for row in map(tuple, rows.tolist()):
            expected.append(row not in seen)
            seen.add(row)
        assert fresh.tolist() == expected
    assert table.count == len(seen)


def test_determined_counts_unlike_keys():
    random = np.random.default_rng(7)
    keys, goal = random.integers(0, 3, (200, 9, 2)), random.integers(0, 2, 9)
    for row, count in zip(keys.tolist(), determined(keys, goal).tolist(), strict=True):
        known: dict = {}
        fits = all(
            known.setdefault(tuple(key), answer) == answer for key, answer in zip(row, goal.tolist(), strict=True)
        )
        assert count == (len(known) if fits else 0)


def shelf_of(spec, library):
    known = uniform_language(library, terminals(spec))
    shelf = Shelf(known, columns(spec, spec.inputs), len(spec.outputs), Meter(Budget()))
    for cost in range(3):
        shelf.build(cost)
    return shelf


def test_a_lambda_between_positions_may_name_a_number_around_it():
    """A relation is asked for all pairs of positions, a number from outside is one for each example."""
    sequences = rows_of_lists([[1, 5, 2], [4, 4]], 3)
    spec = Spec(type=Fn((SEQUENCE,), SEQUENCE), inputs=(sequences,), outputs=sequences, terminals={"m": 4})
    shelf = shelf_of(spec, named(["sequences", "functions", "choice"]))
    x, y, m = (Terminal(name, INT) for name in "xym")
    looks = function_of(apply(LT, leaf_program(y), leaf_program(m)), (x, y), shelf, 0)
    values = run_select(NUMPY, looks.call, sequences[None], sequences[None])
    assert values.shape == (1, 2, 4)
    assert values[0, :, 1:].tolist() == [[7, 0, 7], [0, 0, 0]]


def test_stored_programs_have_the_stored_values():
    spec = spec_of(lambda n, a: a, (INT, LIST), LIST)
    shelf = shelf_of(spec, LISTS)
    for kind in (INT, LIST):
        stored = shelf.rows[kind]
        assert stored.count > 20
        for row in range(0, stored.count, 7):
            values = shelf.program(kind, row).run({**shelf.columns, "": np.zeros(len(spec.outputs))})
            assert (values == stored.values[row]).all()


def test_steps_run_together_as_they_run_alone():
    spec = spec_of(lambda a: a, (STREAM,), STREAM, length=CAPACITY)
    shelf = shelf_of(spec, STREAMS)
    steps = bodies(shelf, STEP, spec.outputs, 400, 5.0, 0)
    items = spec.inputs[0][:, 1:]
    start = np.ones(len(items), np.int64)
    states = machines.states(steps, machines.groups(steps, 400), shelf, start, items)
    for place in range(0, len(states), 13):
        function = machines.step_function(steps, place, shelf, 0)
        own = start[None]
        for time in range(items.shape[1]):
            own = function.call(own, items[None, :, time])
            assert (states[place, :, time] == own[0]).all()


def test_problems_have_the_answers_of_the_goal():
    spec = spec_of(lambda n, a: [n * x + 1 for x in a], (INT, LIST), LIST)
    shelf = shelf_of(spec, LISTS)
    posed = [p for p in problems(shelf, Goal(LIST, spec.outputs), 0) if p.operator.primitive.name == "map"]
    assert len(posed) == 1
    n = np.asarray(spec.inputs[0])[posed[0].example]
    assert (n * posed[0].parameters[0] + 1 == posed[0].answers).all()


def test_literals_that_are_kept_cost_little():
    spec = spec_of(lambda a: a, (STREAM,), STREAM)
    inner = uniform_language(STREAMS, terminals(spec)).bodies[STEP]
    fewer = with_fewer_literals(inner, {0, 1, 15})
    literals = {name: cost for name, cost in fewer.costs[INT].items() if name.isdigit()}
    assert set(literals) == {"0", "1", "15"}
    assert literals["15"] == literals["1"] == inner.costs[INT]["1"]
    assert {p.name for p in fewer.primitives if p.name.isdigit()} == set(literals)
