"""Where something is, as a Boolean program: found from rows that are said to be there or not, by bits.

The enumerator's terms of the integer words, from the shortest on, are each held against every bound, and so are the
words that are Booleans. What holds of nearly all that is there is joined by `and`, one after the other: what saves most
of the bits of telling which rows are there, for its own bits. What the others make needless goes again. Terms that were
kept are words of a second, richer language, whose terms are tried next; what is left uncovered may be joined by `or`.
Rows are drawn anew among those that hold so far, so that few are enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from synth.language.grammar import EIGHTHS, program_cost, uniform_language
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, terminal
from synth.language.types import BOOL, INT
from synth.library.arith import ABS, ADD, SUB
from synth.library.boolean import AND, NOT, OR
from synth.library.choice import LE, LT
from synth.library.constants import CONSTANTS
from synth.search.bounds import Price, at_least, at_most, number, shorter
from synth.search.terms import Columns, Terms

LIBRARY = (ADD, SUB, ABS, LE, LT, AND, OR, NOT, *CONSTANTS)
FIRST = (ADD, SUB)  # what the first terms are made of
THEN = (ADD, SUB, ABS, *CONSTANTS[:5])  # what the second are
NODES = 5  # of the first terms
TERMS = 4000  # of the second
WORDS = 4  # that the second are made of, at most
DRAWN = (4000, 8000)  # rows that are there, and others, on which bounds are tried
LOOKED = (250, 750)  # of these, on which terms are looked at first
BEST = 12  # terms that are tried then
ENOUGH = 0.98  # share of the bits, from which on no other way is tried
HOPE = 0.2  # the same, below which none is
RANGE = 64  # of a term's values, at most
ATOMS = 8  # joined, at most
UNCOVERED = 0.02  # share of the rows that are there, from which on another part is sought


class Way(NamedTuple):
    """How atoms are chosen, and how many parts are joined by `or`."""

    greed: float  # the power of an atom's own bits by which those that it saves are divided
    stray: float  # share of the rows that are there that an atom may leave out
    parts: int


WAYS = (Way(0.5, 0.02, 1), Way(0.0, 0.02, 1), Way(0.5, 1.0, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where something is: a program over the columns, a Boolean a row."""

    program: Program
    bits: float  # of the program
    saved: float  # of the bits of telling which rows are there, those that it saves, less its own
    share: float  # of those bits, what is saved


def region(columns: Columns, there: Bool[np.ndarray, " rows"], seed: int, ways: Sequence[Way] = WAYS) -> Region | None:
    """The program, of columns of integers and of Booleans, all (rows,); None where nothing saves any bits.

    Sought in each of some ways, until it is told or there is no hope of it. Raises ValueError where shapes differ, or
    columns are of neither kind.
    """
    checked(columns, there)
    if there.all():
        return Region(program=always(), bits=bits_of(always(), columns), saved=0.0, share=1.0)
    given = Given(columns, there, np.ones(len(there), bool), pricing(columns))
    words = Terms.of(columns, FIRST, NODES, 1 << 30, seed)
    best: Region | None = None
    for way in ways:
        found = _sought(given, words, way, np.random.default_rng([seed, 107]))
        best = max((each for each in (best, found) if each is not None), key=lambda each: each.saved, default=None)
        if best is None or not HOPE <= best.share < ENOUGH:
            break
    return None if best is None or best.saved <= 0 else _shorter(best, given.price)


def _shorter(found: Region, price: Price) -> Region:
    program = shorter(found.program)
    bits = price(program)
    return replace(found, program=program, bits=bits, saved=found.saved + found.bits - bits)


def run(program: Program, columns: Columns) -> Bool[np.ndarray, " rows"]:
    """Where it holds."""
    rows = len(next(iter(columns.values())))
    return np.broadcast_to(program.run({**columns, "": np.zeros(rows)}), (rows,)).astype(bool)


def bits_of(program: Program, columns: Columns) -> float:
    """In the language of the regions over these columns."""
    return pricing(columns)(program)


def pricing(columns: Columns) -> Price:
    """What programs over these columns cost."""
    words = tuple(Terminal(name, BOOL if values.dtype == bool else INT) for name, values in columns.items())
    known = uniform_language(LIBRARY, words)
    return lambda program: program_cost(known, program, BOOL) / EIGHTHS


def always() -> Program:
    """What holds everywhere."""
    return apply(LE, number(0), number(0))


def checked(columns: Columns, there: np.ndarray) -> None:
    shapes = {name: np.shape(values) for name, values in columns.items()}
    bad = [name for name, values in columns.items() if np.asarray(values).dtype.kind not in "biu"]
    whole = any(np.asarray(values).dtype.kind in "iu" for values in columns.values())
    if bad or not whole or there.dtype != bool or set(shapes.values()) != {(len(there),)}:
        raise ValueError(
            "region: expected columns of integers, or of Booleans too, and Booleans of where it is, of one shape "
            f"(rows,), got {there.dtype} of shape {np.shape(there)}, columns {shapes}, other kinds {bad}; mend these"
        )


