"""Sums as they are written: never a plus before a minus, nor two minuses."""

from collections.abc import Sequence


def joined(terms: Sequence[str]) -> str:
    """`a + b - c` of the terms a, b and -c; `0` of none."""
    text = " + ".join(terms).replace("+ -", "- ")
    return text or "0"


def plus(value: float, digits: int = 3, times: str = "") -> str:
    """` + 0.5` or ` - 0.5`, and ` - 0.5*x` where it is so many times something."""
    return f" {'-' if value < 0 else '+'} {abs(value):.{digits}g}{'*' if times else ''}{times}"


def times(multiple: int, name: str) -> str:
    """`a`, `-a`, `2*a`, `-2*a`."""
    return f"{'-' if multiple < 0 else ''}{'' if abs(multiple) == 1 else f'{abs(multiple)}*'}{name}"
