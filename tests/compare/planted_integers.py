"""Hand-set nets over two integers: the maximum by ramps, the distance by waves, a lookup, and tokens renamed."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from compare.read import Reading, read
from compare.view import View, by_position
from nets import mlp
from nets.net import Net, Params
from synth import INT, Fn, Spec

WAVES = (1, 2, 3, 5, 8, 11, 14, 19, 23, 28, 34, 37, 41, 45)


def spec_of(n: int, oracle: Callable[..., np.ndarray]) -> Spec:
    first, second = (column.ravel() for column in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    outputs = oracle(first, second)
    domain = (first, second)
    return Spec(type=Fn((INT, INT), INT), inputs=domain, outputs=outputs, oracle=oracle, domain=domain)


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a - b)


def ramp_max(n: int) -> tuple[Net, Params]:
    """max(a, b) = relu(a - b) + relu(b + 1) - 1, its square distance from c read out."""
    t, c = np.arange(n, dtype=float), np.arange(n, dtype=float)
    parts = np.zeros((2, n, 2))
    parts[0, :, 0], parts[1, :, 0], parts[1, :, 1] = t, -t, t + 1
    params = {"A": parts, "b": np.zeros(2), "U": np.stack([2 * c, 2 * c]), "c": -(c**2) - 2 * c}
    return mlp(alphabet=n, classes=n, width=2, inputs="onehot", output_bias=True), _floats(params)


def wave_distance(n: int, order: np.ndarray | None = None) -> tuple[Net, Params]:
    """Sum over waves w of cos w(a - b) cos w c, each cosine from three squares; `order` renames the tokens."""
    w = np.repeat(np.pi * np.array(WAVES) / n, 3)
    phase = np.tile(np.pi * np.arange(3) / 3, len(WAVES))
    tokens = np.arange(n) if order is None else order
    table = np.cos(np.outer(tokens, w) + phase)
    read_out = np.cos(np.outer(w, np.arange(n)))
    params = {"A": np.stack([table, table]), "b": np.zeros(len(w)), "U": read_out, "c": -read_out.sum(axis=0)}
    net = mlp(alphabet=n, classes=n, width=len(w), inputs="onehot", activation="quadratic", output_bias=True)
    return net, _floats(params)


def lookup(n: int, oracle: Callable[..., np.ndarray]) -> tuple[Net, Params]:
    """One unit a pair."""
    first, second = (column.ravel() for column in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    parts = np.stack([np.eye(n)[:, first], np.eye(n)[:, second]])
    params = {"A": parts, "b": np.full(n * n, -1.0), "U": 9 * np.eye(n)[oracle(first, second)]}
    return mlp(alphabet=n, classes=n, width=n * n, inputs="onehot"), _floats(params)


def reading(net: Net, params: Params, spec: Spec, view: View | None = None) -> Reading:
    n = int(spec.inputs[0].max()) + 1
    return read(net, params, spec, view or by_position(n, n))


def _floats(params: dict[str, np.ndarray]) -> Params:
    return {name: jnp.asarray(values, jnp.float32) for name, values in params.items()}
