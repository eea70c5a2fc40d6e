"""The net as a teacher: what it answers to words of letters, from its start or from a state that is put into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Answers, Classes, Reals, Sets
from compare.extract.recurrent.machine import Words
from compare.read import Reading
from compare.sites.states import NO_STATE, run_from, state_of

MOST_LETTERS, MOST_SAMPLED = 256, 65_536  # of an alphabet that is listed; of a sample, where there are more


class Taught(NamedTuple):
    """At each letter the answer, as an integer, and the state that it leaves."""

    answers: Int[np.ndarray, "words time"]
    states: Float[np.ndarray, "words time width"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A net over an alphabet that can be listed, or over whole numbers. A letter is what the net is given at one time.

    Of an alphabet that is too large to list, the letters are those that the samples hold.
    """

    reading: Reading
    site: str
    letters: np.ndarray  # (letters, ...), as the net is given them
    values: Int[np.ndarray, "letters arguments"]  # of the task's arguments at each letter

    @property
    def width(self) -> int:
        return self.reading.shapes[self.site][1]

    @property
    def sampled(self) -> bool:
        """Whether there may be more letters than these."""
        return len(self.letters) > MOST_LETTERS

    @property
    def several(self) -> tuple[int, ...]:
        """How many numbers an answer is, where it is not one."""
        kind = self.reading.view.answers
        return (kind.width,) if isinstance(kind, Reals) and kind.width > 1 else ()

    def ask(self, words: Words, states: Float[np.ndarray, "words width"] | None = None) -> Taught:
        """From the start, or from these states; where a state is NaN, from the start."""
        answers = np.empty((*words.shape, *self.several), dtype=np.int64)
        left = np.empty((*words.shape, self.width), dtype=np.float32)
        fresh = np.ones(len(words), dtype=bool) if states is None else np.isnan(states[:, 0])
        for chosen, given in ((fresh, None), (~fresh, states)):
            rows = np.flatnonzero(chosen)
            if len(rows):
                x, begun = self.letters[words[rows]], None if given is None else given[rows]
                outputs, left[rows] = run_from(self.reading, self.site, x, begun)
                answers[rows] = numbers(self.reading.view.answers, self.reading.decode(outputs))
        return Taught(answers, left)

    def words_of(self, reading: Reading) -> Words:
        """The rows of a reading as words; letters that are none of the alphabet are an error of ours."""
        return spelled(reading.x, self.letters)


def numbers(kind: Answers, answers: np.ndarray) -> Int[np.ndarray, "..."]:
    """Answers as integers: classes as they are, sets as the number of their bits, reals as the nearest integers.

    Of several reals an answer is several integers, on a last axis.
    """
    if isinstance(kind, Sets):
        return answers @ (1 << np.arange(kind.symbols))
    whole = np.rint(answers).astype(np.int64) if isinstance(kind, Reals) else answers.astype(np.int64)
    return whole[..., 0] if isinstance(kind, Reals) and kind.width == 1 else whole


def countable(kind: Answers) -> bool:
    """Whether the answers are integers in effect."""
    return isinstance(kind, Classes) or (isinstance(kind, Sets) and kind.symbols < 32) or whole(kind)


def whole(kind: Answers) -> bool:
    """Whether a real is told from the integers beside it."""
    return type(kind) is Reals and 0.01 <= kind.tolerance <= 0.5


def spelled(x: np.ndarray, letters: np.ndarray) -> Words:
    """Each position's letter by its number."""
    flat = x.astype(letters.dtype).reshape(*x.shape[:2], -1)
    table = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(letters.reshape(len(letters), -1)))}
    found, back = np.unique(flat.reshape(-1, flat.shape[-1]), axis=0, return_inverse=True)
    return np.array([table[np.ascontiguousarray(row).tobytes()] for row in found])[back].reshape(x.shape[:2])


def teacher_of(reading: Reading) -> Teacher | str:
    """The net as a teacher, or why it is none."""
    x = reading.x
    if reading.answers.ndim - reading.view.answers.axes != 2 or reading.answers.shape[1] != x.shape[1]:
        return f"expected an answer at every position, got shape {reading.answers.shape} for {x.shape}"
    if reading.mask is not None and not reading.mask.all():
        return "expected answers that count at every position, got a mask"
    if not countable(reading.view.answers):
        return "expected answers that are integers: classes, sets, or reals that are told from their neighbours"
    samples = (reading, *reading.longer)
    flat = np.concatenate([each.x.reshape(-1, *x.shape[2:]) for each in samples])
    letters, first = np.unique(flat, axis=0, return_index=True)
    values = meanings(samples, letters, first)
    if len(letters) > (MOST_LETTERS if values is None else MOST_SAMPLED):
        return (
            f"expected an alphabet of at most {MOST_LETTERS} letters, or at most {MOST_SAMPLED:,} whole numbers, got "
            f"{len(letters):,} letters{' that are no whole numbers' if values is None else ''}"
        )
    site = state_of(reading)
    if site is None:
        return NO_STATE.format(sites=list(reading.net.sites))
    numbered = np.arange(len(letters))[:, None] if values is None else values
    return Teacher(reading=reading, site=site, letters=letters, values=numbered)


def meanings(
    samples: Sequence[Reading], letters: np.ndarray, first: Int[np.ndarray, " letters"]
) -> Int[np.ndarray, "letters n"] | None:
    """What the arguments are at each letter; the letter's own numbers where the arguments do not go along with it.

    None where these are no whole numbers. `first` says where in the samples each letter is.
    """
    given = [[np.asarray(each) for each in sample.arguments] for sample in samples]
    along = all(
        each.shape == sample.x.shape[:2] and np.issubdtype(each.dtype, np.integer)
        for sample, arguments in zip(samples, given, strict=True)
        for each in arguments
    )
    if along:
        columns = (np.concatenate([each.reshape(-1) for each in parts]) for parts in zip(*given, strict=True))
        return np.stack([column[first] for column in columns], axis=1).astype(np.int64)
    own = letters.reshape(len(letters), -1)
    return own.astype(np.int64) if np.array_equal(own, np.rint(own)) else None
