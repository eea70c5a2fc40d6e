"""One hidden layer over integers or bits."""

from functools import cache
from typing import Literal

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.module import Shapes, check_sizes, draw, net_of
from nets.edits import Tap
from nets.net import Net, Tokens

Activation = Literal["relu", "quadratic", "gelu"]
Inputs = Literal["embedding", "onehot", "bits"]

ACTIVATIONS = {"relu": jax.nn.relu, "quadratic": jnp.square, "gelu": jax.nn.gelu}


@cache
def mlp(
    *,
    positions: int = 2,
    alphabet: int = 59,
    classes: int = 59,
    width: int = 256,
    embedding: int | None = 64,
    activation: Activation = "relu",
    inputs: Inputs = "embedding",
    output_bias: bool = False,
) -> Net:
    """One hidden layer; a shared embedding, one table a position, or bits as +-1.

    outputs = act(pre) @ U (+ c), where pre is
    - inputs="embedding": sum_i (E @ A[i])[x_i] + b; E (alphabet, embedding), A (positions, embedding, width)
    - inputs="onehot": sum_i A[i][x_i] + b; A (positions, alphabet, width)
    - inputs="bits": (2 x - 1) @ W + b; W (positions, width)
    with b (width,), U (width, classes) and, where `output_bias`, c (classes,). Sites: `operand.{i}` (batch, width), not
    for bits; `hidden.0.pre` and `hidden.0` (batch, width).
    """
    check_sizes("mlp", {"positions": positions, "alphabet": alphabet, "classes": classes, "width": width})
    if embedding is not None:
        check_sizes("mlp", {"embedding": embedding})
    _known("activation", activation, tuple(ACTIVATIONS))
    _known("inputs", inputs, ("embedding", "onehot", "bits"))
    if inputs == "embedding" and embedding is None:
        raise ValueError('mlp: expected an embedding width for inputs="embedding", got None; or take inputs="onehot"')
    if inputs == "bits" and alphabet != 2:
        raise ValueError(f'mlp: expected alphabet 2 for inputs="bits", got {alphabet}')
    sizes = (positions, alphabet, classes, width, embedding or 0)

    def module(rngs: nnx.Rngs) -> Mlp:
        return Mlp(sizes, activation, inputs, output_bias, rngs=rngs)

    operands = () if inputs == "bits" else tuple(f"operand.{i}" for i in range(positions))
    return net_of("mlp", module, (*operands, "hidden.0.pre", "hidden.0"))


class Mlp(nnx.Module):
    def __init__(
        self,
        sizes: tuple[int, int, int, int, int],
        activation: Activation,
        inputs: Inputs,
        output_bias: bool,
        *,
        rngs: nnx.Rngs,
    ) -> None:
        positions, alphabet, classes, width, embedding = sizes
        self.activation, self.inputs = activation, inputs
        shapes: Shapes = {"U": ((width, classes), width**-0.5)}
        if inputs == "embedding":
            shapes["E"] = ((alphabet, embedding), embedding**-0.5)
            shapes["A"] = ((positions, embedding, width), (positions * embedding) ** -0.5)
        elif inputs == "onehot":
            shapes["A"] = ((positions, alphabet, width), positions**-0.5)
        else:
            shapes["W"] = ((positions, width), positions**-0.5)
        drawn = draw(shapes, rngs)
        self.U = drawn["U"]
        if inputs == "embedding":
            self.E = drawn["E"]
        if inputs == "bits":
            self.W = drawn["W"]
        else:
            self.A = drawn["A"]
        self.b = nnx.Param(jnp.zeros(width))
        if output_bias:
            self.c = nnx.Param(jnp.zeros(classes))

    def __call__(self, x: Tokens, tap: Tap) -> Float[Array, "batch classes"]:
        pre = tap("hidden.0.pre", self._sum(x, tap) + self.b[...])
        outputs = tap("hidden.0", ACTIVATIONS[self.activation](pre)) @ self.U[...]
        return outputs + self.c[...] if hasattr(self, "c") else outputs

    def _sum(self, x: Tokens, tap: Tap) -> Float[Array, "batch width"]:
        if self.inputs == "bits":
            return (2.0 * x - 1.0) @ self.W[...]
        tables = [self.E[...] @ A for A in self.A[...]] if self.inputs == "embedding" else list(self.A[...])
        operands = [tap(f"operand.{i}", table[x[:, i]]) for i, table in enumerate(tables)]
        return sum(operands[1:], start=operands[0])


def _known(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"mlp: expected {what} in {allowed}, got {value!r}")
