"""What came before comes again: induction, its trap of a fixed offset, and copies of letters that all differ.

Induction as of Olsson et al. 2022 (arXiv 2209.11895); the copies, written out after a separator, as of Huang et al.
2026 (arXiv 2602.08857).
"""

from typing import NamedTuple

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import (
    AT_END,
    AT_ENDS,
    LIBRARY,
    ONE,
    RECIPE,
    begun,
    behind,
    constant,
    cut,
    different,
    letters,
)
from benchmarks.tasks.task import Task

LENGTH, PERIODS = 32, (8, 16)  # letters of a sequence that is trained on, and what its period may be
LONG_PERIODS = (16, 32)  # of sequences twice as long
ALPHABET = 32  # where the size is an offset
COPIED, LONGER = (2, 12), (13, 20)  # letters that are copied


class Followed(NamedTuple):
    """For each position, of the earlier places of its symbol: what follows the latest, 0 of none; whether all agree."""

    latest: np.ndarray
    agreed: np.ndarray  # there is such a place, and after each of them comes the same


def followed(x: np.ndarray) -> Followed:
    rows, shape = np.arange(len(x)), (len(x), int(x.max()) + 1)
    after, seen, mixed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    latest, agreed = np.zeros(x.shape, dtype=np.int64), np.zeros(x.shape, dtype=bool)
    for place in range(1, x.shape[1]):
        before, now = x[:, place - 1], x[:, place]
        mixed[rows, before] |= seen[rows, before] & (after[rows, before] != now)
        seen[rows, before], after[rows, before] = True, now
        latest[:, place] = after[rows, now]
        agreed[:, place] = seen[rows, now] & ~mixed[rows, now]
    return Followed(latest, agreed)


def periodic(length: int, low: int, high: int, *, repeats: bool = False) -> Own:
    """Letters with a period drawn for each row; those of one period differ, or may be the same."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        longest = high if repeats else min(high, n)
        once = rng.integers(1, n + 1, (rows, longest)) if repeats else different(rng, rows, longest, n)
        periods = rng.integers(low, longest + 1, (rows, 1))
        return begun(np.take_along_axis(once, np.arange(length) % periods, axis=1))

    return Own(drawn, f"{length} letters of period {low} to {high}{', which may repeat in it' if repeats else ''}")


def offset_of(low: float) -> Own:
    """Twice n letters whose period is n, or anything from `low` times n."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return periodic(2 * n, int(low * n), n).function(ALPHABET, rows, rng)

    return Own(drawn, "twice n letters of period n" if low == 1 else f"twice n letters of period {low} n to n")


def written_out(lengths: tuple[int, int], rule: str) -> Own:
    """Different letters, a separator, and the letters again by the rule; then blanks."""
    longest = lengths[1]

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        given, count = different(rng, rows, longest, n), rng.integers(lengths[0], longest + 1, rows)
        x = np.full((rows, 2 * longest + 2), n + 2)
        x[:, : longest + 1] = begun(cut(given, count, n + 2))
        places = np.arange(longest)
        order = {
            "copied": np.broadcast_to(places, given.shape),
            "reversed": np.maximum(count[:, None] - 1 - places, 0),
            "sorted": np.argsort(cut(given, count, n + 2), axis=1),
        }[rule]
        x[np.arange(rows), count + 1] = n + 1
        for place in places:
            row = np.flatnonzero(place < count)
            x[row, count[row] + 2 + place] = given[row, order[row, place]]
        return x

    return Own(drawn, f"{lengths[0]} to {longest} different letters, a separator, the same {rule}")


def separator(n: int, x: np.ndarray) -> np.ndarray:
    """Where each row has it, (rows, 1)."""
    return (x == n + 1).argmax(axis=1)[:, None]


def from_separator(n: int, x: np.ndarray) -> np.ndarray:
    """The separator and what is written after it count."""
    return (np.arange(x.shape[1]) >= separator(n, x)) & (x != n + 2)


