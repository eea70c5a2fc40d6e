"""One attention layer and one MLP, read out at a token appended after the arguments."""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.heads import each_head, head_sites, written
from nets.arch.module import Shapes, check_sizes, draw, hold, net_of, remembered
from nets.edits import Tap
from nets.net import Net, Tokens


@remembered
def transformer(
    *,
    positions: int = 2,
    alphabet: int = 59,
    classes: int = 59,
    width: int = 64,
    heads: int = 4,
    hidden: int = 256,
) -> Net:
    """One layer, no LayerNorm, ReLU; reads out at an appended "=" token whose index is `alphabet`.

    With s = positions + 1 and h = width / heads, r_i = E[x_i] + P[i] (`embed.{i}`, the last one that of "="):
    `head.0.{k}.score` (batch, s) = (r_last Q[k]) . (r_i K[k]) / sqrt(h); `.pattern` its softmax;
    `.value` (batch, s, h) = r_i V[k]; `.out` (batch, width) = (pattern . value) O[k].
    Then m = r_last + the heads' outs; `hidden.0.pre` = m W + b; `hidden.0` its ReLU; outputs = (m + hidden.0 D) U.
    Params: E (alphabet + 1, width), P (s, width), Q, K, V (heads, width, h), O (heads, h, width), W (width, hidden),
    b (hidden,), D (hidden, width), U (width, classes).
    """
    check_sizes("transformer", {"positions": positions, "alphabet": alphabet, "classes": classes})
    check_sizes("transformer", {"width": width, "heads": heads, "hidden": hidden})
    if width % heads:
        raise ValueError(f"transformer: expected a width divisible by heads, got width {width}, heads {heads}")
    sizes = (positions, alphabet, classes, width, heads, hidden)

    def module(rngs: nnx.Rngs) -> Transformer:
        return Transformer(sizes, rngs=rngs)

    embeds = tuple(f"embed.{i}" for i in range(positions + 1))
    return net_of("transformer", module, (*embeds, *head_sites(0, heads), "hidden.0.pre", "hidden.0"))


class Transformer(nnx.Module):
    """Table mode: scores and values depend on (token, position) alone, so both are rows of small tables."""

    E: nnx.Param
    P: nnx.Param
    Q: nnx.Param
    K: nnx.Param
    V: nnx.Param
    O: nnx.Param  # noqa: E741
    W: nnx.Param
    D: nnx.Param
    U: nnx.Param
    b: nnx.Param

    def __init__(self, sizes: tuple[int, int, int, int, int, int], *, rngs: nnx.Rngs) -> None:
        positions, alphabet, classes, width, heads, hidden = sizes

        head = width // heads
        shapes: Shapes = {
            "E": ((alphabet + 1, width), 3 * width**-0.5),
            "P": ((positions + 1, width), width**-0.5),
            **dict.fromkeys("QKV", ((heads, width, head), width ** (-0.5))),
            "O": ((heads, head, width), width**-0.5),
            "W": ((width, hidden), width**-0.5),
            "D": ((hidden, width), hidden**-0.5),
            "U": ((width, classes), width**-0.5),
        }
        hold(self, draw(shapes | {"b": ((hidden,), 0.0)}, rngs))

    def __call__(self, x: Tokens, tap: Tap) -> Float[Array, "batch classes"]:
        last, scores, values = self._read(x, tap)
        pattern = each_head(tap, 0, "pattern", jax.nn.softmax(each_head(tap, 0, "score", scores)))
        mixed = jnp.einsum("bks,bksh->bkh", pattern, each_head(tap, 0, "value", values))
        middle = last + written(tap, 0, mixed, self.O[...])
        hidden = tap("hidden.0", jax.nn.relu(tap("hidden.0.pre", middle @ self.W[...] + self.b[...])))
        return (middle + hidden @ self.D[...]) @ self.U[...]

    def _read(self, x: Tokens, tap: Tap) -> tuple[Array, Array, Array]:
        """The read-out token's embedding (batch, width), scores (batch, heads, s), values (batch, heads, s, h)."""
        E, P = self.E[...], self.P[...]
        equals = jnp.full((x.shape[0], 1), E.shape[0] - 1, dtype=x.dtype)
        tokens = jnp.concatenate([x, equals], axis=1)
        own = [E[tokens[:, i]] + P[i] for i in range(P.shape[0])]
        read = [tap(f"embed.{i}", value) for i, value in enumerate(own)]
        if any(edited is not value for edited, value in zip(read, own, strict=True)):
            rows = jnp.stack(read, axis=1)
            return read[-1], _heads_first(self._scores(rows, read[-1])), _heads_first(self._values(rows))
        tables = E[None] + P[:, None]
        scores, values = self._scores(tables, tables[-1, -1:]), self._values(tables)
        slots = jnp.arange(P.shape[0])
        return own[-1], _heads_first(scores[slots, tokens]), _heads_first(values[slots, tokens])

    def _scores(self, rows: Float[Array, "n m width"], last: Float[Array, "k width"]) -> Float[Array, "n m heads"]:
        """Scaled scores of rows against one query for all (k = 1) or one query a row of the batch (k = n)."""
        queries = jnp.einsum("kd,adh->kah", last, self.Q[...]) * self.Q.shape[-1] ** -0.5
        folded = jnp.einsum("kah,adh->kda", queries, self.K[...])
        return jnp.einsum("nmd,nda->nma", rows, jnp.broadcast_to(folded, (rows.shape[0], *folded.shape[1:])))

    def _values(self, rows: Float[Array, "n m width"]) -> Float[Array, "n m heads h"]:
        return jnp.einsum("nmd,adh->nmah", rows, self.V[...])


def _heads_first(value: Array) -> Array:
    return jnp.moveaxis(value, 2, 1)
