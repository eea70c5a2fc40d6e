"""What a net may keep of one argument: functions of its values, as terms with a price in bits.

The enumerator gives the inner functions u of the value t; every term is u itself, a wave of it, or a step, a corner, a
single value of t, or the parity of some of its binary digits. The discrete logarithm joins the inner functions where
the number of values is a prime.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import log2

import numpy as np
from jaxtyping import Float, Int

from compare.fit.bank import proposals
from compare.fit.characters import discrete_logarithm
from compare.search import Bank
from synth import Budget, named
from synth.library import CONSTANTS

LIBRARY = (*named(["square", "mod", "floordiv", "sub", "abs"]), *CONSTANTS[1:9])
BUDGET = Budget(bits=17.0, bytes=1 << 28)  # which takes .05 s
PERIODS = 16  # the periods of waves that are tried, beside the number of values
KINDS = log2(6)  # itself, wave, step, corner, value, parity
HALF_TURNS = 4  # at most, over all values, of waves that need not close
MOST = 1500  # terms, those of fewest bits
NAME = "t"

Columns = list[Float[np.ndarray, " size"]]


@lru_cache(maxsize=64)
def features(size: int) -> Bank:
    """Terms of one argument over its values 0 .. size - 1, in order of bits, written in t; constants are no terms."""
    t = np.arange(size)
    found = list(_distinct([*_functions(t), *_waves(t), *_steps(t), *_parities(t)]))[:MOST]
    columns = [column for term in found for column in term[2]]
    return Bank(
        columns=np.stack(columns, axis=1).astype(np.float64) if columns else np.zeros((size, 0)),
        bits=np.array([bits for _, bits, _ in found]),
        texts=tuple(text for text, _, _ in found),
        term=np.repeat(np.arange(len(found)), [len(given) for _, _, given in found]),
    )


def half_waves(size: int) -> Float[np.ndarray, "size waves"]:
    """All waves that make 1, 2, ... half turns over the values, of deviation 1 (the discrete cosine transform)."""
    t, k = np.arange(size), np.arange(1, size)
    return np.sqrt(2) * np.cos(np.pi * (t[:, None] + 0.5) * k / size)


def _distinct(terms: list[tuple[str, float, Columns]]) -> Iterator[tuple[str, float, Columns]]:
    """Columns that vary, and of those that are one another up to scale and shift the one of fewest bits."""
    seen: set[tuple[bytes, ...]] = set()
    for text, bits, columns in sorted(terms, key=lambda term: term[1]):
        varying = {_key(column): column for column in columns if np.ptp(column) > 1e-9}
        if varying and tuple(varying) not in seen:
            seen.add(tuple(varying))
            yield text, bits, list(varying.values())


def _key(column: Float[np.ndarray, " size"]) -> bytes:
    centred = column - column.mean()
    unit = np.round(centred / np.linalg.norm(centred), 6)
    return (unit * np.sign(unit[np.flatnonzero(unit)[0]]) + 0.0).tobytes()


def _functions(t: Int[np.ndarray, " size"]) -> Iterator[tuple[str, float, Columns]]:
    bank = proposals({NAME: t}, BUDGET, LIBRARY)
    least = float(bank.bits.min(initial=np.inf))  # of t itself, which needs no word
    for i, text in enumerate(bank.texts):
        yield text, KINDS + float(bank.bits[i]) - least, [bank.columns[:, i]]


def _waves(t: Int[np.ndarray, " size"]) -> Iterator[tuple[str, float, Columns]]:
    """cos(2 pi k u / m + phi) of periods that close, and waves of t that make whole half turns over its values."""
    size = len(t)
    circles = [(NAME, t, 1.0, m) for m in dict.fromkeys((*range(2, min(PERIODS, size) + 1), size))]
    circles += [("t**2", t**2, 3.0, size)]
    logarithm = discrete_logarithm(size)
    for text, u, bits, m in circles:
        for k in range(1, m // 2 + 1):
            if np.gcd(k, m) == 1 or m == size:
                yield _wave(k, text, m, bits + log2(PERIODS + 1) + log2(max(m // 2, 1)), u)
    for k in range(1, HALF_TURNS + 1):
        yield _wave(k, NAME, 2 * size, 1.0 + log2(PERIODS + 1) + log2(HALF_TURNS), t)
    if logarithm is not None:
        held = (t > 0).astype(float)
        for k in range(1, (size - 1) // 2 + 1):
            text, bits, columns = _wave(k, "log(t)", size - 1, 4.0 + log2(size / 2), logarithm)
            yield text, bits, [column * held for column in columns]


def _wave(k: int, text: str, m: int, bits: float, u: np.ndarray) -> tuple[str, float, Columns]:
    angle = 2 * np.pi * k * u / m
    inner = text if text.isidentifier() or text.endswith(")") else f"({text})"
    return f"cos(2*pi*{k}*{inner}/{m})", KINDS + bits, [np.cos(angle), np.sin(angle)]


def _steps(t: Int[np.ndarray, " size"]) -> Iterator[tuple[str, float, Columns]]:
    """Heaviside(t - s), Max(0, t - s) and the single value s."""
    place = KINDS + log2(len(t))
    for s in t:
        yield f"KroneckerDelta(t, {s})", place, [(t == s).astype(float)]
    for s in t[1:]:
        yield f"Heaviside(t - {s})", place, [(t >= s).astype(float)]
        yield f"Max(0, t - {s})", place, [np.maximum(t - s, 0).astype(float)]


def _parities(t: Int[np.ndarray, " size"]) -> Iterator[tuple[str, float, Columns]]:
    """The sum of some binary digits modulo 2 (Walsh's functions)."""
    digits = max(int(t.max()).bit_length(), 1)
    for mask in range(1, 1 << digits):
        chosen = [place for place in range(digits) if mask >> place & 1]
        ones = sum((t >> place & 1 for place in chosen), start=np.zeros_like(t))
        text = " + ".join(f"floor(t/{1 << place})" if place else "t" for place in chosen)
        yield f"Mod({text}, 2)", KINDS + digits, [(ones % 2).astype(float)]
