"""The functions that operators are given: none is lost, and their values are those of the programs written down."""

from dataclasses import replace

import numpy as np
import pytest

from synth import (
    BOOL,
    INT,
    LIST,
    Budget,
    Fn,
    Found,
    OutOfBudget,
    Spec,
    Terminal,
    named,
    rows_of_lists,
    solve,
    uniform_language,
)
from synth.bank.bank import Bank
from synth.bank.budget import Meter
from synth.bank.elsewhere import values_on
from synth.bank.lambdas.functions import Functions
from synth.bank.lambdas.keys import Keyring, ordered, same
from synth.bank.lambdas.terms import Terms
from synth.language.arguments import columns, terminals
from synth.language.xp import NUMPY
from synth.library.functions import STEP
from synth.library.integers import NE
from synth.search.deduction import deduce
from tests.synth.search.test_minimal_vectors import CASES, bodies

WORDS = (Terminal("a", LIST), Terminal("n", INT))
ARITHMETIC = "scan add sub mul neg max mod lt if_int 0 1 2"
LOGIC = "filter add square abs eq le and not 1"


@pytest.mark.parametrize(
    ("names", "type", "top"),
    [(ARITHMETIC, STEP, 150), (LOGIC, Fn((INT,), BOOL), 160), ("scan floordiv min gcd sign 3", STEP, 140)],
    ids=["arithmetic", "tests", "others"],
)
def test_every_body_is_equal_to_one_that_is_kept_and_costs_no_more(names, type, top):
    """Held against all bodies as they are written, on arguments small and large."""
    random = np.random.default_rng(0)
    inner = uniform_language(named(names.split()), WORDS).bodies[type]
    examples = [random.integers(-4, 5, (30, 1)), random.integers(-(2**62), 2**62, (30, 1))]
    given = [np.concatenate(examples, axis=None)[None] for _ in type.args]
    given = [random.permuted(values, axis=1) for values in given]
    table = {"n": random.integers(-3, 4, 60)}
    terms = Terms(inner, type.result, len(type.args), 0)
    step = int(np.gcd.reduce([cost for words in inner.costs.values() for cost in words.values()]))
    terms.build(top, step, Meter(Budget()))
    with np.errstate(all="ignore"):
        expected = least(bodies(inner, len(type.args), table, top)[type.result], given)
        rows = terms.rows[type.result]
        kept: dict = {}
        for number, cost in enumerate(rows.layers.costs):
            for row in range(rows.layers.starts[number], rows.layers.stops[number]):
                program = terms.program(type.result, row)
                words = inner.terminals[-len(type.args) :]
                own = {word.name: values[0] for word, values in zip(words, given, strict=True)}
                kept.setdefault(cost, []).append(lambda *_, p=program, t=own: p.run(t | table)[None])
        found = least(kept, given)
    assert len(expected) > 100
    assert found == expected


def least(written: dict, given: list[np.ndarray]) -> dict[bytes, int]:
    """The least cost of each behaviour."""
    found: dict[bytes, int] = {}
    for cost in sorted(written):
        for body in written[cost]:
            found.setdefault(np.broadcast_to(body(*given), given[0].shape).tobytes(), cost)
    return found


def test_polynomials_are_known_in_every_form():
    keyring = Keyring(0)
    x, y, two = keyring.leaf(), keyring.leaf(), keyring.leaf(2, INT)
    primitive = {p.name: p for p in named(["add", "sub", "mul", "neg", "square", "max", "lt"])}

    def make(name, *given):
        return keyring.apply(primitive[name], given)

    left = make("mul", make("add", x, y), make("sub", x, y))
    assert same(left, make("sub", make("square", x), make("mul", y, y))).all()
    assert same(make("mul", two, x), make("add", x, x)).all()
    assert same(make("max", make("add", x, y), two), make("max", two, make("add", y, x))).all()
    assert not same(make("lt", x, y), make("lt", y, x)).any()
    assert not same(make("mul", two, x), make("add", x, two)).any()
    other = replace(primitive["add"], run=lambda xp, a, b: a - b)  # the name is not enough
    assert not same(keyring.apply(other, (x, make("neg", x))), keyring.leaf(0, INT)).any()


