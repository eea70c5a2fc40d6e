"""Small language and small reasoning: names in a sentence, years that are larger, hops along edges.

Names as of Wang et al. 2022 (arXiv 2211.00593) and, from scratch, Adhikari 2025 (arXiv 2510.25013); years as of Hanna
et al. 2023 (arXiv 2305.00586).
"""

import itertools

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import AT_END, AT_ENDS, BEGIN, NET, RECIPE, behind, constant, different, letters
from benchmarks.tasks.task import Intermediate, Part, Task

HELD_OUT = 0.2  # share of the pairs of names that are never trained on
NODES = 8  # that edges lead between
PERMUTED = "one edge from each of 8 nodes, which is a permutation"


def pairs_of(n: int, *, held_out: bool) -> np.ndarray:
    """The unordered pairs of names that are held out, or the others, (pairs, 2); which are is a hash of the pair."""
    pairs = np.array(list(itertools.combinations(range(1, n + 1), 2)))
    out = (pairs @ (7919, 104729) + 13) % 97 < 97 * HELD_OUT
    return pairs[out if held_out else ~out]


def sentences(*, held_out: bool) -> Own:
    """0, two names, a mark, one of the two again, the end."""

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        pairs = pairs_of(n, held_out=held_out)
        names = rng.permuted(pairs[rng.integers(0, len(pairs), rows)], axis=1)
        again = names[np.arange(rows), rng.integers(0, 2, rows)]
        column = np.full(rows, n + 1)
        return np.stack([np.full(rows, BEGIN), *names.T, column, again, column + 1], axis=1)

    return Own(drawn, f"pairs of names that are {'held out' if held_out else 'not held out'}")


def other_name(n: int, x: np.ndarray) -> np.ndarray:
    """At the end the name that came once, elsewhere 0."""
    return np.pad(x[:, 1:2] + x[:, 2:3] - x[:, 4:5], ((0, 0), (5, 0)))


def years(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """0, a number below n, what asks."""
    return np.stack([np.full(rows, BEGIN), rng.integers(1, n, rows), np.full(rows, n + 1)], axis=1)


def larger(n: int, x: np.ndarray) -> np.ndarray:
    """At every position the numbers 1 .. n that are larger than the one that was given."""
    return np.broadcast_to(np.arange(1, n + 1) > x[:, 1:2, None], (*x.shape, n))


def last(n: int, x: np.ndarray) -> np.ndarray:
    """The last position alone counts."""
    return np.broadcast_to(np.arange(x.shape[1]) == x.shape[1] - 1, x.shape)


def edges(k: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """0, one edge from every node in any order, a symbol for one to k hops, every node in any order.

    The edge a -> b is the symbol 1 + 8 a + b, hops and nodes are numbered after the edges.
    """
    source, target, asked = (different(rng, rows, NODES, NODES) - 1 for _ in range(3))
    hops = rng.integers(1, k + 1, (rows, 1))
    first = NODES**2  # the symbol of no hop
    begin = np.full((rows, 1), BEGIN)
    return np.concatenate([begin, 1 + NODES * source + target, first + hops, first + k + 1 + asked], axis=1)


def steps(x: np.ndarray) -> np.ndarray:
    """Where the edge from each node leads, (rows, nodes)."""
    source, target = np.divmod(x[:, 1 : NODES + 1] - 1, NODES)
    found = np.zeros_like(source)
    np.put_along_axis(found, source, target, axis=1)
    return found


def hops(x: np.ndarray) -> np.ndarray:
    """That are asked for, (rows, 1)."""
    return x[:, NODES + 1 : NODES + 2] - NODES**2


def led(x: np.ndarray, node: np.ndarray, first: int, last: int) -> np.ndarray:
    """Where the hops from the first to before the last lead from the nodes, of those that are asked for."""
    for done in range(first, last):
        node = np.where(done < hops(x), np.take_along_axis(steps(x), node, axis=1), node)
    return node


def asked_about(k: int, x: np.ndarray) -> np.ndarray:
    return x[:, NODES + 2 :] - (NODES**2 + k + 1)


def at_asked(found: np.ndarray, elsewhere: int) -> np.ndarray:
    """Of each node that is asked about, at its position."""
    return np.pad(found, ((0, 0), (NODES + 2, 0)), constant_values=elsewhere)


def reached(k: int, x: np.ndarray) -> np.ndarray:
    """The node that the hops lead to from every node that is asked about, elsewhere 0."""
    return at_asked(led(x, asked_about(k, x), 0, k), 0)


def after(done: int) -> Intermediate:
    """The node that so many hops lead to, where more are asked for."""

    def values(k: int, x: np.ndarray) -> np.ndarray:
        return at_asked(np.where(hops(x) > done, led(x, asked_about(k, x), 0, done), -1), -1)

    def then(k: int, values: np.ndarray, x: np.ndarray) -> np.ndarray:
        node = values[:, NODES + 2 :]
        return np.where(values < 0, reached(k, x), at_asked(led(x, np.maximum(node, 0), done, k), 0))

    return Intermediate(f"node after {done} hop{'s' * (done > 1)}", values, then)


def of_hops(number: int) -> Part:
    return Part(f"{number} hop{'s' * (number > 1)}", lambda k, x: hops(x)[:, 0] == number)


OTHER_NAME = Task(
    name="other_name", doc="Two names, then one of them again: which is the other? Some pairs are never trained on.",
    type=AT_END, oracle=other_name, mask=last, sizes=(60, 30), smallest=10, values=lambda n: n + 3, classes=letters,
    library=AT_ENDS, terminals=behind, recipe=RECIPE, train=sentences(held_out=False), test=(sentences(held_out=True),),
)  # fmt: skip
GREATER = Task(
    name="greater", doc="Which of the numbers 1 .. n are larger than the one that is given.", type=None,
    oracle=larger, mask=last, sizes=(50,), values=lambda n: n + 2, classes=lambda n: n, kind="sets", net=NET,
    recipe=RECIPE, train=Own(years, "every number below n"), test=(Own(years, "every number below n"),),
)  # fmt: skip
HOPS = Task(
    name="hops", doc="Where one to n hops lead from each node, along edges that are one symbol each.", type=None,
    oracle=reached, mask=lambda k, x: np.broadcast_to(np.arange(x.shape[1]) > NODES + 1, x.shape),
    sizes=(2, 1, 3, 4), smallest=1, values=lambda k: NODES**2 + k + 1 + NODES, classes=constant(NODES), net=NET,
    recipe=RECIPE, train=Own(edges, PERMUTED), test=(Own(edges, PERMUTED),),
    intermediates=(after(1), after(2), after(3)), parts=tuple(map(of_hops, (1, 2, 3, 4))),
)  # fmt: skip

REASONING = (OTHER_NAME, GREATER, HOPS)
