"""A convolutional net that draws a picture from a few numbers."""

import itertools
from collections.abc import Mapping

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.images import Rows
from nets.arch.module import Shapes, check_sizes, draw, hold, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net

QUARTER = 4  # of the side of a picture is that of the first map
KERNEL = 3
MAPS = tuple(name for layer in range(3) for name in (f"map.{layer}.pre", f"map.{layer}"))  # sites
DRAWING = ("W", "b", "F1", "f1", "F2", "f2", "F3", "f3")  # parameters


@remembered
def generator(
    *, positions: int = 11, classes: int = 768, channels: int = 3, first: int = 32, second: int = 16, third: int = 16
) -> Net:
    """A linear layer and three convolutions; x is real, (batch, positions).

    `classes` = side * side * channels, with the side a multiple of 4. `map.0.pre` (batch, side / 4, side / 4, first) =
    x @ W + b, row by row; `map.1.pre` (batch, side / 2, side / 2, second) = map.0, each of its places repeated to a
    square of 2 x 2, convolved with F1 (3, 3, first, second), zeros beyond the edge, + f1; `map.2.pre` (batch, side,
    side, third) the same of map.1 with F2 and f2. `map.{l}` is the ReLU of `map.{l}.pre`. outputs (batch, classes) =
    the sigmoid of map.2 convolved with F3 (3, 3, third, channels) + f3, row by row of the picture, channels last.
    """
    check_sizes("generator", {"positions": positions, "classes": classes, "channels": channels})
    check_sizes("generator", {"first": first, "second": second, "third": third})
    least = quarter("generator", classes, channels)
    shapes = drawing(positions, least, (first, second, third, channels))

    def module(rngs: nnx.Rngs) -> Generator:
        return Generator(shapes, positions, (least, least, first), rngs=rngs)

    return net_of("generator", module, MAPS)


def quarter(net: str, classes: int, channels: int) -> int:
    """The side of the first map, of a picture of so many channels' pixels; ValueError where it has none."""
    side = round((classes / channels) ** 0.5)
    if side * side * channels != classes or side % QUARTER:
        raise ValueError(
            f"{net}: expected classes = {channels} n x n with n a multiple of {QUARTER}, for pictures of n x n "
            f"pixels of {channels} channels, got {classes}; ask for pictures of 16 x 16 ({16 * 16 * channels})"
        )
    return side // QUARTER


def drawing(positions: int, least: int, counts: tuple[int, int, int, int]) -> Shapes:
    """The parameters that draw a picture from so many numbers, and their scales."""
    shapes: Shapes = {"W": ((positions, least * least * counts[0]), positions**-0.5)}
    shapes["b"] = ((least * least * counts[0],), 0.0)
    for layer, (fan_in, count) in enumerate(itertools.pairwise(counts), start=1):
        scale = (2 / (KERNEL * KERNEL * fan_in)) ** 0.5
        shapes[f"F{layer}"] = ((KERNEL, KERNEL, fan_in, count), scale if layer < len(counts) - 1 else scale / 2)
        shapes[f"f{layer}"] = ((count,), 0.0)
    return shapes


class Generator(nnx.Module):
    W: nnx.Param
    b: nnx.Param

    def __init__(self, shapes: Shapes, positions: int, least: tuple[int, int, int], *, rngs: nnx.Rngs) -> None:
        self.positions, self.least = positions, least
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Float[Array, "batch classes"]:
        if x.ndim != 2 or x.shape[1] != self.positions:
            raise ValueError(
                f"generator: expected inputs (batch, {self.positions}), a few numbers a picture, got shape {x.shape}"
            )
        return picture(held(self), x.astype(float), self.least, tap)


def held(module: nnx.Module) -> dict[str, Array]:
    """A module's parameters that draw."""
    return {name: getattr(module, name)[...] for name in DRAWING}


def picture(
    params: Mapping[str, Array], numbers: Float[Array, "batch numbers"], least: tuple[int, int, int], tap: Tap
) -> Float[Array, "batch classes"]:
    """What these parameters draw from a few numbers a picture."""
    rows = (numbers @ params["W"] + params["b"]).reshape(len(numbers), *least)
    for layer in range(3):
        rows = tap(f"map.{layer}", jax.nn.relu(tap(f"map.{layer}.pre", rows)))
        rows = spread(rows, params[f"F{layer + 1}"], 2 if layer < 2 else 1) + params[f"f{layer + 1}"]
    return jax.nn.sigmoid(rows).reshape(len(numbers), -1)


def spread(rows: Rows, kernel: Float[Array, "3 3 channels filters"], times: int) -> Rows:
    """Each place repeated `times` along both axes, and that convolved, zeros beyond the edge.

    What a place brings to each of its neighbours is multiplied out first, and only then repeated and shifted: within a
    compiled loop of training steps a convolution takes an order of magnitude longer than that on a CPU.
    """
    parts = jnp.einsum("bhwc,ijcf->bhwijf", rows, kernel).repeat(times, axis=1).repeat(times, axis=2)
    height, breadth = parts.shape[1:3]
    around = jnp.pad(parts, ((0, 0), (1, 1), (1, 1), (0, 0), (0, 0), (0, 0)))
    places = itertools.product(range(KERNEL), repeat=2)
    return sum((around[:, i : i + height, j : j + breadth, i, j] for i, j in places), start=jnp.zeros(()))
