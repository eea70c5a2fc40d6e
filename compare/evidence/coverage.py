"""Coverage: the explanation's sites carry all that the outputs know of the inputs, and each unit works alone.

A program that is substituted into a net says nothing about a path around its sites, nor about a nonlinearity that mixes
units or looks at the inputs. Two exchanges with the net's own values tell: all replaced sites taken from other inputs
must give those inputs' outputs; and pre-activations shuffled between inputs, each unit in its own order, must give the
activations shuffled alike.
"""

import numpy as np
from jaxtyping import Float

from compare.explanation import Explanation
from compare.read import Reading
from compare.statistics import centred

ROWS = 256


def coverage(reading: Reading, explanation: Explanation) -> float:
    """The smaller share, of the outputs' variance or of the hidden site's, that comes out as it must; 1 is all."""
    rng = np.random.default_rng(reading.seed + 5)
    rows, others = rng.choice(reading.rows, size=(2, min(ROWS, reading.rows)))
    sites = tuple(explanation.substitute(reading.x[rows]))
    outputs, theirs = reading.run(keep=(*sites, explanation.hidden), rows=others)
    moved = reading.run({site: theirs[site] for site in sites}, rows=rows)[0]
    shape = reading.shapes[explanation.hidden]
    pre = [site for site in sites if reading.shapes[site] == shape and site != explanation.hidden]
    shares = [_alike(centred(moved), centred(outputs))]
    if pre and len(shape) == 1:
        order = rng.permuted(np.tile(np.arange(len(others))[:, None], shape), axis=0)
        shuffled = {pre[-1]: np.take_along_axis(theirs[pre[-1]], order, axis=0)}
        hidden = reading.run(shuffled, keep=(explanation.hidden,), rows=rows)[1][explanation.hidden]
        shares.append(_alike(hidden, np.take_along_axis(theirs[explanation.hidden], order, axis=0)))
    return min(shares)


def _alike(given: Float[np.ndarray, "rows n"], expected: Float[np.ndarray, "rows n"]) -> float:
    total = float(((expected - expected.mean(axis=0)) ** 2).sum())
    return 1 - float(((given - expected) ** 2).sum()) / max(total, 1e-30) if total > 0 else 1.0
