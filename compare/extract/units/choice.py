"""Which functions of its arguments a net keeps: terms chosen for every operand's table, as many as the answers need."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from compare.evidence.substitution import explained_variance
from compare.extract.units.features import features
from compare.extract.units.operands import Operands
from compare.read import Reading
from compare.search import ALIKE, Bank, Matched, matched
from compare.sites.layer import Layer

COLUMN_BITS = 4.0  # of one constant of a unit
MOST = 48  # terms of one argument
ENOUGH = 0.99999  # of a table's weighted variance, beyond which no term is looked for
# Of the tables' variance, tried until answers and units are kept.
SHARES = (0.9, 0.91, 0.92, 0.93, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0)
KEPT, EXPLAINED = 0.995, 0.91  # of the net's answers, and of its units' variance, on the fitted rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The terms that are kept of one argument, their columns over its values, and the constants of every unit."""

    texts: tuple[str, ...]
    bits: tuple[float, ...]
    term: Int[np.ndarray, " columns"]  # of which each column is
    columns: Float[np.ndarray, "tokens columns"]  # centred over the tokens seen, of deviation 1
    centre: Float[np.ndarray, " columns"]  # of the terms themselves
    deviation: Float[np.ndarray, " columns"]
    solution: Float[np.ndarray, "columns width"]
    explained: float  # of the table's weighted variance

    @property
    def table(self) -> Float[np.ndarray, "tokens width"]:
        return self.columns @ self.solution


@dataclass(frozen=True)
class Choice:
    """Of every argument what is kept; the site is their sum."""

    operands: Operands
    kept: tuple[Kept, ...]

    @cached_property
    def bias(self) -> Float[np.ndarray, " width"]:
        means = [table[seen].mean(axis=0) for table, seen in zip(self.operands.tables, self.operands.seen, strict=True)]
        return self.operands.bias + np.sum(means, axis=0)

    @property
    def dimensions(self) -> tuple[int, ...]:
        return tuple(each.columns.shape[1] for each in self.kept)

    def site(self, x: Int[np.ndarray, "rows positions"]) -> Float[np.ndarray, "rows ..."]:
        parts = sum(each.table[column] for each, column in zip(self.kept, np.asarray(x).T, strict=True))
        return (self.bias + parts).astype(np.float32).reshape(len(x), *self.operands.shape)

    def edits(self, x: Int[np.ndarray, "rows positions"]) -> dict[str, np.ndarray]:
        """What takes the site's place."""
        return {self.operands.site: self.site(x)}


def choose(reading: Reading, operands: Operands, layer: Layer | None = None) -> Choice:
    """The fewest terms, by the share of the variance that they explain, that keep answers and units on fitted rows."""
    found = match_all(operands)
    best = None
    for share in SHARES:
        best = cut(operands, found, share)
        kept, explained = _kept(reading, best, layer)
        if kept >= KEPT and explained >= EXPLAINED:
            break
    assert best is not None
    return best


def _kept(reading: Reading, choice: Choice, layer: Layer | None) -> tuple[float, float]:
    """Agreement with the net, and the explained variance of the units behind the site, on the fitted rows."""
    rows, operands = reading.fitted, choice.operands
    hidden, effect = (layer.hidden, layer.effect) if layer else (operands.site, operands.effect)
    outputs, sites = reading.run(choice.edits(reading.x[rows]), keep=(hidden,), rows=rows)
    actual, every = reading.site(hidden)[rows], np.arange(len(rows))
    explained = explained_variance(actual, sites[hidden], every, effect)
    return reading.agreement(reading.decode(outputs), rows), explained


def agreement(reading: Reading, choice: Choice) -> float:
    """Of the net, run on what the choice keeps, with the net, on the fitted rows."""
    return _kept(reading, choice, None)[0]


