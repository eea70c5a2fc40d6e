"""Training: one seed, several, or the best of several restarts."""

from collections.abc import Sequence
from dataclasses import replace

import jax
import numpy as np

from nets.data import Data
from nets.log import Diverged, Progress, Trained
from nets.loop import abreast, alone
from nets.losses import LOSSES
from nets.net import Net
from nets.penalties import refuse_unknown_penalties
from nets.recipe import Recipe
from nets.resume import Save

RESTARTS = 13  # the stream of numbers that seeds of restarts are drawn from
TINY = 20_000  # parameters up to which seeds are trained side by side


def train(
    net: Net, data: Data, recipe: Recipe, seed: int, *, progress: Progress | None = None, save: Save | None = None
) -> Trained:
    """Params after at most `recipe.steps` steps; the same for the same seed.

    `progress(step, measures)` is called after each evaluation. With `save`, training that was cut off goes on from
    where it was last saved, to the same params to the bit. A loss that is not finite raises DivergedError; of several
    restarts only when it is so in all.
    """
    refuse_what_does_not_fit(net, data, recipe)
    if recipe.restarts == 1:
        return sound(alone(net, data, recipe, seed, progress=progress, save=save))
    return best(net, data, recipe, seed, progress, save)


def train_many(net: Net, data: Data, recipe: Recipe, seeds: Sequence[int]) -> tuple[Trained, ...]:
    """One training a seed: side by side where that pays, with `train`'s params up to rounding; else one by one."""
    refuse_what_does_not_fit(net, data, recipe)
    if len(seeds) > 1 and recipe.restarts == 1 and pays(net, data, recipe):
        return tuple(map(sound, abreast(net, data, recipe, seeds)))
    return tuple(train(net, data, recipe, seed) for seed in seeds)


def pays(net: Net, data: Data, recipe: Recipe) -> bool:
    """Whether seeds side by side are quicker than one by one.

    Measured, in steps a second over all seeds: tiny nets on batches gain 1.4; full-batch MLPs lose a fifth,
    transformers a tenth, and convolutions gain nothing.
    """
    if recipe.settle is not None or recipe.batch is None or data.x.ndim > 2:
        return False
    params = jax.eval_shape(net.init, jax.random.key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(params)) <= TINY


def restarts(recipe: Recipe, seed: int) -> tuple[int, ...]:
    """The seeds of a recipe's restarts, the seed itself first."""
    more = np.random.default_rng([seed, RESTARTS]).integers(2**31, size=recipe.restarts - 1)
    return (seed, *map(int, more))


def best(net: Net, data: Data, recipe: Recipe, seed: int, progress: Progress | None, save: Save | None) -> Trained:
    """The restart of the best score, the first of equals; its seconds are those of all."""
    once, seeds = replace(recipe, restarts=1), restarts(recipe, seed)
    if save is None and progress is None and pays(net, data, once):
        tries = abreast(net, data, once, seeds)
    else:
        tries = [
            alone(net, data, once, each, progress=progress, save=save and save.part(number))
            for number, each in enumerate(seeds)
        ]
    whole = {number: each for number, each in enumerate(tries) if isinstance(each, Trained)}
    if not whole:
        return sound(tries[0])
    kept = max(whole, key=lambda number: (whole[number].score, -number))
    seconds = sum(each.seconds for each in whole.values())
    return replace(whole[kept], seed=seed, restarts=len(seeds), kept=kept, seconds=seconds)


class DivergedError(ValueError):
    """A loss that is not finite."""


def sound(outcome: Trained | Diverged) -> Trained:
    """The outcome; DivergedError where it is none."""
    if isinstance(outcome, Diverged):
        raise DivergedError(outcome.said)
    return outcome


def refuse_what_does_not_fit(net: Net, data: Data, recipe: Recipe) -> None:
    """ValueError where fresh rows are drawn and it is not said how many a step, or outputs are not one an answer."""
    refuse_unknown_penalties(net, recipe)
    if data.sampler is not None and recipe.batch is None:
        raise ValueError(
            "recipe: expected `batch`, the rows that are drawn afresh each step, got none for data with a sampler; "
            "give it, such as 64"
        )
    found = shape_of_outputs(net, data)
    lead = data.y.shape[: LOSSES[data.loss].axes(data.y.ndim)]
    if found not in ((*lead, data.classes), *(((*lead, 1),) if data.loss == "classes" else ())):
        raise ValueError(
            f"net {net.name!r}: expected outputs {(*lead, data.classes)} for the answers, got {found}; take a net that "
            f"answers {'at every position' if len(lead) > 1 else 'once a row'}, with {data.classes} outputs"
        )


def shape_of_outputs(net: Net, data: Data) -> tuple[int, ...]:
    """Of the net's outputs for all rows; ValueError where it cannot be applied to them."""
    x = jax.ShapeDtypeStruct(data.x.shape, jax.dtypes.canonicalize_dtype(data.x.dtype))
    params = jax.eval_shape(net.init, jax.random.key(0))
    try:
        return jax.eval_shape(lambda params, x: net.apply(params, x)[0], params, x).shape
    except (TypeError, ValueError) as error:
        if f"net {net.name!r}" in str(error) or str(error).startswith(f"{net.name}: "):
            raise
        why = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"net {net.name!r}: expected a net for inputs of {data.x.dtype} {data.x.shape}, got one that cannot be "
            f"applied to them ({type(error).__name__}: {why}); take another net, or other options of it"
        ) from error
