"""How a specification's arguments become a net's inputs, and how its outputs come back."""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`encode` maps one array (n,) an argument to integers (n, positions); `decode` maps outputs to values (n,).

    One-hot or embedding is the net's own first layer, so a view holds integers only.
    """

    alphabet: int
    classes: int
    encode: Callable[..., Int[np.ndarray, "n positions"]]
    decode: Callable[[Float[Array, "n classes"]], Int[Array, " n"]]


def by_position(alphabet: int, classes: int) -> View:
    """The usual view: argument i is the integer at position i; the answer is the largest of `classes` outputs.

    A net with a single output column answers 1 where it is positive.
    """

    def encode(*arguments: np.ndarray) -> np.ndarray:
        return np.stack([_integers(values) for values in arguments], axis=-1)

    return View(alphabet=alphabet, classes=classes, encode=encode, decode=answers)


def _integers(values: np.ndarray) -> Int[np.ndarray, " n"]:
    given = np.asarray(values)
    whole = given.astype(np.int32)
    bad = np.flatnonzero(whole != given)
    if len(bad):
        raise ValueError(
            f"view: expected integers in the domain, got {given[bad[0]]} in row {bad[0]}; "
            "number the values, or give a View with an `encode` of its own"
        )
    return whole


def answers(outputs: Float[Array, "n classes"]) -> Int[Array, " n"]:
    """Largest output's index; for one column, whether it is positive."""
    return (outputs[:, 0] > 0).astype(jnp.int32) if outputs.shape[1] == 1 else jnp.argmax(outputs, axis=1)
