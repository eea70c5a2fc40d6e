"""A net's outputs as a sum of waves of one combined argument: A cos w(ra+sb-c), and the terms that stand beside it.

Here a and b are what is read of the arguments (`compare.fit.characters.Frame`), r and s are 1 or -1. With u = ra+sb and
v = ra-sb, one frequency's part of output c is Re(conj(z(c)) (z(u) (A + B cos w v) + conj(z(u)) (C + D cos w v))), and
beside it waves of one argument alone, z(ra) and z(sb), and of v, z(v) and conj(z(v)). A alone is the clock of Nanda et
al. (arXiv 2301.05217), A = B the closed-form pizza of Zhong et al. (arXiv 2306.17844). C and D are mirror images, waves
of u+c: a net with few frequencies often writes cos w u and sin w u with unequal strength, so that its circle is an
ellipse. The others are what the units of a frequency leave where their phases do not cancel. Coefficients are complex
where the task shifts the answer by a constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from compare.bits import log2_choose
from compare.fit.characters import Characters, Frame, period_of
from compare.text import joined, plus

TERM_SHARE = 0.005  # of a frequency's energy; a term, or a phase, that adds less is left out
SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # r and s
TERMS = 8
CLOCK, PIZZA, CLOCK_MIRRORED, PIZZA_MIRRORED, FIRST, SECOND, DIFFERENCE, DIFFERENCE_MIRRORED = range(TERMS)
MIRRORED = (CLOCK_MIRRORED, PIZZA_MIRRORED)  # waves of u+c
CROSSED = (PIZZA, PIZZA_MIRRORED)  # times cos w v
BESIDE = (FIRST, SECOND, DIFFERENCE, DIFFERENCE_MIRRORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitWaves:
    """Outputs centred over c, as a sum over frequencies of up to eight terms; a coefficient of 0 is a term left out."""

    frame: Frame
    lead: int  # r
    sign: int  # s
    wave: Int[np.ndarray, " waves"]  # rows of the characters
    weight: Complex[np.ndarray, "waves terms"]  # A, B, C, D, then those of ra, sb, v and -v
    variance: float  # explained fraction of the outputs' variance over c and the inputs
    share: Float[np.ndarray, " waves"]  # of that variance, a frequency


def fit_logits(
    frame: Frame,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
    wave: Int[np.ndarray, " waves"],
    fitted: Int[np.ndarray, " half"],
    *,
    mirrored: bool = False,
) -> LogitWaves:
    """Least squares on the given frequencies and the `fitted` rows, the best of the signs of r and s.

    Mirror images, which make r = -1 superfluous, are tried only where `mirrored`: without them a look-alike whose waves
    of u+c do not cancel is not explained.
    """
    norm = frame.answer.size[wave]
    centred = outputs - outputs.mean(axis=1, keepdims=True)
    goal = centred @ frame.answer.z[wave].T / norm  # (rows, waves), the outputs' amplitude at each frequency
    main = (CLOCK, PIZZA, *(MIRRORED if mirrored else ()))
    signs = SIGNS[:2] if mirrored else SIGNS
    tries = [_fitted(_columns(frame, wave, x, y, *each), goal, fitted, main)[1].sum() for each in signs]
    chosen = int(np.argmax(tries))
    weight, gain = _fitted(_columns(frame, wave, x, y, *signs[chosen]), goal, fitted, (*main, *BESIDE))
    share = gain * norm / max(float(_energy(centred).sum()), 1e-30)
    return LogitWaves(
        frame=frame,
        lead=signs[chosen][0],
        sign=signs[chosen][1],
        wave=np.asarray(wave),
        weight=weight,
        variance=float(share.sum()),
        share=share,
    )


def _columns(
    frame: Frame, wave: np.ndarray, x: np.ndarray, y: np.ndarray, lead: int, sign: int
) -> Complex[np.ndarray, "rows waves terms"]:
    first, second = turned(frame.first, wave, lead)[:, x].T, turned(frame.second, wave, sign)[:, y].T
    return np.stack(_parts(first, second), axis=-1)


def _parts(first: Any, second: Any) -> tuple[Any, ...]:
    """Each term's wave, of numpy's or JAX's waves of the arguments."""
    u, v = first * second, first * second.conj()
    return u, u * v.real, u.conj(), u.conj() * v.real, first, second, v, v.conj()


def turned(chars: Characters, wave: int | Int[np.ndarray, " waves"], sign: int) -> Complex[np.ndarray, "*waves p"]:
    """Waves forwards or backwards."""
    return chars.z[wave] if sign > 0 else np.conj(chars.z[wave])


def _fitted(
    columns: Complex[np.ndarray, "rows waves terms"], goal: np.ndarray, fitted: np.ndarray, terms: Sequence[int]
) -> tuple[Complex[np.ndarray, "waves terms"], Float[np.ndarray, " waves"]]:
    """Coefficients beside a constant a frequency, and the energy that they explain on all rows."""
    half, wanted = columns[fitted], goal[fitted]
    half, wanted = half - half.mean(axis=0), wanted - wanted.mean(axis=0)
    weight = np.stack([_forward(half[:, i], wanted[:, i], terms) for i in range(goal.shape[1])])
    return weight, _energy(goal) - _energy(goal - np.einsum("nwt,wt->nw", columns, weight))


