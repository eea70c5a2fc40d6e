"""A net as data: three pure functions and the names of the places where it can be read and edited."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import jax
from jaxtyping import Array, Float, Int

from nets.edits import Edits, Sites

Params = Any  # a pytree of arrays
SITE = "the name of a site in edits"
Outputs = Float[Array, "batch classes"] | Float[Array, "batch positions classes"]
Apply = Callable[..., tuple[Outputs, Sites]]
Tokens = Int[Array, "batch positions"]
Inputs = Tokens | Float[Array, "batch ..."]
QUICKLY = {"xla_backend_optimization_level": 1}  # half the time to compile, for what then runs a few times


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """`init(key) -> params`; `apply(params, x, edits={}) -> (outputs, sites)`, both pure and fit for jit and vmap.

    `x` has shape (batch, positions), integers below the alphabet's size, or is real, (batch, ...). Outputs are (batch,
    classes) or, one a position, (batch, positions, classes). `sites` names, in the order of computation, every value
    that `apply` returns besides the outputs; each has a leading batch axis. (jit returns a dict sorted by its keys, so
    take the order from `sites`.)

    `edits` maps site names to what changes the sites before what follows reads them: an array that replaces, or
    broadcasts to, the site; `Patch(where, value)`, which replaces only there, so that what follows one position or time
    step is computed from it; `Shift(by)`, which is added. The *set* of names is static under jit, the arrays are not.
    An unknown name in `edits` raises ValueError at trace time, naming the nearest site. Noise on a hidden state while
    training is `edits={"state": Shift(sigma * jax.random.normal(key, shape))}`, its shape from
    `jax.eval_shape(net.apply, params, x)[1]["state"].shape`.

    Names used by our architectures, which the extractors look for first (a site that depends on one argument alone is
    also recognised by its values): `operand.{i}` one argument's contribution to the first hidden layer,
    `embed.{i}` one position's embedding or `embed` all of them, `resid.{layer}` the stream after a layer and
    `resid.{layer}.mid` before its MLP, `head.{layer}.{h}.score`, `.pattern`, `.value` and `.out`,
    `hidden.{layer}.pre` before and `hidden.{layer}` after the nonlinearity, `conv.{layer}.pre` and `conv.{layer}` the
    same of images, `image` these themselves and `conv.{layer}.pool` what was pooled, `state.next` (batch, time, width)
    a state as computed and `state` as the next step reads it.
    """

    name: str
    init: Callable[[jax.Array], Params]
    apply: Apply
    sites: tuple[str, ...]


def wrap(apply: Apply, sites: tuple[str, ...], *, name: str = "user", init: Callable | None = None) -> Net:
    """A net from any pure JAX function `apply(params, x, edits) -> (outputs, sites)` whose `sites` have these names.

    Its edits change a site's own value by `edits.get(site, value)`, or by the `tap(site, value)` of `tapping(edits)`,
    which also writes the sites down, and whose `tap.over_time` runs a recurrence. Without `init` the net can be read
    and judged, not trained. `check_net` tests what is promised here.
    """
    if isinstance(sites, str):
        raise ValueError(f"net {name!r}: expected sites as a tuple, got {sites!r}; write ({sites!r},) with its comma")
    declared = tuple(sites)

    def applied(params: Params, x: Inputs, edits: Mapping[str, Any] | None = None) -> tuple[Array, Sites]:
        refuse_unknown(f"net {name!r}", SITE, edits or {}, declared)
        outputs, values = _returned(name, apply(params, x, Edits(edits or {})))
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


def refuse_unknown(what: str, expected: str, names: Iterable[str], known: Iterable[str]) -> None:
    """ValueError, with the nearest one that is known, for a name that is not."""
    known = list(known)
    for name in names:
        if name not in known:
            near = (get_close_matches(name, known, n=1, cutoff=0.0) or ["none"])[0]
            raise ValueError(f"{what}: expected {expected}, got {name!r}; the nearest is {near!r}")


def _no_init(name: str) -> Callable[[jax.Array], Params]:
    def init(key: jax.Array) -> Params:
        raise ValueError(f"net {name!r}: expected an `init` to train it, got none; pass `init=` to `wrap`")

    return init
