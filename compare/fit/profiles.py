"""The outputs of an integer net as a formula: a profile around a function of the arguments, or waves of a - b."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.fit.bank import proposals
from compare.fit.characters import GRID, line_waves
from compare.fit.readout import wave_moments, wave_readout
from compare.read import Reading
from compare.step import Inputs
from compare.text import plus
from synth import Budget

CONSTANT_BITS = 8.0
BUDGET = Budget(bits=15.0, bytes=1 << 28)  # of functions of both arguments
SAMPLE = 256  # rows whose means are compared on as many others
TRIED = 3
WAVES = 32  # at most, those with the largest share


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """Outputs, centred over c, as an expression in a, b, c, and its JAX form; constants come from the fitted rows."""

    text: str  # sympy string
    name: str  # the function of a and b that it reads
    run: Callable[[Inputs], Float[Array, "rows n"]]
    variance: float  # explained fraction of the outputs' variance on all rows
    bits: float


def fit_formula(reading: Reading, n: int, waves: Int[np.ndarray, " waves"] | None) -> Formula:
    """The formula that explains most; `waves` are rows of `line_waves` that units read, the most important first."""
    tries = _profiles(reading, n)
    if waves is not None:
        tries += [_wave_sum(reading, n, waves[:WAVES], sign) for sign in (1, -1)]
    return max(tries, key=lambda formula: formula.variance)


def _profiles(reading: Reading, n: int) -> list[Formula]:
    """Profiles around functions from the enumerator's bank, shortest first of those that explain a sample best."""
    a, b = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    bank = proposals({"a": a.ravel(), "b": b.ravel()}, BUDGET)
    q = bank.columns.astype(int).T.reshape(-1, n, n)
    near = np.flatnonzero((q.min(axis=(1, 2)) > -n) & (q.max(axis=(1, 2)) < 2 * n))
    few = np.random.default_rng(reading.seed).permutation(reading.fitted)[: 2 * SAMPLE]
    goal, x = _centred(reading), reading.x
    seen, unseen = np.arange(len(few))[:SAMPLE], few[SAMPLE:]
    tries = [_shifted(q[i], x[few], goal[few], seen)[0] for i in near]
    shares = np.array([_variance(goal[unseen], model[SAMPLE:]) for model in tries])
    best = near[np.argsort(-np.round(shares, 2), kind="stable")[:TRIED]]
    return [_profile(reading, goal, q[i], bank.texts[i], float(bank.bits[i])) for i in best]


def _shifted(
    q: Int[np.ndarray, "n n"],
    x: Int[np.ndarray, "rows 2"],
    goal: Float[np.ndarray, "rows n"],
    rows: Int[np.ndarray, " fitted"],
) -> tuple[Float[np.ndarray, "rows n"], Float[np.ndarray, " shifts"], int]:
    """r(c - q(a, b)), its table r of means over some rows, and the least shift."""
    shift = np.arange(len(q)) - q[x[:, 0], x[:, 1]][:, None]
    least, count = int(shift.min()), int(np.ptp(shift)) + 1
    cells = (shift[rows] - least).ravel()
    size = np.maximum(np.bincount(cells, minlength=count), 1)
    r = np.bincount(cells, weights=goal[rows].ravel(), minlength=count) / size
    return r[shift - least], r, least


def _profile(
    reading: Reading, goal: Float[np.ndarray, "rows n"], q: Int[np.ndarray, "n n"], name: str, bits: float
) -> Formula:
    model, r, least = _shifted(q, reading.x, goal, reading.fitted)
    peak = float(r[-least] - np.delete(r, -least).mean())
    return Formula(
        text=f"{peak:.3g}*KroneckerDelta(c, {name}) + r(c - ({name}))",
        name=name,
        run=partial(_run_profile, q, r.astype(np.float32), least),
        variance=_variance(goal, model),
        bits=bits + CONSTANT_BITS * len(r),
    )


def _run_profile(q: np.ndarray, r: np.ndarray, least: int, x: Inputs) -> Float[Array, "rows n"]:
    shift = jnp.arange(len(q)) - jnp.asarray(q)[x[:, 0], x[:, 1]][:, None]
    return jnp.asarray(r)[shift - least]


def _wave_sum(reading: Reading, n: int, rows: Int[np.ndarray, " waves"], sign: int) -> Formula:
    """Sum over waves w of A cos(w (a + sign b)) cos(w c - theta)."""
    z = line_waves(n).z[rows]
    goal = _centred(reading)
    angles = np.pi * (rows + 1) / (GRID * n)
    features = np.cos(np.outer(reading.arguments[0] + sign * reading.arguments[1], angles))
    weights = wave_readout(wave_moments(features[reading.fitted], goal[reading.fitted], z))
    readout = np.real(weights[:, None] * np.conj(z))
    join = "a + b" if sign > 0 else "a - b"
    order = np.argsort(-np.abs(weights))
    terms = [_term(int(rows[i]) + 1, n, join, complex(weights[i])) for i in order]
    return Formula(
        text=" + ".join(terms),
        name=join,
        run=partial(_run_waves, angles.astype(np.float32), readout.astype(np.float32), sign),
        variance=_variance(goal, features @ readout),
        bits=1 + len(rows) * (float(np.log2(GRID * n)) + 2 * CONSTANT_BITS),
    )


def _run_waves(angles: np.ndarray, readout: np.ndarray, sign: int, x: Inputs) -> Float[Array, "rows n"]:
    combined = jnp.asarray(x[:, 0] + sign * x[:, 1], jnp.float32)
    return jnp.cos(combined[:, None] * jnp.asarray(angles)) @ jnp.asarray(readout)


def _term(k: int, n: int, join: str, weight: complex) -> str:
    angle = f"pi*{k}/{GRID * n}"
    theta = round(float(np.angle(weight)), 2)
    shift = plus(-theta, 6) if theta else ""
    return f"{abs(weight):.3g}*cos({angle}*({join}))*cos({angle}*c{shift})"


def _centred(reading: Reading) -> Float[np.ndarray, "rows n"]:
    return (reading.outputs - reading.outputs.mean(axis=1, keepdims=True)).astype(np.float64)


def _variance(goal: Float[np.ndarray, "rows n"], model: Float[np.ndarray, "rows n"]) -> float:
    model = model - model.mean(axis=1, keepdims=True)
    return 1 - float(((goal - model) ** 2).sum()) / max(float((goal**2).sum()), 1e-30)