def test_arguments_in_order_do_not_depend_on_their_order():
    random = np.random.default_rng(1)
    one, other = random.integers(0, 3, (2, 3, 200)).astype(np.uint64)
    for here, there in zip(ordered(one, other), ordered(other, one), strict=True):
        assert (here[:2] == there[:2]).all()


def test_many_functions_run_together_as_they_run_alone():
    known = uniform_language(named(["scan", "map", "plus", "lesser", *ARITHMETIC.split()]), WORDS)
    functions = Functions(known, STEP, 0)
    for cost in range(1, 150):
        functions.build(cost, 1, Meter(Budget()))
    random = np.random.default_rng(2)
    rows = random.permutation(functions.count)
    n = random.integers(-3, 4, 5)
    x, y = random.integers(-9, 10, (2, 5, len(rows), 4))
    values = functions.at(rows, {"n": n})(x, y)
    assert len(rows) > 200
    for place, row in enumerate(rows):
        function = functions.program(int(row)).evaluate(NUMPY, {"n": n})
        assert (values[:, place] == function(x[:, place], y[:, place])).all()


def test_stored_programs_with_functions_have_the_stored_values_on_other_rows_too():
    case = CASES["lists"]
    spec = case.spec(case.inputs[0])
    known = uniform_language(case.library, terminals(spec))
    table = columns(spec, spec.inputs)
    bank = Bank(known, {name: values[:2] for name, values in table.items()}, Meter(Budget()), goal=LIST)
    bank.build(180)
    everywhere = values_on(bank, table)
    for kind in (LIST, INT):
        rows = np.arange(0, bank.count(kind), 7)
        some = values_on(bank, table, {kind: rows})[kind]
        assert (some == everywhere[kind][:, rows]).all()
        for place, row in enumerate(rows):
            values = bank.program(kind, int(row)).run({**table, "": np.zeros(5)})
            assert (some[:, place] == values.reshape(-1)).all()
            own = values[:2].reshape(-1)
            assert (bank.values(kind)[:, row] == own).all()


def test_rows_on_which_a_program_fails_are_learnt(monkeypatch):
    """The search starts from one example only."""
    monkeypatch.setattr(deduce, "EXAMPLES", 1)
    rows = rows_of_lists([[4, 2, 4], [2, 1], [5], [-1, 2, 3, 7]], 4)
    doubled = rows_of_lists([[4, 8, 8], [2, 4], [10], [-2, 4, 6, 14]], 4)
    spec = Spec(type=Fn((LIST,), LIST), inputs=(rows,), outputs=doubled)
    library = named(["map", "zip", "double", "plus", "add", "mul", "1", "4", "reverse", "drop_list", "scan", "sort"])
    found = solve(spec, library, Budget(seconds=30), certificate=True)
    assert isinstance(found, Found)
    assert found.minimal
    assert found.program.show() in ("(map double (sort a))", "(sort (map double a))")
    assert found.examples > 1
    assert found.seeds == 2


def test_a_language_whose_programs_come_to_an_end_is_exhausted():
    rows = rows_of_lists([[1, 2], [3]], 2)
    spec = Spec(type=Fn((LIST,), INT), inputs=(rows,), outputs=np.array([70, 80]))
    found = solve(spec, (*named(["count_if", "lt", "1"]), replace(NE, laws=())), Budget(seconds=30))
    assert found.bits == np.inf
    assert found.statement.startswith("no program in this language fits")


def test_a_full_memory_ends_storing_but_not_the_search():
    random = np.random.default_rng(3)
    rows = rows_of_lists(random.integers(-9, 10, (8, 6)).tolist(), 6)
    noise = Spec(type=Fn((LIST,), INT), inputs=(rows,), outputs=random.integers(500, 1000, 8))
    library = named(["lists", "functions", "arith", "choice", "0", "1", "2"])
    lost = solve(noise, library, Budget(seconds=3, bytes=8_000_000))
    assert isinstance(lost, OutOfBudget)
    assert 15 < lost.bits < 40
