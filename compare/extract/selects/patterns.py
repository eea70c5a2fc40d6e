"""A head's pattern at sampled queries, and how well a relation, or a score made of relations, says it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize

from compare.extract.selects.variables import Variables

QUERIES = 500  # at which a pattern is looked at
SPREAD = 4.0  # of the mean weight, at most, that one query has
STEEPEST = 16.0  # strength of one relation in a score
NEWTON, SETTLED = 25, 0.02  # steps at most, and the change of a strength at which they end
SMALL = 1e-12
RIDGE = 1e-6  # of a strength's square
ITERATIONS = 150


@dataclass(frozen=True, kw_only=True)
class Queries:
    """Queries of some rows: what the head does there, which keys are seen, and their share of the effect."""

    places: Int[np.ndarray, " n"]
    pattern: Float[np.ndarray, "n s"]
    seen: Bool[np.ndarray, "n s"]
    weight: Float[np.ndarray, " n"]
    answers: Int[np.ndarray, " n"]  # the net's; -1 where none counts
    keys: Variables  # values (n, s)
    own: Variables  # values (n, 1)

    @cached_property
    def entropy(self) -> float:
        """Of the pattern, in nats, weighted."""
        said = np.where(self.pattern > SMALL, self.pattern * np.log(np.maximum(self.pattern, SMALL)), 0.0)
        return -float((self.weight * said.sum(axis=1)).sum())

    def divergence(self, model: Float[np.ndarray, "n s"]) -> float:
        """KL of the pattern from a model of it, in nats."""
        cross = -(self.pattern * np.log(np.maximum(model, 1e-30)) * self.seen).sum(axis=1)
        return float((self.weight * cross).sum()) - self.entropy

    def apart(self, model: Float[np.ndarray, "n s"]) -> float:
        """Total variation between the pattern and a model of it."""
        return float((self.weight * np.abs(self.pattern - model).sum(axis=1)).sum()) / 2


def drawn(
    pattern: Float[np.ndarray, "rows s s"],
    seen: Bool[np.ndarray, "rows s s"],
    weight: Float[np.ndarray, "rows s"],
    answers: Int[np.ndarray, "rows s"],
    variables: Variables,
    rng: np.random.Generator,
) -> Queries:
    """Queries drawn by their effect on the outputs."""
    flat = weight.reshape(-1) / max(float(weight.sum()), SMALL)
    some = np.flatnonzero(flat > 1e-7)
    size = min(QUERIES, len(some))
    chosen = np.sort(rng.choice(len(flat), size, replace=False, p=flat))
    rows, places = np.divmod(chosen, weight.shape[1])
    held = np.minimum(flat[chosen], SPREAD * flat[chosen].mean())
    keys = {name: replace(each, values=each.values[rows]) for name, each in variables.items()}
    own = {name: replace(each, values=each.values[rows, places][:, None]) for name, each in variables.items()}
    return Queries(
        places=places,
        pattern=pattern[rows, places],
        seen=seen[rows, places],
        weight=held / held.sum(),
        answers=answers[rows, places],
        keys=keys,
        own=own,
    )


def softmax(score: Float[np.ndarray, "... s"], seen: Bool[np.ndarray, "... s"]) -> Float[np.ndarray, "... s"]:
    score = np.where(seen, score, -1e30)
    raised = np.exp(score - score.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def masses(
    columns: Bool[np.ndarray, "relations n s"], *weights: Float[np.ndarray, "n s"]
) -> list[Float[np.ndarray, "relations n"]]:
    """How much of each weighting of the keys every relation holds, at every query."""
    stacked = np.stack(weights, axis=-1).astype(np.float32)  # (n, s, w)
    found = np.empty((*columns.shape[:2], len(weights)), np.float32)
    for begin in range(0, len(columns), 256):
        part = columns[begin : begin + 256].astype(np.float32)
        found[begin : begin + 256] = np.matmul(part.swapaxes(0, 1), stacked).swapaxes(0, 1)
    return [found[..., number] for number in range(len(weights))]


def one_strength(
    held: Float[np.ndarray, "relations n"], model: Float[np.ndarray, "relations n"], weight: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " relations"], Float[np.ndarray, " relations"]]:
    """By how many nats a relation with its best strength betters a model of the pattern, and that strength.

    `held` is the pattern's mass on the relation, `model` the model's. The score is convex in the strength: Newton.
    """
    model, weight = np.clip(model, 1e-9, 1 - 1e-9), weight.astype(model.dtype)
    strength = np.zeros(len(held), model.dtype)
    told, rest = held @ weight, 1 - model
    for _ in range(NEWTON):
        share = model * np.exp(strength)[:, None]
        share /= share + rest
        said = share @ weight
        share *= share
        slope = said - told + 2e-5 * strength
        curve = said - share @ weight + 2e-5
        moved = np.clip(strength - np.clip(slope / curve, -2, 2), -STEEPEST, STEEPEST)
        settled = np.abs(moved - strength).max(initial=0.0) < SETTLED
        strength = moved
        if settled:
            break
    change = np.log(model * np.exp(strength)[:, None] + 1 - model) - strength[:, None] * held
    return -(change @ weight), strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A part of a score: strength number `index` at every pair; `size` where there is none."""

    index: Int[np.ndarray, "n s"]
    size: int


def fitted(
    features: list[Feature], queries: Queries, start: np.ndarray | None = None, iterations: int = ITERATIONS
) -> tuple[float, np.ndarray]:
    """The strengths at which the softmax of the features' sum is nearest to the pattern, and the nats left."""
    sizes = [each.size for each in features]
    cuts = np.cumsum(sizes)[:-1]
    goal, weight = queries.pattern, queries.weight[:, None]

    def loss(given: np.ndarray) -> tuple[float, np.ndarray]:
        model = softmax(score(features, np.split(given, cuts), goal.shape), queries.seen)
        slope = (model - goal) * weight
        parts = [np.bincount(f.index.reshape(-1), slope.reshape(-1), f.size + 1)[: f.size] for f in features]
        value = queries.divergence(model) + RIDGE * float(given @ given)
        return value, np.concatenate(parts) + 2 * RIDGE * given

    if not features:
        return queries.divergence(softmax(np.zeros(goal.shape), queries.seen)), np.zeros(0)
    begin = np.zeros(sum(sizes)) if start is None else start
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": iterations})
    return float(found.fun), found.x


def score(features: list[Feature], strengths: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    total = np.zeros(shape)
    for feature, strength in zip(features, strengths, strict=True):
        total += np.append(strength, 0.0)[feature.index]
    return total


def gain(feature: Feature, queries: Queries, model: Float[np.ndarray, "n s"]) -> float:
    """Nats that a feature is about to gain beside a model: slope squared over twice the curvature, a strength each."""
    slope = (queries.pattern - model) * queries.weight[:, None]
    curve = model * (1 - model) * queries.weight[:, None]
    index = feature.index.reshape(-1)
    s = np.bincount(index, slope.reshape(-1), feature.size + 1)[: feature.size]
    c = np.bincount(index, curve.reshape(-1), feature.size + 1)[: feature.size]
    return float((s * s / (2 * c + 1e-4 / feature.size)).sum())
