"""The compiled part of training: the state, the steps that change it, and what is measured of it."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Int, Shaped

from nets.data import Batch, Data
from nets.edits import Shift, Sites
from nets.losses import LOSSES, mean
from nets.net import Apply, Net, Params
from nets.penalties import departure, mass, named, roughness
from nets.recipe import Recipe

MEASURES = ("train_accuracy", "held_out_accuracy", "train_loss", "held_out_loss", "weight_norm")
NOTHING_CUT = float("inf")
NEVER = float("inf")


class State(NamedTuple):
    """Everything that a step changes. Several seeds' states are stacked on a leading axis."""

    params: Params
    moments: Any
    step: Int[Array, ""]


class Rates(NamedTuple):
    """The numbers of a recipe: not static, so that recipes share one compilation."""

    learning_rate: float
    weight_decay: float
    b1: float
    b2: float
    warmup: float
    steps: float
    cosine: float  # 1 for a cosine schedule, else 0
    clip: float  # largest norm of a gradient
    noise: float  # standard deviation
    falls: float  # the step from which a settling rate falls
    fall: float  # the steps that it takes
    smooth: float = 0.0  # times the roughness of a parameter
    sparse: float = 0.0  # times the mass of one
    prior: float = 0.0  # times the departure of a site from the standard normal


class How(NamedTuple):
    """What a step is compiled for."""

    loss: str
    batch: int | None  # rows a step; None takes all
    fresh: bool  # whether rows are a block of batches (steps, batch, ...), one a step
    clipped: bool
    noisy: str | None  # the site that noise is added to
    smooth: str | None = None  # the parameter whose roughness is added to the loss
    sparse: str | None = None  # the parameter whose mass is
    prior: str | None = None  # the site whose departure is


class Rows(NamedTuple):
    """The rows trained on and the rows held out, on the device."""

    train: Batch
    held_out: Batch


def rates_of(recipe: Recipe, settled_at: int | None = None) -> Rates:
    """The numbers of a recipe, once what is learnt has settled at a step."""
    cosine = float(recipe.schedule == "cosine")
    weights = (recipe.learning_rate, recipe.weight_decay, recipe.b1, recipe.b2)
    clip = NOTHING_CUT if recipe.clip is None else float(recipe.clip)
    fall = float(recipe.settle or 0) if recipe.schedule == "settling" else 0.0
    falls = NEVER if not fall else recipe.steps - fall if settled_at is None else float(settled_at)
    numbers = (float(max(recipe.warmup, 1)), float(recipe.steps), cosine, clip, float(recipe.noise))
    penalties = (float(recipe.smooth), float(recipe.sparse), float(recipe.prior))
    return Rates(*weights, *numbers, falls, max(fall, 1.0), *penalties)


def how_of(data: Data, recipe: Recipe) -> How:
    """What training by this recipe on these data is compiled for."""
    noisy = recipe.noise_site if recipe.noise else None
    smooth = recipe.smooth_param if recipe.smooth else None
    sparse = recipe.sparse_param if recipe.sparse else None
    prior = recipe.prior_site if recipe.prior else None
    return How(data.loss, recipe.batch, data.sampler is not None, recipe.clip is not None, noisy, smooth, sparse, prior)


def rows_of(data: Data) -> Rows:
    """The rows that are measured on, and where there is no sampler trained on."""
    return Rows(*(on_device(data.rows(rows)) for rows in (data.train, data.held_out)))


def on_device(batch: Batch) -> Batch:
    return Batch(*(None if part is None else jnp.asarray(part) for part in batch))


def begin(net: Net, key: jax.Array) -> State:
    """The state before the first step."""
    params = jax.jit(net.init)(key)
    return State(params, optax.scale_by_adam().init(params), jnp.zeros((), jnp.int32))


@partial(jax.jit, static_argnums=(0, 1))
def advance(apply: Apply, how: How, state: State, rows: Batch, rates: Rates, key: jax.Array, until: int) -> State:
    """The state at step `until`: AdamW, every parameter decayed by the rate of the step.

    The number of steps is not static either, so that one compilation serves every block.
    """
    return jax.lax.fori_loop(0, until - state.step, lambda _, state: _step(apply, how, state, rows, rates, key), state)


@partial(jax.jit, static_argnums=(0, 1))
def advance_many(
    apply: Apply, how: How, states: State, rows: Batch, rates: Rates, keys: jax.Array, until: int
) -> State:
    """The same for several seeds at once, `keys` (seeds,) and states stacked; fresh rows are too."""
    each = jax.vmap(
        lambda state, rows, key: _step(apply, how, state, rows, rates, key), (0, 0 if how.fresh else None, 0)
    )
    return jax.lax.fori_loop(0, until - states.step[0], lambda _, states: each(states, rows, keys), states)


