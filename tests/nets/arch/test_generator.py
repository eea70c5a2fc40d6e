"""The net that draws pictures computes what loops over pixels do; what is put into a site changes what follows."""

import jax
import numpy as np
import pytest

from nets import generator

NET = generator(positions=3, classes=128, channels=2, first=3, second=4, third=2)


def doubled(rows: np.ndarray) -> np.ndarray:
    return np.array([[rows[r // 2, c // 2] for c in range(2 * rows.shape[1])] for r in range(2 * rows.shape[0])])


def convolved(rows: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    around = np.pad(rows, ((1, 1), (1, 1), (0, 0)))
    return np.array(
        [
            [np.einsum("ijc,ijcf->f", around[r : r + 3, c : c + 3], kernel) for c in range(rows.shape[1])]
            for r in range(rows.shape[0])
        ]
    )


def plain(p: dict[str, np.ndarray], x: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    sites = {"map.0.pre": (x @ p["W"] + p["b"]).reshape(2, 2, 3)}
    for layer in (1, 2):
        sites[f"map.{layer - 1}"] = np.maximum(sites[f"map.{layer - 1}.pre"], 0)
        sites[f"map.{layer}.pre"] = convolved(doubled(sites[f"map.{layer - 1}"]), p[f"F{layer}"]) + p[f"f{layer}"]
    sites["map.2"] = np.maximum(sites["map.2.pre"], 0)
    return sites, 1 / (1 + np.exp(-(convolved(sites["map.2"], p["F3"]) + p["f3"]))).reshape(-1)


def drawn_params(rng: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = jax.eval_shape(NET.init, jax.random.key(0))
    return {name: 0.5 * rng.normal(size=leaf.shape).astype("f") for name, leaf in shapes.items()}


def test_it_equals_loops_over_pixels_at_every_site() -> None:
    rng = np.random.default_rng(0)
    p, x = drawn_params(rng), rng.normal(size=(2, 3))
    outputs, sites = jax.jit(NET.apply)(p, x)
    assert outputs.shape == (2, 128)
    for row, factors in enumerate(x):
        expected, picture = plain(p, factors)
        assert tuple(expected) == NET.sites
        for name, value in expected.items():
            np.testing.assert_allclose(sites[name][row], value, atol=1e-4)
        np.testing.assert_allclose(outputs[row], picture, atol=1e-4)


def test_a_site_that_is_edited_changes_what_follows_alone() -> None:
    rng = np.random.default_rng(1)
    p, x = drawn_params(rng), rng.normal(size=(4, 3))
    outputs, sites = NET.apply(p, x)
    changed, after = NET.apply(p, x, {"map.1": sites["map.1"].at[..., 1].set(0.0)})
    assert not np.allclose(changed, outputs)
    for name in ("map.0.pre", "map.0", "map.1.pre"):
        np.testing.assert_array_equal(after[name], sites[name])
    assert not np.allclose(after["map.2"], sites["map.2"])


def test_pictures_of_another_size_and_other_inputs_are_refused() -> None:
    assert generator(classes=20 * 20 * 3).sites == generator().sites
    for classes in (18 * 18 * 3, 769):
        with pytest.raises(
            ValueError, match=f"generator: expected classes = 3 n x n with n a multiple of 4.*{classes}"
        ):
            generator(classes=classes)
    params = NET.init(jax.random.key(0))
    with pytest.raises(ValueError, match=r"generator: expected inputs \(batch, 3\), .* got shape \(5, 4\)"):
        NET.apply(params, np.zeros((5, 4)))
