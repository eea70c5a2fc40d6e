"""What `check_primitive` finds: runs that are no functions, wrong inverses and choices; and how small it says it."""

import math
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import sympy

from synth import BOOL, BV, INT, PRIMITIVES, REAL, Fn, Primitive, check_primitive
from synth.bank.kernels import kernels
from synth.checks.check import applied, examine
from synth.checks.claims import Claim, verify
from synth.checks.compiled import on_numba
from synth.checks.draws import column, draw, neighbours, sizes
from synth.language.laws import commutative, identity
from synth.language.primitive import Choice, Inverse
from synth.language.types import BITS, LIST, MODULUS, SELECTOR, STREAM
from synth.library import FUNCTIONS, bitvectors


def make(**changes):
    fields = {
        "name": "f",
        "type": Fn((INT, INT), INT),
        "doc": "Sum of one and twice the other.",
        "run": lambda xp, a, b: a + 2 * b,
        "sym": lambda a, b: a + 2 * b,
        "python": "({} + 2 * {})",
        "inverses": (Inverse(0, lambda xp, r, b: r - 2 * b), Inverse(1, lambda xp, r, a: (r - a) >> 1, exact=False)),
    }
    return Primitive(**(fields | changes))


SELECT = {
    "type": Fn((INT, REAL, REAL), REAL),
    "run": lambda xp, c, a, b: xp.where(c > 0, a, b),
    "sym": lambda c, a, b: sympy.Piecewise((a, c > 0), (b, True)),
    "python": "({1} if {0} > 0 else {2})",
    "inverses": (),
}


def test_what_was_checked_is_said():
    checked = examine(make())
    views = ("run", "JAX", "numba", "sympy", "Python")
    assert checked.done == (*views, "inverse of argument 0", "proposal of argument 1")
    assert checked.faults == ()
    chosen = examine(make(**SELECT, choice=Choice(lambda xp, c: c > 0)))
    assert chosen.done == (*views, "choice")
    assert chosen.faults == ()


def counting():
    calls = count()
    return lambda xp, a, b: a + 2 * b + 0 * next(calls) + (next(calls) > 2)


def in_place(xp, a, b):
    a += 1 if xp.module is np else 0
    return a + b


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"run": counting()},
            r"expected one result for the same arguments \(0, 0\), got 0, then 1; make run a function",
        ),
        ({"run": in_place}, "expected run to leave its arguments as they are, got argument 1 changed"),
        ({"run": lambda xp, a, b: xp.integer(a + 2 * b > 9)}, r"disagree at \("),
        (
            {"inverses": (Inverse(0, lambda xp, r, b: r - b),)},
            r"the inverse of argument 0 fails at \(0, 1\): it finds 1, not 0",
        ),
        (
            {"inverses": (Inverse(0, lambda xp, r, b: r + 7, exact=False),)},
            r"argument 0 hardly ever gives the result back, e.g. at \(0, 0\): its proposal gives 7, not 0",
        ),
        ({"inverses": (Inverse(0, lambda xp, r, b: r / 2),)}, "to return int64 of shape .256,., got float64"),
        ({"inverses": (Inverse(0, lambda xp, r, b: (r - b).sum() + r[:3]),)}, r"got int64 of shape \(3,\)"),
        ({"inverses": (Inverse(0, lambda xp, r, b: xp.back(r)),)}, "the inverse of argument 0 raised AttributeError"),
        ({"defined": lambda xp, a, b: a + b}, "expected `defined` to return bool"),
        ({"defined": lambda xp, a, b: xp.no(a)}, "defined raised AttributeError"),
        (
            SELECT | {"choice": Choice(lambda xp, c: c > 1)},
            r"the choice fails at \(1, 1.0, 0.0\): run gives 1.0, not the chosen 0.0",
        ),
        (SELECT | {"choice": Choice(lambda xp, c: c)}, "expected the choice's `when` to return bool"),
        (SELECT | {"choice": Choice(lambda xp, c: c.holds)}, "the choice's `when` raised AttributeError"),
    ],
)
def test_faults_are_found_with_a_small_counterexample(changes, message):
    primitive = make(**changes)
    with pytest.raises(ValueError, match=message):
        check_primitive(primitive)
    assert any(fault.startswith("primitive 'f': ") for fault in examine(primitive).faults)


def test_all_faults_are_listed_unless_run_itself_is_at_fault():
    wrong = make(sym=lambda a, b: a, python="{1}", laws=(commutative(), identity(0)))
    faults = examine(wrong).faults
    assert [fault.split(":")[1].split(" at ")[0] for fault in faults] == [
        " numpy and sympy disagree",
        " numpy and Python disagree",
        " the law 'commutative' fails",
        " the law 'identity' fails",
    ]
    assert faults[0].endswith("disagree at (0, 1): 2 and 0; make both say the same, total functions included")
    assert len(examine(make(run=lambda xp, a, b: a.sum(), sym=lambda a, b: b)).faults) == 1


def imports(xp, a, b):
    import math

    return a + 2 * b + math.floor(0.5)


@pytest.mark.parametrize("run", [lambda xp, a, b: a + 2 * b.reshape(b.shape), imports])
def test_a_run_that_numba_does_not_take_is_left_to_numpy(run):
    untyped = make(run=run)
    checked = examine(untyped)
    assert "numba" not in checked.done
    assert checked.faults == ()
    assert on_numba(make()) is not None
    assert kernels(untyped, math.inf) is None
    assert kernels(make(), math.inf) is not None


