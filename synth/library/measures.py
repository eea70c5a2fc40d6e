"""What measured values are asked for beside arithmetic: comparisons, choices, and whole numbers.

Comparisons are exact. Whole numbers are of reals below 2**53 in size; of all others, and of what is no number, they
are 0.
"""

from typing import Any

import sympy

from synth.language.laws import same_branches
from synth.language.literals import real_literal
from synth.language.primitive import Choice, Primitive
from synth.language.types import BOOL, INT, REAL, Fn

RELATION = Fn((REAL, REAL), BOOL)
WHOLE = Fn((REAL,), INT)


def floor(xp: Any, a: Any) -> Any:
    """The largest integer that is no larger."""
    small = xp.where(xp.absolute(a) < 9007199254740992.0, a, 0.0)
    cut = xp.integer(small)
    return cut - xp.integer(xp.real(cut) > small)


LT_REAL = Primitive(
    name="lt_real",
    type=RELATION,
    doc="Whether the first real is smaller.",
    run=lambda xp, a, b: a < b,
    sym=sympy.Lt,
    python="{} < {}",
    smt="(< {} {})",
)
LE_REAL = Primitive(
    name="le_real",
    type=RELATION,
    doc="Whether the first real is smaller or equal.",
    run=lambda xp, a, b: a <= b,
    sym=sympy.Le,
    python="{} <= {}",
    smt="(<= {} {})",
)
IF_REAL = Primitive(
    name="if_real",
    type=Fn((BOOL, REAL, REAL), REAL),
    doc="The first real where the condition holds, the second elsewhere.",
    run=lambda xp, c, a, b: xp.where(c, a, b),
    sym=lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
    python="{1} if {0} else {2}",
    smt="(ite {} {} {})",
    laws=(same_branches(),),
    choice=Choice(lambda xp, c: c),
)
FLOOR = Primitive(
    name="floor",
    type=WHOLE,
    doc="A real rounded down to an integer.",
    run=lambda xp, a: floor(xp, a),
    sym=sympy.floor,
    python="floor({})",
    define="import math\n\n\ndef floor(x):\n    return math.floor(x) if abs(x) < 2**53 else 0\n",
    smt="(to_int {})",
)
CEIL = Primitive(
    name="ceil",
    type=WHOLE,
    doc="A real rounded up to an integer.",
    run=lambda xp, a: -floor(xp, -a),
    sym=sympy.ceiling,
    python="ceil({})",
    define="import math\n\n\ndef ceil(x):\n    return math.ceil(x) if abs(x) < 2**53 else 0\n",
    smt="(- (to_int (- {})))",
)
ROUND = Primitive(
    name="round",
    type=WHOLE,
    doc="The integer nearest to a real, halves rounded up.",
    run=lambda xp, a: floor(xp, a + 0.5),
    sym=lambda a: sympy.floor(a + sympy.Rational(1, 2)),
    python="rounded({})",
    define="import math\n\n\ndef rounded(x):\n    return math.floor(x + 0.5) if abs(x + 0.5) < 2**53 else 0\n",
    smt="(to_int (+ {} 0.5))",
)

MEASURES = (LT_REAL, LE_REAL, IF_REAL, FLOOR, CEIL, ROUND, *map(real_literal, ("0.0", "0.5", "1.0", "2.0", "10.0")))
