"""Convolutional nets compute what loops over pixels do."""

import jax
import numpy as np
import pytest

from nets import cnn


def convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """(height, breadth, channels) by (3, 3, channels, filters), zeros beyond the edge."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    height, breadth, _ = image.shape
    return np.array(
        [
            [np.einsum("ijc,ijcf->f", padded[r : r + 3, c : c + 3], kernel) for c in range(breadth)]
            for r in range(height)
        ]
    )


def pooled(image: np.ndarray, by) -> np.ndarray:
    height, breadth, _ = image.shape
    return np.array(
        [
            [by(image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2], axis=(0, 1)) for c in range(breadth // 2)]
            for r in range(height // 2)
        ]
    )


@pytest.mark.parametrize(("pool", "hidden"), [("max", None), ("mean", 5)])
def test_it_equals_loops_over_pixels(pool, hidden):
    net = cnn(height=5, breadth=6, channels=2, classes=3, filters=(3, 4), pool=pool, hidden=hidden)
    rng, shapes = np.random.default_rng(0), jax.eval_shape(net.init, jax.random.key(0))
    p = {name: 0.5 * rng.normal(size=leaf.shape).astype("f") for name, leaf in shapes.items()}
    x = rng.normal(size=(2, 5, 6, 2))
    outputs, sites = net.apply(p, x)
    for image, given, own in zip(x, outputs, sites["conv.1"], strict=True):
        by = np.max if pool == "max" else np.mean
        first = pooled(np.maximum(convolved(image, p["F0"]) + p["f0"], 0), by)
        second = np.maximum(convolved(first, p["F1"]) + p["f1"], 0)
        np.testing.assert_allclose(own, second, atol=1e-5)
        flat = pooled(second, by).reshape(-1)
        flat = flat if hidden is None else np.maximum(flat @ p["W"] + p["b"], 0)
        np.testing.assert_allclose(given, flat @ p["U"] + p["c"], atol=1e-5)


def test_one_channel_needs_no_axis():
    net = cnn(height=4, breadth=4, classes=3, filters=2)
    params, x = net.init(jax.random.key(0)), np.random.default_rng(0).normal(size=(3, 4, 4))
    np.testing.assert_array_equal(net.apply(params, x)[0], net.apply(params, x[..., None])[0])
    with pytest.raises(
        ValueError, match=r"cnn: expected images \(batch, 4, 4, 1\), or without .* got shape \(3, 4, 5\)"
    ):
        net.apply(params, np.zeros((3, 4, 5)))
