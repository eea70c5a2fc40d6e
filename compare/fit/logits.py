"""A net's outputs as a sum of waves of one combined argument: A cos w(ra+sb-c), and the terms that stand beside it.

With u = ra+sb and v = ra-sb (r and s are integers, 1 or -1 for a sum or a difference), one frequency's part of output c
is Re(conj(z(c)) (z(u) (A + B cos w v) + conj(z(u)) (C + D cos w v))). A alone is the clock of Nanda et al.
(arXiv 2301.05217), A = B the closed-form pizza of Zhong et al. (arXiv 2306.17844). C and D are mirror images, waves of
u+c: a net with few frequencies often writes cos w u and sin w u with unequal strength, so that its circle is an
ellipse. Coefficients are complex where the task shifts the answer by a constant.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from compare.bits import log2_choose
from compare.fit.characters import Characters, period_of
from compare.fit.multiples import multiple_bits, times
from compare.text import joined, plus

TERM_SHARE = 0.005  # of a frequency's energy; a term, or a phase, that adds less is left out
SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # r and s
TERMS = 4  # clock, pizza, and their mirror images


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitWaves:
    """Outputs centred over c, as a sum over frequencies of up to four terms; a coefficient of 0 is a term left out."""

    characters: Characters
    lead: int  # r
    sign: int  # s
    wave: Int[np.ndarray, " waves"]  # rows of the characters
    weight: Complex[np.ndarray, "waves terms"]  # A, B, C, D
    variance: float  # explained fraction of the outputs' variance over c and the inputs
    share: Float[np.ndarray, " waves"]  # of that variance, a frequency


def fit_logits(
    chars: Characters,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
    wave: Int[np.ndarray, " waves"],
    fitted: Int[np.ndarray, " half"],
    *,
    mirrored: bool = False,
    multiples: tuple[int, int] = (1, 1),
) -> LogitWaves:
    """Least squares on the given frequencies and the `fitted` rows, the best of the signs of r and s.

    Mirror images, which make r = -1 superfluous, are tried only where `mirrored`: without them a look-alike whose waves
    of u+c do not cancel is not explained.
    """
    norm = float((np.abs(chars.z[0]) ** 2).sum()) / 2
    centred = outputs - outputs.mean(axis=1, keepdims=True)
    goal = centred @ chars.z[wave].T / norm  # (rows, waves), the outputs' amplitude at each frequency
    terms = TERMS if mirrored else TERMS // 2
    signs = [(r * multiples[0], s * multiples[1]) for r, s in (SIGNS[:2] if mirrored else SIGNS)]
    tries = [_fit_signs(_columns(chars, wave, x, y, *each), goal, fitted, terms) for each in signs]
    chosen = int(np.argmax([gain.sum() for _, gain in tries]))
    weight, gain = tries[chosen]
    share = gain * norm / max(float(_energy(centred).sum()), 1e-30)
    return LogitWaves(
        characters=chars,
        lead=signs[chosen][0],
        sign=signs[chosen][1],
        wave=np.asarray(wave),
        weight=weight,
        variance=float(share.sum()),
        share=share,
    )


def _columns(
    chars: Characters, wave: np.ndarray, x: np.ndarray, y: np.ndarray, lead: int, sign: int
) -> Complex[np.ndarray, "rows waves terms"]:
    first, second = turned(chars.z[wave], lead)[:, x].T, turned(chars.z[wave], sign)[:, y].T
    u, v = first * second, np.real(first * np.conj(second))
    return np.stack([u, u * v, np.conj(u), np.conj(u) * v], axis=-1)


def turned(z: Complex[np.ndarray, "*waves p"], multiple: int) -> Complex[np.ndarray, "*waves p"]:
    """The waves of so many times their frequency."""
    return (z if multiple > 0 else np.conj(z)) ** abs(multiple)


def _fit_signs(
    columns: Complex[np.ndarray, "rows waves terms"], goal: np.ndarray, fitted: np.ndarray, terms: int
) -> tuple[Complex[np.ndarray, "waves terms"], Float[np.ndarray, " waves"]]:
    """Coefficients beside a constant a frequency, and the energy that they explain on all rows."""
    half, wanted = columns[fitted], goal[fitted]
    half, wanted = half - half.mean(axis=0), wanted - wanted.mean(axis=0)
    weight = np.stack([_forward(half[:, i], wanted[:, i], terms) for i in range(goal.shape[1])])
    return weight, _energy(goal) - _energy(goal - np.einsum("nwt,wt->nw", columns, weight))


def _energy(values: np.ndarray) -> Float[np.ndarray, " columns"]:
    return (np.abs(values - values.mean(axis=0)) ** 2).sum(axis=0)


def _forward(columns: Complex[np.ndarray, "rows terms"], goal: Complex[np.ndarray, " rows"], terms: int) -> np.ndarray:
    """The clock term, then whichever term adds most, while it adds more than TERM_SHARE of the energy."""
    gram, moment = np.conj(columns.T) @ columns, np.conj(columns.T) @ goal
    energy = max(float((np.abs(goal) ** 2).sum()), 1e-30)
    chosen, gain = [0], _solved(gram, moment, [0])[1]
    while len(chosen) < terms:
        tries = {term: _solved(gram, moment, [*chosen, term])[1] for term in range(terms) if term not in chosen}
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
    own = fit.characters.z[fit.wave[term]]
    second, wave = (values.astype(np.complex64) for values in (turned(own, fit.sign), own))
    return _contribution(fit.weight[term].astype(np.complex64), second, wave, first, y)


@jax.jit
def _contribution(weight: Array, second: Array, wave: Array, first: Array, y: Array) -> Float[Array, "rows p"]:
    clock, pizza, clock_mirrored, pizza_mirrored = weight
    u, v = first * second[y], jnp.real(first * jnp.conj(second[y]))
    model = u * (clock + pizza * v) + jnp.conj(u) * (clock_mirrored + pizza_mirrored * v)
    return jnp.outer(jnp.real(model), jnp.real(wave)) + jnp.outer(jnp.imag(model), jnp.imag(wave))


def first_wave(fit: LogitWaves, term: int, x: np.ndarray | Array) -> Complex[Array, " rows"]:
    """One frequency's wave of the first argument, turned as often as the outputs read it; JAX."""
    return jnp.asarray(turned(fit.characters.z[fit.wave[term]], fit.lead).astype(np.complex64))[x]


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
    period = period_of(fit.characters)
    combined = combined_argument(fit)
    other = joined([times(fit.lead, "a"), times(-fit.sign, "b")])
    parts = []
    for i in np.argsort(-fit.share):
        k = int(fit.characters.k[fit.wave[i]])
        cross = f"cos(2*pi*{k}*({other})/{period})*"
        for term in np.flatnonzero(fit.weight[i]):
            mirrored = term >= TERMS // 2
            angle = f"2*pi*{k}*({combined} {'+' if mirrored else '-'} c)/{period}"
            value = np.conj(fit.weight[i, term]) if mirrored else fit.weight[i, term]
            parts.append(_term(complex(value), cross if term % 2 else "", angle, digits))
    return joined(parts)


def combined_argument(fit: LogitWaves) -> str:
    """a + b, a - b, -a + b, 2*a - 3*b, ..."""
    return joined([times(fit.lead, "a"), times(fit.sign, "b")])


def _term(value: complex, factor: str, angle: str, digits: int) -> str:
    if value.imag == 0:
        return f"{value.real:.{digits}g}*{factor}cos({angle})"
    return f"{abs(value):.{digits}g}*{factor}cos({angle}{plus(float(np.angle(value)), digits)})"


def formula_bits(fit: LogitWaves, precision: int = 8) -> float:
    """Bits of the formula: which frequencies, which of three further terms each has, then its constants."""
    constants = np.count_nonzero(fit.weight) + np.count_nonzero(np.imag(fit.weight))
    structure = log2_choose(len(fit.characters.k), len(fit.wave)) + 2 + (TERMS - 1) * len(fit.wave)
    return structure + precision * constants + multiple_bits(fit.characters, (abs(fit.lead), abs(fit.sign)))
