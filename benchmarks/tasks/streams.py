"""Streams, sequences and strings: answers at every position, asked on samples of one length and of longer ones."""

import numpy as np

from benchmarks.tasks.sampling import Own, Uniform
from benchmarks.tasks.task import Task
from synth.language.types import SEQUENCE, STREAM, Fn

TRAINED = 10  # items of a stream that is trained on
LONGEST = 8  # of a sequence that is to be reversed
RUN = 3  # zeros in a row that Tomita's fourth language does not have


def same(n: int) -> int:
    return n


def with_blank(n: int) -> int:
    return n + 1


def two(n: int) -> int:
    return 2


def modulus(n: int) -> dict[str, int]:
    return {"m": n}


def running_sum(m: int, x: np.ndarray) -> np.ndarray:
    return x.cumsum(axis=1) % m


def reversed_before_blank(n: int, x: np.ndarray) -> np.ndarray:
    """Item i of each row counted from the end of its items; anything, 0, at blanks, which are the number n."""
    lengths = (x != n).sum(axis=1, keepdims=True)
    places = np.arange(x.shape[1])
    mirrored = np.take_along_axis(x, np.maximum(lengths - 1 - places, 0), axis=1)
    return np.where(places < lengths, mirrored, 0)


def before_blank(n: int, x: np.ndarray) -> np.ndarray:
    return x != n


def may_follow(run: int, x: np.ndarray) -> np.ndarray:
    """After every prefix, whether 0 and whether 1 keep it free of `run` zeros in a row."""
    zeros = np.zeros(x.shape, dtype=int)
    for place in range(x.shape[1]):
        zeros[:, place] = (zeros[:, place - 1] + 1 if place else 1) * (x[:, place] == 0)
    return np.stack([zeros < run - 1, np.ones(x.shape, dtype=bool)], axis=-1)


def walk(length: int) -> Own:
    """Strings without so many zeros in a row, each symbol drawn from those that may follow."""

    def strings(run: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        bits, zeros = rng.integers(0, 2, (rows, length)), np.zeros(rows, dtype=int)
        for place in range(length):
            bits[:, place] |= zeros == run - 1
            zeros = (zeros + 1) * (bits[:, place] == 0)
        return bits

    return Own(strings, f"strings of the language, length {length}")


RUNNING_SUM = Task(
    name="running_sum",
    doc="The sum modulo n of the items so far, after every item of a stream.",
    type=Fn((STREAM,), STREAM),
    oracle=running_sum,
    sizes=(5,),
    values=same,
    classes=same,
    library=("streams", "functions", "arith"),
    terminals=modulus,
    train=Uniform(length=TRAINED),
    test=(Uniform(length=TRAINED), Uniform(length=10 * TRAINED)),
)
REVERSE = Task(
    name="reverse",
    doc="Up to 8 of n symbols in reverse order; blanks fill the rest.",
    type=Fn((SEQUENCE,), SEQUENCE),
    oracle=reversed_before_blank,
    sizes=(8,),
    values=with_blank,
    classes=same,
    library=("sequences", "functions", "arith"),
    mask=before_blank,
    train=Uniform(length=(1, LONGEST)),
    test=(Uniform(length=(1, LONGEST)),),
)
TOMITA4 = Task(
    name="tomita4",
    doc="Which symbols may follow in strings of bits without n zeros in a row (n = 3: Tomita's fourth language).",
    type=Fn((STREAM,), STREAM),
    oracle=may_follow,
    sizes=(RUN,),
    values=two,
    classes=two,
    kind="sets",
    library=("delay", "map_stream", "zip_stream", "scan_stream", "mealy", "functions", "constants"),
    train=walk(2 * TRAINED),
    test=(walk(2 * TRAINED), walk(10 * TRAINED)),
)

STREAMS = (RUNNING_SUM, REVERSE, TOMITA4)
