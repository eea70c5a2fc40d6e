"""Agreement between answers, and intervals."""

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import binomtest

UNBALANCED_CLASSES = 2  # with this many classes agreement is the mean over the classes of the second argument


def wilson(fraction: float, n: int) -> tuple[float, float]:
    """Wilson score interval, 95 %, of a fraction seen on n rows."""
    interval = binomtest(round(fraction * n), n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def balanced_agreement(answers: Int[np.ndarray, " n"], truth: Int[np.ndarray, " n"]) -> float:
    """Fraction equal; for at most two classes the mean of the fractions within each class that occurs in `truth`."""
    if len(truth) == 0:
        return float("nan")
    equal = answers == truth
    classes = np.unique(truth)
    if truth.max(initial=0) >= UNBALANCED_CLASSES or len(classes) < 2:
        return float(equal.mean())
    return float(np.mean([equal[truth == value].mean() for value in classes]))


def disagreement(answers: Int[np.ndarray, " n"], truth: Int[np.ndarray, " n"]) -> float:
    """The share of rows that differ, or the mean share a class where that is more."""
    return max(float((answers != truth).mean()), 1 - balanced_agreement(answers, truth))


def chance_agreement(answers: Int[np.ndarray, " n"], truth: Int[np.ndarray, " n"]) -> float:
    """What independent answers with the same frequencies would score, on the scale of `balanced_agreement`."""
    classes = np.unique(truth)
    if truth.max(initial=0) < UNBALANCED_CLASSES and len(classes) == 2:
        return 0.5
    values = np.unique(np.concatenate([answers, truth]))
    return float(sum((answers == value).mean() * (truth == value).mean() for value in values))


def centred(outputs: Float[np.ndarray, "... classes"]) -> Float[np.ndarray, "... classes"]:
    """Outputs with their mean over the classes taken off; a single column stays."""
    return outputs - outputs.mean(axis=-1, keepdims=True) if outputs.shape[-1] > 1 else outputs


def explained(actual: Float[np.ndarray, "rows units"], model: Float[np.ndarray, "rows units"]) -> np.ndarray:
    """1 - residual / variance of each unit."""
    return 1 - ((actual - model) ** 2).mean(axis=0) / np.maximum(actual.var(axis=0), 1e-30)
