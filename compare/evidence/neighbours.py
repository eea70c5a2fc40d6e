"""Exchange of a value of many numbers, at one time, between rows whose values differ in a few of them.

One number by itself mostly makes a value that no inputs lead to, such as a board that no game has: of that nothing
follows that a net has learnt. What is scored is what follows at that time and, of a state, later; of answers that say
what may come next, as long as it does. A value that is not carried along is made anew at every time: of its exchange
nothing follows later.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from compare.answers import Sets
from compare.evidence.states import answered_with, outputs_after, put
from compare.read import Reading
from compare.sites.states import answers_at_once
from compare.step import Step, Steps, values_of

PAIRS = 1024
LATER = 2  # inputs after an exchange
MOST = 4096  # values that are held against one another at a time


class Near(NamedTuple):
    """Share of the change of the answers that comes out as the steps say."""

    r2: float
    wrong: float | None  # the same, of a control
    turned: float  # of the net's answers then and later, those that change
    pairs: int


class _Pairs(NamedTuple):
    """Rows, others, and the time at which the first take the others' values."""

    rows: Int[np.ndarray, " pairs"]
    others: Int[np.ndarray, " pairs"]
    time: Int[np.ndarray, " pairs"]


def of_neighbours(steps: Steps) -> Step | None:
    """The step whose whole value is exchanged between near rows, if there is one."""
    return next((step for step in steps if step.exchange is not None and step.exchange.apart is not None), None)


def near(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], state: Step, control: Step | None = None
) -> Near | None:
    """The whole value exchanged between near rows of the reported ones; None where there are none."""
    values = np.asarray(values_of(steps, reading.x, [state.name])[state.name])
    pairs = _pairs(reading, values, state)
    if not len(pairs.rows):
        return None
    site, at, x = str(state.holds), (np.arange(len(pairs.rows)), pairs.time), reading.x[pairs.rows]
    after = reading.decode(
        outputs_after(steps, outputs, state, x, values[pairs.rows], values[pairs.others][at], pairs.time)
    )
    told = _told(reading, pairs, after, later=0 if state.resume is None else LATER)
    told = told if answers_at_once(reading, site) else told & (np.arange(told.shape[1]) > pairs.time[:, None])
    before = reading.answers[pairs.rows]

    def moved(step: Step) -> np.ndarray:
        own, theirs = (np.asarray(step.compute(reading.x[rows]))[at] for rows in (pairs.rows, pairs.others))
        states = put(step, reading.site(site)[pairs.rows][at], own, theirs)[0]
        return answered_with(reading, site, pairs.rows, pairs.time, states)

    def explained(given: np.ndarray) -> float:
        missed, change = (_apart(reading, each, after, told) for each in (given, before))
        return 1 - missed / max(change, 1e-30)

    given = moved(state)
    return Near(
        r2=explained(given),
        wrong=None if control is None else explained(moved(control)),
        turned=float((~reading.view.answers.alike(given, before))[told].mean()),
        pairs=len(pairs.rows),
    )


def _pairs(reading: Reading, values: np.ndarray, state: Step) -> _Pairs:
    """From the reported rows where an answer counts to any rows, each value once a time; some of the pairs, drawn."""
    assert state.exchange is not None
    assert state.exchange.apart is not None
    found = [np.zeros((3, 0), dtype=np.int64)]
    for time in range(reading.x.shape[1]):
        asked = reading.reported if reading.mask is None else reading.reported[reading.mask[reading.reported, time]]
        rows, others = (_different(values[:, time], each) for each in (asked, np.arange(reading.rows)))
        apart = _numbers_apart(values[rows, time], values[others, time])
        mine, theirs = np.nonzero((apart > 0) & (apart <= state.exchange.apart))
        found.append(np.stack([rows[mine], others[theirs], np.full(len(mine), time)]))
    whole = np.concatenate(found, axis=1)
    return _Pairs(*whole[:, np.random.default_rng([reading.seed, 92]).permutation(whole.shape[1])[:PAIRS]])


def _different(values: Int[np.ndarray, "all numbers"], rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " some"]:
    """Of these rows one for each value, of many some."""
    found = rows[np.unique(values[rows], axis=0, return_index=True)[1]] if len(rows) else rows
    return found if len(found) <= MOST else np.random.default_rng(len(found)).permutation(found)[:MOST]


def _numbers_apart(one: Int[np.ndarray, "n numbers"], other: Int[np.ndarray, "m numbers"]) -> Int[np.ndarray, "n m"]:
    """In how many numbers each two values differ."""
    same = np.zeros((len(one), len(other)), dtype=np.float32)
    for each in np.unique(one):
        same += (one == each).astype(np.float32) @ (other == each).T.astype(np.float32)
    return one.shape[1] - np.rint(same).astype(int)


def _told(reading: Reading, pairs: _Pairs, after: np.ndarray, *, later: int) -> Bool[np.ndarray, "pairs time"]:
    """Where an answer counts: at the time and a little later, as long as the inputs are those that may come."""
    times, rows = np.arange(reading.x.shape[1]), np.arange(len(pairs.rows))
    told = (times >= pairs.time[:, None]) & (times <= pairs.time[:, None] + later)
    if reading.mask is not None:
        told &= reading.mask[pairs.rows]
    if not isinstance(reading.view.answers, Sets):
        return told
    for time in times[1:]:
        possible = after[rows, time - 1, reading.x[pairs.rows, time]] & told[:, time - 1]
        told[:, time] &= possible | (pairs.time == time)
    return told


def _apart(reading: Reading, given: np.ndarray, after: np.ndarray, told: np.ndarray) -> float:
    """How far answers are from those that should be, their entries or, of one a position, how many."""
    if reading.view.answers.axes:
        return float(((given.astype(np.float64) - after.astype(np.float64)) ** 2)[told].sum())
    return float((~reading.view.answers.alike(given, after))[told].sum())
