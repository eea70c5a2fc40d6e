"""Changes to a net's parameters that keep, or nearly keep, what it computes. They take `nets.mlp` parameters."""

from typing import Any

import numpy as np
from jaxtyping import Int

from benchmarks.controls.layout import Params, single


def rotated(params: Params, seed: int) -> Params:
    """A random rotation of the shared embedding, undone where it is read."""
    embedding = np.asarray(params["E"], dtype=np.float64)
    turn = np.linalg.qr(np.random.default_rng([seed, 5]).normal(size=(embedding.shape[1],) * 2))[0]
    into = np.einsum("ed,idn->ien", turn.T, np.asarray(params["A"], dtype=np.float64))
    return params | single({"E": embedding @ turn, "A": into})


def noised(params: Params, share: float, seed: int) -> Params:
    """Gaussian noise on every array, `share` of the array's root mean square."""
    random = np.random.default_rng([seed, 6])

    def noise(values: Any) -> np.ndarray:
        values = np.asarray(values, dtype=np.float64)
        size = share * np.sqrt(np.mean(values**2)) if values.size else 0.0
        return values + size * random.normal(size=values.shape)

    return single({name: noise(values) for name, values in params.items()})


def pruned(params: Params, units: Int[np.ndarray, " kept"]) -> Params:
    """Only these hidden units, in this order."""
    into = "W" if "W" in params else "A"
    kept = {name: np.asarray(params[name])[..., units] for name in (into, "b")}
    return params | single(kept | {"U": np.asarray(params["U"])[units]})


def renamed(params: Params, inner: Int[np.ndarray, " values"], outer: Int[np.ndarray, " classes"]) -> Params:
    """The same net with relabelled tokens: token t is read as inner[t], and answer c comes out as outer[c]."""
    tokens = {"E": np.asarray(params["E"])[inner]} if "E" in params else {"A": np.asarray(params["A"])[:, inner]}
    outputs = {name: np.asarray(params[name])[..., np.argsort(outer)] for name in ("U", "c") if name in params}
    return params | single(tokens | outputs)


def shuffled_readout(params: Params, seed: int) -> Params:
    """The hidden units read out as one another: the same weights, another function."""
    order = np.random.default_rng([seed, 7]).permutation(np.shape(params["U"])[0])
    return params | single({"U": np.asarray(params["U"])[order]})
