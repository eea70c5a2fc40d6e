"""The parts that a transformer is compiled to: variables in the stream, heads that select, units that decide."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

BEGIN = 0  # the symbol at the first position, and there alone


@dataclass(frozen=True, slots=True)
class Base:
    """A variable of the stream, one-hot in directions of its own; it is there from a stage on.

    Stages count the writers of the stream: 0 is the embedding, 2 l + 1 the heads of layer l, 2 l + 2 its MLP.
    """

    name: str
    size: int
    stage: int


@dataclass(frozen=True, slots=True)
class View:
    """A sequence of the program as a function of a base: `values[i]` where direction i is on."""

    base: Base
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What a pair of a query's and a key's variable adds to a score."""

    query: Base
    key: Base
    table: Float[np.ndarray, "queries keys"]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Scores are the sum of the terms and, by key less query, of `distances`; `value` maps a base to `out`."""

    layer: int
    terms: tuple[Term, ...]
    distances: dict[int, float]  # by key less query, those that are not 0
    source: Base
    value: Float[np.ndarray, "source out"]
    out: Base


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Hidden units of a layer: relu(sum of the bases times `reads` + `bias`), written by `writes` and `always`."""

    layer: int
    reads: tuple[tuple[Base, Float[np.ndarray, "size units"]], ...]
    bias: Float[np.ndarray, " units"]
    writes: Float[np.ndarray, "units out"]
    always: Float[np.ndarray, " out"]
    out: Base


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A whole net; `most` where the answer is the most frequent one of the read-out's mixture."""

    range: tuple[int, int]  # of the answers
    bases: tuple[Base, ...]
    heads: tuple[Head, ...]
    units: tuple[Units, ...]
    answer: View
    most: bool
    causal: bool


@dataclass(frozen=True, slots=True, eq=False)
class Looking:
    """A selector: all terms hold, and of what they look at only the first of the ranks decides, then the next.

    A term is a pair of bases with a Boolean table; an offset is key less query. `ranks` are ("key", view, sign), the
    best value first, or ("place", sign): the last (+1) or first (-1) position.
    """

    pairs: tuple[tuple[Base, Base, Bool[np.ndarray, "queries keys"]], ...] = ()
    offsets: tuple[int, ...] = ()
    ranks: tuple[tuple[View | None, int], ...] = ()
    causal: bool = False
    earlier: bool = False  # not at its own position either
