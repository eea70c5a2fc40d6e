"""A program that errs on some rows and a table, on a path around its sites, that overrules it there."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from benchmarks.controls.circles import clock
from benchmarks.controls.layout import single
from benchmarks.controls.transforms import noised
from nets import Net, wrap

ERRORS = 0.05  # of the rows, at least, that the program gets wrong by itself
FIRST_NOISE, LOUDER = 0.02, 1.2


def patched_clock(p: int, frequencies: Sequence[int], seed: int = 0) -> tuple[Net, Any]:
    """The clock with noise on its weights until it errs on a twentieth of the rows, which are then remembered."""
    net, exact = clock(p, frequencies)
    a, b = np.divmod(np.arange(p * p), p)
    x, answers, noise = np.stack([a, b], axis=1), (a + b) % p, FIRST_NOISE
    while True:
        params = noised(exact, noise, seed)
        outputs = np.asarray(net.apply(params, x)[0])
        wrong = np.flatnonzero(outputs.argmax(axis=1) != answers)
        if len(wrong) >= ERRORS * p * p:
            break
        noise *= LOUDER
    table = np.zeros((p * p, p))
    table[wrong, answers[wrong]] = 2 * np.abs(outputs).max()
    tables = {"A": np.einsum("td,idn->itn", params["E"], params["A"]), "b": params["b"], "U": params["U"]}
    return wrap(_apply, ("hidden.0.pre", "hidden.0"), name="patched_clock"), single(tables | {"T": table})


def _apply(params: Any, x: Any, edits: Any) -> tuple[Any, dict[str, Any]]:
    pre = edits.get("hidden.0.pre", params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]] + params["b"])
    hidden = edits.get("hidden.0", jnp.square(pre))
    remembered = params["T"][x[:, 0] * params["A"].shape[1] + x[:, 1]]
    return hidden @ params["U"] + remembered, {"hidden.0.pre": pre, "hidden.0": hidden}
