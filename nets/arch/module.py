"""A flax module behind the pure interface of a net."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array

from nets.edits import Sites, tapping
from nets.net import SITE, Inputs, Net, Params, refuse_unknown

Sizes = ParamSpec("Sizes")
Shapes = dict[str, tuple[tuple[int, ...], float]]


def net_of(name: str, module: Callable[[nnx.Rngs], nnx.Module], sites: tuple[str, ...]) -> Net:
    """The net of a module whose `__call__(x, tap)` passes each named value through `tap(name, value)`.

    Params are a plain dict, one array for each `nnx.Param` that is an attribute of the module. Their shapes are not
    part of the net: arrays of other widths run as well.
    """
    graph, state = nnx.split(nnx.eval_shape(lambda: module(nnx.Rngs(0))))
    expected = set(nnx.to_pure_dict(state))

    def init(key: jax.Array) -> Params:
        return nnx.to_pure_dict(nnx.state(module(nnx.Rngs(key))))

    def apply(params: Params, x: Inputs, edits: Mapping[str, Any] | None = None) -> tuple[Array, Sites]:
        if set(params) != expected:
            raise ValueError(f"net {name!r}: expected params {sorted(expected)}, got {sorted(params)}")
        refuse_unknown(f"net {name!r}", SITE, edits or {}, sites)
        tap, values = tapping(edits or {})
        merged = nnx.merge(graph, nnx.State({key: nnx.Param(value) for key, value in params.items()}))
        outputs = merged(jnp.asarray(x), tap)
        return outputs, {site: values[site] for site in sites}

    return Net(name=name, init=init, apply=apply, sites=sites)


def check_sizes(net: str, sizes: Mapping[str, object]) -> None:
    """ValueError unless every size is an integer of at least 1."""
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{net}: expected {name} to be an integer of at least 1, got {value!r}")


def known(net: str, what: str, value: object, allowed: tuple[str, ...]) -> None:
    """ValueError unless the value is one of those."""
    if value not in allowed:
        raise ValueError(f"{net}: expected {what} in {allowed}, got {value!r}")


def draw(shapes: Shapes, rngs: nnx.Rngs) -> dict[str, nnx.Param]:
    """Normal params of these shapes and scales, from one draw for all: a draw apiece takes seconds to compile.

    Those of scale 0 are zeros and have no part in the draw.
    """
    ends, total = {}, 0
    for name, (shape, scale) in shapes.items():
        if scale:
            ends[name] = (total, total := total + math.prod(shape))
    drawn = jax.random.normal(rngs(), (total,))
    return {
        name: nnx.Param(scale * drawn[slice(*ends[name])].reshape(shape) if scale else jnp.zeros(shape))
        for name, (shape, scale) in shapes.items()
    }


def hold(module: nnx.Module, params: Mapping[str, nnx.Param]) -> None:
    """The params as attributes of the module."""
    for name, param in params.items():
        setattr(module, name, param)


def remembered(make: Callable[Sizes, Net]) -> Callable[Sizes, Net]:
    """The same net for the same sizes, so that it is compiled once; a list is a tuple."""
    cached = functools.cache(make)

    @functools.wraps(make)
    def given(*none: Sizes.args, **sizes: Sizes.kwargs) -> Net:
        return cached(
            *none, **{name: tuple(value) if isinstance(value, list) else value for name, value in sizes.items()}
        )

    return given
