"""Whether a net holds what a person would work out on the way to the answer; this decides no verdict.

The reader never sees such variables: they are declared beside a task, and looked for at every site with a width at each
position, but for the last one, from which the answers are read out. *Decoded*: at each position a linear map of the
site, fitted on one half of the rows, tells the value on the other; of numbers the variance that it explains there.
*Followed*: a subspace of the site is exchanged at one position with another row whose value there is another, and all
answers become what they would be had the variable that value (interchange: Geiger et al. 2021, arXiv 2106.02997). The
subspace has one dimension less than there are values, a single one for a number, and is fitted to fitted rows alone
(see `compare.fit.alignment`). The control is the same with each value taken for another one, searched for as long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.fit.alignment import Exchanges, align, exchanged
from compare.loss import NAMES
from compare.read import Reading
from compare.record import HeldLine
from nets.edits import Patch

FITTED, REPORTED = 4096, 512  # exchanges, at most
DRAWN = 16  # for each exchange that is kept
FEWEST = 32  # exchanges of which a share is told
ROWS_A_NUMBER = 2  # fitted rows for each number of a linear map; positions with fewer are left out
SLIGHT = 1e-4  # of a site's mean square, added to all directions when values are decoded
NO_SITES = (
    "pattern",
    "score",
    "value",
    "mid",
)  # what a head looks at, and brings before it is written; what heads have written, which stands beside it


class Variable(NamedTuple):
    """A variable on the rows of a reading."""

    name: str
    values: Int[np.ndarray, "rows positions"]  # below 0 where it has none
    then: Callable[[Int[np.ndarray, " n"], Int[np.ndarray, "n positions"]], np.ndarray]
    """Of rows and what the variable would be there, the answers; below 0 where it says nothing of them."""
    number: bool = False  # how much, not which


class Pairs(NamedTuple):
    """Rows, a position of each, another row that has another value there, and the answers that its value makes."""

    rows: Int[np.ndarray, " n"]
    place: Int[np.ndarray, " n"]
    others: Int[np.ndarray, " n"]
    right: np.ndarray

    def first(self, most: int) -> "Pairs":
        return Pairs(*(part[:most] for part in self))


def find(reading: Reading, variable: Variable) -> HeldLine:
    """Where it sits: the site at which the lesser of both shares is greatest, before its subspace is fitted.

    Shares are of reported rows; None where too few exchanges turn an answer.
    """
    looked = _Looked(reading, variable)
    (fitted, reported), wrong = looked.halves(), looked.halves(wrong=True)
    bases = {site: looked.moved(site) for site in looked.sites}
    told = {site: looked.decoded(site) for site in looked.sites}
    known = {site: looked.followed(site, bases[site], fitted.first(REPORTED)) for site in looked.sites}
    best = max(looked.sites, key=lambda site: min(told[site], known[site] or 0.0))
    return HeldLine(
        variable=variable.name,
        number=variable.number,
        site=best,
        dimensions=bases[best].shape[1],
        decoded=told[best],
        followed=looked.searched(best, bases[best], fitted, reported),
        control=looked.searched(best, bases[best], *wrong),
        decoded_at=told,
        followed_at={site: looked.followed(site, bases[site], reported) for site in looked.sites},
    )


def streams(reading: Reading) -> tuple[str, ...]:
    """The sites that variables are looked for at; none in nets that are not over sequences."""
    length = reading.x.shape[1] if reading.x.ndim == 2 else -1
    kept = (site for site in reading.net.sites if site.rsplit(".", 1)[-1] not in NO_SITES)
    return tuple(site for site in kept if reading.shapes[site][:-1] == (length,))[:-1]


@dataclass(frozen=True)
class _Looked:
    """One variable in one net."""

    reading: Reading
    variable: Variable

    @cached_property
    def sites(self) -> tuple[str, ...]:
        return streams(self.reading)

    @cached_property
    def known(self) -> Bool[np.ndarray, "rows positions"]:
        return self.variable.values >= 0

    @cached_property
    def kinds(self) -> Int[np.ndarray, " kinds"]:
        return np.unique(self.variable.values[self.known])

    def halves(self, *, wrong: bool = False) -> tuple[Pairs, Pairs]:
        """On fitted rows and on reported ones."""
        given = (self.reading.fitted, FITTED), (self.reading.reported, REPORTED)
        fitted, reported = (self.pairs(*each, wrong=wrong) for each in given)
        return fitted, reported

    def pairs(self, among: Int[np.ndarray, " n"], most: int, *, wrong: bool) -> Pairs:
        """Those after which an answer is another one; of the wrong variable each value is the next larger one."""
        values, rng = self.variable.values, np.random.default_rng([self.reading.seed, 79, len(among)])
        place, row = np.nonzero(self.known[among].T)  # by position
        counts = np.bincount(place, minlength=values.shape[1])
        chosen = rng.integers(len(row), size=most * DRAWN)
        at, rows = place[chosen], among[row[chosen]]
        others = among[row[(counts.cumsum() - counts)[at] + (rng.random(len(at)) * counts[at]).astype(int)]]
        theirs = values[others, at]
        if wrong:
            theirs = self.kinds[(np.searchsorted(self.kinds, theirs) + 1) % len(self.kinds)]
        changed = values[rows].copy()
        changed[np.arange(len(rows)), at] = theirs
        right = self.variable.then(rows, changed)
        other = ~self.reading.view.answers.alike(right, self.reading.targets[rows]) & self.counts(rows, right)
        kept = np.flatnonzero(other.reshape(len(rows), -1).any(axis=1))[:most]
        return Pairs(rows[kept], at[kept], others[kept], right[kept])

    def counts(self, rows: Int[np.ndarray, " n"], right: np.ndarray) -> Bool[np.ndarray, "n ..."]:
        """The answers that count and of which the variable says something."""
        said, mask = np.asarray(right >= 0), self.reading.mask
        said = np.asarray(said.all(axis=-1)) if self.reading.view.answers.axes else said
        return said if mask is None or said.ndim == 1 else np.asarray(said & mask[rows])

    def decoded(self, site: str) -> float:
        """On reported rows; of numbers against what the mean at the position misses."""
        reading, values = self.reading, self.variable.values
        x, fewest = reading.site(site), ROWS_A_NUMBER * (reading.shapes[site][-1] + 1)
        missed, whole = 0.0, 0.0
        for place in range(values.shape[1]):
            fitted, reported = (rows[self.known[rows, place]] for rows in (reading.fitted, reading.reported))
            if len(fitted) < fewest or not len(reported):
                continue
            y, y_new = values[fitted, place], values[reported, place]
            if self.variable.number:
                said = _told(x[fitted, place], y[:, None].astype(float), x[reported, place])[:, 0]
                missed, whole = missed + ((said - y_new) ** 2).sum(), whole + ((y.mean() - y_new) ** 2).sum()
            else:
                said = _told(x[fitted, place], (y[:, None] == self.kinds) * 1.0, x[reported, place])
                missed, whole = missed + (self.kinds[said.argmax(axis=1)] != y_new).sum(), whole + len(y_new)
        return float(1 - missed / whole) if whole else 0.0

    def moved(self, site: str) -> Float[np.ndarray, "width k"]:
        """The directions in which the site's mean at a position moves with the value."""
        reading, rows = self.reading, self.reading.fitted
        known, y = self.known[rows], self.variable.values[rows][self.known[rows]]
        x = reading.site(site)[rows].astype(np.float64)
        mean = (x * known[..., None]).sum(axis=0) / np.maximum(known.sum(axis=0), 1)[:, None]
        of = y[:, None] == self.kinds
        weights = (y - y.mean())[:, None] if self.variable.number else of / np.maximum(of.sum(axis=0), 1)
        count = 1 if self.variable.number else max(min(len(self.kinds) - 1, x.shape[-1] // 2), 1)
        return np.linalg.svd((x - mean)[known].T @ weights, full_matrices=False)[0][:, :count].astype(np.float32)

    def followed(self, site: str, basis: Float[np.ndarray, "width k"], pairs: Pairs) -> float | None:
        """The share of exchanges after which every answer is as predicted."""
        if len(pairs.rows) < FEWEST:
            return None
        given, nothing = self.given(site, pairs), Patch(np.zeros((1, 1, 1), bool), np.zeros((1, 1, 1), np.float32))
        edited = np.asarray(exchanged(basis, given))
        edits = dict.fromkeys(self.sites, nothing) | {site: Patch(np.ones((1, 1, 1), bool), edited)}
        said = self.reading.decode(self.reading.run(edits, rows=pairs.rows)[0])  # all named: compiled once
        alike = self.reading.view.answers.alike(said, pairs.right) | ~given.mask
        return float(alike.reshape(len(alike), -1).all(axis=1).mean())

    def searched(self, site: str, start: Float[np.ndarray, "width k"], fitted: Pairs, reported: Pairs) -> float | None:
        """The same with the subspace fitted to the fitted exchanges, from where it starts."""
        if min(len(fitted.rows), len(reported.rows)) < FEWEST:
            return None
        reading, kind = self.reading, NAMES[type(self.reading.view.answers)]
        given, unit = self.given(site, fitted), reading.scales.get(site, 1.0)
        given = given._replace(before=given.before * unit, theirs=given.theirs * unit)
        basis = align(reading.net, reading.params, site, given, start, kind, reading.seed)
        return self.followed(site, basis, reported)

    def given(self, site: str, pairs: Pairs) -> Exchanges:
        values = self.reading.site(site)
        return Exchanges(
            x=self.reading.x[pairs.rows],
            before=values[pairs.rows],
            place=pairs.place,
            theirs=values[pairs.others, pairs.place],
            right=np.maximum(pairs.right, 0),
            mask=self.counts(pairs.rows, pairs.right),
        )


def _told(
    x: Float[np.ndarray, "n width"], y: Float[np.ndarray, "n k"], new: Float[np.ndarray, "m width"]
) -> Float[np.ndarray, "m k"]:
    """What a linear map of x to y says of others."""
    x, new = (np.pad(each.astype(np.float64), ((0, 0), (0, 1)), constant_values=1.0) for each in (x, new))
    slight = SLIGHT * np.trace(x.T @ x) / x.shape[1] * np.eye(x.shape[1])
    return new @ np.linalg.solve(x.T @ x + slight, x.T @ y)
