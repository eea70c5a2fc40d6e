"""Operations on vectors (lists, sequences, streams), the same on numpy and on JAX arrays.

A vector is a row of 1 + capacity integers on the last axis: the length, the items, zeros beyond them. Every operation
takes vectors of one capacity to vectors of that capacity, broadcasts over the other axes, and is total: what would not
fit is cut, items outside a vector are 0.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

LARGEST = 2**63 - 1  # beyond every item, where items are compared


class Vectors:
    """What `synth.language.xp` knows about vectors; `module` is numpy or jax.numpy."""

    module: ModuleType

    def items(self, xs: Any) -> Any:
        """All items of vectors, with the zeros beyond the length; shape (..., capacity)."""
        return xs[..., 1:]

    def length(self, xs: Any) -> Any:
        return xs[..., 0]

    def along(self, x: Any) -> Any:
        """A number a vector, shaped to meet the vector's items."""
        return self.module.asarray(x)[..., None]

    def positions(self, xs: Any) -> Any:
        """0, 1, ..., capacity - 1."""
        return self.module.arange(xs.shape[-1] - 1, dtype=np.int64)

    def within(self, xs: Any) -> Any:
        """Whether each position is before the vector's end; shape (..., capacity)."""
        return self.positions(xs) < xs[..., :1]

    def vector(self, length: Any, items: Any) -> Any:
        """A vector of a length and items; the items beyond the length become 0."""
        m = self.module
        items = m.asarray(items, dtype=np.int64)
        length = self.along(length)
        shape = np.broadcast_shapes(length.shape, (*items.shape[:-1], 1))
        inside = m.arange(items.shape[-1], dtype=np.int64) < length
        return m.concatenate([m.broadcast_to(length, shape), m.where(inside, items, 0)], axis=-1)

    def like(self, xs: Any, items: Any) -> Any:
        """Items in a vector of the length of xs; they may have more axes before the last."""
        m = self.module
        items = m.where(self.within(xs), items, 0)
        length = m.broadcast_to(xs[..., :1], (*items.shape[:-1], 1))
        return m.concatenate([length, items], axis=-1)

    def pick(self, xs: Any, places: Any) -> Any:
        """The items at places, which are clipped to the capacity; shape of the places."""
        m = self.module
        items = self.items(xs)
        shape = np.broadcast_shapes(items.shape[:-1], places.shape[:-1])
        items = m.broadcast_to(items, (*shape, items.shape[-1]))
        places = m.broadcast_to(places, (*shape, places.shape[-1]))
        return m.take_along_axis(items, m.clip(places, 0, items.shape[-1] - 1), axis=-1)

    def at(self, xs: Any, place: Any) -> Any:
        """The item at a place, 0 outside the vector."""
        place = self.module.asarray(place)
        inside = (place >= 0) & (place < self.length(xs))
        return self.module.where(inside, self.pick(xs, self.along(place))[..., 0], 0)

    def smallest(self, xs: Any) -> Any:
        """The smallest item, 0 for an empty vector."""
        least = self.module.where(self.within(xs), self.items(xs), LARGEST).min(axis=-1)
        return self.module.where(self.length(xs) == 0, 0, least)

    def largest(self, xs: Any) -> Any:
        """The largest item, 0 for an empty vector."""
        most = self.module.where(self.within(xs), self.items(xs), -LARGEST - 1).max(axis=-1)
        return self.module.where(self.length(xs) == 0, 0, most)

    def total(self, xs: Any) -> Any:
        return self.items(xs).sum(axis=-1)

    def ordered(self, xs: Any) -> Any:
        """The items in ascending order."""
        padded = self.module.where(self.within(xs), self.items(xs), LARGEST)
        return self.like(xs, self.module.sort(padded, axis=-1))

    def backwards(self, xs: Any) -> Any:
        return self.like(xs, self.pick(xs, xs[..., :1] - 1 - self.positions(xs)))

    def start(self, count: Any, xs: Any) -> Any:
        """The first items, as many as count says."""
        kept = self.module.minimum(self.module.maximum(count, 0), self.length(xs))
        return self.vector(kept, self.items(xs))

    def rest(self, count: Any, xs: Any) -> Any:
        """Without the first items, as many as count says."""
        gone = self.module.minimum(self.module.maximum(count, 0), self.length(xs))
        return self.vector(self.length(xs) - gone, self.pick(xs, self.positions(xs) + self.along(gone)))

    def kept(self, keep: Any, xs: Any) -> Any:
        """The items where `keep` holds, in their order."""
        keep = keep & self.within(xs)
        capacity = xs.shape[-1] - 1
        order = self.module.sort(self.module.where(keep, self.positions(xs), self.positions(xs) + capacity), axis=-1)
        return self.vector(keep.sum(axis=-1), self.pick(xs, order % capacity if capacity else order))

    def shifted(self, x: Any, xs: Any) -> Any:
        """The number x, then the items of xs but the last."""
        return self.like(
            xs, self.module.where(self.positions(xs) == 0, self.along(x), self.pick(xs, self.positions(xs) - 1))
        )

    def shorter(self, xs: Any, ys: Any) -> Any:
        return self.module.minimum(self.length(xs), self.length(ys))

    def states(self, step: Callable[[Any, Any], Any], start: Any, items: Any) -> Any:
        """s_0 = step(start, x_0), s_1 = step(s_0, x_1), ...; the time is the items' last axis and the result's."""
        m = self.module
        state = m.asarray(start, dtype=np.int64)
        if m is np:
            states = []
            for time in range(items.shape[-1]):
                state = m.asarray(step(state, items[..., time]), dtype=np.int64)
                states.append(state)
            return m.stack(states, axis=-1) if states else items
        import jax

        def advance(state: Any, item: Any) -> tuple[Any, Any]:
            state = m.broadcast_to(m.asarray(step(state, item), dtype=np.int64), shape)
            return state, state

        shape = np.broadcast_shapes(state.shape, items.shape[:-1])
        states = jax.lax.scan(advance, m.broadcast_to(state, shape), m.moveaxis(items, -1, 0))[1]
        return m.moveaxis(states, 0, -1)
