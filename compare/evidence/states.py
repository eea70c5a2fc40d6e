"""Steps that are states, held by sets of codewords: their closure, their exchange at one time, and what snapping does.

A net keeps several copies of one value (by the last inputs, mostly), so that a mean a value is no code: an exchange of
means tells nothing. A set of codewords a value is one where the net's own update respects it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.read import Reading
from compare.sites.states import run_from
from compare.step import Codewords, Step, Steps, run_on, values_of
from nets.edits import Patch, Snap

PAIRS = 1024  # of rows between which a state is exchanged
INPUTS = 64  # of the alphabet, at most, that every codeword is run on
AHEAD = 6  # inputs that a state without codewords is run on
CASES = 60_000  # codewords and inputs, at most
SHOWN = 0.1  # of the exchanges from which something follows, the least that have to be made


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Shares of the codewords and inputs, each as often as any other."""

    after: float  # the nearest codeword to the net's next state stands for the next value, as the steps say
    answers: float  # the net answers what the steps say


def carried(steps: Steps) -> Step | None:
    """The state that the steps carry along in a site of the net, if they do."""
    return next((step for step in steps if step.resume is not None and step.holds is not None), None)


def closure(reading: Reading, steps: Steps, outputs: tuple[str, ...], held: Codewords | None = None) -> Closure | None:
    """Every codeword run on every input; `held` in the place of the step's own codewords. None without such a step.

    Of a state without codewords its code of the values that occur, each run on the input that follows.
    """
    step = carried(steps)
    if step is None or step.resume is None:
        return None
    known = held or step.codewords
    if known is None:
        return _closure_of_code(reading, steps, outputs, step)
    found = led(reading, steps, outputs, known)
    there = np.asarray(known.standing_for(found.after).any(axis=1))  # a value that no row had has no codeword
    right = known.standing_for(found.after)[np.arange(len(there)), nearest(found.left, known)]
    return Closure(after=float(right[there].mean()), answers=float(found.alike[there].mean())) if there.any() else None


class Led(NamedTuple):
    """Where the net's update leads codewords, each run on an input."""

    left: Float[np.ndarray, "n width"]
    after: Int[np.ndarray, "n numbers"]  # the value that the steps say
    alike: Bool[np.ndarray, " n"]  # the net answers what the steps say


def led(reading: Reading, steps: Steps, outputs: tuple[str, ...], known: Codewords) -> Led:
    """Every codeword on every input, or some of these pairs where they are many."""
    step = carried(steps)
    assert step is not None
    assert step.resume is not None
    assert step.holds is not None
    letters = alphabet(reading)
    codeword, letter = (each.ravel() for each in np.indices((len(known.words), len(letters))))
    if len(codeword) > CASES:
        some = np.random.default_rng([reading.seed, 23]).permutation(len(codeword))[:CASES]
        codeword, letter = codeword[some], letter[some]
    given, left = run_from(reading, step.holds, letters[letter][:, None], known.words[codeword])
    x = np.stack([letters[letter]] * 2, axis=1)  # the first of them leaves the state at the codeword
    before = np.stack([known.values[codeword]] * 2, axis=1)
    values = {step.name: step.resume(x, before, np.zeros(len(x), dtype=int))}
    said = values_of(steps, x, outputs, values)
    answers = reading.decode(np.asarray(sum(np.asarray(said[name]) for name in outputs)))[:, 1]
    alike = reading.view.answers.alike(reading.decode(given)[:, 0], answers)
    return Led(left[:, 0], np.asarray(values[step.name])[:, 1], alike)


def _closure_of_code(reading: Reading, steps: Steps, outputs: tuple[str, ...], step: Step) -> Closure:
    """`after` is the share of continuations with every answer as the steps say: what is not read has no code."""
    assert step.code is not None
    ahead = min(AHEAD, reading.x.shape[1] - 1)
    rows, at = _pairs(reading)[0], np.arange(PAIRS)
    time = np.random.default_rng([reading.seed, 26]).integers(0, reading.x.shape[1] - ahead, PAIRS)
    x, places = reading.x[rows], time[:, None] + 1 + np.arange(ahead)
    values = values_of(steps, x, [step.name, *outputs])
    said = reading.decode(np.asarray(sum(np.asarray(values[name]) for name in outputs)))
    begun = np.asarray(step.code(np.asarray(values[step.name])[at, time]), dtype=np.float32)
    given = reading.decode(run_from(reading, str(step.holds), x[at[:, None], places], begun)[0])
    alike = reading.view.answers.alike(given, said[at[:, None], places])
    return Closure(after=float(alike.all(axis=1).mean()), answers=float(alike[:, 0].mean()))


