"""`synth.bank.store.Store` on a device: values, parents and the table of fingerprints stay there.

The host sees copies, made when it asks and then only of what is new. Arrays and table grow by a factor, so that their
shapes are few, as long as there is room for old and new ones together.
"""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Bool, Int, Shaped

from synth.bank.budget import Memory
from synth.bank.device import blocks
from synth.bank.device.blocks import wide
from synth.bank.hashing import Hash
from synth.bank.store import ROW

FIRST = 2  # blocks of programs that there is room for at first
GROWTH = 4  # what a store grows by, at least
SLOTS = 4  # of the table, a program that there is room for: a block waits for its longest way through the table
SLOT = 8 + 4  # bytes


class DeviceStore:
    """`count` programs of one type, as `synth.bank.store.Store` has them: the same ones in the same rows."""

    def __init__(self, words: int, dtype: np.dtype, hash: Hash, memory: Memory | None = None) -> None:
        self.memory = Memory(np.inf) if memory is None else memory
        self.words = words
        self.dtype = np.dtype(dtype)
        self.hash = hash
        self.sizes = blocks.sizes_here()
        self.capacity = FIRST * self.sizes.stored
        with wide():
            self._arrays = {
                "values": jnp.asarray(np.zeros((words, self.capacity), self.dtype)),
                "parents": jnp.asarray(np.zeros((4, self.capacity), np.int32)),
            }
        self.clear()

    def clear(self) -> None:
        """Forget the programs, keep the memory."""
        with wide():
            self._count: Any = jnp.int32(0)
            self.keys, self.rows = blocks.empty_table(slots=SLOTS * self.capacity)
        self._known: int | None = 0  # the count, where the host knows it
        self._most = 0  # bound on the count
        self._copies = {name: np.empty((len(array), 0), array.dtype) for name, array in self._arrays.items()}
        self._copied = dict.fromkeys(self._arrays, 0)

    @property
    def count(self) -> int:
        """Waits for the device."""
        if self._known is None:
            self._known = self._most = int(self._count)
        return self._known

    @property
    def bytes_a_program(self) -> int:
        return self.words * self.dtype.itemsize + ROW

    @property
    def table_nbytes(self) -> int:
        return self.count * SLOTS * SLOT

    @property
    def nbytes(self) -> int:
        """Of the arrays, the table, and the host's copies."""
        copies = sum(copy.nbytes for copy in self._copies.values())
        return self.capacity * (self.bytes_a_program + SLOTS * SLOT) + copies

    @property
    def columns(self) -> Shaped[Array, "words capacity"]:
        """The values on the device; storing more uses this array up."""
        return self._arrays["values"]

    @property
    def values(self) -> Shaped[np.ndarray, "words programs"]:
        """The host's copy."""
        return self._copy("values")

    @property
    def heads(self) -> Int[np.ndarray, " programs"]:
        return self._copy("parents")[3]

    @property
    def args(self) -> Int[np.ndarray, "3 programs"]:
        return self._copy("parents")[:3]

    def _copy(self, name: str) -> np.ndarray:
        device, count, size = self._arrays[name], self.count, self.sizes.stored
        if self._copied[name] < count:
            old = self._copies[name]
            if old.shape[1] < self.capacity:
                self._copies[name] = np.empty((len(old), self.capacity), old.dtype)
                self._copies[name][:, : old.shape[1]] = old
            with wide():
                for start in range(self._copied[name] // size * size, count, size):
                    self._copies[name][:, start : start + size] = blocks.part(device, start, size=size)
            self._copied[name] = count
        return self._copies[name]

    def put(
        self, values: Shaped[Array, "words block"], wanted: Bool[Array, " block"], rows: Int[Array, "4 block"]
    ) -> None:
        """Store the wanted candidates whose values are new, the first of several equal ones; does not wait."""
        self._reserve(len(wanted))
        hashes = blocks.fingerprints(values, self.hash.first, self.hash.multiplier)
        self.keys, self.rows, into, self._count = blocks.place(hashes, wanted, self.keys, self.rows, self._count)
        self._arrays["values"] = blocks.write(self._arrays["values"], values, into)
        self._arrays["parents"] = blocks.write(self._arrays["parents"], rows, into)
        self._known = None
        self._most += len(wanted)

    def insert(
        self, values: Shaped[np.ndarray, "words n"], head: int, places: tuple[Int[np.ndarray, " n"], ...]
    ) -> int:
        """The same of candidates that the host evaluated; how many were new."""
        before, values = self.count, np.asarray(values, self.dtype)
        rows = np.zeros((4, values.shape[1]), np.int32)
        rows[: len(places)] = places or 0
        rows[3] = head
        for size, low in self._pieces(values.shape[1]):
            with wide():
                wanted = jnp.asarray(np.arange(low, low + size) < values.shape[1])
                some, parents = (jnp.asarray(piece(given, low, size)) for given in (values, rows))
                self.put(some, wanted, parents)
        return self.count - before

    def lookup(self, values: Shaped[np.ndarray, "words n"]) -> Int[np.ndarray, " n"]:
        """The row of the program with these values, -1 where there is none; up to a collision of fingerprints."""
        found = [np.empty(0, np.int32)]
        for size, low in self._pieces(values.shape[1]):
            with wide():
                some = jnp.asarray(piece(values, low, size))
                hashes = blocks.fingerprints(some, self.hash.first, self.hash.multiplier)
                found.append(np.asarray(blocks.find(hashes, self.keys, self.rows))[: values.shape[1] - low])
        return np.concatenate(found).astype(np.int64)

    def restart(self, words: int) -> None:
        """Forget the programs and the memory; those to come have so many words."""
        self.__init__(words, self.dtype, self.hash, self.memory)

    def append(self, values: Shaped[np.ndarray, "more count"]) -> None:
        """Give every program further words; programs stay distinct, and the table knows them by the longer values."""
        with wide():
            more = jnp.asarray(piece(np.asarray(values, self.dtype), 0, self.capacity))
            self._arrays["values"] = jnp.concatenate([self.columns, more])
            self.words += len(values)
            self._copies["values"], self._copied["values"] = np.empty((self.words, 0), self.dtype), 0
            self._fill_table()

    def _pieces(self, count: int) -> Iterator[tuple[int, int]]:
        """Sizes and first columns of the blocks of candidates that come from the host."""
        size = self.sizes.of(count, self.sizes.stored)
        return ((size, low) for low in range(0, count, size))

    def _reserve(self, more: int) -> None:
        """Make room for this many more programs; waits for the count only where there might be none."""
        if self._most + more <= self.capacity or self.count + more <= self.capacity:
            return
        needed = self.count + more
        size = GROWTH * self.capacity
        while size < needed:
            size *= GROWTH
        each = self.bytes_a_program + SLOTS * SLOT
        while size // 2 >= needed and not self.memory.has(size * each, stored=True):
            size //= 2
        self.memory.need(size * each)
        self.capacity = size
        for name, array in self._arrays.items():
            self._arrays[name] = blocks.widened(array, size=self.capacity)
        self._fill_table()

    def _fill_table(self) -> None:
        """A table of all programs anew."""
        self.keys, self.rows = blocks.empty_table(slots=SLOTS * self.capacity)
        total, self._count, size = self.count, jnp.int32(0), self.sizes.stored
        for start in range(0, total, size):
            values = blocks.part(self.columns, start, size=size)
            hashes = blocks.fingerprints(values, self.hash.first, self.hash.multiplier)
            wanted = jnp.asarray(np.arange(start, start + size) < total)
            self.keys, self.rows, _, self._count = blocks.place(hashes, wanted, self.keys, self.rows, self._count)
        assert jax.device_get(self._count) == total


def piece(values: Shaped[np.ndarray, "words n"], low: int, size: int) -> Shaped[np.ndarray, "words size"]:
    """Columns `low` and on, with zeros after the last."""
    some = values[:, low : low + size]
    return np.pad(some, ((0, 0), (0, size - some.shape[1])))
