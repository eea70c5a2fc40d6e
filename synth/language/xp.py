"""The functions that a primitive's `run` may use, the same on numpy and on JAX arrays.

Beside these, `run` uses Python's operators (+ - * < <= == & | ^ ~). Integers are int64 and wrap at 2**63. Everything
is total: x // 0 = x % 0 = x / 0 = 0, the square root of a negative number is 0, and integer division is done in
integers, since float division under XLA is wrong at the edge.
"""

from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from synth.language.selectors import Masks, Matrices
from synth.language.types import SELECTOR, Type, dtype_of, is_vector, plain
from synth.language.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Xp(Masks, Vectors):
    """One array module behind the names below, those of `synth.language.vectors`, and those of selectors as masks."""

    module: ModuleType

    def typed(self, value: Any, kind: Type) -> Any:
        """An array in the dtype that values of a type are held in."""
        return self.module.asarray(value, dtype=dtype_of(kind))

    def axes(self, kind: Type) -> int:
        """How many axes a value of a type has of its own."""
        return int(is_vector(kind))

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return self.module.where(condition, x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        return self.module.maximum(x, y)

    def minimum(self, x: Any, y: Any) -> Any:
        return self.module.minimum(x, y)

    def absolute(self, x: Any) -> Any:
        return self.module.absolute(x)

    def floordiv(self, x: Any, y: Any) -> Any:
        """Floor division of integers, 0 where y is 0."""
        return self.where(y == 0, 0, x // self.where(y == 0, 1, y))

    def mod(self, x: Any, y: Any) -> Any:
        """Remainder of integers with the divisor's sign, 0 where y is 0."""
        return self.where(y == 0, 0, x % self.where(y == 0, 1, y))

    def gcd(self, x: Any, y: Any) -> Any:
        """The largest common divisor, 0 for two zeros; 2**63 wraps. JAX's own never ends on signed -2**63."""
        return self.signed(self.module.gcd(self.unsigned(self.absolute(x)), self.unsigned(self.absolute(y))))

    def divide(self, x: Any, y: Any) -> Any:
        """Quotient of reals, 0 where y is 0."""
        return self.where(y == 0, 0.0, x / self.where(y == 0, 1.0, y))

    def integer(self, x: Any) -> Any:
        """Booleans as 0 and 1."""
        return self.module.asarray(x).astype(np.int64)

    def real(self, x: Any) -> Any:
        return self.module.asarray(x).astype(np.float64)

    def unsigned(self, x: Any) -> Any:
        """A constant or integers as 64 unsigned bits; every constant of a `run` on bit-vectors passes through this."""
        return self.module.asarray(x, dtype=np.uint64)

    def signed(self, x: Any) -> Any:
        """64 unsigned bits as the int64 that they spell in two's complement."""
        return self.module.asarray(x).astype(np.int64)

    def bit_count(self, x: Any) -> Any:
        """Number of ones of a non-negative integer."""
        return self.integer(self.module.bitwise_count(x))

    def bit(self, x: Any, place: Any) -> Any:
        """Whether the binary digit at `place` is one; False for places outside 0 .. 61."""
        inside = (place >= 0) & (place < 62)
        return inside & ((x >> self.where(inside, place, 0)) % 2 == 1)

    def low_bits(self, x: Any, count: Any) -> Any:
        """The lowest `count` binary digits of a non-negative integer."""
        count = self.minimum(self.maximum(count, 0), 62)
        return x & ((self.module.ones_like(x) << count) - 1)

    def high_bits(self, x: Any, count: Any) -> Any:
        """A non-negative integer without its lowest `count` binary digits."""
        return x >> self.minimum(self.maximum(count, 0), 62)

    def sqrt(self, x: Any) -> Any:
        return self.module.sqrt(self.maximum(x, 0.0))

    def sin(self, x: Any) -> Any:
        return self.module.sin(x)

    def cos(self, x: Any) -> Any:
        return self.module.cos(x)

    def tanh(self, x: Any) -> Any:
        return self.module.tanh(x)


@dataclass(frozen=True, slots=True)
class WideXp(Matrices, Xp):
    """The same with selectors as Boolean matrices, for sequences of any length."""

    def typed(self, value: Any, kind: Type) -> Any:
        return self.module.asarray(value, dtype=bool if plain(kind) == SELECTOR else dtype_of(kind))

    def axes(self, kind: Type) -> int:
        return 2 if plain(kind) == SELECTOR else int(is_vector(kind))


NUMPY, WIDE = Xp(np), WideXp(np)


@cache
def jax_xp(wide: bool = False) -> Xp:
    """The same names on JAX, which is imported only now."""
    import jax.numpy as jnp

    return WideXp(jnp) if wide else Xp(jnp)
