"""Arithmetic as polynomials, by sympy: over integers, reals and words; the rest as unknowns by their arguments.

What is not polynomial becomes one where an identity holds for all values: max(a, b) = (a + b + |a - b|) / 2, the
quotient by m is (a - (a mod m)) / m, and (u mod m) may stand as u under another mod m. Terms that stay are equal only
where all their arguments are, so that nothing is claimed about them.
"""

import math
from collections.abc import Sequence
from typing import Any

from compare.same.answer import Answer, Equal, Undecided
from compare.same.question import Question, kind_of
from synth.language.literals import value_of
from synth.language.primitive import Primitive
from synth.language.program import Lambda, Program, Terminal
from synth.language.types import BOOL, INT, MODULUS, REAL, Fn, Type, is_vector, plain
from synth.library.arith import ABS, ADD, FLOORDIV, MAX, MIN, MOD, MUL, NEG, SQUARE, SUB
from synth.library.bitvectors import bitvectors
from synth.library.choice import IF_INT
from synth.library.integers import SIGN
from synth.library.reals import (
    ABS_REAL,
    ADD_REAL,
    COS,
    DIV_REAL,
    MAX_REAL,
    MUL_REAL,
    NEG_REAL,
    REAL_OF,
    RELU,
    SIN,
    SQUARE_REAL,
    SUB_REAL,
    TANH,
    TURN,
)  # fmt: skip
from synth.library.residues import ADDZ, MULZ, NEGZ, SQUAREZ, SUBZ

HOW = "by sympy"
TERMS = 2000  # of a polynomial


class TooLongError(ValueError):
    """A polynomial of too many terms."""


def decide(question: Question) -> Answer | Undecided:
    """Equal where the difference of the two is the polynomial 0."""
    import sympy

    kind = kind_of(question.one)
    if kind not in (INT, REAL) and kind.width is None:
        return Undecided(why="sympy is asked about integers, reals and bit-vectors alone")
    algebra = Algebra(question)
    try:
        difference = algebra.sum_of(algebra.of(question.one), -algebra.of(question.other))
        difference = difference if kind.width is None else algebra.word(difference, kind.width)
    except TooLongError as error:
        return Undecided(why=str(error))
    if difference.has(sympy.sin, sympy.cos, sympy.tanh):
        difference = sympy.expand(sympy.expand(difference.rewrite(sympy.exp)), power_exp=True)
    if difference == 0:
        of = "real numbers" if kind == REAL else "integers" if kind.width is None else f"words of {kind.width} bits"
        return Equal(how=HOW, sentence=f"equal for all {of}: their difference is 0 as a polynomial (sympy)")
    return Undecided(why="sympy does not find their difference to be 0")


