"""Nets that take in few functions of their arguments, in closed form, and nets of the same answers that hold tables."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from nets import Net, tapping, wrap
from synth import BOOL, INT, Fn, Spec

Planted = tuple[Net, dict, Spec]
N = 14


def grid(*sizes: int) -> tuple[np.ndarray, ...]:
    return tuple(axis.ravel() for axis in np.meshgrid(*map(np.arange, sizes), indexing="ij"))


def spec_of(answers: np.ndarray, *sizes: int) -> Spec:
    domain = grid(*sizes)
    result = BOOL if answers.dtype == bool else INT
    return Spec(type=Fn((INT,) * len(sizes), result), inputs=domain, outputs=answers, domain=domain)


def net_of(
    tables: Sequence[Float[np.ndarray, "tokens units"]], bias: ArrayLike, readout: ArrayLike, offset: ArrayLike
) -> tuple[Net, dict]:
    """outputs = relu(sum of the tables + bias) @ readout + offset."""
    params = {
        "tables": [np.asarray(table, np.float32) for table in tables],
        "bias": np.asarray(bias, np.float32),
        "readout": np.asarray(readout, np.float32),
        "offset": np.asarray(offset, np.float32),
    }

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        parts = [jnp.asarray(table)[x[:, i]] for i, table in enumerate(params["tables"])]
        pre = tap("hidden.0.pre", sum(parts[1:], parts[0]) + params["bias"])
        hidden = tap("hidden.0", jnp.maximum(pre, 0))
        return hidden @ params["readout"] + params["offset"], sites

    return wrap(apply, ("hidden.0.pre", "hidden.0")), params


def between(n: int = N) -> Planted:
    """a < b < c by two units: right where neither a - b + 1 nor b - c + 1 is positive."""
    t = np.arange(n)[:, None]
    tables = [t * [1.0, 0.0], t * [-1.0, 1.0], t * [0.0, -1.0]]
    net, params = net_of(tables, np.ones(2), [[0.0, -1.0], [0.0, -1.0]], [0.0, 0.5])
    a, b, c = grid(n, n, n)
    return net, params, spec_of((a < b) & (b < c), n, n, n)


def digits(n: int = 32) -> Planted:
    """a xor b, digit by digit: the outputs vote for every class by the digits that it shares."""
    places = int(n).bit_length() - 1
    bits = np.arange(n)[:, None] >> np.arange(places) & 1
    one, other = np.concatenate([bits, -bits], axis=1), np.concatenate([-bits, bits], axis=1)
    signs = np.concatenate([2.0 * bits.T - 1, 2.0 * bits.T - 1])
    net, params = net_of([one, other], np.zeros(2 * places), signs, -signs[:places].sum(axis=0) / 2)
    a, b = grid(n, n)
    return net, params, spec_of(a ^ b, n, n)


def looked_up(spec: Spec) -> tuple[Net, dict]:
    """The same answers by a unit for every row that is not answered 0: relu(its one-hots' sum - all but a half)."""
    assert spec.domain is not None
    answers = np.asarray(spec.outputs).astype(int)
    rows = np.flatnonzero(answers)
    sizes = [int(column.max()) + 1 for column in spec.domain]
    tables = [np.eye(size)[:, column[rows]] for size, column in zip(sizes, spec.domain, strict=True)]
    classes = int(answers.max()) + 1
    return net_of(
        tables,
        np.full(len(rows), 0.5 - len(sizes)),
        np.eye(classes)[answers[rows]],
        0.25 * np.eye(classes)[0],
    )


def frozen(spec: Spec, width: int, seed: int = 0, *, tied: bool = False) -> tuple[Net, dict]:
    """Random units of random tables (tied: all arguments' up to sign) whose read-out was fitted to the same answers."""
    assert spec.domain is not None
    rng = np.random.default_rng(seed)
    sizes = [int(column.max()) + 1 for column in spec.domain]
    tables, bias = [rng.normal(size=(size, width)) for size in sizes], rng.normal(size=width)
    tables = [tables[0] * sign for sign in rng.choice([-1.0, 1.0], size=(len(sizes), width))] if tied else tables
    return fitted(spec, tables, bias)


def fitted(
    spec: Spec, tables: Sequence[Float[np.ndarray, "tokens units"]], bias: Float[np.ndarray, " units"]
) -> tuple[Net, dict]:
    """Units as they are given, their read-out fitted to the answers."""
    assert spec.domain is not None
    pre = sum(table[column] for table, column in zip(tables, spec.domain, strict=True)) + bias
    hidden = np.maximum(pre, 0)
    answers: Int[np.ndarray, " rows"] = np.asarray(spec.outputs).astype(int)
    goal = np.eye(int(answers.max()) + 1)[answers]
    ridge = 1e-3 * np.eye(len(bias))
    readout = np.linalg.solve(hidden.T @ hidden + ridge, hidden.T @ (goal - goal.mean(axis=0)))
    return net_of(tables, bias, readout, goal.mean(axis=0))


def valued(
    weights: Sequence[Sequence[float]], bias: Sequence[float], out: Sequence[float], n: int, classes: int
) -> tuple[Net, dict]:
    """v = sum of out . relu(weights . x + bias); the output of class c is 2 v c - c^2, the largest at c = v."""
    t, c = np.arange(n)[:, None], np.arange(classes)
    tables = [t * np.array(column, float) for column in zip(*weights, strict=True)]
    return net_of(tables, bias, np.array(out, float)[:, None] * 2 * c, -(c.astype(float) ** 2))


def labelled(n: int = 24, labels: int = 8, seeds: tuple[int, int] = (0, 0)) -> Planted:
    """The larger of two labels, g(b) + relu(g(a) - g(b)), where g is a random table, or one for each argument."""
    g, h = (np.random.default_rng(seed).permutation(np.arange(n) % labels)[:, None] for seed in seeds)
    c, (a, b) = np.arange(labels), grid(n, n)
    net, params = net_of([g * [0, 1], h * [1, -1]], np.zeros(2), np.ones((2, 1)) * 2 * c, -(c.astype(float) ** 2))
    return net, params, spec_of(np.maximum(g[a, 0], h[b, 0]), n, n)


def decided(
    weights: Sequence[Sequence[float]], bias: Sequence[float], out: Sequence[float], offset: float, n: int
) -> tuple[Net, dict]:
    """True where the sum of out . relu(weights . x + bias) + offset is positive."""
    t = np.arange(n)[:, None]
    tables = [t * np.array(column, float) for column in zip(*weights, strict=True)]
    return net_of(tables, bias, np.stack([np.zeros(len(out)), np.array(out, float)], axis=1), [0.0, offset])


UP, DOWN = (1.0, -1.0), (-1.0, 1.0)


def less(n: int = 40) -> Planted:
    a, b = grid(n, n)
    return *decided([DOWN], [0], [1], -0.5, n), spec_of(a < b, n, n)


def near(n: int = 32) -> Planted:
    a, b = grid(n, n)
    return *decided([UP, DOWN], [0, 0], [-1, -1], 3.5, n), spec_of(np.abs(a - b) <= 3, n, n)


def heavy(n: int = 12) -> Planted:
    a, b, c = grid(n, n, n)
    return *decided([(1, 1, 1)], [-16], [1], -0.5, n), spec_of(a + b + c >= 17, n, n, n)


def clipped(n: int = 24) -> Planted:
    a, b = grid(n, n)
    return *valued([UP, UP], [0, -5], [1, -1], n, 6), spec_of(np.clip(a - b, 0, 5), n, n)


def added(n: int = 20) -> Planted:
    a, b = grid(n, n)
    return *valued([(1, 1)], [0], [1], n, 2 * n - 1), spec_of(a + b, n, n)


def larger(n: int = 11) -> Planted:
    a, b, _ = grid(n, n, n)
    return *valued([(1, -1, 0), (0, 1, 0)], [0, 0], [1, 1], n, n), spec_of(np.maximum(a, b), n, n, n)


PLANTED = (between, digits, less, near, heavy, clipped, added, larger)
