"""A function, a flax module or a module that is a pytree, such as equinox's, as a net whose sites are found."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import flax.linen as linen
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.extend.core import ClosedJaxpr
from jaxtyping import Array

from nets.check import SHOWN, shapes_of
from nets.edits import Sites, fit, tapping
from nets.imported.trace import Place, places, run, traced
from nets.net import SITE, Inputs, Net, Params, refuse_unknown


class Model(NamedTuple):
    """`call(params, x)` on a batch, or on one row of it where `single`."""

    name: str
    call: Callable[[Params, Any], Any]
    params: Params
    single: bool = False


def from_model(model: Any, params: Params | None, x: Inputs) -> tuple[Net, Params]:
    """The net and the params of a model as its user has it; `x` (batch, ...) shows what it is called with.

    - a function `f(params, x)` of a batch that returns the outputs (batch, classes);
    - a flax.linen module, called as `module.apply(params, x)`: `params` as `module.init` gives them, or its "params";
    - a flax.nnx module, which holds its own, so that `params` is None;
    - any other callable that is a pytree and holds its arrays, as equinox modules do, called with one row of x;
      `params` is None.
    Sites are found in what JAX traces: see `nets.imported.trace`. Where what a function holds is not found, or passes
    through a loop, `nets.wrap` declares it.
    """
    made = _model(model, params, x)
    rows = [jnp.asarray(x)[:size] for size in (2, 3)]
    if made.single:
        rows = [each[0] for each in rows]
    programs = [_traced(made, row) for row in rows]
    sites = _common([places(program) for program in programs], None if made.single else (2, 3))
    return Net(name=made.name, init=_no_init(made.name), apply=_apply(made, sites), sites=sites), made.params


def _model(model: Any, params: Params | None, x: Inputs) -> Model:
    name = getattr(model, "__name__", type(model).__name__)
    if isinstance(model, linen.Module):
        return _linen(name, model, params, x)
    if isinstance(model, nnx.Module):
        return _nnx(name, model, params)
    if hasattr(model, "state_dict") or isinstance(model, Mapping):
        given = "module.state_dict()" if hasattr(model, "state_dict") else "state_dict"
        raise ValueError(
            f"net: expected a Net, a function or a module of JAX's, got {type(model).__name__}; "
            f"weights of PyTorch enter as `net, params = nets.from_torch({given})`"
        )
    if not callable(model):
        raise ValueError(
            f"net: expected a Net, a function f(params, x), a flax module or a callable pytree, got {name}; "
            "nets.wrap makes a Net of a function that names its sites"
        )
    arrays = [leaf for leaf in jax.tree.leaves(model) if _weights(leaf)]
    if not arrays:
        return Model(name, model, {} if params is None else params)
    if params is not None:
        raise ValueError(
            f"net {name!r}: expected params None for a module that holds its own, got some; leave them out"
        )
    return _pytree(name, model)


def _weights(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)


def _linen(name: str, module: linen.Module, params: Params | None, x: Inputs) -> Model:
    if not isinstance(params, Mapping):
        raise ValueError(
            f"net {name!r}: expected the params of a flax module as `module.init(key, x)` gives them, "
            f"got {type(params).__name__}"
        )
    variables = dict(params) if "params" in params else {"params": params}
    try:
        wanted = jax.eval_shape(lambda row: module.init(jax.random.key(0), row), jnp.asarray(x)[:2])
    except Exception as error:
        raise ValueError(
            f"net {name!r}: expected a module that can be called with x of {jnp.asarray(x).dtype} "
            f"{(2, *np.shape(x)[1:])} alone, got {type(error).__name__} ({_first(error)}); "
            "give a function f(params, x) that calls it as it wants"
        ) from error
    check_shapes(name, {"params": variables["params"]}, {"params": wanted["params"]})
    return Model(name, lambda given, row: module.apply(given, row), variables)


def check_shapes(name: str, given: Any, wanted: Any) -> None:
    """ValueError that names the arrays that are missing, extra or of another shape."""
    have, need = shapes_of(given), shapes_of(wanted)
    wrong = [array for array in dict.fromkeys((*need, *have)) if have.get(array) != need.get(array)]
    if wrong:
        said = [f"{array} {need.get(array, 'not there')}, got {have.get(array, 'none')}" for array in wrong[:SHOWN]]
        raise ValueError(
            f"net {name!r}: expected arrays of the shapes that its call asks for: {'; '.join(said)}; "
            "give the params that belong to the module"
        )


def _nnx(name: str, module: nnx.Module, params: Params | None) -> Model:
    if params is not None:
        raise ValueError(
            f"net {name!r}: expected params None for a module that holds its own, got some; leave them out"
        )
    graph, own, rest = nnx.split(module, nnx.Param, ...)

    def call(given: Params, x: Any) -> Any:
        state = jax.tree.unflatten(jax.tree.structure(own), jax.tree.leaves(given))
        merged = nnx.merge(graph, state, rest)
        merged.eval()
        return merged(x)  # pyright: ignore[reportCallIssue] - a module's own call

    return Model(name, call, nnx.to_pure_dict(own))


def _pytree(name: str, module: Any) -> Model:
    paths, structure = jax.tree_util.tree_flatten_with_path(module)
    names = [jax.tree_util.keystr(path, simple=True, separator=".") for path, _ in paths]
    params = {each: leaf for each, (_, leaf) in zip(names, paths, strict=True) if _weights(leaf)}

    def call(given: Params, row: Any) -> Any:
        leaves = [given.get(each, leaf) for each, (_, leaf) in zip(names, paths, strict=True)]
        return jax.tree.unflatten(structure, leaves)(row)

    return Model(name, call, params, single=True)


def _traced(model: Model, x: Any) -> ClosedJaxpr:
    try:
        program = traced(model.call, model.params, x)
    except Exception as error:
        shapes = ", ".join(f"{array} {shape}" for array, shape in list(shapes_of(model.params).items())[:SHOWN])
        raise ValueError(
            f"net {model.name!r}: expected a call that runs on {'one row' if model.single else 'a batch'} of x, "
            f"{jnp.asarray(x).dtype} {tuple(np.shape(x))}, got {type(error).__name__} ({_first(error)}); "
            f"its arrays are {shapes or 'none'}"
        ) from error
    if len(program.jaxpr.outvars) != 1:
        raise ValueError(
            f"net {model.name!r}: expected one array of outputs, got {len(program.jaxpr.outvars)}; return the outputs "
            "alone, or declare the sites that you return with nets.wrap"
        )
    return program


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _common(found: list[list[Place]], batch: tuple[int, int] | None) -> tuple[str, ...]:
    """Names of the sites that are there for every batch, its axis first, all other axes the same."""
    first, second = ({place.name: place.shape for place in each} for each in found)
    if batch is None:
        return tuple(name for name in first if name in second)
    shaped = [name for name, shape in first.items() if shape[:1] == batch[:1] and name in second]
    return tuple(name for name in shaped if second[name] == (batch[1], *first[name][1:]))


def _apply(model: Model, sites: tuple[str, ...]) -> Callable[..., tuple[Array, Sites]]:
    def once(params: Params, x: Any, edits: Mapping[str, Any]) -> tuple[Array, Sites]:
        program = _traced(model, x)
        tap, values = tapping(edits)
        kept = [place for place in places(program) if place.name in sites]
        (outputs,) = run(program, kept, [*jax.tree.leaves(params), jnp.asarray(x)], tap)
        return outputs, values

    def batched(params: Params, x: Inputs, edits: Mapping[str, Any]) -> tuple[Array, Sites]:
        rows = jnp.asarray(x)
        shapes = jax.eval_shape(lambda given, row: once(given, row, {})[1], params, rows[0])
        fitted = {name: fit(name, (len(rows), *shapes[name].shape), edit) for name, edit in edits.items()}
        return jax.vmap(once, in_axes=(None, 0, 0))(params, rows, fitted)

    def apply(params: Params, x: Inputs, edits: Mapping[str, Any] | None = None) -> tuple[Array, Sites]:
        refuse_unknown(f"net {model.name!r}", SITE, edits or {}, sites)
        outputs, values = (batched if model.single else once)(params, x, edits or {})
        column = outputs[:, None] if outputs.ndim == 1 else outputs
        return column, {site: values[site] for site in sites}

    return apply


def _no_init(name: str) -> Callable[[jax.Array], Params]:
    def init(key: jax.Array) -> Params:
        raise ValueError(f"net {name!r}: expected params, which it was given with, got a key; it is not trained here")

    return init
