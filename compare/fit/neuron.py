"""One unit as an expression: the quotient first, then waves, links, pieces and short expressions on what is left."""

import re
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.enumerate import enumerated
from compare.fit.fit import EXACT, Fit, relative_error
from compare.fit.links import links
from compare.fit.pieces import pieces
from compare.fit.quotient import Reduced, quotient
from compare.fit.waves import wave_links

NAME = "neuron"


def neuron(
    values: Float[np.ndarray, " rows"],
    arguments: Mapping[str, np.ndarray],
    modulus: int | None = None,
    sigma: float | None = None,
) -> Fit | Refusal:
    """The shortest expression for a unit over its arguments, among all fitters that apply, or why none fits.

    `arguments` are columns (rows,); integers and Booleans are tested for quotients, reals go to the links directly.
    """
    values = np.asarray(values, dtype=np.float64)
    spread = max(float(values.std()), 1e-30)
    tolerance = max(1e-9, 4 * (sigma or 0.0) ** 2 / spread**2)
    reduced = quotient(values[:, None], arguments, modulus, tolerance)[0]
    tries: list[Fit | Refusal] = []
    if isinstance(reduced, Reduced):
        tries += _over_quotient(values, reduced, sigma)
    good = [fit for fit in tries if isinstance(fit, Fit)]
    if not any(fit.error <= max(EXACT, 2 * (sigma or 0.0) / spread) for fit in good):
        tries += _over_arguments(values, arguments, modulus, sigma)
        good = [fit for fit in tries if isinstance(fit, Fit)]
    refused = tuple(f"{each.extractor}: {each.reason}" for each in tries if isinstance(each, Refusal))
    if not good:
        return Refusal(extractor=NAME, reason="; ".join(refused))
    best = min(good, key=lambda fit: fit.bits)
    return Fit(formula=best.formula, values=best.values, bits=best.bits, error=best.error, refused=refused)


def _over_quotient(values: np.ndarray, reduced: Reduced, sigma: float | None) -> list[Fit | Refusal]:
    """Fitters of one variable on the class means, their fits carried back to all rows."""
    q, means = reduced.quotient, reduced.means
    if len(q.levels) < 3:
        return [_table(values, reduced)]
    weight = np.bincount(q.classes).astype(float)
    column = {"t": q.levels}
    tries: list[Fit | Refusal] = [
        pieces(means, q.levels, "t", sigma, q.bits, weight),
        *links(means[:, None], column, sigma, structure=q.bits, weight=weight),
    ]
    if q.modulus is not None and not _exact(tries):
        tries += wave_links(means[:, None], column, q.modulus, sigma, q.bits, weight)
    if not _exact(tries):
        tries += enumerated(means[:, None], column, sigma, weight=weight)
    return [_carried(values, each, reduced) for each in tries]


def _over_arguments(
    values: np.ndarray, arguments: Mapping[str, np.ndarray], modulus: int | None, sigma: float | None
) -> list[Fit | Refusal]:
    tries: list[Fit | Refusal] = [*links(values[:, None], arguments, sigma)]
    if modulus is not None and not _exact(tries):
        tries += wave_links(values[:, None], arguments, modulus, sigma)
    if not _exact(tries):
        tries += enumerated(values[:, None], arguments, sigma)
    return tries


def _exact(tries: list[Fit | Refusal]) -> bool:
    return any(isinstance(fit, Fit) and fit.error <= EXACT for fit in tries)


def _table(values: np.ndarray, reduced: Reduced) -> Fit:
    """A unit of one or two levels: affine in its quotient."""
    q, means = reduced.quotient, reduced.means
    model = means[q.classes]
    if len(means) == 1:
        return Fit(formula=f"{means[0]:.6g}", values=model, bits=reduced.bits, error=0.0)
    slope = (means[1] - means[0]) / (q.levels[1] - q.levels[0])
    formula = f"{slope:.6g}*({q.name}) + {means[0] - slope * q.levels[0]:.6g}"
    return Fit(formula=formula, values=model, bits=reduced.bits, error=relative_error(values, model))


def _carried(values: np.ndarray, fit: Fit | Refusal, reduced: Reduced) -> Fit | Refusal:
    """A fit over the levels `t` as one over all rows, written in the arguments."""
    if isinstance(fit, Refusal):
        return fit
    model = fit.values[reduced.quotient.classes]
    formula = re.sub(r"\(t\)|\bt\b", f"({reduced.quotient.name})", fit.formula)
    return Fit(formula=formula, values=model, bits=fit.bits, error=relative_error(values, model), refused=fit.refused)
