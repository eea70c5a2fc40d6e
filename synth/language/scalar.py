"""The names of `synth.language.xp` on single numbers, compiled by numba: what `run` calls in a compiled kernel.

Without branches where that matters, so that loops over programs become vector instructions. Integer division goes
through floats twice and is corrected in integers: exact for all of int64, and several times as fast as the
processor's own division.
"""

import math

import numpy as np
from numba.extending import register_jitable

LARGEST = 9223372036854774784.0  # the largest float below 2**63


@register_jitable
def where(condition, x, y):
    return x if condition else y


@register_jitable
def maximum(x, y):
    return x if x > y or x != x else y


@register_jitable
def minimum(x, y):
    return x if x < y or x != x else y


@register_jitable
def absolute(x):
    return abs(x)


@register_jitable
def floordiv(x, y):
    safe = 1 if y == 0 else y
    first = whole(float(x) / float(safe))
    rest = x - first * safe
    second = whole(float(rest) / float(safe))
    rest -= second * safe
    quotient = first + second
    quotient -= 1 if (rest != 0) and ((rest < 0) != (safe < 0)) else 0
    rest += safe if (rest != 0) and ((rest < 0) != (safe < 0)) else 0
    quotient += 1 if (rest == safe) else 0
    return 0 if y == 0 else quotient


@register_jitable
def mod(x, y):
    return 0 if y == 0 else x - floordiv(x, y) * y


@register_jitable
def whole(x):
    return np.int64(min(max(x, -LARGEST), LARGEST))


@register_jitable
def divide(x, y):
    return 0.0 if y == 0 else x / (1.0 if y == 0 else y)


@register_jitable
def integer(x):
    return np.int64(x)


@register_jitable
def real(x):
    return np.float64(x)


@register_jitable
def bit_count(x):
    x = np.uint64(x)
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@register_jitable
def bit(x, place):
    inside = (place >= 0) & (place < 62)
    return inside & (((x >> (place if inside else 0)) & 1) == 1)


@register_jitable
def low_bits(x, count):
    return x & ((1 << min(max(count, 0), 62)) - 1)


@register_jitable
def high_bits(x, count):
    return x >> min(max(count, 0), 62)


@register_jitable
def sqrt(x):
    return math.sqrt(max(x, 0.0))


@register_jitable
def sin(x):
    return math.sin(x)


@register_jitable
def cos(x):
    return math.cos(x)


@register_jitable
def tanh(x):
    return math.tanh(x)


@register_jitable
def unsigned(x):
    return np.uint64(x)


@register_jitable
def signed(x):
    return np.int64(x)


@register_jitable
def gcd(x, y):
    a, b = np.uint64(abs(x)), np.uint64(abs(y))
    while b != 0:
        a, b = b, a % b
    return np.int64(a)
