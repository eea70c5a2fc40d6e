"""RATE of other languages: bit-vectors, lists and streams, built until they hold a given number of programs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.speed.synth.banks import Built, build, empty_bank
from benchmarks.speed.synth.rate_language import by_size
from synth import Terminal, named
from synth.language.grammar import EIGHTHS
from synth.language.primitive import Primitive
from synth.language.types import BV, LIST, STREAM, Type
from synth.library.bitvectors import bitvectors

WIDTH = 64
ROWS = 16
CAPACITY = 8  # items of a list here
TIME = 16  # steps of a stream here


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A language, its columns, and the size to which it is built."""

    name: str
    library: tuple[Primitive, ...]
    columns: Mapping[str, np.ndarray]
    kind: Type
    size: int


def measure(space: Space, backend: str) -> Built:
    """The space on pages that were touched before."""
    words = tuple(Terminal(name, space.kind) for name in space.columns)
    bank = empty_bank(by_size(space.library, words), space.columns, space.kind, backend)
    build(bank, space.kind, space.size * EIGHTHS)
    return build(bank, space.kind, space.size * EIGHTHS)


def words_of_bits() -> dict[str, np.ndarray]:
    drawn = np.random.default_rng(1).integers(0, 1 << 64, (2, ROWS), dtype=np.uint64)
    return {"x": drawn[0], "y": drawn[1]}


def lists(capacity: int, least: int) -> np.ndarray:
    """Random vectors, (rows, 1 + capacity): the length, the items, zeros."""
    random = np.random.default_rng(2)
    lengths = random.integers(least, capacity + 1, ROWS)
    items = random.integers(-9, 10, (ROWS, capacity)) * (np.arange(capacity) < lengths[:, None])
    return np.concatenate([lengths[:, None], items], axis=1)


SPACES = (
    Space(
        name="bit-vectors",
        library=tuple(
            p for p in bitvectors(WIDTH) if p.name in ("bvnot", "bvneg", "bvand", "bvor", "bvxor", "bvadd", "bvlshr")
        ),
        columns=words_of_bits(),
        kind=BV(WIDTH),
        size=12,
    ),
    Space(
        name="lists",
        library=named(["lists", "0", "1", "2"]),
        columns={"x": lists(CAPACITY, 0)},
        kind=LIST,
        size=12,
    ),
    Space(
        name="streams",
        library=named(["streams", "1", "2"]),
        columns={"x": lists(TIME, TIME)},
        kind=STREAM,
        size=12,
    ),
)
