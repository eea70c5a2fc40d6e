"""A net's outputs as waves of one combined argument, whose cosine and sine parts need not weigh the same.

With u = a+sb and v = a-sb, one frequency's part of output c is
Re(conj(z(c)) (z(u) (A + B cos w v) + conj(z(u)) (C + D cos w v))): the clock and pizza terms of `logits`, and their
mirror images cos w(u+c). A net with few frequencies often writes cos w u and sin w u with unequal strength, so that its
circle is an ellipse.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from compare.bits import log2_choose
from compare.fit.characters import Characters

TERM_SHARE = 0.005  # of a frequency's energy; a term that adds less is left out
TERMS = 4  # clock, pizza, and their mirror images


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipses:
    """Outputs centred over c, as a sum over frequencies of four terms; a coefficient of 0 is a term left out."""

    characters: Characters
    sign: int  # s, 1 or -1
    wave: Int[np.ndarray, " waves"]  # rows of the characters
    weight: Complex[np.ndarray, "waves terms"]  # A, B, C, D
    variance: float  # explained fraction of the outputs' variance over c and the inputs
    share: Float[np.ndarray, " waves"]  # of that variance, a frequency


def fit_ellipses(
    chars: Characters,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
    wave: Int[np.ndarray, " waves"],
    fitted: Int[np.ndarray, " half"],
) -> Ellipses:
    """Least squares on the given frequencies and the `fitted` rows, the better of the two signs."""
    centred = outputs - outputs.mean(axis=1, keepdims=True)
    centred = centred - centred[fitted].mean(axis=0)
    goal = centred @ chars.z[wave].T * (2 / chars.p)  # (rows, waves), the outputs' amplitude at each frequency
    tries = [_fit_sign(chars, x, y, goal, wave, fitted, sign) for sign in (1, -1)]
    gains = [_gain(chars, x, y, goal, wave, weight, sign) for weight, sign in zip(tries, (1, -1), strict=True)]
    chosen = int(gains[1].sum() > gains[0].sum())
    share = gains[chosen] * (chars.p / 2) / max(float((centred**2).sum()), 1e-30)
    return Ellipses(
        characters=chars,
        sign=(1, -1)[chosen],
        wave=np.asarray(wave),
        weight=tries[chosen],
        variance=float(share.sum()),
        share=share,
    )


def _columns(
    chars: Characters, wave: np.ndarray, x: np.ndarray, y: np.ndarray, sign: int
) -> Complex[np.ndarray, "rows waves terms"]:
    first, second = chars.z[wave][:, x].T, chars.z[wave][:, y].T
    second = second if sign > 0 else np.conj(second)
    u, v = first * second, np.real(first * np.conj(second))
    return np.stack([u, u * v, np.conj(u), np.conj(u) * v], axis=-1)


def _fit_sign(
    chars: Characters, x: np.ndarray, y: np.ndarray, goal: np.ndarray, wave: np.ndarray, fitted: np.ndarray, sign: int
) -> Complex[np.ndarray, "waves terms"]:
    columns = _columns(chars, wave, x[fitted], y[fitted], sign)
    return np.stack([_forward(columns[:, i], goal[fitted, i]) for i in range(len(wave))])


def _forward(columns: Complex[np.ndarray, "rows terms"], goal: Complex[np.ndarray, " rows"]) -> np.ndarray:
    """The clock term, then whichever term adds most, while it adds more than TERM_SHARE of the energy."""
    gram, moment = np.conj(columns.T) @ columns, np.conj(columns.T) @ goal
    energy = max(float((np.abs(goal) ** 2).sum()), 1e-30)
    chosen, gain = [0], _solved(gram, moment, [0])[1]
    while len(chosen) < TERMS:
        tries = {term: _solved(gram, moment, [*chosen, term])[1] for term in range(TERMS) if term not in chosen}
        term = max(tries, key=lambda t: tries[t])
        if tries[term] - gain <= TERM_SHARE * energy:
            break
        chosen, gain = [*chosen, term], tries[term]
    weight = np.zeros(TERMS, dtype=complex)
    weight[chosen] = [_real_when_close(value) for value in _solved(gram, moment, chosen)[0]]
    return weight


def _solved(gram: np.ndarray, moment: np.ndarray, chosen: list[int]) -> tuple[np.ndarray, float]:
    solution = np.linalg.lstsq(gram[np.ix_(chosen, chosen)], moment[chosen], rcond=1e-9)[0]
    return solution, float(np.real(np.conj(solution) @ moment[chosen]))


def _real_when_close(value: complex) -> complex:
    return complex(value.real) if value.imag**2 <= TERM_SHARE * abs(value) ** 2 else complex(value)


def _gain(
    chars: Characters, x: np.ndarray, y: np.ndarray, goal: np.ndarray, wave: np.ndarray, weight: np.ndarray, sign: int
) -> Float[np.ndarray, " waves"]:
    model = np.einsum("nwt,wt->nw", _columns(chars, wave, x, y, sign), weight)
    return (np.abs(goal) ** 2).sum(axis=0) - (np.abs(goal - model) ** 2).sum(axis=0)


def ellipse_values(
    fit: Ellipses, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"], chosen: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "rows p"]:
    """The chosen frequencies' part of every output."""
    model = np.einsum("nwt,wt->nw", _columns(fit.characters, fit.wave[chosen], x, y, fit.sign), fit.weight[chosen])
    return np.real(model @ np.conj(fit.characters.z[fit.wave[chosen]])).astype(np.float32)


