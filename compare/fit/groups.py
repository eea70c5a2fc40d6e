"""Finite groups: recognised in a table of answers, and what functions on them are made of.

A table L(a, b) is a group's up to names if c = x(a) y(b) for two renamings of the arguments: with a row and a column of
L as these renamings every group comes out, up to isomorphism, as the group on the answers (Albert 1943). A group pays
for the permutations by which its generators multiply; all other rows follow from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from jaxtyping import Float, Int

AGREES = 0.98  # of the table, that a group has to give
INVERSE_BITS = 2.0
EQUAL = 1e-6  # eigenvalues that are no further apart belong to one component


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group on 0 .. p-1, `table[x, y]` = x y, and which elements two arguments stand for: L(a, b) = x(a) y(b)."""

    table: Int[np.ndarray, "p p"]
    one: int  # the identity
    first: Int[np.ndarray, " p"]
    second: Int[np.ndarray, " p"]
    generators: tuple[int, ...]

    @property
    def p(self) -> int:
        return len(self.table)

    @property
    def inverse(self) -> Int[np.ndarray, " p"]:
        """Of every element."""
        return np.argmax(self.table == self.one, axis=1)

    @property
    def bits(self) -> float:
        """Its generators' permutations, the identity, and the arguments' names where they are not the elements'."""
        a_permutation = lgamma(self.p + 1) / log(2)
        return (
            len(self.generators) * a_permutation
            + log(self.p, 2)
            + sum(self._name_bits(names, a_permutation) for names in (self.first, self.second))
        )

    def _name_bits(self, names: Int[np.ndarray, " p"], a_permutation: float) -> float:
        if np.array_equal(names, np.arange(self.p)):
            return INVERSE_BITS
        return INVERSE_BITS if np.array_equal(names, self.inverse) else INVERSE_BITS + a_permutation


def recognised(answers: Int[np.ndarray, "p p"]) -> Group | None:
    """The group of which a table of answers is, up to a few errors; None for any other table."""
    row, column = _reference(answers), _reference(answers.T)
    if row is None or column is None:
        return None
    first, second = answers[:, column], answers[row]
    one = int(answers[row, column])
    given = answers[np.argsort(first)][:, np.argsort(second)]  # x y, by the arguments' names
    found = _generated(given, one)
    if found is None:
        return None
    table, generators = found
    if not np.array_equal(table[table], table[:, table]):  # (x y) z = x (y z)
        return None
    if np.mean(table[first][:, second] == answers) < AGREES:
        return None
    return Group(table=table, one=one, first=first, second=second, generators=generators)


def _reference(answers: Int[np.ndarray, "p p"]) -> int | None:
    """A row that is a permutation, the one that names every element by itself where there is one."""
    tokens = np.arange(len(answers))
    rows = np.flatnonzero((np.sort(answers, axis=1) == tokens).all(axis=1))
    if len(rows) == 0:
        return None
    return int(rows[np.argmax((answers[rows] == tokens).mean(axis=1))])


def _generated(given: Int[np.ndarray, "p p"], one: int) -> tuple[Int[np.ndarray, "p p"], tuple[int, ...]] | None:
    """The whole table from the permutations of few of its rows, and which ones; None if they give no whole table."""
    whole = np.flatnonzero((np.sort(given, axis=1) == np.arange(len(given))).all(axis=1))
    chosen: list[int] = []
    table = _closed(given, one, chosen)
    while len(reached := np.flatnonzero(table[:, 0] >= 0)) < len(given):
        others = [int(x) for x in whole if x not in reached]
        if not others:
            return None
        tables = {x: _closed(given, one, [*chosen, x]) for x in others}
        best = max(others, key=lambda x: int((tables[x][:, 0] >= 0).sum()))
        chosen, table = [*chosen, best], tables[best]
    return table, tuple(chosen)


def _closed(given: Int[np.ndarray, "p p"], one: int, generators: Sequence[int]) -> Int[np.ndarray, "p p"]:
    """Rows of all elements that the generators reach from the identity; -1 for the others."""
    table = np.full_like(given, -1)
    table[one], queue = np.arange(len(given)), [one]
    for x in queue:
        for generator in generators:
            y = int(given[generator, x])
            if table[y, 0] < 0:
                table[y] = given[generator][table[x]]
                queue.append(y)
    return table


def components(group: Group, seed: int = 0) -> tuple[Float[np.ndarray, "p columns"], ...]:
    """Orthonormal columns of the functions on the group that each of its real irreducible representations makes.

    These are the eigenspaces of a symmetric element in the centre of the group's algebra: a random mixture of class
    sums (Serre 1977, section 2.6). The constant functions, the trivial representation's, are left out.
    """
    table, inverse = group.table, group.inverse
    rng, matrix = np.random.default_rng(seed), np.zeros((group.p, group.p))
    for members in classes(group):
        both = np.union1d(members, inverse[members])
        weight = rng.normal()
        for x in both:
            matrix[table[x], np.arange(group.p)] += weight / len(both)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    cuts = np.flatnonzero(np.diff(values) > EQUAL) + 1
    parts = [vectors[:, part] for part in np.split(np.arange(group.p), cuts)]
    return tuple(part for part in parts if part.shape[1] > 1 or np.ptp(part) > EQUAL)


def classes(group: Group) -> Iterator[Int[np.ndarray, " members"]]:
    """Conjugacy classes."""
    table, inverse, left = group.table, group.inverse, set(range(group.p))
    while left:
        x = min(left)
        members = np.unique(table[table[:, x], inverse])
        left -= set(members.tolist())
        yield members


def commutes(group: Group) -> bool:
    """Whether x y = y x for all x and y."""
    return bool(np.array_equal(group.table, group.table.T))
