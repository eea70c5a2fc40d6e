"""Function types as text: int, int -> int."""

import re

from synth.language.program import unknown
from synth.language.types import BOOL, BV, INT, LIST, REAL, SEQUENCE, STREAM, Fn, Type

NAMES = {"int": INT, "bool": BOOL, "real": REAL, "list": LIST, "sequence": SEQUENCE, "stream": STREAM}
WORD = re.compile(r"bv([0-9]{1,4})")


def parse_signature(text: str) -> Fn:
    """The function type that a text such as "int, bv8 -> bool" writes; ValueError says what is wrong with it."""
    left, arrow, right = text.partition("->")
    if not arrow or "->" in right:
        raise ValueError(f"type {text[:60]!r}: expected arguments, one '->' and a result; write int, int -> int")
    left = left.strip()
    if left.startswith("(") and left.endswith(")"):
        left = left[1:-1]
    if not left.strip():
        raise ValueError(f"type {text[:60]!r}: expected at least one argument before '->'; write int, int -> int")
    return Fn(tuple(parse_type(word) for word in left.split(",")), parse_type(right))


def parse_type(text: str) -> Type:
    """One type by its name."""
    name = text.strip()
    word = WORD.fullmatch(name)
    if word:
        return BV(int(word[1]))
    if name not in NAMES:
        raise unknown("type", name[:40], [*NAMES, "bv8", "bv16", "bv32", "bv64"])
    return NAMES[name]
