"""Keeps the candidates of one layer whose values are new."""

import numpy as np

from synth.hashing import Table, fingerprints
from synth.layer import Layer
from synth.pruning import Piece

BUFFER = 1 << 15  # candidates that are hashed together


class Writer:
    """Collects the candidates of one layer, a buffer at a time, and keeps those whose values are new."""

    def __init__(self, table: Table, examples: int, dtype: np.dtype, start: int) -> None:
        self._table = table
        self._start = start
        self._buffer = np.empty((examples, BUFFER), dtype=dtype)
        self._used = 0
        self._nbytes = 0
        self._meta: list[tuple[int, int, tuple[int, ...], tuple[int, ...]]] = []
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    @property
    def nbytes(self) -> int:
        """What the table and the layer take, the layer twice, since its parts are joined in the end."""
        return self._table.nbytes + 2 * self._nbytes

    def add(self, head: int, tile: Piece, starts: tuple[int, ...], values: np.ndarray) -> None:
        """Candidates of one tile; `starts` numbers the first row of each argument's layer."""
        if self._used + values.shape[1] > BUFFER:
            self._flush()
        self._buffer[:, self._used : self._used + values.shape[1]] = values
        first = tuple(start + low for start, (low, _) in zip(starts, tile, strict=True))
        self._meta.append((self._used, head, first, tuple(stop - low for low, stop in tile)))
        self._used += values.shape[1]

    def layer(self, constants: set[int | bool | float | None]) -> Layer:
        """What was kept."""
        self._flush()
        examples = len(self._buffer)
        if not self._parts:
            return Layer(self._buffer[:, :0], np.zeros(0, np.int16), np.zeros((0, 3), np.uint32), self._start)
        values = np.concatenate([part[0] for part in self._parts], axis=1)
        heads = np.concatenate([part[1] for part in self._parts])
        args = np.concatenate([part[2] for part in self._parts])
        found = {c: np.flatnonzero((values == c).all(axis=0)) for c in constants if c is not None} if examples else {}
        rows = {c: int(rows[0]) for c, rows in found.items() if len(rows)}
        return Layer(values, heads, args, self._start, rows)

    def _flush(self) -> None:
        if not self._used:
            return
        values = self._buffer[:, : self._used]
        kept = np.flatnonzero(self._table.insert(fingerprints(np.ascontiguousarray(values))))
        if len(kept):
            heads, args = self._origins(kept)
            self._parts.append((values[:, kept], heads, args))
            self._nbytes += sum(part.nbytes for part in self._parts[-1])
        self._used = 0
        self._meta.clear()

    def _origins(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Operator and arguments of the candidates at places `kept` of the buffer."""
        begins = np.array([begin for begin, *_ in self._meta])
        tile = np.searchsorted(begins, kept, side="right") - 1
        heads = np.array([head for _, head, *_ in self._meta], dtype=np.int16)[tile]
        firsts = np.array([(*first, 0, 0, 0)[:3] for *_, first, _ in self._meta], dtype=np.int64)[tile]
        counts = np.array([(*count, 1, 1, 1)[:3] for *_, count in self._meta], dtype=np.int64)[tile]
        place = kept - begins[tile]
        third = place % counts[:, 2]
        place //= counts[:, 2]
        offsets = np.stack([place // counts[:, 1], place % counts[:, 1], third], axis=1)
        return heads, (firsts + offsets).astype(np.uint32)
