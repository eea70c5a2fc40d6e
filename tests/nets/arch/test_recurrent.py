"""Recurrent nets compute what a loop over time does, and an edit at one time changes what follows."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import Patch, Shift, recurrent

ROWS, TIME, WIDTH = 3, 5, 4


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def elman(act: Callable) -> Callable:
    return lambda p, u, s: act(u @ p["V"] + s @ p["W"] + p["b"])


def gru(p, u, s):
    r, z = (sigmoid(u @ p["V"][i] + s @ p["W"][i] + p["b"][i]) for i in (0, 1))
    n = np.tanh(u @ p["V"][2] + p["b"][2] + r * (s @ p["W"][2] + p["d"]))
    return (1 - z) * n + z * s


def two_layers(p, u, s):
    return np.maximum(u @ p["V"] + s @ p["W"] + p["b"], 0) @ p["D"] + p["d"]


CELLS = {
    "tanh": elman(np.tanh),
    "relu": elman(lambda v: np.maximum(v, 0)),
    "linear": elman(lambda v: v),
    "gru": gru,
    "mlp": two_layers,
}


def random(net, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = jax.eval_shape(net.init, jax.random.key(0))
    return {name: 0.7 * rng.normal(size=leaf.shape).astype("f") for name, leaf in shapes.items()}


def loop(cell: str, p, u: np.ndarray) -> np.ndarray:
    """States (batch, time, width), one step after another."""
    state, states = np.broadcast_to(p["S"], (len(u), WIDTH)), []
    for t in range(u.shape[1]):
        state = CELLS[cell](p, u[:, t], state)
        states.append(state)
    return np.stack(states, axis=1)


@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_equals_a_loop_over_time(cell):
    net = recurrent(alphabet=3, classes=2, width=WIDTH, cell=cell, inner=6)
    params, x = random(net), np.random.default_rng(1).integers(0, 3, (ROWS, TIME))
    states = loop(cell, params, np.eye(3)[x])
    outputs, sites = jax.jit(net.apply)(params, x)
    np.testing.assert_allclose(sites["state"], states, atol=1e-5)
    np.testing.assert_allclose(outputs, states @ params["U"] + params["c"], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"inputs": "bits", "alphabet": 2}, lambda p, x: 2.0 * x[..., None] - 1),
        ({"inputs": "embedding", "alphabet": 2, "embedding": 6}, lambda p, x: p["E"][x]),
        ({"inputs": "reals"}, lambda p, x: x[..., None]),
        ({"inputs": "reals", "features": 2}, lambda p, x: np.stack([x, 1 - x], axis=-1)),
    ],
)
@pytest.mark.parametrize("cell", ["gru", "tanh"])
def test_inputs_of_every_kind(cell, options, read):
    net = recurrent(classes=2, width=WIDTH, cell=cell, **options)
    params, x = random(net), np.random.default_rng(1).integers(0, 2, (ROWS, TIME))
    given = np.stack([x, 1 - x], axis=-1) if "features" in options else x
    states = loop(cell, params, read(params, x))
    np.testing.assert_allclose(jax.jit(net.apply)(params, given)[1]["state.next"], states, atol=1e-5)


def test_a_head_reads_the_last_state_or_all():
    sizes = {"alphabet": 3, "classes": 2, "width": WIDTH, "cell": "tanh", "head": 5}
    every, last = recurrent(**sizes), recurrent(**sizes, readout="last")
    params, x = random(every), np.random.default_rng(1).integers(0, 3, (ROWS, TIME))
    hidden = np.maximum(loop("tanh", params, np.eye(3)[x]) @ params["O"] + params["o"], 0)
    outputs, sites = every.apply(params, x)
    np.testing.assert_allclose(sites["hidden.0"], hidden, atol=1e-5)
    np.testing.assert_allclose(outputs, hidden @ params["U"] + params["c"], atol=1e-5)
    np.testing.assert_allclose(last.apply(params, x)[0], outputs[:, -1], atol=1e-6)


def test_one_set_of_params_runs_at_any_length():
    net = recurrent(alphabet=3, classes=2, width=WIDTH)
    params, x = random(net), np.random.default_rng(1).integers(0, 3, (ROWS, 40))
    longer, shorter = jax.jit(net.apply)(params, x)[0], net.apply(params, x[:, :7])[0]
    np.testing.assert_allclose(longer[:, :7], shorter, atol=1e-5)


@pytest.mark.parametrize("cell", ["gru", "mlp"])
def test_the_state_of_another_input_at_one_time_gives_its_outputs_from_then_on(cell):
    net = recurrent(alphabet=3, classes=2, width=WIDTH, cell=cell, inner=6)
    params, rng = random(net), np.random.default_rng(1)
    one, other = rng.integers(0, 3, (2, ROWS, TIME))
    other[:, 3:] = one[:, 3:]
    own, donor = jax.jit(net.apply)(params, one), net.apply(params, other)
    third = (np.arange(TIME) == 2)[:, None]
    for site, first in (("state", 3), ("state.next", 2)):
        outputs, sites = jax.jit(net.apply)(params, one, {site: Patch(third, donor[1]["state"])})
        np.testing.assert_allclose(outputs[:, first:], donor[0][:, first:], atol=1e-5)
        np.testing.assert_allclose(outputs[:, :first], own[0][:, :first], atol=1e-5)
        np.testing.assert_allclose(sites["state"][:, 2], donor[1]["state"][:, 2], atol=1e-6)
    assert np.abs(np.asarray(own[0] - donor[0]))[:, 3:].max() > 1e-3


def test_noise_on_the_state_is_read_by_the_next_step_alone():
    net = recurrent(alphabet=3, classes=2, width=WIDTH, cell="linear")
    params, x = random(net), np.random.default_rng(1).integers(0, 3, (ROWS, TIME))
    noise = jax.random.normal(jax.random.key(0), (ROWS, TIME, WIDTH))
    own = jax.jit(net.apply)(params, x)[1]["state.next"]
    _, sites = jax.jit(net.apply)(params, x, {"state": Shift(noise)})
    drift, expected = jnp.zeros((ROWS, WIDTH)), []
    for t in range(TIME):
        expected.append(drift)
        drift = (drift + noise[:, t]) @ params["W"]
    np.testing.assert_allclose(sites["state.next"] - own, jnp.stack(expected, axis=1), atol=1e-4)


def test_inputs_of_other_features_are_refused():
    net = recurrent(inputs="reals", features=2, classes=2, width=WIDTH)
    with pytest.raises(ValueError, match=r"recurrent: expected x \(batch, time, 2\) of reals, got shape \(3, 5\)"):
        net.apply(random(net), np.zeros((3, 5)))
