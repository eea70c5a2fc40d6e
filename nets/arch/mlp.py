"""Hidden layers over integers, bits or reals."""

from itertools import pairwise
from typing import Literal

from flax import nnx
from jaxtyping import Array, Float

from nets.arch.activations import ACTIVATIONS, Activation, check_activation
from nets.arch.module import Shapes, check_sizes, draw, hold, known, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net

Kind = Literal["embedding", "onehot", "bits", "reals"]
KINDS = ("embedding", "onehot", "bits", "reals")


@remembered
def mlp(
    *,
    positions: int = 2,
    alphabet: int = 59,
    classes: int = 59,
    width: int | tuple[int, ...] = 256,
    depth: int = 1,
    embedding: int | None = 64,
    activation: Activation = "relu",
    inputs: Kind = "embedding",
    output_bias: bool = False,
) -> Net:
    """Hidden layers; a shared embedding, one table a position, bits as +-1, or reals.

    outputs = hidden.{last} @ U (+ c), with hidden.{l} = act(hidden.{l}.pre); hidden.0.pre is
    - inputs="embedding": sum_i (E @ A[i])[x_i] + b; E (alphabet, embedding), A (positions, embedding, width)
    - inputs="onehot": sum_i A[i][x_i] + b; A (positions, alphabet, width)
    - inputs="bits": (2 x - 1) @ W + b; W (positions, width)
    - inputs="reals": x @ W + b, x of `positions` reals a row in any shape (batch, ...)
    and hidden.{l}.pre = hidden.{l-1} @ W{l} + b{l} for l = 1, 2, ... There are `depth` hidden layers of `width` units,
    or those of the tuple `width`. b (width,), U (width, classes) and, where `output_bias`, c (classes,). Sites:
    `operand.{i}` (batch, width), for tables and embeddings; `hidden.{l}.pre` and `hidden.{l}` (batch, width).
    """
    check_sizes("mlp", {"positions": positions, "alphabet": alphabet, "classes": classes, "depth": depth})
    widths = _widths(width, depth)
    if embedding is not None:
        check_sizes("mlp", {"embedding": embedding})
    check_activation("mlp", activation)
    known("mlp", "inputs", inputs, KINDS)
    if inputs == "embedding" and embedding is None:
        raise ValueError('mlp: expected an embedding width for inputs="embedding", got None; or take inputs="onehot"')
    if inputs == "bits" and alphabet != 2:
        raise ValueError(f'mlp: expected alphabet 2 for inputs="bits", got {alphabet}')
    sizes = (positions, alphabet, classes, embedding or 0)

    def module(rngs: nnx.Rngs) -> Mlp:
        return Mlp(sizes, widths, activation, inputs, output_bias, rngs=rngs)

    operands = tuple(f"operand.{i}" for i in range(positions)) if inputs in ("embedding", "onehot") else ()
    hidden = tuple(name for layer in range(len(widths)) for name in (f"hidden.{layer}.pre", f"hidden.{layer}"))
    return net_of("mlp", module, (*operands, *hidden))


class Mlp(nnx.Module):
    U: nnx.Param
    E: nnx.Param
    A: nnx.Param
    W: nnx.Param
    b: nnx.Param
    c: nnx.Param

    def __init__(
        self,
        sizes: tuple[int, int, int, int],
        widths: tuple[int, ...],
        activation: Activation,
        inputs: Kind,
        output_bias: bool,
        *,
        rngs: nnx.Rngs,
    ) -> None:
        positions, alphabet, classes, embedding = sizes
        self.activation, self.inputs, self.depth = activation, inputs, len(widths)
        shapes: Shapes = {"U": ((widths[-1], classes), widths[-1] ** -0.5)}
        if inputs == "embedding":
            shapes["E"] = ((alphabet, embedding), embedding**-0.5)
            shapes["A"] = ((positions, embedding, widths[0]), (positions * embedding) ** -0.5)
        elif inputs == "onehot":
            shapes["A"] = ((positions, alphabet, widths[0]), positions**-0.5)
        else:
            shapes["W"] = ((positions, widths[0]), positions**-0.5)
        for layer, (fan_in, width) in enumerate(pairwise(widths), start=1):
            shapes[f"W{layer}"] = ((fan_in, width), fan_in**-0.5)
            shapes[f"b{layer}"] = ((width,), 0.0)
        shapes["b"] = ((widths[0],), 0.0)
        if output_bias:
            shapes["c"] = ((classes,), 0.0)
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Float[Array, "batch classes"]:
        hidden = self._layer(0, self._sum(x, tap) + self.b[...], tap)
        for layer in range(1, self.depth):
            pre = hidden @ getattr(self, f"W{layer}")[...] + getattr(self, f"b{layer}")[...]
            hidden = self._layer(layer, pre, tap)
        outputs = hidden @ self.U[...]
        return outputs + self.c[...] if hasattr(self, "c") else outputs

    def _layer(self, layer: int, pre: Float[Array, "batch width"], tap: Tap) -> Float[Array, "batch width"]:
        return tap(f"hidden.{layer}", ACTIVATIONS[self.activation](tap(f"hidden.{layer}.pre", pre)))

    def _sum(self, x: Inputs, tap: Tap) -> Float[Array, "batch width"]:
        if self.inputs in ("bits", "reals"):
            return self._flat(x) @ self.W[...]
        tables = [self.E[...] @ A for A in self.A[...]] if self.inputs == "embedding" else list(self.A[...])
        operands = [tap(f"operand.{i}", table[x[:, i]]) for i, table in enumerate(tables)]
        return sum(operands[1:], start=operands[0])

    def _flat(self, x: Inputs) -> Float[Array, "batch positions"]:
        flat, wanted = x.reshape(len(x), -1), self.W.shape[0]
        if flat.shape[1] != wanted:
            raise ValueError(f"mlp: expected {wanted} {self.inputs} a row, got x of shape {x.shape}")
        return 2.0 * flat - 1.0 if self.inputs == "bits" else flat.astype(float)


def _widths(width: object, depth: int) -> tuple[int, ...]:
    """The width of each hidden layer; ValueError unless `width` and `depth` say the same."""
    widths = tuple(width) if isinstance(width, tuple) else (width,) * depth
    if not widths or depth not in (1, len(widths)):
        raise ValueError(
            f"mlp: expected a width for each of {depth} hidden layers, got {width}; "
            "give one number and a depth, or a tuple alone"
        )
    for each in widths:
        check_sizes("mlp", {"width": each})
    return widths  # pyright: ignore[reportReturnType] - checked above
