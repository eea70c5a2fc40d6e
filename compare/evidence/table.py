"""Positive evidence for a lookup table. That no program was found is not among it.

Either the net is right on what it was trained on and at chance on what was held out; or it is right everywhere while
its last hidden layer would serve any table. Such a layer consists of units that each fire on one or two rows; or a
ridge read-out of it refits *random* labels on every row (as whole nets do: Zhang et al., arXiv 1611.03530), and a
read-out of the *task's own* answers, refitted on half of the rows, is at chance on the other half. That last part takes
the width into account: a wide layer refits anything, but a layer that computes the task hands its answers on to rows
that the read-out has not seen.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float, Int

from compare.evidence.units import local_units
from compare.read import Reading
from compare.statistics import balanced_agreement, chance_agreement

RIDGE = 1e-4  # of the mean squared activation, all units together
ROWS = 4096  # larger domains are refitted on a seeded sample of this size


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How far the net looks like a lookup table. Fractions in [0, 1]; None where a part does not apply."""

    train: float | None  # match on the rows trained on
    held_out: float | None  # match on the other rows
    chance: float | None  # what independent guesses with the same frequencies score there
    standard_error: float | None
    refit_random: float | None  # random labels on all rows, from the frozen last hidden layer
    refit_task: float | None  # the task's answers on rows that the refitted read-out has not seen
    refit_chance: float | None
    refit_rows: int  # rows that the refitted read-out has not seen
    width: float | None  # hidden units a row
    local_units: float | None  # share of the layer's units that fire on one or two rows


def table_evidence(reading: Reading, hidden: str | None) -> Table:
    """Measure both parts; `hidden` is the last hidden layer's site, None where none was found."""
    train, held_out, chance, error = _split(reading)
    random, task, guess, width = _refit(reading, hidden) if hidden else (None, None, None, None)
    return Table(
        train=train,
        held_out=held_out,
        chance=chance,
        standard_error=error,
        refit_random=random,
        refit_task=task,
        refit_chance=guess,
        refit_rows=min(reading.rows, ROWS) // 2,
        width=width,
        local_units=local_units(reading, hidden) if hidden else None,
    )


def _split(reading: Reading) -> tuple[float | None, float | None, float | None, float | None]:
    if reading.train is None or len(reading.train) == 0:
        return None, None, None, None
    held = np.setdiff1d(np.arange(reading.rows), reading.train)
    train = balanced_agreement(reading.answers[reading.train], reading.targets[reading.train])
    if len(held) == 0:
        return train, None, None, None
    answers, targets = reading.answers[held], reading.targets[held]
    chance = chance_agreement(answers, targets)
    error = float(np.sqrt(max(chance * (1 - chance), 1e-12) / len(held)))
    return train, balanced_agreement(answers, targets), chance, error


def _refit(reading: Reading, hidden: str) -> tuple[float, float, float, float]:
    rng = np.random.default_rng(reading.seed + 3)
    rows = np.sort(rng.permutation(reading.rows)[:ROWS])
    features = reading.site(hidden)[rows].reshape(len(rows), -1)
    labels = rng.permutation(reading.targets[rows])
    random = balanced_agreement(_ridge(features, labels, features), labels)
    order = rng.permutation(len(rows))
    seen, unseen = order[: len(rows) // 2], order[len(rows) // 2 :]
    targets = reading.targets[rows]
    guesses = _ridge(features[seen], targets[seen], features[unseen])
    task = balanced_agreement(guesses, targets[unseen])
    return random, task, chance_agreement(guesses, targets[unseen]), features.shape[1] / len(rows)


def _ridge(
    features: Float[np.ndarray, "rows units"],
    labels: Int[np.ndarray, " rows"],
    asked: Float[np.ndarray, "others units"],
) -> Int[np.ndarray, " others"]:
    """Labels answered by one-hot ridge regression with a bias, in whichever of the two forms is smaller."""
    centre = features.mean(axis=0)
    known, asked = (features - centre).astype(np.float64), (asked - centre).astype(np.float64)
    values, onehot = np.unique(labels, return_inverse=True)
    goal = np.eye(len(values))[onehot]
    offset = goal.mean(axis=0)
    penalty = RIDGE * max(float((known**2).sum()) / len(known), 1e-12)
    if known.shape[0] <= known.shape[1]:
        gram = known @ known.T
        gram[np.diag_indices_from(gram)] += penalty
        scores = (asked @ known.T) @ scipy.linalg.solve(gram, goal - offset, assume_a="pos")
    else:
        gram = known.T @ known
        gram[np.diag_indices_from(gram)] += penalty
        scores = asked @ scipy.linalg.solve(gram, known.T @ (goal - offset), assume_a="pos")
    return values[np.argmax(scores + offset, axis=1)]
