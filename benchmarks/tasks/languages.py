"""Seventeen regular languages, each twice: is the prefix a word of it, and what may follow; and sums as a language.

Those of Huang et al. 2026 (arXiv 2602.08857): Tomita's seven, brackets of bounded depth, and six star-free or periodic
ones. A language is its minimal automaton without the dead state. Half of the words that are drawn run through it, the
other half has one symbol replaced. What may follow is asked as there: trained on 50 symbols, read on 150 and on 1000.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.tasks.mips.causal import LENGTHS, LIBRARY, ONE, constant
from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Task

DEAD = -1
PUBLISHED = (50, 100, 150, 1000)  # lengths of words that are trained on, and read


class Automaton(NamedTuple):
    """`steps[state][symbol]`, DEAD where no word goes on so; the start is 0."""

    steps: tuple[tuple[int, ...], ...]
    accepts: tuple[int, ...]


Language = Callable[[int], Automaton]  # of a size
Drawn = Callable[[Automaton, tuple[int, int], np.random.Generator], np.ndarray]  # rows and length -> words

TOMITA = (
    Automaton(((DEAD, 0),), (0,)),
    Automaton(((DEAD, 1), (0, DEAD)), (0,)),
    Automaton(((0, 1), (2, 0), (3, DEAD), (2, 1)), (0, 1, 3)),
    Automaton(((1, 0), (2, 0), (DEAD, 0)), (0, 1, 2)),
    Automaton(((1, 2), (0, 3), (3, 0), (2, 1)), (0,)),
    Automaton(((1, 2), (2, 0), (0, 1)), (0,)),
    Automaton(((0, 1), (2, 1), (2, 3), (DEAD, 3)), (0, 1, 2, 3)),
)
AB_D_BC = Automaton(((0, 0, DEAD, 1), (DEAD, 1, 1, DEAD)), (1,))
ZERO_THEN_TWOS = Automaton(((1, 0, 0), (1, 0, 1)), (1,))
ABAB = Automaton(((1, DEAD), (DEAD, 2), (3, DEAD), (DEAD, 0)), (0,))


def tomita(number: int) -> Automaton:
    return TOMITA[number - 1]


def brackets(depth: int) -> Automaton:
    """0 opens, 1 closes, never deeper than this."""
    steps = tuple((level + 1 if level < depth else DEAD, level - 1) for level in range(depth + 1))
    return Automaton(steps, (0,))


def repeated(n: int) -> Automaton:
    """n times the letter a, 0, as often as one likes; 1 is a letter that is in no word."""
    return Automaton(tuple(((state + 1) % n, DEAD) for state in range(n)), (0,))


def ascending(letters: int) -> Automaton:
    """One of each letter or more, in their order."""
    first = (0, *[DEAD] * (letters - 1))
    after = [
        tuple(symbol if symbol in (state, state + 1) else DEAD for symbol in range(letters)) for state in range(letters)
    ]
    return Automaton((*(tuple(1 + s if s != DEAD else DEAD for s in row) for row in (first, *after)),), (letters,))


def states(automaton: Automaton, x: np.ndarray) -> np.ndarray:
    """After every item; DEAD once no word goes on."""
    steps = np.array([*automaton.steps, [DEAD] * len(automaton.steps[0])])  # the row of DEAD, -1, is the last
    state, found = np.zeros(len(x), dtype=int), []
    for items in x.T:
        state = steps[state, items]
        found.append(state)
    return np.stack(found, axis=1)


def accepted(language: Language) -> Callable[[int, np.ndarray], np.ndarray]:
    return lambda n, x: np.isin(states(language(n), x), language(n).accepts)


def legal(language: Language) -> Callable[[int, np.ndarray], np.ndarray]:
    """Which symbols may follow, and last whether the word may end."""

    def oracle(n: int, x: np.ndarray) -> np.ndarray:
        automaton = language(n)
        ends = np.isin(np.arange(len(automaton.steps)), automaton.accepts)
        may = np.concatenate([np.array(automaton.steps) != DEAD, ends[:, None]], axis=1)
        return np.concatenate([may, np.zeros_like(may[:1])])[states(automaton, x)]

    return oracle


def asked(n: int) -> Automaton:
    """Bits, the separator 2, and the number of ones modulo n; then the next question."""
    sums = range(1, n + 1)  # states; 0 is the start and after an answer, those of an answer come last
    reading = tuple((one, 1 + one % n, n + one, *[DEAD] * (n - 3)) for one in sums)
    answering = tuple(tuple(0 if symbol == answer else DEAD for symbol in range(max(n, 3))) for answer in range(n))
    return Automaton((reading[0], *reading, *answering), (0,))


def walked(automaton: Automaton, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Each symbol is one of those that may follow, all alike."""
    steps = np.array(automaton.steps)
    state, found = np.zeros(shape[0], dtype=int), []
    for _ in range(shape[1]):
        found.append(np.where(steps[state] != DEAD, rng.random((shape[0], steps.shape[1])), -1.0).argmax(axis=1))
        state = steps[state, found[-1]]
    return np.stack(found, axis=1)


