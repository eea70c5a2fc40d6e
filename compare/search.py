"""One search for every family: which terms units read, by what these explain of them and what they cost in bits.

A family says what is explained (values of units, each weighted by its effect on the outputs) and proposes terms as
columns over the same rows, with a price in bits. Every unit takes the term that explains most of it; the terms of some
weight are the dictionary, in which all units are fitted again. Its control is the same search with the dictionary
forbidden. Where terms are dear, `growing` adds them to the dictionary one at a time (the greedy choice of facilities:
Cornuejols, Fisher and Nemhauser 1977). Where every unit may read several terms, `matched` does (orthogonal matching
pursuit: Pati et al. 1993). Functions of variables are proposed by the enumerator: `compare.fit.bank`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

RIDGE = 1e-9  # of the mean squared column
GROWN = 1e-4  # of the weighted cost that another term has to save
DEPENDENT = 1e-9  # of a term that is left beside those chosen; one with less is among them
ALIKE = 0.25  # of what a control may not say, the share that it may say
GAINED = 1e-4  # of the variance, below which no further term is worth it
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # of the dictionaries that are yielded


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is explained, and the terms 0 .. count - 1 that are proposed for it.

    A term's columns are (c, rows); `fixed` ones, (f, rows), join those of every term, a constant first (without any,
    the terms' own columns hold it).
    """

    values: Float[np.ndarray, "rows units"]
    weight: Float[np.ndarray, " units"]  # shares of the effect on the outputs
    columns: Callable[[int], Float[np.ndarray, "c rows"]]
    fixed: Float[np.ndarray, "f rows"]
    count: int
    near: int = 0  # terms whose numbers are no further apart than this are not told apart
    ridge: float = RIDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The term that each unit reads, and its constants: those of the fixed columns, then of the term's."""

    term: Int[np.ndarray, " units"]
    solution: Float[np.ndarray, "columns units"]
    explained: Float[np.ndarray, " units"]  # of the variance, in [0, 1]
    dictionary: Int[np.ndarray, " terms"] = field(default_factory=lambda: np.zeros(0, int))


def best_terms(
    target: Target, allowed: Int[np.ndarray, " terms"] | None = None, barred: Int[np.ndarray, " units"] | None = None
) -> Choice:
    """Each unit by the allowed term that explains most of it; `barred` forbids one term a unit, and those near it."""
    values = target.values
    rows, units = values.shape
    mean = values.mean(axis=0, dtype=np.float64) * (len(target.fixed) > 0)
    centred = values - mean.astype(values.dtype)
    terms = np.arange(target.count) if allowed is None else np.asarray(allowed)
    best, term, solution = np.full(units, -np.inf), np.full(units, terms[0]), np.zeros((1, units))
    for i in terms:
        columns = np.concatenate([target.fixed, target.columns(int(i))]).astype(values.dtype)
        gram, moment = (columns @ columns.T).astype(np.float64), (columns @ centred).astype(np.float64)
        gram[np.diag_indices_from(gram)] += target.ridge * np.trace(gram) / len(gram)
        candidate = np.linalg.solve(gram, moment)
        gain = (candidate * moment).sum(axis=0)
        better = gain > best
        if barred is not None:
            better &= np.abs(barred - i) > target.near
        best, term = np.where(better, gain, best), np.where(better, i, term)
        solution = np.where(better, candidate, solution)
    solution[0] += mean
    total = rows * np.maximum(values.var(axis=0, dtype=np.float64), 1e-30)
    missed = (centred.astype(np.float64) ** 2).sum(axis=0) - best
    return Choice(
        term=term, solution=solution, explained=np.clip(1 - missed / total, 0.0, 1.0), dictionary=np.unique(term)
    )


def search(
    target: Target, least: float = 0.0, allowed: Int[np.ndarray, " terms"] | None = None, sample: Target | None = None
) -> Choice:
    """Each unit by its best term, then all again by the terms that `least` of the weight reads.

    The dictionary is chosen on `sample`, fewer rows of the same target, where one is given.
    """
    free = best_terms(sample or target, allowed)
    share = np.bincount(free.term, weights=target.weight, minlength=target.count)
    kept = np.flatnonzero(share >= max(least * share.sum(), 1e-300))
    kept = kept if len(kept) else np.array([int(np.argmax(share))])
    again = free if least == 0 and sample is None else best_terms(target, kept)
    return replace(again, dictionary=kept)