def _energy(values: np.ndarray) -> Float[np.ndarray, " columns"]:
    return (np.abs(values - values.mean(axis=0)) ** 2).sum(axis=0)


def _forward(
    columns: Complex[np.ndarray, "rows terms"], goal: Complex[np.ndarray, " rows"], terms: Sequence[int]
) -> Complex[np.ndarray, " terms"]:
    """The clock term, then whichever term adds most, while it adds more than TERM_SHARE of the energy."""
    gram, moment = np.conj(columns.T) @ columns, np.conj(columns.T) @ goal
    energy = max(float((np.abs(goal) ** 2).sum()), 1e-30)
    chosen, gain = [CLOCK], _solved(gram, moment, [CLOCK])[1]
    while len(chosen) < len(terms):
        tries = {term: _solved(gram, moment, [*chosen, term])[1] for term in terms if term not in chosen}
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


def contribution(
    fit: LogitWaves, term: int, first: np.ndarray | Array, y: np.ndarray | Array
) -> Float[Array, "rows p"]:
    """One frequency's part of every output, from the first argument's turned wave (rows,); JAX."""
    row = fit.wave[term]
    pair = turned(fit.frame.second, row, fit.sign), fit.frame.answer.z[row]
    second, wave = (values.astype(np.complex64) for values in pair)
    return _contribution(fit.weight[term].astype(np.complex64), second, wave, first, y)


@jax.jit
def _contribution(weight: Array, second: Array, wave: Array, first: Array, y: Array) -> Float[Array, "rows p"]:
    model = jnp.stack(_parts(first, second[y]), axis=-1) @ weight
    return jnp.outer(jnp.real(model), jnp.real(wave)) + jnp.outer(jnp.imag(model), jnp.imag(wave))


def first_wave(fit: LogitWaves, term: int, x: np.ndarray | Array) -> Complex[Array, " rows"]:
    """One frequency's wave of the first argument, as the outputs read it; JAX."""
    return jnp.asarray(turned(fit.frame.first, fit.wave[term], fit.lead).astype(np.complex64))[x]


def term_values(
    fit: LogitWaves, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"], chosen: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "rows p"]:
    """The chosen frequencies' part of every output."""
    return np.asarray(sum(contribution(fit, int(i), first_wave(fit, int(i), x), y) for i in chosen))


def formula_outputs(fit: LogitWaves, x: np.ndarray | Array) -> Float[Array, "rows p"]:
    """All frequencies in JAX: the formula in place of the net."""
    parts = [contribution(fit, i, first_wave(fit, i, x[:, 0]), x[:, 1]) for i in range(len(fit.wave))]
    return jnp.asarray(sum(parts))


def formula_text(fit: LogitWaves, digits: int = 3) -> str:
    """The formula as a sympy string in a, b, c and p; in the multiplicative group a, b, c are discrete logarithms."""
    period, answer = period_of(fit.frame.answer), fit.frame.answer.inner.of("c")
    one, two = fit.frame.first.inner, fit.frame.second.inner
    combined, other = combined_argument(fit), joined([one.of("a", fit.lead), two.of("b", -fit.sign)])
    alone = {
        FIRST: one.of("a", fit.lead),
        SECOND: two.of("b", fit.sign),
        DIFFERENCE: other,
        DIFFERENCE_MIRRORED: joined([one.of("a", -fit.lead), two.of("b", fit.sign)]),
    }
    parts = []
    for i in np.argsort(-fit.share):
        k = int(fit.frame.answer.k[fit.wave[i]])
        cross = f"cos(2*pi*{k}*({other})/{period})*"
        for term in map(int, np.flatnonzero(fit.weight[i])):
            mirrored = term in MIRRORED
            angle = f"2*pi*{k}*({alone.get(term, combined)} {'+' if mirrored else '-'} {answer})/{period}"
            value = np.conj(fit.weight[i, term]) if mirrored else fit.weight[i, term]
            parts.append(_term(complex(value), cross if term in CROSSED else "", angle, digits))
    return joined(parts)


def combined_argument(fit: LogitWaves) -> str:
    """a + b, a - b, -a + b, 2*a - 3*b, a**2 + b, ..."""
    return joined([fit.frame.first.inner.of("a", fit.lead), fit.frame.second.inner.of("b", fit.sign)])


def _term(value: complex, factor: str, angle: str, digits: int) -> str:
    if value.imag == 0:
        return f"{value.real:.{digits}g}*{factor}cos({angle})"
    return f"{abs(value):.{digits}g}*{factor}cos({angle}{plus(float(np.angle(value)), digits)})"


def formula_bits(fit: LogitWaves, precision: int = 8) -> float:
    """Bits of the formula: which frequencies, which of the further terms each has, then its constants."""
    constants = np.count_nonzero(fit.weight) + np.count_nonzero(np.imag(fit.weight))
    structure = log2_choose(len(fit.frame.answer.k), len(fit.wave)) + 2 + (TERMS - 1) * len(fit.wave)
    return structure + precision * constants + fit.frame.bits
