"""Relations of a query and a key: comparisons of what both hold, in order of bits, and which of the keys are picked."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from compare.extract.selects.variables import INDEX, PLACE, SYMBOLS, TOTAL, VALUE, VALUES, Variables, brought_by

Pairs = Bool[np.ndarray, "... q k"]
OPERATORS = ("=", "<", ">", "!=", "periodic")
PERIODS = (2, 3)  # in which places are counted: "%2" is alike but for multiples of two, "/2" in the same two
CONNECTIVES = ("and", "or", "and not")
JOINED_BITS = 1.0 + log2(len(CONNECTIVES))  # beside those of the two relations
OTHERWISE = ("first", "all", "self", "last")  # beside the symbols that are marks
NOWHERE = 1 << 30
LATEST = 8  # keys that a query looks at together, at most
MOST_NUMBERS = 64  # with which a variable is compared
MOST_BOUNDS = 32  # values, of which bounds are tried


class Atom(NamedTuple):
    """The key's number less the query's is `by`, is another, is below or above it; without one of them a number is.

    Of a period m "%m" asks this but for multiples of m, and "/m" whether both lie in one of the blocks of m numbers, of
    which one ends before -`by`; "*m" asks it of the key's number less m times the query's, ":m" of m times the key's.
    """

    key: str | None
    query: str | None
    operator: str
    by: int

    def holds(self, keys: Variables, queries: Variables) -> Pairs:
        """Of all pairs; it broadcasts."""
        k = keys[self.key].values[..., None, :] if self.key else None
        q = queries[self.query].values[..., :, None] if self.query else None
        given = k - q if k is not None and q is not None else k if k is not None else q
        assert given is not None
        known = (k >= 0 if k is not None else True) & (q >= 0 if q is not None else True)
        if self.operator in OPERATORS:
            return known & compared(given, self.operator, self.by)
        if self.operator[0] == "%":
            return known & (given % self.period == self.by)
        assert k is not None
        assert q is not None
        if self.operator[0] in "*:":
            return known & ((k - self.period * q if self.operator[0] == "*" else self.period * k - q) == self.by)
        return known & ((k + self.by) // self.period == (q + self.by) // self.period)

    @property
    def period(self) -> int:
        return int(self.operator[1:])

    def reads(self) -> tuple[str, ...]:
        return tuple(name for name in (self.key, self.query) if name)

    @property
    def nodes(self) -> int:
        """The comparison, what it reads, its number where there is one, and what counts in a period, and that."""
        number = self.by != 0 or len(self.reads()) == 1
        return 1 + len(self.reads()) + number + 2 * (self.operator not in OPERATORS)

    def __str__(self) -> str:
        left = f"k.{self.key}" if self.key else f"q.{self.query}"
        shift = f" {'+' if self.by > 0 else '-'} {abs(self.by)}" if self.by else ""
        if self.operator not in OPERATORS:
            return self._periodic(left, shift)
        right = f"q.{self.query}{shift}" if self.key and self.query else str(self.by)
        return f"{left} {self.operator} {right}"

    def _periodic(self, left: str, shift: str) -> str:
        if self.operator[0] in "*:":
            key, query = (f"{self.period} " * (self.operator[0] == mark) for mark in ":*")
            return f"{key}{left} = {query}q.{self.query}{shift}"
        if self.operator[0] == "/":
            return " = ".join(f"({side}{shift}) div {self.period}" for side in (left, f"q.{self.query}"))
        right = f"q.{self.query}{shift}" if self.query else str(self.by)
        return f"{left} = {right} mod {self.period}"


class Within(NamedTuple):
    """Two numbers that the key holds are compared: what units may have worked out there."""

    one: str
    other: str
    operator: str

    def holds(self, keys: Variables, queries: Variables) -> Pairs:
        """Of all pairs; it broadcasts."""
        one, other = (keys[name].values[..., None, :] for name in (self.one, self.other))
        return (one >= 0) & (other >= 0) & compared(one - other, self.operator, 0)

    def reads(self) -> tuple[str, ...]:
        return self.one, self.other

    @property
    def nodes(self) -> int:
        return 3

    def __str__(self) -> str:
        return f"k.{self.one} {self.operator} k.{self.other}"


class Joined(NamedTuple):
    """Two relations by a connective."""

    one: "Relation"
    connective: str
    other: "Relation"

    def holds(self, keys: Variables, queries: Variables) -> Pairs:
        return joined(self.one.holds(keys, queries), self.connective, self.other.holds(keys, queries))

    def reads(self) -> tuple[str, ...]:
        return self.one.reads() + self.other.reads()

    @property
    def nodes(self) -> int:
        return 1 + self.one.nodes + self.other.nodes

    def __str__(self) -> str:
        one, other = (f"({part})" if isinstance(part, Joined) else str(part) for part in (self.one, self.other))
        return f"{one} {self.connective} {other}"


class Always(NamedTuple):
    """Every key that is seen."""

    def holds(self, keys: Variables, queries: Variables) -> Pairs:
        return np.ones((1, 1, 1), bool)

    def reads(self) -> tuple[str, ...]:
        return ()

    @property
    def nodes(self) -> int:
        return 1

    def __str__(self) -> str:
        return "all"


Relation = Atom | Within | Joined | Always
ALWAYS = Always()


def pairs_in(relation: Relation) -> Iterator[tuple[str, str]]:
    """Which variables of key and query its atoms compare."""
    if isinstance(relation, Joined):
        yield from (*pairs_in(relation.one), *pairs_in(relation.other))
    elif isinstance(relation, Atom) and relation.key and relation.query:
        yield relation.key, relation.query


def compared(given: np.ndarray, operator: str, by: int) -> np.ndarray:
    if operator in ("=", "!="):
        return (given == by) == (operator == "=")
    return given < by if operator == "<" else given > by


def joined(one: np.ndarray, connective: str, other: np.ndarray) -> np.ndarray:
    return one & other if connective == "and" else one | other if connective == "or" else one & ~other


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """The keys that a query looks at: of those in the relation all, the first, the last, or those of least or most.

    Where there is none it looks at `otherwise`: the first key, the last, all, itself, or those of a symbol.
    """

    relation: Relation
    pick: str = "all"  # "first", "last"; "least", "most" of the variable `by`
    by: str | None = None
    otherwise: str | Atom | None = None

    def reads(self) -> tuple[str, ...]:
        return self.relation.reads() + ((self.by,) if self.by else ())

    @property
    def nodes(self) -> int:
        """Of the relation, and of what is picked, by what, or else."""
        otherwise = self.otherwise.nodes if isinstance(self.otherwise, Atom) else int(self.otherwise is not None)
        return self.relation.nodes + (self.pick != "all") + (self.by is not None) + otherwise

    def looks(self, variables: Variables, seen: Pairs) -> Pairs:
        """Which seen keys every query looks at."""
        held = np.broadcast_to(self.relation.holds(variables, variables), seen.shape) & seen
        key = variables[self.by].values if self.by else None
        found = picked(held, self.pick, key)
        if self.otherwise is None:
            return found
        return np.where(found.any(axis=-1, keepdims=True), found, others(self.otherwise, seen, variables))

    def bits(self, variables: Variables) -> float:
        kinds = len(variables) + 1
        pick = 0.0 if self.pick == "all" else 2.0 + (log2(kinds) if self.by else 0.0)
        return 1.0 + relation_bits(self.relation, variables) + pick + self._otherwise_bits(variables)

    def _otherwise_bits(self, variables: Variables) -> float:
        if self.otherwise is None:
            return 0.0
        return log2(len(OTHERWISE) + 1) + (log2(variables[SYMBOLS].size) if isinstance(self.otherwise, Atom) else 0.0)

    def __str__(self) -> str:
        said = str(self.relation)
        if self.pick != "all":
            by = f" k.{self.by}" if self.by else ""
            said = f"{self.pick}{by} of {said}" if self.relation != ALWAYS else f"{self.pick}{by}"
        return f"{said} else {self.otherwise}" if self.otherwise else said


def picked(held: Pairs, pick: str, key: Int[np.ndarray, "rows s"] | None) -> Pairs:
    """Of the keys that are held, those that are picked; `key` (rows, s) is the number that is least or most."""
    if pick == "all":
        return held
    s = held.shape[-1]
    order = np.arange(s) if key is None else key[..., None, :]
    order = -order if pick in ("last", "most") else order
    best = np.where(held, order, NOWHERE)
    return held & (best == best.min(axis=-1, keepdims=True))


def others(otherwise: str | Atom, seen: Pairs, keys: Variables) -> Pairs:
    """What is looked at where a relation holds of no key; `seen` is (rows, queries, keys)."""
    if isinstance(otherwise, Atom):
        held = np.broadcast_to(otherwise.holds(keys, keys), seen.shape) & seen
        return np.where(held.any(axis=-1, keepdims=True), held, seen)
    if otherwise == "self":
        return np.eye(*seen.shape[1:], dtype=bool) & seen
    return picked(seen, otherwise, None)


def marks(variables: Variables) -> Iterator[Atom]:
    """The symbols that are no letters."""
    symbols, values = variables[SYMBOLS].values, variables[VALUES].values
    for number in np.unique(symbols[values == 0]):
        yield Atom(SYMBOLS, None, "=", int(number))


def relation_bits(relation: Relation, variables: Variables) -> float:
    """Of the grammar: an atom names its variables, its operator and its number; connectives are one of three."""
    if isinstance(relation, Always):
        return 1.0
    if isinstance(relation, Joined):
        return JOINED_BITS + relation_bits(relation.one, variables) + relation_bits(relation.other, variables)
    names = sum(log2(len(variables) + 1) for _ in range(2))
    if isinstance(relation, Within):
        return 2.0 + names + log2(len(OPERATORS))
    if relation.operator not in OPERATORS:
        number = log2(relation.period) if relation.operator[0] in "%/" else 1.0 + 2 * log2(1 + abs(relation.by))
        return 1.0 + names + log2(len(OPERATORS)) + 2.0 + log2(len(PERIODS)) + number
    if relation.key and relation.query:
        number = 1.0 + 2 * log2(1 + abs(relation.by))
    else:
        number = log2(max(variables[relation.reads()[0]].size, 2))
    return 1.0 + names + log2(len(OPERATORS)) + number


def atoms(variables: Variables, furthest: int, *, placed: bool = True) -> Iterator[Atom]:
    """All comparisons of two numbers of a kind, up to this difference of places and of counts, and with numbers.

    Symbols are equal or not; their values, places and counts have an order, values up to a difference of one. A value
    may say a place, values and places are counted in twos and threes, and the latest of them are looked at together;
    where they are `placed`, a position holds which place it is, one may be as many times another.
    """
    heard = [each for each in variables.values() if each.kind != TOTAL]
    for k in heard:
        for q in heard:
            if {k.kind, q.kind} == {VALUE, PLACE}:
                yield from (Atom(k.name, q.name, "=", by) for by in (0, -1, 1))
            if k.kind != q.kind:
                continue
            if k.kind == VALUE:
                yield from (Atom(k.name, q.name, f"%{period}", by) for period in PERIODS for by in range(period))
            most = min(furthest if k.kind != VALUE else 1, k.size - 1) if k.ordered else 0
            for by in range(-most, most + 1):
                if by or k.kind != VALUE:  # equal letters are equal symbols
                    yield Atom(k.name, q.name, "=", by)
                if not k.ordered:
                    yield Atom(k.name, q.name, "!=", by)
                if abs(by) <= 1 and k.ordered:
                    yield from (Atom(k.name, q.name, operator, by) for operator in "<>")
        if k.kind == VALUE:
            yield Atom(k.name, None, ">", 0)
            yield from (Atom(k.name, None, f"%{period}", by) for period in PERIODS for by in range(period))
            if k.size <= MOST_BOUNDS:
                bounds = itertools.product("<>", range(1, k.size))
                yield from (Atom(k.name, None, operator, bound) for operator, bound in bounds)
            continue
        for number in range(min(k.size, MOST_NUMBERS)):
            yield Atom(k.name, None, "=", number)
            if not k.ordered and k.size <= MOST_BOUNDS:
                yield Atom(k.name, None, "!=", number)
    if INDEX in variables:
        yield from (Atom(INDEX, INDEX, ">", -latest) for latest in range(2, min(LATEST, furthest) + 1))
    for period in PERIODS if INDEX in variables else ():
        for by in range(period):
            yield Atom(INDEX, None, f"%{period}", by)
            yield Atom(INDEX, INDEX, f"%{period}", by)
            yield Atom(INDEX, INDEX, f"/{period}", by)
        for by in range(-period * furthest, furthest + 1) if placed else ():
            yield Atom(INDEX, INDEX, f"*{period}", by)
        for by in range(-furthest, period * furthest + 1) if placed else ():
            yield Atom(INDEX, INDEX, f":{period}", by)


def within(variables: Variables) -> Iterator[Within]:
    """All comparisons of two numbers of a kind that a key holds, one of them brought there."""
    heard = [each for each in variables.values() if each.kind != TOTAL]
    for one, other in itertools.combinations(heard, 2):
        if one.kind == other.kind and (brought_by(one.name) or brought_by(other.name)):
            operators = ("=", "<", ">") if one.ordered else ("=", "!=")
            yield from (Within(one.name, other.name, operator) for operator in operators)


def distinct(columns: Bool[np.ndarray, "relations n s"], seen: Bool[np.ndarray, "n s"]) -> Int[np.ndarray, " kept"]:
    """The first of every behaviour at the pairs that are seen, without those that hold of none of them or of all."""
    weights = np.random.default_rng(0).random((seen.size, 3)).astype(np.float32)
    weights[:, 2] = 1.0
    flat = columns.reshape(len(columns), -1)
    parts = [flat[at : at + 256].astype(np.float32) @ weights for at in range(0, len(flat), 256)]
    prints = np.concatenate([np.zeros((0, 3), np.float32), *parts])
    first = np.unique(np.round(prints[:, :2].astype(np.float64), 2), axis=0, return_index=True)[1]
    many = prints[first, 2]
    return np.sort(first[(many > 0) & (many < seen.sum())])
