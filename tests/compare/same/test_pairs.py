"""Forty pairs of programs, half equal in other words, half differing on few inputs: all forty are told right."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from compare import same
from compare.same import Alike, Different, Equal
from synth import BOOL, BV, INT, LIST, MODULUS, REAL, STREAM, Fn, Spec, Type, Z, parse
from synth.library import PRIMITIVES, bitvectors
from synth.proofs.smt import installed

INTEGERS = {"a": INT, "b": INT, "c": INT}
RESIDUES = {"a": Z("p"), "b": Z("p"), "p": MODULUS}
REALS = {"u": REAL, "v": REAL}
WORD = {"x": BV(32), "y": BV(32)}
BITS = {f"x{i}": BOOL for i in range(24)}
XS = {"xs": STREAM}
LISTED = {"xs": LIST}
UP_TO_5, SECRET = {"a": range(6), "b": range(6)}, 777_123
BIG = {"p": 1_000_003}
MIXED = "(bvadd (bvmul x #x00000007) (bvlshr x #x00000003))"


class Pair(NamedTuple):
    types: dict[str, Type]
    domain: Any
    one: str
    other: str
    how: str  # the way that must decide


def folded(operator: str, names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({operator} {names[0]} {folded(operator, names[1:])})"


PARITY = folded("xor", list(BITS)[:10])
SUMMED = f"(eq (mod {folded('add', [f'(if_int {x} 1 0)' for x in list(BITS)[:10]])} 2) 1)"
TEN = dict.fromkeys(list(BITS)[:10], BOOL)
MANY_OR = folded("or", list(BITS))
MANY_NOT = f"(not {folded('and', [f'(not {x})' for x in BITS])})"
ALL = folded("and", list(BITS))

EQUAL = (
    Pair(RESIDUES, {"p": 59}, "(mod (add a b) p)",
         "(if_int (lt (add a b) p) (add a b) (sub (add a b) p))", "exhaustively"),
    Pair(RESIDUES, {"p": 31}, "(mulz a a p)", "(mod (square (sub p a)) p)", "exhaustively"),
    Pair(TEN, None, PARITY, SUMMED, "exhaustively"),
    Pair(INTEGERS, UP_TO_5, "(floordiv (mul a b) 6)", "(floordiv (mul 2 (mul a b)) 12)", "exhaustively"),
    Pair({"x": BV(8)}, None, "(bvurem x #x08)", "(bvand x #x07)", "exhaustively"),
    Pair(INTEGERS, None, "(max a b)", "(floordiv (add (add a b) (abs (sub a b))) 2)", "by sympy"),
    Pair(INTEGERS, None, "(mul (add a b) (sub a b))", "(sub (square a) (square b))", "by sympy"),
    Pair(RESIDUES, BIG, "(mod (square (add a b)) p)",
         "(addz (squarez a p) (mulz b (add b (mul 2 a)) p) p)", "by sympy"),
    Pair(WORD, None, "(bvxor x y)", "(bvsub (bvor x y) (bvand x y))", "by sympy"),
    Pair(REALS, None, "(sin (add_real u v))",
         "(add_real (mul_real (sin u) (cos v)) (mul_real (cos u) (sin v)))", "by sympy"),
    Pair(WORD, None, "(bvand x (bvneg x))", "(bvxor x (bvand x (bvsub x #x00000001)))", "by z3"),
    Pair(INTEGERS, None, "(max (max a b) c)", "(if_int (lt a b) (max b c) (if_int (lt c a) a c))", "by z3"),
    Pair(INTEGERS, None, "(floordiv a b)", "(if_int (eq b 0) 0 (floordiv (neg a) (neg b)))", "by z3"),
    Pair(BITS, None, f"(xor {MANY_OR} false)", MANY_NOT, "by z3"),
    Pair(XS, {"xs": range(7)}, "(scan_stream (lambda (s x) (mod (add s x) 7)) 0 xs)",
         "(scan_stream (lambda (s x) (if_int (lt (add s x) 7) (add s x) (sub (add s x) 7))) 0 xs)",
         "on the product machine"),
    Pair(XS, {"xs": range(5)}, "(running_max xs)", "(scan_stream (lambda (s x) (if_int (lt s x) x s)) 0 xs)",
         "on the product machine"),
    Pair(LISTED, {"xs": range(2)}, "(fold (lambda (s x) (if_int (eq s x) 0 1)) 0 xs)",
         "(fold (lambda (s x) (mod (add s x) 2)) 0 xs)", "on the product machine"),
    Pair({**XS, "ys": STREAM}, {"xs": range(2), "ys": range(3)}, "(zip_stream minus xs ys)",
         "(map_stream negate (zip_stream minus ys xs))", "on the product machine"),
    Pair(XS, {"xs": range(5)}, "(map_stream (lambda (s) (mod s 5)) (running_sum xs))",
         "(scan_stream (lambda (s x) (mod (add s x) 5)) 0 xs)", "by induction"),
    Pair(LISTED, None, "(sum (map double xs))", "(mul 2 (fold plus 0 xs))", "by induction"),
)  # fmt: skip

DIFFERENT = (
    Pair(INTEGERS, None, "(square a)", "(add (square a) (if_int (eq a 613) 1 0))", "by a search"),
    Pair(INTEGERS, None, "(max a b)", "(if_int (eq (mul a 7) 92764) b (max a b))", "by a search"),
    Pair(INTEGERS, {"a": range(1000)}, "(mod a 7)", "(if_int (eq a 861) 1 (mod a 7))", "exhaustively"),
    Pair(RESIDUES, {"p": 31}, "(mod (add a b) p)", "(mod (add a (if_int (eq (mul a b) 667) 0 b)) p)", "exhaustively"),
    Pair(RESIDUES, BIG, "(mod (mul a b) p)",
         f"(add (mod (mul a b) p) (if_int (eq (mod (mul a b) p) {SECRET}) 1 0))", "by a search"),
    Pair(INTEGERS, None, "(mod a b)", "(sub a (mul b (floordiv a b)))", "by a search"),
    Pair(INTEGERS, {"a": range(-40, 40), "b": range(20)}, "(abs (sub a b))",
         "(max (sub a b) (min 58 (sub b a)))", "exhaustively"),
    Pair(INTEGERS, None, "(floordiv (add a b) 2)",
         "(add a (floordiv (if_int (eq (sub b a) 4099) 0 (sub b a)) 2))", "by a search"),
    Pair(WORD, None, "(bvadd x x)", "(bvite (bveq x #x12345678) #x00000000 (bvshl x #x00000001))", "by a search"),
    Pair(WORD, None, "(bvor x y)", f"(bvite (bveq {MIXED} #x3295f066) x (bvor y x))", "by z3"),
    Pair(WORD, None, "(bvmul x #x00000003)",
         "(bvite (bveq (bvmul x #x00000005) #x12345678) x (bvadd x (bvadd x x)))", "by z3"),
    Pair({"x": BV(10)}, None, "(bvlshr x #b0000000001)",
         "(bvudiv (bvadd x #b0000000001) #b0000000010)", "exhaustively"),
    Pair(TEN, None, PARITY, f"(xor {PARITY} {folded('and', list(TEN))})", "exhaustively"),
    Pair(BITS, None, MANY_OR, f"(and {MANY_OR} (not {ALL}))", "by a search"),
    Pair(XS, {"xs": range(2)}, "(scan_stream (lambda (s x) (min (add s 1) 999)) 0 xs)",
         "(scan_stream (lambda (s x) (min (add s 1) 1000)) 0 xs)", "on the product machine"),
    Pair(XS, {"xs": range(2)}, "(scan_stream (lambda (s x) (mod (add s x) 7)) 0 xs)",
         "(map_stream (lambda (s) (if_int (eq s 6) 5 s)) (scan_stream (lambda (s x) (mod (add s x) 7)) 0 xs))",
         "on the product machine"),
    Pair(LISTED, {"xs": range(2)}, "(sum xs)",
         "(add (sum xs) (if_int (eq (sum xs) 1000) 1 0))", "on the product machine"),
    Pair(LISTED, None, "(map squared xs)", "(map (lambda (x) (if_int (eq x 613) 0 (mul x x))) xs)", "by a search"),
    Pair(LISTED, None, "(head (sort xs))", "(minimum (take_list 5 xs))", "by a search"),
    Pair(REALS, None, "(tanh u)", "(add_real (tanh u) (if_real (lt_real 2.0 u) 0.5 0.0))", "by a search"),
)  # fmt: skip

needs_z3 = pytest.mark.skipif(not installed(), reason="the extra smt is not installed")


def named(pairs: tuple[Pair, ...]) -> list[Any]:
    z3 = ("by z3", "by induction")
    return [pytest.param(pair, marks=[needs_z3] if pair.how in z3 else [], id=pair.one[:40]) for pair in pairs]


def read(text: str, types: dict[str, Type]) -> Any:
    widths = {kind.width for kind in types.values()} - {None}
    return parse(text, (*PRIMITIVES, *(each for width in widths for each in bitvectors(width))), types)


@pytest.mark.parametrize("pair", named(EQUAL))
def test_equal_programs_in_other_words_are_proven(pair):
    found = same(pair.one, pair.other, pair.domain, types=pair.types)
    assert isinstance(found, Equal), found
    assert found.how == pair.how
    assert found.sentence.startswith("equal")


@pytest.mark.parametrize("pair", named(DIFFERENT))
def test_different_programs_are_told_by_an_input(pair):
    found = same(pair.one, pair.other, pair.domain, types=pair.types)
    assert isinstance(found, Different), found
    assert found.how in (pair.how, "by a search")  # a slow machine may be told by the next way
    assert found.answers[0] != found.answers[1]
    assert all(str(value)[:8] in found.sentence for value in found.answers)


def test_there_are_forty_pairs_and_every_way_of_proving_decides_some():
    assert len(EQUAL) == len(DIFFERENT) == 20
    ways = {pair.how for pair in EQUAL}
    assert ways == {"exhaustively", "by sympy", "by z3", "on the product machine", "by induction"}


@pytest.mark.parametrize("pair", named(DIFFERENT)[:8])
def test_the_input_shown_tells_the_programs_apart_when_they_are_run(pair):
    found = same(pair.one, pair.other, pair.domain, types=pair.types)
    assert isinstance(found, Different)
    fixed = {name: value for name, value in (pair.domain or {}).items() if isinstance(value, int)}
    row = {name: np.array([value]) for name, value in {**found.inputs, **fixed}.items()}
    values = [read(text, pair.types).run(row)[0] for text in (pair.one, pair.other)]
    assert tuple(values) == found.answers


def test_the_smallest_input_is_shown():
    squares = same("(square a)", "(add (square a) (if_int (lt 612 (abs a)) 1 0))", types=INTEGERS)
    assert isinstance(squares, Different)
    assert squares.inputs["a"] == 613
    assert squares.sentence.endswith("they give 375769 and 375770")
    counter = same(DIFFERENT[14].one, DIFFERENT[14].other, DIFFERENT[14].domain, types=XS)
    assert isinstance(counter, Different)
    assert len(counter.inputs["xs"]) == 1000


def test_ranges_beyond_64_bits_and_with_steps_are_asked_about():
    long = {"x": BV(64), "y": BV(64)}
    one, other = "(bvor (bvand x y) (bvand (bvnot x) y))", "(bvlshr (bvlshr x #x0000000000000030) #x0000000000000010)"
    assert same(one, "y", types=long, samples=200).outcome == ("equal" if installed() else "alike")
    apart = same(other, "(bvand y #x0000000000000000)", {"x": range(2**64 - 9, 2**64)}, types=long, samples=200)
    assert apart.outcome == ("equal" if installed() else "alike")
    stepped = same("(mod a 5)", "(mod (mod a 11) 5)", {"a": range(0, 2**70, 3)}, types=INTEGERS)
    assert isinstance(stepped, Different)
    assert stepped.inputs == {"a": 12}


def test_integers_have_no_end_where_arrays_wrap():
    types = {"a": INT}
    one, other = "(square (square (square a)))", "(mod (square (square (square a))) 9223372036854775807)"
    found = same(one, other, {"a": range(300)}, types=types)
    assert isinstance(found, Different)
    assert found.inputs == {"a": 235}  # the smallest whose eighth power has more than 63 bits
    assert found.answers == (235**8, 235**8 % (2**63 - 1))


def test_a_specification_gives_its_domain_its_numbers_and_its_packed_bits():
    a, b = np.divmod(np.arange(49), 7)
    spec = Spec(
        type=Fn((Z("p"), Z("p")), Z("p")), inputs=(a, b), outputs=(a + b) % 7, domain=(a, b), terminals={"p": 7}
    )
    assert same("(addz a b p)", "(mod (add b a) p)", spec).outcome == "equal"
    apart = same("(addz a b p)", "(if_int (eq (add a b) 12) 0 (addz a b p))", spec)
    assert isinstance(apart, Different)
    assert dict(apart.inputs) == {"a": 6, "b": 6}
    assert "on 1 of 49 inputs" in apart.sentence
    columns = tuple((np.arange(16) >> i & 1).astype(bool) for i in range(4))
    bits = Spec(type=Fn((BOOL,) * 4, BOOL), inputs=columns, outputs=columns[0], domain=columns)
    assert same("(xor (xor x0 x1) (xor x2 x3))", "(eq (mod (count bits) 2) 1)", bits).outcome == "equal"


def test_what_no_way_proves_is_alike_with_its_bound_and_the_reasons():
    found = same("(sum (reverse xs))", "(sum xs)", types=LISTED, samples=600)
    assert isinstance(found, Alike)
    assert (found.samples, found.bound) == (600, 0.005)
    assert "below 0.005 with 95 %" in found.sentence
    assert any("reverse does not read item by item" in why for why in found.why)


def test_reals_that_differ_by_rounding_alone_are_not_different():
    one, other = "(sub_real (mul_real u u) (mul_real v v))", "(mul_real (sub_real u v) (add_real u v))"
    tested = f"(if_real (lt_real u v) {one} {one})", f"(if_real (lt_real v u) {other} (sub_real {other} 0.0))"
    assert same(*tested, types=REALS, samples=300).outcome in ("equal", "alike")