def telling(there: float, rows: float) -> float:
    """Bits of telling which of so many rows are there, that are so many."""
    return float(_telling(np.array(there), np.array(rows - there)))


def _telling(there: np.ndarray, others: np.ndarray) -> np.ndarray:
    rows = there + others
    with np.errstate(all="ignore"):
        parts = [np.where(each > 0, each * np.log2(each / rows), 0.0) for each in (there, others)]
    return -parts[0] - parts[1]


class Given(NamedTuple):
    """What is to be told: among the rows that count, those that are there."""

    columns: Columns
    there: Bool[np.ndarray, " rows"]
    counts: Bool[np.ndarray, " rows"]
    price: Price


class Atom(NamedTuple):
    """A program that may be joined; the term that it bounds, None of a Boolean word."""

    program: Program
    term: Program | None
    gain: float  # bits that it saves
    bits: float  # of its own


def _sought(given: Given, terms: Terms, way: Way, rng: np.random.Generator) -> Region | None:
    """Parts that hold one after the other, as long as they pay for themselves."""
    found, parts, left = None, [], given
    while len(parts) < way.parts and left.there.sum() > UNCOVERED * given.there.sum():
        part = _joined_up(left, terms, way, rng)
        if part is None:
            break
        parts.append(part)
        more = _region(parts, given)
        if found is not None and more.saved <= found.saved:
            break
        covered = run(part, given.columns)
        found, left = more, left._replace(there=left.there & ~covered, counts=left.counts & ~covered)
    return found


def _joined_up(given: Given, terms: Terms, way: Way, rng: np.random.Generator) -> Program | None:
    """Atoms of the first terms, then of the second, joined by `and`."""
    atoms = _pruned(given, _grown(given, terms, [], way, rng))
    words = list(dict.fromkeys(atom.term for atom in atoms if atom.term is not None))[:WORDS]
    if words:
        inner = {f"t{place}": word for place, word in enumerate(words)}
        richer = Terms.over(inner, given.columns, THEN, np.inf, TERMS, 0)
        atoms = _pruned(given, _grown(given, richer, atoms, way, rng))
    return _joined(AND, [atom.program for atom in atoms]) if atoms else None


def _grown(given: Given, terms: Terms, atoms: list[Atom], way: Way, rng: np.random.Generator) -> list[Atom]:
    """With as many atoms more as save bits, one after the other."""
    atoms = list(atoms)
    inside = _held(given, atoms)
    while len(atoms) < ATOMS and (inside & ~given.there).any():
        drawn = Drawn.of(given, inside, way.stray, rng)
        worth = [atom for atom in _proposed(drawn, terms, way.greed) if atom.gain > atom.bits]
        if not worth:
            break
        best = max(worth, key=lambda atom: atom.gain / atom.bits**way.greed)
        atoms.append(best)
        inside &= run(best.program, given.columns)
    return atoms


def _held(given: Given, atoms: Sequence[Atom]) -> Bool[np.ndarray, " rows"]:
    inside = given.counts.copy()
    for atom in atoms:
        inside &= run(atom.program, given.columns)
    return inside


