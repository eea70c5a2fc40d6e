"""The integer language of RATE: x y 0 1 2, + - * // % min max, and a choice by a comparison; a node costs one."""

from collections.abc import Iterable
from dataclasses import replace

from synth.language.grammar import EIGHTHS, Language, uniform_language
from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.types import INT
from synth.library import named

WORDS = (Terminal("x", INT), Terminal("y", INT))
TOTAL = named(["add", "sub", "mul", "floordiv", "mod", "min", "max", "lt", "if_int", "0", "1", "2"])
PARTIAL = tuple(
    replace(p, defined=lambda xp, a, b: b != 0) if p.name in ("floordiv", "mod") else p for p in TOTAL
)  # a candidate whose divisor is 0 on any example is dropped


def by_size(library: Iterable[Primitive], terminals: Iterable[Terminal]) -> Language:
    """The language in which every node costs one bit."""
    return even(uniform_language(library, terminals))


def even(known: Language) -> Language:
    costs = {kind: dict.fromkeys(words, EIGHTHS) for kind, words in known.costs.items()}
    return replace(known, costs=costs, bodies={kind: even(inner) for kind, inner in known.bodies.items()})
