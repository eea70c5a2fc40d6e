"""One to four layers of attention over a sequence, read out at every position or at the last."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float

from nets.arch.activations import ACTIVATIONS, Activation, check_activation
from nets.arch.heads import each_head, head_sites, written
from nets.arch.module import Shapes, check_sizes, draw, hold, known, net_of, remembered
from nets.arch.order import ORDERS, Order, offsets, rotated, sinusoids, wrapped
from nets.edits import Tap
from nets.net import Net, Outputs, Tokens

Norm = Literal["none", "rms", "layer"]
Readout = Literal["every", "last"]
NORMS, READOUTS = ("none", "rms", "layer"), ("every", "last")
DEEPEST = 4  # layers
NEGLIGIBLE = 1e-5  # added to a norm's mean square, as PyTorch does
UNSEEN = -1e30  # score of a key that a query does not see


@remembered
def sequence_transformer(
    *,
    positions: int = 16,
    alphabet: int = 8,
    classes: int = 8,
    width: int = 32,
    layers: int = 2,
    heads: int = 2,
    head_width: int | None = None,
    hidden: int = 128,
    mlp: bool = True,
    activation: Activation = "relu",
    causal: bool = True,
    norm: Norm = "none",
    order: Order = "learned",
    reach: int = 16,
    period: int | None = None,
    padded: bool = False,
    scalable: bool = False,
    attention_bias: bool = False,
    readout: Readout = "every",
) -> Net:
    """Layers of attention over a sequence, causal or not, with or without MLPs.

    Outputs are at every position, or, with readout="last", at a token "=" that is appended, whose index is `alphabet`.
    With s positions in all, `embed` (batch, s, width) = E[x] and what `order` adds: "learned" P (positions, width);
    "ends" that and L (positions, width), counted from the end; "sinusoidal". "rotary" turns queries and keys;
    "relative" adds R[l, k] (2 reach + 1,) to the scores, by key less query, and where there is a `period` T[l, k]
    (period,), by the same modulo the period; all but "learned" and "ends" run at any length. Where `padded`, the last
    symbol is padding, which no query sees and the end is counted without.

    Layer l reads norm(r) of the stream r, which is `embed` and then `resid.{l-1}`. For head k, `head.{l}.{k}.score`
    (batch, s, s), query by key, = (norm(r) Q[l, k]) . (norm(r) K[l, k]) / sqrt(h), of all pairs; where `scalable`, all
    of it times log(1 + n) for the n keys that the query sees, so that it stays as sharp on longer sequences (Nakanishi,
    arXiv 2501.19399); `.pattern` its softmax over these keys; `.value` (batch, s, h) = norm(r) V[l, k]; `.out`
    (batch, s, width) = pattern . value O[l, k]. With m = r + the outs (+ o[l]), which where there is an MLP is
    `resid.{l}.mid`, `hidden.{l}.pre` (batch, s, hidden) = norm(m) W[l] + b[l], `hidden.{l}` its activation, and
    `resid.{l}` = m + hidden.{l} D[l] + d[l]. Outputs = norm(resid) U + c.

    E (alphabet, width), U (width, classes); Q, K, V (layers, heads, width, h) and O (layers, heads, h, width), with
    h = `head_width` or width / heads; where `attention_bias`, q, k, v (layers, heads, h) are added to queries, keys and
    values, and o (layers, width) to the outs. The norms "rms" and "layer" have a `gain` (layers, 2, width), one for the
    heads and one for the MLP, and a `last_gain`, all held less 1; "layer" has a `shift` and a `last_shift` too.
    """
    name, sizes = "sequence_transformer", {"positions": positions, "alphabet": alphabet, "classes": classes}
    check_sizes(name, sizes | {"width": width, "layers": layers, "heads": heads, "hidden": hidden, "reach": reach})
    check_sizes(name, {} if period is None else {"period": period})
    check_activation(name, activation)
    known(name, "norm", norm, NORMS)
    known(name, "order", order, ORDERS)
    known(name, "readout", readout, READOUTS)
    inner = _head_width(width, heads, head_width, order)
    if period is not None and order != "relative":
        raise ValueError(f'{name}: expected no period with order={order!r}, got {period}; take order="relative"')
    if layers > DEEPEST:
        raise ValueError(f"{name}: expected 1 to {DEEPEST} layers, got {layers}")
    extra = int(readout == "last")
    shapes: Shapes = {
        "E": ((alphabet + extra, width), width**-0.5),
        **_order_shapes(order, (positions + extra, width), (layers, heads, 2 * reach + 1)),
        **({} if period is None else {"T": ((layers, heads, period), 0.0)}),
        **_attention_shapes(layers, heads, width, inner, attention_bias),
        **(_mlp_shapes(layers, width, hidden) if mlp else {}),
        **(_norm_shapes(norm, layers, 1 + mlp, width)),
        "U": ((width, classes), width**-0.5),
        "c": ((classes,), 0.0),
    }
    form = Form(layers, heads, activation, causal, norm, order, reach, padded, scalable, readout == "last")

    def module(rngs: nnx.Rngs) -> SequenceTransformer:
        return SequenceTransformer(shapes, form, rngs=rngs)

    return net_of(name, module, ("embed", *(site for layer in range(layers) for site in _sites(layer, heads, mlp))))


class Form(NamedTuple):
    """What a transformer is besides its params."""

    layers: int
    heads: int
    activation: Activation
    causal: bool
    norm: Norm
    order: Order
    reach: int
    padded: bool
    scalable: bool
    appended: bool  # the token "=", which alone is read out


class SequenceTransformer(nnx.Module):
    E: nnx.Param
    P: nnx.Param
    L: nnx.Param
    R: nnx.Param
    T: nnx.Param
    Q: nnx.Param
    K: nnx.Param
    V: nnx.Param
    O: nnx.Param  # noqa: E741
    q: nnx.Param
    k: nnx.Param
    v: nnx.Param
    o: nnx.Param
    W: nnx.Param
    b: nnx.Param
    D: nnx.Param
    d: nnx.Param
    U: nnx.Param
    c: nnx.Param

    def __init__(self, shapes: Shapes, form: Form, *, rngs: nnx.Rngs) -> None:
        self.form = form
        hold(self, draw(shapes, rngs))

    def __call__(self, x: Tokens, tap: Tap) -> Outputs:
        symbols = self.E.shape[0] - self.form.appended
        shown = x != symbols - 1 if self.form.padded else jnp.ones_like(x, bool)
        if self.form.appended:
            x = jnp.pad(x, ((0, 0), (0, 1)), constant_values=symbols)
            shown = jnp.pad(shown, ((0, 0), (0, 1)), constant_values=True)
        stream = tap("embed", self.E[...][x] + self._placed(shown))
        for layer in range(self.form.layers):
            stream = tap(f"resid.{layer}", self._layer(layer, stream, self._seen(shown), tap))
        if self.form.appended:
            stream = stream[:, -1]
        return self._normed(stream, "last_") @ self.U[...] + self.c[...]

    def _layer(
        self, layer: int, stream: Float[Array, "batch s width"], seen: Bool[Array, "batch s s"], tap: Tap
    ) -> Float[Array, "batch s width"]:
        middle = stream + self._attention(layer, self._normed(stream, at=(layer, 0)), seen, tap)
        if not hasattr(self, "W"):
            return middle
        middle = tap(f"resid.{layer}.mid", middle)
        pre = tap(f"hidden.{layer}.pre", self._normed(middle, at=(layer, 1)) @ self.W[...][layer] + self.b[...][layer])
        hidden = tap(f"hidden.{layer}", ACTIVATIONS[self.form.activation](pre))
        return middle + hidden @ self.D[...][layer] + self.d[...][layer]

    def _attention(
        self, layer: int, rows: Float[Array, "batch s width"], seen: Bool[Array, "batch s s"], tap: Tap
    ) -> Float[Array, "batch s width"]:
        queries, keys, values = (self._heads(layer, rows, part) for part in "QKV")
        if self.form.order == "rotary":
            queries, keys = rotated(queries), rotated(keys)
        scores = jnp.einsum("bkqh,bkth->bkqt", queries, keys) * self.Q.shape[-1] ** -0.5
        if self.form.order == "relative":
            scores = scores + self.R[...][layer][:, offsets(rows.shape[1], self.form.reach)]
        if hasattr(self, "T"):
            scores = scores + self.T[...][layer][:, wrapped(rows.shape[1], self.T.shape[-1])]
        if self.form.scalable:
            scores = scores * jnp.log1p(seen.sum(axis=-1))[:, None, :, None]
        scores = jnp.where(seen[:, None], each_head(tap, layer, "score", scores), UNSEEN)
        pattern = each_head(tap, layer, "pattern", jax.nn.softmax(scores))
        mixed = jnp.einsum("bkqt,bkth->bkqh", pattern, each_head(tap, layer, "value", values))
        outs = written(tap, layer, mixed, self.O[...][layer])
        return outs + self.o[...][layer] if hasattr(self, "o") else outs

    def _heads(self, layer: int, rows: Float[Array, "batch s width"], part: str) -> Float[Array, "batch heads s h"]:
        made = jnp.einsum("bsd,kdh->bksh", rows, getattr(self, part)[...][layer])
        bias = part.lower()
        return made + getattr(self, bias)[...][layer][:, None] if hasattr(self, bias) else made

    def _normed(
        self, rows: Float[Array, "... width"], which: str = "", at: tuple[int, ...] = ()
    ) -> Float[Array, "... width"]:
        if self.form.norm == "none":
            return rows
        if self.form.norm == "layer":
            rows = rows - rows.mean(axis=-1, keepdims=True)
        scaled = rows * jax.lax.rsqrt((rows**2).mean(axis=-1, keepdims=True) + NEGLIGIBLE)
        scaled = scaled * (1 + getattr(self, f"{which}gain")[...][at])
        return scaled + getattr(self, f"{which}shift")[...][at] if self.form.norm == "layer" else scaled

    def _placed(self, shown: Bool[Array, "batch s"]) -> Float[Array, "..."]:
        """What is added to the embeddings for the order of positions."""
        s, width = shown.shape[1], self.E.shape[1]
        if self.form.order == "sinusoidal":
            return sinusoids(jnp.arange(s), width) * (2 / width) ** 0.5
        if self.form.order not in ("learned", "ends"):
            return jnp.zeros(())
        if s > self.P.shape[0]:
            raise ValueError(
                f"sequence_transformer: expected at most {self.P.shape[0] - self.form.appended} positions, got "
                f'{s - self.form.appended}; give it more `positions`, or order="sinusoidal", "rotary" or "relative"'
            )
        if self.form.order == "learned":
            return self.P[...][:s]
        after = jnp.cumsum(shown[:, ::-1], axis=1)[:, ::-1] - shown
        return self.P[...][:s] + self.L[...][after]

    def _seen(self, shown: Bool[Array, "batch s"]) -> Bool[Array, "batch s s"]:
        """Whether a query, on the second axis, sees a key."""
        s = shown.shape[1]
        return shown[:, None] & (jnp.tril(jnp.ones((s, s), bool)) if self.form.causal else jnp.ones((s, s), bool))


def _sites(layer: int, heads: int, mlp: bool) -> tuple[str, ...]:
    hidden = (f"resid.{layer}.mid", f"hidden.{layer}.pre", f"hidden.{layer}") if mlp else ()
    return (*head_sites(layer, heads), *hidden, f"resid.{layer}")


def _order_shapes(order: Order, places: tuple[int, int], distances: tuple[int, int, int]) -> Shapes:
    if order == "relative":
        return {"R": (distances, 0.0)}
    learned = {"learned": "P", "ends": "PL"}.get(order, "")
    return dict.fromkeys(learned, (places, places[1] ** (-0.5)))


def _attention_shapes(layers: int, heads: int, width: int, inner: int, bias: bool) -> Shapes:
    shapes: Shapes = dict.fromkeys("QKV", ((layers, heads, width, inner), width ** (-0.5)))
    shapes["O"] = ((layers, heads, inner, width), (heads * inner) ** -0.5)
    return shapes | (
        {**dict.fromkeys("qkv", ((layers, heads, inner), 0.0)), "o": ((layers, width), 0.0)} if bias else {}
    )


def _mlp_shapes(layers: int, width: int, hidden: int) -> Shapes:
    return {
        "W": ((layers, width, hidden), width**-0.5),
        "b": ((layers, hidden), 0.0),
        "D": ((layers, hidden, width), hidden**-0.5),
        "d": ((layers, width), 0.0),
    }


def _norm_shapes(norm: Norm, layers: int, each: int, width: int) -> Shapes:
    names = {"none": (), "rms": ("gain",), "layer": ("gain", "shift")}[norm]
    own: Shapes = dict.fromkeys(names, ((layers, each, width), 0.0))
    return own | {f"last_{name}": ((width,), 0.0) for name in names}


def _head_width(width: int, heads: int, head_width: int | None, order: Order) -> int:
    if head_width is not None:
        check_sizes("sequence_transformer", {"head_width": head_width})
    elif width % heads:
        raise ValueError(
            f"sequence_transformer: expected a width divisible by heads, got width {width}, heads {heads}; "
            "or give a `head_width`"
        )
    inner = head_width or width // heads
    if order == "rotary" and inner % 2:
        raise ValueError(f'sequence_transformer: expected heads of an even width for order="rotary", got {inner}')
    return inner
