"""States moved by a code from one board to another that a game has as well, and what is answered then.

Flips of single discs mostly make boards that no game has. So the two boards of a pair come after as many moves, with
the same occupied squares and the same player to move, and differ in the colours of a few discs and in what is legal.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.beside.board_codes import Code, Features, coded, counts
from compare.evidence.states import answered_with
from compare.read import Reading

OCCUPIED, COLOURS = "occupied", "colours"  # groups that every game has: which squares are taken, and by which player
APART = 2  # colours at most, in which two boards of a pair differ
PAIRS = 1024
LATER = 2  # moves after an exchange
SHOWN = 4  # pairs that are kept for a picture
Answer = Callable[[np.ndarray], np.ndarray]  # moves (rows, time) -> which moves are legal after each


class Pairs(NamedTuple):
    """Reported rows and others, any, whose boards at a time differ in a colour or two, and in what is legal."""

    rows: Int[np.ndarray, " pairs"]
    others: Int[np.ndarray, " pairs"]
    time: Int[np.ndarray, " pairs"]


class Shown(NamedTuple):
    """Some of the pairs, the row's own board first and then the one it is moved to by a code."""

    colours: Float[np.ndarray, "pairs 2 squares"]
    answered: Bool[np.ndarray, "pairs 2 moves"]  # by the net as it is, and with its state moved
    legal: Bool[np.ndarray, "pairs 2 moves"]


class Wrong(NamedTuple):
    """Mean number of moves that are wrongly in or out of the answered sets, at once and after each later move."""

    codes: list[list[float]]  # of each code
    nothing: list[float]  # the state left as it is
    pairs: list[int]  # that go on legally, and on which the sets of the two boards differ then
    shown: Shown  # moved by the last code but one


def exchanged(
    reading: Reading, site: str, features: Features, codes: Sequence[Code], answer: Answer, moves: int = LATER
) -> Wrong | None:
    """The states moved by each code from the rows' boards to the others', and what is answered then and later.

    The last of the codes is of the wrong frame. What is answered after so many `moves` more follows.
    """
    pairs = reachable(reading, features)
    if not len(pairs.rows):
        return None
    answers = [moved(reading, site, features, code, pairs) for code in codes]
    whole = [told(reading, pairs, [reading.answers[pairs.rows], *answers], answer, later) for later in range(moves + 1)]
    found = [each for each in takewhile(bool, whole) if each]
    nothing, *by_code = (list(each) for each in zip(*(wrong for wrong, _ in found), strict=True))
    return Wrong(by_code, nothing, [number for _, number in found], shown(reading, features, pairs, answers[-2]))


def shown(reading: Reading, features: Features, pairs: Pairs, answers: np.ndarray) -> Shown:
    """The first pairs, with the answers to the rows' moves from the states that were moved."""
    rows, others, time = (each[:SHOWN] for each in pairs)
    both = np.stack([rows, others], axis=1), time[:, None]
    answered = np.stack([reading.answers[rows, time], answers[:SHOWN][np.arange(len(rows)), time]], axis=1)
    return Shown(features[COLOURS][both], answered, reading.targets[both])


def moved(reading: Reading, site: str, features: Features, code: Code, pairs: Pairs) -> np.ndarray:
    """The answers to the rows' moves, from a state that the code has moved to the others' boards."""
    at = np.arange(len(pairs.rows))
    mine, theirs = (coded(features, code, rows)[at, pairs.time] for rows in (pairs.rows, pairs.others))
    states = reading.site(site)[pairs.rows, pairs.time] + theirs - mine
    return answered_with(reading, site, pairs.rows, pairs.time, states)


def reachable(reading: Reading, features: Features) -> Pairs:
    """From boards of the reported rows to those of any, each board once a time; some of the pairs, drawn."""
    found = [np.zeros((3, 0), dtype=np.int64)]
    for time in range(reading.x.shape[1]):
        rows, others = (
            different(reading, features, each, time) for each in (reading.reported, np.arange(reading.rows))
        )
        taken, also = (features[OCCUPIED][each, time].T for each in (rows, others))
        mine, theirs = (features[COLOURS][each, time].T for each in (rows, others))
        apart = sum((one[:, None] != other[None]).astype(np.int16) for one, other in zip(mine, theirs, strict=True))
        same = np.logical_and.reduce([one[:, None] == other[None] for one, other in zip(taken, also, strict=True)])
        one, other = np.nonzero(same & (np.asarray(apart) > 0) & (np.asarray(apart) <= APART))
        differ = (reading.targets[rows[one], time] != reading.targets[others[other], time]).any(axis=-1)
        found.append(np.stack([rows[one], others[other], np.full(len(one), time)])[:, differ])
    whole = np.concatenate(found, axis=1)
    order = np.random.default_rng([reading.seed, 92]).permutation(whole.shape[1])[:PAIRS]
    return Pairs(*whole[:, order])


def different(reading: Reading, features: Features, rows: Int[np.ndarray, " rows"], time: int) -> np.ndarray:
    """Those of the rows whose answers count then, one a board."""
    rows = rows[counts(reading, rows)[:, time]]
    boards = np.concatenate([features[name][rows, time] for name in (OCCUPIED, COLOURS)], axis=1)
    return rows[np.unique(boards, axis=0, return_index=True)[1]]


def continued(
    reading: Reading, pairs: Pairs, answer: Answer, later: int
) -> tuple[Bool[np.ndarray, "pairs moves"], Bool[np.ndarray, " pairs"]]:
    """What is legal on the others' boards after so many of the rows' own next moves, and where those are legal."""
    (moves,), length = reading.arguments, reading.x.shape[1]
    right = reading.targets[pairs.others, pairs.time].copy()
    goes_on = pairs.time + later < length
    for step in range(1, later + 1):
        time = np.minimum(pairs.time + step, length - 1)
        goes_on &= right[np.arange(len(right)), moves[pairs.rows, time]]
        for now in np.unique(pairs.time[goes_on]):
            some = np.flatnonzero(goes_on & (pairs.time == now))
            game = [moves[pairs.others[some], : now + 1], moves[pairs.rows[some], now + 1 : now + step + 1]]
            right[some] = answer(np.concatenate(game, axis=1))[:, -1]
    last = np.minimum(pairs.time + later, length - 1)
    return right, goes_on & counts(reading, pairs.rows)[np.arange(len(right)), last]


def told(
    reading: Reading, pairs: Pairs, answers: list[np.ndarray], answer: Answer, later: int
) -> tuple[list[float], int] | None:
    """Wrong moves of each of the answers, so many moves later, and on how many pairs; None where none goes on."""
    right, goes_on = continued(reading, pairs, answer, later)
    time = np.minimum(pairs.time + later, reading.x.shape[1] - 1)
    at = np.flatnonzero(goes_on & (right != reading.targets[pairs.rows, time]).any(axis=-1))
    if not len(at):
        return None
    return [float((given[at, time[at]] != right[at]).sum(axis=-1).mean()) for given in answers], len(at)
