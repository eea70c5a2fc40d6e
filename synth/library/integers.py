"""The language of integers: arithmetic, comparisons, the choice, literals, and what `solve` does not take by default.

Integers are int64 and wrap at 2**63. Everything is total: x // 0 = x % 0 = 0 and gcd(0, 0) = 0.
"""

import math

import sympy

from synth.language.laws import associative, commutative, projection
from synth.language.primitive import Primitive
from synth.language.types import BOOL, INT, Fn
from synth.library.arith import ARITH
from synth.library.choice import CHOICE
from synth.library.constants import CONSTANTS
from synth.library.words import symbolic

RELATION = Fn((INT, INT), BOOL)

SIGN = Primitive(
    name="sign",
    type=Fn((INT,), INT),
    doc="1, 0 or -1 as an integer is positive, 0 or negative.",
    run=lambda xp, a: xp.integer(a > 0) - xp.integer(a < 0),
    sym=sympy.sign,
    python="sign({})",
    define="def sign(a):\n    return (a > 0) - (a < 0)\n",
    smt="(let ((?a {})) (ite (> ?a 0) 1 (ite (< ?a 0) (- 1) 0)))",
    laws=(projection(),),
)
GCD = Primitive(
    name="gcd",
    type=Fn((INT, INT), INT),
    doc="The largest integer that divides both, never negative; 0 for two zeros.",
    run=lambda xp, a, b: xp.gcd(a, b),
    sym=symbolic("gcd", math.gcd),
    python="math.gcd({}, {})",
    define="import math\n",
    laws=(commutative(), associative()),
)
GE = Primitive(
    name="ge",
    type=RELATION,
    doc="Whether the first integer is larger or equal.",
    run=lambda xp, a, b: a >= b,
    sym=sympy.Ge,
    python="({} >= {})",
    smt="(>= {} {})",
)
GT = Primitive(
    name="gt",
    type=RELATION,
    doc="Whether the first integer is larger.",
    run=lambda xp, a, b: a > b,
    sym=sympy.Gt,
    python="({} > {})",
    smt="(> {} {})",
)
NE = Primitive(
    name="ne",
    type=RELATION,
    doc="Whether two integers differ.",
    run=lambda xp, a, b: a != b,
    sym=sympy.Ne,
    python="({} != {})",
    smt="(distinct {} {})",
    laws=(commutative(),),
)

INTEGERS = (*ARITH, *CHOICE, SIGN, GCD, GE, GT, NE, *CONSTANTS)