class Algebra:
    """Programs as expanded expressions over symbols and unknown terms."""

    def __init__(self, question: Question) -> None:
        import sympy

        self.sympy = sympy
        self.types = {argument.name: argument for argument in question.arguments}
        self.known: dict[Any, Any] = {}  # what stands for a primitive or a lambda, of which nothing is claimed

    def of(self, program: Program) -> Any:
        values: list[Any] = []
        for node in program.nodes:
            if isinstance(node, Terminal):
                values.append(self.symbol(node))
            elif isinstance(node, Lambda):
                values.append(self.known.setdefault(node, self.sympy.Dummy()))
            else:
                values.append(self.apply(node.primitive, [values[arg] for arg in node.args]))
        return values[-1]

    def symbol(self, node: Terminal) -> Any:
        real = not isinstance(node.type, Fn) and not is_vector(node.type) and plain(node.type) != BOOL
        return self.sympy.Symbol(node.name, real=True) if real else self.sympy.Symbol(node.name)

    def apply(self, primitive: Primitive, given: list[Any]) -> Any:
        if primitive.body is not None:
            return self.macro(primitive, given)
        value = value_of(primitive)
        if value is not None and primitive.type.result == INT:
            return self.sympy.Integer(value)
        rule = RULES.get(primitive)
        if rule is not None:
            return rule(self, *given)
        width = primitive.type.result.width if isinstance(primitive.type.result, Type) else None
        if width is not None and (value is not None or primitive in bitvectors(width)):
            found = self.sympy.Integer(value) if value is not None else self.of_words(primitive, width, given)
            return self.word(found, width)
        if not primitive.type.args and primitive.type.result == REAL:
            return self.sympy.Rational(primitive.name)
        return self.opaque(primitive, given)

    def opaque(self, primitive: Primitive, given: list[Any]) -> Any:
        """An unknown, with what the simplest laws say of it."""
        if any(law.name == "commutative" for law in primitive.laws):
            given = sorted(given, key=self.sympy.default_sort_key)
        if any(law.name == "same branches" for law in primitive.laws) and given[1] == given[2]:
            return given[1]
        name = self.known.setdefault(primitive, f"{primitive.name} {len(self.known)}")
        return self.unknown(name, given)

    def of_words(self, primitive: Primitive, width: int, given: list[Any]) -> Any:
        """Operations modulo 2**width: or and xor by and, the rest of them by what they say of numbers."""
        ones = self.sympy.Integer(2**width - 1)
        rules: dict[str, Any] = {
            "bvneg": lambda a: -a,
            "bvnot": lambda a: -a - 1,
            "bvadd": lambda a, b: a + b,
            "bvsub": lambda a, b: a - b,
            "bvmul": self.product,
            "bvand": lambda a, b: self.common(a, b, ones),
            "bvor": lambda a, b: a + b - self.common(a, b, ones),
            "bvxor": lambda a, b: a + b - 2 * self.common(a, b, ones),
            "bvshl": lambda a, b: self.product(a, 2 ** min(int(b), width)) if b.is_Integer else None,
        }
        found = rules[primitive.name](*given) if primitive.name in rules else None
        return self.opaque(primitive, given) if found is None else found

    def common(self, a: Any, b: Any, ones: Any) -> Any:
        """Bitwise and, its parts in order and each once."""
        function = self.sympy.Function("bvand of")
        parts = {part for each in (a, b) for part in (each.args if each.func == function else (each,))} - {ones}
        if 0 in parts:
            return self.sympy.Integer(0)
        ordered = sorted(parts or {ones}, key=self.sympy.default_sort_key)
        return ordered[0] if len(ordered) == 1 else function(*ordered)

    def word(self, value: Any, width: int) -> Any:
        """The polynomial with coefficients from 0 to 2**width - 1."""
        pairs = [term.as_coeff_Mul() for term in self.sympy.Add.make_args(self.expanded(value))]
        return self.sympy.Add(*((int(factor) % 2**width) * rest for factor, rest in pairs))

    def macro(self, primitive: Primitive, given: list[Any]) -> Any:
        """A primitive that stands for a program over its arguments."""
        from synth.language.macro import hole

        places = {hole(place): value for place, value in enumerate(given)}
        values: list[Any] = []
        for node in primitive.body.nodes:
            if isinstance(node, Terminal):
                values.append(places[node.name])
            else:
                values.append(self.apply(node.primitive, [values[arg] for arg in node.args]))
        return values[-1]

    def unknown(self, name: str, given: Sequence[Any]) -> Any:
        return self.sympy.Function(f"{name} of")(*given)

    def expanded(self, expression: Any) -> Any:
        """Powers and products multiplied out, even powers of absolute values without them."""
        found = self.sympy.expand(expression)
        if len(self.sympy.Add.make_args(found)) > TERMS:
            raise TooLongError(f"the polynomial has more than {TERMS:,} terms")
        return self.sympy.expand(found.replace(even_power, squared)) if found.has(self.sympy.Abs) else found

    def sum_of(self, *parts: Any) -> Any:
        return self.expanded(self.sympy.Add(*parts))

    def product(self, *parts: Any) -> Any:
        if math.prod(len(self.sympy.Add.make_args(part)) for part in parts) > TERMS:
            raise TooLongError(f"the polynomial has more than {TERMS:,} terms")
        return self.expanded(self.sympy.Mul(*parts))

    def size(self, value: Any) -> Any:
        """|u|, the same for u and -u."""
        if value.is_Number:
            return abs(value)
        if value.func == self.sympy.Abs:
            return value
        return self.sympy.Abs(self.first_positive(value), evaluate=False)

    def first_positive(self, value: Any) -> Any:
        """u or -u, the one whose first term has a positive factor."""
        first = sorted(self.sympy.Add.make_args(value), key=self.sympy.default_sort_key)
        factor = min((term.as_coeff_Mul() for term in first), key=lambda pair: self.sympy.default_sort_key(pair[1]))[0]
        return self.expanded(-value) if factor.is_negative else value

    def larger(self, a: Any, b: Any) -> Any:
        return self.sum_of(self.product(self.sum_of(a, b, self.size(self.sum_of(a, -b))), self.sympy.Rational(1, 2)))

    def smaller(self, a: Any, b: Any) -> Any:
        return self.sum_of(a, b, -self.larger(a, b))

    def mod(self, a: Any, m: Any) -> Any:
        """The remainder: of what is congruent, the same."""
        if m.is_zero:
            return self.sympy.Integer(0)
        if not self.nonzero(m):
            return self.unknown("mod", [a, m])
        a = self.congruent(a, m)
        if a.is_Integer and m.is_Integer:
            return self.sympy.Integer(int(a) % int(m))
        return a if self.below(a, m) else self.unknown("mod", [a, m])

    def nonzero(self, m: Any) -> bool:
        """Whether a divisor is known not to be 0."""
        argument = self.types.get(m.name) if m.is_Symbol else None
        if argument is not None:
            return argument.type == MODULUS or (argument.values is not None and 0 not in argument.values)
        return bool(m.is_Number and m != 0)

    def congruent(self, a: Any, m: Any) -> Any:
        """A simpler number with the same remainder: no remainder by m within, coefficients below m."""
        while stripped := self.congruent_parts(a, m):
            a = self.expanded(a.xreplace(stripped))
        terms = self.sympy.Add.make_args(a)
        factors = [term.as_coeff_Mul() for term in terms]
        if any(not factor.is_Integer for factor, _ in factors):
            return a
        if m.is_Integer and self.sympy.isprime(abs(m)):
            factors = [(factor, self.lowered(rest, int(abs(m)))) for factor, rest in factors]
        if m.is_Integer:
            return self.sympy.Add(*((int(factor) % int(m)) * rest for factor, rest in factors))
        return self.sympy.Add(*(term for term in terms if term.as_powers_dict().get(m, 0) < 1))

    def lowered(self, monomial: Any, prime: int) -> Any:
        """The monomial with exponents below the prime, by Fermat: x**p is congruent to x."""
        powers = monomial.as_powers_dict()
        if not all(exponent.is_Integer and exponent >= 0 for exponent in powers.values()):
            return monomial
        return self.sympy.Mul(
            *(base ** (int(e) if e < prime else (int(e) - 1) % (prime - 1) + 1) for base, e in powers.items())
        )

    def congruent_parts(self, a: Any, m: Any) -> dict[Any, Any]:
        """Factors with what is congruent to them: a remainder by m to its dividend, |u| to u where m is 2."""
        found = {each: each.args[0] for each in a.atoms(self.sympy.Function("mod of")) if each.args[1] == m}
        if m == self.sympy.Integer(2):
            found |= {each: each.args[0] for each in a.atoms(self.sympy.Abs)}
        return {each: inner for each, inner in found.items() if polynomial_in(self.sympy, a, each)}

    def below(self, a: Any, m: Any) -> bool:
        """Whether a value is its own remainder."""
        argument = self.types.get(a.name) if a.is_Symbol else None
        if argument is None:
            return False
        if argument.modulus is not None and m.is_Symbol:
            return argument.modulus == m.name
        values = argument.values
        return bool(values is not None and m.is_Integer and values[0] >= 0 and values[-1] < m)

    def quotient(self, a: Any, m: Any) -> Any:
        """Rounded down."""
        if m.is_zero:
            return self.sympy.Integer(0)
        if not (m.is_Integer and m != 0):
            return self.unknown("quotient", [a, m])
        return self.product(self.sum_of(a, -self.mod(a, m)), self.sympy.Rational(1, int(m)))

    def divided(self, a: Any, b: Any) -> Any:
        if b.is_zero:
            return self.sympy.Integer(0)
        return self.product(a, 1 / b) if b.is_Number else self.unknown("divided", [a, b])

    def chosen(self, c: Any, a: Any, b: Any) -> Any:
        return a if a == b else self.unknown("if", [c, a, b])


