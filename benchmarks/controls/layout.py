"""Parameters that were set by hand, as a net wants them."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

Params = dict[str, Any]


def single(params: Params) -> dict[str, Array]:
    """Every array as JAX's float32."""
    return {name: jnp.asarray(values, dtype=jnp.float32) for name, values in params.items()}