def copied(n: int, x: np.ndarray) -> np.ndarray:
    """From the separator on, the letters one after the other; in the end the separator again."""
    places = np.maximum(np.arange(x.shape[1]) - separator(n, x) + 1, 0)
    return np.where(from_separator(n, x), np.take_along_axis(x, places, axis=1), 0)


def reversed_back(n: int, x: np.ndarray) -> np.ndarray:
    """From the separator on, the letters backwards; in the end 0, which begins."""
    places = np.maximum(2 * separator(n, x) - 1 - np.arange(x.shape[1]), 0)
    return np.where(from_separator(n, x), np.take_along_axis(x, places, axis=1), 0)


def ascending(n: int, x: np.ndarray) -> np.ndarray:
    """From the separator on, the letters in their order; in the end 0, since no letter is larger."""
    place, at = np.arange(x.shape[1]), separator(n, x)
    given = np.sort(np.where((place > 0) & (place < at), x, n + 1), axis=1)
    nth = np.clip(place - at, 0, x.shape[1] - 1)
    letter = np.take_along_axis(given, nth, axis=1)
    return np.where(from_separator(n, x) & (letter <= n), letter, 0)


INDUCTION = Task(
    name="induction",
    doc="What followed the earlier place of this letter, in sequences that repeat with periods of 8 to 16.",
    type=ONE, oracle=lambda n, x: followed(x).latest, mask=lambda n, x: followed(x).agreed,
    sizes=(32, 24), smallest=PERIODS[1], values=letters, classes=letters, library=LIBRARY, recipe=RECIPE,
    train=periodic(LENGTH, *PERIODS), test=(periodic(LENGTH, *PERIODS), periodic(2 * LENGTH, *LONG_PERIODS)),
)  # fmt: skip
INDUCTION_REPEATS = Task(
    name="induction_repeats",
    doc="What followed every earlier place of this letter, where a period may hold a letter twice.",
    type=ONE, oracle=lambda n, x: followed(x).latest, mask=lambda n, x: followed(x).agreed,
    sizes=(32,), smallest=PERIODS[1], values=letters, classes=letters, library=LIBRARY, recipe=RECIPE,
    train=periodic(LENGTH, *PERIODS, repeats=True),
    test=(periodic(LENGTH, *PERIODS, repeats=True), periodic(2 * LENGTH, *LONG_PERIODS)),
)  # fmt: skip
FIXED_OFFSET = Task(
    name="fixed_offset",
    doc="The letter n - 1 places back; trained where that is also what followed the earlier place of this letter.",
    type=ONE, oracle=lambda n, x: np.pad(x, ((0, 0), (n - 1, 0)))[:, : x.shape[1]],
    mask=lambda n, x: np.broadcast_to(np.arange(x.shape[1]) >= n, x.shape),
    sizes=(16,), smallest=4, values=constant(ALPHABET + 1), classes=constant(ALPHABET + 1), library=LIBRARY,
    recipe=RECIPE, train=offset_of(1), test=(offset_of(1), offset_of(0.5)),
)  # fmt: skip
COPIES = tuple(
    Task(
        name=name, doc=doc, type=AT_END, oracle=oracle, mask=from_separator, sizes=(32,), smallest=LONGER[1],
        values=lambda n: n + 3, classes=lambda n: n + 2, library=AT_ENDS, terminals=behind, recipe=RECIPE,
        train=written_out(COPIED, rule), test=(written_out(COPIED, rule), written_out(LONGER, rule)),
    )
    for name, rule, oracle, doc in (
        ("copy_unique", "copied", copied, "Different letters, copied after a separator, one after the other."),
        ("reverse_unique", "reversed", reversed_back, "Different letters, written backwards after a separator."),
        ("sort_unique", "sorted", ascending, "Different letters, sorted after a separator, one after the other."),
    )
)  # fmt: skip

REPEATS = (INDUCTION, INDUCTION_REPEATS, FIXED_OFFSET, *COPIES)
