"""Nets that play infection and look back at all moves: one site holds, at every position, the board or the answer."""

import jax
import jax.numpy as jnp
import numpy as np

from nets.edits import tapping
from nets.net import Net, wrap
from tests.compare.planted_boards import BOARD, SIDE, WIDTH, near

SQUARES = SIDE * SIDE
SITE = "made"


def legal_on(mine: jax.Array, yours: jax.Array) -> jax.Array:
    """Which squares are legal, and whether only the pass is."""
    legal = near(yours) & ~(mine | yours)
    return jnp.concatenate([legal, ~legal.any(axis=1, keepdims=True)], axis=1)


def looking_back(*, answered: bool = False) -> Net:
    """The boards after all moves are made first, and put into the site, which nothing later reads but the answers.

    It is the marks of both players times a matrix with orthonormal rows; `answered`: what is legal, in their place.
    """
    into = jnp.asarray(np.linalg.qr(np.random.default_rng(5).normal(size=(WIDTH, 2 * SQUARES)))[0].T, jnp.float32)
    begun = jnp.asarray([[square in some for square in range(SQUARES)] for some in (BOARD.first, BOARD.second)])

    def step(boards, move):
        mine, yours = boards
        at = jnp.arange(SQUARES) == move[:, None]
        taken = at | (near(at) & yours)
        after = yours & ~taken, mine | taken
        return after, after

    def apply(params, x, edits):
        tap, values = tapping(edits)
        start = tuple(jnp.tile(marks, (len(x), 1)) for marks in begun)
        after = jax.lax.scan(step, start, x.T)[1]
        mine, yours = (jnp.moveaxis(marks, 0, 1).reshape(-1, SQUARES) for marks in after)
        held = jnp.concatenate([mine, yours], axis=1)
        if answered:
            held = jnp.pad(legal_on(mine, yours), ((0, 0), (0, SQUARES - 1)))
        site = tap(SITE, (held.astype(jnp.float32) @ into).reshape(*x.shape, WIDTH))
        marks = site.reshape(-1, WIDTH) @ into.T > 0.5
        legal = marks[:, : SQUARES + 1] if answered else legal_on(marks[:, :SQUARES], marks[:, SQUARES:])
        outputs = jnp.where(legal, 4.0, -4.0).reshape(*x.shape, -1)
        return outputs * (1 + 0.1 * site[..., :1]), values

    return wrap(apply, (SITE,), name="looking back")
