"""Training: the whole loop between two evaluations is one compiled call, and is compiled once for all seeds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from nets.data import Data
from nets.net import Apply, Net, Params
from nets.recipe import Recipe

Curve = dict[str, np.ndarray]
Progress = Callable[[int, dict[str, float]], None]
MEASURES = ("train_accuracy", "held_out_accuracy", "train_loss", "held_out_loss", "weight_norm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What one seed gave. `curve` has the keys step and MEASURES, one row an evaluation; held-out ones may be NaN."""

    params: Params
    curve: Curve
    checkpoints: Params | None  # as params, stacked on a leading axis; None when the recipe asks for none
    checkpoint_steps: Int[np.ndarray, " checkpoints"]
    seed: int
    steps: int
    seconds: float


def train(net: Net, data: Data, recipe: Recipe, seed: int, *, progress: Progress | None = None) -> Trained:
    """Params after at most `recipe.steps` steps; the same for the same seed.

    `progress(step, measures)` is called after each evaluation. A loss that is not finite raises ValueError.
    """
    began = time.perf_counter()
    rows, rates = _rows(data), rates_of(recipe)
    start, draws = jax.random.split(jax.random.key(seed))
    state = begin(net, start)
    kept, curve, settled_at = [], [], None
    for step in _stops(recipe):
        state = advance(net.apply, recipe.batch, state, rows, rates, draws, step)
        measures = _measured(net.apply, state.params, rows)
        curve.append({"step": step, **measures})
        if progress is not None:
            progress(step, measures)
        _refuse_nan(net, recipe, seed, step, measures)
        settled_at = _settled_at(recipe, measures, step, settled_at)
        done = settled_at is not None and recipe.settle is not None and step >= settled_at + recipe.settle
        if recipe.checkpoints and (step in recipe.milestones() or done):
            kept.append((step, state.params))
        if done:
            break
    return Trained(
        params=jax.tree.map(np.asarray, state.params),
        curve={name: np.array([row[name] for row in curve]) for name in ("step", *MEASURES)},
        checkpoints=jax.tree.map(lambda *leaves: np.stack(leaves), *(params for _, params in kept)) if kept else None,
        checkpoint_steps=np.array([step for step, _ in kept], dtype=np.int64),
        seed=seed,
        steps=int(state.step),
        seconds=time.perf_counter() - began,
    )


class State(NamedTuple):
    """Everything that a step changes."""

    params: Params
    moments: Any
    step: Int[Array, ""]


class Rows(NamedTuple):
    """The rows trained on and the rows held out, on the device."""

    x: Int[Array, "train positions"]
    y: Int[Array, " train"]
    x_held_out: Int[Array, "held_out positions"]
    y_held_out: Int[Array, " held_out"]


def begin(net: Net, key: jax.Array) -> State:
    """The state before the first step."""
    params = jax.jit(net.init)(key)
    return State(params, optax.scale_by_adam().init(params), jnp.zeros((), jnp.int32))


class Rates(NamedTuple):
    """The numbers of a recipe: not static, so that recipes share one compilation."""

    learning_rate: float
    weight_decay: float
    b1: float
    b2: float
    warmup: float
    steps: float
    cosine: float  # 1 for a cosine schedule, else 0


def rates_of(recipe: Recipe) -> Rates:
    """The numbers of a recipe."""
    cosine = float(recipe.schedule == "cosine")
    weights = (recipe.learning_rate, recipe.weight_decay, recipe.b1, recipe.b2)
    return Rates(*weights, float(max(recipe.warmup, 1)), float(recipe.steps), cosine)


@partial(jax.jit, static_argnums=(0, 1))
def advance(
    apply: Apply, batch: int | None, state: State, rows: Rows, rates: Rates, key: jax.Array, until: int
) -> State:
    """The state at step `until`: AdamW, every parameter decayed by the rate of the step.

    The number of steps is not static either, so that one compilation serves every block.
    """
    update = optax.scale_by_adam(rates.b1, rates.b2).update

    def step(_: int, state: State) -> State:
        x, y = _drawn(batch, rows, jax.random.fold_in(key, state.step))
        slopes = jax.grad(lambda params: jnp.mean(losses(apply(params, x)[0], y)))(state.params)
        moves, moments = update(slopes, state.moments)
        rate = _rate(rates, state.step)
        params = jax.tree.map(lambda w, move: w - rate * (move + rates.weight_decay * w), state.params, moves)
        return State(params, moments, state.step + 1)

    return jax.lax.fori_loop(0, until - state.step, step, state)


def losses(outputs: Float[Array, "rows classes"], y: Int[Array, " rows"]) -> Float[Array, " rows"]:
    """Cross-entropy of each row; one output column is the logit of 1 against 0."""
    if outputs.shape[1] == 1:
        return optax.sigmoid_binary_cross_entropy(outputs[:, 0], y)
    return optax.softmax_cross_entropy_with_integer_labels(outputs, y)


def _rate(rates: Rates, step: Array) -> Array:
    """Learning rate at a step."""
    warm = jnp.minimum(1.0, (step + 1) / rates.warmup)
    fall = 0.5 * (1 + jnp.cos(jnp.pi * step / rates.steps))
    return rates.learning_rate * warm * jnp.where(rates.cosine == 1.0, fall, 1.0)


def _drawn(batch: int | None, rows: Rows, key: jax.Array) -> tuple[Array, Array]:
    if batch is None:
        return rows.x, rows.y
    chosen = jax.random.randint(key, (batch,), 0, rows.y.shape[0])
    return rows.x[chosen], rows.y[chosen]


def _rows(data: Data) -> Rows:
    return Rows(*(jnp.asarray(part[rows]) for rows in (data.train, data.held_out) for part in (data.x, data.y)))


def _stops(recipe: Recipe) -> list[int]:
    """The steps at which to evaluate."""
    return sorted({0, recipe.steps, *range(0, recipe.steps, recipe.evaluate_every), *recipe.milestones()})


def _measured(apply: Apply, params: Params, rows: Rows) -> dict[str, float]:
    return dict(zip(MEASURES, map(float, jax.device_get(_measure(apply, params, rows))), strict=True))


@partial(jax.jit, static_argnums=0)
def _measure(apply: Apply, params: Params, rows: Rows) -> tuple[Array, ...]:
    x, y = jnp.concatenate([rows.x, rows.x_held_out]), jnp.concatenate([rows.y, rows.y_held_out])
    outputs = apply(params, x)[0]
    answers = (outputs[:, 0] > 0) if outputs.shape[1] == 1 else jnp.argmax(outputs, axis=1)
    trained = len(rows.y)
    parts = [part for rows in (answers == y, losses(outputs, y)) for part in (rows[:trained], rows[trained:])]
    return *(part.mean() if part.size else jnp.array(jnp.nan) for part in parts), optax.tree.norm(params)


def _settled_at(recipe: Recipe, measures: dict[str, float], step: int, before: int | None) -> int | None:
    """The step since which held-out accuracy has stayed at `recipe.settled`."""
    if measures["held_out_accuracy"] >= recipe.settled:
        return step if before is None else before
    return None


def _refuse_nan(net: Net, recipe: Recipe, seed: int, step: int, measures: dict[str, float]) -> None:
    if not np.isfinite(measures["train_loss"]):
        raise ValueError(
            f"net {net.name!r}, seed {seed}: expected a finite loss, got {measures['train_loss']} at step {step}; "
            f"lower the learning rate, now {recipe.learning_rate}"
        )
