"""Boolean functions of n bits. Which bits matter is declared here, the same at every n, so one program serves all."""

import numpy as np

from benchmarks.tasks.task import Task
from synth.language.types import BOOL, Fn

SIZES = (12, 16)
LOGIC = ("boolean",)
PACKED = ("boolean", "bits", "constants")  # on all bits as one value
COUNTING = (*PACKED, "arith", "choice")

PARITY_BITS = (2, 7, 10)
JUNTA_BITS = (1, 4, 6, 11)
ADDRESS_6, DATA_6 = (8, 3), (0, 5, 9, 11)
ADDRESS_11, DATA_11 = (3, 2, 1), (4, 5, 6, 7, 8, 9, 10, 11)
DIVISOR = 3
TERMS = (((0, True), (1, True), (2, False)), ((3, True), (4, True)), ((5, False), (6, True), (7, True)))  # bits, signs
APART = 1  # places in which two halves may differ
HEAVY = 4  # bits of weight 2 in the threshold; the others weigh -1


def bits(n: int) -> Fn:
    return Fn((BOOL,) * n, BOOL)


def two(n: int) -> int:
    return 2


def parity3(n: int, *x: np.ndarray) -> np.ndarray:
    return np.sum([x[i] for i in PARITY_BITS], axis=0) % 2 == 1


def majority(n: int, *x: np.ndarray) -> np.ndarray:
    return 2 * np.sum(x, axis=0) > n


def threshold(n: int, *x: np.ndarray) -> np.ndarray:
    return weights_of(n) @ np.stack(x).astype(np.int64) > 0


def weights_of(n: int) -> np.ndarray:
    """The threshold's integer weights at n bits."""
    return np.where(np.arange(n) < HEAVY, 2, -1)


def multiplexer6(n: int, *x: np.ndarray) -> np.ndarray:
    return select(x, ADDRESS_6, DATA_6)


def multiplexer11(n: int, *x: np.ndarray) -> np.ndarray:
    return select(x, ADDRESS_11, DATA_11)


def select(x: tuple[np.ndarray, ...], address: tuple[int, ...], data: tuple[int, ...]) -> np.ndarray:
    """The data bit whose number the address bits spell, the first of them most significant."""
    number = 2 ** np.arange(len(address))[::-1] @ np.stack([x[i] for i in address]).astype(np.int64)
    return np.choose(number, [x[i] for i in data])


def junta4(n: int, *x: np.ndarray) -> np.ndarray:
    i, j, k, m = (x[bit] for bit in JUNTA_BITS)
    return (i & j) ^ (k | m)


def parity(n: int, *x: np.ndarray) -> np.ndarray:
    return np.sum(x, axis=0) % 2 == 1


def divisible(n: int, *x: np.ndarray) -> np.ndarray:
    return 2 ** np.arange(n) @ np.stack(x).astype(np.int64) % DIVISOR == 0


def disjunction(n: int, *x: np.ndarray) -> np.ndarray:
    return np.any([np.all([x[i] == wanted for i, wanted in term], axis=0) for term in TERMS], axis=0)


def near(n: int, *x: np.ndarray) -> np.ndarray:
    half = n // 2
    return np.sum([x[i] ^ x[half + i] for i in range(half)], axis=0) <= APART


PARITY3 = Task(
    name="parity3",
    doc="Parity of three of n bits: bits 2, 7 and 10.",
    type=bits,
    oracle=parity3,
    sizes=SIZES,
    values=two,
    classes=two,
    library=LOGIC,
    smallest=11,
)
MAJORITY = Task(
    name="majority",
    doc="Whether more than half of the n bits are set.",
    type=bits,
    oracle=majority,
    sizes=SIZES,
    values=two,
    classes=two,
    library=COUNTING,
)
THRESHOLD = Task(
    name="threshold",
    doc="Whether twice the ones among the first four bits outnumber the ones among the rest.",
    type=bits,
    oracle=threshold,
    sizes=SIZES,
    values=two,
    classes=two,
    library=COUNTING,
)
MULTIPLEXER6 = Task(
    name="multiplexer6",
    doc="One of four of the n bits, chosen by two others.",
    type=bits,
    oracle=multiplexer6,
    sizes=SIZES,
    values=two,
    classes=two,
    library=LOGIC,
    smallest=12,
)
MULTIPLEXER11 = Task(
    name="multiplexer11",
    doc="One of eight of the n bits, chosen by three others.",
    type=bits,
    oracle=multiplexer11,
    sizes=SIZES,
    values=two,
    classes=two,
    library=PACKED,
    smallest=12,
)
JUNTA4 = Task(
    name="junta4",
    doc="A function of four of n bits: (x1 and x4) xor (x6 or x11).",
    type=bits,
    oracle=junta4,
    sizes=SIZES,
    values=two,
    classes=two,
    library=LOGIC,
    smallest=12,
)
PARITY = Task(
    name="parity",
    doc="Parity of all n bits.",
    type=bits,
    oracle=parity,
    sizes=(10, 12),
    values=two,
    classes=two,
    library=COUNTING,
)
DIVISIBLE3 = Task(
    name="divisible3",
    doc="Whether 3 divides the number that n bits spell, the first bit lowest.",
    type=bits,
    oracle=divisible,
    sizes=SIZES,
    values=two,
    classes=two,
    library=COUNTING,
)
DNF = Task(
    name="dnf",
    doc="x0 x1 not x2, or x3 x4, or not x5 x6 x7, of n bits.",
    type=bits,
    oracle=disjunction,
    sizes=SIZES,
    values=two,
    classes=two,
    library=LOGIC,
    smallest=8,
)
NEAR = Task(
    name="near",
    doc="Whether the first half of n bits differs from the second in one place at most.",
    type=bits,
    oracle=near,
    sizes=SIZES,
    values=two,
    classes=two,
    library=COUNTING,
)

BOOLEAN = (PARITY3, MAJORITY, THRESHOLD, MULTIPLEXER6, MULTIPLEXER11, JUNTA4, PARITY, DIVISIBLE3, DNF, NEAR)