def put(
    step: Step, states: np.ndarray, own: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, Bool[np.ndarray, " rows"]]:
    """States with another value: the nearest codeword of it, or moved as the code moves; and where that can be."""
    if step.codewords is None:
        assert step.code is not None
        return states + np.asarray(step.code(wanted)) - np.asarray(step.code(own)), np.ones(len(states), dtype=bool)
    held = step.codewords.standing_for(wanted)
    return step.codewords.words[nearest(states, step.codewords, held)], np.asarray(held.any(axis=1))


def alphabet(reading: Reading) -> np.ndarray:
    """What the net is given at one time, each once; some of it where there is much."""
    letters = np.unique(reading.x.reshape(-1, *reading.x.shape[2:]), axis=0)
    if len(letters) <= INPUTS:
        return letters
    return letters[np.sort(np.random.default_rng([reading.seed, 22]).permutation(len(letters))[:INPUTS])]


def nearest(
    states: np.ndarray, held: Codewords, allowed: Bool[np.ndarray, "rows codewords"] | None = None
) -> Int[np.ndarray, " rows"]:
    """The number of the nearest codeword."""
    words = held.words.astype(np.float64)
    distance = (words**2).sum(axis=1) - 2 * states.astype(np.float64) @ words.T
    return np.argmin(distance if allowed is None else np.where(allowed, distance, np.inf), axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One value put in the place of another at one time, where something that follows is said to change.

    Shares of the cases that can be made: a value without a codeword cannot be put in. Where hardly any can, what is
    said is not shown.
    """

    cases: int
    right: float  # all that follows is as the steps say
    wrong: float  # and where the control puts it
    turned: float  # of the net's answers, those that change


def numbers_of(reading: Reading, step: Step) -> tuple[int, ...]:
    """Which numbers its value has."""
    return tuple(range(np.asarray(step.compute(reading.x[:1])).shape[-1]))


def exchanged_alone(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], control: Step | None = None
) -> tuple[Turned, ...]:
    """Each number of the value by itself; those left out from whose exchange nothing is said to follow."""
    step = carried(steps)
    assert step is not None
    found = (exchanged(reading, steps, outputs, (number,), control) for number in numbers_of(reading, step))
    return tuple(each for each in found if each.cases)


def exchanged(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], numbers: tuple[int, ...], control: Step | None = None
) -> Turned:
    """These numbers of the value taken from another row at the same time."""
    step = carried(steps)
    assert step is not None
    assert step.holds is not None
    rows, others, time = _pairs(reading)
    x = reading.x[rows]
    own, theirs = (np.asarray(values_of(steps, reading.x[each], [step.name])[step.name]) for each in (rows, others))
    at = np.arange(len(rows)), time
    wanted = own[at].copy()
    wanted[:, numbers] = theirs[at][:, numbers]
    states = reading.site(step.holds)[rows, time]
    moved, there = put(step, states, own[at], wanted)
    answers = answered_with(reading, step.holds, rows, time, moved)
    before, after = (
        reading.decode(outputs_after(steps, outputs, step, x, own, value, time)) for value in (own[at], wanted)
    )
    later = _later(reading, time)
    cases = (~reading.view.answers.alike(before, after) & later).any(axis=1)
    made = cases & there if (cases & there).sum() >= SHOWN * cases.sum() else np.zeros_like(cases)
    right = (reading.view.answers.alike(answers, after) | ~later).all(axis=1)
    wrong = np.zeros_like(right)
    if control is not None:
        otherwise = answered_with(reading, step.holds, rows, time, put(control, states, own[at], wanted)[0])
        wrong = (reading.view.answers.alike(otherwise, after) | ~later).all(axis=1)
    turned, count = (~reading.view.answers.alike(answers, reading.answers[rows]) & later)[made], max(int(made.sum()), 1)
    return Turned(
        cases=int(cases.sum()),
        right=float((right & made).sum() / count),
        wrong=float((wrong & made).sum() / count),
        turned=float(turned.sum() / max(later[made].sum(), 1)),
    )


def kept(reading: Reading, step: Step) -> float | None:
    """How often nothing that follows changes when another codeword of the same value is put in; None without one."""
    if step.codewords is None:
        return None
    assert step.holds is not None
    rows, _, time = _pairs(reading)
    own = np.asarray(step.compute(reading.x[rows]))[np.arange(len(rows)), time]
    allowed = step.codewords.standing_for(own)
    now = nearest(reading.site(step.holds)[rows, time], step.codewords)
    others = allowed & (np.arange(len(step.codewords.words)) != now[:, None])
    some = np.flatnonzero(others.any(axis=1))
    if not len(some):
        return None
    rng = np.random.default_rng([reading.seed, 25])
    other = np.where(others[some], rng.random(others[some].shape), -1.0).argmax(axis=1)
    answers = answered_with(reading, step.holds, rows[some], time[some], step.codewords.words[other])
    alike = reading.view.answers.alike(answers, reading.answers[rows[some]])
    return float((alike | ~_later(reading, time[some])).all(axis=1).mean())


def steadiness(reading: Reading, steps: Steps, outputs: tuple[str, ...]) -> float:
    """How often exchanges come out as the steps say: of each number alone, and of codewords of one value."""
    step = carried(steps)
    assert step is not None
    alone, same = exchanged_alone(reading, steps, outputs), kept(reading, step)
    return min(float(np.mean([each.right for each in alone])) if alone else 1.0, 1.0 if same is None else same)


def snapped(reading: Reading, step: Step) -> float | None:
    """Match with the task when the state is replaced, at every time, by what codes the value that it is nearest to.

    Of a state that is not held by codewords the code of that value; None where it cannot be told.
    """
    assert step.holds is not None
    if step.codewords is not None:
        allowed = np.ones((*reading.x.shape[:2], len(step.codewords.words)), dtype=bool)
        outputs = reading.run({step.holds: Snap(allowed, step.codewords.words)})[0]
        return reading.match(reading.decode(outputs))
    if step.code is None or step.told is None:
        return None
    states, answers = None, []
    for time in range(reading.x.shape[1]):
        given, left = run_from(reading, step.holds, reading.x[:, time : time + 1], states)
        answers.append(reading.decode(given))
        states = np.asarray(step.code(step.told(left[:, 0])), dtype=np.float32)
    return reading.match(np.concatenate(answers, axis=1))


def _pairs(reading: Reading) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, others, and the time at which something is exchanged; after it there is one more at least."""
    rng = np.random.default_rng([reading.seed, 24])
    rows, others = rng.choice(reading.reported, size=(2, PAIRS))
    return rows, others, rng.integers(0, reading.x.shape[1] - 1, PAIRS)


def _later(reading: Reading, time: Int[np.ndarray, " rows"]) -> Bool[np.ndarray, "rows time"]:
    return np.arange(reading.x.shape[1]) > time[:, None]


def answered_with(
    reading: Reading,
    site: str,
    rows: Int[np.ndarray, " n"],
    time: Int[np.ndarray, " n"],
    states: Float[np.ndarray, "n width"],
) -> np.ndarray:
    """The net's answers with these states put into a site at these times."""
    where = (np.arange(reading.x.shape[1]) == time[:, None])[..., None]
    value = np.broadcast_to(states[:, None], (*where.shape[:2], states.shape[1])).astype(np.float32)
    return reading.decode(reading.run({site: Patch(where, value)}, rows=rows)[0])


def outputs_after(
    steps: Steps,
    outputs: tuple[str, ...],
    step: Step,
    x: np.ndarray,
    own: np.ndarray,
    value: np.ndarray,
    time: np.ndarray,
) -> np.ndarray:
    """The steps' outputs with this value of a step at these times, in the place of its own (rows, time, numbers).

    A state is carried on from there; any other step keeps its values at other times.
    """
    changed = own.copy()
    changed[np.arange(len(x)), time] = value
    values = values_of(steps, x, outputs)
    given = changed if step.resume is None else step.resume(x, changed, time)
    after = values | run_on(steps, x, values, {step.name: given})
    return np.asarray(sum(np.asarray(after[name]) for name in outputs))
