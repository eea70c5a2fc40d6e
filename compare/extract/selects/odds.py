"""What an expression says of how likely each class is: its value is a weight, a class has its share of all weights.

The expression is of integers of the position (how many keys a head looks at), of the class, or of both: how many of the
keys hold the class, whether a symbol is the class. Rules of counts, of windows, of what came last, mixtures of these,
and what is the same for every class of a set are all such weights.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

import numpy as np
import sympy
from jaxtyping import Float, Int

from compare.extract.selects.program import Head
from compare.extract.selects.variables import COUNT, PLACE, SYMBOL, Variables
from synth import BOOL, Program, sympy_expression
from synth.proofs.constraints.expression import size

WORDS = ("add", "sub", "mul", "min", "max", "lt", "le", "eq", "if_int", "and", "or", "not")
CONSTANTS = (1, 2, 3, 5)
CLASS = "y"
START = 3.0  # bits that say that it is an expression
MULTIPLES = 6  # of an integer, that the sum of all weights may be, and some more

Values = Mapping[str, Int[np.ndarray, " n"]]
Cells = Int[np.ndarray, "n kinds"]


class Column(NamedTuple):
    """An integer for every position and class; `names` are what it reads: one for each class, or one for all."""

    word: str
    names: tuple[str | None, ...]
    same: bool = False  # 1 where the number that is read is the class, 0 elsewhere
    many: bool = False  # a number of keys, or a place

    def of(self, values: Values, kinds: Int[np.ndarray, " kinds"], by: int) -> Cells:
        rows = len(next(iter(values.values())))
        if not self.names:
            return np.broadcast_to(kinds + by, (rows, len(kinds)))
        held = np.stack([values[name] if name else np.zeros(rows, np.int64) for name in self.names], axis=1)
        return np.broadcast_to(held == kinds + by if self.same else held, (rows, len(kinds))).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The classes that are ever likely, and the integers that their weights may be made of.

    Class c is symbol c + by where a symbol is meant.
    """

    kinds: Int[np.ndarray, " kinds"]
    by: int
    columns: tuple[Column, ...]
    classes: int

    @property
    def bits(self) -> float:
        """Which classes are likely: all, all from one to another, or any set of them."""
        if len(self.kinds) == self.classes:
            return 1.0
        row = self.kinds[-1] - self.kinds[0] + 1 == len(self.kinds)
        return 1.0 + min(self.classes, 1 + 2 * log2(self.classes) if row else np.inf)

    def cells(self, values: Values, words: Iterable[str] | None = None) -> dict[str, Cells]:
        """The integers that are named, all without a name; and the constants."""
        wanted = None if words is None else set(words)
        chosen = [each for each in self.columns if wanted is None or each.word in wanted]
        found = {each.word: each.of(values, self.kinds, self.by) for each in chosen}
        shape = (len(next(iter(values.values()))), len(self.kinds))
        return found | {str(number): np.full(shape, number) for number in CONSTANTS}

    @property
    def of_class(self) -> list[str]:
        """What differs by class: how many keys hold it, whether a symbol is it."""
        return [each.word for each in self.columns if each.same or len(each.names) > 1]

    @property
    def of_position(self) -> list[str]:
        """How many keys there are, and the place."""
        return [each.word for each in self.columns if each.many]

    @property
    def word(self) -> float:
        """Bits of a word, one of all."""
        return log2(len(WORDS) + len(CONSTANTS) + len(self.columns))

    def price(self, program: Program) -> float:
        return START + self.bits + size(program) * self.word

    def reads(self, program: Program) -> tuple[str, ...]:
        words = {word.name for word in program.terminals}
        names = [name for each in self.columns if each.word in words for name in each.names if name]
        return tuple(dict.fromkeys(names))

    def weights(self, program: Program, values: Values) -> Float[np.ndarray, "n kinds"]:
        cells = self.cells(values, [word.name for word in program.terminals])
        shape = next(iter(cells.values())).shape
        given = program.run({word.name: cells[word.name].reshape(-1) for word in program.terminals})
        return np.maximum(np.asarray(given, float).reshape(shape), 0)

    def shares(self, program: Program, values: Values) -> Float[np.ndarray, "n classes"]:
        found = np.zeros((len(next(iter(values.values()))), self.classes))
        found[:, self.kinds] = normalised(self.weights(program, values)[..., None])[..., 0]
        return found

    def text(self, program: Program, values: Values) -> str:
        """As sympy writes it: over the sum of all weights, where that is a multiple of an integer and some more."""
        expression = sympy_expression(program)
        numbers = {word: int(str(word)) for word in expression.free_symbols if str(word).isdigit()}
        said = str(expression.subs(numbers))
        if program.type == BOOL:
            return f"1/number of {CLASS} with {said}, where so"
        total = self.weights(program, values).sum(axis=1)
        whole = next(self._totals(values, total), f"sum of it over {CLASS}")
        return f"({said})/({whole})"

    def _totals(self, values: Values, total: Float[np.ndarray, " n"]) -> Iterator[str]:
        """What a sum of weights is."""
        if np.ptp(total) == 0:
            yield f"{total[0]:g}"
        for each in self.columns:
            if len(each.names) != 1 or each.same:
                continue
            held = values[str(each.names[0])]
            for times in range(1, MULTIPLES + 1):
                more = total - times * held
                if np.ptp(more) == 0:
                    yield str(times * sympy.Symbol(each.word) + int(more[0]))


def odds_of(
    heads: Iterable[Head], variables: Variables, kinds: Int[np.ndarray, " kinds"], classes: int, letters: range
) -> Odds:
    """Symbols are numbered as classes are, or their letters are, where there are as many of these as classes."""
    by = letters.start if classes == len(letters) else 0
    columns = _columns(heads, variables, (kinds + by).tolist())
    return Odds(kinds=kinds, by=by, columns=tuple(columns), classes=classes)


def _columns(heads: Iterable[Head], variables: Variables, symbols: Sequence[int]) -> Iterator[Column]:
    counted: set[str] = set()
    for head in heads:
        if head.named and head.counted and variables[head.named.value].kind == SYMBOL:
            names = {symbol: f"{head.name}n{symbol}" for symbol in head.counted}
            counted |= set(names.values())
            yield Column(f"{head.name}n[{CLASS}]", tuple(names.get(symbol) for symbol in symbols))
    for name, variable in variables.items():
        if variable.kind == SYMBOL:
            yield Column(f"[{name}={CLASS}]", (name,), same=True)
            yield Column(name, (name,))
        elif variable.kind in (COUNT, PLACE) and name not in counted:
            yield Column(name, (name,), many=True)
    yield Column(CLASS, ())


def normalised(weights: Float[np.ndarray, "n kinds m"]) -> Float[np.ndarray, "n kinds m"]:
    """Shares of the weights, of which none is below 0; all alike where there is none."""
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.maximum(total, 1e-30), 1 / weights.shape[1])
