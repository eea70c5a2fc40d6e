"""The nonlinearities of all architectures, by name."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array

from nets.arch.module import known

Activation = Literal["relu", "gelu", "exact_gelu", "tanh", "quadratic"]

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "gelu": jax.nn.gelu,  # the approximation by tanh, "gelu_new" elsewhere
    "exact_gelu": partial(jax.nn.gelu, approximate=False),  # PyTorch's GELU()
    "tanh": jnp.tanh,
    "quadratic": jnp.square,
}


def check_activation(net: str, name: object) -> None:
    """ValueError unless there is such a nonlinearity."""
    known(net, "activation", name, tuple(ACTIVATIONS))
