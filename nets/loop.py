"""The loop of training: compiled steps up to the next evaluation, for one seed or for several side by side."""

import time
from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from nets.data import Batch, Data, draw
from nets.log import Diverged, Log, Measures, Progress, Trained
from nets.net import Net
from nets.recipe import Recipe
from nets.resume import Save, finished, resumed, save_now
from nets.state import (
    MEASURES,
    advance,
    advance_many,
    begin,
    how_of,
    measure,
    measure_many,
    on_device,
    rates_of,
    rows_of,
)

BLOCK = 128  # steps whose batches are drawn at once
DRAWS = 11  # the stream of numbers that batches are drawn from


def alone(
    net: Net, data: Data, recipe: Recipe, seed: int, *, progress: Progress | None = None, save: Save | None = None
) -> Trained | Diverged:
    """One training, from its beginning or from where it was last saved."""
    began = time.perf_counter()
    rows, how = rows_of(data), how_of(data, recipe)
    start, draws = jax.random.split(jax.random.key(seed))
    state, log = begin(net, start), Log(net.name, recipe, seed)
    if save is not None:
        state, log = resumed(save, data, state, log)
    for step in stops(recipe, after=log.last):
        rates = rates_of(recipe, log.settled_at)
        for until, batches in blocks(data, recipe, (seed,), int(state.step), step, rows.train):
            state = advance(net.apply, how, state, batches, rates, draws, until)
        found = measure(net.apply, data.loss, state.params, rows, data.tolerance)
        measures: Measures = dict(zip(MEASURES, map(float, jax.device_get(found)), strict=True))
        if progress is not None:
            progress(step, measures)
        if log.add(step, measures, state.params):
            break
        if save is not None:
            save_now(save, data, state, log)
    if save is not None:
        finished(save)
    return log.trained(state, time.perf_counter() - began)


def abreast(net: Net, data: Data, recipe: Recipe, seeds: Sequence[int]) -> list[Trained | Diverged]:
    """Two seeds or more in one compiled loop, each for all steps of the recipe."""
    began = time.perf_counter()
    rows, rates, how = rows_of(data), rates_of(recipe), how_of(data, recipe)
    keys = [jax.random.split(jax.random.key(seed)) for seed in seeds]
    states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(begin(net, start) for start, _ in keys))
    draws = jnp.stack([draws for _, draws in keys])
    logs, now = [Log(net.name, recipe, seed) for seed in seeds], 0
    for step in stops(recipe):
        for until, batches in blocks(data, recipe, seeds, now, step, rows.train):
            states = advance_many(net.apply, how, states, batches, rates, draws, until)
        found = jax.device_get(measure_many(net.apply, data.loss, states.params, rows, data.tolerance))
        for lane, log in enumerate(logs):
            measures: Measures = {name: float(values[lane]) for name, values in zip(MEASURES, found, strict=True)}
            log.add(step, measures, jax.tree.map(lambda leaf, lane=lane: leaf[lane], states.params))
        now = step
    seconds = (time.perf_counter() - began) / len(seeds)
    each = [jax.tree.map(lambda leaf, lane=lane: leaf[lane], states) for lane in range(len(seeds))]
    return [log.trained(state, seconds) for log, state in zip(logs, each, strict=True)]


def stops(recipe: Recipe, after: int = -1) -> list[int]:
    """The steps at which to evaluate."""
    every = {0, recipe.steps, *range(0, recipe.steps, recipe.evaluate_every), *recipe.milestones()}
    return sorted(step for step in every if step > after)


def blocks(
    data: Data, recipe: Recipe, seeds: Sequence[int], now: int, until: int, rows: Batch
) -> Iterator[tuple[int, Batch]]:
    """The steps from one evaluation to the next in parts, each with the rows that it trains on.

    Fresh batches are drawn for BLOCK steps at once, each block from the seed and its number, so that it is the same
    wherever evaluations fall and training is resumed.
    """
    if data.sampler is None:
        yield until, rows
        return
    for number in range(now // BLOCK, -(-until // BLOCK)):
        drawn = [block(data, recipe, seed, number) for seed in seeds]
        batches = drawn[0] if len(seeds) == 1 else jax.tree.map(lambda *parts: np.stack(parts), *drawn)
        yield min((number + 1) * BLOCK, until), on_device(batches)


def block(data: Data, recipe: Recipe, seed: int, number: int) -> Batch:
    """The batches of BLOCK steps, arrays (BLOCK, batch, ...)."""
    assert recipe.batch is not None
    size = (BLOCK, recipe.batch)
    batch = draw(data, np.random.default_rng([seed, DRAWS, number]), BLOCK * recipe.batch)
    return jax.tree.map(lambda part: part.reshape(*size, *part.shape[1:]), batch)
