"""How many: histograms, what is most frequent, and brackets, which are counts of what opens less what closes."""

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import (
    AT_END,
    AT_ENDS,
    BEGIN,
    LIBRARY,
    ONE,
    RECIPE,
    before_blank,
    begun,
    behind,
    constant,
    cut,
    kept,
    letters,
    letters_only,
)
from benchmarks.tasks.task import Intermediate, Part, Task

OPEN, CLOSE = 1, 2
COUNTED, COUNTED_LONGER = (1, 12), (13, 18)  # letters of a histogram
VOTED, VOTED_LONGER = (3, 16), (17, 28)  # letters of which one is most frequent


def ragged(low: int, high: int) -> Own:
    """Letters of every length, then blanks."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return begun(cut(rng.integers(1, n + 1, (rows, high)), rng.integers(low, high + 1, rows), n + 1))

    return Own(drawn, f"{low} to {high} letters, then blanks")


def voted(low: int, high: int) -> Own:
    """Letters of which one is the most frequent, what ends them, blanks."""

    def rows_of(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        lengths = rng.integers(low, high + 1, rows)
        x = np.pad(cut(rng.integers(1, n + 1, (rows, high)), lengths, n + 2), ((0, 0), (1, 1)), constant_values=n + 2)
        x[:, 0], x[np.arange(rows), lengths + 1] = BEGIN, n + 1
        return x

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return kept(rows, rng, lambda more, rng: rows_of(n, more, rng), lambda x: ahead(n, x))

    return Own(drawn, f"{low} to {high} letters, one of them the most frequent, and their end")


def counts(n: int, x: np.ndarray) -> np.ndarray:
    """Of each letter in each row, (rows, n)."""
    rows, width = len(x), max(int(x.max()), n) + 1
    numbered = (np.arange(rows)[:, None] * width + x).ravel()
    return np.bincount(numbered, minlength=rows * width).reshape(rows, width)[:, 1 : n + 1]


def ahead(n: int, x: np.ndarray) -> np.ndarray:
    """Whether one letter is more frequent than every other."""
    most = np.sort(counts(n, x), axis=1)
    return most[:, -1] > most[:, -2]


def most_common(n: int, x: np.ndarray) -> np.ndarray:
    """At the end the letter, elsewhere 0."""
    return np.where(x == n + 1, 1 + counts(n, x).argmax(axis=1)[:, None], 0)


def histogram(n: int, x: np.ndarray) -> np.ndarray:
    """How often each symbol stands in its row; 0 for blanks."""
    return np.where(x == n + 1, 0, (x[:, :, None] == x[:, None, :]).sum(axis=2))


def depth(x: np.ndarray) -> np.ndarray:
    return ((x == OPEN) * 1 - (x == CLOSE)).cumsum(axis=1)


def prefixes(rows: int, length: int, opens: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brackets that never close more than is open, each opening with its row's probability (rows,) where it may."""
    x, deep = np.zeros((rows, length), dtype=np.int64), np.zeros(rows, dtype=np.int64)
    for place in range(length):
        opening = (rng.random(rows) < opens) | (deep == 0)
        x[:, place], deep = np.where(opening, OPEN, CLOSE), deep + np.where(opening, 1, -1)
    return x


def legal(times: int) -> Own:
    """Brackets that can still be balanced, so many times n of them."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return begun(prefixes(rows, times * n, rng.uniform(0.35, 0.65, rows), rng))

    return Own(drawn, f"{'n' if times == 1 else f'{times} n'} brackets that can be balanced")


def brackets(times: int) -> Own:
    """So many times n: half can be balanced, half of those with one turned round; the others anything."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        length = times * n
        x = np.where(rng.random((rows, length)) < rng.uniform(0.4, 0.7, (rows, 1)), OPEN, CLOSE)
        sound = rng.random(rows) < 0.5
        x[sound] = prefixes(rows, length, rng.uniform(0.35, 0.65, rows), rng)[sound]
        turned = np.flatnonzero(sound & (rng.random(rows) < 0.5))
        place = rng.integers(0, length, len(turned))
        x[turned, place] = OPEN + CLOSE - x[turned, place]
        return begun(x)

    return Own(drawn, f"{'n' if times == 1 else f'{times} n'} brackets, a part of them broken")


def bracket_state(n: int, x: np.ndarray) -> np.ndarray:
    """0 balanced, 1 open, 2 broken."""
    deep = depth(x)
    return np.where(np.minimum.accumulate(deep, axis=1) < 0, 2, deep > 0)


def open_now(n: int, x: np.ndarray) -> np.ndarray:
    """How many brackets are open, while none has been closed too many; elsewhere -1."""
    deep = depth(x)
    return np.where((np.minimum.accumulate(deep, axis=1) >= 0) & (x > BEGIN), deep, -1)


def broken(balanced: bool) -> Part:
    """Where one bracket too many has been closed: as many close as open by now, or not."""

    def where(n: int, x: np.ndarray) -> np.ndarray:
        deep = depth(x)
        return (np.minimum.accumulate(deep, axis=1) < 0) & ((deep == 0) == balanced)

    return Part(f"broken, {'as' if balanced else 'not as'} many of both", where)


STATE_PARTS = (
    Part("balanced", lambda n, x: bracket_state(n, x) == 0),
    Part("open", lambda n, x: bracket_state(n, x) == 1),
    broken(True),
    broken(False),
)
MAY_CLOSE_DEPTH = Intermediate(
    "depth", open_now, lambda n, values, x: np.where(values < 0, depth(x) > 0, values > 0), number=True
)
STATE_DEPTH = Intermediate(
    "depth", open_now, lambda n, values, x: np.where(values < 0, bracket_state(n, x), values > 0), number=True
)
HISTOGRAM = Task(
    name="histogram", doc="How often each letter stands in its sequence.", type=ONE, oracle=histogram,
    mask=letters_only, sizes=(8, 4), values=before_blank, classes=constant(COUNTED_LONGER[1] + 1), library=LIBRARY,
    recipe=RECIPE, train=ragged(*COUNTED), test=(ragged(*COUNTED), ragged(*COUNTED_LONGER)),
)  # fmt: skip
MOST_COMMON = Task(
    name="most_common", doc="The letter that stands there most often, when the sequence ends.", type=AT_END,
    oracle=most_common, mask=lambda n, x: x == n + 1, sizes=(8, 2), values=lambda n: n + 3, classes=letters,
    library=AT_ENDS, terminals=behind, recipe=RECIPE, train=voted(*VOTED), test=(voted(*VOTED), voted(*VOTED_LONGER)),
)  # fmt: skip
MAY_CLOSE = Task(
    name="may_close", doc="Whether a bracket is open, after each of n brackets that can be balanced.", type=ONE,
    oracle=lambda n, x: depth(x) > 0, sizes=(24,), values=constant(3), classes=constant(2), library=LIBRARY,
    recipe=RECIPE, train=legal(1), test=(legal(1), legal(2)), intermediates=(MAY_CLOSE_DEPTH,),
)  # fmt: skip
BRACKET_STATE = Task(
    name="bracket_state", doc="Whether the brackets so far are balanced (0), open (1) or broken (2).", type=ONE,
    oracle=bracket_state, sizes=(16,), values=constant(3), classes=constant(3), library=LIBRARY,
    recipe=RECIPE, train=brackets(1), test=(brackets(1), brackets(2)), intermediates=(STATE_DEPTH,),
    parts=STATE_PARTS,
)  # fmt: skip

COUNTS = (HISTOGRAM, MOST_COMMON, MAY_CLOSE, BRACKET_STATE)
