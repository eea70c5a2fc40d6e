"""What is added to the loss of training for parameters that are rough, or many, and codes that are not normal."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nets.net import Net, Params, refuse_unknown
from nets.recipe import Recipe


def named(params: Params) -> dict[str, Any]:
    """Every parameter by its name, as W, or head/W in a tree of them."""
    leaves = jax.tree_util.tree_flatten_with_path(params)[0]
    return {jax.tree_util.keystr(path, simple=True, separator="/"): leaf for path, leaf in leaves}


def roughness(weights: Float[Array, "rows columns ..."]) -> Float[Array, ""]:
    """Squared differences between neighbours along the two leading axes, summed; beyond the edge weights are zero."""
    rest = ((0, 0),) * (weights.ndim - 2)
    down, along = jnp.pad(weights, ((1, 1), (0, 0), *rest)), jnp.pad(weights, ((0, 0), (1, 1), *rest))
    return (jnp.diff(down, axis=0) ** 2).sum() + (jnp.diff(along, axis=1) ** 2).sum()


def mass(weights: Float[Array, "..."]) -> Float[Array, ""]:
    """Absolute weights, summed."""
    return jnp.abs(weights).sum()


def departure(code: Float[Array, "batch twice"]) -> Float[Array, ""]:
    """Nats by which normals are off the standard one (Kullback and Leibler's), summed over a row, a mean over rows.

    The first half of a row are their means, the second the logarithms of their deviations.
    """
    mean, log = jnp.split(code, 2, axis=-1)
    return 0.5 * (mean**2 + jnp.exp(2 * log) - 1 - 2 * log).sum(axis=-1).mean()


def refuse_unknown_penalties(net: Net, recipe: Recipe) -> None:
    """ValueError, with the nearest name, for a penalty on what the net has not, or a parameter without two axes."""
    if recipe.prior:
        refuse_unknown("recipe", f"prior_site among the sites of {net.name!r}", [recipe.prior_site], net.sites)
    if not (recipe.smooth or recipe.sparse):
        return
    known = named(jax.eval_shape(net.init, jax.random.key(0)))
    for field, weight in (("smooth_param", recipe.smooth), ("sparse_param", recipe.sparse)):
        if weight:
            refuse_unknown("recipe", f"{field} among the parameters of {net.name!r}", [getattr(recipe, field)], known)
    if recipe.smooth and known[recipe.smooth_param].ndim < 2:
        raise ValueError(
            f"recipe: expected smooth_param of at least two axes, along which neighbours are alike, got "
            f"{recipe.smooth_param!r} of shape {known[recipe.smooth_param].shape}; name another"
        )
