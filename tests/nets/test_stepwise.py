"""A net from its step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import Patch, check_net, stepwise


def step(params, state, x):
    state = params["keep"] * state + x[:, None]
    return state, jnp.concatenate([state, -state], axis=1)


X = np.random.default_rng(0).integers(0, 3, (4, 5))


def test_a_step_makes_a_net_whose_state_can_be_edited():
    net, params = stepwise(step, lambda params: params["start"]), {"keep": 1.0, "start": jnp.ones(1)}
    check_net(net, params, X)
    outputs, sites = net.apply(params, X)
    np.testing.assert_allclose(sites["state"][..., 0], 1 + X.cumsum(axis=1))
    assert outputs.shape == (4, 5, 2)
    edited = net.apply(params, X, {"state": Patch((np.arange(5) == 1)[:, None], 0.0)})[0]
    np.testing.assert_allclose(edited[:, 2:, 0], X[:, 2:].cumsum(axis=1))


def test_with_an_init_it_can_be_trained():
    net = stepwise(step, lambda params: params["start"], init=lambda key: {"keep": 1.0, "start": jnp.ones(1)})
    np.testing.assert_allclose(net.apply(net.init(jax.random.key(0)), X)[0][..., 0], 1 + X.cumsum(axis=1))
    with pytest.raises(ValueError, match="init"):
        stepwise(step, lambda params: params["start"]).init(jax.random.key(0))


def test_a_start_of_another_shape_is_refused():
    net = stepwise(step, lambda params: jnp.ones((4, 1)))
    with pytest.raises(ValueError, match=r"expected a state .width,. to start from, got shape \(4, 1\)"):
        net.apply({"keep": 1.0}, X)
