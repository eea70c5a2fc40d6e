"""What nets of images share: how images come in, convolutions, pooling."""

import jax
from jaxtyping import Array, Float

from nets.net import Inputs

Rows = Float[Array, "batch height breadth channels"]


def as_images(net: str, x: Inputs, image: tuple[int, int, int]) -> Rows:
    """The inputs with their axis of channels; ValueError where they are no images (height, breadth, channels)."""
    given = x[..., None] if x.ndim == 3 else x
    if given.shape[1:] != image:
        height, breadth, channels = image
        raise ValueError(
            f"{net}: expected images (batch, {height}, {breadth}, {channels}), or without the last axis for one "
            f"channel, got shape {x.shape}"
        )
    return given.astype(float)


def convolved(rows: Rows, kernel: Float[Array, "kernel kernel channels filters"], stride: int = 1) -> Rows:
    """Around every pixel whose row and column are multiples of the stride, zeros beyond the edge."""
    around = [((size - 1) // 2, size // 2) for size in kernel.shape[:2]]
    return jax.lax.conv_general_dilated(
        rows, kernel, (stride, stride), around, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def pooled(pool: str, rows: Rows) -> Rows:
    """The largest, or the mean, of each square of 2 x 2; a last odd row or column is left out."""
    batch, height, breadth, channels = rows.shape
    squares = rows[:, : height // 2 * 2, : breadth // 2 * 2].reshape(batch, height // 2, 2, breadth // 2, 2, channels)
    return squares.max(axis=(2, 4)) if pool == "max" else squares.mean(axis=(2, 4))
