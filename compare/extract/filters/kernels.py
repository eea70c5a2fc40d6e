"""Which sites of a net are convolutions of what comes before them, found by asking the net.

A site (height, breadth, channels) is one of the images, or of another site, where single points put there change it by
one kernel, wherever they are, and everything is the sum of what its points do. Kernels are measured with points in the
middle, so that no edge is near, and hold if they give the site's own values.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compare.read import Reading, evaluate

ROWS = 32  # on which a kernel has to give the site
EXACT = 1e-4  # of the site's deviation, that it may be off
NOTHING = 1e-6  # of a kernel's largest weight: less is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """target[q, f] = bias[f] + sum over o, c of weights[o, c, f] source[stride q + offset + o, c].

    The source is 0 beyond its edge.
    """

    source: str | None  # the site; None: the images
    target: str
    weights: Float[np.ndarray, "rows columns channels filters"]
    bias: Float[np.ndarray, " filters"]
    offset: tuple[int, int]
    stride: int

    @property
    def mixes(self) -> bool:
        """Whether some filter reads several channels, or several points of the only channel that there is."""
        used = np.abs(self.weights) > NOTHING * np.abs(self.weights).max()
        channels = used.any(axis=(0, 1)).sum(axis=0)
        return bool((channels > 1).any()) or (self.weights.shape[2] == 1 and bool((used.sum(axis=(0, 1, 2)) > 1).any()))

    def applied(self, source: Float[Array, "n rows columns channels"], shape: tuple[int, ...]) -> Float[Array, "n ..."]:
        """The target, of this shape (rows, columns, filters), in JAX."""
        return convolved(source, self.weights, self.bias, self.offset, self.stride, shape)


def convolved(
    source: Float[Array, "n rows columns channels"],
    weights: Float[np.ndarray, "rows columns channels filters"],
    bias: Float[np.ndarray, " filters"],
    offset: tuple[int, int],
    stride: int,
    shape: tuple[int, ...],
) -> Float[Array, "n rows columns filters"]:
    """See `Kernel`."""
    given = jnp.asarray(source, jnp.float32)
    padding = []
    for size, kernel, first, out in zip(given.shape[1:3], weights.shape[:2], offset, shape[:2], strict=True):
        last = first + kernel - 1 + stride * (out - 1)
        padding.append((-first, last - (size - 1)))
    found = jax.lax.conv_general_dilated(
        given,
        jnp.asarray(weights, jnp.float32),
        (stride, stride),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return found + jnp.asarray(bias, jnp.float32)


def images(x: np.ndarray) -> Float[np.ndarray, "n rows columns channels"]:
    given = np.asarray(x, dtype=np.float32)
    return given[..., None] if given.ndim == 3 else given


def layers(reading: Reading) -> list[Kernel]:
    """The sites, in the net's order, that mix what the images, or the last site before them that has places, hold."""
    found: list[Kernel] = []
    before: str | None = None
    for site in reading.net.sites:
        if len(reading.shapes[site]) != 3 or (before is None and _is_image(reading, site)):
            continue
        kernel = kernel_of(reading, before, site)
        if kernel is not None and kernel.mixes:
            found.append(kernel)
        before = site
    return found


def _is_image(reading: Reading, site: str) -> bool:
    """Whether a site is what the net is given."""
    given = images(reading.x[:1])
    return reading.shapes[site] == given.shape[1:] and bool(
        np.array_equal(reading.run(keep=(site,), rows=np.arange(1))[1][site], given)
    )


def kernel_of(reading: Reading, source: str | None, target: str) -> Kernel | None:
    """The kernel by which the target is a convolution of the source; None where it is none."""
    shape = images(reading.x).shape[1:] if source is None else reading.shapes[source]
    out = reading.shapes[target]
    stride = round(shape[0] / out[0])
    if stride < 1 or -(-shape[0] // stride) != out[0] or -(-shape[1] // stride) != out[1]:
        return None
    measured = _measured(reading, source, target, shape, stride)
    if measured is None:
        return None
    rows = np.random.default_rng([reading.seed, 61]).choice(reading.rows, min(ROWS, reading.rows), replace=False)
    given = images(reading.x[rows]) if source is None else reading.run(keep=(source,), rows=rows)[1][source]
    actual = reading.run(keep=(target,), rows=rows)[1][target]
    off = np.abs(np.asarray(measured.applied(jnp.asarray(given), out)) - actual).max()
    return measured if off <= EXACT * max(float(actual.std()), 1e-30) * len(out) else None


def _measured(reading: Reading, source: str | None, target: str, shape: tuple[int, ...], stride: int) -> Kernel | None:
    """From points in the middle, one for each channel and each place within a stride."""
    rows, columns, channels = shape
    middle = (rows // 2 // stride * stride, columns // 2 // stride * stride)
    points = [(i, j, c) for i in range(stride) for j in range(stride) for c in range(channels)]
    given = np.zeros((len(points) + 1, *shape), dtype=np.float32)
    for row, (i, j, c) in enumerate(points):
        given[row, middle[0] + i, middle[1] + j, c] = 1.0
    answers = _asked(reading, source, target, given)
    bias, moved = answers[-1], answers[:-1] - answers[-1]
    height, breadth, filters = moved.shape[1:]
    span = (2 * stride * height, 2 * stride * breadth)
    weights = np.zeros((*span, channels, filters))
    for row, (i, j, c) in enumerate(points):
        at = np.arange(height)[:, None], np.arange(breadth)[None]
        o = (middle[0] + i - stride * at[0] + span[0] // 2, middle[1] + j - stride * at[1] + span[1] // 2)
        inside = (o[0] >= 0) & (o[0] < span[0]) & (o[1] >= 0) & (o[1] < span[1])
        first, second = (np.broadcast_to(each, inside.shape)[inside] for each in o)
        weights[first, second, c] = moved[row][inside]
    used = np.abs(weights).max(axis=(2, 3)) > NOTHING * np.abs(weights).max()
    if not used.any():
        return None
    top, left = (np.flatnonzero(used.any(axis=axis)) for axis in (1, 0))
    cut = weights[top[0] : top[-1] + 1, left[0] : left[-1] + 1]
    centre = (height // 2, breadth // 2)
    offset = (int(top[0]) - span[0] // 2, int(left[0]) - span[1] // 2)
    return Kernel(source=source, target=target, weights=cut, bias=bias[centre], offset=offset, stride=stride)


def _asked(reading: Reading, source: str | None, target: str, given: np.ndarray) -> Float[np.ndarray, "n ..."]:
    """The target where the source holds these values."""
    if source is None:
        x = given if reading.x.ndim == 4 else given[..., 0]
        return evaluate(reading.net, reading.params, x.astype(reading.x.dtype), keep=(target,))[1][target]
    x = np.broadcast_to(reading.x[:1], (len(given), *reading.x.shape[1:]))
    return evaluate(reading.net, reading.params, x, {source: given}, keep=(target,))[1][target]
