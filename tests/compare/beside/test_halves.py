"""Halves of pictures exchanged in a net that looks at both, and in one that looks at places alone."""

import jax.numpy as jnp
import numpy as np

from compare.answers import Classes
from compare.beside.halves import exchanged_halves
from compare.extract.filters.reuse import served
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.view import of_reals
from nets.edits import tapping
from nets.net import wrap

SIDE, KINDS = 6, 2  # a picture is bright or dark above, and below


def pictures(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    halves = rng.integers(0, KINDS, (rows, 2))
    x = np.repeat(2.0 * halves - 1, SIDE // 2, axis=1)[:, :, None] * np.ones((1, 1, SIDE))
    return (x + rng.normal(0, 0.1, x.shape)).astype(np.float32), halves @ np.array([2, 1])


def apply(params, x, edits):
    tap, values = tapping(edits)
    seen = tap("map", jnp.stack([x, 0 * x], axis=-1))
    above, below = seen[:, : SIDE // 2, :, 0].mean(axis=(1, 2)), seen[:, SIDE // 2 :, :, 0].mean(axis=(1, 2))
    outputs = [up * above + down * below for up in (-1, 1) for down in (-1, 1)]
    return jnp.stack(outputs, axis=1), values


def reading() -> Reading:
    parts = [Sample(arguments=(x,), targets=y) for x, y in (pictures(300, seed) for seed in (1, 2))]
    net = wrap(apply, ("map",))
    return read(net, {}, None, of_reals(Classes(4)), samples=Samples(fit=parts[0], report=parts[1]))


def test_the_upper_half_of_another_picture_is_answered() -> None:
    given = reading()

    def then(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        return given.targets[others] // 2 * 2 + given.targets[rows] % 2

    follows, control = exchanged_halves(given, then)["map"]
    assert follows > 0.99
    assert control < 0.6


def test_nothing_is_told_where_no_recombination_is_an_answer() -> None:
    assert exchanged_halves(reading(), lambda rows, others: np.full(len(rows), -1)) == {}


def test_a_channel_that_nothing_reads_serves_no_class() -> None:
    assert served(reading(), "map").tolist() == [4.0, 0.0]
