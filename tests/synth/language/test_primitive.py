"""A primitive's literal is checked where it is written, its views and laws by `check_primitive`."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from synth import BITS, BOOL, INT, MODULUS, REAL, Fn, Primitive, Z, check_primitive
from synth.checks.declared import check_law
from synth.language.laws import (
    annihilator,
    associative,
    commutative,
    idempotent,
    identity,
    involution,
    law,
    projection,
    right_identity,
    same_branches,
)
from synth.language.primitive import Inverse


def make(**changes):
    fields = {
        "name": "half_sum",
        "type": Fn((INT, INT), INT),
        "doc": "Half of the sum, rounded down.",
        "run": lambda xp, a, b: xp.floordiv(a + b, 2),
        "sym": lambda a, b: sympy.floor((a + b) / 2),
        "python": "(({} + {}) // 2)",
        "laws": (commutative(),),
    }
    return Primitive(**(fields | changes))


def test_a_good_primitive_passes():
    check_primitive(make())
    check_primitive(make(python=None, laws=(), bits=3.5))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bits": 0}, "'half_sum': expected bits > 0, got 0; a free primitive makes enumeration endless"),
        ({"bits": -1.0}, "expected bits > 0, got -1.0"),
        ({"bits": float("nan")}, "expected bits > 0, got nan"),
        ({"name": "half sum"}, "expected a name without blanks"),
        ({"name": ""}, "expected a name without blanks"),
        ({"type": INT}, "expected a function type"),
        ({"type": Fn(INT, INT)}, "expected a function type"),
        ({"laws": commutative()}, "expected laws as a tuple of Law, got "),
        ({"laws": (commutative,)}, "expected laws as a tuple of Law, got "),
        ({"inverses": Inverse(0, lambda xp, r, b: r - b)}, "expected inverses as a tuple of Inverse, got "),
        ({"run": 3}, "expected run as a function, got 3"),
        ({"python": 3}, "expected python as a text with {} for each of 2 arguments, got 3"),
        (
            {"python": "f({}, {}, {})"},
            "expected python as a text with {} for each of 2 arguments, got 'f(",
        ),
        ({"smt": "(+ {} {)"}, "expected smt as a text with {} for each of 2 arguments"),
        ({"type": Fn((INT,) * 4, INT), "laws": ()}, "at most 3 arguments, got 4"),
        ({"type": Fn((INT, INT), MODULUS)}, "result other than modulus"),
        ({"type": Fn((INT, type(INT)("text")), INT)}, "got text"),
        ({"laws": (involution(),)}, "got the law 'involution' of 1; remove it"),
        ({"type": Fn((BOOL, INT), INT)}, "the law 'commutative' speaks of"),
        ({"type": Fn((INT, INT), BOOL), "laws": (associative(),)}, "the law 'associative' speaks of"),
    ],
)
def test_construction_errors(changes, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        make(**changes)


@pytest.mark.parametrize("bits", [0.5, 1, 12])
def test_positive_bits_are_taken(bits):
    assert make(bits=bits).bits == bits


def test_residue_arguments_are_integers():
    assert make(type=Fn((Z("p"), INT), INT)).type.args[0].modulus == "p"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sym": lambda a, b: (a + b) / 2}, r"sym raised TypeError \(expected an integer, got 1/2\)"),
        ({"sym": lambda a, b: a + b}, r"numpy and sympy disagree at \("),
        ({"sym": lambda a, b: sympy.Symbol("c")}, "sym raised TypeError"),
        ({"python": "({} + {})"}, r"numpy and Python disagree at \("),
        (
            {"python": "({} + {}"},
            r"python raised ValueError .*expected a Python expression with",
        ),
        ({"run": lambda xp, a, b: (a + b).sum()}, r"expected a result of the arguments' shape \(256,\), got \(\)"),
        ({"run": lambda xp, a, b: a / 2 + b}, "expected a result of int64"),
        ({"run": lambda xp, a, b: xp.middle(a, b)}, "run raised AttributeError"),
        ({"run": lambda xp, a, b: xp.floordiv(a + b[::-1], 2)}, "single rows and blocks disagree"),
        ({"run": lambda xp, a, b: a - b, "sym": lambda a, b: a - b, "python": None}, "law 'commutative' fails at x = "),
    ],
)
def test_checks_find_what_is_wrong(changes, message):
    primitive = make(**changes)
    with pytest.raises(ValueError, match=message):
        check_primitive(primitive)


def test_numpy_and_jax_that_disagree_are_found():
    def run(xp, a, b):
        return a + b + (1 if "jax" in xp.module.__name__ else 0)

    with pytest.raises(ValueError, match="numpy and JAX disagree at"):
        check_primitive(make(run=run))


def test_a_run_that_cannot_be_traced_is_refused():
    with pytest.raises(ValueError, match=r"run raised TracerArrayConversionError \(.*\) under jax\.jit"):
        check_primitive(make(run=lambda xp, a, b: np.add(np.asarray(a), b)))


def test_views_that_disagree_only_from_two_on_are_found():
    """One argument is drawn many times over: the draws that sympy sees are unlike."""
    half = make(name="half", type=Fn((INT,), INT), run=lambda xp, a: a >> 1, laws=(), python=None)
    with pytest.raises(ValueError, match=r"numpy and sympy disagree at \(2\): 1 and 0"):
        check_primitive(replace(half, sym=lambda a: a // 3))
    check_primitive(replace(half, sym=lambda a: a // 2))


def test_blocks_that_disagree_with_rows_are_found():
    """Adds along an axis that blocks have and single rows have not."""
    primitive = make(run=lambda xp, a, b: a + b + (a.ndim - 1), sym=lambda a, b: a + b, python=None)
    with pytest.raises(ValueError, match="single rows and blocks disagree"):
        check_primitive(primitive)


def test_the_counterexample_is_small():
    wrong_at_two = make(run=lambda xp, a, b: xp.where(a == 2, 0, a) + b, sym=lambda a, b: a + b, python=None, laws=())
    with pytest.raises(ValueError, match=r"disagree at \(2, 0\): 0 and 2"):
        check_primitive(wrong_at_two)
    check_primitive(make(run=lambda xp, a, b: a + b, sym=lambda a, b: a + b, python=None))


FALSE_LAWS = [
    (Fn((INT, INT), INT), lambda xp, a, b: a - b, commutative()),
    (Fn((INT, INT), INT), lambda xp, a, b: a - b, associative()),
    (Fn((INT, INT), INT), lambda xp, a, b: a + b, idempotent()),
    (Fn((INT, INT), INT), lambda xp, a, b: a + b, identity(1)),
    (Fn((INT, INT), INT), lambda xp, a, b: a + b, right_identity(1)),
    (Fn((INT, INT), INT), lambda xp, a, b: a + b, annihilator(0)),
    (Fn((INT,), INT), lambda xp, a: a + 1, involution()),
    (Fn((INT,), INT), lambda xp, a: a + 1, projection()),
    (Fn((BOOL, INT, INT), INT), lambda xp, c, a, b: a + xp.where(c, b, 0), same_branches()),
    (Fn((BITS, BOOL), BOOL), lambda xp, x, a: a | (x > 0), law("mine", 2, (0, 1), lambda f, x, a: (f(x, a), a))),
    (Fn((REAL,), REAL), lambda xp, a: xp.cos(a), law("odd", 1, (0,), lambda f, x: (f(-x), -f(x)))),
]


@pytest.mark.parametrize(("type", "run", "false"), FALSE_LAWS, ids=[false.name for *_, false in FALSE_LAWS])
def test_false_laws_are_found(type, run, false):
    sym = {1: lambda a: run(None, a), 2: lambda a, b: run(None, a, b)}
    primitive = Primitive(
        name="f", type=type, doc="A function.", run=run, sym=sym.get(len(type.args), lambda *a: a), laws=(false,)
    )
    with pytest.raises(ValueError, match=f"the law '{false.name}' fails at x = "):
        check_law(primitive, false, np.random.default_rng(0))


def test_own_laws_need_own_names():
    with pytest.raises(ValueError, match="got one that the search prunes with"):
        law("commutative", 2, (0, 1), lambda f, x, y: (f(x, y), f(y, x)))
    assert law("monotone", 1, (0,), lambda f, x: (f(x), f(x))).name == "monotone"
