"""Paths in binary trees, from the root to a leaf that is asked for: what a net may find by going back from the leaf.

The task of Brinkmann et al. 2024 (arXiv 2402.11917) on smaller trees, an edge being one symbol: 0, one edge parent ->
child for every node but the root, in any order, the goal, then the path from the root on, blanks. Of n nodes the edge
a -> b is the symbol 1 + n a + b; goals are numbered after the edges, the nodes of the path after those.
"""

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import BEGIN, NET, RECIPE, different
from benchmarks.tasks.task import Task

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


def step_down(n: int, x: np.ndarray) -> np.ndarray:
    """The next node of the path, elsewhere 0: going back from the goal, the one whose parent is here."""
    above, child = np.divmod(x[:, 1:n] - 1, n)
    parent = np.full((len(x), n), -1)
    np.put_along_axis(parent, child, above, axis=1)
    here = np.where(on_path(n, x), x - (n * n + n + 1), -1)
    node = np.broadcast_to(x[:, n : n + 1] - (n * n + 1), x.shape)
    for _ in range(n):
        over = np.take_along_axis(parent, node, axis=1)
        node = np.where((over == here) | (over < 0), node, over)
    return np.where(on_path(n, x), node, 0)


DRAWN = Own(tree, "binary trees of n nodes, the goal a leaf")
TREE_PATH = Task(
    name="tree_path", doc="The next node on the way from the root of a binary tree of n nodes to a leaf.", type=None,
    oracle=step_down, mask=on_path, sizes=(8, 6), smallest=3, values=lambda n: n * n + 2 * n + 2, classes=lambda n: n,
    net=NET, recipe=RECIPE, train=DRAWN, test=(DRAWN,),
)  # fmt: skip

TREES = (TREE_PATH,)
