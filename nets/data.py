"""What a net is asked to learn: rows of a table, or batches that a sampler draws afresh."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Int, Shaped

from nets.losses import LOSSES


class Batch(NamedTuple):
    """Inputs (rows, ...), right answers (rows, ...) and which of them count, (rows, positions): arrays anywhere."""

    x: Any
    y: Any
    mask: Any = None  # None: every answer counts


Sampler = Callable[[np.random.Generator, int], Batch]  # (generator, rows) -> that many rows, all from the generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """All rows, the rows trained on, and the rows held out; with a sampler, the rows that are measured on.

    Inputs are integers below `alphabet`, or reals where that is None. What a right answer is, the loss says (`LOSSES`):
    classes, one a row or one a position; sets, a Boolean a symbol; reals. A `sampler` draws every batch of training
    afresh; `train` and `held_out` are then rows of the same kind that are measured on, and nothing is trained on them.
    """

    x: Shaped[np.ndarray, "rows *shape"]  # (rows, positions) in [0, alphabet), or reals
    y: Shaped[np.ndarray, "rows *answer"]  # classes: (rows,) or (rows, positions) in [0, classes); else one axis more
    train: Int[np.ndarray, " train"]  # row numbers
    held_out: Int[np.ndarray, " held_out"]  # row numbers; empty when the whole table is trained on
    alphabet: int | None
    classes: int  # outputs: classes, symbols of a set, or width of a real answer
    loss: str = "classes"  # a name of LOSSES
    mask: Bool[np.ndarray, "rows positions"] | None = None  # the positions that count; None: all
    tolerance: float = 0.0  # within which two real answers are alike
    sampler: Sampler | None = None

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"data: expected a loss in {', '.join(LOSSES)}, got {self.loss!r}; choose one of them")
        if len(self.train) == 0:
            raise ValueError("data: expected at least one row in `train`, got none; give row numbers of x")
        check_batch(self, Batch(self.x, self.y, self.mask), "the rows")

    @property
    def symbols(self) -> int:
        """The alphabet's size, of data that are integers."""
        assert self.alphabet is not None
        return self.alphabet

    def rows(self, numbers: Int[np.ndarray, " n"]) -> Batch:
        """These rows."""
        return Batch(self.x[numbers], self.y[numbers], None if self.mask is None else self.mask[numbers])


def draw(data: Data, rng: np.random.Generator, rows: int) -> Batch:
    """Rows from the sampler; ValueError where they are not of the kind that the data are."""
    assert data.sampler is not None
    x, y, mask = data.sampler(rng, rows)
    batch = Batch(np.asarray(x), np.asarray(y), None if mask is None else np.asarray(mask))
    if len(batch.x) != rows or np.shape(batch.x)[1:] != data.x.shape[1:]:
        raise ValueError(
            f"data: expected a sampler that draws inputs of shape {(rows, *data.x.shape[1:])}, as x has, got "
            f"{np.shape(batch.x)}; let every batch have one shape, and mask positions that do not count"
        )
    check_batch(data, batch, "a fresh batch")
    return batch


def check_batch(data: Data, batch: Batch, whose: str) -> None:
    """ValueError where inputs, answers or mask are not what the data say of themselves."""
    x, y, mask = batch
    _check_inputs(data, np.asarray(x), whose)
    positions = np.shape(y)[1 : LOSSES[data.loss].axes(np.ndim(y))]
    wanted = (len(x), *positions, *LOSSES[data.loss].last(data.classes))
    if np.shape(y) != wanted:
        raise ValueError(
            f"data: expected answers of shape {wanted} for the loss {data.loss!r}, got {np.shape(y)} in {whose}"
        )
    if data.loss == "classes" and np.size(y) and not (np.min(y) >= 0 and np.max(y) < max(data.classes, 2)):
        raise ValueError(
            f"data: expected answers 0 .. {max(data.classes, 2) - 1}, got {np.min(y)} .. {np.max(y)} in {whose}; "
            "give the data as many classes"
        )
    if (mask is None) != (data.mask is None):
        raise ValueError(f"data: expected {'no' if data.mask is None else 'a'} mask in {whose}, as the data have it")
    if mask is not None and np.shape(mask) != (len(x), *positions):
        raise ValueError(
            f"data: expected a mask of shape {(len(x), *positions)}, one entry an answer, "
            f"got {np.shape(mask)} in {whose}"
        )
    if mask is not None and not np.any(mask):
        raise ValueError(f"data: expected a mask that counts some answers, got one that counts none in {whose}")


def _check_inputs(data: Data, x: np.ndarray, whose: str) -> None:
    if data.alphabet is None:
        if not np.issubdtype(x.dtype, np.floating) or not np.isfinite(x).all():
            raise ValueError(
                f"data: expected inputs that are finite reals, got {x.dtype} in {whose}, or some that are not"
            )
        return
    if not np.issubdtype(x.dtype, np.integer):
        raise ValueError(f"data: expected integers below the alphabet's size {data.alphabet}, got {x.dtype} in {whose}")
    if x.size and not (x.min() >= 0 and x.max() < data.alphabet):
        raise ValueError(
            f"data: expected inputs 0 .. {data.alphabet - 1}, got {x.min()} .. {x.max()} in {whose}; "
            "mend them, or what is said of the alphabet"
        )
