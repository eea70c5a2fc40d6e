"""Sorts, symbols and literals of SyGuS-IF."""

import difflib
import re
from collections.abc import Iterable, Mapping

from synth.files.sygus.text import SYMBOL, Atom, Expression, Group, clipped, refusal, shown
from synth.language.types import BOOL, BV, INT, Type

NUMBER = re.compile(r"-?[0-9]+")
LITERAL = re.compile(r"#x[0-9A-Fa-f]+|#b[01]+")
WIDEST = 64  # bits of a bit-vector
LONG, MANY = 40, 16  # letters of a name, and names, that a message shows
RESERVED = {"let", "forall", "exists", "!", "as", "_", "true", "false", "Constant", "Variable", "par", "match"}


def sort_of_text(expression: Expression, named: Mapping[str, Type]) -> Type:
    """The type that a sort writes; ValueError for one that is not Int, Bool or a bit-vector of 1 to 64 bits."""
    if isinstance(expression, Atom):
        known = {"Int": INT, "Bool": BOOL, **named}
        if expression.text in known:
            return known[expression.text]
        raise refusal(
            expression.line,
            f"expected a sort among {', '.join(list(known)[:MANY])} and (_ BitVec n), got {clipped(expression.text)}; "
            "use one of them",
        )
    words = [item.text if isinstance(item, Atom) else "" for item in expression.items]
    words = words[1:] if words[:1] == ["_"] else words  # SyGuS-IF 1 wrote (BitVec n)
    if len(words) == 2 and words[0] == "BitVec" and NUMBER.fullmatch(words[1]):
        return BV(bits(words[1], expression.line))
    raise refusal(
        expression.line, f"expected a sort among Int, Bool and (_ BitVec n), got {shown(expression)}; use one of them"
    )


def bits(word: str, line: int) -> int:
    """A width; ValueError outside 1 to 64."""
    width = int(word) if len(word) < 6 else WIDEST + 1
    if not 1 <= width <= WIDEST:
        raise refusal(line, f"expected bit-vectors of 1 to {WIDEST} bits, got {clipped(word)}; split wider ones")
    return width


def literal(atom: Atom) -> tuple[int, Type] | None:
    """The number and sort of a literal; None for another word. ValueError where it has more than 64 bits."""
    text, line = atom.text, atom.line
    if text in ("true", "false"):
        return int(text == "true"), BOOL
    if LITERAL.fullmatch(text):
        base, each = (16, 4) if text[1] == "x" else (2, 1)
        bits(str(each * (len(text) - 2)), line)
        return int(text[2:], base), BV(each * (len(text) - 2))
    if NUMBER.fullmatch(text):
        value = int(text) if len(text) <= 20 else 1 << 64
        if not -(2**63) <= value < 2**63:
            raise refusal(line, f"expected integers that 64 bits hold, got {clipped(text)}; use smaller ones")
        return value, INT
    if text[0].isdigit() or text[0] in '#"':
        raise refusal(
            line,
            f"expected a literal such as 12, #x0f, #b01 or true, got {clipped(text)}; reals and strings are not read",
        )
    return None


def symbol(expression: Expression, what: str) -> Atom:
    """A name that may be declared."""
    quoted = isinstance(expression, Atom) and expression.text.startswith("|")
    if (
        isinstance(expression, Group)
        or not (quoted or SYMBOL.fullmatch(expression.text))
        or expression.text in RESERVED
    ):
        raise refusal(expression.line, f"expected a name for {what}, got {shown(expression)}; begin it with a letter")
    return expression


def group(expression: Expression, what: str) -> Group:
    """Something in brackets."""
    if isinstance(expression, Atom):
        raise refusal(
            expression.line, f"expected {what} in brackets, got {clipped(expression.text)}; put it in brackets"
        )
    return expression


def unknown_name(kind: str, name: str, declared: Iterable[str], line: int, built_in: Iterable[str] = ()) -> ValueError:
    """The sentence for a name that was not declared: the nearest one, or what the file has declared."""
    own = sorted(known if len(known) <= LONG else known[: LONG - 3] + "..." for known in declared)
    near = difflib.get_close_matches(name[:LONG], [*own, *built_in], n=1, cutoff=0.5)
    listed = ", ".join(own[:MANY]) + (", ..." if len(own) > MANY else "")
    hint = f"did you mean {near[0]!r}?" if near else f"known are {listed or 'none'}"
    return refusal(line, f"unknown {kind} {clipped(name, LONG)}; {hint}")
