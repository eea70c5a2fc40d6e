"""Least squares on ever fewer columns: backward elimination, and weights on few levels with the rest refitted."""

import numpy as np
from jaxtyping import Float, Int

RIDGE = 1e-6  # of the mean squared column


def eliminated(
    gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, " n"]
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Columns in the order in which they go, and the error after each has gone (less a constant, never falling).

    At every step the column goes whose loss costs least when the others are refitted, one with a weight <= 0 first.
    """
    n = len(gram)
    inverse = np.linalg.inv(gram + RIDGE * np.trace(gram) / max(n, 1) * np.eye(n))
    left, order, errors, error = np.arange(n), [], [], 0.0
    while len(left):
        weight = inverse @ moment[left]
        cost = weight**2 / np.diag(inverse)
        goes = int(np.argmin(np.where(weight > 0, cost, weight - 1.0)))
        error += float(cost[goes])
        order.append(int(left[goes]))
        errors.append(error)
        pivot = inverse[goes, goes]
        inverse = inverse - np.outer(inverse[:, goes], inverse[goes]) / pivot
        inverse = np.delete(np.delete(inverse, goes, axis=0), goes, axis=1)
        left = np.delete(left, goes)
    return np.array(order, dtype=int), np.array(errors)


def quantised_weights(
    gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, " n"], levels: Float[np.ndarray, " levels"]
) -> Float[np.ndarray, " n"]:
    """Each weight on its nearest level, the largest first, the weights still free refitted after each.

    `levels` are relative to the largest weight of the first fit.
    """
    n = len(gram)
    gram = gram + RIDGE * np.trace(gram) / max(n, 1) * np.eye(n)
    weight = np.linalg.solve(gram, moment)
    scale = max(float(weight.max(initial=0.0)), 1e-30)
    fixed = np.zeros(n)
    free = np.arange(n)
    inverse = np.linalg.inv(gram)
    while len(free):
        i = int(np.argmax(weight))
        value = scale * levels[np.argmin(np.abs(levels * scale - weight[i]))]
        fixed[free[i]] = value
        weight = weight + inverse[:, i] / inverse[i, i] * (value - weight[i])
        inverse = inverse - np.outer(inverse[:, i], inverse[i]) / inverse[i, i]
        keep = np.arange(len(free)) != i
        weight, inverse, free = weight[keep], inverse[np.ix_(keep, keep)], free[keep]
    return fixed


def left_longest(
    gram: Float[np.ndarray, "n n"], moment: Float[np.ndarray, "n outputs"], price: Float[np.ndarray, " n"]
) -> Int[np.ndarray, " n"]:
    """Columns, last the first that goes: the one whose loss costs least a bit of its price, the others refitted."""
    n = len(gram)
    inverse = np.linalg.inv(gram + RIDGE * np.trace(gram) / max(n, 1) * np.eye(n))
    left, order = np.arange(n), []
    while len(left):
        weight = inverse @ moment[left]
        goes = int(np.argmin((weight**2).sum(axis=1) / np.diag(inverse) / price[left]))
        order.append(int(left[goes]))
        rest = np.arange(len(left)) != goes
        inverse = (inverse - np.outer(inverse[:, goes], inverse[goes]) / inverse[goes, goes])[np.ix_(rest, rest)]
        left = left[rest]
    return np.array(order[::-1], dtype=int)
