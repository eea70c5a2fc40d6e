"""Squares of a board as words, and what the rules of games are made of: squares beside others, and in straight lines.

The words are bit-vectors of side * side bits, bit side * row + column for each square.
"""

from functools import cache

from synth.language.primitive import Primitive
from synth.language.types import BV, Fn
from synth.library.bitvectors import bitvectors
from synth.library.squares import beside, between, beyond, moved, run
from synth.library.words import source, symbolic

LARGEST = 8  # squares along a side, for a word of 64 bits


@cache
def boards(side: int) -> tuple[Primitive, ...]:
    """The language of the squares of a board; ValueError unless its side is 2 to 8."""
    if not 2 <= side <= LARGEST:
        raise ValueError(f"boards: expected a side of 2 to {LARGEST} squares, got {side}; words have 64 bits")
    word = BV(side * side)
    return (
        *bitvectors(side * side)[:3],
        Primitive(
            name="beside",
            type=Fn((word,), word),
            doc="The squares to the left, the right, above or below one of these.",
            run=lambda xp, a: beside(a, side, xp.unsigned),
            sym=symbolic("beside", lambda a: beside(a, side)),
            python=f"beside({{}}, {side})",
            define=source(moved, beside),
        ),
        Primitive(
            name="beyond",
            type=Fn((word, word), word),
            doc="The squares at which straight lines end that begin at one of the first and go over the second.",
            run=lambda xp, a, over: beyond(a, over, side, xp.unsigned),
            sym=symbolic("beyond", lambda a, over: beyond(a, over, side)),
            python=f"beyond({{}}, {{}}, {side})",
            define="from itertools import product\n\n\n" + source(moved, run, beyond),
        ),
        Primitive(
            name="between",
            type=Fn((word, word, word), word),
            doc="The squares of the third on straight lines of these alone from one of the first to one of the second.",
            run=lambda xp, a, b, over: between(a, b, over, side, xp.unsigned),
            sym=symbolic("between", lambda a, b, over: between(a, b, over, side)),
            python=f"between({{}}, {{}}, {{}}, {side})",
            define="from itertools import product\n\n\n" + source(moved, run, between),
        ),
    )