class Drawn(NamedTuple):
    """Some of the rows that hold so far: first those that are there, each standing for `often` of its kind."""

    columns: Columns
    there: int
    often: tuple[float, float]
    stray: float  # rows that are there that may be left out
    price: Price

    @classmethod
    def of(cls, given: Given, inside: Bool[np.ndarray, " rows"], stray: float, rng: np.random.Generator) -> "Drawn":
        both = [np.flatnonzero(inside & given.there), np.flatnonzero(inside & ~given.there)]
        some = [rng.choice(rows, min(len(rows), most), replace=False) for rows, most in zip(both, DRAWN, strict=True)]
        often = [len(rows) / max(len(part), 1) for rows, part in zip(both, some, strict=True)]
        columns = {name: np.asarray(values)[np.concatenate(some)] for name, values in given.columns.items()}
        return cls(columns, len(some[0]), (often[0], often[1]), stray * given.there.sum(), given.price)

    def fewer(self) -> "Drawn":
        """Of each kind the first."""
        others = len(next(iter(self.columns.values()))) - self.there
        some = [min(number, most) for number, most in zip((self.there, others), LOOKED, strict=True)]
        often = [self.often[0] * self.there / max(some[0], 1), self.often[1] * others / max(some[1], 1)]
        rows = np.r_[: some[0], self.there : self.there + some[1]]
        return Drawn(
            {name: values[rows] for name, values in self.columns.items()},
            some[0],
            (often[0], often[1]),
            self.stray,
            self.price,
        )

    def bounds(self, values: Int[np.ndarray, "rows terms"]) -> tuple[np.ndarray, np.ndarray]:
        """Bits that each term saves by being at most, and at least, so much, (2, terms, RANGE), and its least value.

        None of a term that has many values.
        """
        least = values.min(axis=0)
        many = values.max(axis=0) - least >= RANGE
        values = np.where(many, 0, values - least)
        counts = [counted(part) for part in (values[: self.there], values[self.there :])]
        above = self.gain(*(each.sum(axis=1, keepdims=True) - each.cumsum(axis=1) for each in counts))
        below = self.gain(*(each.cumsum(axis=1) - each for each in counts))
        return np.where(many[:, None], -np.inf, np.stack([above, below])), least

    def gain(self, there: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Bits that leaving out so many of those drawn saves; none where too many that are there go."""
        all_there = self.there * self.often[0]
        all_others = (len(next(iter(self.columns.values()))) - self.there) * self.often[1]
        out, off = there * self.often[0], others * self.often[1]
        saved = telling(all_there, all_there + all_others) - _telling(all_there - out, all_others - off)
        fewer = out * all_others < off * all_there  # of what is left out are there than of all
        return np.where((out <= self.stray) & fewer, saved - _telling(out, off), -np.inf)


def _proposed(drawn: Drawn, terms: Terms, greed: float) -> Iterator[Atom]:
    """The best atom of the Boolean words, and of the terms."""
    for name, values in drawn.columns.items():
        if values.dtype != bool:
            continue
        word = terminal(name, BOOL)
        for program, out in ((word, ~values), (apply(NOT, word), values)):
            gain = drawn.gain(np.array(out[: drawn.there].sum()), np.array(out[drawn.there :].sum()))
            yield Atom(program, None, float(gain), drawn.price(program))
    yield from _bounded(drawn, terms, greed)


def _bounded(drawn: Drawn, terms: Terms, greed: float) -> Iterator[Atom]:
    """The best bounds of the terms that look best on fewer rows."""

    fewer = drawn.fewer()
    gains, _ = fewer.bounds(terms.values(fewer.columns))
    worth = gains.max(axis=(0, 2)) / terms.bits**greed
    for place in np.argsort(-worth, kind="stable")[:BEST]:
        term = terms.program(int(place))
        gains, least = drawn.bounds(np.asarray(term.run(drawn.columns))[:, None])
        for gain, make in zip(gains[:, 0], (at_most, at_least), strict=True):
            bound = int(gain.argmax())
            program = make(term, bound + int(least[0]), drawn.price) if np.isfinite(gain[bound]) else None
            if program is not None:
                yield Atom(program, term, float(gain[bound]), drawn.price(program))


def counted(values: Int[np.ndarray, "rows terms"]) -> Int[np.ndarray, "terms values"]:
    """How often each term has each value."""
    places = values + RANGE * np.arange(values.shape[1])
    return np.bincount(places.reshape(-1), minlength=RANGE * values.shape[1]).reshape(-1, RANGE)


def _pruned(given: Given, atoms: list[Atom]) -> list[Atom]:
    """Without those that do not pay for themselves beside the others, the dearest first."""
    held = [run(atom.program, given.columns) for atom in atoms]
    costs = [atom.bits for atom in atoms]
    kept = list(range(len(atoms)))
    current = _untold(given, [held[i] for i in kept])
    while len(kept) > 1:
        without = [_untold(given, [held[i] for i in kept if i != each]) for each in kept]
        saves = [costs[each] - (after - current) for each, after in zip(kept, without, strict=True)]
        best = int(np.argmax(saves))
        if saves[best] <= 0:
            break
        current = without[best]
        del kept[best]
    return [atoms[i] for i in kept]


def _untold(given: Given, held: Sequence[np.ndarray]) -> float:
    """Bits that are left of telling what is there, inside and outside."""
    inside = np.logical_and.reduce([given.counts, *held])
    outside = given.counts & ~inside
    return sum(telling(float((given.there & part).sum()), float(part.sum())) for part in (inside, outside))


def _joined(primitive: Primitive, programs: Sequence[Program]) -> Program:
    return reduce(lambda one, other: apply(primitive, one, other), programs)


def _region(parts: Sequence[Program], given: Given) -> Region:
    program = _joined(OR, parts)
    bits, before = given.price(program), telling(float(given.there.sum()), float(len(given.there)))
    left = _untold(given, [run(program, given.columns)])
    return Region(program=program, bits=bits, saved=before - left - bits, share=(before - left) / max(before, 1e-9))
