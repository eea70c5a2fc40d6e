"""Penalties of training: by plain loops over weights, in the steps that are made, and refused where they cannot be."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nets import Data, Recipe, autoencoder, train
from nets.losses import squared_error
from nets.penalties import departure, mass, named, roughness
from tests.nets.small import affine

NET = affine(3, 2)
RECIPE = Recipe(steps=5, learning_rate=1e-2, weight_decay=0.0, warmup=0, smooth_param="W", sparse_param="U")
RNG = np.random.default_rng(0)
DATA = Data(
    x=RNG.normal(size=(8, 3)).astype("f"),
    y=RNG.normal(size=(8, 2)).astype("f"),
    train=np.arange(8),
    held_out=np.arange(0),
    alphabet=None,
    classes=2,
    loss="reals",
    tolerance=0.1,
)


def plain_roughness(weights: np.ndarray) -> float:
    """Over every pair of neighbours, one of them perhaps beyond the edge."""
    rows, columns = weights.shape[:2]

    def at(r: int, c: int) -> np.ndarray:
        return weights[r, c] if 0 <= r < rows and 0 <= c < columns else np.zeros(weights.shape[2:])

    down = sum(((at(r, c) - at(r - 1, c)) ** 2).sum() for r in range(rows + 1) for c in range(columns))
    return down + sum(((at(r, c) - at(r, c - 1)) ** 2).sum() for r in range(rows) for c in range(columns + 1))


@pytest.mark.parametrize("shape", [(3, 4), (7, 7, 1, 2), (1, 1, 5)])
def test_roughness_and_mass_are_sums_over_weights(shape):
    weights = np.random.default_rng(1).normal(size=shape)
    np.testing.assert_allclose(roughness(jnp.asarray(weights)), plain_roughness(weights), rtol=1e-5)
    np.testing.assert_allclose(mass(jnp.asarray(weights)), sum(abs(w) for w in weights.ravel()), rtol=1e-5)


def test_a_smooth_filter_is_less_rough_than_the_same_weights_in_another_order():
    y, x = np.mgrid[-3:4, -3:4]
    smooth = np.exp(-(x**2 + y**2) / 4)[..., None, None]
    mixed = np.random.default_rng(0).permutation(smooth.reshape(-1)).reshape(smooth.shape)
    assert 3 * roughness(jnp.asarray(smooth)) < roughness(jnp.asarray(mixed))


def slope_of_roughness(weights: np.ndarray) -> np.ndarray:
    """Twice the differences from the four neighbours."""
    padded = np.pad(weights, 1)
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return 2 * (4 * weights - around)


@pytest.mark.parametrize(("smooth", "sparse"), [(0.3, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_training_follows_the_slopes_of_the_loss_and_of_both_penalties(smooth, sparse):
    params = jax.jit(NET.init)(jax.random.split(jax.random.key(0))[0])
    adam, x, y = optax.scale_by_adam(RECIPE.b1, RECIPE.b2), DATA.x, DATA.y
    moments = adam.init(params)
    slope = jax.jit(jax.grad(lambda params: squared_error(NET.apply(params, x)[0], y).mean()))
    for _ in range(RECIPE.steps):
        slopes = slope(params)
        slopes["W"] += smooth * slope_of_roughness(np.asarray(params["W"]))
        slopes["U"] += sparse * np.sign(params["U"])
        moves, moments = adam.update(slopes, moments)
        params = jax.tree.map(lambda w, move: w - RECIPE.learning_rate * move, params, moves)
    trained = train(NET, DATA, replace(RECIPE, smooth=smooth, sparse=sparse), 0).params
    for name, leaf in params.items():
        np.testing.assert_allclose(trained[name], leaf, atol=2e-5)
    assert np.abs(trained["W"] - train(NET, DATA, RECIPE, 0).params["W"]).max() > 1e-4


def test_departure_is_the_mean_of_nats_from_the_standard_normal():
    """By sums over a fine grid of one normal's density."""
    grid = np.linspace(-12, 12, 200_001)
    code = np.array([[0.3, -1.0, 0.2, -0.5], [0.0, 0.0, 0.0, 0.0]])  # two means and logarithms of deviations a row

    def nats(mean: float, log: float) -> float:
        ours, standard = (-0.5 * ((grid - m) / s) ** 2 - np.log(s) for m, s in ((mean, np.exp(log)), (0.0, 1.0)))
        density = np.exp(ours) / np.sqrt(2 * np.pi)
        return float((density * (ours - standard)).sum() * (grid[1] - grid[0]))

    expected = np.mean([nats(0.3, 0.2) + nats(-1.0, -0.5), 0.0])
    np.testing.assert_allclose(departure(jnp.asarray(code)), expected, rtol=1e-5)


@pytest.mark.slow
def test_training_with_a_prior_brings_codes_nearer_to_it():
    net = autoencoder(positions=3, classes=16, channels=1, hidden=4, latents=2, first=2, second=2, third=2)
    data = replace(DATA, y=RNG.random(size=(8, 16)).astype("f"), classes=16)
    recipe = replace(RECIPE, steps=40, noise=1.0, noise_site="noise")
    codes = [net.apply(train(net, data, replace(recipe, prior=prior), 0).params, DATA.x)[1]["code"] for prior in (0, 1)]
    assert departure(codes[1]) < 0.5 * departure(codes[0])


def test_what_is_measured_is_the_loss_without_penalties():
    one, other = (train(NET, DATA, replace(RECIPE, smooth=smooth, sparse=smooth), 0) for smooth in (0.0, 9.0))
    assert one.curve["train_loss"][0] == other.curve["train_loss"][0]
    assert roughness(jnp.asarray(other.params["W"])) < roughness(jnp.asarray(one.params["W"]))
    assert mass(jnp.asarray(other.params["U"])) < mass(jnp.asarray(one.params["U"]))


def test_parameters_in_a_tree_are_named_by_their_path():
    assert set(named({"head": {"W": 1.0}, "c": 2.0})) == {"head/W", "c"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"smooth": 1.0, "smooth_param": "WW"}, "smooth_param among the parameters of 'affine', got 'WW'; the nearest"),
        ({"sparse": 1.0, "sparse_param": "F1"}, "sparse_param among the parameters of 'affine', got 'F1'; the nearest"),
        ({"prior": 1.0, "prior_site": "cod"}, "prior_site among the sites of 'affine', got 'cod'; the nearest is"),
        ({"smooth": 1.0, "smooth_param": "b"}, r"smooth_param of at least two axes, .* got 'b' of shape \(32,\); name"),
    ],
)
def test_a_penalty_on_no_such_parameter_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=f"recipe: expected {sentence}"):
        train(NET, DATA, replace(RECIPE, **changes), 0)
    without = {field: value for field, value in changes.items() if field.endswith(("_param", "_site"))}
    assert train(NET, DATA, replace(RECIPE, **without), 0).steps == RECIPE.steps
