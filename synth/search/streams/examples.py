"""What is known of a function of streams: words with their answers, or a machine's table, of which words are drawn."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

WORDS, LENGTH = 200, 12  # that are drawn of a machine
REACHED = 2  # times that every state is left by every symbol, at least


class Examples(NamedTuple):
    """Rows of items and answers, whole numbers; those beyond a row's length count for nothing."""

    items: tuple[Int[np.ndarray, "rows time"], ...]  # one array a stream
    answers: tuple[Int[np.ndarray, "rows time"], ...]  # one array an output
    lengths: Int[np.ndarray, " rows"]

    @property
    def counts(self) -> Bool[np.ndarray, "rows time"]:
        """Which positions count."""
        return np.arange(self.items[0].shape[1]) < self.lengths[:, None]

    def take(self, rows: np.ndarray | slice) -> "Examples":
        """Some rows, cut to the longest of them."""
        lengths = self.lengths[rows]
        longest = int(lengths.max(initial=1))
        cut = [tuple(each[rows, :longest] for each in streams) for streams in (self.items, self.answers)]
        return Examples(cut[0], cut[1], lengths)

    def output(self, number: int) -> "Examples":
        """Of one output alone."""
        return self._replace(answers=(self.answers[number],))


class StateTable(NamedTuple):
    """A machine that starts in state 0; the answer is given on reading a symbol."""

    steps: Int[np.ndarray, "states symbols"]  # the next state
    answers: Int[np.ndarray, "states symbols"]
    items: tuple[Int[np.ndarray, " symbols"], ...]  # what each symbol is, one array a stream


def joined(first: Examples, second: Examples) -> Examples:
    """The rows of both."""
    longest = max(first.items[0].shape[1], second.items[0].shape[1])

    def both(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        padded = [[np.pad(each, ((0, 0), (0, longest - each.shape[1]))) for each in part] for part in (one, other)]
        return tuple(np.concatenate(pair) for pair in zip(*padded, strict=True))

    lengths = np.concatenate([first.lengths, second.lengths])
    return Examples(both(first.items, second.items), both(first.answers, second.answers), lengths)


def words_of(table: StateTable, seed: int = 0) -> Examples:
    """Random words with the machine's answers, and words that leave every state by every symbol."""
    symbols = table.steps.shape[1]
    rng = np.random.default_rng(seed)
    access = access_words(table.steps)
    words = [[*access[s], a, *rng.integers(0, symbols, LENGTH)] for s in access for a in range(symbols)] * REACHED
    words += rng.integers(0, symbols, (WORDS, LENGTH)).tolist()
    lengths = np.array([len(word) for word in words])
    given = np.array([[*word, *[0] * (lengths.max() - len(word))] for word in words])
    state, answers = np.zeros(len(words), dtype=int), []
    for column in given.T:
        answers.append(table.answers[state, column])
        state = table.steps[state, column]
    return Examples(tuple(each[given] for each in table.items), (np.stack(answers, axis=1),), lengths)


def access_words(steps: Int[np.ndarray, "states symbols"]) -> dict[int, list[int]]:
    """A shortest word to every state that is reached."""
    access: dict[int, list[int]] = {0: []}
    waiting = [0]
    for state in waiting:
        for symbol, after in enumerate(steps[state].tolist()):
            if after not in access:
                access[after] = [*access[state], symbol]
                waiting.append(after)
    return access
