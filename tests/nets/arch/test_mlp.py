"""The multilayer perceptron computes what its docstring says."""

import itertools

import jax
import numpy as np
import pytest
from scipy.special import erf

from nets import check_net, mlp


def test_mlp_computes_what_its_docstring_says():
    net = mlp(alphabet=7, classes=5, width=6, embedding=4)
    params, x = net.init(jax.random.key(2)), np.array(list(itertools.product(range(7), repeat=2)))
    E, A, b, U = (np.asarray(params[name]) for name in "EAbU")
    expected = [np.maximum(E[i] @ A[0] + E[j] @ A[1] + b, 0) @ U for i, j in x]
    np.testing.assert_allclose(net.apply(params, x)[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "function"), [("relu", lambda v: np.maximum(v, 0)), ("quadratic", np.square), ("gelu", jax.nn.gelu)]
)
def test_mlp_over_bits_maps_them_to_signs(activation, function):
    net = mlp(alphabet=2, positions=4, classes=2, width=6, inputs="bits", activation=activation, output_bias=True)
    params, x = net.init(jax.random.key(2)), np.array(list(itertools.product(range(2), repeat=4)))
    params["c"] = np.array([0.5, -1.0], dtype=np.float32)
    expected = function(np.where(x == 1, 1.0, -1.0) @ params["W"] + params["b"]) @ params["U"] + params["c"]
    np.testing.assert_allclose(net.apply(params, x)[0], expected, atol=1e-5)


def test_hand_made_params_may_have_another_width():
    net = mlp(alphabet=5, classes=5, inputs="onehot", embedding=None)
    params = {"A": np.ones((2, 5, 3)), "b": np.zeros(3), "U": np.ones((3, 5))}
    outputs, sites = net.apply(params, np.array([[0, 1]]))
    assert sites["hidden.0"].shape == (1, 3)
    np.testing.assert_allclose(outputs, np.full((1, 5), 6.0))


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("tanh", np.tanh),
        ("relu", lambda v: np.maximum(v, 0)),
        ("exact_gelu", lambda v: v * (1 + erf(v / np.sqrt(2))) / 2),
        ("gelu", lambda v: v * (1 + np.tanh(np.sqrt(2 / np.pi) * (v + 0.044715 * v**3))) / 2),
    ],
)
def test_mlp_of_several_layers_over_reals(activation, function):
    net = mlp(positions=3, classes=2, width=(6, 5, 4), inputs="reals", activation=activation, output_bias=True)
    rng = np.random.default_rng(0)
    params = {name: 0.7 * rng.normal(size=leaf.shape).astype("f") for name, leaf in net.init(jax.random.key(0)).items()}
    x = rng.normal(size=(8, 3))
    hidden = function(x @ params["W"] + params["b"])
    for layer in (1, 2):
        hidden = function(hidden @ params[f"W{layer}"] + params[f"b{layer}"])
    outputs, sites = net.apply(params, x)
    np.testing.assert_allclose(sites["hidden.2"], hidden, atol=1e-5)
    np.testing.assert_allclose(outputs, hidden @ params["U"] + params["c"], atol=1e-5)


def test_depth_and_width_say_the_same_as_a_tuple():
    one, other = (
        mlp(width=8, depth=3, embedding=4).init(jax.random.key(0)),
        mlp(width=(8, 8, 8), embedding=4).init(jax.random.key(0)),
    )
    assert {name: leaf.shape for name, leaf in one.items()} == {name: leaf.shape for name, leaf in other.items()}
    assert mlp(width=[8, 4]) is mlp(width=(8, 4))


def test_reals_may_have_any_shape_of_their_number():
    net = mlp(positions=6, classes=2, width=4, inputs="reals")
    params, x = net.init(jax.random.key(0)), np.random.default_rng(0).normal(size=(3, 2, 3))
    np.testing.assert_array_equal(net.apply(params, x)[0], net.apply(params, x.reshape(3, 6))[0])
    check_net(net, params, x)
    with pytest.raises(ValueError, match=r"mlp: expected 6 reals a row, got x of shape \(3, 5\)"):
        net.apply(params, x.reshape(3, 6)[:, :5])
