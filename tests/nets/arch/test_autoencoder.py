"""The net that draws what it sees: its code by hand, noise where it is put, and the same pictures as its generator."""

import jax
import numpy as np
import pytest

from nets import Shift, autoencoder, generator

SIZES = {"classes": 32, "channels": 2, "first": 3, "second": 4, "third": 2}
NET = autoencoder(positions=5, hidden=6, latents=3, **SIZES)
DRAWS = generator(positions=3, **SIZES)
RNG = np.random.default_rng(0)
PARAMS = {
    name: 0.5 * RNG.normal(size=leaf.shape).astype("f")
    for name, leaf in jax.eval_shape(NET.init, jax.random.key(0)).items()
}
X = RNG.normal(size=(4, 5)).astype("f")


def test_the_code_is_that_of_one_hidden_layer_and_the_latents_are_its_means() -> None:
    sites = NET.apply(PARAMS, X)[1]
    code = np.maximum(X @ PARAMS["E0"] + PARAMS["e0"], 0) @ PARAMS["E1"] + PARAMS["e1"]
    np.testing.assert_allclose(sites["code"], code, atol=1e-5)
    np.testing.assert_allclose(sites["latent"], code[:, :3], atol=1e-5)
    assert not np.any(sites["noise"])


def test_noise_moves_the_latents_by_as_many_deviations() -> None:
    noise = RNG.normal(size=(4, 3)).astype("f")
    sites = NET.apply(PARAMS, X, {"noise": Shift(noise)})[1]
    code = np.asarray(sites["code"])
    np.testing.assert_allclose(sites["latent"], code[:, :3] + np.exp(code[:, 3:]) * noise, rtol=1e-4)


def test_from_its_latents_on_it_is_the_generator() -> None:
    latent = RNG.normal(size=(4, 3)).astype("f")
    pictures, sites = NET.apply(PARAMS, X, {"latent": latent})
    drawing = {name: PARAMS[name] for name in jax.eval_shape(DRAWS.init, jax.random.key(0))}
    expected, maps = DRAWS.apply(drawing, latent)
    np.testing.assert_allclose(pictures, expected, atol=1e-6)
    for name, values in maps.items():
        np.testing.assert_allclose(sites[name], values, atol=1e-5)


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"autoencoder: expected inputs \(batch, 5\), .* got shape \(4, 6\)"):
        NET.apply(PARAMS, np.zeros((4, 6)))
