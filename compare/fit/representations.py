"""Units and outputs that are functions of one irreducible representation of a group.

With Q the orthonormal columns of one component (`compare.fit.groups.components`), every function of it is Q A, and what
a product does to it is linear: Q[x y] = Q[x] M(y). One component's part of the outputs is
Q (w0 Q[x y] + w1 Q[y x] + w2 Q[x] + w3 Q[y] + T(Q[x], Q[y])); w0 alone is tr rho(x y z^-1) (Chughtai et al., arXiv
2302.03025). T, bilinear, is what the units of a component leave where they do not cancel.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.fit.groups import Group
from compare.search import Choice, Target
from compare.text import joined

TERM_SHARE = 0.005  # of a component's energy; a term that adds less is left out
PRODUCT, TURNED, FIRST, SECOND = range(4)
WRITTEN = ("a*b", "b*a", "a", "b")  # how they are written

Columns = tuple[Float[np.ndarray, "p columns"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Per unit: bias + Q[x] a + Q[y] b, of the component that it reads, as tables over the group's elements."""

    term: Int[np.ndarray, " units"]  # component
    first: Float[np.ndarray, "p units"]  # the bias is here
    second: Float[np.ndarray, "p units"]
    explained: Float[np.ndarray, " units"]  # of the variance on the fitted rows, in [0, 1]


def unit_target(
    columns: Columns,
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    values: Float[np.ndarray, "rows units"],
    weight: Float[np.ndarray, " units"],
) -> Target:
    """One component a unit is proposed; components of fewer columns are filled up with zeros."""
    most = max(part.shape[1] for part in columns)
    padded = [np.pad(part, ((0, 0), (0, most - part.shape[1]))) for part in columns]

    def of(term: int) -> Float[np.ndarray, "c rows"]:
        return np.concatenate([padded[term][x].T, padded[term][y].T])

    return Target(values=values, weight=weight, columns=of, fixed=np.ones((1, len(x))), count=len(columns))


def units_of(columns: Columns, choice: Choice) -> Units:
    """What was chosen, as tables."""
    most = (len(choice.solution) - 1) // 2
    first, second = np.zeros((2, len(columns[0]), len(choice.term)))
    for term, part in enumerate(columns):
        mine, width = np.flatnonzero(choice.term == term), part.shape[1]
        first[:, mine] = part @ choice.solution[1 : 1 + width, mine] + choice.solution[0, mine]
        second[:, mine] = part @ choice.solution[1 + most : 1 + most + width, mine]
    return Units(term=choice.term, first=first, second=second, explained=choice.explained)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Outputs centred over c as a sum over components of up to four terms; a coefficient of 0 is a term left out."""

    group: Group
    columns: Columns
    term: Int[np.ndarray, " terms"]  # components
    weight: Float[np.ndarray, "terms 4"]
    beside: tuple[Float[np.ndarray, "c c c"], ...]  # T of each, T[i, j, d] of Q_i[x] Q_j[y]; zeros where left out
    share: Float[np.ndarray, " terms"]  # of the outputs' variance over c and the inputs

    @property
    def variance(self) -> float:
        """Explained share of the outputs' variance."""
        return float(self.share.sum())


def fit_outputs(
    group: Group,
    columns: Columns,
    terms: Int[np.ndarray, " terms"],
    x: Int[np.ndarray, " rows"],
    y: Int[np.ndarray, " rows"],
    outputs: Float[np.ndarray, "rows p"],
    fitted: Int[np.ndarray, " half"],
) -> Outputs:
    """Least squares on the `fitted` rows, the product first, then whichever term adds most."""
    centred = outputs - outputs.mean(axis=1, keepdims=True)
    total = max(float(((centred - centred.mean(axis=0)) ** 2).sum()), 1e-30)
    weights, shares, beside = [], [], []
    for term in terms:
        part = columns[term]
        goal = centred @ part
        goal = goal - goal[fitted].mean(axis=0)
        tries = np.stack([part[group.table[x, y]], part[group.table[y, x]], part[x], part[y]])
        weight = _forward((tries - tries.mean(axis=1, keepdims=True))[:, fitted], goal[fitted])
        rest = goal - np.einsum("k,krc->rc", weight, tries)
        left = _bilinear(part[x[fitted]], part[y[fitted]], rest[fitted])
        after = rest - np.einsum("ri,rj,ijd->rd", part[x], part[y], left, optimize=True)
        if _energy(rest[fitted]) - _energy(after[fitted]) <= TERM_SHARE * _energy(goal[fitted]):
            left, after = np.zeros_like(left), rest
        rest = after
        beside.append(left)
        weights.append(weight)
        shares.append(_energy(goal) - _energy(rest))
    return Outputs(
        group=group,
        columns=columns,
        term=np.asarray(terms),
        weight=np.array(weights),
        beside=tuple(beside),
        share=np.array(shares) / total,
    )