def polynomial_in(sympy: Any, a: Any, term: Any) -> bool:
    """Whether a term stands only as a factor of others, with whole factors, and within nothing else."""
    place = sympy.Dummy()
    inside = a.xreplace({term: place})
    if any(place in each.free_symbols for each in inside.atoms(sympy.Function, sympy.Abs)):
        return False
    return all(each.as_coeff_Mul()[0].is_Integer for each in sympy.Add.make_args(sympy.expand(a)))


def even_power(expression: Any) -> bool:
    import sympy

    return bool(
        expression.is_Pow and expression.base.func == sympy.Abs and expression.exp.is_Integer and expression.exp >= 2
    )


def squared(expression: Any) -> Any:
    inner, power = expression.base.args[0], int(expression.exp)
    return inner ** (power - power % 2) * expression.base ** (power % 2)


RULES: dict[Primitive, Any] = {
    **dict.fromkeys((ADD, ADD_REAL), Algebra.sum_of),
    **dict.fromkeys((SUB, SUB_REAL), lambda algebra, a, b: algebra.sum_of(a, -b)),
    **dict.fromkeys((MUL, MUL_REAL), Algebra.product),
    **dict.fromkeys((SQUARE, SQUARE_REAL), lambda algebra, a: algebra.product(a, a)),
    **dict.fromkeys((NEG, NEG_REAL), lambda algebra, a: algebra.sum_of(-a)),
    **dict.fromkeys((ABS, ABS_REAL), Algebra.size),
    **dict.fromkeys((MAX, MAX_REAL), Algebra.larger),
    MIN: Algebra.smaller,
    MOD: Algebra.mod,
    FLOORDIV: Algebra.quotient,
    IF_INT: Algebra.chosen,
    SIGN: lambda algebra, a: algebra.sympy.sign(a) if a.is_Number else algebra.unknown("sign", [a]),
    ADDZ: lambda algebra, a, b, m: algebra.mod(algebra.sum_of(a, b), m),
    SUBZ: lambda algebra, a, b, m: algebra.mod(algebra.sum_of(a, -b), m),
    MULZ: lambda algebra, a, b, m: algebra.mod(algebra.product(a, b), m),
    NEGZ: lambda algebra, a, m: algebra.mod(algebra.sum_of(-a), m),
    SQUAREZ: lambda algebra, a, m: algebra.mod(algebra.product(a, a), m),
    REAL_OF: lambda algebra, a: a,
    DIV_REAL: Algebra.divided,
    RELU: lambda algebra, a: algebra.larger(a, algebra.sympy.Integer(0)),
    SIN: lambda algebra, a: algebra.sympy.sin(a),
    COS: lambda algebra, a: algebra.sympy.cos(a),
    TANH: lambda algebra, a: algebra.sympy.tanh(a),
    TURN: lambda algebra: 2 * algebra.sympy.pi,
}
