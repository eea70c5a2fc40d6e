"""Training through `nets` against the same net in hand-written JAX: `python -m benchmarks.speed.training`.

Tables in full batches, and a GRU on fresh batches of streams, which ours draws on the host and the other in its loop.
Five interleaved runs of each; exit 1 when the median ratio of steps a second falls under 0.90. Then the steps a second
of eight seeds side by side and of one after the other.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np
import optax

from nets import Batch, Data, Net, Recipe, mlp, recurrent, train, train_many, transformer

P = 59
RUNS = 5
FLOOR = 0.90  # of the steps a second of hand-written JAX
RATE, DECAY, B1, B2, WARMUP = 1e-2, 1.0, 0.9, 0.98, 10
MODULUS, LENGTH, BATCH, WIDTH, SEEDS = 5, 10, 64, 32, 8

Forward = Callable[[dict, jax.Array], jax.Array]


def main() -> int:
    """Print steps/s of both and the median ratio for each net; 1 when one of them falls short."""
    jobs = (
        ("mlp", mlp(alphabet=P, classes=P), _table(), _mlp, 1200),
        ("transformer", transformer(alphabet=P, classes=P), _table(), _tf, 400),
        ("gru, fresh", recurrent(alphabet=MODULUS, classes=MODULUS, width=WIDTH), _streams(), _gru, 2400),
    )
    worst = max(_compare(name, net, data, forward, steps) for name, net, data, forward, steps in jobs)
    _side_by_side(recurrent(alphabet=2, classes=2, width=4, cell="mlp"), 1200)
    return worst


def _recipe(data: Data, steps: int) -> Recipe:
    batch = None if data.sampler is None else BATCH
    return Recipe(steps=steps, learning_rate=RATE, weight_decay=DECAY, warmup=WARMUP, evaluate_every=steps, batch=batch)


def _side_by_side(net: Net, steps: int) -> None:
    """Steps a second of several seeds together, against one after the other."""
    data, seeds = _streams(2), range(SEEDS)
    recipe = _recipe(data, steps)
    ways = (lambda: train_many(net, data, recipe, seeds), lambda: [train(net, data, recipe, seed) for seed in seeds])
    for way in ways:
        way()
    together, apart = (median(_timed(way, SEEDS * steps) for _ in range(RUNS)) for way in ways)
    print(f"{SEEDS} seeds      cell of 4  together {together:7.1f} seed-steps/s  one by one {apart:7.1f} seed-steps/s")


def _compare(name: str, net: Net, data: Data, forward: Forward, steps: int) -> int:
    recipe = _recipe(data, steps)
    start = net.init(jax.random.key(0))
    x, y = (jnp.asarray(part[data.train]) for part in (data.x, data.y))
    fresh = data.sampler is not None

    def ours() -> float:
        return _timed(lambda: train(net, data, recipe, 0), steps)

    def theirs() -> float:
        return _timed(lambda: jax.block_until_ready(_by_hand(forward, steps, fresh, start, x, y)), steps)

    for compile_first in (ours, theirs):
        compile_first()
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    ratio = median(mine / peer for mine, peer in pairs)
    mine, peer = (median(column) for column in zip(*pairs, strict=True))
    verdict = "ok" if ratio >= FLOOR else f"below {FLOOR:.2f}"
    print(
        f"{name:12} {len(x):4} rows  nets {mine:7.1f} steps/s  by hand {peer:7.1f} steps/s  "
        f"median ratio {ratio:.3f}  {verdict}"
    )
    return int(ratio < FLOOR)


def _timed(run: Callable[[], object], steps: int) -> float:
    """Steps a second."""
    began = time.perf_counter()
    run()
    return steps / (time.perf_counter() - began)


def _table() -> Data:
    a, b = np.divmod(np.arange(P * P, dtype=np.int32), P)
    rows = np.random.default_rng(0).permutation(P * P)
    cut = int(0.4 * P * P)
    return Data(x=np.stack([a, b], axis=1), y=(a + b) % P, train=rows[:cut], held_out=rows[cut:], alphabet=P, classes=P)


def _streams(modulus: int = MODULUS) -> Data:
    """Running sums, drawn afresh."""

    def sums(rng: np.random.Generator, rows: int) -> Batch:
        x = rng.integers(0, modulus, (rows, LENGTH), dtype=np.int32)
        return Batch(x, x.cumsum(axis=1) % modulus)

    x, y, _ = sums(np.random.default_rng(0), 2 * BATCH)
    rows = np.arange(2 * BATCH)
    train, held_out = rows[:BATCH], rows[BATCH:]
    return Data(x=x, y=y, train=train, held_out=held_out, alphabet=modulus, classes=modulus, sampler=sums)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _by_hand(forward: Forward, steps: int, fresh: bool, params: dict, x: jax.Array, y: jax.Array) -> dict:
    """What one would write without a library of nets: dict params, optax.adamw, one scan, draws in it."""
    rate = optax.linear_schedule(RATE / WARMUP, RATE, WARMUP - 1)
    optimizer = optax.adamw(rate, b1=B1, b2=B2, weight_decay=DECAY)

    def loss(params: dict, x: jax.Array, y: jax.Array) -> jax.Array:
        return optax.softmax_cross_entropy_with_integer_labels(forward(params, x), y).mean()

    def step(carry: tuple, number: jax.Array) -> tuple:
        params, state = carry
        rows = x
        if fresh:
            rows = jax.random.randint(jax.random.fold_in(jax.random.key(0), number), (BATCH, LENGTH), 0, MODULUS)
        right = jnp.cumsum(rows, axis=1) % MODULUS if fresh else y
        moves, state = optimizer.update(jax.grad(loss)(params, rows, right), state, params)
        return (optax.apply_updates(params, moves), state), None

    return jax.lax.scan(step, (params, optimizer.init(params)), jnp.arange(steps))[0][0]


def _gru(params: dict, x: jax.Array) -> jax.Array:
    table = params["V"] + params["b"][:, None]

    def step(state: jax.Array, token: jax.Array) -> tuple:
        given, old = table[:, token], state @ params["W"]
        reset, update = jax.nn.sigmoid(given[:2] + old[:2])
        new = jnp.tanh(given[2] + reset * (old[2] + params["d"]))
        state = (1 - update) * new + update * state
        return state, state

    start = jnp.broadcast_to(params["S"], (len(x), WIDTH))
    return jax.lax.scan(step, start, x.T)[1].swapaxes(0, 1) @ params["U"] + params["c"]


def _mlp(params: dict, x: jax.Array) -> jax.Array:
    left, right = params["E"] @ params["A"][0], params["E"] @ params["A"][1]
    return jax.nn.relu(left[x[:, 0]] + right[x[:, 1]] + params["b"]) @ params["U"]


def _tf(params: dict, x: jax.Array) -> jax.Array:
    tokens = jnp.concatenate([x, jnp.full((len(x), 1), P)], axis=1)
    tables = params["E"] + params["P"][:, None]
    last = tables[2, P]
    query = jnp.einsum("d,kdh->kh", last, params["Q"])
    keys = jnp.einsum("std,kdh->stkh", tables, params["K"])
    scores = jnp.einsum("stkh,kh->stk", keys, query) / params["Q"].shape[-1] ** 0.5
    values = jnp.einsum("std,kdh->stkh", tables, params["V"])
    slots = jnp.arange(3)
    pattern = jax.nn.softmax(scores[slots, tokens], axis=1)
    mixed = jnp.einsum("bsk,bskh->bkh", pattern, values[slots, tokens])
    middle = last + jnp.einsum("bkh,khd->bd", mixed, params["O"])
    return (middle + jax.nn.relu(middle @ params["W"] + params["b"]) @ params["D"]) @ params["U"]


if __name__ == "__main__":
    sys.exit(main())
