"""Functions of two or three residues modulo p, for a family of p."""

import numpy as np

from benchmarks.tasks.task import Task
from synth.language.types import Fn, Z

PRIMES = (23, 31, 43, 59, 97, 113)
BINARY = Fn((Z("p"), Z("p")), Z("p"))
RING = ("arith",)


def same(p: int) -> int:
    return p


def modulus(p: int) -> dict[str, int]:
    return {"p": p}


def add(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a + b) % p


def subtract(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a - b) % p


def multiply(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a * b % p


def quadratic(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * a + a * b + b * b) % p


def squares(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * a + b * b) % p


def multiply_add(p: int, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return (a * b + c) % p


MOD_ADD = Task(
    name="mod_add",
    doc="a + b mod p.",
    type=BINARY,
    oracle=add,
    sizes=PRIMES,
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
)
MOD_SUB = Task(
    name="mod_sub",
    doc="a - b mod p.",
    type=BINARY,
    oracle=subtract,
    sizes=PRIMES,
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
)
MOD_MUL = Task(
    name="mod_mul",
    doc="a b mod p, for prime p.",
    type=BINARY,
    oracle=multiply,
    sizes=PRIMES,
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
    needs_prime=True,
)
MOD_QUADRATIC = Task(
    name="mod_quadratic",
    doc="a^2 + a b + b^2 mod p, for prime p.",
    type=BINARY,
    oracle=quadratic,
    sizes=PRIMES,
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
    needs_prime=True,
)
MOD_SQUARES = Task(
    name="mod_squares",
    doc="a^2 + b^2 mod p.",
    type=BINARY,
    oracle=squares,
    sizes=(59, 31, 43),
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
)
MOD_MULADD = Task(
    name="mod_muladd",
    doc="a b + c mod p.",
    type=Fn((Z("p"), Z("p"), Z("p")), Z("p")),
    oracle=multiply_add,
    sizes=(11, 13),
    values=same,
    classes=same,
    library=RING,
    terminals=modulus,
)

RESIDUES = (MOD_ADD, MOD_SUB, MOD_MUL, MOD_QUADRATIC, MOD_SQUARES, MOD_MULADD)
