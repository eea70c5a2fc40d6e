"""A state that one cell carries along a sequence."""

import math
from collections.abc import Callable
from typing import Literal

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.module import Shapes, check_sizes, draw, hold, known, net_of, remembered
from nets.edits import Tap
from nets.net import Inputs, Net, Outputs

Cell = Literal["tanh", "relu", "linear", "gru", "mlp"]
Kind = Literal["onehot", "embedding", "bits", "reals"]
Readout = Literal["every", "last"]
KINDS, READOUTS = ("onehot", "embedding", "bits", "reals"), ("every", "last")
GATES = ("gate.reset", "gate.update", "gate.new")
Elman = {"tanh": jnp.tanh, "relu": jax.nn.relu, "linear": lambda pre: pre}
CELLS = (*Elman, "gru", "mlp")


@remembered
def recurrent(
    *,
    alphabet: int = 2,
    classes: int = 2,
    width: int = 16,
    cell: Cell = "gru",
    inputs: Kind = "onehot",
    embedding: int = 16,
    features: int = 1,
    inner: int = 32,
    head: int | None = None,
    readout: Readout = "every",
    scale: float = 1.0,
) -> Net:
    """A recurrent net over sequences of any length: Elman (tanh, relu, linear), GRU, or a cell of two layers.

    With u_t the input and s the state (`state`, batch, time, width) that the step before left, or S (width,):
    - cell="tanh", "relu", "linear": state.next = act(p), `cell.pre` p = u V + s W + b; V (inputs, width), W (width,
      width), b (width,)
    - cell="gru" (PyTorch's): `gate.reset` r = sigmoid(u V[0] + s W[0] + b[0]), `gate.update` z = sigmoid(u V[1] +
      s W[1] + b[1]), `gate.new` n = tanh(u V[2] + b[2] + r (s W[2] + d)); state.next = (1 - z) n + z s
    - cell="mlp": `cell.pre` = u V + s W + b of width `inner`, `cell` its ReLU; state.next = cell D + d
    x (batch, time) is read as u by inputs="onehot" (V[x]); "embedding" (`embed` = E[x], E (alphabet, embedding));
    "bits" (2 x - 1, one feature); "reals" (x of shape (batch, time), or (batch, time, features), divided by `scale`).

    Outputs (batch, time, classes) = h U + c at every position, or those of the last alone, with h = state.next, or,
    where there is a `head`, h = `hidden.0`, the ReLU of `hidden.0.pre` = state.next O + o; all times `scale`. An edit
    of `state` changes what the next steps compute, one of `state.next` also what is read out at its own step.
    """
    check_sizes("recurrent", {"alphabet": alphabet, "classes": classes, "width": width, "embedding": embedding})
    check_sizes("recurrent", {"features": features, "inner": inner} | ({} if head is None else {"head": head}))
    known("recurrent", "cell", cell, CELLS)
    known("recurrent", "inputs", inputs, KINDS)
    known("recurrent", "readout", readout, READOUTS)
    if not 0 < scale < math.inf:
        raise ValueError(f"recurrent: expected a scale > 0, got {scale}; give about the largest input")
    if inputs == "bits" and alphabet != 2:
        raise ValueError(f'recurrent: expected alphabet 2 for inputs="bits", got {alphabet}')
    fan_in = {"onehot": alphabet, "embedding": embedding, "bits": 1, "reals": features}[inputs]
    shapes = _cell_shapes(cell, fan_in, 1 if inputs == "onehot" else fan_in, width, inner)
    shapes |= {"E": ((alphabet, embedding), embedding**-0.5)} if inputs == "embedding" else {}
    shapes |= {} if head is None else {"O": ((width, head), width**-0.5), "o": ((head,), 0.0)}
    shapes |= {"U": ((head or width, classes), (head or width) ** -0.5), "c": ((classes,), 0.0)}

    def module(rngs: nnx.Rngs) -> Recurrent:
        return Recurrent(shapes, cell, inputs, readout, scale, rngs=rngs)

    inside = {"gru": GATES, "mlp": ("cell.pre", "cell")}.get(cell, ("cell.pre",))
    before = ("embed",) if inputs == "embedding" else ()
    after = () if head is None else ("hidden.0.pre", "hidden.0")
    return net_of("recurrent", module, (*before, *inside, "state.next", "state", *after))


