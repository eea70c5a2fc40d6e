"""What a position holds: its symbol, its place from either end, and what heads have brought there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from compare.extract.selects.parts import Part

SYMBOL, VALUE, PLACE, COUNT = "symbol", "value", "place", "count"  # kinds; only numbers of one kind are compared
TOTAL = "total"  # a kind that no head compares
TOTALS = "sum", "min", "max", "own", "less", "nth", "kinds", "ranked"  # of what a head looks at, see `program.totals`
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

    @property
    def ordered(self) -> bool:
        """Symbols and what they hold are equal or not."""
        return self.kind in (VALUE, PLACE, COUNT)


Variables = Mapping[str, Variable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a net lays out a sequence: which symbol is padding, what a query sees, what is appended."""

    alphabet: int
    letters: range  # the symbols that are numbers; the others are marks, as begin, end and padding are
    causal: bool
    padding: int | None
    appended: bool  # a symbol after the last one, which alone is read out
    parts: tuple[Part, ...] = ()  # what symbols of several sorts hold

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
        first, end = self.letters.start, self.letters.stop
        known = (symbols >= first) & (symbols < end)
        values = np.where(symbols < 0, -1, np.where(known, symbols - first + 1, 0))
        return Variable(name=name, kind=VALUE, size=len(self.letters) + 1, values=values)

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
        return found | {part.name: self.part_of(part, part.name, part.of(tokens)) for part in self.parts}

    def part_of(self, part: Part, name: str, values: Int[np.ndarray, "rows s"]) -> Variable:
        """What symbols hold is compared where there are as many of it."""
        return Variable(name=name, kind=f"one of {part.size}", size=part.size, values=values)


def letters_of(x: Int[np.ndarray, "rows positions"], alphabet: int, padding: int | None) -> range:
    """The symbols that are letters: those at either end of the alphabet that most rows have once are marks."""
    count = np.stack([(x == symbol).sum(axis=1) for symbol in range(alphabet)])
    mark = ((count <= 1).all(axis=1) & ((count == 1).mean(axis=1) >= OFTEN)) | ~count.any(axis=1)
    mark[[] if padding is None else [padding]] = True
    others = np.flatnonzero(~mark)
    if len(others) == 0 or alphabet - (others[-1] - others[0] + 1) > MARKS:
        return range(alphabet)
    return range(int(others[0]), int(others[-1]) + 1)


def brought_by(name: str) -> str | None:
    """The head that brings a variable; None: a position has it of its own."""
    return name[:3] if name.startswith("h") else None
