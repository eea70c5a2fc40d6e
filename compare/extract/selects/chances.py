"""The expression that says how likely each class is: the shortest, with what it leaves of the net's distributions.

Short expressions of all integers come first; then those of these and of the best that there are, as long as one of them
is better. What one leaves is what a code would pay for: a draw from each of the net's distributions, and those that are
not alike within the tolerance.
"""

import itertools
from collections.abc import Iterator, Mapping
from functools import partial
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Distributions
from compare.bits import exception_bits
from compare.extract.selects.odds import WORDS, Cells, Odds, normalised, odds_of
from compare.extract.selects.readouts import Readout
from compare.extract.selects.search import Draft
from synth import INT, Budget, Program, apply, levels, named, terminal
from synth.library import LIBRARIES
from synth.proofs.constraints.expression import size, substitute

LIKELY = 0.2  # of the tolerance: a class that is never more likely than this is none of those that are weighed
DRAWN = 500  # answers that a code would pay for
FLOOR = 1e-3  # of a distribution, shared by all classes, so that no draw is impossible
CELLS = 1200  # answers times classes that expressions are held against at first
ASKED = 20_000  # answers that the best of them are held against
KEPT, EACH, PARTS = 12, 3, 12  # expressions: the best, the best of each length, those that longer ones are made of
ROUNDS = 5
LIMITS = Budget(seconds=600.0, bytes=1 << 28, candidates=8_000, bits=64.0)
JOINING = ("add", "sub", "mul", "min", "max")  # what joins expressions


class Answered(NamedTuple):
    """Distributions, and the integers at their positions."""

    values: Mapping[str, Int[np.ndarray, " n"]]
    given: Float[np.ndarray, "n classes"]


class Sought(NamedTuple):
    """The kind of the answers, which symbols are letters, and a seed."""

    kind: Distributions
    letters: range
    seed: int


class Asked(NamedTuple):
    """What is to be said: some of the answers that count, and the integers that their positions hold."""

    odds: Odds
    kind: Distributions
    values: Mapping[str, Int[np.ndarray, " n"]]
    goal: Float[np.ndarray, "n kinds"]

    def left(self, shares: Float[np.ndarray, "n kinds m"]) -> Float[np.ndarray, " m"]:
        """Bits of what other distributions leave of the first answers."""
        goal = self.goal[: len(shares)]
        said = (1 - FLOOR) * shares + FLOOR / shares.shape[1]
        own = (goal * np.log(np.maximum(goal, 1e-12))).sum(axis=1).mean()
        nats = own - np.einsum("nk,nkm->m", goal, np.log(said)) / len(goal)
        wrong = (np.abs(shares - goal[..., None]) > self.kind.tolerance).any(axis=1).mean(axis=0)
        unlike = [exception_bits(DRAWN, round(float(share) * DRAWN), self.kind.options) for share in wrong]
        return DRAWN * np.maximum(nats, 0) / np.log(2) + np.array(unlike)


class Found(NamedTuple):
    """An expression, its bits, and those of what it leaves."""

    left: float
    price: float
    program: Program

    @property
    def bits(self) -> float:
        return self.left + self.price


def promise(draft: Draft, answered: Answered, sought: Sought) -> float:
    """Bits of the draft and of what a table of an integer of the class and one of the position leaves of the answers.

    The table is learnt on half of few.
    """
    asked = asked_of(draft, answered, sought)
    numbers = [np.unique(each, return_inverse=True)[1].reshape(each.shape) for each in _cells(asked).values()]
    apart = [each for each in numbers if (each != each[:, :1]).any()]
    alike = [each for each in numbers if not (each != each[:, :1]).any()]
    goal, half, best = asked.goal[: len(numbers[0])], len(numbers[0]) // 2, np.inf
    for one in apart:
        for other in alike:
            table = np.full((one.max() + 1, other.max() + 1), 1e-3)
            count = np.full(table.shape, 1e-3 * goal.shape[1])
            np.add.at(table, (one[half:], other[half:]), goal[half:])
            np.add.at(count, (one[half:], other[half:]), 1.0)
            shares = normalised((table / count)[one[:half], other[:half], None])
            best = min(best, float(asked.left(shares)[0]))
    return draft.bits + best


