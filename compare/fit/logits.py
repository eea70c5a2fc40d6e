"""A net's outputs as a sum of waves of one combined argument: A cos w(a+sb-c), and the term that a pizza adds.

With u = a+sb and v = a-sb, one frequency's part of output c is Re(conj(z(c)) z(u) (A + B cos w v)): A alone is the
clock of Nanda et al. (arXiv 2301.05217), A = B the closed-form pizza of Zhong et al. (arXiv 2306.17844). A and B are
complex where the task shifts the answer by a constant.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from compare.fit.characters import Characters

TERM_SHARE = 0.005  # of a frequency's variance; a pizza term or a phase below it is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitWaves:
    """Outputs as sum_i Re(conj(z_i(c)) z_i(a) z_i(b)^s (clock_i + pizza_i cos w_i (a - s b))), centred over c."""

    characters: Characters
    sign: int  # s, 1 or -1
    wave: Int[np.ndarray, " terms"]  # rows of the characters
    clock: Complex[np.ndarray, " terms"]
    pizza: Complex[np.ndarray, " terms"]
    variance: float  # explained fraction of the outputs' variance over c, on all rows
    share: Float[np.ndarray, " terms"]  # of that variance, a term


def fit_logits(
    chars: Characters,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
    wave: Int[np.ndarray, " terms"],
    fitted: Int[np.ndarray, " half"],
) -> LogitWaves:
    """Least squares of the outputs, centred over c, on the given frequencies; the better of the two signs."""
    centred = outputs - outputs.mean(axis=1, keepdims=True)
    projected = centred @ chars.z[wave].T * (2 / _norm(chars))  # (rows, terms), sum_c L_c z(c)
    both = [_fit_sign(chars, x, y, projected, wave, fitted, sign) for sign in (1, -1)]
    total = float((centred**2).sum())
    explained = [_explained(chars, x, y, projected, wave, s, *both[i]) for i, s in enumerate((1, -1))]
    chosen = int(explained[1].sum() > explained[0].sum())
    share = explained[chosen] * _norm(chars) / 2 / max(total, 1e-30)
    return LogitWaves(
        characters=chars,
        sign=(1, -1)[chosen],
        wave=np.asarray(wave),
        clock=both[chosen][0],
        pizza=both[chosen][1],
        variance=float(share.sum()),
        share=share,
    )


def _norm(chars: Characters) -> float:
    return float((np.abs(chars.z[0]) ** 2).sum())


def _combined(
    chars: Characters, wave: np.ndarray, x: np.ndarray, y: np.ndarray, sign: int
) -> tuple[np.ndarray, np.ndarray]:
    """z(a) z(b)^s and cos w(a - s b), shapes (rows, terms)."""
    first, second = chars.z[wave][:, x].T, chars.z[wave][:, y].T
    second = second if sign > 0 else np.conj(second)
    return first * second, np.real(first * np.conj(second))


def _fit_sign(
    chars: Characters,
    x: np.ndarray,
    y: np.ndarray,
    projected: np.ndarray,
    wave: np.ndarray,
    fitted: np.ndarray,
    sign: int,
) -> tuple[np.ndarray, np.ndarray]:
    clock, pizza = np.zeros(len(wave), complex), np.zeros(len(wave), complex)
    u, v = _combined(chars, wave, x[fitted], y[fitted], sign)
    for i in range(len(wave)):
        goal = projected[fitted, i]
        columns = np.stack([u[:, i], u[:, i] * v[:, i]], axis=1)
        one, *_ = np.linalg.lstsq(columns[:, :1], goal, rcond=None)
        two, *_ = np.linalg.lstsq(columns, goal, rcond=None)
        energy = max(float((np.abs(goal) ** 2).sum()), 1e-30)
        gain = float((np.abs(columns @ two) ** 2).sum() - (np.abs(columns[:, :1] @ one) ** 2).sum()) / energy
        clock[i], pizza[i] = (two[0], two[1]) if gain > TERM_SHARE else (one[0], 0.0)
        clock[i], pizza[i] = _real_when_close(clock[i]), _real_when_close(pizza[i])
    return clock, pizza


def _real_when_close(value: complex) -> complex:
    return complex(value.real) if value.imag**2 <= TERM_SHARE * abs(value) ** 2 else complex(value)


def _explained(
    chars: Characters,
    x: np.ndarray,
    y: np.ndarray,
    projected: np.ndarray,
    wave: np.ndarray,
    sign: int,
    clock: np.ndarray,
    pizza: np.ndarray,
) -> np.ndarray:
    u, v = _combined(chars, wave, x, y, sign)
    model = u * (clock + pizza * v)
    return (np.abs(projected) ** 2).sum(axis=0) - (np.abs(projected - model) ** 2).sum(axis=0)


def term_values(
    fit: LogitWaves, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"], terms: Int[np.ndarray, " chosen"]
) -> Float[np.ndarray, "rows p"]:
    """The chosen terms' part of every output."""
    u, v = _combined(fit.characters, fit.wave[terms], x, y, fit.sign)
    model = u * (fit.clock[terms] + fit.pizza[terms] * v)
    return np.real(model @ np.conj(fit.characters.z[fit.wave[terms]])).astype(np.float32)


def formula_outputs(fit: LogitWaves, x: np.ndarray | Array) -> Float[Array, "rows p"]:
    """All terms in JAX: the formula in place of the net."""
    z = jnp.asarray(fit.characters.z[fit.wave].astype(np.complex64))
    first, second = z[:, x[:, 0]].T, z[:, x[:, 1]].T
    second = second if fit.sign > 0 else jnp.conj(second)
    weight = jnp.asarray(fit.clock.astype(np.complex64)) + jnp.asarray(fit.pizza.astype(np.complex64)) * jnp.real(
        first * jnp.conj(second)
    )
    return jnp.real((first * second * weight) @ jnp.conj(z))


def formula_text(fit: LogitWaves, digits: int = 3) -> str:
    """The formula as a sympy string in a, b, c and p; in the multiplicative group a, b, c are discrete logarithms."""
    period = "p" if fit.characters.group == "additive" else "(p - 1)"
    join = "+" if fit.sign > 0 else "-"
    parts = []
    for i in np.argsort(-fit.share):
        k = int(fit.characters.k[fit.wave[i]])
        angle = f"2*pi*{k}*(a {join} b - c)/{period}"
        parts.append(_term(complex(fit.clock[i]), "", angle, digits))
        if fit.pizza[i] != 0:
            other = "-" if fit.sign > 0 else "+"
            parts.append(_term(complex(fit.pizza[i]), f"cos(2*pi*{k}*(a {other} b)/{period})*", angle, digits))
    return " + ".join(parts) if parts else "0"


def _term(value: complex, factor: str, angle: str, digits: int) -> str:
    phase = 0.0 if value.imag == 0 else float(np.angle(value))
    amplitude = value.real if value.imag == 0 else abs(value)
    shift = f" + {phase:.{digits}g}" if phase else ""
    return f"{amplitude:.{digits}g}*{factor}cos({angle}{shift})"
