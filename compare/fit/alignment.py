"""The directions of a site in which a variable sits, found by exchanging them: what follows is as the variable says.

An orthonormal basis is moved down the gradient of the loss of the outputs after the exchange, against the answers that
the other value would have (distributed alignment search: Geiger et al. 2023, arXiv 2303.02536).
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from nets.losses import LOSSES
from nets.net import Net, Params

STEPS, BATCH, RATE = 200, 128, 0.02


Given = np.ndarray | Array


class Exchanges(NamedTuple):
    """Rows of a net that take what a site holds at one position from elsewhere; all arrays have as many rows."""

    x: Given
    before: Given  # (n, positions, width)
    place: Given  # (n,)
    theirs: Given  # (n, width)
    right: Given  # the answers that are predicted
    mask: Given  # (n, ...), those that count


def exchanged(basis: Given, given: Exchanges) -> Float[Array, "n positions width"]:
    """The site with the other's part along the basis (width, k) at one position of each row."""
    rows = jnp.arange(len(given.place))
    moved = (given.theirs - given.before[rows, given.place]) @ basis @ basis.T
    return jnp.asarray(given.before).at[rows, given.place].add(moved)


def align(
    net: Net,
    params: Params,
    site: str,
    given: Exchanges,
    start: Float[np.ndarray, "width k"],
    kind: str,
    seed: int,
) -> Float[np.ndarray, "width k"]:
    """The basis after training from `start`; `kind` of the answers as LOSSES names them."""
    rng = np.random.default_rng([seed, 83])
    batches = rng.integers(len(given.place), size=(STEPS, min(BATCH, len(given.place))))
    found = _trained(net, params, site, kind, jax.tree.map(jnp.asarray, given), jnp.asarray(start), batches)
    return np.asarray(jnp.linalg.qr(found)[0])


@partial(jax.jit, static_argnames=("net", "site", "kind"))
def _trained(
    net: Net, params: Params, site: str, kind: str, given: Exchanges, start: Array, batches: Int[Array, "steps n"]
) -> Array:
    rule = optax.adam(optax.cosine_decay_schedule(RATE, len(batches)))

    def loss(free: Array, part: Exchanges) -> Array:
        edit = exchanged(jnp.linalg.qr(free)[0], part)
        each = LOSSES[kind].each(net.apply(params, part.x, {site: edit})[0], part.right)
        return jnp.where(part.mask, each, 0).sum() / part.mask.sum()

    def step(state: tuple, rows: Array) -> tuple:
        free, moments = state
        slope = jax.grad(loss)(free, jax.tree.map(lambda leaf: leaf[rows], given))
        moves, moments = rule.update(slope, moments)
        return (optax.apply_updates(free, moves), moments), None

    return jax.lax.scan(step, (start, rule.init(start)), batches)[0][0]
