"""Nets that are tables by construction: a unit a row, and a read-out fitted on frozen random units."""

from typing import Any

import numpy as np
import scipy.linalg
from jaxtyping import Float

from benchmarks.controls.layout import single
from nets import Data, Net, mlp

EMBEDDING = 64
RIDGE = 1e-6  # of the mean squared feature


def lookup(data: Data, inputs: str = "onehot") -> tuple[Net, Any]:
    """One ReLU unit a row, or for two classes of bits a row whose answer is 1: it fires on that row alone.

    `inputs` is "onehot" or "embedding" for integers (the embedding is the identity); bits are always read as +-1.
    """
    positions = data.x.shape[1]
    if data.alphabet == 2:
        return _lookup_bits(data)
    rows = len(data.x)
    tables = np.zeros((positions, data.symbols, rows))
    tables[np.arange(positions)[:, None], data.x.T, np.arange(rows)] = 1.0
    params = {"A": tables, "b": np.full(rows, 1.0 - positions), "U": np.eye(data.classes)[data.y]}
    embedding = data.symbols if inputs == "embedding" else None
    if embedding is not None:
        params["E"] = np.eye(data.symbols)
    kind = "onehot" if embedding is None else "embedding"
    net = mlp(
        positions=positions,
        alphabet=data.symbols,
        classes=data.classes,
        width=rows,
        embedding=embedding,
        inputs=kind,
    )
    return net, single(params)


def _lookup_bits(data: Data) -> tuple[Net, Any]:
    positions = data.x.shape[1]
    signs = 2.0 * data.x[data.y == 1] - 1.0
    params = {
        "W": signs.T,
        "b": np.full(len(signs), 1.0 - positions),
        "U": np.tile([0.0, 1.0], (len(signs), 1)),
        "c": np.array([0.5, 0.0]),
    }
    return _bits(positions, len(signs), output_bias=True), single(params)


def random_features(data: Data, width: int, seed: int = 0) -> tuple[Net, Any]:
    """Random frozen ReLU units and a read-out by ridge regression of the one-hot answers on the whole table."""
    net, params, pre = _random_bits(data, width, seed) if data.alphabet == 2 else _random_tokens(data, width, seed)
    answers = np.eye(data.classes)[data.y]
    return net, single(params | {"U": ridge(np.maximum(pre, 0.0), answers - answers.mean(axis=0))})


def enough_random_features(data: Data, share: float, seed: int = 0) -> tuple[Net, Any]:
    """Random features right on the whole table: from `share` units a row, a quarter more until none is wrong."""
    width, rows = share * len(data.x), len(data.x)
    while True:
        net, params = random_features(data, round(width), seed)
        wrong = np.argmax(np.asarray(net.apply(params, data.x)[0]), axis=1) != data.y
        if not wrong.any() or width >= 2 * rows:
            return net, params
        width *= 1.25


def _random_bits(data: Data, width: int, seed: int) -> tuple[Net, dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng([seed, 4])
    positions = data.x.shape[1]
    params = {"W": random.normal(size=(positions, width)) / np.sqrt(positions), "b": random.normal(size=width)}
    pre = (2.0 * data.x - 1.0) @ params["W"] + params["b"]
    return _bits(positions, width, output_bias=False), params, pre


def _random_tokens(data: Data, width: int, seed: int) -> tuple[Net, dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng([seed, 4])
    positions, alphabet = data.x.shape[1], data.symbols
    params = {
        "E": random.normal(size=(alphabet, EMBEDDING)),
        "A": random.normal(size=(positions, EMBEDDING, width)) / np.sqrt(positions * EMBEDDING),
        "b": random.normal(size=width) / 2,
    }
    pre = np.tile(params["b"], (len(data.x), 1))
    for position, table in enumerate(params["E"] @ params["A"]):
        pre += table[data.x[:, position]]
    net = mlp(positions=positions, alphabet=alphabet, classes=data.classes, width=width, embedding=EMBEDDING)
    return net, params, pre


def ridge(
    features: Float[np.ndarray, "rows width"], targets: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, "width classes"]:
    """Least squares with a small penalty."""
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    return scipy.linalg.solve(gram, features.T @ targets, assume_a="pos")


def _bits(positions: int, width: int, *, output_bias: bool) -> Net:
    return mlp(positions=positions, alphabet=2, classes=2, width=width, inputs="bits", output_bias=output_bias)
