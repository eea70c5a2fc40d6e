"""The seven tasks of Friedman et al. 2023 (arXiv 2306.01128): eight symbols, lengths up to 8, of brackets 16.

What begins is 0, what ends (of `reverse` and `sort`) is n + 1; both and the blank are counted among the eight, or the
letters are one more where nothing ends. Every answer is at the place of a letter.
"""

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.counts import histogram, ragged
from benchmarks.tasks.sequences.layout import (
    LIBRARY,
    ONE,
    after_begin,
    before_blank,
    begun,
    constant,
    letters,
    letters_only,
)
from benchmarks.tasks.task import Task

LONGEST = 7  # letters after what begins; one fewer before what ends
BRACKETS = 15
BALANCED, OPEN, BROKEN = 0, 1, 2
RECIPE = "published"


def ended(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """0, one letter to six, n + 1, blanks n + 2."""
    lengths = rng.integers(1, LONGEST, rows)
    x = np.where(np.arange(LONGEST - 1) < lengths[:, None], rng.integers(1, n + 1, (rows, LONGEST - 1)), n + 2)
    x = np.pad(begun(x), ((0, 0), (0, 1)), constant_values=n + 2)
    x[np.arange(rows), lengths + 1] = n + 1
    return x


def mirrored(n: int, x: np.ndarray) -> np.ndarray:
    end = (x == n + 1).argmax(axis=1)[:, None]
    places = np.maximum(end - np.arange(x.shape[1]), 0)
    return np.where(letters_only(n, x), np.take_along_axis(x, places, axis=1), 0)


def ordered(n: int, x: np.ndarray) -> np.ndarray:
    given = np.sort(np.where(letters_only(n, x), x, n + 1), axis=1)
    return np.where(letters_only(n, x), np.roll(given, 1, axis=1), 0)


def double_histogram(n: int, x: np.ndarray) -> np.ndarray:
    """How many different letters stand there as often as this one."""
    often = (x[:, :, None] == np.arange(1, n + 1)).sum(axis=1)
    own = histogram(n, x)
    return np.where(letters_only(n, x), (often[:, None, :] == own[:, :, None]).sum(axis=2), 0)


def by_frequency(n: int, x: np.ndarray) -> np.ndarray:
    """The different letters by how often they stand there, the first one first among equals; then 0."""
    places, known = np.arange(x.shape[1]), letters_only(n, x)
    first = known & ~((x[:, :, None] == x[:, None, :]) & (places[None, :] < places[:, None])).any(axis=2)
    order = np.where(first, -histogram(n, x) * x.shape[1] + places, x.shape[1]).argsort(axis=1, kind="stable")
    sorted_letters = np.take_along_axis(np.where(first, x, 0), order, axis=1)
    return np.where(known, np.roll(sorted_letters, 1, axis=1), 0)


def bracket_words(kinds: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Half begin with a balanced word and go on with any brackets, the others are any; 1 .. kinds open."""
    x = rng.integers(1, 2 * kinds + 1, (rows, BRACKETS))
    for row in np.flatnonzero(rng.random(rows) < 0.5):
        word: list[int] = []
        for _ in range(rng.integers(1, (BRACKETS + 1) // 2 + 1)):
            kind = int(rng.integers(1, kinds + 1))
            pair = [kind, kind + kinds]
            word = [*word, *pair] if rng.random() < 0.5 else [pair[0], *word, pair[1]]
        word = word[:BRACKETS]
        x[row, : len(word)] = word
    return begun(x)


def bracket_answers(kinds: int, x: np.ndarray) -> np.ndarray:
    """After each bracket: all closed, some open, or one closed that was not open."""
    rows = np.arange(len(x))
    stack, depth, broken = np.zeros((len(x), x.shape[1] + 1), dtype=np.int64), rows * 0, np.zeros(len(x), dtype=bool)
    answers = np.zeros(x.shape, dtype=np.int64)
    for place in range(1, x.shape[1]):
        opens = x[:, place] <= kinds
        broken |= ~opens & (stack[rows, depth] != x[:, place] - kinds)
        depth = np.where(broken, depth, np.where(opens, depth + 1, depth - 1))
        stack[rows, depth] = np.where(opens & ~broken, x[:, place], stack[rows, depth])
        answers[:, place] = np.where(broken, BROKEN, np.where(depth > 0, OPEN, BALANCED))
    return answers


ENDED = Own(ended, "one letter to six between what begins and what ends")
BEGUN = ragged(1, LONGEST)
WORDS = Own(bracket_words, "15 brackets, half of them begun by a balanced word")
PROGRAMS = (
    *(
        Task(
            name=f"programs_{name}", doc=doc, type=ONE, oracle=oracle, mask=letters_only, sizes=(5,),
            values=lambda n: n + 3, classes=letters, library=LIBRARY, recipe=RECIPE, train=ENDED, test=(ENDED,),
        )
        for name, doc, oracle in (
            ("reverse", "Up to six of n letters backwards, each in its place.", mirrored),
            ("sort", "Up to six of n letters in their order, each in its place.", ordered),
        )
    ),
    *(
        Task(
            name=f"programs_{name}", doc=doc, type=ONE, oracle=oracle, mask=letters_only, sizes=(6,),
            values=before_blank, classes=classes, library=LIBRARY, recipe=RECIPE, train=BEGUN, test=(BEGUN,),
        )
        for name, doc, oracle, classes in (
            ("hist", "How often each letter stands there.", histogram, constant(LONGEST + 1)),
            ("double_hist", "How many letters stand there as often as each one.", double_histogram, letters),
            ("most_freq", "The letters by how often they stand there, then 0.", by_frequency, letters),
        )
    ),
    Task(
        name="programs_dyck", doc="Whether brackets of n kinds are balanced (0), open (1) or broken (2) so far.",
        type=ONE, oracle=bracket_answers, mask=after_begin, sizes=(1, 2), smallest=1, values=lambda n: 2 * n + 1,
        classes=constant(3), library=LIBRARY, recipe=RECIPE, train=WORDS, test=(WORDS,),
    ),
)  # fmt: skip
