"""Models as their users have them: their sites are found, hold what they say, and take edits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flax.linen as linen
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax.ad_checkpoint import checkpoint_name

from nets import check_net, from_model

RNG = np.random.default_rng(0)
X = RNG.integers(0, 5, (8, 2)).astype(np.int32)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


PARAMS = {"E": normal(5, 6), "W": normal(6, 6), "b": normal(6), "U": normal(6, 3)}


def summed(params, x):
    return params["E"][x[:, 0]] + params["E"][x[:, 1]] + params["b"]


def one_layer(params, x):
    return jax.nn.relu(summed(params, x)) @ params["U"]


def two_layers(params, x):
    first = jnp.tanh((jax.nn.one_hot(x, 5) @ params["E"]).sum(axis=1))
    return jax.nn.gelu(first @ params["W"] + params["b"]) @ params["U"]


@jax.jit
def residual(params, x):
    stream = params["E"][x].sum(axis=1)
    stream = stream + jax.nn.silu(stream @ params["W"]) @ params["W"].T
    return jnp.square(stream @ params["W"] + params["b"]) @ params["U"]


def named(params, x):
    return checkpoint_name(params["E"][x[:, 0]] * params["E"][x[:, 1]], "product") @ params["U"]


def linear(params, x):
    return summed(params, x) @ params["U"]


def one_column(params, x):
    return (jax.nn.relu(summed(params, x)) @ params["U"])[:, 0]


def over_time(params, x):
    def step(state, row):
        return jnp.tanh(state @ params["W"] + row), state

    return jax.lax.scan(step, jnp.zeros((len(x), 6)), params["E"][x.T])[0] @ params["U"]


def pooled(params, x):
    maps = jnp.tanh(params["E"][x] @ params["W"])  # (batch, positions, width)
    return maps.mean(axis=1) @ params["U"]


@jax.vmap
def by_row(x):
    table, out = jnp.asarray(PARAMS["E"]), jnp.asarray(PARAMS["U"])
    return out.T @ jax.nn.relu(table[x[0]] + table[x[1]])


class Linen(linen.Module):
    @linen.compact
    def __call__(self, x):
        rows = linen.Embed(5, 4)(x).reshape(x.shape[0], -1)
        return linen.Dense(3)(linen.gelu(linen.Dense(7)(rows)))


class Nnx(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.embed, self.first = nnx.Embed(5, 4, rngs=rngs), nnx.Linear(8, 7, rngs=rngs)
        self.drop, self.last = nnx.Dropout(0.5, rngs=rngs), nnx.Linear(7, 3, rngs=rngs)

    def __call__(self, x):
        return self.last(self.drop(nnx.relu(self.first(self.embed(x).reshape(len(x), -1)))))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class OneRow:
    """A pytree that is called with one row, as equinox modules are; one of its leaves is a function."""

    E: Any
    W: Any
    U: Any
    act: Callable

    def __call__(self, x):
        return self.U @ self.act(self.W @ self.E[x].reshape(-1))


ROW = OneRow(normal(5, 6), normal(4, 12), normal(3, 4), jax.nn.relu)
LAYER = ("hidden.0.pre", "hidden.0")
LAYERS = (*LAYER, "hidden.1.pre", "hidden.1")


@pytest.mark.parametrize(
    ("model", "params", "sites"),
    [
        (one_layer, PARAMS, LAYER),
        (two_layers, PARAMS, LAYERS),
        (residual, PARAMS, LAYERS),
        (named, PARAMS, ("product",)),
        (linear, PARAMS, ()),
        (over_time, PARAMS, ("hidden.0",)),
        (pooled, PARAMS, LAYER),
        (lambda params, x: by_row(x), {}, LAYER),
        (Linen(), Linen().init(jax.random.key(0), X), LAYER),
        (Linen(), Linen().init(jax.random.key(0), X)["params"], LAYER),
        (Nnx(nnx.Rngs(0)), None, LAYER),
        (ROW, None, LAYER),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__) if callable(value) else "",
)
def test_a_model_s_sites_are_found_and_take_edits(model, params, sites) -> None:
    net, own = from_model(model, params, X)
    assert net.sites == sites
    check_net(net, own, X)


def test_an_equinox_module_is_called_with_one_row() -> None:
    equinox = pytest.importorskip("equinox")
    net, params = from_model(equinox.nn.MLP(2, 3, 6, 2, key=jax.random.key(0)), None, X.astype(np.float32))
    assert net.sites == LAYERS
    check_net(net, params, X.astype(np.float32))


def test_sites_hold_what_is_before_and_after_the_nonlinearity() -> None:
    outputs, sites = from_model(one_layer, PARAMS, X)[0].apply(PARAMS, X)
    np.testing.assert_allclose(outputs, one_layer(PARAMS, X), rtol=1e-5)
    np.testing.assert_allclose(sites["hidden.0.pre"], summed(PARAMS, X), rtol=1e-5)
    np.testing.assert_allclose(sites["hidden.0"], np.maximum(summed(PARAMS, X), 0), rtol=1e-5)
    assert from_model(one_column, PARAMS, X)[0].apply(PARAMS, X)[0].shape == (8, 1)


def test_an_nnx_module_is_read_as_it_is_after_training() -> None:
    module = Nnx(nnx.Rngs(0))
    outputs = from_model(module, None, X)[0].apply(from_model(module, None, X)[1], X)[0]
    module.eval()
    np.testing.assert_allclose(outputs, module(X), rtol=1e-5)


@pytest.mark.parametrize(
    ("model", "params", "sentence"),
    [
        (
            one_layer,
            {**PARAMS, "U": normal(7, 3)},
            r"net 'one_layer'.*TypeError.*its arrays are E \(5, 6\), U \(7, 3\)",
        ),
        (
            lambda params, x: (x, x),
            PARAMS,
            "expected one array of outputs, got 2; return the outputs alone, or declare",
        ),
        (Linen(), None, r"net 'Linen': expected the params of a flax module as `module.init\(key, x\)` gives them"),
        (
            Linen(),
            {"Embed_0": {"embedding": normal(5, 4)}, "Dense_0": {"kernel": normal(9, 3), "bias": normal(3)}},
            r"params.Dense_0.kernel \(7, 3\), got \(9, 3\); params.Dense_1.bias \(7,\), got none",
        ),
        (
            Linen(),
            {**Linen().init(jax.random.key(0), X)["params"], "Dense_2": {"bias": normal(7)}},
            r"asks for: params.Dense_2.bias not there, got \(7,\); give the params",
        ),
        (Nnx(nnx.Rngs(0)), {}, "expected params None for a module that holds its own"),
        (ROW, {}, "expected params None for a module that holds its own"),
        ({"0.weight": normal(2, 2)}, None, r"got dict; weights of PyTorch enter as `net, params = nets.from_torch"),
        (3, None, "expected a Net, a function f\\(params, x\\), a flax module or a callable pytree, got int"),
    ],
)
def test_what_is_no_model_is_one_sentence(model, params, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        from_model(model, params, X)


def test_the_check_says_which_array_does_not_fit() -> None:
    net, params = from_model(one_layer, PARAMS, X)
    with pytest.raises(ValueError, match=r"U \(7, 3\)"):
        check_net(net, {**params, "U": normal(7, 3)}, X)
    with pytest.raises(ValueError, match="expected params, which it was given with, got a key"):
        net.init(jax.random.key(0))
    with pytest.raises(ValueError, match=r"got 'hiden\.0'; the nearest is 'hidden\.0'"):
        net.apply(params, X, {"hiden.0": 0.0})
