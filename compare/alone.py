"""What was read in a net, run by itself: its answers beside the net's, at the lengths of training and beyond."""

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool

from compare.answers import Reals
from compare.evidence.states import carried
from compare.explanation import Explanation
from compare.extract.recurrent.carried import logits
from compare.programs import run_on
from compare.read import Reading
from compare.step import values_of
from compare.view import View
from synth.search.streams import function_of

ROWS = 32  # of sequences that a text is run on at once, whose selects take memory by the square of the length


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Answers of what was read, of each sample: the rows that the net is read on, then longer ones."""

    answers: tuple[np.ndarray, ...]
    agreement: float  # share of the net's answers on the reported rows
    throughout: tuple[float, ...]  # share of the sequences, a sample each, answered as the net at all that counts


def alone(reading: Reading, explanation: Explanation | None) -> Alone | None:
    """None where what was read cannot be run without the net."""
    if explanation is None:
        return None
    given = [answers_read(explanation, each) for each in (reading, *reading.longer)]
    told = [each for each in given if each is not None]
    if len(told) < len(given):
        return None
    rows, samples = reading.reported, (reading, *reading.longer)
    return Alone(
        answers=tuple(told),
        agreement=reading.agreement(told[0][rows], rows),
        throughout=shares(samples, [throughout(e, own, e.answers) for e, own in zip(samples, told, strict=True)]),
    )


def right_throughout(reading: Reading) -> tuple[float, ...]:
    """Share of the sequences, a sample each, which the net answers rightly at every position that counts."""
    samples = (reading, *reading.longer)
    return shares(samples, [throughout(each, each.answers, each.targets) for each in samples])


def shares(samples: Sequence[Reading], alike: Sequence[Bool[np.ndarray, " rows"]]) -> tuple[float, ...]:
    """Of the sequences that are reported on, of each sample."""
    return tuple(float(a[e.reported].mean()) for e, a in zip(samples, alike, strict=True) if sequences(e))


def sequences(reading: Reading) -> bool:
    """Whether there is an answer at every position."""
    return reading.answers.ndim - reading.view.answers.axes == 2


def throughout(reading: Reading, given: np.ndarray, truth: np.ndarray) -> Bool[np.ndarray, " rows"]:
    """The rows whose answers are alike at every position that counts."""
    alike = reading.view.answers.alike(given, truth)
    if reading.mask is not None and alike.shape == reading.mask.shape:
        alike = alike | ~reading.mask
    return np.asarray(alike.reshape(len(alike), -1).all(axis=1))


def answers_read(explanation: Explanation, reading: Reading) -> np.ndarray | None:
    """A program of synth and a loop as they are printed, any other text by its own run, a machine by its steps."""
    if explanation.program is not None and reading.spec is not None:
        return run_on(explanation.program, reading)
    if explanation.run_alone is not None:
        parts = [explanation.run_alone(reading.x[at : at + ROWS]) for at in range(0, reading.rows, ROWS)]
        return np.concatenate(parts)
    loop, x = explanation.loop, reading.x
    if loop is None or any(np.shape(each) != x.shape[:2] for each in reading.arguments):
        return None if carried(explanation.steps) is None else answers_by(explanation, reading.view, x)
    program = function_of(loop.python())
    rows = zip(*(np.asarray(each).astype(np.int64).tolist() for each in reading.arguments), strict=True)
    numbers = np.array([program(*row) for row in rows], dtype=np.float64)
    kind = reading.view.answers
    outputs = logits(kind, numbers if isinstance(kind, Reals) else numbers.astype(np.int64))
    return np.asarray(reading.view.decode(jnp.asarray(outputs)))


def answers_by(explanation: Explanation, view: View, x: np.ndarray) -> np.ndarray:
    """What the steps answer by themselves."""
    values = values_of(explanation.steps, x, explanation.outputs)
    return np.asarray(view.decode(jnp.asarray(sum(np.asarray(values[name]) for name in explanation.outputs))))
