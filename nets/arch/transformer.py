"""One attention layer and one MLP, read out at a token appended after the arguments."""

from functools import cache

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from nets.arch.module import Shapes, check_sizes, draw, net_of
from nets.edits import Tap
from nets.net import Net, Tokens


@cache
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
    parts = tuple(f"head.0.{k}.{part}" for part in ("score", "pattern", "value", "out") for k in range(heads))
    return net_of("transformer", module, (*embeds, *parts, "hidden.0.pre", "hidden.0"))


class Transformer(nnx.Module):
    """Table mode: scores and values depend on (token, position) alone, so both are rows of small tables."""

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
        drawn = draw(shapes, rngs)
        self.E, self.P, self.Q, self.K, self.V = (drawn[name] for name in "EPQKV")
        self.O, self.W, self.D, self.U = (drawn[name] for name in "OWDU")
        self.b = nnx.Param(jnp.zeros(hidden))

    def __call__(self, x: Tokens, tap: Tap) -> Float[Array, "batch classes"]:
        last, scores, values = self._read(x, tap)
        pattern = _each(tap, "pattern", jax.nn.softmax(_each(tap, "score", scores)))
        mixed = jnp.einsum("bks,bksh->bkh", pattern, _each(tap, "value", values))
        middle = last + self._written(mixed, tap)
        hidden = tap("hidden.0", jax.nn.relu(tap("hidden.0.pre", middle @ self.W[...] + self.b[...])))
        return (middle + hidden @ self.D[...]) @ self.U[...]

    def _written(self, mixed: Float[Array, "batch heads h"], tap: Tap) -> Float[Array, "batch width"]:
        own = jnp.einsum("bkh,khd->bkd", mixed, self.O[...])
        read = _each(tap, "out", own)
        fused = mixed.reshape(len(mixed), -1) @ self.O[...].reshape(-1, self.O.shape[-1])
        return fused if read is own else read.sum(axis=1)

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


def _each(tap: Tap, part: str, value: Float[Array, "batch heads ..."]) -> Float[Array, "batch heads ..."]:
    """Each head's slice through `tap`; the very same array when none was edited: it keeps the compiled code small."""
    own = [value[:, k] for k in range(value.shape[1])]
    read = [tap(f"head.0.{k}.{part}", slice_) for k, slice_ in enumerate(own)]
    return value if all(edited is kept for edited, kept in zip(read, own, strict=True)) else jnp.stack(read, axis=1)
