"""Which functions of its arguments a net keeps: terms chosen for every operand's table, as many as the answers need.

Arguments of the same size may be *tied*: every unit reads one function of all of them, each times a factor of its own.
That is a sharper template than terms alone: it may fail where all dimensions of the arguments are kept.
"""

from collections.abc import Iterator
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
from compare.statistics import wilson

COLUMN_BITS = 4.0  # of one constant of a unit
MOST = 48  # terms of one argument
ENOUGH = 0.99999  # of a table's weighted variance, beyond which no term is looked for
# Of the tables' variance, tried until answers and units are kept.
SHARES = (0.9, 0.91, 0.92, 0.93, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0)
KEPT, SURE = 0.995, 0.99  # of the net's answers on the fitted rows, and of all answers by their number
EXPLAINED = 0.91  # of the units' variance

Names = tuple[Int[np.ndarray, " tokens"], ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Arguments of which every unit reads one function, `kept`, times factors of which the largest is 1."""

    places: tuple[int, ...]
    kept: Kept
    factors: Float[np.ndarray, "places width"]
    names: Names  # under which the terms know each argument's tokens; others than their own in a control
    seen: Int[np.ndarray, " seen"]  # names that occur in every one of them

    def of(self, i: int) -> Kept:
        """What is kept of its i-th argument."""
        return replace(
            self.kept, columns=self.kept.columns[self.names[i]], solution=self.kept.solution * self.factors[i]
        )


@dataclass(frozen=True)
class Choice:
    """Of every argument what is kept; the site is their sum."""

    operands: Operands
    groups: tuple[Group, ...]

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """Of every argument, in order."""
        found = {place: group.of(i) for group in self.groups for i, place in enumerate(group.places)}
        return tuple(found[place] for place in sorted(found))

    @cached_property
    def bias(self) -> Float[np.ndarray, " width"]:
        means = [
            self.operands.tables[place][np.argsort(name)][group.seen].mean(axis=0)
            for group in self.groups
            for place, name in zip(group.places, group.names, strict=True)
        ]
        return self.operands.bias + np.sum(means, axis=0)

    @property
    def constants(self) -> int:
        """Of a unit, beside its bias."""
        return sum(group.kept.columns.shape[1] + len(group.places) - 1 for group in self.groups)

    def site(self, x: Int[np.ndarray, "rows positions"]) -> Float[np.ndarray, "rows ..."]:
        parts = sum(each.table[column] for each, column in zip(self.kept, np.asarray(x).T, strict=True))
        return (self.bias + parts).astype(np.float32).reshape(len(x), *self.operands.shape)

    def edits(self, x: Int[np.ndarray, "rows positions"]) -> dict[str, np.ndarray]:
        """What takes the site's place."""
        return {self.operands.site: self.site(x)}


Found = list[tuple["_Goal", Bank, Matched]]


def choose(reading: Reading, operands: Operands, layer: Layer | None = None) -> Choice:
    """The fewest terms, by the share of the variance that they explain, that keep answers and units on fitted rows.

    With the arguments tied where that takes fewer constants; where nothing keeps them, all terms of arguments apart.
    """
    sizes = [len(table) for table in operands.tables]
    apart = tuple((i,) for i in range(len(sizes)))
    alike = tuple(tuple(i for i, size in enumerate(sizes) if size == own) for own in dict.fromkeys(sizes))
    found = [_fewest(reading, operands, places, layer) for places in dict.fromkeys((apart, alike))]
    keeping = [choice for keeps, choice in found if keeps] or [found[0][1]]
    return min(keeping, key=lambda choice: choice.constants)


def _fewest(
    reading: Reading, operands: Operands, places: tuple[tuple[int, ...], ...], layer: Layer | None
) -> tuple[bool, Choice]:
    """The first choice that keeps answers and units, or the last; and whether it does."""
    found, choice = match_all(operands, places), None
    for share in SHARES:
        choice = cut(operands, found, share)
        kept, explained = _kept(reading, choice, layer)
        sure = kept == 1 or wilson(kept, len(reading.fitted))[0] >= SURE
        if kept >= KEPT and sure and explained >= EXPLAINED:
            return True, choice
    assert choice is not None
    return False, choice


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """The tables of some arguments under the terms' names, at the names that occur in every one of them."""

    places: tuple[int, ...]
    names: Names
    seen: Int[np.ndarray, " seen"]
    tables: Float[np.ndarray, "places seen width"]  # centred


def _goal(operands: Operands, places: tuple[int, ...], names: Names | None) -> _Goal:
    own = tuple(np.arange(len(operands.tables[i])) if names is None else names[i] for i in places)
    seen = np.arange(len(own[0]))
    for i, name in zip(places, own, strict=True):
        seen = np.intersect1d(seen, name[operands.seen[i]])
    tables = np.stack([operands.tables[i][np.argsort(name)][seen] for i, name in zip(places, own, strict=True)])
    return _Goal(places=places, names=own, seen=seen, tables=tables - tables.mean(axis=1, keepdims=True))


def match_all(
    operands: Operands, places: tuple[tuple[int, ...], ...], names: Names | None = None, true: tuple[Group, ...] = ()
) -> Found:
    """Terms of each group in the order in which they are chosen; those of earlier groups are known already.

    For a control: `names` under which the bank knows the tokens, or the `true` terms, which are not said.
    """
    weight = operands.weight
    price = COLUMN_BITS * float(1 / (weight**2).sum())
    found: Found = []
    for i, own in enumerate(places):
        goal = _goal(operands, own, names)
        bank = features(len(goal.names[0]))
        known = {text for _, other, match in found for text in (other.texts[term] for term in match.chosen)}
        match = matched(
            replace(bank, columns=bank.columns[goal.seen]),
            np.concatenate(goal.tables, axis=1),
            np.tile(operands.effect, len(own)),
            enough=ENOUGH,
            most=MOST,
            price=price,
            barred=_said(bank, true[i], goal.seen) if true else (),
            unsaid=_basis(true[i], goal.seen) if true else None,
            known=[term for term, text in enumerate(bank.texts) if text in known],
        )
        found.append((goal, bank, match))
    return found


def cut(operands: Operands, found: Found, share: float) -> Choice:
    """The first terms of each group that explain this share of its tables, their constants fitted again."""
    return Choice(operands, tuple(_cut(operands, *each, share) for each in found))


def _cut(operands: Operands, goal: _Goal, bank: Bank, match: Matched, share: float) -> Group:
    enough = int(np.searchsorted(match.explained, share * match.explained[-1])) + 1 if len(match.chosen) else 0
    return _fitted(bank, match.chosen[:enough], goal, operands.effect)


def _fitted(bank: Bank, terms: Int[np.ndarray, " terms"], goal: _Goal, effect: np.ndarray) -> Group:
    columns = bank.of(terms)
    centre, deviation = columns[goal.seen].mean(axis=0), np.maximum(columns[goal.seen].std(axis=0), 1e-12)
    columns = (columns - centre) / deviation
    inverse = np.linalg.pinv(columns[goal.seen], rcond=1e-8)
    shape, factors = _tied(columns[goal.seen] @ (inverse @ goal.tables))
    missed = ((goal.tables - factors[:, None] * shape) ** 2).sum(axis=(0, 1)) @ effect
    return Group(
        places=goal.places,
        names=goal.names,
        seen=goal.seen,
        factors=factors,
        kept=Kept(
            texts=tuple(bank.texts[term] for term in terms),
            bits=tuple(float(bank.bits[term]) for term in terms),
            term=np.repeat(np.arange(len(terms)), bank.widths(terms)),
            columns=columns,
            centre=centre,
            deviation=deviation,
            solution=inverse @ shape,
            explained=1 - float(missed) / max(float((goal.tables**2).sum(axis=(0, 1)) @ effect), 1e-30),
        ),
    )


def _tied(
    tables: Float[np.ndarray, "places seen width"],
) -> tuple[Float[np.ndarray, "seen width"], Float[np.ndarray, "places width"]]:
    """Of every unit the nearest function that all places share, and their factors, of which the largest is 1."""
    if len(tables) == 1:
        return tables[0], np.ones((1, tables.shape[2]))
    left, size, right = np.linalg.svd(tables.transpose(2, 0, 1), full_matrices=False)
    leader = np.abs(left[:, :, 0]).argmax(axis=1)[:, None]
    top = np.take_along_axis(left[:, :, 0], leader, axis=1)
    return (right[:, 0] * size[:, :1] * top).T, (left[:, :, 0] / top).T


def others(choice: Choice, seed: int) -> Iterator[Choice]:
    """Two controls, of as many bits: terms that do not say what is kept, in part, alone or together; shuffled names."""
    operands, places = choice.operands, tuple(group.places for group in choice.groups)
    yield _as_long(choice, match_all(operands, places, true=choice.groups))
    rng = np.random.default_rng([seed, 13])
    names = tuple(rng.permutation(len(table)) for table in operands.tables)
    yield _as_long(choice, match_all(operands, places, names))


def dealt_out(choice: Choice, seed: int) -> Choice:
    """Other units of the same terms: each column's constants, factors and biases dealt out anew, signs turned."""
    rng = np.random.default_rng([seed, 17])

    def deal(rows: Float[np.ndarray, "rows width"], signs: tuple[float, ...]) -> Float[np.ndarray, "rows width"]:
        return rng.permuted(rows, axis=1) * rng.choice(signs, size=rows.shape)

    groups = tuple(
        replace(
            group,
            kept=replace(group.kept, solution=deal(group.kept.solution, (-1.0, 1.0))),
            factors=deal(group.factors, (1.0,)),
        )
        for group in choice.groups
    )
    return Choice(choice.operands, groups)


def _said(bank: Bank, group: Group, seen: Int[np.ndarray, " seen"]) -> set[int]:
    columns = bank.columns[seen] - bank.columns[seen].mean(axis=0)
    share = ((_basis(group, seen).T @ columns) ** 2).sum(axis=0) / np.maximum((columns**2).sum(axis=0), 1e-30)
    return set(bank.term[share > ALIKE].tolist())


def _basis(group: Group, seen: Int[np.ndarray, " seen"]) -> Float[np.ndarray, "seen columns"]:
    """Orthonormal directions of what is kept, one term after the other."""
    return np.linalg.qr(group.kept.columns[seen])[0]


def _as_long(choice: Choice, found: Found) -> Choice:
    """The first of these terms, up to the bits of what is kept of each argument; one at least."""
    groups = []
    for (goal, bank, match), mine in zip(found, choice.groups, strict=True):
        paid = np.cumsum(bank.bits[match.chosen])
        terms = match.chosen[: max(int((paid <= sum(mine.kept.bits)).sum()), 1)]
        groups.append(_fitted(bank, terms, goal, choice.operands.effect))
    return Choice(choice.operands, tuple(groups))
