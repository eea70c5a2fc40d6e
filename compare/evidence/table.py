"""Positive evidence for a lookup table. That no program was found is not among it.

Either the net is right on what it was trained on and at chance on what was held out; or it is right everywhere while
its last hidden layer would serve any table. Such a layer consists of units that each fire on one or two rows; or a
ridge read-out of it refits *random* labels on every row (as whole nets do: Zhang et al., arXiv 1611.03530), and a
read-out of the *task's own* answers, refitted on half of the rows, is at chance on the other half. That last part takes
the width into account: a wide layer refits anything, but a layer that computes the task hands its answers on to rows
that the read-out has not seen. Rows that the net cannot tell apart by construction count as one row throughout.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg
from jaxtyping import Float, Int

from compare.evidence.alike import alike, representatives
from compare.evidence.units import local_units
from compare.read import Reading
from compare.statistics import balanced_agreement, chance_agreement

RIDGE = 1e-4  # of the mean squared activation, all units together
MANY = 1024  # rows whose products are added up in single precision
ROWS = 4096  # larger domains are refitted on a seeded sample of this size
LABELS = 1024  # that can be told apart, at most
WIDE, FEWER_ROWS = 1024, 2048  # units of a layer that is refitted on fewer rows, and how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How far the net looks like a lookup table. Fractions in [0, 1]; None where a part does not apply."""

    train: float | None  # match on the rows trained on
    held_out: float | None  # match on the rows that are like none of them
    chance: float | None  # what independent guesses with the same frequencies score there
    standard_error: float | None
    unseen: int  # rows that are like none of those trained on
    refit_random: float | None  # random labels on all rows, from the frozen last hidden layer
    refit_task: float | None  # the task's answers on rows that the refitted read-out has not seen
    refit_chance: float | None
    refit_rows: int  # rows that the refitted read-out has not seen
    width: float | None  # hidden units a row
    local_units: float | None  # share of the layer's units that fire on one or two rows


def table_evidence(reading: Reading, hidden: str | None) -> Table:
    """Measure both parts; `hidden` is the last hidden layer's site, None where none was found."""
    classes = alike(reading)
    rows = representatives(classes)
    split = _split(reading, classes)
    nothing = None, None, None, None, 0
    random, task, guess, width, refit_rows = (_refit(reading, hidden, rows) if hidden else None) or nothing
    return Table(
        **split._asdict(),
        refit_random=random,
        refit_task=task,
        refit_chance=guess,
        refit_rows=refit_rows,
        width=width,
        local_units=local_units(reading, hidden, rows) if hidden else None,
    )


class Split(NamedTuple):
    """The rows trained on and those that are like none of them; the fields of `Table` of these names."""

    train: float | None = None
    held_out: float | None = None
    chance: float | None = None
    standard_error: float | None = None
    unseen: int = 0


def _split(reading: Reading, classes: Int[np.ndarray, " rows"]) -> Split:
    if reading.trained is not None:
        return _sampled(reading, reading.trained)
    if reading.train is None or len(reading.train) == 0:
        return Split()
    held = np.flatnonzero(~np.isin(classes, classes[reading.train]))
    train = reading.match(reading.answers[reading.train], reading.train)
    if len(held) == 0:
        return Split(train=train)
    return _held_out(reading, held, train, len(np.unique(classes[held])))


def _sampled(reading: Reading, trained: Reading) -> Split:
    """Rows of the sample that were not trained on; each answer of a row counts as one guess."""
    known = {row.tobytes() for row in np.ascontiguousarray(trained.x)}
    fresh = [row.tobytes() not in known for row in np.ascontiguousarray(reading.x[reading.reported])]
    held, train = reading.reported[np.array(fresh, dtype=bool)], trained.match(trained.answers)
    if len(held) == 0:
        return Split(train=train)
    return _held_out(reading, held, train, len(reading.alike(reading.answers[held], held)))


