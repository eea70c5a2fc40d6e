"""The seventeen languages of Huang et al. 2026 (arXiv 2602.08857), as transformers read them: 0, then the word.

At every position, the first one too, nets are asked which symbols may follow, and whether the word may end. Trained on
50 symbols, read on 150. The languages are those of `benchmarks.tasks.languages`, each symbol one more than there.
Words are of the language; where it has but one of each length, half of them have one symbol replaced.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.tasks.languages import DEAD, REGULAR, Automaton, states, words
from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import NET, begun
from benchmarks.tasks.task import Task

LENGTHS = (50, 100, 150)


def symbols(automaton: Automaton) -> int:
    return len(automaton.steps[0])


def sentences(language: Callable[[int], Automaton], length: int) -> Own:
    """Each symbol one of those that may follow, all alike."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        steps = np.array(language(n).steps)
        if (steps != DEAD).sum(axis=1).max() == 1:
            return begun(1 + words(language, length).function(n, rows, rng))
        state, found = np.zeros(rows, dtype=np.int64), []
        for _ in range(length):
            found.append(np.where(steps[state] != DEAD, rng.random((rows, steps.shape[1])), -1.0).argmax(axis=1))
            state = steps[state, found[-1]]
        return begun(1 + np.stack(found, axis=1))

    return Own(drawn, f"words of length {length}, begun by 0")


def may_follow(language: Callable[[int], Automaton]) -> Callable[[int, np.ndarray], np.ndarray]:
    """Which symbols may follow, and last whether the word may end."""

    def oracle(n: int, x: np.ndarray) -> np.ndarray:
        automaton = language(n)
        ends = np.isin(np.arange(len(automaton.steps)), automaton.accepts)
        may = np.concatenate([np.array(automaton.steps) != DEAD, ends[:, None]], axis=1)
        reached = np.pad(states(automaton, x[:, 1:] - 1), ((0, 0), (1, 0)))
        return np.concatenate([may, np.zeros_like(may[:1])])[reached]

    return oracle


GRAMMARS = tuple(
    Task(
        name=f"rasp_{name}", doc=f"Which symbols may follow in {doc}; the last one is the end.", type=None,
        oracle=may_follow(language), sizes=sizes, smallest=smallest, kind="sets", net=NET, recipe="published",
        values=lambda n, language=language: 1 + symbols(language(n)),
        classes=lambda n, language=language: 1 + symbols(language(n)),
        train=sentences(language, LENGTHS[0]), test=tuple(sentences(language, length) for length in LENGTHS),
    )
    for name, doc, language, sizes, smallest in REGULAR
)  # fmt: skip
