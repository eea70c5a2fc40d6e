"""Characters of the residues: waves over the additive group Z_p, or over the units of Z_p with 0 set apart.

A character of frequency k is z_k(a) = exp(2 pi i k x(a) / m), where x(a) = u(a) and m = p for the additive group, and
x(a) is the discrete logarithm of u(a) and m = p - 1 for the multiplicative one; there z_k is 0 where u(a) = 0, and an
indicator of that token joins every fit. The inner variable u is the token itself or a polynomial in it, and the two
arguments of a net may have different ones (`Frame`). Units of a trained net are fitted by *one* frequency each (Nanda
et al., arXiv 2301.05217).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.search import Choice, Target
from compare.text import times

GRID = 4  # frequencies of waves over a line, a step of pi / n
OVERTONE_BITS, LOUDEST = 5, 0.5  # of an overtone, as steps of 1/32 up to a half
OVERTONE_SHARE = 0.005  # of the units' variance, that an overtone has to explain
GroupName = Literal["additive", "multiplicative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A whole multiple of a polynomial in a token: what its waves are read of. `bits` say which polynomial it is."""

    powers: tuple[tuple[int, int], ...] = ((1, 1),)  # (exponent, coefficient), the highest first
    multiple: int = 1
    bits: float = 0.0

    def of(self, name: str, sign: int = 1) -> str:
        """`a`, `2*a`, `a**2`, `-2*(a**2 + 3*a)`."""
        return times(sign * self.multiple, self.plain(name))

    def plain(self, name: str) -> str:
        """Without the multiple, in brackets where it is a sum."""
        text = " + ".join(_term(factor, name, power) for power, factor in self.powers)
        return f"({text})" if len(self.powers) > 1 else text

    def values(self, p: int) -> Int[np.ndarray, " p"]:
        """Of every token, without the multiple."""
        tokens = np.arange(p)
        return sum((factor * tokens**power for power, factor in self.powers), start=np.zeros(p, dtype=int)) % p


TOKEN = Inner()


