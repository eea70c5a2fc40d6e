"""Whether what was read is exact: the first word on which two answers differ, and equality of two loops on all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from compare.extract.recurrent.carried import Mechanism
from compare.extract.recurrent.loops import Looped
from compare.same import looped, recurrences
from compare.same.answer import Equal, Undecided
from synth.search.streams import Loop

MOST_PAIRS = 4_000  # of values
MOST_READ = 400_000  # pairs and letters
HOW = "on the product machine"
SECONDS = 5.0  # of an induction
Letters = Int[np.ndarray, "letters streams"]  # what each letter is in each stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Two mechanisms answer alike on every word: the pairs of their values that words lead to were all looked at."""

    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """A word on which two loops differ, one tuple of items a stream."""

    items: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        return f"they differ on {'; '.join(' '.join(map(str, stream)) for stream in self.items)}"


def first_difference(
    given: Int[np.ndarray, "rows time ..."], right: Int[np.ndarray, "rows time ..."]
) -> tuple[int, int] | None:
    """Row and time of the earliest answer that differs; None where none does."""
    apart = np.argwhere(np.asarray(given != right).reshape(*right.shape[:2], -1).any(axis=-1))
    if not len(apart):
        return None
    row, time = apart[apart[:, 1].argmin()].tolist()
    return row, time


def same_loops(one: Loop, other: Loop, letters: Letters, seconds: float = SECONDS) -> Equal | Unlike | Undecided:
    """Over all words of these letters: proved equal, a word on which they differ, or why neither is known.

    An identity where both are linear, the product machine where their values are few, else an induction.
    """
    known = recurrences.decide(one, other, letters)
    if isinstance(known, Equal):
        return known
    found = equal(Looped(one, letters), Looped(other, letters), len(letters)) if isinstance(known, Undecided) else known
    if isinstance(found, Proved):
        pairs, size = f"{found.pairs:,} pairs of values", f"{len(letters):,} letters"
        return Equal(how=HOW, sentence=f"equal: on the product machine they agree at all {pairs}, by each of {size}")
    if found is not None:
        return Unlike(items=tuple(tuple(letters[list(found), stream].tolist()) for stream in range(letters.shape[1])))
    ranges = {name: sorted(set(letters[:, stream].tolist())) for stream, name in enumerate(one.items)}
    proof = looped.decide(one, other, ranges, seconds)
    return proof if isinstance(proof, Equal) else Undecided(why=proof.why)


def equal(one: Mechanism, other: Mechanism, letters: int, most: int = MOST_PAIRS) -> Proved | tuple[int, ...] | None:
    """Proved, or the shortest word (letters by number) on which they differ; None where values are too many to list."""
    split = len(one.start)
    frontier = np.array([(*one.start, *other.start)])
    words = np.empty((1, 0), dtype=np.int64)
    seen = {tuple(frontier[0].tolist())}
    while len(frontier):
        if len(frontier) * letters > MOST_READ:
            return None
        before, letter = np.repeat(frontier, letters, axis=0), np.tile(np.arange(letters), len(frontier))
        words = np.concatenate([np.repeat(words, letters, axis=0), letter[:, None]], axis=1)
        mine, theirs = one.moved(before[:, :split], letter), other.moved(before[:, split:], letter)
        differ = np.asarray(mine.answers) != np.asarray(theirs.answers)
        unlike = np.flatnonzero(differ.reshape(len(before), -1).any(axis=1))
        if len(unlike):
            return tuple(words[unlike[0]].tolist())
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