def _held_out(reading: Reading, held: Int[np.ndarray, " held_out"], train: float, independent: int) -> Split:
    answers, targets = (reading.counted(values[held], held) for values in (reading.answers, reading.targets))
    chance = reading.view.answers.chance(answers, targets)
    return Split(
        train=train,
        held_out=reading.view.answers.agreement(answers, targets),
        chance=chance,
        standard_error=float(np.sqrt(max(chance * (1 - chance), 1e-12) / independent)),
        unseen=independent,
    )


def _refit(
    reading: Reading, hidden: str, rows: Int[np.ndarray, " distinct"]
) -> tuple[float, float, float, float, int] | None:
    rng = np.random.default_rng(reading.seed + 3)
    wide = int(np.prod(reading.shapes[hidden])) > WIDE
    rows = np.sort(rng.permutation(rows)[: FEWER_ROWS if wide else ROWS])
    features, targets = _counted(reading, hidden, rows)
    if len(np.unique(targets)) > LABELS:
        return None
    labels = rng.permutation(targets)
    random = balanced_agreement(_ridge(features, labels, features), labels)
    order = rng.permutation(len(targets))
    seen, unseen = order[: len(targets) // 2], order[len(targets) // 2 :]
    guesses = _ridge(features[seen], targets[seen], features[unseen])
    task = balanced_agreement(guesses, targets[unseen])
    chance = chance_agreement(guesses, targets[unseen])
    return random, task, chance, features.shape[1] / len(targets), len(targets) // 2


def _counted(reading: Reading, hidden: str, rows: np.ndarray) -> tuple[np.ndarray, Int[np.ndarray, " counted"]]:
    """The site's values and the answers as numbers, one each a row; of sequences one each a position, of fewer rows."""
    values, targets = reading.site(hidden)[rows], reading.targets[rows]
    lead = targets.ndim - reading.view.answers.axes
    if lead == 2 and values.shape[:2] == targets.shape[:2]:
        few = slice(max(len(rows) // targets.shape[1], 1))
        values, targets = values[few].reshape(-1, *values.shape[2:]), targets[few].reshape(-1, *targets.shape[2:])
    elif lead == 2:
        targets = targets[:, -1]
    if targets.ndim > 1:
        targets = np.unique(targets, axis=0, return_inverse=True)[1].reshape(-1) + 2
    return values.reshape(len(values), -1), targets


def _ridge(
    features: Float[np.ndarray, "rows units"],
    labels: Int[np.ndarray, " rows"],
    asked: Float[np.ndarray, "others units"],
) -> Int[np.ndarray, " others"]:
    """Labels answered by one-hot ridge regression with a bias, in whichever of the two forms is smaller."""
    centre = features.mean(axis=0)
    known = features - centre
    scale = np.sqrt(max(float(np.vdot(known, known)) / len(known), 1e-30))
    known = known / np.float32(scale)
    values, onehot = np.unique(labels, return_inverse=True)
    goal = np.eye(len(values))[onehot]
    offset = goal.mean(axis=0)
    wide = known.shape[0] <= known.shape[1]
    gram = _gram(known if wide else known.T)
    gram[np.diag_indices_from(gram)] += RIDGE
    asked = (asked - centre) / np.float32(scale)
    if wide:
        weights = known.T @ scipy.linalg.solve(gram, goal - offset, assume_a="pos").astype(np.float32)
    else:
        weights = scipy.linalg.solve(gram, known.T @ (goal - offset), assume_a="pos")
    return values[np.argmax(asked @ weights + offset, axis=1)]


def _gram(rows: Float[np.ndarray, "n m"]) -> Float[np.ndarray, "n n"]:
    """The rows' products in double precision; of so many that they are added up in single precision, half of them."""
    if rows.shape[0] < MANY:
        return rows.astype(np.float64) @ rows.T.astype(np.float64)
    (syrk,) = scipy.linalg.get_blas_funcs(("syrk",), (rows,))
    upper = syrk(1.0, rows)
    return (upper + np.triu(upper, 1).T).astype(np.float64)
