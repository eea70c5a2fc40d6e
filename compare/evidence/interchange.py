"""D: one variable's subspace exchanged between two inputs inside the net, the change of every output predicted.

Delta R^2 = 1 - sum (D - D_hat)^2 / sum D^2 over pairs and outputs, D and D_hat centred over the outputs. The
prediction's constants come from the unedited net. After Geiger et al. (arXiv 2106.02997), with signed changes of all
outputs in place of the answers alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from compare.explanation import Explanation, Variable
from compare.read import Reading
from compare.statistics import centred

PAIRS = 4096  # at most, fewer for wide sites
VALUES = 2**21  # numbers in an exchanged site
SHOWN = 16  # variables and wrong variables that are exchanged one by one, the first of each
NO_CHANGE = 1e-8  # of the outputs' variance; an exchange that moves less is not scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """Explained share of the change of the outputs."""

    r2: float  # all variables, each exchanged alone: squares summed over variables, pairs and outputs
    control: float | None  # the same exchanges, predicted by a wrong term
    dictionary: float | None  # all variables exchanged at once


def interchange(reading: Reading, explanation: Explanation) -> Interchange | None:
    """Exchange every variable in turn, the wrong ones, and all at once; None where there are no variables."""
    if not explanation.variables:
        return None
    rng = np.random.default_rng(reading.seed + 2)
    size = int(min(PAIRS, reading.rows, max(VALUES // reading.shapes[explanation.variables[0].site][0], 256)))
    rows, others = rng.integers(reading.rows, size=size), rng.integers(reading.rows, size=size)
    right = [_squares(reading, [variable], rows, others) for variable in explanation.variables[:SHOWN]]
    wrong = [_squares(reading, [variable], rows, others) for variable in explanation.wrong_variables[:SHOWN]]
    return Interchange(
        r2=_r2(right, reading) or 0.0,
        control=_r2(wrong, reading),
        dictionary=_r2([_squares(reading, explanation.variables, rows, others)], reading),
    )


class Squares(NamedTuple):
    """Squared residual of the prediction and squared change, summed over pairs and outputs."""

    residual: float
    change: float


def _r2(squares: Sequence[Squares], reading: Reading) -> float | None:
    change = sum(each.change for each in squares)
    if change <= NO_CHANGE * float((centred(reading.outputs) ** 2).mean()):
        return None
    return 1 - sum(each.residual for each in squares) / change


def _squares(
    reading: Reading, variables: Sequence[Variable], rows: Int[np.ndarray, " pairs"], others: Int[np.ndarray, " pairs"]
) -> Squares:
    x, other = reading.x[rows], reading.x[others]
    site = variables[0].site
    basis, _ = np.linalg.qr(np.concatenate([variable.basis for variable in variables], axis=1))
    content = variables[0].content
    moved = ((content(other) - content(x)) @ basis) @ basis.T
    before = reading.run(keep=(site,), rows=rows)[1][site]
    outputs = reading.run({site: (before + moved).astype(before.dtype)}, rows=rows)[0]
    change = centred(outputs - reading.outputs[rows])
    predicted = centred(np.sum([variable.predict(x, other) for variable in variables], axis=0))
    return Squares(residual=float(((change - predicted) ** 2).sum()), change=float((change**2).sum()))
