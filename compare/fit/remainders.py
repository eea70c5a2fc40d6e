"""Remainders: a unit that is evenly spaced over a circle, offset + scale * Mod(u * form + s, modulus)."""

from typing import Any

import numpy as np
import sympy
from jaxtyping import Float

from compare.fit.fit import Fit, data_bits, integer_bits, relative_error, snapped, stated_bits
from compare.fit.forms import Quotient
from compare.fit.sums import Task
from compare.fit.write import total


def remainder(task: Task, form: Quotient, means: Float[np.ndarray, " levels"]) -> Fit | None:
    """The unit as a remainder of a multiple of the form; None where its levels are no such sequence."""
    modulus = form.modulus
    if modulus is None or len(means) != modulus:
        return None
    step = float(np.ptp(means)) / (modulus - 1)
    ranks = np.rint((means - means.min()) / step).astype(int)
    multiple, shift = int(ranks[1] - ranks[0]) % modulus, int(ranks[0])
    if not np.array_equal(ranks, (multiple * form.levels + shift) % modulus):
        return None
    column = ranks[form.classes]
    design = np.column_stack([np.ones(len(column)), column])
    curvature = task.weight @ design**2 / task.noise**2
    theta = snapped(np.linalg.lstsq(design, task.values, rcond=None)[0], curvature / 4)
    model = design @ theta
    bits = form.bits + integer_bits(multiple) + integer_bits(shift) + stated_bits(theta, curvature)
    bits += float(data_bits(np.array(task.weight @ (task.values - model) ** 2), np.array(task.noise)))
    text = total([(float(theta[1]), _text(form, modulus, multiple, shift))], float(theta[0]))
    return Fit(formula=text, values=model, bits=bits, error=relative_error(task.values, model))


def _text(form: Quotient, modulus: int, multiple: int, shift: int) -> str:
    """The remainder with every factor as near 0 as the modulus allows."""
    inner = form.name.removeprefix("Mod(").removesuffix(f", {modulus})")
    if multiple == 1:
        return f"Mod({inner} + {shift}, {modulus})" if shift else f"Mod({inner}, {modulus})"
    form_itself: Any = sympy.sympify(inner)
    expanded = sympy.expand(multiple * form_itself + shift).as_coefficients_dict()
    factors = {term: _centred(int(factor), modulus) for term, factor in expanded.items()}
    offset = factors.pop(sympy.S.One, 0)
    return f"Mod({total([(float(f), str(term)) for term, f in factors.items() if f], float(offset))}, {modulus})"


def _centred(value: int, modulus: int) -> int:
    value %= modulus
    return value - modulus if 2 * value > modulus else value
