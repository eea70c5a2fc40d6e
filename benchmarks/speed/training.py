"""Training through `nets` against the same net in hand-written JAX: `python -m benchmarks.speed.training`.

Five interleaved runs of each; exit 1 when the median ratio of steps a second falls under 0.90.
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

from nets import Data, Net, Recipe, mlp, train, transformer

P = 59
RUNS = 5
FLOOR = 0.90  # of the steps a second of hand-written JAX
RATE, DECAY, B1, B2, WARMUP = 1e-2, 1.0, 0.9, 0.98, 10

Forward = Callable[[dict, jax.Array], jax.Array]


def main() -> int:
    """Print steps/s of both and the median ratio for each net; 1 when one of them falls short."""
    jobs = (
        ("mlp", mlp(alphabet=P, classes=P), _mlp, 1200),
        ("transformer", transformer(alphabet=P, classes=P), _tf, 400),
    )
    return max(_compare(name, net, forward, steps) for name, net, forward, steps in jobs)


def _compare(name: str, net: Net, forward: Forward, steps: int) -> int:
    data, recipe = (
        _table(),
        Recipe(steps=steps, learning_rate=RATE, weight_decay=DECAY, warmup=WARMUP, evaluate_every=steps),
    )
    start = net.init(jax.random.key(0))
    x, y = (jnp.asarray(part[data.train]) for part in (data.x, data.y))

    def ours() -> float:
        return _timed(lambda: train(net, data, recipe, 0), steps)

    def theirs() -> float:
        return _timed(lambda: jax.block_until_ready(_by_hand(forward, steps, start, x, y)), steps)

    for compile_first in (ours, theirs):
        compile_first()
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    ratio = median(mine / peer for mine, peer in pairs)
    mine, peer = (median(column) for column in zip(*pairs, strict=True))
    verdict = "ok" if ratio >= FLOOR else f"below {FLOOR:.2f}"
    print(
        f"{name:12} p={P}  nets {mine:7.1f} steps/s  by hand {peer:7.1f} steps/s  median ratio {ratio:.3f}  {verdict}"
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


@partial(jax.jit, static_argnums=(0, 1))
def _by_hand(forward: Forward, steps: int, params: dict, x: jax.Array, y: jax.Array) -> dict:
    """What one would write without a library of nets: dict params, optax.adamw, one scan."""
    rate = optax.linear_schedule(RATE / WARMUP, RATE, WARMUP - 1)
    optimizer = optax.adamw(rate, b1=B1, b2=B2, weight_decay=DECAY)

    def loss(params: dict) -> jax.Array:
        return optax.softmax_cross_entropy_with_integer_labels(forward(params, x), y).mean()

    def step(carry: tuple, _: None) -> tuple:
        params, state = carry
        moves, state = optimizer.update(jax.grad(loss)(params), state, params)
        return (optax.apply_updates(params, moves), state), None

    return jax.lax.scan(step, (params, optimizer.init(params)), length=steps)[0][0]


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
