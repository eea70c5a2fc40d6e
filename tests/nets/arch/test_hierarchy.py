"""The net of three convolutions computes what loops over pixels do; noise while training may be on its image."""

import jax
import numpy as np
import pytest

from nets import hierarchy
from nets.state import How, _noise

NET = hierarchy(height=6, breadth=7, channels=2, classes=3, first=2, second=3, third=4)


def convolved(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """(height, breadth, channels) by (k, k, channels, filters): around every pixel, or every second one."""
    size = len(kernel)
    padded = np.pad(image, ((size // 2, size // 2), (size // 2, size // 2), (0, 0)))
    return np.array(
        [
            [np.einsum("ijc,ijcf->f", padded[r : r + size, c : c + size], kernel) for c in range(0, len(row), stride)]
            for r, row in list(enumerate(image))[::stride]
        ]
    )


def means(image: np.ndarray) -> np.ndarray:
    rows, columns = len(image) // 2, image.shape[1] // 2
    return np.array(
        [[image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].mean(axis=(0, 1)) for c in range(columns)] for r in range(rows)]
    )


def plain(p: dict[str, np.ndarray], image: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    sites = {"image": image, "conv.0.pre": convolved(image, p["F0"], 1) + p["f0"]}
    sites["conv.0"] = np.maximum(sites["conv.0.pre"], 0)
    sites["conv.0.pool"] = means(sites["conv.0"])
    sites["conv.1.pre"] = convolved(sites["conv.0.pool"], p["F1"], 2) + p["f1"]
    sites["conv.1"] = np.maximum(sites["conv.1.pre"], 0)
    sites["conv.2.pre"] = convolved(sites["conv.1"], p["F2"], 2) + p["f2"]
    sites["conv.2"] = np.maximum(sites["conv.2.pre"], 0)
    return sites, sites["conv.2"].reshape(-1) @ p["U"] + p["c"]


def test_it_equals_loops_over_pixels_at_every_site():
    rng, shapes = np.random.default_rng(0), jax.eval_shape(NET.init, jax.random.key(0))
    p = {name: 0.5 * rng.normal(size=leaf.shape).astype("f") for name, leaf in shapes.items()}
    x = rng.normal(size=(2, 6, 7, 2))
    outputs, sites = jax.jit(NET.apply)(p, x)
    for row, image in enumerate(x):
        expected, answer = plain(p, image)
        assert tuple(expected) == NET.sites
        for name, value in expected.items():
            np.testing.assert_allclose(sites[name][row], value, atol=1e-4)
        np.testing.assert_allclose(outputs[row], answer, atol=1e-4)


def test_one_channel_needs_no_axis_and_other_images_are_refused():
    net = hierarchy(height=4, breadth=4, first=1, second=1, third=1)
    params, x = net.init(jax.random.key(0)), np.random.default_rng(0).normal(size=(3, 4, 4))
    np.testing.assert_array_equal(net.apply(params, x)[0], net.apply(params, x[..., None])[0])
    with pytest.raises(ValueError, match=r"hierarchy: expected images \(batch, 4, 4, 1\), .* got shape \(3, 4, 5\)"):
        net.apply(params, np.zeros((3, 4, 5)))


def test_noise_on_the_image_is_what_training_adds_to_it():
    x, params = np.ones((8, 6, 7, 2), "f"), jax.jit(NET.init)(jax.random.key(0))
    how = How("classes", 8, True, False, "image")
    edits = _noise(NET.apply, how, params, x, 0.3, jax.random.key(1))
    by = np.asarray(edits["image"].by)
    assert by.shape == x.shape
    assert abs(by.std() / 0.3 - 1) < 0.1
    outputs = jax.jit(NET.apply)
    np.testing.assert_allclose(outputs(params, x, edits)[0], outputs(params, x + by)[0], atol=1e-5)
    with pytest.raises(ValueError, match=r"expected a noise_site among the net's sites conv\.0, .* got 'picture'"):
        _noise(NET.apply, how._replace(noisy="picture"), params, x, 0.3, jax.random.key(1))
