"""Integer terms that the enumerator makes of some words, told apart on a few rows, with their values on others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.bank.elsewhere import values_on
from synth.language.grammar import EIGHTHS, uniform_language
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, terminal
from synth.language.types import INT
from synth.search.bounds import written

TELLING = 256  # rows by which terms are told apart

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Terms:
    """Distinct integer terms of a language, from the cheapest on; a word is another program of the rows' columns."""

    bank: Bank
    inner: Mapping[str, Program]
    bits: Float[np.ndarray, " terms"]  # in the language of the words

    @classmethod
    def of(cls, columns: Columns, library: Sequence[Primitive], nodes: float, most: int, seed: int) -> "Terms":
        """Over the columns of integers, all of so many nodes, or so many terms."""
        words = {name: values for name, values in columns.items() if values.dtype != bool}
        return cls.over({name: terminal(name, INT) for name in words}, words, library, nodes, most, seed)

    @classmethod
    def over(
        cls,
        inner: Mapping[str, Program],
        columns: Columns,
        library: Sequence[Primitive],
        nodes: float,
        most: int,
        seed: int,
    ) -> "Terms":
        """Over words each of which is another program of the columns."""
        rows = len(next(iter(columns.values())))
        some = np.random.default_rng([seed, 109]).choice(rows, min(TELLING, rows), replace=False)
        given = {name: np.asarray(program.run(columns))[some].astype(np.int64) for name, program in inner.items()}
        language = uniform_language(library, tuple(Terminal(name, INT) for name in inner))
        bank = Bank(language, given, Meter(Budget()))
        limit = nodes * max(language.costs[INT].values())
        cost, counts = bank.step, [(0, 0)]
        while cost <= min(limit, bank.reach()) and bank.count(INT) < most:
            try:
                bank.build(cost)
            except Spent:
                break
            counts.append((cost, bank.count(INT)))
            cost += bank.step
        sizes = np.diff([0, *(number for _, number in counts)])
        bits = np.repeat([cost / EIGHTHS for cost, _ in counts], sizes)[:most]
        return cls(bank, inner, bits)

    def values(self, columns: Columns) -> Int[np.ndarray, "rows terms"]:
        given = {name: np.asarray(program.run(columns)).astype(np.int64) for name, program in self.inner.items()}
        return values_on(self.bank, given, {INT: np.arange(len(self.bits))})[INT]

    def program(self, place: int) -> Program:
        return written(self.bank.program(INT, place), self.inner)
