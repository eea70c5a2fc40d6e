"""What SMT-LIB's function names mean on sorts: a primitive, or a few of them for n-ary and derived ones.

Theories Core, Ints and FixedSizeBitVectors of SMT-LIB 2.6. Int is int64 here. div and mod are Euclid's, 0 for divisor
0, which SMT-LIB leaves open.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import sympy

from synth.language.laws import commutative
from synth.language.primitive import Primitive
from synth.language.types import BOOL, INT, Fn, Type
from synth.library.arith import ABS, ADD, MUL, NEG, SUB
from synth.library.bitvectors import bitvectors
from synth.library.boolean import AND, IF_BOOL, NOT, OR, XOR
from synth.library.choice import EQ, IF_INT, LE, LT
from synth.library.integers import GE, GT

BINARY = Fn((INT, INT), INT)


def euclidean_div(xp: Any, a: Any, b: Any) -> Any:
    return xp.where(b < 0, -xp.floordiv(a, -b), xp.floordiv(a, b))


DIV = Primitive(
    name="div",
    type=BINARY,
    doc="Quotient with a remainder that is not negative; 0 for divisor 0.",
    run=euclidean_div,
    sym=lambda a, b: sympy.Integer(0) if b.is_zero else sympy.sign(b) * sympy.floor(a / sympy.Abs(b)),
    python="euclid_div({}, {})",
    define="def euclid_div(a, b):\n    return 0 if b == 0 else a // b if b > 0 else -(a // -b)\n",
    smt="(div {} {})",
)
REM = Primitive(
    name="rem",
    type=BINARY,
    doc="Remainder from 0 to |b| - 1; 0 for divisor 0.",
    run=lambda xp, a, b: xp.mod(a, xp.absolute(b)),
    sym=lambda a, b: sympy.Integer(0) if b.is_zero else sympy.Mod(a, sympy.Abs(b)),
    python="euclid_mod({}, {})",
    define="def euclid_mod(a, b):\n    return a % abs(b) if b else 0\n",
    smt="(mod {} {})",
)
IMPLIES = Primitive(
    name="implies",
    type=Fn((BOOL, BOOL), BOOL),
    doc="Whether the second holds where the first does.",
    run=lambda xp, a, b: ~a | b,
    sym=sympy.Implies,
    python="(not {} or {})",
    smt="(=> {} {})",
)
IFF = Primitive(
    name="iff",
    type=Fn((BOOL, BOOL), BOOL),
    doc="Whether both hold or neither does.",
    run=lambda xp, a, b: a == b,
    sym=sympy.Equivalent,
    python="({} == {})",
    smt="(= {} {})",
    laws=(commutative(),),
)

INTEGERS = {
    "+": ADD,
    "-": SUB,
    "*": MUL,
    "neg": NEG,
    "div": DIV,
    "mod": REM,
    "abs": ABS,
    "<": LT,
    "<=": LE,
    ">": GT,
    ">=": GE,
    "=": EQ,
    "ite": IF_INT,
}
BOOLEANS = {
    "and": AND,
    "or": OR,
    "xor": XOR,
    "not": NOT,
    "=>": IMPLIES,
    "=": IFF,
    "ite": IF_BOOL,
}
WORDS = {"bveq": "=", "bvite": "ite"}  # SMT-LIB's name for a primitive of ours
CHAINABLE = ("=", "<", "<=", ">", ">=")
LEFT = ("+", "-", "*", "and", "or", "xor", "bvand", "bvor", "bvxor", "bvadd", "bvmul")
NEGATED = {"bvnand": "bvand", "bvnor": "bvor", "bvxnor": "bvxor"}
NAMES = {*INTEGERS, *BOOLEANS, *NEGATED, "distinct"} - {"neg"}


@cache
def words(width: int) -> dict[str, Primitive]:
    """The operations on bit-vectors of one width by SMT-LIB's names."""
    return {WORDS.get(primitive.name, primitive.name): primitive for primitive in bitvectors(width)}


def operators(sort: Type) -> dict[str, Primitive]:
    """The operations whose last argument is of a sort."""
    if sort.width is not None:
        return words(sort.width)
    return INTEGERS if sort == INT else BOOLEANS


def known_names() -> set[str]:
    """Every function name that is understood."""
    return NAMES | set(words(64))


Step = Callable[[Primitive, Sequence[int]], int]


def combine(name: str, sorts: Sequence[Type], places: Sequence[int], apply: Step) -> int | None:
    """The node for a function of SMT-LIB on nodes of these sorts; None where there is no such function on them.

    `apply` adds one primitive on nodes. Chainable relations become a conjunction, associative functions nest to the
    left, => to the right.
    """
    if not sorts:
        return None
    known = operators(sorts[-1])
    count, same = len(sorts), len(set(sorts)) == 1
    if name == "ite":
        fine = count == 3 and sorts[0] == BOOL and sorts[1] == sorts[2]
        return apply(known["ite"], places) if fine else None
    if not same:
        return None
    if name == "-" and count == 1:
        return apply(known["neg"], places) if "neg" in known else None
    if name in NEGATED and count == 2 and NEGATED[name] in known:
        return apply(known["bvnot"], [apply(known[NEGATED[name]], places)])
    if name == "distinct" and count >= 2:
        return distinct(known["="], places, apply)
    if name == "neg" or name not in known:
        return None
    primitive = known[name]
    if count == len(primitive.type.args):
        return apply(primitive, places)
    if count < 2 or len(primitive.type.args) != 2:
        return None
    return spread(name, primitive, places, apply)


def spread(name: str, primitive: Primitive, places: Sequence[int], apply: Step) -> int | None:
    """An operation of two arguments on more of them."""
    if name in CHAINABLE:
        links = [apply(primitive, pair) for pair in pairwise(places)]
        return fold(BOOLEANS["and"], links, apply)
    if name in LEFT:
        return fold(primitive, places, apply)
    if name == "=>":
        result = places[-1]
        for place in reversed(places[:-1]):
            result = apply(primitive, [place, result])
        return result
    return None


def fold(primitive: Primitive, places: Sequence[int], apply: Step) -> int:
    result = places[0]
    for place in places[1:]:
        result = apply(primitive, [result, place])
    return result


def distinct(equal: Primitive, places: Sequence[int], apply: Step) -> int:
    pairs = [(one, other) for i, one in enumerate(places) for other in places[i + 1 :]]
    return fold(BOOLEANS["and"], [apply(BOOLEANS["not"], [apply(equal, pair)]) for pair in pairs], apply)
