"""The first layer: every filter as one formula of its place in the image."""

from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compare.extract.filters.gabors import Formula, fitted
from compare.extract.filters.kernels import Kernel, images
from compare.step import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Filters as formulas: each is a formula of its place times one weight a channel of the image."""

    kernel: Kernel  # with the formulas' weights in the place of the net's
    shape: tuple[int, ...]  # of the site
    formulas: tuple[Formula, ...]
    channels: Float[np.ndarray, "filters channels"]

    def values(self, x: Inputs) -> Float[Array, "n rows columns filters"]:
        return self.kernel.applied(jnp.asarray(images(np.asarray(x))), self.shape)


def edges_of(kernel: Kernel, shape: tuple[int, ...], seed: int, *, round_blobs: bool = False) -> Edges:
    """The best formula of each filter; of the control the best round blob."""
    filters = np.moveaxis(kernel.weights, -1, 0)
    formulas, channels = [], []
    for number, weights in enumerate(filters):
        flat = weights.reshape(-1, weights.shape[-1])
        left, spread, right = np.linalg.svd(flat, full_matrices=False)
        plane = (left[:, 0] * spread[0]).reshape(weights.shape[:2])
        formulas.append(fitted(plane, seed + number, round_blob=round_blobs))
        channels.append(right[0])
    return drawn(kernel, shape, tuple(formulas), np.stack(channels))


def drawn(
    kernel: Kernel,
    shape: tuple[int, ...],
    formulas: tuple[Formula, ...],
    channels: Float[np.ndarray, "filters channels"],
) -> Edges:
    """The formulas in the place of the kernel's weights."""
    side = kernel.weights.shape[:2]
    planes = np.stack([formula.filter((side[0], side[1])) for formula in formulas])
    weights = np.einsum("fij,fc->ijcf", planes, channels)
    return Edges(kernel=replace(kernel, weights=weights), shape=shape, formulas=formulas, channels=channels)


def permuted(edges: Edges) -> Edges:
    """Every filter with the next one's formula."""
    formulas = edges.formulas[1:] + edges.formulas[:1]
    return drawn(edges.kernel, edges.shape, formulas, np.roll(edges.channels, -1, axis=0))
