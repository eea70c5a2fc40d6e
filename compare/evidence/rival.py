"""What a program has to be shorter than: the cheapest description that knows nothing of the mechanism.

Where every input is listed it is the lookup table of the net's answers. Otherwise it describes the answers to the
distinct inputs that are reported on: classes and sets as they are counted given the last few symbols, reals by their
distance from the nearest neighbour among the inputs that were fitted on.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int
from scipy.spatial import KDTree

from compare.answers import Described
from compare.read import Reading

CONTEXT = 3  # symbols, at most
LOOKUP = "lookup table of every input"


def rival(reading: Reading) -> Described:
    """The cheapest table of the net's answers, in bits, and what it is a table of."""
    answers = reading.view.answers
    if reading.exhaustive:
        return Described(answers.table_bits(reading.counted(reading.answers)), LOOKUP)
    rows = reading.reported[np.unique(_flat(reading.x[reading.reported]), axis=0, return_index=True)[1]]
    counted = reading.counted(reading.answers[rows], rows)
    return answers.sampled_bits(counted, list(_contexts(reading, rows)), lambda: _nearest(reading, rows))


def _flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def _contexts(reading: Reading, rows: Int[np.ndarray, " n"]) -> Iterator[Int[np.ndarray, " counted"]]:
    """A number for what the last 0, 1, ... symbols are at each counted answer; of reals no symbols."""
    symbols = _symbols(reading.x[rows], reading.view.alphabet)
    by_position = reading.answers.ndim - reading.view.answers.axes == 2
    aligned = not by_position or symbols.shape[1] == reading.answers.shape[1]
    context = np.zeros(reading.answers.shape[:2] if by_position else symbols.shape, dtype=np.int64)[: len(rows)]
    for length in range(CONTEXT + 1 if aligned and symbols.any() else 1):
        if length:
            earlier = np.pad(symbols, ((0, 0), (length - 1, 0)))[:, : symbols.shape[1]]
            context = context * (int(symbols.max()) + 1) + earlier
        if not by_position:
            yield context[:, -1]
        else:
            yield context.reshape(-1) if reading.mask is None else context[reading.mask[rows]]


def _symbols(x: np.ndarray, alphabet: int | None) -> Int[np.ndarray, "n positions"]:
    """Each position's symbols as one number from 1 on; zeros where inputs are reals."""
    if alphabet is None:
        return np.zeros((len(x), 1), dtype=np.int64)
    columns = x.reshape(*x.shape[:2], -1)
    flat = columns.reshape(-1, columns.shape[-1])
    return np.unique(flat, axis=0, return_inverse=True)[1].reshape(x.shape[:2]) + 1


def _nearest(reading: Reading, rows: Int[np.ndarray, " n"]) -> np.ndarray:
    """The counted answers of the nearest rows among those fitted on."""
    known = reading.fitted
    near = KDTree(_flat(reading.x[known])).query(_flat(reading.x[rows]))[1]
    return reading.counted(reading.answers[known[near]], rows)
