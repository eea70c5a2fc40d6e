"""Inputs that a net cannot tell apart by construction: a row like a trained one is not held out.

A net with one embedding for both arguments, added up, gives (a, b) and (b, a) the same outputs whatever it has learnt;
so does one that reads only a sum, a count, or some of its arguments. Two rows are alike where the net's outputs are
equal, and stay equal under random parameters in place of the net's own: equality that was learnt, or a coincidence,
does not survive that.
"""

import jax
import numpy as np
from jaxtyping import Float, Int

from compare.read import Reading, evaluate
from nets.check import stirred

EQUAL = 2e-5  # of the outputs' deviation: sums in another order differ by less
PROJECTIONS = 3
DRAWS, DRAWS_ONE = 2, 5  # of parameters; of a single output, which tells less


def alike(reading: Reading) -> Int[np.ndarray, " rows"]:
    """The number of each row's class; rows of one class are alike."""
    rng = np.random.default_rng([reading.seed, 11])
    classes = _split(np.zeros(reading.rows, dtype=int), _flat(reading.outputs), rng)
    for _ in range(DRAWS if _flat(reading.outputs).shape[1] > 1 else DRAWS_ONE):
        if classes.max() == reading.rows - 1:
            break
        params = jax.tree.map(lambda leaf: stirred(np.asarray(leaf), rng), reading.params)
        outputs, _ = evaluate(reading.net, params, reading.x, block=reading.block, scales=reading.scales)
        if np.isfinite(outputs).all():
            classes = _split(classes, _flat(outputs), rng)
    return classes


def _flat(outputs: Float[np.ndarray, "rows ..."]) -> Float[np.ndarray, "rows n"]:
    return outputs.reshape(len(outputs), -1)


def representatives(classes: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " classes"]:
    """The first row of each class."""
    return np.unique(classes, return_index=True)[1]


def _split(
    classes: Int[np.ndarray, " rows"], outputs: Float[np.ndarray, "rows n"], rng: np.random.Generator
) -> Int[np.ndarray, " rows"]:
    """Each class split where neighbours along a random direction of the outputs are not equal."""
    values = outputs.astype(np.float64) - outputs.mean(axis=0, dtype=np.float64)
    for _ in range(PROJECTIONS if values.shape[1] > 1 else 1):
        along = values @ rng.normal(size=values.shape[1])
        order = np.lexsort((along, classes))
        apart = np.diff(along[order]) > EQUAL * max(float(along.std()), 1e-300)
        named = np.concatenate([[0], np.cumsum(apart | (np.diff(classes[order]) > 0))])
        classes = np.empty_like(classes)
        classes[order] = named
    return classes
