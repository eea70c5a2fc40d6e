"""A head's score as a sum of a few relations, each with a strength or a table of them, chosen by code length."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from math import log, log2

import numpy as np
from jaxtyping import Float

from compare.extract.selects.naming import Pool
from compare.extract.selects.patterns import Feature, Queries, fitted, gain, masses, one_strength, score, softmax
from compare.extract.selects.relations import ALWAYS, Select, pairs_in
from compare.extract.selects.variables import INDEX, PLACE, TOTAL, VALUE, Variables, brought_by

MOST = 6  # terms a score has
DECLARED = 80.0  # times a query counts, in a code that would pay for what the score leaves of the pattern
CONSTANT = 5.0  # bits of a strength
LEAST = 10.0  # bits that another term saves
TRIED, PLAIN = 3, 2  # terms with a table, and with one strength, that are fitted each round
TRIAL = 30  # iterations of a fit that one of them is chosen by
PAIRED = 64  # relations that promise most, of which key and query may index a table together
REACH = 8  # difference of places that has a strength of its own
WIDEST = 260  # strengths of one term that two variables index


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Where the select looks, a strength; by the numbers of `key`, `query` or by the difference of places one each."""

    select: Select
    key: str | None = None
    query: str | None = None
    offset: bool = False

    def size(self, variables: Variables) -> int:
        if self.offset:
            return 2 * REACH + 1
        sizes = [variables[name].size + 1 for name in (self.key, self.query) if name]
        return int(np.prod(sizes)) if sizes else 1

    def bits(self, variables: Variables) -> float:
        names = log2(len(variables) + 1) * 2
        return self.select.bits(variables) + names + CONSTANT * self.size(variables)

    def index(self, looks: np.ndarray, keys: Variables, queries: Variables) -> np.ndarray:
        """Which strength counts at every pair (..., q, k); the number beyond the last where none does."""
        if self.offset:
            apart = keys[INDEX].values[..., None, :] - queries[INDEX].values[..., :, None]
            number = np.clip(apart, -REACH, REACH) + REACH
        else:
            number = np.zeros((1,), dtype=np.int64)
            if self.key:
                number = keys[self.key].values[..., None, :] + 1
            if self.query:
                number = number * (queries[self.query].size + 1) + queries[self.query].values[..., :, None] + 1
        return np.where(looks, number, self.size(keys))

    def __str__(self) -> str:
        by = (
            "k.i - q.i"
            if self.offset
            else ", ".join(f"{side}.{name}" for side, name in (("k", self.key), ("q", self.query)) if name)
        )
        return f"[{self.select}]" + (f" by {by}" if by else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Terms with their strengths, and by how many nats the pattern is apart from what they say."""

    terms: tuple[Term, ...]
    strengths: tuple[Float[np.ndarray, " size"], ...]
    nats: float
    uniform: float  # nats that a uniform pattern leaves

    def pattern(self, variables: Variables, seen: np.ndarray) -> Float[np.ndarray, "rows s s"]:
        """What the score says of whole rows."""
        total = np.zeros(seen.shape, dtype=np.float32)
        for term, strength in zip(self.terms, self.strengths, strict=True):
            index = term.index(term.select.looks(variables, seen), variables, variables)
            total = total + np.append(strength, 0.0).astype(np.float32)[index]
        return softmax(total, seen)

    def __str__(self) -> str:
        if not self.terms:
            return "uniform"
        said = []
        for term, strength in zip(self.terms, self.strengths, strict=True):
            said.append(f"{strength[0]:.1f} {term}" if len(strength) == 1 else f"{term} ({len(strength)})")
        return " + ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Selects with where they look at the queries."""

    selects: Sequence[Select]
    columns: np.ndarray  # (selects, n, s)
    bits: np.ndarray


def offered(known: Pool, more: Sequence[tuple[Select, np.ndarray]], variables: Variables) -> Offered:
    """Every relation of a pool as a select, and others."""
    selects = [Select(relation=relation) for relation in known.relations] + [select for select, _ in more]
    columns = np.concatenate([known.columns, np.stack([looks for _, looks in more])]) if more else known.columns
    return Offered(selects=selects, columns=columns, bits=np.array([each.bits(variables) for each in selects]))


def fit(queries: Queries, given: Offered, variables: Variables) -> Score:
    """Greedy by code length: what is left of the pattern, and the terms' bits."""
    terms: list[Term] = []
    looks: list[np.ndarray] = []
    features: list[Feature] = []
    uniform, strengths = fitted([], queries)
    declared = _declared(queries)
    left, cost = uniform, declared * uniform / log(2)
    while len(terms) < MOST:
        model = softmax(score(features, _split(strengths, features), queries.pattern.shape), queries.seen)
        best = None
        for term, where in _tried(queries, given, variables, model, list(zip(terms, looks, strict=True))):
            tried = [*features, _feature(term, where, queries, variables)]
            start = np.concatenate([strengths, np.zeros(tried[-1].size)])
            nats, found = fitted(tried, queries, start, TRIAL)
            total = declared * nats / log(2) + sum(each.bits(variables) for each in [*terms, term])
            if best is None or total < best[0]:
                best = total, term, where, tried, found
        if best is None or best[0] > cost - LEAST:
            break
        _, term, where, features, start = best
        terms.append(term)
        looks.append(where)
        left, strengths = fitted(features, queries, start)
        cost = declared * left / log(2) + sum(each.bits(variables) for each in terms)
    return Score(terms=tuple(terms), strengths=tuple(_split(strengths, features)), nats=left, uniform=uniform)


def _declared(queries: Queries) -> float:
    """Queries for which a code would pay."""
    return DECLARED * len(queries.places)


def _split(strengths: np.ndarray, features: list[Feature]) -> list[np.ndarray]:
    return np.split(strengths, np.cumsum([each.size for each in features])[:-1]) if features else []


def _feature(term: Term, looks: np.ndarray, queries: Queries, variables: Variables) -> Feature:
    index = term.index(looks[:, None], queries.keys, queries.own)[:, 0]
    return Feature(index=np.broadcast_to(index, looks.shape), size=term.size(variables))


def _tried(
    queries: Queries, given: Offered, variables: Variables, model: np.ndarray, there: Sequence[tuple[Term, np.ndarray]]
) -> Iterator[tuple[Term, np.ndarray]]:
    """The terms that promise most beside those that are there."""
    terms = [term for term, _ in there]
    known = list({str(term.select): (term.select, looks) for term, looks in there}.values())
    held, mass = masses(given.columns, queries.pattern, model)
    gained, _ = one_strength(held, mass, queries.weight)
    declared = _declared(queries)
    worth = declared * gained / log(2) - given.bits
    order = np.argsort(-worth)
    yield from ((Term(select=given.selects[i]), given.columns[i]) for i in order[:PLAIN])
    pairs = {pair for i in order[:PAIRED] for pair in pairs_in(given.selects[i].relation)}
    shapes = [(Select(relation=ALWAYS), queries.seen), *known]
    shapes += [(given.selects[i], given.columns[i]) for i in order[:PLAIN]]
    rated = []
    for select, where in shapes:
        for term in _indexed(select, variables, pairs):
            if term in terms:
                continue
            feature = _feature(term, where, queries, variables)
            worth_of = declared * min(gain(feature, queries, model), queries.divergence(model)) / log(2)
            rated.append((worth_of - term.bits(variables), term, where))
    rated.sort(key=lambda each: -each[0])
    yield from ((term, where) for _, term, where in rated[:TRIED])


def _indexed(select: Select, variables: Variables, pairs: Container[tuple[str, str]]) -> Iterator[Term]:
    """The select with a strength for each number that key or query hold, or for each difference of places.

    Both are indexed at once where heads below bring neither of them, or these are one of the pairs.
    """
    yield Term(select=select, offset=True)
    names = [name for name, variable in variables.items() if variable.kind not in (VALUE, TOTAL)]
    for name in names:
        if variables[name].kind != PLACE or variables[name].size <= 32:
            yield Term(select=select, key=name)
            yield Term(select=select, query=name)
    own = [name for name in names if brought_by(name) is None]
    for key in names:
        for query in names:
            term = Term(select=select, key=key, query=query)
            if ((key in own and query in own) or (key, query) in pairs) and term.size(variables) <= WIDEST:
                yield term
