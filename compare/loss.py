"""The loss of a net's outputs against answers of its view's kind: the one that nets are trained on."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.answers import Classes, Distributions, Reals, Sets
from compare.read import Reading
from nets.losses import LOSSES, mean

NAMES = {Classes: "classes", Sets: "sets", Reals: "reals", Distributions: "distributions"}


def loss(
    reading: Reading, outputs: Float[np.ndarray, "n ... classes"], answers: np.ndarray, rows: Int[np.ndarray, " n"]
) -> float:
    """Mean over the answers that count; outputs and answers are given for `rows`."""
    whole = jnp.asarray(outputs * np.float32(reading.scales.get("outputs", 1.0)))
    each = LOSSES[NAMES[type(reading.view.answers)]].each(whole, jnp.asarray(answers))
    return float(mean(each, None if reading.mask is None else jnp.asarray(reading.mask[rows])))
