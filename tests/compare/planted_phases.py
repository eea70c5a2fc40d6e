"""Recurrent nets that carry an angle by construction, and look-alikes of them."""

import jax.numpy as jnp
import numpy as np

from compare.answers import Reals
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.view import of_reals
from nets.net import Net
from nets.stepwise import stepwise

WIDTH, LENGTH, ROWS, FASTEST = 12, 16, 600, 0.4
CELLS = 256  # of the grid


def paths(rows: int, seed: int, length: int = LENGTH) -> np.ndarray:
    """A start as cosine and sine, then velocities: inputs (rows, length, 3)."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(-np.pi, np.pi, rows)
    x = np.zeros((rows, length, 3), dtype=np.float32)
    x[:, 0, 1:] = np.stack([np.cos(start), np.sin(start)], axis=1)
    x[:, 1:, 0] = rng.uniform(-FASTEST, FASTEST, (rows, length - 1))
    return x


def angles(x: np.ndarray, gain: float = 1.0) -> np.ndarray:
    return np.arctan2(x[:, 0, 2], x[:, 0, 1])[:, None] + gain * x[:, :, 0].cumsum(axis=1)


def circle(angle: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def frame() -> np.ndarray:
    """Two orthonormal directions of the state."""
    return np.linalg.qr(np.random.default_rng(7).normal(size=(WIDTH, 2)))[0]


def turning(gain: float = 1.0, bias: float = 0.0) -> Net:
    """The state is a vector in two directions that every velocity turns, and every step by a bias more."""
    into = jnp.asarray(frame(), jnp.float32)

    def step(params, state, x):
        a, b = (state @ into).T
        cosine, sine = jnp.cos(gain * x[:, 0] + bias), jnp.sin(gain * x[:, 0] + bias)
        turned = jnp.stack([a * cosine - b * sine, a * sine + b * cosine], axis=1) + x[:, 1:]
        state = turned @ into.T
        return state, turned

    return stepwise(step, lambda params: jnp.zeros(WIDTH), name="turning")


def grid() -> Net:
    """A table: the nearest of a few positions, a direction each, moved by the nearest whole number of them."""
    cell = 2 * np.pi / CELLS
    codes = jnp.asarray(np.random.default_rng(3).normal(size=(CELLS, WIDTH)), jnp.float32)
    answers = jnp.asarray(circle(np.arange(CELLS) * cell), jnp.float32)

    def step(params, state, x):
        place = ((state[:, None] - codes) ** 2).sum(axis=2).argmin(axis=1)
        begun = jnp.round(jnp.arctan2(x[:, 2], x[:, 1]) / cell)
        moved = place + jnp.round(x[:, 0] / cell)
        place = jnp.where((x[:, 1:] != 0).any(axis=1), begun, moved).astype(int) % CELLS
        return codes[place], answers[place]

    return stepwise(step, lambda params: jnp.zeros(WIDTH), name="grid")


def samples(longer: int | None = None) -> Samples:
    parts = [paths(ROWS, 1), paths(ROWS, 2), *([] if longer is None else [paths(ROWS // 4, 3, longer)])]
    fit, report, *beyond = (Sample(arguments=(x,), targets=circle(angles(x))) for x in parts)
    return Samples(fit=fit, report=report, longer=tuple(beyond))


def reading(net: Net, longer: int | None = None) -> Reading:
    return read(net, {}, None, of_reals(Reals(2, 0.1)), samples=samples(longer))
