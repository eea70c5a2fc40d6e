"""How a transformer knows the order of its positions."""

from typing import Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Order = Literal["learned", "ends", "sinusoidal", "rotary", "relative", "none"]
ORDERS = ("learned", "ends", "sinusoidal", "rotary", "relative", "none")
BASE = 10_000.0  # longest wave over shortest, in positions (Vaswani et al., arXiv 1706.03762; RoFormer, 2104.09864)


def sinusoids(places: Int[Array, "..."], width: int) -> Float[Array, "... width"]:
    """Sines, then cosines, of each place at frequencies that fall from 1 to 1 / BASE."""
    turn = places[..., None] * _frequencies((width + 1) // 2)
    return jnp.concatenate([jnp.sin(turn), jnp.cos(turn)], axis=-1)[..., :width]


def rotated(rows: Float[Array, "... s h"]) -> Float[Array, "... s h"]:
    """Each row turned by its position: coordinate i with i + h / 2, as in GPT-NeoX and TransformerLens."""
    half = rows.shape[-1] // 2
    turn = jnp.arange(rows.shape[-2])[:, None] * _frequencies(half)
    one, other = rows[..., :half], rows[..., half:]
    cos, sin = jnp.cos(turn), jnp.sin(turn)
    return jnp.concatenate([one * cos - other * sin, other * cos + one * sin], axis=-1)


def offsets(s: int, reach: int) -> Int[np.ndarray, "s s"]:
    """Key less query, held within `reach`, counted from 0."""
    places = np.arange(s)
    return np.clip(places[None] - places[:, None], -reach, reach) + reach


def wrapped(s: int, period: int) -> Int[np.ndarray, "s s"]:
    """Key less query, modulo a period."""
    places = np.arange(s)
    return (places[None] - places[:, None]) % period


def _frequencies(count: int) -> Float[np.ndarray, " count"]:
    return BASE ** (-np.arange(count) / max(count, 1))
