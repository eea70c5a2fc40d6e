"""Sites of attention heads."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from nets.edits import Tap

PARTS = ("score", "pattern", "value", "out")


def head_sites(layer: int, heads: int) -> tuple[str, ...]:
    """The names of all heads of a layer, in the order of computation."""
    return tuple(f"head.{layer}.{k}.{part}" for part in PARTS for k in range(heads))


def each_head(
    tap: Tap, layer: int, part: str, value: Float[Array, "batch heads ..."]
) -> Float[Array, "batch heads ..."]:
    """Each head's slice through `tap`; the very same array when none was edited: it keeps the compiled code small."""
    own = [value[:, k] for k in range(value.shape[1])]
    read = [tap(f"head.{layer}.{k}.{part}", slice_) for k, slice_ in enumerate(own)]
    return value if all(edited is kept for edited, kept in zip(read, own, strict=True)) else jnp.stack(read, axis=1)


def written(
    tap: Tap, layer: int, mixed: Float[Array, "batch heads ... h"], back: Float[Array, "heads h width"]
) -> Float[Array, "batch ... width"]:
    """The sum of what the heads write into the stream: in one product where none is edited."""
    own = jnp.einsum("bk...h,khd->bk...d", mixed, back)
    read = each_head(tap, layer, "out", own)
    rows = jnp.moveaxis(mixed, 1, -2)
    return rows.reshape(*rows.shape[:-2], -1) @ back.reshape(-1, back.shape[-1]) if read is own else read.sum(axis=1)