def forbidden(target: Target, true: Choice) -> Choice:
    """The control: the same terms, the true dictionary's left out; each unit's own where there are no others."""
    others = np.setdiff1d(np.arange(target.count), true.dictionary)
    return best_terms(target, others) if len(others) else best_terms(target, barred=true.term)


def others_than(dictionary: Int[np.ndarray, " terms"], count: int) -> Int[np.ndarray, " terms"]:
    """As many terms outside a dictionary, some more than once; its own in another order where it has them all."""
    outside = np.setdiff1d(np.arange(count), dictionary)
    return np.resize(outside, len(dictionary)) if len(outside) else np.roll(dictionary, 1)


def growing(
    missed: Float[np.ndarray, "units terms"],
    weight: Float[np.ndarray, " units"],
    bits: Float[np.ndarray, " terms"],
    price: float,
    most: int,
) -> Iterator[Int[np.ndarray, " dictionary"]]:
    """Dictionaries, each longer than the one before, by the term that saves most of the weighted cost.

    A unit costs what its best term misses of it and the price of that term's bits. Ends where no term saves anything.
    """
    cost = weight[:, None] * (missed + price * bits)
    current, picked = np.full(len(cost), np.inf), []
    for length in range(1, min(most, cost.shape[1]) + 1):
        total = np.minimum(current[:, None], cost).sum(axis=0)
        best = int(np.argmin(total))
        if picked and total[best] > current.sum() - GROWN:
            yield np.array(picked)
            return
        picked.append(best)
        current = np.minimum(current, cost[:, best])
        if length in LENGTHS or length == most:
            yield np.array(picked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Proposed terms of some variables, in order of bits: a column each, or a few that only serve together (waves)."""

    columns: Float[np.ndarray, "rows columns"]
    bits: Float[np.ndarray, " terms"]
    texts: tuple[str, ...]  # sympy strings, one a term
    term: Int[np.ndarray, " columns"]  # of which each column is, ascending

    def widths(self, terms: Int[np.ndarray, " terms"]) -> Int[np.ndarray, " terms"]:
        """How many columns each of these terms has."""
        return np.bincount(self.term, minlength=len(self.bits))[terms]

    def of(self, terms: Iterable[int]) -> Float[np.ndarray, "rows chosen"]:
        """The columns of some terms, one term after the other."""
        places = [np.flatnonzero(self.term == term) for term in terms]
        return self.columns[:, np.concatenate([np.zeros(0, int), *places])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Terms of a bank whose span explains a table of values, in the order in which they were chosen."""

    chosen: Int[np.ndarray, " chosen"]
    explained: Float[np.ndarray, " chosen"]  # of the weighted variance, by the terms up to each


def matched(
    bank: Bank,
    values: Float[np.ndarray, "rows units"],
    weight: Float[np.ndarray, " units"],
    *,
    enough: float = 0.98,
    most: int = 16,
    price: float = 0.0,
    barred: Iterable[int] = (),
    unsaid: Float[np.ndarray, "rows directions"] | None = None,
    known: Iterable[int] = (),
) -> Matched:
    """The term with most variance gained a bit, beside those already there, until `enough` is explained.

    Orthogonal matching pursuit for all units at once, each weighted by its effect. A column costs `price` bits beside
    its term's, for the units that read it; `known` terms are paid for elsewhere and cost 1 bit. For a control, `barred`
    terms are not chosen, nor one with which the chosen ones say more than ALIKE of one of the `unsaid` directions
    (orthonormal, centred); as a rich bank says most things twice, permuted values are the sharper one.
    """
    goal = _compressed((values - values.mean(axis=0)) * np.sqrt(weight))
    total, size = max(float((goal**2).sum()), 1e-30), goal.shape[1]
    goal = goal if unsaid is None else np.concatenate([goal, unsaid], axis=1)
    blocks = _blocks(bank)
    products, moments = blocks @ blocks.swapaxes(1, 2), blocks @ goal
    live = (blocks**2).sum(axis=2) > DEPENDENT
    free = ~np.isin(np.arange(len(bank.bits)), list(barred))
    bits = np.where(np.isin(np.arange(len(bank.bits)), list(known)), 1.0, bank.bits) + price * live.sum(axis=1)
    basis = np.zeros((0, len(goal)))
    chosen: list[int] = []
    explained: list[float] = []
    said = np.zeros(goal.shape[1] - size)
    while len(chosen) < most and (not explained or explained[-1] < enough):
        added = _added(products, moments)
        gain, saying = added[:, :size].sum(axis=1), added[:, size:]
        within = (said + saying).max(axis=1, initial=0.0) <= ALIKE
        best = int(np.argmax(gain * (free & within) / bits))
        if not (free & within)[best] or gain[best] <= GAINED * total:
            break
        chosen.append(best)
        explained.append((explained[-1] if explained else 0.0) + float(gain[best]) / total)
        said = said + saying[best]
        rest = blocks[best] - (blocks[best] @ basis.T) @ basis
        along = _orthonormal(rest[None])[0]
        along = along[(along**2).sum(axis=1) > 0.5]
        basis = np.concatenate([basis, along])
        spent = blocks @ along.T  # (terms, width, directions)
        products = products - spent @ spent.swapaxes(1, 2)
        moments = moments - spent @ (along @ goal)
    return Matched(chosen=np.array(chosen, dtype=int), explained=np.array(explained))


def _added(
    products: Float[np.ndarray, "terms width width"], moments: Float[np.ndarray, "terms width columns"]
) -> Float[np.ndarray, "terms columns"]:
    """What every term's directions explain of each column of a goal, from its products with itself and with the goal.

    Both of what is left beside the directions that are there already (Gram and Schmidt on the products).
    """
    products, moments = products.copy(), moments.copy()
    added = np.zeros((len(moments), moments.shape[2]))
    for j in range(products.shape[1]):
        size = products[:, j, j]
        inverse = np.where(size > DEPENDENT, 1 / np.maximum(size, DEPENDENT), 0.0)
        added += moments[:, j] ** 2 * inverse[:, None]
        for i in range(j + 1, products.shape[1]):
            share = (products[:, i, j] * inverse)[:, None]
            moments[:, i] -= share * moments[:, j]
            products[:, i] -= share * products[:, j]
    return added


def _compressed(goal: Float[np.ndarray, "rows units"]) -> Float[np.ndarray, "rows fewer"]:
    """Columns with the same products: at most as many as rows."""
    if goal.shape[1] <= goal.shape[0]:
        return goal
    power, directions = np.linalg.eigh(goal @ goal.T)
    return directions * np.sqrt(np.maximum(power, 0.0))


def _blocks(bank: Bank) -> Float[np.ndarray, "terms width rows"]:
    """Every term's columns, centred and of length 1; zeros where a term has fewer."""
    columns = bank.columns - bank.columns.mean(axis=0)
    columns = columns / np.sqrt(np.maximum((columns**2).sum(axis=0), 1e-30))
    place = np.arange(len(bank.term)) - np.searchsorted(bank.term, bank.term)
    blocks = np.zeros((len(bank.bits), int(place.max(initial=0)) + 1, len(columns)))
    blocks[bank.term, place] = columns.T
    return blocks


def _orthonormal(blocks: Float[np.ndarray, "terms width rows"]) -> Float[np.ndarray, "terms width rows"]:
    """Of every term the directions that it adds; zeros where it adds fewer (Gram and Schmidt)."""
    found = np.zeros_like(blocks)
    for j in range(blocks.shape[1]):
        rest = blocks[:, j]
        for i in range(j):
            rest = rest - (rest * found[:, i]).sum(axis=1, keepdims=True) * found[:, i]
        size = (rest**2).sum(axis=1, keepdims=True)
        found[:, j] = np.where(size > DEPENDENT, rest / np.sqrt(np.maximum(size, 1e-30)), 0.0)
    return found
