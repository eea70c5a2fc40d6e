"""One net for sentences of three kinds: names of which one comes again, years that grow, and words that say nothing.

The two circuits that are known of language models, the other name (Wang et al. 2022, arXiv 2211.00593) and the larger
year (Hanna et al. 2023, arXiv 2305.00586), beside filler, as a net that does more than one thing would hold them. Of n
names the symbols are: 0, the names 1 .. n, the years, the words, then what marks the second half of a sentence with
names, what asks for the other name, and what asks for a year. Words may stand anywhere among the others.
"""

from dataclasses import replace

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import BEGIN, NET, RECIPE
from benchmarks.tasks.sequences.reasoning import last, pairs_of
from benchmarks.tasks.task import Part, Task

YEARS, WORDS = 20, 4
PLACES = 8  # between what begins and what asks


def mark(n: int) -> int:
    return n + YEARS + WORDS + 1


def scattered(sentence: np.ndarray, words: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The sentence in its order at any places among the words, both (rows, their number)."""
    long = sentence.shape[1]
    places = np.sort(np.argsort(rng.random(words.shape), axis=1)[:, :long], axis=1)
    x = words.copy()
    np.put_along_axis(x, places, sentence, axis=1)
    return x


def sentences(*, held_out: bool) -> Own:
    """A third of the rows each: names, years, words alone."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        words = rng.integers(n + YEARS + 1, n + YEARS + WORDS + 1, (rows, PLACES))
        pairs = pairs_of(n, held_out=held_out)
        names = rng.permuted(pairs[rng.integers(0, len(pairs), rows)], axis=1)
        again = names[np.arange(rows), rng.integers(0, 2, rows)]
        named = scattered(np.stack([*names.T, np.full(rows, mark(n)), again], axis=1), words, rng)
        dated = scattered(rng.integers(n + 1, n + YEARS, (rows, 1)), words, rng)
        kind = rng.integers(0, 3, (rows, 1))
        inside = np.where(kind == 0, named, np.where(kind == 1, dated, words))
        asks = np.where(kind == 0, mark(n) + 1, np.where(kind == 1, mark(n) + 2, words[:, :1]))
        return np.concatenate([np.full((rows, 1), BEGIN), inside, asks], axis=1)

    return Own(drawn, f"names, years and words, pairs of names that are {'held out' if held_out else 'not held out'}")


def may_come(n: int, x: np.ndarray) -> np.ndarray:
    """At every position what is right at the last: the name that came once, the larger years, or any word."""
    symbols = np.arange(1, mark(n))
    often = (x[:, :, None] == symbols).sum(axis=1)
    year = np.where((x > n) & (x <= n + YEARS), x, 0).max(axis=1)[:, None]
    asks = x[:, -1:]
    name, larger, word = (often == 1) & (symbols <= n), (symbols > year) & (symbols <= n + YEARS), symbols > n + YEARS
    found = np.where(asks < mark(n), word, np.where(asks == mark(n) + 1, name, larger))
    return np.broadcast_to(found[:, None, :], (*x.shape, len(symbols)))


SENTENCES = (
    Part("names", lambda n, x: x[:, -1] == mark(n) + 1),
    Part("years", lambda n, x: x[:, -1] == mark(n) + 2),
    Part("words", lambda n, x: x[:, -1] < mark(n)),
)
MIXTURE_OF_SENTENCES = Task(
    name="sentences", doc="What may end a sentence: the other of two names, a larger year, or any word.", type=None,
    oracle=may_come, mask=last, sizes=(40,), smallest=10, values=lambda n: mark(n) + 3, classes=lambda n: mark(n) - 1,
    kind="sets", net=NET, recipe=RECIPE, train=sentences(held_out=False), test=(sentences(held_out=True),),
    parts=SENTENCES,
)  # fmt: skip

READ_ALONE = tuple(
    replace(MIXTURE_OF_SENTENCES, name=f"sentences_{each.name}", parts=(), read_on=each, doc=doc)
    for each, doc in zip(
        SENTENCES,
        (
            "The same sentences; the net is read on those that ask for the other of two names.",
            "The same sentences; the net is read on those that ask for a larger year.",
        ),
        strict=False,
    )
)

MIXTURE = (MIXTURE_OF_SENTENCES, *READ_ALONE)
