"""A user's recurrent net from what it does at one step."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from nets.edits import Sites, Tap, tapping
from nets.net import Inputs, Net, Params, wrap

Stepped = Callable[[Params, Array, Array], tuple[Array, Array]]


def stepwise(
    step: Stepped, start: Callable[[Params], Array], name: str = "stepwise", init: Callable | None = None
) -> Net:
    """`step(params, state, x) -> (state, outputs)` on a batch, from the state `start(params)`, (width,), on.

    `state` is (batch, width), x one input of each row, (batch, ...), outputs are (batch, classes); the net's inputs and
    outputs have an axis of time after the batch's. The site `state` holds what the next step reads. Without
    `init(key) -> params` it can be read and judged, not trained.
    """

    def apply(params: Params, x: Inputs, edits: Any) -> tuple[Array, Sites]:
        tap, values = tapping(edits)
        begun = start(params)

        def stepped(tap: Tap, state: Array, given: Array) -> tuple[Array, Array]:
            state, outputs = step(params, state, given)
            return tap("state", state), outputs

        if jnp.ndim(begun) != 1:
            raise ValueError(f"stepwise: expected a state (width,) to start from, got shape {jnp.shape(begun)}")
        _, outputs = tap.over_time(stepped, jnp.broadcast_to(begun, (len(x), *begun.shape)), x)
        return outputs, values

    return wrap(apply, ("state",), name=name, init=init)
