"""A net as data: three pure functions and the names of the places where it can be read and edited."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

Params = Any  # a pytree of arrays
Sites = dict[str, Array]
Apply = Callable[..., tuple[Float[Array, "batch classes"], Sites]]
Tap = Callable[[str, Array], Array]
Tokens = Int[Array, "batch positions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """`init(key) -> params`; `apply(params, x, edits={}) -> (outputs, sites)`, both pure and fit for jit and vmap.

    `x` has shape (batch, positions), integers below the alphabet's size. `sites` names, in the order of computation,
    every value that `apply` returns besides the outputs; each has a leading batch axis. (jit returns a dict sorted by
    its keys, so take the order from `sites`.) `edits` maps site names to arrays that replace the sites before what
    follows reads them, or broadcast to them; the *set* of names is static under jit, the arrays are not. An unknown
    name in `edits` raises ValueError at trace time, naming the nearest site.

    Names used by our architectures, which the extractors look for first (a site that depends on one argument alone is
    also recognised by its values): `operand.{i}` one argument's contribution to the first hidden layer,
    `embed.{i}` one position's embedding, `head.{layer}.{h}.score`, `head.{layer}.{h}.pattern`,
    `head.{layer}.{h}.value`, `hidden.{layer}.pre` before and `hidden.{layer}` after the nonlinearity.
    """

    name: str
    init: Callable[[jax.Array], Params]
    apply: Apply
    sites: tuple[str, ...]


def wrap(apply: Apply, sites: tuple[str, ...], *, name: str = "user", init: Callable | None = None) -> Net:
    """A net from any pure JAX function `apply(params, x, edits) -> (outputs, sites)` whose `sites` have these names.

    `tapping(edits)` gives such a function a `tap(name, value)` that reads and replaces. Without `init` the net can be
    read and judged, not trained. `check_net` tests what is promised here.
    """
    if isinstance(sites, str):
        raise ValueError(f"net {name!r}: expected sites as a tuple, got {sites!r}; write ({sites!r},) with its comma")
    declared = tuple(sites)

    def applied(params: Params, x: Tokens, edits: Mapping[str, Array] | None = None) -> tuple[Array, Sites]:
        refuse_unknown(name, edits or {}, declared)
        outputs, values = _returned(name, apply(params, x, edits or {}))
        if set(values) != set(declared):
            raise ValueError(
                f"net {name!r}: expected the sites {sorted(declared)}, got {sorted(values)}; "
                "declare in `sites` what `apply` returns"
            )
        return outputs, {site: values[site] for site in declared}

    return Net(name=name, init=init or _no_init(name), apply=applied, sites=declared)


def _returned(name: str, given: Any) -> tuple[Array, Sites]:
    if isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[1], Mapping):
        return given[0], dict(given[1])
    got = f"({', '.join(type(each).__name__ for each in given)})" if isinstance(given, tuple) else type(given).__name__
    raise ValueError(
        f"net {name!r}: expected `apply` to return (outputs, a dict of arrays by site), got {got}; "
        "return the outputs and what the sites hold"
    )


def tapping(edits: Mapping[str, Array]) -> tuple[Tap, Sites]:
    """`tap(name, value)`, which gives back the edited value where there is one, and the dict that it writes down in."""
    values: Sites = {}

    def tap(name: str, value: Array) -> Array:
        values[name] = _edited(name, value, edits[name]) if name in edits else value
        return values[name]

    return tap, values


def refuse_unknown(name: str, edits: Mapping[str, Array], sites: tuple[str, ...]) -> None:
    """ValueError for an edit of a site that the net does not have, naming the nearest one."""
    for edit in edits:
        if edit not in sites:
            near = (get_close_matches(edit, sites, n=1, cutoff=0.0) or ["none"])[0]
            raise ValueError(
                f"net {name!r}: expected the name of a site in edits, got {edit!r}; the nearest is {near!r}"
            )


def _edited(name: str, value: Array, edit: Array) -> Array:
    try:
        return jnp.broadcast_to(jnp.asarray(edit), value.shape)
    except ValueError:
        raise ValueError(
            f"site {name!r}: expected an edit of shape {value.shape}, or that broadcasts to it, got {jnp.shape(edit)}"
        ) from None


def _no_init(name: str) -> Callable[[jax.Array], Params]:
    def init(key: jax.Array) -> Params:
        raise ValueError(f"net {name!r}: expected an `init` to train it, got none; pass `init=` to `wrap`")

    return init
