"""Formulas as text: sums with constants, waves, steps, choices. Whatever is written has numbers for values."""

import math
from collections.abc import Iterable, Sequence

DIGITS = 10
NEGLIGIBLE = 1e-10  # of the largest factor of a sum
MULTIPLE = 9.5  # of a common factor, at most
STRAIGHT = 1e-8  # of a phase, within which it is a multiple of a quarter turn


def digits(value: float) -> str:
    """A constant as sympy reads it."""
    return f"{value:.{DIGITS}g}"


def total(terms: Iterable[tuple[float, str]], offset: float = 0.0, scale: float = 0.0) -> str:
    """`1.7*cos(x) - y + 0.3`; factors and offsets far below the largest, or below `scale`, are left out."""
    terms = [(-f, text[1:]) if text.startswith("-") and not is_sum(text[1:]) else (f, text) for f, text in terms]
    least = NEGLIGIBLE * max([scale, *(abs(factor) for factor, _ in terms)], default=scale)
    parts = [(factor, text) for factor, text in terms if abs(factor) > least]
    if abs(offset) > least or not parts:
        parts.append((offset, ""))
    pieces = [("-" if factor < 0 else "+", _scaled(factor, text)) for factor, text in parts]
    if pieces[0][0] == "-" and len(pieces) > 1:
        first = next((i for i, (sign, _) in enumerate(pieces) if sign == "+"), 0)
        pieces.insert(0, pieces.pop(first))
    head = pieces[0][1] if pieces[0][0] == "+" else f"-{pieces[0][1]}"
    return head + "".join(f" {sign} {text}" for sign, text in pieces[1:])


def _scaled(factor: float, text: str) -> str:
    """The text under its factor, whose sign is written elsewhere."""
    if not text:
        return digits(abs(factor))
    if abs(factor - 1) < NEGLIGIBLE:
        return text
    text = bracketed(text)
    return text if abs(factor + 1) < NEGLIGIBLE else f"{digits(abs(factor))}*{text}"


def common(factors: Sequence[float]) -> float:
    """What several factors are small whole multiples of, where that leaves less to write; else 1."""
    unit = min((abs(factor) for factor in factors if factor), default=1.0)
    multiples = [factor / unit for factor in factors]
    whole = all(abs(m - round(m)) < STRAIGHT and abs(m) < MULTIPLE for m in multiples)
    return unit if whole and len(factors) > 1 and any(f != round(f) for f in factors) else 1.0


def bracketed(text: str) -> str:
    """The text in brackets where it is a sum or starts with a minus."""
    return f"({text})" if is_sum(text) else text


def is_sum(text: str) -> bool:
    """Whether a plus or minus stands outside all brackets."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        exponent = place > 0 and text[place - 1] == "e" and text[place - 2 : place - 1].isdigit()
        if depth == 0 and letter in "+-" and not exponent:
            return True
    return False


def linear(factors: Sequence[int], names: Sequence[str], offset: int = 0) -> str:
    """`2*a - b + 1`."""
    return total([(float(f), name) for f, name in zip(factors, names, strict=True) if f], float(offset))


def wave(
    frequency: Sequence[int], names: Sequence[str], modulus: int, real: float, imaginary: float
) -> tuple[float, str]:
    """Factor and text of Re((real + i imaginary) exp(2 pi i frequency . x / modulus))."""
    k, factors = shared(frequency, modulus)
    if 2 * k > modulus:
        k, imaginary = modulus - k, -imaginary
    return turned(math.hypot(real, imaginary), _angle(k, factors, names, modulus), math.atan2(imaginary, real))


def turned(size: float, angle: str, phase: float) -> tuple[float, str]:
    """Factor and text of size * cos(angle + phase), as a cosine or sine without a phase where that is what it is."""
    phase = math.remainder(phase, 2 * math.pi)
    for quarter, sign, name in ((0, 1, "cos"), (2, -1, "cos"), (-2, -1, "cos"), (1, -1, "sin"), (-1, 1, "sin")):
        if abs(phase - quarter * math.pi / 2) < STRAIGHT:
            return sign * size, f"{name}({angle})"
    return size, f"cos({angle} {'-' if phase < 0 else '+'} {digits(abs(phase))})"


def _angle(k: int, factors: Sequence[int], names: Sequence[str], modulus: int) -> str:
    """`2*pi*7*(x + 2*y)/59`."""
    inner = bracketed(linear(factors, names))
    return f"2*pi*{inner}/{modulus}" if k == 1 else f"2*pi*{k}*{inner}/{modulus}"


def shared(frequency: Sequence[int], modulus: int) -> tuple[int, tuple[int, ...]]:
    """k and factors, frequency = k * factors mod the modulus, the factors as small as can be, the first positive."""
    found = []
    for k in range(1, modulus):
        g = math.gcd(k, modulus)
        if any(f % g for f in frequency):
            continue
        rest = modulus // g
        inverse = pow(k // g, -1, rest) if rest > 1 else 0
        factors = tuple(_centred(inverse * (f // g), rest) for f in frequency)
        if next((f for f in factors if f), 1) > 0:
            found.append((sum(map(abs, factors)), min(k, modulus - k), k, factors))
    _, _, k, factors = min(found)
    return k, factors


def _centred(value: int, modulus: int) -> int:
    value %= modulus
    return value - modulus if 2 * value > modulus else value