def questions(automaton: Automaton, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """One after the other, of any length up to a bound of the row; how many of their bits are ones is any number."""
    rows, length = shape
    x = np.full((rows, length), 2)
    for row in x:
        begin, most = 0, rng.integers(1, length - 1)
        while begin < length:
            bits = rng.integers(0, most + 1)
            given = rng.permutation(bits) < rng.integers(0, bits + 1)
            answer = given.sum() % (len(automaton.steps) // 2)
            question = np.concatenate([given, [2, answer]])[: length - begin]
            row[begin : begin + len(question)] = question
            begin += len(question)
    return x


def words(language: Language, length: int, drawn: Drawn = walked) -> Own:
    """Words of the language; in half of the rows one symbol is replaced."""

    def rows_of(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        automaton = language(n)
        x = drawn(automaton, (rows, length), rng)
        place, other = rng.integers(0, length, rows), rng.integers(0, len(automaton.steps[0]), rows)
        x[np.arange(rows), place] = np.where(rng.random(rows) < 0.5, other, x[np.arange(rows), place])
        return x

    return Own(rows_of, f"words of length {length}, half of them with a symbol replaced")


def recognised(name: str, doc: str, language: Language, sizes: tuple[int, ...], smallest: int) -> Task:
    """Is what was read a word of the language?"""
    return Task(
        name=f"in_{name}", doc=f"Whether the prefix is a word of {doc}.", type=ONE, library=LIBRARY,
        oracle=accepted(language), sizes=sizes, smallest=smallest,
        values=lambda n: len(language(n).steps[0]), classes=constant(2),
        train=words(language, LENGTHS[0]), test=tuple(words(language, length) for length in LENGTHS),
    )  # fmt: skip


def continued(
    name: str, doc: str, language: Language, sizes: tuple[int, ...], smallest: int, drawn: Drawn = walked
) -> Task:
    """What may follow?"""
    return Task(
        name=f"next_{name}", doc=f"Which symbols may follow in {doc}; the last one is the end.", type=ONE,
        library=LIBRARY, oracle=legal(language), sizes=sizes, smallest=smallest, kind="sets",
        values=lambda n: len(language(n).steps[0]), classes=lambda n: len(language(n).steps[0]) + 1,
        train=words(language, PUBLISHED[0], drawn),
        test=tuple(words(language, length, drawn) for length in PUBLISHED),
    )  # fmt: skip


REGULAR = (
    ("tomita", "Tomita's language number n", tomita, (4, 1, 2, 3, 5, 6, 7), 1),
    ("dyck", "balanced brackets at most n deep", brackets, (2, 3, 4, 12), 1),
    ("repeats", "(a^n)*", repeated, (2, 4), 2),
    ("abab", "(abab)*", lambda n: ABAB, (2,), 2),
    ("ascending", "a+b+c+..., n letters", ascending, (5,), 2),
    ("ab_d_bc", "[ab]*d[bc]*", lambda n: AB_D_BC, (4,), 2),
    ("zero_then_twos", "[012]*02*", lambda n: ZERO_THEN_TWOS, (3,), 2),
)  # name, in words, automaton, sizes, smallest size
ONES = continued("ones", "questions: bits, a separator, how many ones there were modulo n", asked, (2,), 2, questions)
LANGUAGES = (*(recognised(*each) for each in REGULAR), *(continued(*each) for each in REGULAR), ONES)
