"""Which relation a head's pattern is uniform on: enumerated, the best joined with others, picks last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.patterns import Queries, masses, one_strength
from compare.extract.selects.relations import (
    ALWAYS,
    CONNECTIVES,
    JOINED_BITS,
    OTHERWISE,
    Joined,
    Relation,
    Select,
    atoms,
    distinct,
    joined,
    marks,
    others,
    picked,
    relation_bits,
    within,
)
from compare.extract.selects.variables import COUNT, VALUE, Variables

BEAM, ROUNDS = 10, 2  # relations that are joined with every atom, and how often
PRICE = 0.002  # nats a bit
SAID = 0.01  # nats that a longer select has to say more
SELDOM = 0.01  # of the effect, where it does not matter what a select finds nothing for
TELLING, TOLD, MISTOLD = 2, 0.01, 0.2  # relations; shares of the answers, and of those that are not the usual one
ENDS = 8  # more of them, whose first or last key is the one that is looked at most
KEPT, TIE = 24, 1e-4  # of one relation with every atom, by each measure; shares of the answers a bit
CELLS = 1 << 21  # that are counted together
PICKED = 32  # relations of which keys are picked, of comparisons and of all, by either measure

Looking = tuple[Select, Bool[np.ndarray, "n s"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Relations with where they hold at the queries."""

    relations: list[Relation]
    columns: Bool[np.ndarray, "relations n s"]
    bits: Float[np.ndarray, " relations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A select with where it looks and its bits."""

    select: Select
    nats: float  # that the pattern is from one strength on it
    strongest: float  # nats that say which key is looked at most, by the select alone
    bits: float
    looks: Bool[np.ndarray, "n s"]
    telling: bool = False  # how many keys it finds says what the net answers


def pool_of(variables: Variables, queries: Queries, *, placed: bool = True, mixed: bool = False) -> Pool:
    """All atoms of distinct behaviour at the queries; where units have `mixed` what a key holds, of its numbers too."""
    furthest = queries.seen.shape[1] - 1
    listed = [*atoms(variables, furthest, placed=placed), *(within(variables) if mixed else ())]
    known = sorted(listed, key=lambda atom: relation_bits(atom, variables))
    holds = [atom.holds(queries.keys, queries.own)[:, 0] for atom in known]
    columns = np.stack([np.broadcast_to(each, queries.seen.shape) & queries.seen for each in holds])
    return pool(known, columns, np.array([relation_bits(atom, variables) for atom in known]), queries)


def pool(
    relations: Sequence[Relation],
    columns: Bool[np.ndarray, "relations n s"],
    bits: Float[np.ndarray, " relations"],
    queries: Queries,
) -> Pool:
    keep = distinct(columns, queries.seen)
    return Pool(relations=[relations[number] for number in keep], columns=columns[keep], bits=bits[keep])


def named(variables: Variables, queries: Queries, known: Pool) -> list[Named]:
    """The selects nearest to the pattern, a price for their bits added; the nearest first."""
    uniform = queries.seen / np.maximum(queries.seen.sum(axis=1, keepdims=True), 1)
    base = queries.divergence(uniform)
    whole, beam = known, known
    for _ in range(ROUNDS):
        costs = measured(beam, queries, uniform).cost
        if base + (costs - PRICE * beam.bits).min(initial=np.inf) < SAID:  # no longer one says more
            break
        beam = _joined(beam, np.argsort(costs)[:BEAM], known, queries, uniform)
        whole = _beside([whole, beam])
    found = measured(whole, queries, uniform)
    plain = np.argsort(found.nats[: len(known.relations)])[:PICKED]
    chosen = [*plain, *np.argsort(found.nats)[:PICKED], *np.argsort(found.top)[:PICKED]]
    chosen += [number for end in found.ends for number in np.argsort(end)[:ENDS]]
    tried = list(_picks(Select(relation=ALWAYS), queries.seen, queries, variables))
    for number in dict.fromkeys(chosen):
        tried += _picks(Select(relation=whole.relations[number]), whole.columns[number], queries, variables)
    near = [*_undominated(_looked_at(tried, queries, base, uniform, variables))]
    counting = [(Select(relation=whole.relations[i]), whole.columns[i]) for i in _telling(whole, found, queries)]
    more = _looked_at([(Select(relation=ALWAYS), queries.seen), *counting], queries, base, uniform, variables)
    telling = {str(each.select): replace(each, telling=True) for each in more if each.nats < base - SAID}
    both = {**{str(each.select): each for each in near}, **telling}.values()
    return sorted(both, key=lambda each: each.nats + PRICE * each.bits)


class Measures(NamedTuple):
    """How good each relation is, a price for its bits added; the less the better."""

    cost: Float[np.ndarray, " relations"]  # nats, of more or of less of the pattern where it holds
    nats: Float[np.ndarray, " relations"]  # of more of it
    top: Float[np.ndarray, " relations"]  # of which key is looked at most
    ends: Float[np.ndarray, "2 relations"]  # of which, where it is the first, and the last, that it holds of
    wrong: Float[np.ndarray, " relations"]  # share of the answers that the number of keys does not tell


def measured(given: Pool, queries: Queries, uniform: Float[np.ndarray, "n s"]) -> Measures:
    price = PRICE * given.bits
    top, size = queries.pattern.argmax(axis=1)[:, None], given.columns.shape[2]
    places, many = np.arange(size), np.log(size)
    sides = (places < top, places == top, places > top)  # of the key that is looked at most
    held, model, before, inside, after = masses(given.columns, queries.pattern, uniform, *sides)
    gained, strength = one_strength(held, model, queries.weight)
    return Measures(
        cost=price - gained,
        nats=np.where(strength < 0, np.inf, price - gained),
        top=price + (1 - inside @ queries.weight) * many,
        ends=np.stack([price + (1 - (inside * (end == 0)) @ queries.weight) * many for end in (before, after)]),
        wrong=_wrong(np.rint(before + inside + after).astype(np.int64), queries, size + 1),
    )


def _wrong(widths: Int[np.ndarray, "relations n"], queries: Queries, size: int) -> Float[np.ndarray, " relations"]:
    """Share of the answers that are not those usual for how many keys a relation holds of; 1 where there is none."""
    counted = queries.answers >= 0
    goal = queries.answers[counted]
    if len(goal) == 0:
        return np.ones(len(widths))
    classes = int(goal.max()) + 1
    found = [np.zeros(0)]
    for begin in range(0, len(widths), step := max(CELLS // (size * classes), 1)):
        part = widths[begin : begin + step, counted]
        cells = (np.arange(len(part))[:, None] * size + part) * classes + goal
        counts = np.bincount(cells.reshape(-1), minlength=len(part) * size * classes)
        found.append(counts.reshape(len(part), size, classes).max(axis=2).sum(axis=1))
    return 1 - np.concatenate(found) / len(goal)


def _telling(known: Pool, found: Measures, queries: Queries) -> Int[np.ndarray, " few"]:
    """The shortest of the relations of which the number of keys found says what the net answers."""
    goal, wrong = queries.answers[queries.answers >= 0], found.wrong
    usual = 1 - np.unique(goal, return_counts=True)[1].max(initial=0) / max(len(goal), 1)
    order = np.lexsort((known.bits, wrong > wrong.min() + TOLD))
    return order[:TELLING] if wrong.min() <= MISTOLD * usual else order[:0]


def _undominated(found: list[Named]) -> Iterator[Named]:
    """Those that say more of the pattern, or of its strongest key, than any shorter one."""
    nats = strongest = np.inf
    for each in sorted(found, key=lambda each: (each.bits, each.nats)):
        if each.nats < nats - SAID or each.strongest < strongest - SAID:
            yield each
        nats, strongest = min(nats, each.nats), min(strongest, each.strongest)


def _joined(
    beam: Pool, best: Int[np.ndarray, " beam"], known: Pool, queries: Queries, uniform: Float[np.ndarray, "n s"]
) -> Pool:
    """The best of a beam with every atom: of each with all of them by one connective the few that are best somehow."""
    found = [Pool(relations=[], columns=known.columns[:0], bits=known.bits[:0])]
    for one in best:
        for connective in CONNECTIVES:
            both = joined(beam.columns[one], connective, known.columns) & queries.seen
            some = [Joined(beam.relations[one], connective, atom) for atom in known.relations]
            block = pool(some, both, JOINED_BITS + beam.bits[one] + known.bits, queries)
            costs = measured(block, queries, uniform)
            orders = (costs.cost, costs.nats, costs.top, *costs.ends, costs.wrong + TIE * block.bits)
            found.append(_some(block, np.unique([np.argsort(each, kind="stable")[:KEPT] for each in orders])))
    several = _beside(found)
    return pool(several.relations, several.columns, several.bits, queries)


def _some(given: Pool, chosen: Int[np.ndarray, " few"]) -> Pool:
    """These of a pool; of an empty one there are none."""
    numbers = chosen.astype(np.int64)
    relations = [given.relations[number] for number in numbers]
    return Pool(relations=relations, columns=given.columns[numbers], bits=given.bits[numbers])


def _beside(pools: Sequence[Pool]) -> Pool:
    return Pool(
        relations=[relation for each in pools for relation in each.relations],
        columns=np.concatenate([each.columns for each in pools]),
        bits=np.concatenate([each.bits for each in pools]),
    )


def _picks(
    select: Select, column: Bool[np.ndarray, "n s"], queries: Queries, variables: Variables
) -> Iterator[Looking]:
    """The select with every pick, and something else to look at where it finds nothing."""
    ways: list[tuple[str, str | None]] = [("all", None), ("first", None), ("last", None)]
    ways += [
        (pick, name)
        for name, variable in variables.items()
        if variable.kind in (VALUE, COUNT)
        for pick in ("least", "most")
    ]
    for pick, by in ways:
        key = queries.keys[by].values if by else None
        found = picked(column[:, None], pick, key)[:, 0]
        chosen = Select(relation=select.relation, pick=pick, by=by)
        if float(queries.weight[~found.any(axis=1)].sum()) > SELDOM:
            chosen, found = _otherwise(chosen, found, queries)
        yield chosen, found


def _looked_at(
    tried: list[Looking], queries: Queries, base: float, uniform: np.ndarray, variables: Variables
) -> list[Named]:
    """How near each is to the pattern."""
    columns = np.stack([looks for _, looks in tried])
    keep = np.union1d(distinct(columns, queries.seen), [0])
    held, model = masses(columns[keep], queries.pattern, uniform)
    gained, strength = one_strength(held, model, queries.weight)
    nats = np.where(strength > 0, base - gained, base)
    nats[keep == 0] = base
    top = queries.pattern.argmax(axis=1)
    found = []
    for number, left in zip(keep, nats, strict=True):
        select, looks = tried[number]
        width = looks.sum(axis=1)
        said = np.where(looks[np.arange(len(top)), top], np.log(np.maximum(width, 1)), 1 + np.log(looks.shape[1]))
        found.append(
            Named(
                select=select,
                nats=float(left),
                strongest=float(said @ queries.weight),
                bits=select.bits(variables),
                looks=looks,
            )
        )
    return found


def _otherwise(
    select: Select, found: Bool[np.ndarray, "n s"], queries: Queries
) -> tuple[Select, Bool[np.ndarray, "n s"]]:
    """What the pattern is on where the relation holds of no key."""
    none = np.asarray(~found.any(axis=1))
    tried = []
    for otherwise in (*OTHERWISE, *marks(queries.keys)):
        if otherwise == "self":
            rest = (np.arange(found.shape[1]) == queries.places[:, None]) & queries.seen
        else:
            rest = others(otherwise, queries.seen[:, None], queries.keys)[:, 0]
        whole = np.where(none[:, None], rest, found)
        even = whole / np.maximum(whole.sum(axis=1, keepdims=True), 1)
        tried.append((queries.apart(even), otherwise, whole))
    _, otherwise, whole = min(tried, key=lambda each: each[0])
    return Select(relation=select.relation, pick=select.pick, by=select.by, otherwise=otherwise), whole
