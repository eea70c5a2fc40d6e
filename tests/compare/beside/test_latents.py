"""Numbers that pictures are drawn from: planted formulas are found, parts without their wholes are counted."""

import jax.numpy as jnp
import numpy as np
import pytest

from compare.answers import Reals
from compare.beside.latents import Formula, Latents, fit, measure_latents
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.view import of_reals
from nets.edits import tapping
from nets.net import wrap
from tests.compare.beside.test_objects import COLOURS, NAMES, SIDE, planted, reading


def masks(latent, stray: bool):
    """A square where z0 > 0, from the row that z1 says; a bar below it where z2 > 1, alone too if it may `stray`."""
    row, column = jnp.arange(SIDE)[None, :, None], jnp.arange(SIDE)[None, None, :]
    z0, z1, z2 = latent.T[:, :, None, None]
    top = jnp.clip(jnp.round(2 + z1), 0, 4)
    square = (z0 > 0) & (row >= top) & (row < top + 2) & (column < 4)
    bar = (z2 > 1) & (row == 7) & (column >= 0) & (stray | (z0 > 0))
    return jnp.stack([~square & ~bar, square & ~bar, bar], axis=-1)


def measured(stray: bool) -> tuple[Latents, Reading]:
    def apply(params, x, edits):
        tap, values = tapping(edits)
        return (masks(tap("latent", x), stray).astype("f") @ COLOURS).reshape(len(x), -1), values

    given = [np.random.default_rng(seed).normal(size=(300, 3)).astype("f") for seed in (1, 2)]
    pictures = [np.asarray(masks(x, False) @ COLOURS).reshape(len(x), -1) for x in given]
    parts = [Sample(arguments=(x,), targets=y) for x, y in zip(given, pictures, strict=True)]
    net, view = wrap(apply, ("latent",)), of_reals(Reals(SIDE * SIDE * 2, 0.05))
    found = read(net, {}, None, view, samples=Samples(fit=parts[0], report=parts[1]))
    where = np.asarray(masks(found.arguments[0], False))
    objects = {name: where[..., place] for place, name in enumerate(NAMES)}
    latents = measure_latents(found, objects, (("bar", "square"),))
    assert latents is not None
    return latents, found


def test_whether_and_where_an_object_is_are_formulas_of_latents() -> None:
    found, _ = measured(stray=False)
    assert found.formulas["square"].startswith(("0.3", "0.4"))
    assert "z0" in found.formulas["square"]
    assert "z1" in found.formulas["square down"]
    assert min(found.there["square"], found.told["square"]) > 0.98
    assert found.place["square down"] > 0.9
    assert "square across" not in found.place  # it is always in the same columns
    assert found.sampled["square"] == pytest.approx(0.5, abs=0.03)
    assert set(found.told) == {"square", "bar"}  # ground is in every picture


def test_parts_without_their_wholes_are_counted() -> None:
    assert measured(stray=False)[0].alone == {"bar without square": 0.0}
    assert measured(stray=True)[0].alone["bar without square"] == pytest.approx(0.5, abs=0.08)


def test_a_planted_polynomial_is_fitted_and_printed() -> None:
    latents = np.random.default_rng(0).normal(size=(800, 5))
    formula = fit(latents, 1.5 - 2 * latents[:, 3] + 0.5 * latents[:, 0] * latents[:, 4])
    assert formula == Formula(((3,), (0, 4)), (-2.0, 0.5), 1.5)
    assert formula.shown() == "0.5*z0*z4 - 2.0*z3 + 1.5"
    assert np.allclose(formula.values(latents[:2]), 1.5 - 2 * latents[:2, 3] + 0.5 * latents[:2, 0] * latents[:2, 4])


def test_of_noise_a_formula_has_no_terms() -> None:
    latents, noise = np.random.default_rng(0).normal(size=(800, 5)), np.random.default_rng(1).normal(size=800)
    assert len(fit(latents, noise).terms) <= 1


def test_a_net_without_latents_is_not_measured() -> None:
    assert measure_latents(*reading(planted(False))) is None
