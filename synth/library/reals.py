"""Real arithmetic and trigonometry, for expressions on measured values. Division is total: x / 0 = 0.

Values are float64; what overflows is infinite, and such a value is never an answer. Constants that no primitive names
are fitted: `compare.fit.enumerate` gives every expression its best scale and offset in closed form.
"""

import sympy

from synth.language.laws import (
    annihilator,
    associative,
    commutative,
    idempotent,
    identity,
    involution,
    projection,
    right_identity,
)
from synth.language.primitive import Inverse, Primitive
from synth.language.types import INT, REAL, Fn

BINARY = Fn((REAL, REAL), REAL)
UNARY = Fn((REAL,), REAL)

REAL_OF = Primitive(
    name="real",
    type=Fn((INT,), REAL),
    doc="An integer as a real.",
    run=lambda xp, a: xp.real(a),
    sym=lambda a: a,
    python="float({})",
    smt="(to_real {})",
    inverses=(Inverse(0, lambda xp, r: xp.integer(r), exact=False),),
)
ADD_REAL = Primitive(
    name="add_real",
    type=BINARY,
    doc="Sum of two reals.",
    run=lambda xp, a, b: a + b,
    sym=lambda a, b: a + b,
    python="({} + {})",
    smt="(+ {} {})",
    laws=(commutative(), associative(), identity(0.0)),
    inverses=(
        Inverse(0, lambda xp, r, b: r - b, exact=False),
        Inverse(1, lambda xp, r, a: r - a, exact=False),
    ),
)
SUB_REAL = Primitive(
    name="sub_real",
    type=BINARY,
    doc="Difference of two reals.",
    run=lambda xp, a, b: a - b,
    sym=lambda a, b: a - b,
    python="({} - {})",
    smt="(- {} {})",
    laws=(right_identity(0.0),),
    inverses=(
        Inverse(0, lambda xp, r, b: r + b, exact=False),
        Inverse(1, lambda xp, r, a: a - r, exact=False),
    ),
)
MUL_REAL = Primitive(
    name="mul_real",
    type=BINARY,
    doc="Product of two reals.",
    run=lambda xp, a, b: a * b,
    sym=lambda a, b: a * b,
    python="({} * {})",
    smt="(* {} {})",
    laws=(commutative(), associative(), identity(1.0), annihilator(0.0)),
    inverses=(
        Inverse(0, lambda xp, r, b: xp.divide(r, b), exact=False),
        Inverse(1, lambda xp, r, a: xp.divide(r, a), exact=False),
    ),
)
DIV_REAL = Primitive(
    name="div_real",
    type=BINARY,
    doc="Quotient of two reals; 0 for divisor 0.",
    run=lambda xp, a, b: xp.divide(a, b),
    sym=lambda a, b: sympy.Integer(0) if b.is_zero else a / b,
    python="divide({}, {})",
    define="def divide(a, b):\n    return a / b if b else 0.0\n",
    smt="(let ((?a {}) (?b {})) (ite (= ?b 0.0) 0.0 (/ ?a ?b)))",
    laws=(right_identity(1.0),),
    inverses=(
        Inverse(0, lambda xp, r, b: r * b, exact=False),
        Inverse(1, lambda xp, r, a: xp.divide(a, r), exact=False),
    ),
)
MAX_REAL = Primitive(
    name="max_real",
    type=BINARY,
    doc="Larger of two reals.",
    run=lambda xp, a, b: xp.maximum(a, b),
    sym=sympy.Max,
    python="max({}, {})",
    smt="(let ((?a {}) (?b {})) (ite (>= ?a ?b) ?a ?b))",
    laws=(commutative(), associative(), idempotent()),
)
NEG_REAL = Primitive(
    name="neg_real",
    type=UNARY,
    doc="A real with its sign changed.",
    run=lambda xp, a: -a,
    sym=lambda a: -a,
    python="(-{})",
    smt="(- {})",
    laws=(involution(),),
    inverses=(Inverse(0, lambda xp, r: -r),),
)
ABS_REAL = Primitive(
    name="abs_real",
    type=UNARY,
    doc="Absolute value of a real.",
    run=lambda xp, a: xp.absolute(a),
    sym=sympy.Abs,
    python="abs({})",
    smt="(let ((?a {})) (ite (>= ?a 0.0) ?a (- ?a)))",
    laws=(projection(),),
)
RELU = Primitive(
    name="relu",
    type=UNARY,
    doc="A real where it is positive, 0 elsewhere.",
    run=lambda xp, a: xp.maximum(a, 0.0),
    sym=lambda a: sympy.Max(a, 0),
    python="max({}, 0.0)",
    smt="(let ((?a {})) (ite (>= ?a 0.0) ?a 0.0))",
    laws=(projection(),),
)
SQUARE_REAL = Primitive(
    name="square_real",
    type=UNARY,
    doc="Square of a real.",
    run=lambda xp, a: a * a,
    sym=lambda a: a**2,
    python="({} ** 2)",
    smt="(let ((?a {})) (* ?a ?a))",
)
SIN = Primitive(
    name="sin",
    type=UNARY,
    doc="Sine.",
    run=lambda xp, a: xp.sin(a),
    sym=sympy.sin,
    python="math.sin({})",
    define="import math\n",
)
COS = Primitive(
    name="cos",
    type=UNARY,
    doc="Cosine.",
    run=lambda xp, a: xp.cos(a),
    sym=sympy.cos,
    python="math.cos({})",
    define="import math\n",
)
TANH = Primitive(
    name="tanh",
    type=UNARY,
    doc="Hyperbolic tangent.",
    run=lambda xp, a: xp.tanh(a),
    sym=sympy.tanh,
    python="math.tanh({})",
    define="import math\n",
)
TURN = Primitive(
    name="turn",
    type=Fn((), REAL),
    doc="The full angle, 2 pi.",
    run=lambda xp: 6.283185307179586,
    sym=lambda: 2 * sympy.pi,
    python="math.tau",
    define="import math\n",
)

REALS = (
    REAL_OF,
    ADD_REAL,
    SUB_REAL,
    MUL_REAL,
    DIV_REAL,
    MAX_REAL,
    NEG_REAL,
    ABS_REAL,
    RELU,
    SQUARE_REAL,
    SIN,
    COS,
    TANH,
    TURN,
)
