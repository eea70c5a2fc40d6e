"""Small nets and data with every kind of answer."""

import jax
import jax.numpy as jnp
import numpy as np

from nets import Batch, Data, Net, tapping, wrap

LENGTH = 6


def recurrent(outputs: int = 2, alphabet: int = 2, width: int = 8) -> Net:
    """A ReLU cell with an MLP as its update, read out at every time."""

    def init(key):
        k = jax.random.split(key, 4)
        return {
            "I": jax.random.normal(k[0], (alphabet, 16)) * 0.5,
            "H": jax.random.normal(k[1], (width, 16)) * width**-0.5,
            "O": jax.random.normal(k[2], (16, width)) * 0.25,
            "U": jax.random.normal(k[3], (width, outputs)) * width**-0.5,
            "b": jnp.zeros(16),
        }

    def apply(params, x, edits):
        tap, values = tapping(edits)

        def step(tap, state, token):
            state = tap("state", state)
            state = jax.nn.relu(state @ params["H"] + params["I"][token] + params["b"]) @ params["O"]
            return state, tap("state.next", state)

        states = tap.over_time(step, jnp.zeros((len(x), width)), x)[1]
        return states @ params["U"], values

    return wrap(apply, ("state", "state.next"), name="cell", init=init)


def affine(inputs: int, outputs: int) -> Net:
    """One hidden tanh layer on reals, any shape flattened."""

    def init(key):
        one, two = jax.random.split(key)
        return {
            "W": jax.random.normal(one, (inputs, 32)) * inputs**-0.5,
            "b": jnp.zeros(32),
            "U": jax.random.normal(two, (32, outputs)) * 32**-0.5,
        }

    def apply(params, x, edits):
        tap, values = tapping(edits)
        flat = x.reshape(len(x), -1)
        return tap("hidden.0", jnp.tanh(flat @ params["W"] + params["b"])) @ params["U"], values

    return wrap(apply, ("hidden.0",), name="affine", init=init)


def parity(rng: np.random.Generator, rows: int) -> Batch:
    """Running parities of bits, all of them counted."""
    x = rng.integers(0, 2, (rows, LENGTH), dtype=np.int32)
    return Batch(x, x.cumsum(1) % 2)


def padded_parity(rng: np.random.Generator, rows: int) -> Batch:
    """The same of 1 to LENGTH bits; answers beyond the end are wrong on purpose and do not count."""
    x, y, _ = parity(rng, rows)
    mask = np.arange(LENGTH) < rng.integers(1, LENGTH + 1, (rows, 1))
    return Batch(np.where(mask, x, 0), np.where(mask, y, 1 - y), mask)


def legal(rng: np.random.Generator, rows: int) -> Batch:
    """Which of two symbols may follow: 0 always, 1 after a 0."""
    x, _, _ = parity(rng, rows)
    return Batch(x, np.stack([x >= 0, x == 0], axis=-1))


def product(rng: np.random.Generator, rows: int) -> Batch:
    """The product of two reals and their sum."""
    x = rng.uniform(-1, 1, (rows, 2)).astype(np.float32)
    return Batch(x, np.stack([x[:, 0] * x[:, 1], x.sum(1)], axis=1))


def likely(rng: np.random.Generator, rows: int) -> Batch:
    """One of two classes, drawn: the first three times as likely after a 0, as likely after a 1."""
    x, _, _ = parity(rng, rows)
    second = rng.random(x.shape) < np.where(x == 0, 0.25, 0.5)
    return Batch(x, np.stack([~second, second], axis=-1).astype(np.float32))


def fresh(
    sampler, loss: str = "classes", *, classes: int = 2, alphabet: int | None = 2, tolerance: float = 0.0
) -> Data:
    x, y, mask = sampler(np.random.default_rng(99), 256)
    rows = np.arange(256)
    return Data(
        x=x, y=y, mask=mask, train=rows[:128], held_out=rows[128:], alphabet=alphabet, classes=classes, loss=loss,
        tolerance=tolerance, sampler=sampler,
    )  # fmt: skip
