"""How a value is written: None as an en dash, fractions never rounded up to 1, steps and bits with separators."""

import math
from collections.abc import Callable, Iterable, Sequence

DASH = "–"  # noqa: RUF001 (an en dash is meant)


def text(value: object) -> str:
    """Any value as it stands; None and the empty string as an en dash."""
    return DASH if value is None or value == "" else str(value)


def yes_or_no(value: bool | None) -> str:
    """yes, no, or an en dash."""
    return DASH if value is None else "yes" if value else "no"


def fraction(value: float | None) -> str:
    """Three decimals; just below 1 it is cut, not rounded, so that 0.9997 never reads 1.000."""
    if value is None or not math.isfinite(value):
        return DASH
    if 0.9995 <= value < 1:
        return f"{math.floor(value * 1e4) / 1e4:.4f}"
    return f"{round(value, 3) + 0.0:.3f}"  # adding 0 turns a negative zero into zero


def fractions(values: Iterable[float]) -> str:
    """Each as a fraction, with commas between."""
    return listed(map(fraction, values))


def signed(value: float | None) -> str:
    """As a fraction, with its sign."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:+.3f}" if abs(value) < 1000 else f"{value:+,.0f}"


def count(value: float | None) -> str:
    """A whole number with separators: bits, steps, units."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.0f}"


def seconds(value: float | None) -> str:
    """Seconds with about three digits."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:.3f}" if value < 1 else f"{value:,.1f}"


def counted(number: int, word: str) -> str:
    """So many of them, in the plural where there are several."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def listed(values: Iterable[object]) -> str:
    """Values with commas between; nothing at all as an en dash."""
    return ", ".join(str(value) for value in values) or DASH


def pairs(values: dict) -> str:
    """A mapping as `key=value` with commas between."""
    return listed(f"{key}={value}" for key, value in values.items())


def parts(values: dict[str, float]) -> str:
    """Each as `name fraction`, with commas between."""
    return listed(f"{name} {fraction(value)}" for name, value in values.items())


def interval(low: float | None, high: float | None, show=fraction) -> str:
    """`[low, high]`, or an en dash when it is not known."""
    return DASH if low is None or high is None else f"[{show(low)}, {show(high)}]"


def span(values: Sequence[float | None], show: Callable[[float | None], str] = count) -> str:
    """`lowest to highest` of those that are known."""
    known = [value for value in values if value is not None]
    if not known:
        return DASH
    low, high = show(min(known)), show(max(known))
    return low if low == high else f"{low} to {high}"


def shortened(value: str | None, length: int = 72) -> str:
    """At most `length` characters; what is cut is shown by an ellipsis."""
    if not value:
        return DASH
    return value if len(value) <= length else value[: length - 1] + "…"