def read_out(draft: Draft, answered: Answered, sought: Sought) -> tuple[Readout, float]:
    """The shortest expression after the draft's layers, and the bits of all of it."""
    asked = asked_of(draft, answered, sought)
    found: list[Found] = []
    for _ in range(ROUNDS):
        more = _more(asked, found)
        if found and not more[0].bits < found[0].bits:
            break
        found = more
        if found[0].left <= log2(DRAWN) + asked.odds.word:
            break
    best = min((_on_all(asked, each.program) for each in found), key=lambda each: each.bits)
    said = Readout(
        of="p(y)",
        text=asked.odds.text(best.program, asked.values),
        bits=best.price,
        reads=asked.odds.reads(best.program),
        answer=partial(asked.odds.shares, best.program),
    )
    return said, best.bits + draft.bits


def asked_of(draft: Draft, answered: Answered, sought: Sought) -> Asked:
    """Some of the answers, with the classes that any of them takes for likely."""
    kind, given = sought.kind, answered.given
    rows = np.random.default_rng([sought.seed, 43]).permutation(len(given))[:ASKED]
    kinds = np.flatnonzero(given.max(axis=0) > LIKELY * kind.tolerance)
    odds = odds_of(draft.heads, draft.state.variables, kinds, kind.width, sought.letters)
    values = {name: each[rows] for name, each in answered.values.items()}
    return Asked(odds, kind, values, given[rows][:, kinds].astype(np.float64))


def _cells(asked: Asked) -> dict[str, Cells]:
    """Of the first answers, without integers that are all the same; and the constants."""
    few = max(CELLS // asked.goal.shape[1], 1)
    cells = asked.odds.cells({name: each[:few] for name, each in asked.values.items()})
    return {word: each for word, each in cells.items() if np.ptp(each) or word.isdigit()}


def _more(asked: Asked, known: list[Found]) -> list[Found]:
    """The best expressions of the integers and of the best that are known, and these."""
    cells, found = _cells(asked), list(known)
    shape = next(iter(cells.values())).shape
    programs = [*(each.program for each in known[:PARTS]), *_products(asked.odds, cells)] if known else []
    parts = {f"part{number}": program for number, program in enumerate(programs)}
    columns = {word: each.reshape(-1) for word, each in cells.items()}
    columns |= {name: np.asarray(program.run(columns)) for name, program in parts.items()}
    library = [word for word in LIBRARIES["loops"] if word.name in (JOINING if known else WORDS)]
    for level in levels(library, columns, LIMITS):
        for type_of, given in level.values.items():
            weights = np.maximum(np.asarray(given, np.float32).reshape(*shape, -1), 0)
            left = asked.left(normalised(weights))
            for place in np.argsort(left, kind="stable")[:KEPT]:
                program = substitute(level.program(type_of, int(place)), parts)
                found.append(Found(float(left[place]), asked.odds.price(program), program))
        found = _kept(found)
    return found


def _products(odds: Odds, cells: Mapping[str, Cells]) -> Iterator[Program]:
    """An integer of the class as often as one of the position says: what mixtures of rules are sums of."""
    (times,) = named(["mul"])
    for one, other in itertools.product(odds.of_class, odds.of_position):
        if one in cells and other in cells:
            yield apply(times, terminal(one, INT), terminal(other, INT))


def _kept(found: list[Found]) -> list[Found]:
    """The best of all and of each length, without longer ones that leave just as much."""
    unlike: dict[float, Found] = {}
    for each in sorted(found, key=lambda each: each.price):
        unlike.setdefault(round(each.left, 3), each)
    order = sorted(unlike.values(), key=lambda each: each.bits)
    lengths = [size(each.program) for each in order]
    places = [place for place, length in enumerate(lengths) if place < KEPT or lengths[:place].count(length) < EACH]
    return [order[place] for place in places]


def _on_all(asked: Asked, program: Program) -> Found:
    shares = normalised(asked.odds.weights(program, asked.values)[..., None])
    return Found(float(asked.left(shares)[0]), asked.odds.price(program), program)
