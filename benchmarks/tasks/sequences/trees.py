"""Paths in binary trees, from the root to a leaf that is asked for: what a net may find by going back from the leaf.

The task of Brinkmann et al. 2024 (arXiv 2402.11917) on smaller trees, an edge being one symbol: 0, one edge parent ->
child for every node but the root, in any order, the goal, then the path from the root on, blanks. Of n nodes the edge
a -> b is the symbol 1 + n a + b; goals are numbered after the edges, the nodes of the path after those.
"""

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import BEGIN, NET, RECIPE, different
from benchmarks.tasks.task import Intermediate, Part, Task

CHILDREN = 2  # of a node, at most


def parents(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Of nodes 1 .. n - 1 of each row, (rows, n - 1), an earlier one: any that has room."""
    found, each = np.zeros((rows, n - 1), dtype=np.int64), np.arange(rows)
    room = np.full((rows, n), CHILDREN)
    for node in range(1, n):
        parent = np.where(room[:, :node] > 0, rng.random((rows, node)), -1.0).argmax(axis=1)
        found[:, node - 1], room[each, parent] = parent, room[each, parent] - 1
    return found


def ancestors(parent: np.ndarray, node: np.ndarray) -> np.ndarray:
    """The node, its parent, ..., (rows, n); the root 0 is its own parent."""
    above = np.pad(parent, ((0, 0), (1, 0)))
    found = [node]
    for _ in range(parent.shape[1]):
        found.append(np.take_along_axis(above, found[-1][:, None], axis=1)[:, 0])
    return np.stack(found, axis=1)


def tree(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Edges in any order, a leaf, the path to it without the leaf itself."""
    parent, names = parents(n, rows, rng), different(rng, rows, n, n) - 1
    leaf = (np.arange(1, n) != parent[:, :, None]).all(axis=1)
    up = ancestors(parent, 1 + np.where(leaf, rng.random(leaf.shape), -1.0).argmax(axis=1))
    depth = (up != 0).sum(axis=1)[:, None]
    down = np.take_along_axis(up, np.maximum(depth - np.arange(n - 1), 0), axis=1)
    path = n * n + n + 1 + np.take_along_axis(names, down, axis=1)
    edges = 1 + n * np.take_along_axis(names, parent, axis=1) + names[:, 1:]
    goal = n * n + 1 + np.take_along_axis(names, up[:, :1], axis=1)
    path = np.where(np.arange(n - 1) < depth, path, n * n + 2 * n + 1)
    return np.concatenate([np.full((rows, 1), BEGIN), rng.permuted(edges, axis=1), goal, path], axis=1)


def on_path(n: int, x: np.ndarray) -> np.ndarray:
    """Where the path goes on."""
    return (x > n * n + n) & (x <= n * n + 2 * n)


def over(n: int, x: np.ndarray) -> np.ndarray:
    """Each node's parent, (rows, n), -1 for the root."""
    above, child = np.divmod(x[:, 1:n] - 1, n)
    parent = np.full((len(x), n), -1)
    np.put_along_axis(parent, child, above, axis=1)
    return parent


def here(n: int, x: np.ndarray) -> np.ndarray:
    """The node of the path at each position, elsewhere -1."""
    return np.where(on_path(n, x), x - (n * n + n + 1), -1)


def back(n: int, x: np.ndarray) -> np.ndarray:
    """The goal, its parent, ..., (rows, n); -1 beyond the root."""
    found, parent = [x[:, n] - (n * n + 1)], over(n, x)
    for _ in range(n - 1):
        up = np.take_along_axis(parent, np.maximum(found[-1], 0)[:, None], axis=1)[:, 0]
        found.append(np.where(found[-1] < 0, -1, up))
    return np.stack(found, axis=1)


def below(n: int, x: np.ndarray, node: np.ndarray) -> np.ndarray:
    """At every position of the path the node below it on the way up from the node (rows,); -1 where it is not on it."""
    parent, found = over(n, x), np.full(x.shape, -1)
    for _ in range(n):
        up = np.take_along_axis(parent, node[:, None], axis=1)
        found = np.where((up == here(n, x)) & (up >= 0), node[:, None], found)
        node = np.where(up < 0, node[:, None], up)[:, 0]
    return found


def step_down(n: int, x: np.ndarray) -> np.ndarray:
    """The next node of the path, elsewhere 0: going back from the goal, the one whose parent is here."""
    return np.where(on_path(n, x), below(n, x, x[:, n] - (n * n + 1)), 0)


def steps_back(steps: int) -> Intermediate:
    """The node so many steps back from the goal, at the goal."""

    def values(n: int, x: np.ndarray) -> np.ndarray:
        return np.where(np.arange(x.shape[1]) == n, back(n, x)[:, [steps]], -1)

    def then(n: int, values: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Up from that node; what lies between it and the goal stays; the edge down from it is not there."""
        found, kept = below(n, x, np.maximum(values[:, n], 0)), back(n, x)
        for step in range(1, steps):
            found = np.where((here(n, x) == kept[:, [step]]) & on_path(n, x), kept[:, [step - 1]], found)
        return np.where(on_path(n, x), found, 0)

    return Intermediate(f"node {steps} step{'s' * (steps > 1)} back from the goal", values, then)


def steps_left(steps: int) -> Part:
    """Where the path has so many steps to go."""

    def where(n: int, x: np.ndarray) -> np.ndarray:
        return (here(n, x) == back(n, x)[:, [steps]]) & on_path(n, x)

    return Part(f"{steps} step{'s' * (steps > 1)} left", where)


DRAWN = Own(tree, "binary trees of n nodes, the goal a leaf")
TREE_PATH = Task(
    name="tree_path", doc="The next node on the way from the root of a binary tree of n nodes to a leaf.", type=None,
    oracle=step_down, mask=on_path, sizes=(8, 6), smallest=3, values=lambda n: n * n + 2 * n + 2, classes=lambda n: n,
    net=NET, recipe=RECIPE, train=DRAWN, test=(DRAWN,), intermediates=(steps_back(1), steps_back(2)),
    parts=tuple(map(steps_left, (1, 2, 3, 4, 5))),
)  # fmt: skip

TREES = (TREE_PATH,)
