"""Whether what was read is exact: the first word on which two answers differ, and equality of two mechanisms on all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from compare.extract.recurrent.carried import Mechanism
from synth.search.streams import Loop

MOST_PAIRS = 20_000  # of values


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """The shortest beginning of a row at whose end two answers differ."""

    items: tuple[Int[np.ndarray, " time"], ...]  # one array a stream
    given: int
    right: int

    def __str__(self) -> str:
        said = "; ".join(" ".join(map(str, stream.tolist())) for stream in self.items)
        return f"after {said} it answers {self.given}, and {self.right} is right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Two mechanisms answer alike on every word: the pairs of their values that words lead to were all looked at."""

    pairs: int


def disagreement(
    loop: Loop, items: tuple[Int[np.ndarray, "rows time"], ...], right: Int[np.ndarray, "rows time"]
) -> Counterexample | None:
    """Where a loop first differs from these answers, a task's or a net's; None where it does not."""
    given = loop.run(*items)[0]
    wrong = given != right
    if not wrong.any():
        return None
    first = np.where(wrong.any(axis=1), wrong.argmax(axis=1), wrong.shape[1])
    row = int(first.argmin())
    time = int(first[row])
    word = tuple(np.asarray(stream)[row, : time + 1] for stream in items)
    return Counterexample(items=word, given=int(given[row, time]), right=int(right[row, time]))


def equal(one: Mechanism, other: Mechanism, letters: int, most: int = MOST_PAIRS) -> Proved | tuple[int, ...] | None:
    """Proved, or the shortest word (letters by number) on which they differ; None where values are too many to list."""
    split = len(one.start)
    frontier = np.array([(*one.start, *other.start)])
    words = np.empty((1, 0), dtype=np.int64)
    seen = {tuple(frontier[0].tolist())}
    while len(frontier):
        before, letter = np.repeat(frontier, letters, axis=0), np.tile(np.arange(letters), len(frontier))
        words = np.concatenate([np.repeat(words, letters, axis=0), letter[:, None]], axis=1)
        mine, theirs = one.moved(before[:, :split], letter), other.moved(before[:, split:], letter)
        differ = np.flatnonzero(np.asarray(mine.answers) != np.asarray(theirs.answers))
        if len(differ):
            return tuple(words[differ[0]].tolist())
        after = np.concatenate([mine.states, theirs.states], axis=1)
        new = {}
        for row, pair in enumerate(map(tuple, after.tolist())):
            if pair not in seen:
                new.setdefault(pair, row)
        if len(seen) + len(new) > most:
            return None
        seen |= set(new)
        rows = list(new.values())
        frontier, words = after[rows], words[rows]
    return Proved(pairs=len(seen))
