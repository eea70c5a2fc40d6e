"""What an argument's waves are read of: the token itself, or a polynomial in it, by what waves explain of its part.

The candidates are declared: in the additive group the token, its square and its cube, each beside any linear part; in
the multiplicative one the token plus any constant. A polynomial pays for its degree and for its coefficient. It is
taken in place of the token only where waves of it explain clearly more of the units, one frequency a unit.
"""

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import TOKEN, Characters, GroupName, Inner, characters

DEGREES = (2, 3)
DEGREE_BITS = 2.0
CLEARLY = 0.15  # of the units' weighted variance, by which a polynomial has to explain more than the token
UNITS = 48  # of the largest weight, which are asked
BLOCK = 64  # polynomials at a time
RIDGE = 1e-4  # of both columns' squares
FLAT = 1e-3  # of the tokens; columns whose squares sum to less explain nothing


def find_inner(group: GroupName, part: Float[np.ndarray, "p units"], weight: Float[np.ndarray, " units"]) -> Characters:
    """The characters of the group, of what explains most of an argument's part of the units."""
    return best_inner(group, part, weight)[0]


def best_inner(
    group: GroupName, part: Float[np.ndarray, "p units"], weight: Float[np.ndarray, " units"]
) -> tuple[Characters, float]:
    """The same, and the share of the units' weighted variance that one frequency a unit explains."""
    p, asked = len(part), np.argsort(-weight)[:UNITS]
    known, part = characters(p, group), part[:, asked]
    weight = weight[asked] / max(float(weight[asked].sum()), 1e-30)

    def scores(options: list[Inner]) -> Float[np.ndarray, " options"]:
        return explained(known, np.array([inner.values(p) for inner in options]), part) @ weight

    plain = float(scores([TOKEN])[0])
    if plain + CLEARLY >= 1:  # there is nothing left that a polynomial could explain
        return known, plain
    options = bank(p, group)
    found = np.concatenate([scores(options[at : at + BLOCK]) for at in range(0, len(options), BLOCK)])
    best = int(np.argmax(found))
    if found[best] <= plain + CLEARLY:
        return known, plain
    return characters(p, group, options[best]), float(found[best])


def bank(p: int, group: GroupName) -> list[Inner]:
    """The polynomials that are tried beside the token."""
    if group == "multiplicative":
        return [shifted(p, constant) for constant in range(1, p)]
    return [
        Inner(powers=((degree, 1), *(((1, linear),) if linear else ())), bits=_bits(p, linear))
        for degree in DEGREES
        for linear in range(p)
    ]


def shifted(p: int, constant: int) -> Inner:
    """The token plus a constant."""
    return Inner(powers=((1, 1), (0, constant)), bits=_bits(p, constant)) if constant else TOKEN


def _bits(p: int, coefficient: int) -> float:
    return DEGREE_BITS + (float(np.log2(p)) if coefficient else 0.0)


def explained(
    chars: Characters, values: Int[np.ndarray, "options p"], part: Float[np.ndarray, "p units"]
) -> Float[np.ndarray, "options units"]:
    """Share of each unit's variance by its best frequency of the values; tokens outside the group are free."""
    gain, free, total = gains(chars, values, part)
    return (gain.max(axis=1) + free) / np.maximum(total, 1e-30)


def gains(
    chars: Characters, values: Int[np.ndarray, "options p"], part: Float[np.ndarray, "p units"]
) -> tuple[Float[np.ndarray, "options waves units"], Float[np.ndarray, "options units"], Float[np.ndarray, " units"]]:
    """Of each unit's squares: what every frequency of the values explains, what free tokens do, and all of them."""
    part = part - part.mean(axis=0)
    z = chars.z.astype(np.complex64)[:, values].transpose(1, 0, 2)  # (options, waves, p)
    live = np.abs(z[:, :1]) > 0
    count = live.sum(axis=2, keepdims=True)
    z = (z - z.sum(axis=2, keepdims=True) / count) * live
    cos, sin = np.ascontiguousarray(z.real), np.ascontiguousarray(z.imag)
    one, two = (columns @ part.astype(np.float32) for columns in (cos, sin))
    a, b, c = ((left * right).sum(axis=2)[..., None] for left, right in ((cos, cos), (sin, sin), (cos, sin)))
    a, b = (each + RIDGE * (a + b) + FLAT * count for each in (a, b))
    gain = (b * one**2 - 2 * c * one * two + a * two**2) / (a * b - c**2)
    total, inside = (part**2).sum(axis=0), live[:, 0].astype(np.float64)
    left = inside @ part**2 - (inside @ part) ** 2 / count[:, 0]  # of the variance, among tokens of the group
    return gain, total - left, total
