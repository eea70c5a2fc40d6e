"""Which relation a head's pattern is uniform on: enumerated, the best joined with others, picks last."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.patterns import Queries, masses, one_strength
from compare.extract.selects.relations import (
    ALWAYS,
    CONNECTIVES,
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
)
from compare.extract.selects.variables import COUNT, VALUE, Variables

BEAM, ROUNDS = 10, 2  # relations that are joined with every atom, and how often
PRICE = 0.002  # nats a bit
SAID = 0.01  # nats that a longer select has to say more
SELDOM = 0.01  # of the effect, where it does not matter what a select finds nothing for
TELLING, TOLD, MISTOLD = 2, 0.01, 0.2  # relations; shares of the answers, and of those that are not the usual one
ENDS = 8  # more of them, whose first or last key is the one that is looked at most
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


def pool_of(variables: Variables, queries: Queries, *, placed: bool = True) -> Pool:
    """All atoms of distinct behaviour at the queries."""
    furthest = queries.seen.shape[1] - 1
    known = sorted(atoms(variables, furthest, placed=placed), key=lambda atom: relation_bits(atom, variables))
    return pool(known, [atom.holds(queries.keys, queries.own)[:, 0] for atom in known], variables, queries)


def pool(relations: list, columns: list[np.ndarray], variables: Variables, queries: Queries) -> Pool:
    stacked = np.stack([np.broadcast_to(each, queries.seen.shape) & queries.seen for each in columns])
    flat = stacked[:, queries.seen]
    keep = distinct(flat)
    kept = [relations[number] for number in keep]
    bits = np.array([relation_bits(each, variables) for each in kept])
    return Pool(relations=kept, columns=stacked[keep], bits=bits)


def named(variables: Variables, queries: Queries, known: Pool) -> list[Named]:
    """The selects nearest to the pattern, a price for their bits added; the nearest first."""
    uniform = queries.seen / np.maximum(queries.seen.sum(axis=1, keepdims=True), 1)
    base = queries.divergence(uniform)
    whole, beam = known, known
    for _ in range(ROUNDS):
        best = np.argsort(_costs(beam, queries, uniform))[:BEAM]
        more = list(_joined(beam, best, known))
        beam = pool([r for r, _ in more], [c for _, c in more], variables, queries)
        whole = Pool(
            relations=whole.relations + beam.relations,
            columns=np.concatenate([whole.columns, beam.columns]),
            bits=np.concatenate([whole.bits, beam.bits]),
        )
    held, model = masses(whole.columns, queries.pattern, uniform)
    gained, strength = one_strength(held, model, queries.weight)
    by_nats = base - gained + PRICE * whole.bits + np.where(strength < 0, np.inf, 0.0)
    top = _held_top(whole.columns, queries)
    by_top = (1 - top) * np.log(queries.seen.shape[1]) + PRICE * whole.bits
    plain = np.argsort(by_nats[: len(known.relations)])[:PICKED]
    chosen = [*plain, *np.argsort(by_nats)[:PICKED], *np.argsort(by_top)[:PICKED]]
    for share in _at_ends(whole.columns, queries):
        at_end = (1 - share) * np.log(queries.seen.shape[1]) + PRICE * whole.bits
        chosen += [*np.argsort(at_end)[:ENDS]]
    tried = list(_picks(Select(relation=ALWAYS), queries.seen, queries, variables))
    for number in dict.fromkeys(chosen):
        tried += _picks(Select(relation=whole.relations[number]), whole.columns[number], queries, variables)
    found = [*_undominated(_measured(tried, queries, base, uniform, variables))]
    counting = [(Select(relation=whole.relations[i]), whole.columns[i]) for i in _telling(whole, queries)]
    more = _measured([(Select(relation=ALWAYS), queries.seen), *counting], queries, base, uniform, variables)
    telling = {str(each.select): replace(each, telling=True) for each in more if each.nats < base - SAID}
    found = [*{**{str(each.select): each for each in found}, **telling}.values()]
    return sorted(found, key=lambda each: each.nats + PRICE * each.bits)


def _telling(known: Pool, queries: Queries) -> Int[np.ndarray, " few"]:
    """The shortest of the relations of which the number of keys found says what the net answers."""
    counted = queries.answers >= 0
    goal = queries.answers[counted]
    if len(goal) == 0:
        return np.zeros(0, dtype=int)
    widths = known.columns[:, counted].sum(axis=-1)
    wrong = np.array([_wrong(width, goal) for width in widths])
    usual = 1 - np.unique(goal, return_counts=True)[1].max() / len(goal)
    order = np.lexsort((known.bits, wrong > wrong.min() + TOLD))
    return order[:TELLING] if wrong.min() <= MISTOLD * usual else order[:0]


def _wrong(numbers: Int[np.ndarray, " n"], goal: Int[np.ndarray, " n"]) -> float:
    """Share of the answers that are not those usual for their number."""
    counts = np.zeros((numbers.max() + 1, goal.max() + 1))
    np.add.at(counts, (numbers, goal), 1)
    return 1 - float(counts.max(axis=1).sum()) / len(goal)


def _undominated(found: list[Named]) -> Iterator[Named]:
    """Those that say more of the pattern, or of its strongest key, than any shorter one."""
    nats = strongest = np.inf
    for each in sorted(found, key=lambda each: (each.bits, each.nats)):
        if each.nats < nats - SAID or each.strongest < strongest - SAID:
            yield each
        nats, strongest = min(nats, each.nats), min(strongest, each.strongest)


def _held_top(columns: Bool[np.ndarray, "relations n s"], queries: Queries) -> Float[np.ndarray, " relations"]:
    """Share of the queries whose most looked at key is in the relation."""
    top = queries.pattern.argmax(axis=1)
    return columns[:, np.arange(len(top)), top] @ queries.weight


def _at_ends(columns: Bool[np.ndarray, "relations n s"], queries: Queries) -> Iterator[Float[np.ndarray, " relations"]]:
    """Share of the queries whose most looked at key is the first, and is the last, of those in the relation."""
    top, s = queries.pattern.argmax(axis=1), columns.shape[2]
    some = columns.any(axis=2)
    yield ((columns.argmax(axis=2) == top) & some) @ queries.weight
    yield ((s - 1 - columns[..., ::-1].argmax(axis=2) == top) & some) @ queries.weight


def _costs(given: Pool, queries: Queries, uniform: np.ndarray) -> np.ndarray:
    held, model = masses(given.columns, queries.pattern, uniform)
    return PRICE * given.bits - one_strength(held, model, queries.weight)[0]


def _joined(beam: Pool, best: np.ndarray, known: Pool) -> Iterator[tuple[Relation, np.ndarray]]:
    for one in best:
        for other, atom in enumerate(known.relations):
            for connective in CONNECTIVES:
                column = joined(beam.columns[one], connective, known.columns[other])
                yield Joined(beam.relations[one], connective, atom), column


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


def _measured(
    tried: list[Looking], queries: Queries, base: float, uniform: np.ndarray, variables: Variables
) -> list[Named]:
    """How near each is to the pattern."""
    columns = np.stack([looks for _, looks in tried])
    keep = np.union1d(distinct(columns[:, queries.seen]), [0])
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