def match_all(
    operands: Operands, names: tuple[Int[np.ndarray, " tokens"], ...] | None = None, true: tuple[Kept, ...] = ()
) -> list[tuple[Bank, Matched]]:
    """Terms of each argument in the order in which they are chosen; those of earlier arguments are known already.

    For a control: `names` under which the bank knows the tokens, or the `true` terms, which are not said.
    """
    weight = operands.weight
    price = COLUMN_BITS * float(1 / (weight**2).sum())
    found: list[tuple[Bank, Matched]] = []
    for i, (table, seen) in enumerate(zip(operands.tables, operands.seen, strict=True)):
        bank = _bank(len(table), None if names is None else names[i])
        known = {text for other, match in found for text in (other.texts[term] for term in match.chosen)}
        there = replace(bank, columns=bank.columns[seen])
        match = matched(
            there,
            table[seen],
            operands.effect,
            enough=ENOUGH,
            most=MOST,
            price=price,
            barred=_said(bank, true[i], seen) if true else (),
            unsaid=_basis(true[i], seen) if true else None,
            known=[term for term, text in enumerate(bank.texts) if text in known],
        )
        found.append((bank, match))
    return found


def _bank(size: int, names: Int[np.ndarray, " tokens"] | None) -> Bank:
    bank = features(size)
    return bank if names is None else replace(bank, columns=bank.columns[names])


def cut(operands: Operands, found: list[tuple[Bank, Matched]], share: float) -> Choice:
    """The first terms of each argument that explain this share of its table, their constants fitted again."""
    kept = []
    for (bank, match), table, seen in zip(found, operands.tables, operands.seen, strict=True):
        enough = int(np.searchsorted(match.explained, share * match.explained[-1])) + 1 if len(match.chosen) else 0
        kept.append(_fitted(bank, match.chosen[:enough], table, seen, operands.effect))
    return Choice(operands, tuple(kept))


def _fitted(
    bank: Bank, terms: Int[np.ndarray, " terms"], table: np.ndarray, seen: np.ndarray, effect: np.ndarray
) -> Kept:
    columns = bank.of(terms)
    centre, deviation = columns[seen].mean(axis=0), np.maximum(columns[seen].std(axis=0), 1e-12)
    columns = (columns - centre) / deviation
    goal = table[seen] - table[seen].mean(axis=0)
    solution = np.linalg.lstsq(columns[seen], goal, rcond=1e-8)[0]
    missed = ((goal - columns[seen] @ solution) ** 2).sum(axis=0) @ effect
    return Kept(
        texts=tuple(bank.texts[term] for term in terms),
        bits=tuple(float(bank.bits[term]) for term in terms),
        term=np.repeat(np.arange(len(terms)), bank.widths(terms)),
        columns=columns,
        centre=centre,
        deviation=deviation,
        solution=solution,
        explained=1 - float(missed) / max(float((goal**2).sum(axis=0) @ effect), 1e-30),
    )


def forbidden(choice: Choice) -> Choice:
    """Terms of as many bits, none of those that are kept nor such as say them in part, alone or together."""
    return _as_long(choice, match_all(choice.operands, true=choice.kept))


def _said(bank: Bank, kept: Kept, seen: Int[np.ndarray, " seen"]) -> set[int]:
    columns = bank.columns[seen] - bank.columns[seen].mean(axis=0)
    share = ((_basis(kept, seen).T @ columns) ** 2).sum(axis=0) / np.maximum((columns**2).sum(axis=0), 1e-30)
    return set(bank.term[share > ALIKE].tolist())


def _basis(kept: Kept, seen: Int[np.ndarray, " seen"]) -> Float[np.ndarray, "seen columns"]:
    """Orthonormal directions of what is kept, one term after the other."""
    return np.linalg.qr(kept.columns[seen])[0]


def permuted(choice: Choice, seed: int) -> Choice:
    """Terms of as many bits, chosen for the arguments' values under shuffled names."""
    rng = np.random.default_rng([seed, 13])
    names = tuple(rng.permutation(len(table)) for table in choice.operands.tables)
    return _as_long(choice, match_all(choice.operands, names))


def _as_long(choice: Choice, found: list[tuple[Bank, Matched]]) -> Choice:
    """The first of these terms, up to the bits of what is kept of each argument; one at least."""
    operands = choice.operands
    kept = []
    for (bank, match), mine, table, seen in zip(found, choice.kept, operands.tables, operands.seen, strict=True):
        paid = np.cumsum(bank.bits[match.chosen])
        terms = match.chosen[: max(int((paid <= sum(mine.bits)).sum()), 1)]
        kept.append(_fitted(bank, terms, table, seen, operands.effect))
    return Choice(operands, tuple(kept))
