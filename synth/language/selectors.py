"""Two ways to hold a selector: row i says at which positions of the keys position i looks.

As masks it is a vector like others, whose item i has bit j where position i looks at position j, for j < 62: a short
word, which the search stores by the million. As a matrix it is Boolean, (..., 1 + capacity, capacity): the first row
says which positions are before the end, the others are the queries, at any length. Primitives use only what both have.
"""

from typing import Any

import numpy as np

from synth.language.vectors import LARGEST, Vectors

SEEN = 62  # positions that a mask can look at


class Masks(Vectors):
    """Selectors as vectors of masks."""

    def looks(self, selector: Any) -> Any:
        """The Boolean matrix [..., i, j]: whether position i looks at position j."""
        masks = self.items(selector)
        places = self.module.arange(masks.shape[-1], dtype=np.int64)
        return ((masks[..., None] >> (places % SEEN)) & 1 == 1) & (places < SEEN)

    def selector(self, xs: Any, looks: Any) -> Any:
        """A selector of the length of xs."""
        return self.like(xs, self._masks(looks))

    def spanned(self, selector: Any) -> Any:
        """A vector of the selector's length; what its items are is left open."""
        return selector

    def joined(self, one: Any, other: Any, both: Any) -> Any:
        """The selector that looks where `both`, one of & and |, says of two; as long as the shorter one."""
        return self.vector(self.shorter(one, other), both(self.items(one), self.items(other)))

    def widths(self, selector: Any) -> Any:
        """How many positions each one looks at."""
        return self.module.bitwise_count(self.items(selector)).astype(np.int64)

    def tallies(self, selector: Any, values: Any) -> Any:
        """[..., i, j]: at how many of the positions that i looks at the value is that of position j."""
        alike = self._masks(self._alike(values))
        seen = self.items(selector)[..., :, None] & alike[..., None, :]
        return self.module.bitwise_count(seen).astype(np.int64)

    def _masks(self, looks: Any) -> Any:
        places = self.module.arange(looks.shape[-1], dtype=np.int64)
        ones = self.module.ones_like(places) << (places % SEEN)
        return self.module.where(looks & (places < SEEN), ones, 0).sum(axis=-1)

    def _alike(self, values: Any) -> Any:
        """[..., i, j]: whether two positions, both before the end, have one value."""
        items, within = self.items(values), self.within(values)
        return (items[..., :, None] == items[..., None, :]) & within[..., :, None] & within[..., None, :]

    def extreme(self, selector: Any, values: Any, largest: bool) -> Any:
        """[..., i, j]: whether j has the least, or the greatest, of the values at the positions that i looks at."""
        looks = self.looks(selector) & self.within(values)[..., None, :]
        worst = -LARGEST - 1 if largest else LARGEST
        items = self.module.where(looks, self.items(values)[..., None, :], worst)
        best = (items.max if largest else items.min)(axis=-1, keepdims=True)
        return looks & (items == best)

    def firsts(self, looks: Any, last: bool) -> Any:
        """Of each row of a Boolean matrix only the first, or the last, that holds."""
        ahead = looks[..., ::-1] if last else looks
        place = ahead.argmax(axis=-1)[..., None]
        place = looks.shape[-1] - 1 - place if last else place
        return looks & (self.module.arange(looks.shape[-1]) == place)


class Matrices(Masks):
    """Selectors as Boolean matrices."""

    def looks(self, selector: Any) -> Any:
        return selector[..., 1:, :]

    def selector(self, xs: Any, looks: Any) -> Any:
        m, within = self.module, self.within(xs)
        looks = looks & within[..., :, None]
        first = m.broadcast_to(within[..., None, :], (*looks.shape[:-2], 1, looks.shape[-1]))
        return m.concatenate([first, looks], axis=-2)

    def spanned(self, selector: Any) -> Any:
        within = selector[..., 0, :].astype(np.int64)
        return self.module.concatenate([within.sum(axis=-1, keepdims=True), within], axis=-1)

    def joined(self, one: Any, other: Any, both: Any) -> Any:
        ends = one[..., :1, :] & other[..., :1, :]
        looks = both(one[..., 1:, :], other[..., 1:, :]) & self.module.swapaxes(ends, -1, -2)
        ends = self.module.broadcast_to(ends, (*looks.shape[:-2], 1, looks.shape[-1]))
        return self.module.concatenate([ends, looks], axis=-2)

    def widths(self, selector: Any) -> Any:
        return self.looks(selector).sum(axis=-1)

    def tallies(self, selector: Any, values: Any) -> Any:
        """By a product in single precision, which counts exactly to 2^24."""
        looks, alike = (part.astype(np.float32) for part in (self.looks(selector), self._alike(values)))
        return (looks @ alike).astype(np.int64)
