"""Letters drawn by rates that each sequence has of its own, and that have to be told from what came.

In-context Markov chains of Edelman et al. 2024 (arXiv 2402.11004): rows of the matrix from a flat Dirichlet, the first
letter any. What follows a letter b then has the probability (times that it followed b so far + 1) / (times that b was
followed + n); a net may first answer all letters alike, then each as often as it came. That is right where letters do
not depend on those before them, as sides of a die do (the rule of succession: Laplace 1774).
"""

from dataclasses import replace

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import BEGIN, NET, RECIPE, begun, letters
from benchmarks.tasks.task import Stage, Task

LENGTH = 64
LATEST = 4  # letters that alone say what comes next


def chain(length: int) -> Own:
    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        rates, every = rng.dirichlet(np.ones(n), (rows, n)).cumsum(axis=2), np.arange(rows)
        x = rng.integers(0, n, (rows, length))
        chance = rng.random((rows, length))
        for place in range(1, length):
            x[:, place] = (rates[every, x[:, place - 1], :-1] < chance[:, place, None]).sum(axis=1)
        return begun(x + 1)

    return Own(drawn, f"{length} letters, each row with its own rates from letter to letter")


def thrown(length: int) -> Own:
    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        rates = rng.dirichlet(np.ones(n), rows).cumsum(axis=1)
        return begun(1 + (rates[:, None, :-1] < rng.random((rows, length, 1))).sum(axis=2))

    return Own(drawn, f"{length} letters, each row with its own rates")


def followers(n: int, x: np.ndarray) -> np.ndarray:
    """After every position the chance of each letter, given what followed the earlier places of the letter there."""
    rows = np.arange(len(x))
    seen = np.ones((len(x), n + 1, n))
    found = np.zeros((*x.shape, n + 1))
    for place in range(x.shape[1]):
        if place:
            seen[rows, x[:, place - 1], x[:, place] - 1] += 1
        found[:, place, 1:] = seen[rows, x[:, place]]
    return found / found.sum(axis=2, keepdims=True)


def succession(came: np.ndarray) -> np.ndarray:
    """The chance of what begins, which is none, and of each letter that came so often (rows, positions, n)."""
    more = np.pad(came + 1.0, ((0, 0), (0, 0), (1, 0)))
    return more / more.sum(axis=2, keepdims=True)


def frequencies(n: int, x: np.ndarray) -> np.ndarray:
    """The same given how often each letter came, whatever it followed."""
    return succession((x[:, :, None] == np.arange(1, n + 1)).cumsum(axis=1))


def latest(n: int, x: np.ndarray) -> np.ndarray:
    """The same given how often each letter came among the latest."""
    here = np.pad(x[:, :, None] == np.arange(1, n + 1), ((0, 0), (LATEST - 1, 0), (0, 0)))
    return succession(np.sum([here[:, place : place + x.shape[1]] for place in range(LATEST)], axis=0))


def alike(n: int, x: np.ndarray) -> np.ndarray:
    """All letters alike."""
    return np.broadcast_to((np.arange(n + 1) > BEGIN) / n, (*x.shape, n + 1))


MARKOV = Task(
    name="markov", doc="How likely each of n letters is next, in a chain that has its own rates from letter to letter.",
    type=None, oracle=followers, sizes=(3, 2), values=letters, classes=letters, kind="distributions", tolerance=0.1,
    net=NET, recipe=RECIPE, train=chain(LENGTH), test=(chain(LENGTH), chain(2 * LENGTH)),
    stages=(Stage("all alike", alike), Stage("as often as it came", frequencies)),
)  # fmt: skip

THROWS = Task(
    name="throws", doc="How likely each of n sides is next, of a die that has its own rates.", type=None,
    oracle=frequencies, sizes=(3, 2), values=letters, classes=letters, kind="distributions", tolerance=0.1, net=NET,
    recipe=RECIPE, train=thrown(LENGTH), test=(thrown(LENGTH), thrown(2 * LENGTH)),
    stages=(Stage("all alike", alike),),
)  # fmt: skip
LATEST_THROWS = replace(
    THROWS,
    name="latest_throws",
    doc="How likely each of n sides is next, told by the four latest throws alone.",
    oracle=latest,
)

CHAINS = (MARKOV, THROWS, LATEST_THROWS)