@partial(jax.jit, static_argnums=(0, 1))
def measure(apply: Apply, loss: str, params: Params, rows: Rows, tolerance: float) -> tuple[Array, ...]:
    """By the names in MEASURES; NaN where no row is held out."""
    x, y, mask = (_joined(*parts) for parts in zip(rows.train, rows.held_out, strict=True))
    outputs = apply(params, x)[0]
    trained = len(rows.train.y)
    parts = [
        mean(each[half], None if mask is None else mask[half])
        for each in (LOSSES[loss].right(outputs, y, tolerance), LOSSES[loss].each(outputs, y))
        for half in (slice(None, trained), slice(trained, None))
    ]
    return *parts, optax.tree.norm(params)


@partial(jax.jit, static_argnums=(0, 1))
def measure_many(apply: Apply, loss: str, params: Params, rows: Rows, tolerance: float) -> tuple[Array, ...]:
    """The same for several seeds' params, each measure (seeds,)."""
    return jax.vmap(lambda params: measure(apply, loss, params, rows, tolerance))(params)


def _step(apply: Apply, how: How, state: State, rows: Batch, rates: Rates, key: jax.Array) -> State:
    drawn = jax.random.fold_in(key, state.step)
    x, y, mask = _drawn(how, rows, drawn, state.step)

    def loss(params: Params) -> Array:
        edits = _noise(apply, how, params, x, rates.noise, drawn)
        outputs, sites = apply(params, x, edits) if edits else apply(params, x)
        return _penalised(how, params, sites, rates, mean(LOSSES[how.loss].each(outputs, y), mask))

    slopes = jax.grad(loss)(state.params)
    if how.clipped:
        cut = jnp.minimum(1.0, rates.clip / jnp.maximum(optax.tree.norm(slopes), 1e-30))
        slopes = jax.tree.map(lambda slope: cut * slope, slopes)
    moves, moments = optax.scale_by_adam(rates.b1, rates.b2).update(slopes, state.moments)
    rate = _rate(rates, state.step)
    params = jax.tree.map(lambda w, move: w - rate * (move + rates.weight_decay * w), state.params, moves)
    return State(params, moments, state.step + 1)


def _penalised(how: How, params: Params, sites: Sites, rates: Rates, loss: Array) -> Array:
    """The loss with the penalties that there are."""
    if how.smooth is not None:
        loss = loss + rates.smooth * roughness(named(params)[how.smooth])
    if how.sparse is not None:
        loss = loss + rates.sparse * mass(named(params)[how.sparse])
    if how.prior is not None:
        loss = loss + rates.prior * departure(sites[how.prior])
    return loss


def _noise(apply: Apply, how: How, params: Params, x: Array, sigma: float, key: jax.Array) -> dict[str, Shift]:
    """Normal noise on the noisy site, as what reads the site sees it."""
    if how.noisy is None:
        return {}
    sites = jax.eval_shape(apply, params, x)[1]
    if how.noisy not in sites:
        raise ValueError(
            f"recipe: expected a noise_site among the net's sites {', '.join(sites)}, got {how.noisy!r}; "
            "name one of them"
        )
    shape = sites[how.noisy].shape
    return {how.noisy: Shift(sigma * jax.random.normal(jax.random.fold_in(key, 1), shape))}


def _rate(rates: Rates, step: Array) -> Array:
    """Learning rate at a step."""
    warm = jnp.minimum(1.0, (step + 1) / rates.warmup)
    fall = 0.5 * (1 + jnp.cos(jnp.pi * step / rates.steps))
    settling = jnp.clip(1 - (step - rates.falls) / rates.fall, 0.0, 1.0)
    return rates.learning_rate * warm * jnp.where(rates.cosine == 1.0, fall, settling)


def _drawn(how: How, rows: Batch, key: jax.Array, step: Array) -> Batch:
    if how.fresh:
        return jax.tree.map(lambda part: part[step % len(part)], rows)
    if how.batch is None:
        return rows
    chosen = jax.random.randint(key, (how.batch,), 0, rows.y.shape[0])
    return jax.tree.map(lambda part: part[chosen], rows)


def _joined(one: Shaped[Array, "..."] | None, other: Shaped[Array, "..."] | None) -> Any:
    return None if one is None or other is None else jnp.concatenate([one, other])
