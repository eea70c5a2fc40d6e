"""A net as data: three pure functions and the names of the places where it can be read and edited."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
from jaxtyping import Array, Float, Int

Params = Any  # a pytree of arrays
Sites = dict[str, Array]
Apply = Callable[..., tuple[Float[Array, "batch classes"], Sites]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """`init(key) -> params`; `apply(params, x, edits={}) -> (outputs, sites)`, both pure and fit for jit and vmap.

    `x` has shape (batch, positions), integers below the alphabet's size. `sites` names, in the order of computation,
    every value that `apply` returns besides the outputs; each has a leading batch axis. `edits` maps site names to
    arrays that replace the sites before what follows reads them; the *set* of names is static under jit, the arrays
    are not. An unknown name in `edits` raises ValueError at trace time, naming the nearest site.

    Names used by our architectures, which the extractors look for first (a site that depends on one argument alone is
    also recognised by its values): `operand.{i}` one argument's contribution to the first hidden layer,
    `embed.{i}` one position's embedding, `head.{layer}.{h}.score`, `head.{layer}.{h}.pattern`,
    `head.{layer}.{h}.value`, `hidden.{layer}.pre` before and `hidden.{layer}` after the nonlinearity.
    """

    name: str
    init: Callable[[jax.Array], Params]
    apply: Apply
    sites: tuple[str, ...]


def no_edits() -> Mapping[str, Array]:
    """The empty set of edits."""
    return {}


Tokens = Int[Array, "batch positions"]
