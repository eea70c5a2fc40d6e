"""What a net is asked to learn."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """All rows, the rows trained on, and the rows held out. Losses are cross-entropies over `classes` outputs."""

    x: Int[np.ndarray, "rows positions"]  # integers in [0, alphabet)
    y: Int[np.ndarray, " rows"]  # integers in [0, classes)
    train: Int[np.ndarray, " train"]  # row numbers
    held_out: Int[np.ndarray, " held_out"]  # row numbers; empty when the whole table is trained on
    alphabet: int
    classes: int