def ellipse_outputs(fit: Ellipses, x: Int[Array | np.ndarray, "rows positions"]) -> Float[Array, "rows p"]:
    """All frequencies in JAX: the formula in place of the net."""
    z = jnp.asarray(fit.characters.z[fit.wave].astype(np.complex64))
    weight = jnp.asarray(fit.weight.astype(np.complex64))
    first, second = z[:, x[:, 0]].T, z[:, x[:, 1]].T
    second = second if fit.sign > 0 else jnp.conj(second)
    u, v = first * second, jnp.real(first * jnp.conj(second))
    model = u * (weight[:, 0] + weight[:, 1] * v) + jnp.conj(u) * (weight[:, 2] + weight[:, 3] * v)
    return jnp.real(model @ jnp.conj(z))


def ellipse_text(fit: Ellipses, digits: int = 3) -> str:
    """The formula as a sympy string in a, b, c and p."""
    join, other = ("+", "-") if fit.sign > 0 else ("-", "+")
    parts = []
    for i in np.argsort(-fit.share):
        k = int(fit.characters.k[fit.wave[i]])
        cross = f"cos(2*pi*{k}*(a {other} b)/p)*"
        for term in np.flatnonzero(fit.weight[i]):
            mirrored = term >= TERMS // 2
            angle = f"2*pi*{k}*(a {join} b {'+' if mirrored else '-'} c)/p"
            value = np.conj(fit.weight[i, term]) if mirrored else fit.weight[i, term]
            parts.append(_term(complex(value), cross if term % 2 else "", angle, digits))
    return " + ".join(parts) if parts else "0"


def _term(value: complex, factor: str, angle: str, digits: int) -> str:
    if value.imag == 0:
        return f"{value.real:.{digits}g}*{factor}cos({angle})"
    return f"{abs(value):.{digits}g}*{factor}cos({angle} + {np.angle(value):.{digits}g})"


def ellipse_bits(fit: Ellipses, precision: int = 8) -> float:
    """Bits of the formula: which frequencies, which of three further terms each has, then its constants."""
    constants = np.count_nonzero(fit.weight) + np.count_nonzero(np.imag(fit.weight))
    structure = log2_choose(len(fit.characters.k), len(fit.wave)) + 2 + (TERMS - 1) * len(fit.wave)
    return structure + precision * constants
