"""A net that draws the picture that it is given from a few numbers, which are normal over all pictures."""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.generator import MAPS, drawing, held, picture, quarter
from nets.arch.module import Shapes, check_sizes, draw, hold, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net


@remembered
def autoencoder(
    *,
    positions: int = 768,
    classes: int = 768,
    channels: int = 3,
    hidden: int = 256,
    latents: int = 16,
    first: int = 32,
    second: int = 16,
    third: int = 16,
) -> Net:
    """An encoder of one hidden layer before the net that `generator` is; x is real, (batch, positions).

    `encoder` (batch, hidden) = the ReLU of `encoder.pre` = x @ E0 + e0; `code` (batch, 2 latents) = encoder @ E1 + e1,
    the means of `latents` normals, then the logarithms of their deviations; `noise` (batch, latents) is 0 but where it
    is edited; `latent` = mean + deviation * noise. `map.{l}.pre`, `map.{l}` and outputs are what `generator` computes
    of it. With noise of deviation 1 at `noise` and a penalty on what `code` is off the standard normal, training is
    that of a variational autoencoder (Kingma and Welling, 2014).
    """
    sizes = {"positions": positions, "classes": classes, "channels": channels, "hidden": hidden, "latents": latents}
    check_sizes("autoencoder", {**sizes, "first": first, "second": second, "third": third})
    least = quarter("autoencoder", classes, channels)
    shapes: Shapes = {
        "E0": ((positions, hidden), (2 / positions) ** 0.5),
        "e0": ((hidden,), 0.0),
        "E1": ((hidden, 2 * latents), hidden**-0.5 / 2),
        "e1": ((2 * latents,), 0.0),
        **drawing(latents, least, (first, second, third, channels)),
    }

    def module(rngs: nnx.Rngs) -> Autoencoder:
        return Autoencoder(shapes, positions, (least, least, first), rngs=rngs)

    return net_of("autoencoder", module, ("encoder.pre", "encoder", "code", "noise", "latent", *MAPS))


class Autoencoder(nnx.Module):
    E0: nnx.Param
    e0: nnx.Param
    E1: nnx.Param
    e1: nnx.Param

    def __init__(self, shapes: Shapes, positions: int, least: tuple[int, int, int], *, rngs: nnx.Rngs) -> None:
        self.positions, self.least = positions, least
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Float[Array, "batch classes"]:
        if x.ndim != 2 or x.shape[1] != self.positions:
            raise ValueError(
                f"autoencoder: expected inputs (batch, {self.positions}), the numbers of a picture, got shape {x.shape}"
            )
        hidden = tap("encoder", jax.nn.relu(tap("encoder.pre", x.astype(float) @ self.E0[...] + self.e0[...])))
        mean, log = jnp.split(tap("code", hidden @ self.E1[...] + self.e1[...]), 2, axis=-1)
        latent = tap("latent", mean + jnp.exp(log) * tap("noise", jnp.zeros_like(mean)))
        return picture(held(self), latent, self.least, tap)
