"""Recurrent nets in closed form: a machine as codewords that the cell snaps to, and counters that it adds up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from benchmarks.controls.layout import single
from nets import Net, recurrent

LOW, HIGH = 0.3, 0.7  # of a unit's sum, 0 where it must be silent and 1 where it fires, between which it rises
LOUD = 5.0  # the right answer's output


def automaton(after: Int[np.ndarray, "states letters"], says: Int[np.ndarray, "states letters"], seed: int) -> Any:
    """A machine that starts in state 0: a rotated codeword for each state together with the answer that led to it.

    Of two ReLU units for each codeword and letter the first is above `LOW` and the second above `HIGH` where both are
    there, so that their difference is 1 there and 0 elsewhere, whatever noise is below.
    """
    words = sorted({(0, 0), *zip(after.ravel().tolist(), says.ravel().tolist(), strict=True)})
    number = {word: i for i, word in enumerate(words)}
    count, letters, classes = len(words), after.shape[1], int(says.max()) + 1
    turn = rotation(count, seed)
    fires = np.eye(count)[:, :, None] * np.ones(letters)  # codeword, (codeword, letter)
    reads = np.eye(letters)[:, None, :] * np.ones((count, 1))  # letter, (codeword, letter)
    to = np.array([[number[after[s, a], says[s, a]] for a in range(letters)] for s, _ in words]).ravel()
    slope = 1 / (HIGH - LOW)
    params = {
        "V": np.tile(reads.reshape(letters, -1), 2),
        "W": turn.T @ np.tile(fires.reshape(count, -1), 2),
        "b": np.repeat([-1 - LOW, -1 - HIGH], count * letters),
        "D": np.concatenate([turn[to], -turn[to]]) * slope,
        "d": np.zeros(count),
        "S": turn[number[0, 0]],
        "U": LOUD * turn.T @ np.eye(classes)[[answer for _, answer in words]],
        "c": np.zeros(classes),
    }
    net = recurrent(alphabet=letters, classes=classes, width=count, cell="mlp", inner=2 * count * letters)
    return net, single(params)


def counters(
    moves: Int[np.ndarray, "letters counters"],
    outputs: Float[np.ndarray, "counters classes"],
    bias: Sequence[float],
    seed: int,
) -> tuple[Net, Any]:
    """Counts to which every letter adds its moves, in rotated directions; the outputs are linear in them."""
    letters, count = moves.shape
    turn = rotation(count, seed)
    both = np.concatenate([np.eye(count), -np.eye(count)], axis=1)  # a count is the difference of two ReLU units
    params = {
        "V": moves @ both,
        "W": turn.T @ both,
        "b": np.zeros(2 * count),
        "D": both.T @ turn,
        "d": np.zeros(count),
        "S": np.zeros(count),
        "U": turn.T @ outputs,
        "c": np.asarray(bias, dtype=float),
    }
    net = recurrent(alphabet=letters, classes=outputs.shape[1], width=count, cell="mlp", inner=2 * count)
    return net, single(params)


def rotation(width: int, seed: int) -> Float[np.ndarray, "width width"]:
    """A random one; its rows are the codewords."""
    return np.linalg.qr(np.random.default_rng([seed, 8]).normal(size=(width, width)))[0]
