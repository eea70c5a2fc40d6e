"""The terms of a sum as columns: powers and products of arguments, and waves of residues; how a sum is written."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.fit.inputs import Inputs
from compare.fit.write import bracketed, total, wave

MOST = 64  # products of arguments
DEGREES = {1: 4, 2: 3, 3: 3, 4: 3, 5: 3, 6: 3}  # of products, by the number of arguments; 2 above, 1 past MOST
EVENED = 4.0  # standard errors, within which two amplitudes are one
ALIKE = 1e-6  # of two amplitudes, within which waves of v and w make a product


class Atom(NamedTuple):
    """One term: its text, or the frequency of the wave that it is the cosine or the sine of; bits to name it."""

    text: str
    bits: float
    frequency: tuple[int, ...] | None = None
    sine: bool = False


ONE = Atom("", 0.0)


class Atoms(NamedTuple):
    """Terms and their columns; the first is the constant."""

    atoms: tuple[Atom, ...]
    columns: Float[np.ndarray, "rows terms"]


def products(inputs: Inputs, degree: int | None = None, most: int = MOST) -> Atoms:
    """1, the arguments, and products of them up to a degree; powers of a bit are the bit."""
    columns = inputs.all
    names = list(columns)
    degree = DEGREES.get(len(names), 2) if degree is None else degree
    powers = [()]
    for d in range(1, degree + 1):
        more = [p for p in itertools.combinations_with_replacement(names, d) if not _repeats_bit(p, inputs)]
        if len(powers) + len(more) > most and d > 1:
            break
        powers += more
    design = np.stack([_product(columns, power) for power in powers], axis=1)
    each = math.log2(len(names)) + 2  # bits a factor
    return Atoms(tuple(Atom(_text(power), 1 + each * len(power)) for power in powers), design)


def _repeats_bit(power: tuple[str, ...], inputs: Inputs) -> bool:
    return any(a == b and a in inputs.bits for a, b in itertools.pairwise(power))


def _product(columns: Mapping[str, np.ndarray], power: tuple[str, ...]) -> np.ndarray:
    rows = len(next(iter(columns.values())))
    result = np.ones(rows)
    for name in power:
        result = result * columns[name]
    return result


def _text(power: tuple[str, ...]) -> str:
    if len(power) == 1:
        return power[0]
    counted = [(bracketed(name), len(list(group))) for name, group in itertools.groupby(power)]
    return "*".join(name if count == 1 else f"{name}**{count}" for name, count in counted)


def waves(
    frequencies: Sequence[tuple[int, ...]], residues: Mapping[str, Int[np.ndarray, " rows"]], modulus: int
) -> Atoms:
    """Cosine and sine of every frequency, without a constant."""
    stacked = np.stack(list(residues.values()), axis=1)
    turns = 2 * np.pi * (stacked @ np.array(frequencies).T % modulus) / modulus
    bits = len(residues) * math.log2(modulus) / 2
    atoms = tuple(Atom("", bits, f, sine) for f in frequencies for sine in (False, True))
    return Atoms(atoms, np.stack([np.cos(turns), np.sin(turns)], axis=2).reshape(len(stacked), -1))


def joined(first: Atoms, second: Atoms) -> Atoms:
    """Both, the first's constant first."""
    return Atoms(first.atoms + second.atoms, np.concatenate([first.columns, second.columns], axis=1))


def written(atoms: Sequence[Atom], theta: Float[np.ndarray, " terms"], names: tuple[str, ...], modulus: int) -> str:
    """The sum as text; cosine and sine of one frequency as one wave, two waves that make a product as a product."""
    offset = sum(float(c) for atom, c in zip(atoms, theta, strict=True) if not atom.text and atom.frequency is None)
    terms = [(float(c), atom.text) for atom, c in zip(atoms, theta, strict=True) if atom.text]
    spectrum: dict[tuple[int, ...], complex] = {}
    for atom, c in zip(atoms, theta, strict=True):
        if atom.frequency is not None:
            spectrum[atom.frequency] = spectrum.get(atom.frequency, 0j) + (-1j * c if atom.sine else c)
    return total(_wave_terms(spectrum, names, modulus) + terms, offset)


def evened(
    atoms: Sequence[Atom], theta: Float[np.ndarray, " terms"], spread: Float[np.ndarray, " terms"], modulus: int
) -> Float[np.ndarray, " terms"]:
    """Constants with which two waves that are a product but for standard errors have one amplitude."""
    places: dict[tuple[int, ...], list[int]] = {}
    for i, atom in enumerate(atoms):
        if atom.frequency is not None:
            places.setdefault(atom.frequency, []).append(i)
    theta = theta.copy()
    for v, w in itertools.combinations(places, 2):
        sizes = [float(np.linalg.norm(theta[places[f]])) for f in (v, w)]
        allowed = EVENED * max(spread[places[f]].max() for f in (v, w))
        if abs(sizes[0] - sizes[1]) <= allowed and _factors(v, w, modulus):
            for f, size in zip((v, w), sizes, strict=True):
                theta[places[f]] *= (sizes[0] + sizes[1]) / (2 * size)
    return theta


def _factors(v: tuple[int, ...], w: tuple[int, ...], p: int) -> tuple[tuple[int, ...], tuple[int, ...], bool] | None:
    """Frequencies s and t of two factors, v = s + t and w = s - t, of disjoint arguments; whether w is -(s - t)."""
    for turned in (False, True):
        other = tuple(-k % p for k in w) if turned else w
        same = tuple(k if k == m else 0 for k, m in zip(v, other, strict=True))
        opposite = tuple(k if k == -m % p and k != m else 0 for k, m in zip(v, other, strict=True))
        if any(same) and any(opposite) and all((a + b) % p == k for a, b, k in zip(same, opposite, v, strict=True)):
            return same, opposite, turned
    return None


def _wave_terms(spectrum: Mapping[tuple[int, ...], complex], names: tuple[str, ...], p: int) -> list[tuple[float, str]]:
    terms, left = [], dict(spectrum)
    while left:
        v, c = left.popitem()
        partner = next((w for w in left if _is_even(c, left[w]) and _factors(v, w, p)), None)
        if partner is None:
            terms.append(wave(v, names, p, c.real, c.imag))
            continue
        terms.append(_as_product(v, c, partner, left.pop(partner), names, p))
    return terms[::-1]


def _is_even(c: complex, d: complex) -> bool:
    return abs(abs(c) - abs(d)) <= ALIKE * abs(c)


def _as_product(
    v: tuple[int, ...], c: complex, w: tuple[int, ...], d: complex, names: tuple[str, ...], p: int
) -> tuple[float, str]:
    """|c| (cos(s + t) + cos(s - t)) = 2 |c| cos(s) cos(t), phases taken along."""
    factors = _factors(v, w, p)
    assert factors is not None
    first, second, turned = factors
    d = d.conjugate() if turned else d
    phases = (np.angle(c) + np.angle(d)) / 2, (np.angle(c) - np.angle(d)) / 2
    (a, one), (b, other) = (
        wave(f, names, p, math.cos(t), math.sin(t)) for f, t in zip((first, second), phases, strict=True)
    )
    return 2 * abs(c) * a * b, f"{one}*{other}"
