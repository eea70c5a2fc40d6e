"""The integers from 0 to 30 as constants."""

from synth.language.literals import literal

CONSTANTS = tuple(literal(value) for value in range(31))
