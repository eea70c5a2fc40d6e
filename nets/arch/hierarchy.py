"""A convolutional net of three layers for images of objects made of shapes made of strokes."""

import jax
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.images import as_images, convolved, pooled
from nets.arch.module import Shapes, check_sizes, draw, hold, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net

KERNELS, STRIDES = (7, 5, 3), (1, 2, 2)


@remembered
def hierarchy(
    *,
    height: int = 24,
    breadth: int = 24,
    channels: int = 1,
    classes: int = 8,
    first: int = 8,
    second: int = 16,
    third: int = 32,
) -> Net:
    """Three convolutions and a linear read-out; x is real, (batch, height, breadth[, channels]).

    `image` (batch, height, breadth, channels) is x. `conv.0.pre` (batch, height, breadth, first) = image convolved with
    F0 (7, 7, channels, first), zeros beyond the edge, + f0; `conv.0` its ReLU; `conv.0.pool` the mean of each 2 x 2
    square, a last odd row or column left out. `conv.1.pre` (batch, ..., second) = conv.0.pool convolved with F1 (5, 5,
    first, second) around every second row and column from the first on, + f1; `conv.1` its ReLU. `conv.2.pre` (batch,
    ..., third) the same of conv.1 with F2 (3, 3, second, third) and f2, `conv.2` its ReLU, halved again. outputs = all
    of conv.2 @ U + c.
    """
    check_sizes("hierarchy", {"height": height, "breadth": breadth, "channels": channels, "classes": classes})
    check_sizes("hierarchy", {"first": first, "second": second, "third": third})
    if min(height, breadth) < 2:
        raise ValueError(f"hierarchy: expected images of at least 2 x 2, got {height} x {breadth}; take larger ones")
    shapes: Shapes = {}
    counts = (channels, first, second, third)
    for layer, (kernel, fan_in, count) in enumerate(zip(KERNELS, counts, counts[1:], strict=False)):
        shapes[f"F{layer}"] = ((kernel, kernel, fan_in, count), (2 / (kernel * kernel * fan_in)) ** 0.5)
        shapes[f"f{layer}"] = ((count,), 0.0)
    remaining = -(-(height // 2) // 4) * -(-(breadth // 2) // 4) * third
    shapes |= {"U": ((remaining, classes), remaining**-0.5), "c": ((classes,), 0.0)}

    def module(rngs: nnx.Rngs) -> Hierarchy:
        return Hierarchy(shapes, (height, breadth, channels), rngs=rngs)

    convs = tuple(name for layer in range(3) for name in (f"conv.{layer}.pre", f"conv.{layer}"))
    return net_of("hierarchy", module, ("image", *convs[:2], "conv.0.pool", *convs[2:]))


class Hierarchy(nnx.Module):
    U: nnx.Param
    c: nnx.Param

    def __init__(self, shapes: Shapes, image: tuple[int, int, int], *, rngs: nnx.Rngs) -> None:
        self.image = image
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Float[Array, "batch classes"]:
        rows = tap("image", as_images("hierarchy", x, self.image))
        for layer, stride in enumerate(STRIDES):
            pre = convolved(rows, getattr(self, f"F{layer}")[...], stride) + getattr(self, f"f{layer}")[...]
            rows = tap(f"conv.{layer}", jax.nn.relu(tap(f"conv.{layer}.pre", pre)))
            rows = tap("conv.0.pool", pooled("mean", rows)) if layer == 0 else rows
        return rows.reshape(len(rows), -1) @ self.U[...] + self.c[...]
