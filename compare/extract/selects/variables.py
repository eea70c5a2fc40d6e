"""What a position holds: its symbol, its place from either end, and what heads have brought there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

SYMBOL, VALUE, PLACE, COUNT = "symbol", "value", "place", "count"  # kinds; only numbers of one kind are compared
SYMBOLS, VALUES, INDEX, LEFT = "x", "v", "i", "left"  # the variables that every position has
OFTEN = 0.75  # of the rows, in which a mark stands
MARKS = 8  # at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Integers 0 .. size - 1 of one kind, one a position; -1 where there is none."""

    name: str
    kind: str
    size: int
    values: Int[np.ndarray, "rows s"]


Variables = Mapping[str, Variable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a net lays out a sequence: which symbol is padding, what a query sees, what is appended."""

    alphabet: int
    letters: int  # the symbols below are numbers; those from it on are marks, as begin, end and padding are
    causal: bool
    padding: int | None
    appended: bool  # a symbol after the last one, which alone is read out

    def laid(self, x: Int[np.ndarray, "rows positions"]) -> Int[np.ndarray, "rows s"]:
        """The symbols at all positions that the net has."""
        x = np.asarray(x, dtype=np.int64)
        return np.pad(x, ((0, 0), (0, 1)), constant_values=self.alphabet) if self.appended else x

    def shown(self, tokens: Int[np.ndarray, "rows s"]) -> Bool[np.ndarray, "rows s"]:
        return tokens != self.padding if self.padding is not None else np.ones(tokens.shape, bool)

    def seen(self, tokens: Int[np.ndarray, "rows s"]) -> Bool[np.ndarray, "rows s s"]:
        """Whether a query, on the second axis, sees a key."""
        s = tokens.shape[1]
        order = np.tril(np.ones((s, s), bool)) if self.causal else np.ones((s, s), bool)
        return self.shown(tokens)[:, None] & order

    def value_of(self, name: str, symbols: Int[np.ndarray, "rows s"]) -> Variable:
        """Letters from 1 on; 0 for a mark, which is below every letter."""
        known = (symbols >= 0) & (symbols < self.letters)
        values = np.where(symbols < 0, -1, np.where(known, symbols + 1, 0))
        return Variable(name=name, kind=VALUE, size=self.letters + 1, values=values)

    def variables(self, tokens: Int[np.ndarray, "rows s"]) -> dict[str, Variable]:
        """Symbol and place; how many symbols are left after it, where a query sees them."""
        s, shown = tokens.shape[1], self.shown(tokens)
        index = np.broadcast_to(np.arange(s), tokens.shape)
        left = np.cumsum(shown[:, ::-1], axis=1)[:, ::-1] - shown
        found = {
            SYMBOLS: Variable(name=SYMBOLS, kind=SYMBOL, size=self.alphabet + self.appended, values=tokens),
            VALUES: self.value_of(VALUES, tokens),
            INDEX: Variable(name=INDEX, kind=PLACE, size=s, values=index),
        }
        if not self.causal:
            found[LEFT] = Variable(name=LEFT, kind=PLACE, size=s, values=left)
        return found


def letters_of(x: Int[np.ndarray, "rows positions"], alphabet: int, padding: int | None) -> int:
    """How many of the symbols are letters: the last ones that most rows have, and none more than once, are marks."""
    letters = alphabet
    while letters > 1:
        count = (x == letters - 1).sum(axis=1)
        if letters - 1 != padding and count.any() and (count.max() > 1 or (count == 1).mean() < OFTEN):
            break
        letters -= 1
    return letters if alphabet - letters <= MARKS and letters > 1 else alphabet