def _cell_shapes(cell: Cell, fan_in: int, active: int, width: int, inner: int) -> Shapes:
    """Of the params of a cell; `active` of its inputs are not zero at once."""
    gates, to = (3,) if cell == "gru" else (), inner if cell == "mlp" else width
    shapes: Shapes = {
        "V": ((*gates, fan_in, to), active**-0.5),
        "W": ((*gates, width, to), width**-0.5),
        "b": ((*gates, to), 0.0),
        "S": ((width,), 0.0),
    }
    if cell == "mlp":
        shapes["D"] = ((inner, width), inner**-0.5)
    return shapes | ({"d": ((width,), 0.0)} if cell in ("gru", "mlp") else {})


class Recurrent(nnx.Module):
    E: nnx.Param
    V: nnx.Param
    W: nnx.Param
    b: nnx.Param
    D: nnx.Param
    d: nnx.Param
    S: nnx.Param
    O: nnx.Param  # noqa: E741
    o: nnx.Param
    U: nnx.Param
    c: nnx.Param

    def __init__(
        self, shapes: Shapes, cell: Cell, inputs: Kind, readout: Readout, scale: float, *, rngs: nnx.Rngs
    ) -> None:
        self.cell, self.inputs, self.readout, self.scale = cell, inputs, readout, scale
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Inputs, tap: Tap) -> Outputs:
        step = self._stepper()

        def stepped(tap: Tap, state: Array, drive: Array) -> tuple[Array, Array]:
            computed = tap("state.next", step(tap, state, drive))
            return tap("state", computed), computed

        start = jnp.broadcast_to(self.S[...], (len(x), self.S.shape[0]))
        states = tap.over_time(stepped, start, self._drive(x, tap))[1]
        if hasattr(self, "O"):
            states = tap("hidden.0", jax.nn.relu(tap("hidden.0.pre", states @ self.O[...] + self.o[...])))
        return ((states[:, -1] if self.readout == "last" else states) @ self.U[...] + self.c[...]) * self.scale

    def _drive(self, x: Inputs, tap: Tap) -> Float[Array, "batch time ..."]:
        """What the inputs alone give to each step's sums: u V + b, computed for all times at once."""
        gates = "g" if self.cell == "gru" else ""
        if self.inputs == "onehot":
            return jnp.moveaxis(self.V[...], 0, 1)[x] + self.b[...] if gates else self.V[...][x] + self.b[...]
        given = tap("embed", self.E[...][x]) if self.inputs == "embedding" else self._numbers(x)
        return jnp.einsum(f"bti,{gates}iw->bt{gates}w", given, self.V[...]) + self.b[...]

    def _numbers(self, x: Inputs) -> Float[Array, "batch time features"]:
        given, wanted = x[..., None] if x.ndim == 2 else x, self.V.shape[-2]
        if given.ndim != 3 or given.shape[2] != wanted:
            raise ValueError(f"recurrent: expected x (batch, time, {wanted}) of {self.inputs}, got shape {x.shape}")
        return 2.0 * given - 1.0 if self.inputs == "bits" else given.astype(float) / self.scale

    def _stepper(self) -> Callable[[Tap, Array, Array], Array]:
        """`step(tap, state, drive)`: the next state."""
        if self.cell == "gru":
            return self._gru
        return self._two_layers if self.cell == "mlp" else self._elman

    def _elman(self, tap: Tap, state: Array, drive: Array) -> Array:
        return Elman[self.cell](tap("cell.pre", drive + state @ self.W[...]))

    def _two_layers(self, tap: Tap, state: Array, drive: Array) -> Array:
        hidden = tap("cell", jax.nn.relu(tap("cell.pre", drive + state @ self.W[...])))
        return hidden @ self.D[...] + self.d[...]

    def _gru(self, tap: Tap, state: Array, drive: Float[Array, "batch gates width"]) -> Array:
        carried = jnp.einsum("bs,gsw->gbw", state, self.W[...])
        reset = tap("gate.reset", jax.nn.sigmoid(drive[:, 0] + carried[0]))
        update = tap("gate.update", jax.nn.sigmoid(drive[:, 1] + carried[1]))
        new = tap("gate.new", jnp.tanh(drive[:, 2] + reset * (carried[2] + self.d[...])))
        return (1 - update) * new + update * state
