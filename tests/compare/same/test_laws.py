"""One program up to declared laws: what laws make of a program is it, what computes something else is not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare import same_program
from compare.same.laws import LONGEST
from synth import BITS, BOOL, INT, LIST, MODULUS, PRIMITIVES, REAL, Program, apply, parse, terminal
from synth.language.literals import constant
from synth.library import bitvectors
from synth.library.arith import ABS, ADD, MAX, MIN, MUL, NEG, SUB
from synth.library.constants import CONSTANTS

NAMES = {"a": INT, "b": INT, "c": INT}
COLUMNS = {name: np.random.default_rng(i).integers(-50, 50, 40) for i, name in enumerate(NAMES)}
LEAVES = [*(terminal(name, kind) for name, kind in NAMES.items()), *(apply(CONSTANTS[i]) for i in (0, 1, 7))]
ZERO, ONE = apply(CONSTANTS[0]), apply(CONSTANTS[1])


def programs() -> st.SearchStrategy[Program]:
    def grown(inner: st.SearchStrategy[Program]) -> st.SearchStrategy[Program]:
        two = st.builds(apply, st.sampled_from((ADD, SUB, MUL, MAX, MIN)), inner, inner)
        return two | st.builds(apply, st.sampled_from((NEG, ABS)), inner)

    return st.recursive(st.sampled_from(LEAVES), grown, max_leaves=8)


REWRITES: tuple[Callable[[Program, Program, Program], tuple[Program, Program]], ...] = (
    lambda x, y, z: (apply(ADD, x, y), apply(ADD, y, x)),
    lambda x, y, z: (apply(ADD, apply(ADD, x, y), z), apply(ADD, y, apply(ADD, z, x))),
    lambda x, y, z: (apply(MUL, x, apply(MUL, y, z)), apply(MUL, apply(MUL, z, x), y)),
    lambda x, y, z: (apply(ADD, x, ZERO), x),
    lambda x, y, z: (apply(MUL, ONE, x), x),
    lambda x, y, z: (apply(MUL, apply(MUL, x, ZERO), y), ZERO),
    lambda x, y, z: (apply(MAX, x, apply(MAX, y, x)), apply(MAX, y, x)),
    lambda x, y, z: (apply(MIN, apply(MIN, x, x), y), apply(MIN, y, x)),
    lambda x, y, z: (apply(SUB, x, ZERO), x),
    lambda x, y, z: (apply(NEG, apply(NEG, x)), x),
    lambda x, y, z: (apply(ABS, apply(ABS, x)), apply(ABS, x)),
)


@given(programs(), programs(), programs(), st.sampled_from(REWRITES), st.sampled_from((NEG, ABS)))
@settings(max_examples=150, deadline=None)
def test_what_a_law_makes_of_a_program_is_the_same_program(x, y, z, rewrite, around):
    one, other = rewrite(x, y, z)
    assert same_program(one, other)
    assert same_program(apply(around, apply(ADD, one, z)), apply(around, apply(ADD, z, other)))


@given(programs(), programs())
@settings(max_examples=300, deadline=None)
def test_the_same_program_computes_the_same(one, other):
    if same_program(one, other):
        assert (one.run(COLUMNS) == other.run(COLUMNS)).all()


@given(programs())
@settings(max_examples=100, deadline=None)
def test_a_program_changed_by_one_is_another(one):
    assert same_program(one, one)
    assert not same_program(one, apply(ADD, one, ONE))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("(mod (add a b) p)", "(mod (add b a) p)", True),
        ("(addz a b p)", "(addz b a p)", True),  # a law of its own, applied as an equation
        ("(addz (addz a b p) c p)", "(addz c (addz b a p) p)", True),
        ("(addz a b p)", "(mod (add a b) p)", False),  # the same function, another text
        ("(subz a b p)", "(subz b a p)", False),
        ("(if_int (lt a b) c c)", "c", True),
        ("(if_int (lt a b) c a)", "(if_int (lt b a) a c)", False),
        ("(eq a b)", "(eq b a)", True),
        ("(lt a b)", "(lt b a)", False),
        ("(map (lambda (x) (add x a)) xs)", "(map (lambda (y) (add a y)) xs)", True),
        ("(map (lambda (x) (add x a)) xs)", "(map (lambda (y) (add b y)) xs)", False),
        ("(fold (lambda (s x) (sub s x)) 0 xs)", "(fold (lambda (x s) (sub x s)) 0 xs)", True),
        ("(fold (lambda (s x) (sub s x)) 0 xs)", "(fold (lambda (x s) (sub s x)) 0 xs)", False),
        ("(map (lambda (x) (fold (lambda (s y) (add s x)) 0 xs)) xs)",
         "(map (lambda (y) (fold (lambda (s x) (add s y)) 0 xs)) xs)", True),
        ("(map (lambda (x) (fold (lambda (s y) (add s x)) 0 xs)) xs)",
         "(map (lambda (x) (fold (lambda (s y) (add s y)) 0 xs)) xs)", False),
        ("(take 3 (take 3 bits))", "(take 3 bits)", True),
        ("(take 3 (take 2 bits))", "(take 3 bits)", False),
        ("(mul_real u 1.0)", "u", True),
        ("(mul_real u 2.0)", "u", False),
        ("(and q true)", "q", True),
        ("(or q true)", "q", False),
    ],
)  # fmt: skip
def test_laws_of_every_kind(one, other, expected):
    types = {**NAMES, "p": MODULUS, "xs": LIST, "bits": BITS, "u": REAL, "q": BOOL}
    library = (*PRIMITIVES, constant(True, BOOL))
    assert same_program(parse(one, library, types), parse(other, library, types)) is expected


def test_words_know_their_laws():
    types = {"x": bitvectors(8)[0].type.result, "y": bitvectors(8)[0].type.result}
    one, other = (parse(text, bitvectors(8), types) for text in ("(bvand (bvxor x y) x)", "(bvand x (bvxor y x))"))
    assert same_program(one, other)


def test_a_text_too_long_to_write_out_is_the_same_only_as_it_stands():
    deep = terminal("a", INT)
    for _ in range(20):
        deep = apply(ADD, deep, deep)
    assert LONGEST < 2**20
    assert same_program(deep, deep)
    assert not same_program(deep, apply(ADD, deep, ZERO))