def _bilinear(
    first: Float[np.ndarray, "rows c"], second: Float[np.ndarray, "rows c"], rest: Float[np.ndarray, "rows c"]
) -> Float[np.ndarray, "c c c"]:
    pairs = np.einsum("ri,rj->rij", first, second).reshape(len(first), -1)
    solution = np.linalg.lstsq(pairs - pairs.mean(axis=0), rest - rest.mean(axis=0), rcond=1e-6)[0]
    return solution.reshape(first.shape[1], second.shape[1], -1)


def _energy(values: np.ndarray) -> float:
    return float(((values - values.mean(axis=0)) ** 2).sum())


def _forward(tries: Float[np.ndarray, "4 rows c"], goal: Float[np.ndarray, "rows c"]) -> Float[np.ndarray, " 4"]:
    flat, wanted = tries.reshape(len(tries), -1).T, goal.reshape(-1)
    energy, chosen, gain, weight = float(wanted @ wanted), [PRODUCT], 0.0, np.zeros(len(tries))
    while True:
        solution = np.linalg.lstsq(flat[:, chosen], wanted, rcond=1e-9)[0]
        gain, weight[chosen] = float(solution @ (flat[:, chosen].T @ wanted)), solution
        others = [term for term in range(len(tries)) if term not in chosen]
        gains = {term: _gain(flat[:, [*chosen, term]], wanted) for term in others}
        best = max(others, key=lambda term: gains[term], default=None)
        if best is None or gains[best] - gain <= TERM_SHARE * energy:
            return weight
        chosen.append(best)


def _gain(columns: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.linalg.lstsq(columns, wanted, rcond=1e-9)[0] @ (columns.T @ wanted))


def reading(fit: Outputs, i: int, x: np.ndarray | Array) -> Float[Array, "rows columns"]:
    """One component of the first argument; JAX."""
    return jnp.asarray(fit.columns[fit.term[i]], jnp.float32)[jnp.asarray(fit.group.first)[x]]


def contribution(fit: Outputs, i: int, first: np.ndarray | Array, b: np.ndarray | Array) -> Float[Array, "rows p"]:
    """One component's part of every output, from that component of the first argument; JAX."""
    part, weight, table = fit.columns[fit.term[i]], fit.weight[i], fit.group.table
    after = np.einsum("pc,pyd->ycd", part, part[table])  # Q[x y] = Q[x] after[y]
    before = np.einsum("pc,ypd->ycd", part, part[table])
    each = weight[PRODUCT] * after + weight[TURNED] * before + weight[FIRST] * np.eye(part.shape[1])
    each = each + np.einsum("yj,ijd->yid", part, fit.beside[i])
    second = jnp.asarray(fit.group.second)[b]
    read = jnp.einsum("rc,rcd->rd", first, jnp.asarray(each, jnp.float32)[second])
    read = read + weight[SECOND] * jnp.asarray(part, jnp.float32)[second]
    return read @ jnp.asarray(part, jnp.float32).T


def formula_outputs(fit: Outputs, x: np.ndarray | Array) -> Float[Array, "rows p"]:
    """All components in JAX: the formula in place of the net."""
    return jnp.asarray(sum(contribution(fit, i, reading(fit, i, x[:, 0]), x[:, 1]) for i in range(len(fit.term))))


def formula_text(fit: Outputs, only: int | None = None, digits: int = 3) -> str:
    """A sum of irrep(k, x, c), the k-th component's character at x c^-1 over that at the identity: 1 where x = c.

    pairs(k, a, b, c) is linear in that component of each.
    """
    order = np.argsort(-fit.share) if only is None else [only]
    parts = [
        f"{fit.weight[i, kind] * width / fit.group.p:.{digits}g}*irrep({int(fit.term[i])}, {WRITTEN[kind]}, c)"
        for i, width in ((i, fit.columns[fit.term[i]].shape[1]) for i in order)
        for kind in map(int, np.flatnonzero(fit.weight[i]))
    ]
    parts += [f"pairs({int(fit.term[i])}, a, b, c)" for i in order if fit.beside[i].any()]
    return joined(parts)