def test_without_jax_the_rest_is_checked():
    branch = make(run=lambda xp, a, b: np.asarray(a + 2 * b))
    check_primitive(branch, jax=False)
    with pytest.raises(ValueError, match=r"under jax\.jit"):
        check_primitive(branch)
    with pytest.raises(ValueError, match="numpy and sympy disagree"):
        check_primitive(make(sym=lambda a, b: a), jax=False)


def test_values_are_of_the_declared_type():
    words = {"type": Fn((BV(8), BV(8)), BV(8)), "inverses": (), "python": None}
    with pytest.raises(ValueError, match=r"expected results of type bv8 below 2\*\*8, got .* end run with"):
        check_primitive(make(**words), jax=False)
    check_primitive(
        make(**words, run=lambda xp, a, b: (a + b) & xp.unsigned(255), sym=lambda a, b: (a + b) % 256), jax=False
    )
    check_primitive(make(**words, sym=lambda a, b: a + 2 * b, defined=lambda xp, a, b: a + 2 * b < 256), jax=False)
    lists = {"type": Fn((LIST,), LIST), "inverses": (), "python": None, "sym": lambda xs: [x + 1 for x in xs]}
    with pytest.raises(ValueError, match="expected results of type list as a length, so many items, and zeros"):
        check_primitive(make(**lists, run=lambda xp, xs: xs + 1))
    check_primitive(make(**lists, run=lambda xp, xs: xp.like(xs, xp.items(xs) + 1)))


def test_a_primitive_is_defined_somewhere():
    with pytest.raises(ValueError, match="expected `defined` to hold somewhere, got False on all of 256 draws"):
        check_primitive(make(defined=lambda xp, a, b: a != a))


def test_numpy_does_not_warn_in_a_check():
    with pytest.raises(ValueError, match="sym raised"):
        check_primitive(
            Primitive(
                name="log",
                type=Fn((REAL,), REAL),
                doc="Logarithm.",
                run=lambda xp, a: xp.module.log(a),
                sym=lambda a: sympy.log(a, evaluate=False).nothing,
            )
        )


@pytest.mark.slow
@pytest.mark.parametrize("primitive", [*PRIMITIVES, *bitvectors(5)], ids=lambda primitive: primitive.name)
def test_numba_says_the_same(primitive):
    assert examine(primitive).faults == ()


def test_an_undefined_row_is_not_compared():
    fields = {"run": lambda xp, a, b: xp.floordiv(a, b), "sym": lambda a, b: sympy.floor(a / b), "inverses": ()}
    fields |= {"python": "({} // {})"}
    with pytest.raises(ValueError, match="sym raised TypeError"):
        check_primitive(make(**fields))
    check_primitive(make(**fields, defined=lambda xp, a, b: b != 0))


def test_overflow_is_an_edge():
    """An equation that only overflow breaks."""
    larger = Primitive(
        name="next",
        type=Fn((INT,), BOOL),
        doc="Whether the next integer is larger.",
        run=lambda xp, a: a + 1 > a,
        sym=lambda a: sympy.true,
    )
    check_primitive(larger)
    columns = draw([INT], 256, np.random.default_rng(0))
    claim = Claim((INT,), lambda c: (c[0] + 1 > c[0], c[0] == c[0], c[0] == c[0]), lambda v, one, two: f"{v[0]}: {one}")
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="9223372036854775807: False"):
        verify(claim, columns)


@pytest.mark.parametrize("kind", [INT, BOOL, REAL, BITS, MODULUS, BV(1), BV(5), BV(64), LIST, STREAM, SELECTOR])
def test_smaller_values_are_smaller_and_of_the_type(kind):
    random = np.random.default_rng(0)
    values = column(kind, 50, random)
    for row in range(50):
        one = [values[row : row + 1]]
        tries = neighbours([kind], one)
        if not tries:
            assert sizes(one, 1)[0] <= 1
            continue
        assert tries[0].dtype == values.dtype
        assert (sizes(tries, len(tries[0])) < sizes(one, 1)).all()
        if kind.width is not None:
            assert tries[0].max() < 2**kind.width
        if kind in (BITS, MODULUS):
            assert tries[0].min() >= (kind == MODULUS)


def test_vectors_and_functions_are_drawn():
    f = Fn((INT,), INT)
    first = Primitive(
        name="apply",
        type=Fn((f, INT), INT),
        doc="A function's value.",
        run=lambda xp, f, a: f(a),
        sym=lambda f, a: f(a),
        python="{0}({1})",
    )
    check_primitive(first)
    length = Primitive(
        name="length",
        type=Fn((LIST,), INT),
        doc="How many items there are.",
        run=lambda xp, xs: xs[..., 0],
        sym=lambda xs: sympy.Integer(len(xs)),
        python="len({})",
    )
    check_primitive(length)
    with pytest.raises(ValueError, match=r"numpy and Python disagree at \(\[1, 0, 0, 0, 0, 0, 0\]\): 1 and 0"):
        check_primitive(replace(length, python="sum({})"))


def test_a_primitive_that_is_a_function_is_checked_by_its_values():
    inc = next(primitive for primitive in FUNCTIONS if primitive.name == "inc")
    assert applied(inc).type == Fn((INT,), INT)
    check_primitive(inc)
    with pytest.raises(ValueError, match=r"primitive 'inc': numpy and Python disagree at \(0\): 1 and 2"):
        check_primitive(replace(inc, python="(lambda x: x + 2)"))
