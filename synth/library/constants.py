"""Integer literals, priced by Elias's gamma code.

Peter Elias, "Universal codeword sets and representations of the integers", IEEE Transactions on Information Theory 21
(1975): the number n > 0 takes 2 floor(log2 n) + 1 bits. Three more bits say that a literal comes.
"""

from functools import cache

import sympy

from synth.primitive import Primitive
from synth.types import INT, Fn

PREFIX = 3  # bits


@cache
def literal(value: int) -> Primitive:
    """The constant `value` >= 0 as a primitive without arguments."""
    if value < 0:
        raise ValueError(f"literal {value}: expected an integer >= 0; write negative numbers as (neg {-value})")
    return Primitive(
        name=str(value),
        type=Fn((), INT),
        doc=f"The integer {value}.",
        run=lambda xp: value,
        sym=lambda: sympy.Integer(value),
        python=str(value),
        smt=str(value),
        bits=PREFIX + 2 * ((value + 1).bit_length() - 1) + 1,
    )


CONSTANTS = tuple(literal(value) for value in range(31))
