"""All distinct programs of one type, as rows of arrays that double, and the table of their fingerprints."""

import numpy as np
from jaxtyping import Int, Shaped, UInt64

from synth.bank import hashing
from synth.bank.budget import Memory
from synth.bank.hashing import Hash

FIRST = 1 << 11  # programs that there is room for at first
FIRST_BYTES = 1 << 20  # that their values take at most
SLOT = 16  # bytes of a slot of the table
ROW = 2 + 3 * 4  # bytes of a program besides its values
LARGE = 1 << 22  # bytes of an array from which the system may give it pages of this size
PAGE = 1 << 21
SIXTEENTHS = 10  # of the table's slots are used at most


class Store:
    """`count` programs: values (words, count), the operator's number, the arguments' rows; a table of fingerprints.

    `words` is the number of examples, times the length of a value's own axis where it has one.
    """

    def __init__(self, words: int, dtype: np.dtype, hash: Hash, compiled: bool, memory: Memory | None = None) -> None:
        self.memory = Memory(np.inf) if memory is None else memory
        self.count = 0
        self.hash = hash
        self.compiled = compiled
        first = max(1, min(FIRST, FIRST_BYTES // max(1, words * dtype.itemsize)))
        self.values = np.empty((words, first), dtype)
        self.heads = np.empty(first, np.int16)
        self.args = np.empty((3, first), np.uint32)
        self.keys, self.rows = table(4 * FIRST)

    @property
    def nbytes(self) -> int:
        """Of the stored programs and the table, in the pages that they touch."""
        return sum(touched(array, self.count) for array in (self.values, self.heads, self.args)) + self.table_nbytes

    @property
    def bytes_a_program(self) -> int:
        return len(self.values) * self.values.dtype.itemsize + ROW

    @property
    def table_nbytes(self) -> int:
        return self.keys.nbytes + self.rows.nbytes

    def clear(self) -> None:
        """Forget the programs, keep the memory."""
        self.count = 0
        self.keys[:] = 0

    def restart(self, words: int) -> None:
        """Forget the programs and the memory; those to come have so many words."""
        self.__init__(words, self.values.dtype, self.hash, self.compiled, self.memory)

    def reserve(self, more: int) -> None:
        """Make room for this many more programs; `Spent` where the old arrays and the new ones do not fit together."""
        needed = self.count + more
        if needed > self.values.shape[1]:
            size = self._larger(needed)
            self.values = grown(self.values, size, self.count)
            self.heads = grown(self.heads, size, self.count)
            self.args = grown(self.args, size, self.count)
        size = len(self.keys)
        while SIXTEENTHS * size < 16 * needed:
            size *= 2
        if size > len(self.keys):
            self.memory.need(SLOT * size)
            self._rehash(size)

    def _larger(self, needed: int) -> int:
        """Twice as many programs, or all that there will ever be room for where a next doubling would find none."""
        size = max(2 * self.values.shape[1], needed)
        self.memory.need(needed * self.bytes_a_program)
        own = self.count * self.bytes_a_program
        most = (own + self.memory.storing - self.memory.held) / self.bytes_a_program
        return int(most) if size < most < 2 * size else size

    def insert(
        self,
        values: Shaped[np.ndarray, "words n"],
        head: int,
        places: tuple[Int[np.ndarray, " n"], ...],
    ) -> int:
        """Store the candidates whose values are new, the first of several equal ones; how many were."""
        self.reserve(values.shape[1])
        fresh = self._place(fingerprints(values, self.hash, self.compiled))
        rows = slice(self.count, self.count + len(fresh))
        self.values[:, rows] = values[:, fresh]
        self.heads[rows] = head
        for row, place in zip(self.args, places, strict=False):
            row[rows] = place[fresh]
        self.count += len(fresh)
        return len(fresh)

    def lookup(self, values: Shaped[np.ndarray, "words n"]) -> Int[np.ndarray, " n"]:
        """The row of the program with these values, -1 where there is none; up to a collision of fingerprints."""
        hashes = fingerprints(values, self.hash, self.compiled)
        if not self.compiled:
            return hashing.find(hashes, self.keys, self.rows)
        from synth.bank.table_loops import find_rows

        found = np.empty(len(hashes), np.int64)
        find_rows(hashes, self.keys, self.rows, found)
        return found

    def append(self, values: Shaped[np.ndarray, "more count"]) -> None:
        """Give every program further words; programs stay distinct, and the table knows them by the longer values."""
        wider = np.empty((len(self.values) + len(values), self.values.shape[1]), self.values.dtype)
        wider[: len(self.values), : self.count] = self.values[:, : self.count]
        wider[len(self.values) :, : self.count] = values
        self.values = wider
        self.keys[:] = 0
        count, self.count = self.count, 0
        for start in range(0, count, 1 << 16):
            stop = min(start + (1 << 16), count)
            self._place(fingerprints(wider[:, start:stop], self.hash, self.compiled))
            self.count = stop
        self.count = count

    def _place(self, hashes: UInt64[np.ndarray, " n"]) -> Int[np.ndarray, " fresh"]:
        if not self.compiled:
            return hashing.place(hashes, self.keys, self.rows, self.count)
        from synth.bank.table_loops import place_rows

        fresh = np.empty(len(hashes), np.int64)
        return fresh[: place_rows(hashes, self.keys, self.rows, self.count, fresh)]

    def _rehash(self, size: int) -> None:
        keys, rows = table(size)
        if self.compiled:
            from synth.bank.table_loops import rehash

            rehash(self.keys, self.rows, keys, rows)
        else:
            known = np.flatnonzero(self.keys)
            old = self.rows[known]
            fresh = hashing.place(self.keys[known], keys, rows, 0)
            assert len(fresh) == len(known)
            used = np.flatnonzero(keys)
            rows[used] = old[rows[used].astype(np.int64)]
        self.keys, self.rows = keys, rows


def table(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys and rows of an empty table; a slot's two words lie side by side, so that both are fetched at once."""
    slots = np.zeros((size, 2), np.uint64)
    return slots[:, 0], slots[:, 1]


def touched(values: Shaped[np.ndarray, "... size"], used: int) -> int:
    """Bytes of the pages that the first `used` columns of an array lie in."""
    size = values.shape[-1]
    if values.nbytes < LARGE or used == size:
        return values.nbytes // size * used
    return values.nbytes // size * min(size, used + PAGE // values.itemsize)


def grown(values: np.ndarray, size: int, used: int) -> np.ndarray:
    larger = np.empty((*values.shape[:-1], size), values.dtype)
    larger[..., :used] = values[..., :used]
    return larger


def fingerprints(values: np.ndarray, hash: Hash, compiled: bool) -> UInt64[np.ndarray, " n"]:
    if not compiled:
        return hashing.fingerprints(values, hash)
    from synth.bank.table_loops import hash_columns

    hashes = np.empty(values.shape[1], np.uint64)
    hash_columns(values, hash.first, hash.multiplier, np.empty(values.shape[1], np.uint64), hashes)
    return hashes
