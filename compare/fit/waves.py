"""A link of one wave of each argument, frequency by frequency: link(bias + A cos(w x + phi) + B cos(w y + psi))."""

from collections.abc import Mapping
from functools import partial
from math import log2

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import ABS, IDENTITY, RELU, SQUARE, TANH, Link
from compare.fit.atoms import ONE, Atoms, waves, written
from compare.fit.fit import EXACT, Fit, table_of
from compare.fit.links import links

NAME = "waves"
TRIED = 4  # frequencies with the most power, which are tried with the halves that they may be harmonics of
LINKS = (IDENTITY, RELU, ABS, SQUARE, TANH)


def wave_links(
    values: Float[np.ndarray, "rows units"],
    columns: Mapping[str, np.ndarray],
    modulus: int,
    sigma: float | None = None,
    structure: float = 0.0,
    weight: Float[np.ndarray, " rows"] | None = None,
    options: tuple[Link, ...] = LINKS,
) -> tuple[Fit | Refusal, ...]:
    """Each unit as a link of waves of one frequency k, 1 .. (modulus - 1) / 2, in every column of residues."""
    values = table_of(NAME, values, columns)
    weight = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=np.float64)
    residues = {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}
    cost = structure + log2(max((modulus - 1) // 2, 1))
    candidates = _frequencies(values, columns, modulus, weight)
    fits: list[Fit | Refusal] = []
    for unit, ks in enumerate(candidates):
        good: list[Fit] = []
        for k in ks:
            terms = _terms(residues, k, modulus)
            named = {str(i): column for i, column in enumerate(terms.columns.T)}
            write = partial(_write, terms, tuple(columns), modulus)
            fit = links(values[:, [unit]], named, sigma, options, cost, weight, write)[0]
            good += [fit] if isinstance(fit, Fit) else []
            if good and good[-1].error <= EXACT:
                break
        fits.append(min(good, key=lambda fit: fit.bits) if good else _refusal(ks))
    return tuple(fits)


def _terms(columns: Mapping[str, np.ndarray], k: int, modulus: int) -> Atoms:
    """The waves of frequency k of every column, one column's beside another's."""
    return waves([tuple(int(f) for f in k * row) for row in np.eye(len(columns), dtype=int)], columns, modulus)


def _write(terms: Atoms, names: tuple[str, ...], modulus: int, weights: np.ndarray) -> str:
    return written((ONE, *terms.atoms), weights, names, modulus)


def _frequencies(
    values: np.ndarray, columns: Mapping[str, np.ndarray], modulus: int, weight: np.ndarray
) -> list[list[int]]:
    """For each unit the strongest frequencies and those that they are twice of."""
    count = (modulus - 1) // 2
    centred = weight[:, None] * (values - weight @ values / weight.sum())
    power = np.zeros((count, values.shape[1]))
    for column in columns.values():
        waves = np.exp(2j * np.pi * np.outer(np.arange(1, count + 1), np.asarray(column)) / modulus)
        power += np.abs(waves @ centred) ** 2
    found = []
    for order in np.argsort(-power, axis=0)[:TRIED].T + 1:
        halves = [half for k in order for half in (k / 2, (modulus - k) / 2) if half == int(half)]
        found.append(list(dict.fromkeys(int(k) for k in [*order, *halves] if 1 <= k <= count)))
    return found


def _refusal(ks: list[int]) -> Refusal:
    return Refusal(extractor=NAME, reason=f"no link of one wave fits, frequencies {ks} tried")