def _term(factor: int, name: str, power: int) -> str:
    return str(factor) if power == 0 else times(factor, name if power == 1 else f"{name}**{power}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """Waves of one group over 0 .. p-1, one row a frequency; `k[i]` is the frequency of row i."""

    p: int
    group: GroupName
    k: Int[np.ndarray, " waves"]
    z: Complex[np.ndarray, "waves p"]
    inner: Inner = TOKEN

    @property
    def extra(self) -> Float[np.ndarray, "p extra"]:
        """Columns that join every fit: the indicators of tokens outside the group."""
        return np.eye(self.p)[:, np.abs(self.z[0]) == 0]

    @property
    def size(self) -> Float[np.ndarray, " waves"]:
        """Squared length of the real part of each wave: of half a turn a step, twice that of the others."""
        return (np.real(self.z) ** 2).sum(axis=1)

    def index(self, k: Int[np.ndarray, " n"] | list[int]) -> Int[np.ndarray, " n"]:
        """Rows of the frequencies `k`."""
        return np.asarray(k, dtype=int) - 1

    def times(self, multiple: int) -> "Characters":
        """Of so many times the inner variable."""
        inner = replace(self.inner, multiple=self.inner.multiple * multiple)
        return replace(self, z=self.z**multiple, inner=inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Waves of one group over what is read of either argument, and over the answer, the same frequencies in each."""

    first: Characters
    second: Characters
    answer: Characters

    @property
    def bits(self) -> float:
        """Which inner variables, and which multiples of them where those are not both 1."""
        inners = self.first.inner, self.second.inner
        plain = all(inner.multiple == 1 for inner in inners)
        multiples = 0.0 if plain else 2 * float(np.log2(order_of(self.answer) // 2))
        return multiples + sum(inner.bits for inner in (*inners, self.answer.inner))


def alike(chars: Characters) -> Frame:
    """The same waves of both arguments and of the answer."""
    return Frame(first=chars, second=chars, answer=chars)


def characters(p: int, group: GroupName = "additive", inner: Inner = TOKEN) -> Characters:
    """All non-trivial characters up to conjugation; of half a turn a step there is the cosine alone.

    Raises ValueError for p < 3, and for a composite p in the multiplicative group.
    """
    if p < 3:
        raise ValueError(f"characters: expected a modulus of at least 3, got {p}")
    if group == "additive":
        place, period, live = np.arange(p), p, np.ones(p, dtype=bool)
    else:
        logarithm = discrete_logarithm(p)
        if logarithm is None:
            raise ValueError(f"characters: expected a prime modulus for the multiplicative group, got {p}")
        place, period, live = logarithm, p - 1, np.arange(p) > 0
    k, values = np.arange(1, period // 2 + 1), inner.values(p)
    turns = np.outer(k, place[values]) % period / period
    z = np.exp(2j * np.pi * turns) * live[values]
    z[2 * k == period] = np.real(z[2 * k == period])
    return Characters(p=p, group=group, k=k, z=z, inner=inner)


def line_waves(n: int) -> Characters:
    """Waves of frequency pi k / 4 n over 0 .. n - 1, k = 1 .. 4 n; they do not close, as those of residues do."""
    k = np.arange(1, GRID * n + 1)
    return Characters(p=n, group="additive", k=k, z=np.exp(1j * np.pi / GRID * np.outer(k, np.arange(n)) / n))


def period_of(chars: Characters) -> str:
    """The group's order as it is written in formulas."""
    return "p" if chars.group == "additive" else "(p - 1)"


def order_of(chars: Characters) -> int:
    """The group's order: what a frequency counts turns by."""
    return chars.p if chars.group == "additive" else chars.p - 1


def steps_of(chars: Characters) -> Int[np.ndarray, " p"]:
    """Each token's place in the group, -1 for one that is not in it."""
    steps = np.rint(np.angle(chars.z[0]) * order_of(chars) / (2 * np.pi)).astype(int) % order_of(chars)
    return np.where(np.abs(chars.z[0]) > 0, steps, -1)


def discrete_logarithm(p: int) -> Int[np.ndarray, " p"] | None:
    """Each token's logarithm to the least primitive root modulo p, 0 for the token 0; None where p is no odd prime."""
    if p < 3 or any(p % d == 0 for d in range(2, int(p**0.5) + 1)):
        return None
    for root in range(2, p):
        powers = [1]
        while (after := powers[-1] * root % p) != 1:
            powers.append(after)
        if len(powers) == p - 1:
            logarithm = np.zeros(p, dtype=int)
            logarithm[powers] = np.arange(p - 1)
            return logarithm
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Per unit: bias + Re(conj(a) z_k(u)) + Re(conj(b) z_k(v)) + extras, of the arguments' inner variables u and v.

    So |a| is the amplitude for the first argument and arg(a) its phase: |a| cos(w u - arg(a)). Where the net's waves
    have another shape, it is cos(t) + `overtone` cos(3 t), the same for all units and both arguments.
    """

    wave: Int[np.ndarray, " units"]  # row of the characters
    bias: Float[np.ndarray, " units"]
    a: Complex[np.ndarray, " units"]
    b: Complex[np.ndarray, " units"]
    extra: Float[np.ndarray, "extras units"]  # of the first argument, then of the second
    explained: Float[np.ndarray, " units"]  # of the variance on the fitted rows, in [0, 1]
    overtone: float = 0.0


def wave_target(
    frame: Frame,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    values: Float[np.ndarray, "rows units"],
    weight: Float[np.ndarray, " units"],
) -> Target:
    """One frequency a unit, linear in both arguments' waves, is proposed for a site: a search for `compare.search`."""
    first, second = frame.first, frame.second

    def columns(row: int) -> Float[np.ndarray, "4 rows"]:
        one, other = first.z[row][x], second.z[row][y]
        return np.stack([one.real, one.imag, other.real, other.imag])

    fixed = np.concatenate([np.ones((1, len(x))), first.extra[x].T, second.extra[y].T])
    return Target(values=values, weight=weight, columns=columns, fixed=fixed, count=len(first.k))


def waves_of(choice: Choice) -> Waves:
    """What was chosen, as waves."""
    constants = choice.solution[-4:]
    return Waves(
        wave=choice.term,
        bias=choice.solution[0],
        a=constants[0] + 1j * constants[1],
        b=constants[2] + 1j * constants[3],
        extra=choice.solution[1:-4],
        explained=choice.explained,
    )


def wave_parts(frame: Frame, fit: Waves) -> tuple[Float[np.ndarray, "p units"], Float[np.ndarray, "p units"]]:
    """Tables of both arguments' contributions; the bias is in the first."""
    extras = frame.first.extra.shape[1]
    one, other = (fundamental + fit.overtone * third for fundamental, third in _shapes(frame, fit))
    first = fit.bias + one + frame.first.extra @ fit.extra[:extras]
    second = other + frame.second.extra @ fit.extra[extras:]
    return first.astype(np.float32), second.astype(np.float32)


def _shapes(frame: Frame, fit: Waves) -> Iterator[tuple[Float[np.ndarray, "p units"], Float[np.ndarray, "p units"]]]:
    """|a| cos t and |a| cos 3 t of every unit, for either argument."""
    for chars, constants in ((frame.first, fit.a), (frame.second, fit.b)):
        size = np.maximum(np.abs(constants), 1e-30)
        turned = np.conj(constants) / size * chars.z[fit.wave].T
        yield size * np.real(turned), size * np.real(turned**3)


def with_overtone(
    frame: Frame, fit: Waves, target: Target, x: Int[np.ndarray, " rows"], y: Int[np.ndarray, " rows"]
) -> Waves:
    """The waves with the overtone that their shape has in the target, where it explains enough of what they miss."""
    (_, first), (_, second) = _shapes(frame, fit)
    one, other = wave_parts(frame, fit)
    missed, third = target.values - one[x] - other[y], (first[x] + second[y]).astype(np.float32)
    mean = third.mean(axis=0)
    shared = float(target.weight @ ((third - mean) * missed).sum(axis=0))
    power = float(target.weight @ ((third - mean) ** 2).sum(axis=0))
    total = float(target.weight @ target.values.var(axis=0)) * len(x)
    overtone = round(shared / max(power, 1e-30) * 2**OVERTONE_BITS) / 2**OVERTONE_BITS
    if shared**2 <= OVERTONE_SHARE * power * total or abs(overtone) > LOUDEST:
        return fit
    return replace(fit, overtone=overtone, bias=fit.bias - overtone * mean)


def spectrum(chars: Characters, table: Float[np.ndarray, "p features"]) -> Float[np.ndarray, " waves"]:
    """Power of a table over 0 .. p-1 at every frequency, summed over the features."""
    return (np.abs(chars.z @ table) ** 2).sum(axis=1)


def gini(power: Float[np.ndarray, " waves"]) -> float:
    """Gini coefficient of a non-negative spectrum: 0 for an even one, towards 1 for a single line."""
    ordered = np.sort(power)
    total = ordered.sum()
    if total <= 0:
        return 0.0
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * rank - len(ordered) - 1) @ ordered / (len(ordered) * total))
