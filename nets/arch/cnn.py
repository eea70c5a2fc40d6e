"""A small convolutional net for images."""

from typing import Literal

from flax import nnx
from jaxtyping import Array, Float

from nets.arch.activations import ACTIVATIONS, Activation, check_activation
from nets.arch.images import as_images, convolved, pooled
from nets.arch.module import Shapes, check_sizes, draw, hold, known, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net

Pool = Literal["max", "mean"]


@remembered
def cnn(
    *,
    height: int = 16,
    breadth: int = 16,
    channels: int = 1,
    classes: int = 5,
    filters: int | tuple[int, ...] = (8, 16),
    kernel: int = 3,
    pool: Pool = "max",
    hidden: int | None = None,
    activation: Activation = "relu",
) -> Net:
    """Convolutions, each halved by pooling, and a linear read-out; x is real, (batch, height, breadth[, channels]).

    `conv.{l}.pre` (batch, height, breadth, filters[l]) = the image, or what was pooled, convolved with F{l} (kernel,
    kernel, channels, filters[l]), zeros beyond the edge, + f{l}; `conv.{l}` its activation, of which each 2 x 2 square
    is pooled, a last odd row or column left out. outputs = all that remains @ U + c; where there is a `hidden` width,
    hidden.0 @ U + c, with `hidden.0` the activation of `hidden.0.pre` (batch, hidden) = all that remains @ W + b.
    """
    filters = filters if isinstance(filters, tuple) else (filters,)
    check_sizes("cnn", {"height": height, "breadth": breadth, "channels": channels, "classes": classes})
    check_sizes(
        "cnn", {"kernel": kernel, "filters": len(filters)} | {f"filters[{i}]": n for i, n in enumerate(filters)}
    )
    check_sizes("cnn", {} if hidden is None else {"hidden": hidden})
    check_activation("cnn", activation)
    known("cnn", "pool", pool, ("max", "mean"))
    halved = 2 ** len(filters)
    if min(height, breadth) < halved:
        raise ValueError(
            f"cnn: expected images of at least {halved} x {halved} for {len(filters)} poolings, "
            f"got {height} x {breadth}; take fewer filters"
        )
    shapes = _conv_shapes(channels, filters, kernel)
    remaining = (height // halved) * (breadth // halved) * filters[-1]
    if hidden is not None:
        shapes |= {"W": ((remaining, hidden), remaining**-0.5), "b": ((hidden,), 0.0)}
    shapes |= {"U": ((hidden or remaining, classes), (hidden or remaining) ** -0.5), "c": ((classes,), 0.0)}

    def module(rngs: nnx.Rngs) -> Cnn:
        return Cnn(shapes, (height, breadth, channels), len(filters), pool, activation, rngs=rngs)

    convs = tuple(name for layer in range(len(filters)) for name in (f"conv.{layer}.pre", f"conv.{layer}"))
    return net_of("cnn", module, (*convs, *(() if hidden is None else ("hidden.0.pre", "hidden.0"))))


def _conv_shapes(channels: int, filters: tuple[int, ...], kernel: int) -> Shapes:
    shapes: Shapes = {}
    for layer, (fan_in, count) in enumerate(zip((channels, *filters), filters, strict=False)):
        shapes[f"F{layer}"] = ((kernel, kernel, fan_in, count), (2 / (kernel * kernel * fan_in)) ** 0.5)
        shapes[f"f{layer}"] = ((count,), 0.0)
    return shapes


class Cnn(nnx.Module):
    W: nnx.Param
    b: nnx.Param
    U: nnx.Param
    c: nnx.Param

    def __init__(
        self,
        shapes: Shapes,
        image: tuple[int, int, int],
        depth: int,
        pool: Pool,
        activation: Activation,
        *,
        rngs: nnx.Rngs,
    ) -> None:
        self.image, self.depth, self.pool, self.activation = image, depth, pool, activation
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Float[Array, "batch classes"]:
        act, rows = ACTIVATIONS[self.activation], as_images("cnn", x, self.image)
        for layer in range(self.depth):
            pre = convolved(rows, getattr(self, f"F{layer}")[...]) + getattr(self, f"f{layer}")[...]
            rows = pooled(self.pool, tap(f"conv.{layer}", act(tap(f"conv.{layer}.pre", pre))))
        flat = rows.reshape(len(rows), -1)
        if hasattr(self, "W"):
            flat = tap("hidden.0", act(tap("hidden.0.pre", flat @ self.W[...] + self.b[...])))
        return flat @ self.U[...] + self.c[...]
