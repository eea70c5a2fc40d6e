"""Losses: how far an output is from the right answer, and whether it is right; one entry a kind of answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

Outputs = Float[Array, "rows *positions outputs"]
Each = Float[Array, "rows *positions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """`each(outputs, y)` is the loss of every answer, `right(outputs, y, tolerance)` whether it is right.

    `many` says that an answer is an array (outputs,) and not a number.
    """

    each: Callable[[Outputs, Any], Each]
    right: Callable[[Outputs, Any, Any], Bool[Array, "rows *positions"]]
    doc: str
    many: bool

    def axes(self, ndim: int) -> int:
        """How many of an answer array's axes come before the answer itself."""
        return ndim - 1 if self.many else ndim

    def last(self, outputs: int) -> tuple[int, ...]:
        """The shape of one answer."""
        return (outputs,) if self.many else ()


def cross_entropy(outputs: Outputs, y: Any) -> Each:
    """Of each answer's class; one output column is the logit of 1 against 0."""
    if outputs.shape[-1] == 1:
        return optax.sigmoid_binary_cross_entropy(outputs[..., 0], y)
    return optax.softmax_cross_entropy_with_integer_labels(outputs, y)


def largest(outputs: Outputs) -> Int[Array, "rows *positions"]:
    """Largest output's index; for one column, whether it is positive."""
    return (outputs[..., 0] > 0).astype(jnp.int32) if outputs.shape[-1] == 1 else jnp.argmax(outputs, axis=-1)


def same_class(outputs: Outputs, y: Any, tolerance: Any) -> Bool[Array, "rows *positions"]:
    return largest(outputs) == y


def sigmoid_entropy(outputs: Outputs, y: Any) -> Each:
    """Mean over the symbols of the cross-entropy of each being in the set."""
    return optax.sigmoid_binary_cross_entropy(outputs, y).mean(axis=-1)


def same_set(outputs: Outputs, y: Any, tolerance: Any) -> Bool[Array, "rows *positions"]:
    return ((outputs > 0) == y).all(axis=-1)


def squared_error(outputs: Outputs, y: Any) -> Each:
    """Mean over the width."""
    return ((outputs - y) ** 2).mean(axis=-1)


def within(outputs: Outputs, y: Any, tolerance: Any) -> Bool[Array, "rows *positions"]:
    return (jnp.abs(outputs - y) <= tolerance).all(axis=-1)


def divergence(outputs: Outputs, y: Any) -> Each:
    """Nats by which the outputs' softmax is off a distribution (Kullback and Leibler's, from the right one)."""
    rates = jnp.where(y > 0, jnp.log(jnp.where(y > 0, y, 1.0)) - jax.nn.log_softmax(outputs), 0.0)
    return (y * rates).sum(axis=-1)


def same_distribution(outputs: Outputs, y: Any, tolerance: Any) -> Bool[Array, "rows *positions"]:
    return within(jax.nn.softmax(outputs), y, tolerance)


def mean(each: Array, mask: Array | None) -> Float[Array, ""]:
    """Over the answers that count; NaN where there are none."""
    if mask is None:
        return each.mean() if each.size else jnp.array(jnp.nan)
    return jnp.where(mask, each, 0).sum() / mask.sum()


LOSSES: dict[str, Loss] = {
    "classes": Loss(each=cross_entropy, right=same_class, doc="Cross-entropy of one class.", many=False),
    "sets": Loss(each=sigmoid_entropy, right=same_set, doc="Cross-entropy of each symbol being in a set.", many=True),
    "reals": Loss(each=squared_error, right=within, doc="Squared error; right within a tolerance.", many=True),
    "distributions": Loss(
        each=divergence, right=same_distribution, doc="Nats from a distribution; right within a tolerance.", many=True
    ),
}
