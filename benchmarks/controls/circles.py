"""Nets for sums in a cyclic group in closed form: a quadratic layer whose units sit on circles. No training made them.

A unit has one frequency w = 2 pi k / p and two phases: h = (cos(w a + u) + cos(w b + v))^2, read out by
cos(w c + u + v). The product term of h gives cos w(a + b - c) whatever the phases; every other term has to cancel
over the phases.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from benchmarks.controls.layout import single
from nets import Net, mlp

Phases = Float[np.ndarray, "units 2"]
FREQUENCIES = 5
LOUD = 2.0  # a frequency: an answer outside of the group, where it is right


def clock(p: int, frequencies: Sequence[int]) -> tuple[Net, Any]:
    """Three by three phases a frequency: all that remains is cos w(a + b - c)."""
    return circles(p, frequencies, grid(3))


def pizza(p: int, frequencies: Sequence[int]) -> tuple[Net, Any]:
    """Three diagonal phases a frequency: the outputs are (1 + cos w(a - b)) cos w(a + b - c)."""
    return circles(p, frequencies, diagonal(3))


def aliased_clock(p: int, frequencies: Sequence[int]) -> tuple[Net, Any]:
    """Two by two phases a frequency: looks like the clock, but cos w(a + b + c) and others do not cancel."""
    return circles(p, frequencies, grid(2))


def aliased_pizza(p: int, frequencies: Sequence[int]) -> tuple[Net, Any]:
    """Four diagonal phases a frequency: looks like the pizza, but cos w(a + b + c) does not cancel."""
    return circles(p, frequencies, diagonal(4))


def wide_clock(p: int, frequencies: Sequence[int], units: int, seed: int = 0) -> tuple[Net, Any]:
    """The clock over at least `units` units with small weights: a fine grid of phases, the units in a seeded order."""
    side = int(np.ceil(np.sqrt(units / len(frequencies)) / 3)) * 3
    net, params = circles(p, frequencies, grid(side))
    order = np.random.default_rng(seed).permutation(params["U"].shape[0])
    return net, params | {"A": params["A"][:, :, order], "b": params["b"][order], "U": params["U"][order]}


def circles(p: int, frequencies: Sequence[int], phases: Phases) -> tuple[Net, Any]:
    """The net with every phase pair at every frequency, in the parameters of `nets.mlp` with a shared embedding."""
    known(p, frequencies)
    count, each = len(frequencies), len(phases)
    turn = 2 * np.pi / p * np.outer(np.arange(p), frequencies)  # (p, frequencies)
    embedding = np.stack([np.cos(turn), np.sin(turn)], axis=-1).reshape(p, 2 * count)
    into = np.zeros((2, count, 2, count, each))
    for operand in range(2):
        for k in range(count):
            into[operand, k, :, k] = np.cos(phases[:, operand]), -np.sin(phases[:, operand])
    read = np.cos(turn.T[:, None] + phases.sum(axis=1)[:, None]) * 2 / each  # (frequencies, each, p)
    params = {
        "E": embedding,
        "A": into.reshape(2, 2 * count, count * each),
        "b": np.zeros(count * each),
        "U": read.reshape(count * each, p),
    }
    net = mlp(alphabet=p, classes=p, width=count * each, embedding=2 * count, activation="quadratic")
    return net, single(params)


def clock_of(
    places: tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"], Int[np.ndarray, " p"]],
    order: int,
    frequencies: Sequence[int],
) -> tuple[Net, Any]:
    """The clock on what a, b and c stand for in a cyclic group of this order, c where a and b add up to it.

    A token at place -1 is outside of the group: where an argument is one, the answer is the one that is outside.
    """
    phases, p = grid(3), len(places[0])
    angles = [2 * np.pi / order * np.multiply.outer(place, frequencies) for place in places]
    inside = [np.where(place >= 0, 1.0, 0.0)[:, None, None] for place in places]
    first, second, answer = (
        live * np.cos(angle[:, :, None] + turn)
        for live, angle, turn in zip(inside, angles, (*phases.T, phases.sum(axis=1)), strict=True)
    )
    twice = np.where(2 * np.asarray(frequencies) == order, 0.5, 1.0)[:, None]  # half a turn has no sine
    outside = np.stack([1 - inside[0][:, 0], 1 - inside[1][:, 0]])  # (2, p, 1): a unit more for each argument
    zero = np.zeros_like(outside[0])
    tables = np.stack(
        [
            np.concatenate([first.reshape(p, -1), outside[0], zero], axis=1),
            np.concatenate([second.reshape(p, -1), zero, outside[1]], axis=1),
        ]
    )
    read = np.concatenate(
        [(answer * twice).reshape(p, -1) / 4, LOUD * len(frequencies) * (1 - inside[2][:, [0, 0], 0])], axis=1
    )
    params = {"A": tables, "b": np.zeros(tables.shape[2]), "U": read.T}
    net = mlp(alphabet=p, classes=p, width=tables.shape[2], embedding=None, inputs="onehot", activation="quadratic")
    return net, single(params)


def grid(side: int) -> Phases:
    """All pairs of `side` evenly spaced phases."""
    angles = 2 * np.pi * np.arange(side) / side
    return np.stack(np.meshgrid(angles, angles, indexing="ij"), axis=-1).reshape(-1, 2)


def diagonal(count: int) -> Phases:
    """`count` evenly spaced phases, the same for both operands."""
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([angles, angles], axis=-1)


def some_frequencies(p: int, seed: int, count: int = FREQUENCIES) -> tuple[int, ...]:
    """Different seeded frequencies in 1 .. (p - 1) / 2, as many as there are up to `count`."""
    highest = (p - 1) // 2
    return tuple(np.sort(np.random.default_rng([seed, 3]).permutation(highest)[:count] + 1).tolist())


def known(p: int, frequencies: Sequence[int]) -> None:
    if (
        not frequencies
        or len(set(frequencies)) < len(frequencies)
        or not all(0 < k <= (p - 1) / 2 for k in frequencies)
    ):
        raise ValueError(
            f"closed-form net: expected different frequencies in 1 .. {(p - 1) // 2} for p = {p}, "
            f"got {list(frequencies)}; a frequency k and p - k are the same circle"
        )
