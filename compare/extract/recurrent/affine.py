"""A state as an affine function of its numbers, and the numbers as one of the state.

What a net forgets lingers in its state for a while and is not of the program. After few letters nothing is forgotten
yet, so that the code is fitted on the states of the first letters where all of them do not give one that the net's own
update respects; and the numbers are read from what that update makes of the code.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.evidence.states import closure, steadiness
from compare.extract.recurrent.carried import OUTPUTS, Affine, Mechanism, answered, carried_along, steps_of
from compare.extract.recurrent.codebook import CLOSED, NEARLY, PURE
from compare.extract.recurrent.machine import Words
from compare.extract.recurrent.teacher import Teacher

POINTS = 8192  # states that numbers are read from
FAR, LONGER = 512, 10  # values of longer words, and how much longer these are
SINGLE = 1e-6  # of the largest singular value: less is noise of single precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinely:
    """An affine code and how well it does."""

    held: Affine
    closed: float  # share of continuations that the net answers as the steps say
    steady: float  # share of exchanges that come out so
    far: float  # share of the codes of values that longer words reach after which the net answers so
    told: float  # share of the states that the net's update leaves from which the numbers are read right

    @property
    def rank(self) -> tuple[bool, float, float, float]:
        """Of two the larger is better: of those that close the one that goes furthest, else the one that does more."""
        closes = self.closed >= CLOSED and self.steady >= PURE
        return closes, self.far if closes else 0.0, self.steady, self.closed


def affinely(
    teacher: Teacher,
    mechanism: Mechanism,
    words: Words,
    states: Float[np.ndarray, "rows time width"],
    values: Int[np.ndarray, "rows time numbers"],
) -> Affinely:
    """Of the states of the first letters, as many as there are if that closes, else those whose code is best."""
    reading = replace(teacher.reading, reported=teacher.reading.fitted)
    best, all_ways = None, _rank(values)
    for count in range(values.shape[1], 0, -1):
        if best is not None and (min(best.closed, best.steady, best.far) == 1.0 or _rank(values[:, :count]) < all_ways):
            break
        held = fitted(states[:, :count], values[:, :count])
        steps = steps_of(teacher, mechanism, held)
        found = closure(reading, steps, (OUTPUTS,))
        assert found is not None
        closed = min(found.after, found.answers)
        steady = steadiness(reading, steps, (OUTPUTS,)) if closed >= NEARLY else 0.0
        far = _far(teacher, mechanism, held, LONGER * words.shape[1]) if steady else 0.0
        code = Affinely(held=held, closed=closed, steady=steady, far=far, told=0.0)
        best = code if best is None or code.rank > best.rank else best
    assert best is not None
    held, told = _told(teacher, best.held, words, states, values)
    return replace(best, held=held, told=told)


def fitted(states: Float[np.ndarray, "... width"], values: Int[np.ndarray, "... numbers"]) -> Affine:
    """By least squares, both ways."""
    states, values = (np.asarray(each, dtype=np.float64).reshape(-1, each.shape[-1]) for each in (states, values))
    by, offset = _least_squares(values, states)
    back, shift = _least_squares(states, values)
    return Affine(by=by, offset=offset, back=back, shift=shift)


def _far(teacher: Teacher, mechanism: Mechanism, held: Affine, length: int) -> float:
    rng = np.random.default_rng([teacher.reading.seed, 37])
    words, at = rng.integers(0, len(teacher.letters), (FAR, length)), (np.arange(FAR), rng.integers(1, length, FAR))
    values = carried_along(mechanism, words)
    before = np.asarray(held.code(values[at[0], at[1] - 1]), dtype=np.float32)
    given = teacher.ask(words[at][:, None], before).answers[:, 0]
    return float((given == answered(mechanism, words, values)[at]).reshape(FAR, -1).all(axis=1).mean())


def _told(
    teacher: Teacher,
    held: Affine,
    words: Words,
    states: Float[np.ndarray, "rows time width"],
    values: Int[np.ndarray, "rows time numbers"],
) -> tuple[Affine, float]:
    """The code with its numbers read from the states that the net's update makes of it, and of its own first ones."""
    row, time = np.indices(words.shape)[:, :, 1:].reshape(2, -1)
    some = np.random.default_rng([teacher.reading.seed, 34]).permutation(len(row))[:POINTS]
    row, time = row[some], time[some]
    before = np.asarray(held.code(values[row, time - 1]), dtype=np.float32)
    left = teacher.ask(words[row, time][:, None], before).states[:, 0]
    back, shift = _least_squares(
        np.concatenate([left, states[:, 0]]).astype(np.float64),
        np.concatenate([values[row, time], values[:, 0]]).astype(np.float64),
    )
    held = replace(held, back=back, shift=shift)
    return held, float((held.told(left) == values[row, time]).all(axis=1).mean())


def _rank(values: Int[np.ndarray, "rows time numbers"]) -> int:
    """In how many directions the numbers vary."""
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    return int(np.linalg.matrix_rank(flat - flat.mean(axis=0)))


def _least_squares(
    given: Float[np.ndarray, "n inputs"], wanted: Float[np.ndarray, "n outputs"]
) -> tuple[Float[np.ndarray, "inputs outputs"], Float[np.ndarray, " outputs"]]:
    """Weights and offset; directions in which the inputs hardly vary have no weight."""
    centre, goal = given.mean(axis=0), wanted.mean(axis=0)
    weights = np.linalg.lstsq(given - centre, wanted - goal, rcond=SINGLE)[0]
    return weights, goal - centre @ weights
