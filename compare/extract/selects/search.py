"""The program of a net: one select a head and one readout, the shortest that answers as the net does."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.linear import Tables, column, factors, fitted, products
from compare.extract.selects.naming import Named as Found
from compare.extract.selects.naming import named, pool_of
from compare.extract.selects.patterns import drawn
from compare.extract.selects.program import Head, Named, State, in_blocks, looked_at, shares, with_named, with_shares
from compare.extract.selects.readouts import Readout, promised, shortest
from compare.extract.selects.relations import ALWAYS, Select
from compare.extract.selects.soft import Score, fit, offered
from compare.extract.selects.variables import INDEX, SYMBOLS, Frame, Variable, brought_by

EACH, COMBINED = 8, 16  # selects a head; selects of all heads of a layer together
PRICE, DEAR = 0.005, 0.02  # nats a bit
TWINS = 1e-3  # by which two heads look at as much of each value
SWAPPED = 0.1  # weight of what is seen where heads' values are other rows'
EVEN = 0.5  # nats that a uniform pattern leaves of one that is nearly even
NEAR = 0.02  # of what a number says, that another says less
APART = (0.25, 0.05)  # of a uniform pattern's nats, and nats, that a select may be worse than the best


class Seen(NamedTuple):
    """What positions hold, what a site holds there, and what they weigh."""

    columns: Mapping[str, Float[np.ndarray, "rows s size"]]
    values: Float[np.ndarray, "rows s width"]
    weight: Float[np.ndarray, "rows s"]


class Order(NamedTuple):
    """Other rows, and positions of theirs."""

    rows: Int[np.ndarray, "rows 1"]
    places: Int[np.ndarray, "rows s"]

    def of(self, values: np.ndarray) -> np.ndarray:
        return values[self.rows, self.places]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """The net with what heads bring taken from elsewhere, so that it tells apart what always stands side by side."""

    order: Mapping[str, Order]  # of each head, from where
    shown: Bool[np.ndarray, "rows s"]  # nothing there is padding
    sites: Mapping[str, np.ndarray]

    def columns(self, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The same of what positions hold then."""
        owners = {name: self.order.get(name.split(".")[0]) for name in columns}
        return {name: each if (own := owners[name]) is None else own.of(each) for name, each in columns.items()}

    def seen(self, columns: Mapping[str, np.ndarray], values: np.ndarray, weight: np.ndarray) -> Seen:
        """What a site holds then, beside what positions hold without the swap; it weighs little."""
        return Seen(self.columns(columns), values, SWAPPED * weight * self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A head in the net: its pattern, what its keys' values write, and its effect at every position."""

    layer: int
    number: int
    pattern: Float[np.ndarray, "rows s s"]
    written: Float[np.ndarray, "rows s width"]
    effect: Float[np.ndarray, "rows s"]
    answers: Int[np.ndarray, "rows s"]  # the net's; -1 where none counts
    idle: bool
    mean: Float[np.ndarray, " width"]
    mixed: bool  # units below it may have mixed what a position holds
    swap: Swap | None  # of the heads below
    swapped: Float[np.ndarray, "rows s width"] | None  # what its keys' values write after it
    heard: tuple[str, ...]  # heads below that its pattern depends on


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A program as far as its layers are read."""

    layers: tuple[tuple[Head, ...], ...]
    state: State
    bits: float

    @property
    def heads(self) -> list[Head]:
        """Of all layers, the first layer's first."""
        return [head for layer in self.layers for head in layer]


def heads_of(draft: Draft, sites: Sequence[Site], frame: Frame, seed: int) -> list[Draft]:
    """The draft with another layer, in a few ways: heads of one score and tables, by other selects."""
    options = [_options(draft.state, site, frame, seed) for site in sites]
    seen = [in_blocks(draft.state, partial(shares, each[0])) if each[0].score else None for each in options]
    options = [[replace(head, narrow=twin(number, seen)) for head in each] for number, each in enumerate(options)]
    return [_with_layer(draft, heads, seen, frame) for heads in _together(options)]


def _together(options: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """One of each side by side, those first that stand early among their options."""
    ranks = sorted(itertools.product(*(range(len(each)) for each in options)), key=lambda rank: (sum(rank), rank))
    return [tuple(each[i] for each, i in zip(options, rank, strict=True)) for rank in ranks[:COMBINED]]


def twin(number: int, seen: Sequence[Float[np.ndarray, "rows s numbers"] | None]) -> bool:
    """Whether another head looks at as much of each value."""
    own = seen[number]
    others = [each for place, each in enumerate(seen) if place != number and each is not None]
    return own is not None and any(own.shape == each.shape and np.abs(own - each).mean() < TWINS for each in others)


def _with_layer(
    draft: Draft, heads: Sequence[Head], seen: Sequence[Float[np.ndarray, "rows s numbers"] | None], frame: Frame
) -> Draft:
    """`seen` is how much of each value the heads look at."""
    state = draft.state
    for head, shared in zip(heads, seen, strict=True):
        if shared is not None:
            state = with_named(with_shares(state, head, shared), head, frame)
    bits = draft.bits + sum(head.bits(draft.state.variables) for head in heads)
    return Draft(layers=(*draft.layers, tuple(heads)), state=state, bits=bits)


def _options(state: State, site: Site, frame: Frame, seed: int) -> list[Head]:
    """The head with each of the selects that its pattern may be."""
    if site.idle:
        still = Tables(reads=(), tables=(), offset=site.mean, explained=1.0)
        return [Head(layer=site.layer, number=site.number, score=None, tables=still, mean=site.mean)]
    rng = np.random.default_rng([seed, 42, site.layer, site.number])
    variables = {name: each for name, each in state.variables.items() if brought_by(name) in (None, *site.heard)}
    queries = drawn(site.pattern, state.seen, site.effect, site.answers, variables, rng)
    known = pool_of(variables, queries, placed=INDEX in state.columns, mixed=site.mixed)
    found = named(variables, queries, known)
    given = offered(known, [(each.select, each.looks) for each in found], variables)
    score, tables = fit(queries, given, variables), values(state, site)
    whole = Head(layer=site.layer, number=site.number, score=score, tables=tables, mean=site.mean)
    ways = _together([[each.select for each in admitted(found, score)], _carries(tables, state, site)])
    return [
        looked_at(replace(whole, named=Named(select=select, value=value)), state, site.effect, frame)
        for select, value in ways
    ]


def admitted(found: Sequence[Found], score: Score) -> list[Found]:
    """Those about as near to the pattern as the nearest, as good at its strongest key, or telling.

    The nearest come first, in turn with those that are near for their length; all keys are one of them where the
    pattern is nearly even. What is looked at where a select finds nothing is left out last.
    """
    nearest, strongest = min(each.nats for each in found), min(each.strongest for each in found)
    some = [
        each
        for each in found
        if each.nats <= nearest + APART[0] * score.uniform + APART[1] or each.strongest <= strongest + APART[1]
    ]
    orders = [sorted(some, key=lambda each, price=price: each.nats + price * each.bits) for price in (PRICE, DEAR)]
    mixed = [each for pair in zip(*orders, strict=True) for each in pair]
    plain = [each for each in found if each.select == Select(relation=ALWAYS) and score.uniform <= EVEN]
    order = [*mixed[:2], *(each for each in found if each.telling), *mixed[2:], *plain]
    bare = [replace(each, select=replace(each.select, otherwise=None)) for each in order]
    return list({str(each.select): each for each in (*order, *bare)}.values())[:EACH]


def _carries(tables: Tables, state: State, site: Site) -> list[str]:
    """The variables whose values the head may bring: those that its values are tables of.

    Of a head that brings several numbers, as how many keys hold what, it is the one that says most of them.
    """
    names = dict.fromkeys(part.split(".")[0] for name in tables.reads for part in factors(name))
    mixed = any("*" in name for name in tables.reads)
    told = [name if name in state.variables else telling(name, state, site.written, _received(site)) for name in names]
    known = [name for name in told if name is not None]
    return list(dict.fromkeys([*known[:2], *([SYMBOLS] if mixed or not known else [])]))


def telling(
    head: str, state: State, written: Float[np.ndarray, "rows s width"], weight: Float[np.ndarray, "rows s"]
) -> str | None:
    """Of the numbers that a head has brought, the one that says most of the written variance; the smaller of equals."""
    mass = weight.reshape(-1)
    flat = written.reshape(weight.size, -1)
    flat = flat - mass @ flat / mass.sum()
    said = dict[str, float]()
    for name, each in state.variables.items():
        if brought_by(name) == head:
            number = np.unique(each.values.reshape(-1), return_inverse=True)[1]
            sums = np.stack([np.bincount(number, mass * column) for column in flat.T])
            said[name] = float((sums**2 / np.bincount(number, mass)).sum())
    near = [name for name in said if said[name] >= (1 - NEAR) * max(said.values())]
    return min(near, key=lambda name: state.variables[name].size, default=None)


def _received(site: Site) -> Float[np.ndarray, "rows s"]:
    """How much keys are looked at, and a little more."""
    received = np.einsum("nq,nqk->nk", site.effect, site.pattern)
    return received + 0.02 * received.mean()


def values(state: State, site: Site) -> Tables:
    """What the head's keys write, as tables of what they hold, weighted by how much they are looked at."""
    weight = _received(site)
    names = [*state.columns, *(products(state.columns) if site.mixed else ())]
    given = [Seen(state.columns, site.written, weight)]
    if site.swap is not None and site.swapped is not None:
        given.append(site.swap.seen(state.columns, site.swapped, weight))
    return fitted(*stacked(given, names, np.ones(weight.shape, bool)), least=0.02)


def stacked(
    given: Sequence[Seen], names: Sequence[str], where: Bool[np.ndarray, "rows s"]
) -> tuple[Float[np.ndarray, "n width"], Float[np.ndarray, " n"], dict[str, Float[np.ndarray, "n size"]]]:
    """What a site holds at these positions, their weight, and these variables' columns, of one after the other."""
    values = np.concatenate([each.values[where] for each in given])
    weight = np.concatenate([each.weight[where] for each in given])
    columns = {name: np.concatenate([column(each.columns, name)[where] for each in given]) for name in names}
    return values, weight + 1e-12, columns


def promise(
    draft: Draft, answers: Int[np.ndarray, "rows s"], mask: Bool[np.ndarray, "rows s"], classes: int, seed: int
) -> float:
    """Bits of the draft and of what two of its integers cannot tell of the answers."""
    values = {name: each.values[mask] for name, each in draft.state.variables.items()}
    return draft.bits + promised(values, answers[mask], classes, seed)


def read_out(
    draft: Draft,
    answers: Int[np.ndarray, "rows s"],
    mask: Bool[np.ndarray, "rows s"],
    classes: int,
    seed: int,
    most: float | None = None,
) -> tuple[Readout, float]:
    """The shortest readout after the draft's layers, and the bits of all of it; none longer than `most` is sought."""
    variables: Mapping[str, Variable] = draft.state.variables
    values = {name: each.values[mask] for name, each in variables.items()}
    found, bits = shortest(variables, values, answers[mask], classes, seed, most)
    return found, bits + draft.bits
