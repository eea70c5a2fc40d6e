"""Edits of a net's sites: an array that replaces, a patch that replaces in part, a shift that is added, a snap.

An edit says what a site holds when what follows reads it. All are pytrees: they pass through jit, vmap and scan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float

Sites = dict[str, Array]
Step = Callable[..., tuple[Any, Any]]


@partial(jax.tree_util.register_dataclass, data_fields=("where", "value"), meta_fields=())
@dataclass(frozen=True, slots=True)
class Patch:
    """Replaces a site by `value` only where `where` holds; both broadcast to the site's shape, its batch axis first.

    One time step of a site (batch, time, width): `Patch((jnp.arange(time) == 3)[:, None], value)`.
    """

    where: Bool[ArrayLike, "..."]
    value: Float[ArrayLike, "..."]


@partial(jax.tree_util.register_dataclass, data_fields=("by",), meta_fields=())
@dataclass(frozen=True, slots=True)
class Shift:
    """Adds `by` to what the site holds; it broadcasts to the site's shape. Noise while training is such an edit."""

    by: Float[ArrayLike, "..."]


@partial(jax.tree_util.register_dataclass, data_fields=("allowed", "codewords"), meta_fields=())
@dataclass(frozen=True, slots=True)
class Snap:
    """Replaces what the site holds by the nearest of the `codewords` that are allowed; where none is, it stays.

    `allowed` broadcasts to the site's shape with the codewords in the place of its last axis.
    """

    allowed: Bool[ArrayLike, "... codewords"]
    codewords: Float[ArrayLike, "codewords width"]


Partial = Patch | Shift | Snap  # edits that need what the site holds
Edit = ArrayLike | Partial


class Edits(dict[str, Any]):
    """Edits by site, whose `get(site, value)` gives the value as edited."""

    def get(self, site: str, value: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The site's own value with its edit made, where there is one; an array that replaces needs no own value."""
        if site not in self:
            return value
        return self[site] if value is None else changed(site, value, super().__getitem__(site))

    def __getitem__(self, site: str) -> Any:
        edit = super().__getitem__(site)
        if isinstance(edit, Partial):
            raise ValueError(
                f"site {site!r}: expected the site's own value, to change it by a {type(edit).__name__}, got none; "
                f"let `apply` read edits.get({site!r}, value), or `tapping(edits)`"
            )
        return edit


class Tap:
    """`tap(name, value)` gives back the value as edited, and writes it down in `values`."""

    def __init__(self, edits: Mapping[str, Any]) -> None:
        self.edits = Edits(edits)
        self.values: Sites = {}

    def __call__(self, name: str, value: Array) -> Array:
        self.values[name] = self.edits.get(name, value)
        return self.values[name]

    def over_time(self, step: Step, start: Any, inputs: Any) -> tuple[Any, Any]:
        """The last state and the outputs (batch, time, ...) of `step(tap, state, input) -> (state, output)`.

        `inputs` are arrays (batch, time, ...). A value (batch, ...) that a step taps is a site (batch, time, ...), and
        an edit of it at one time changes what the next steps read. One step is compiled, for any length.
        """

        def stepped(state: Any, given: tuple[Mapping[str, Any], Any]) -> tuple[Any, tuple[Any, Sites]]:
            tap = Tap(given[0])
            state, output = step(tap, state, given[1])
            return state, (output, tap.values)

        inputs = jax.tree.map(_time_first, inputs)
        time = jax.tree.leaves(inputs)[0].shape[0]
        first = jax.tree.map(lambda leaf: leaf[0], inputs)
        sites = jax.eval_shape(lambda: stepped(start, ({}, first))[1][1])
        wanted = {name: dict.__getitem__(self.edits, name) for name in sites if name in self.edits}
        fitted = {name: fit(name, (len(sites[name]), time, *sites[name].shape[1:]), wanted[name]) for name in wanted}
        last, (outputs, values) = jax.lax.scan(stepped, start, (_by_time(fitted, time), inputs))
        self.values |= jax.tree.map(_time_first, values)
        return last, jax.tree.map(_time_first, outputs)


def tapping(edits: Mapping[str, Any]) -> tuple[Tap, Sites]:
    """`tap(name, value)`, which gives back the value as edited, and the dict that it writes down in."""
    tap = Tap(edits)
    return tap, tap.values


def changed(name: str, value: Array, edit: Any) -> Array:
    """The value of the site of this name as edited; ValueError for an edit of another shape."""
    edit = fit(name, jnp.shape(value), edit)
    if isinstance(edit, Patch):
        return jnp.where(edit.where, edit.value, value)
    if isinstance(edit, Snap):
        return _snapped(value, edit)
    return value + edit.by if isinstance(edit, Shift) else edit


def fit(name: str, shape: tuple[int, ...], edit: Any) -> Any:
    """The edit with all its arrays broadcast to the site's shape."""
    if isinstance(edit, Shift):
        return Shift(_spread(name, shape, edit.by, "a shift"))
    if isinstance(edit, Snap):
        words = jnp.asarray(edit.codewords)
        if words.ndim != 2 or words.shape[1] != shape[-1]:
            raise ValueError(
                f"site {name!r}: expected codewords (any number, {shape[-1]}) to snap to, got {words.shape}"
            )
        return Snap(_spread(name, (*shape[:-1], len(words)), edit.allowed, "a snap with `allowed`"), words)
    if not isinstance(edit, Patch):
        return _spread(name, shape, edit, "an edit")
    where = jnp.asarray(edit.where)
    if where.dtype != jnp.bool_:
        raise ValueError(f"site {name!r}: expected a patch with Booleans in `where`, got {where.dtype}")
    return Patch(
        _spread(name, shape, where, "a patch with `where`"), _spread(name, shape, edit.value, "a patch with a value")
    )


def _spread(name: str, shape: tuple[int, ...], part: Any, what: str) -> Array:
    given = jnp.asarray(part)
    try:
        return jnp.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(
            f"site {name!r}: expected {what} of shape {shape}, or that broadcasts to it, got {given.shape}"
        ) from None


def rows_of(edit: Any, rows: Any) -> Any:
    """The edit of some rows of the batch; it is given for all of them."""
    if isinstance(edit, Snap):
        return Snap(edit.allowed[rows], edit.codewords)  # pyright: ignore[reportIndexIssue]
    return jax.tree.map(lambda leaf: leaf[rows], edit)


def _snapped(value: Float[Array, "... width"], edit: Snap) -> Array:
    words = jnp.asarray(edit.codewords, value.dtype)
    distance = (words**2).sum(axis=1) - 2 * value @ words.T
    nearest = words[jnp.where(edit.allowed, distance, jnp.inf).argmin(axis=-1)]
    return jnp.where(jnp.asarray(edit.allowed).any(axis=-1, keepdims=True), nearest, value)


def _by_time(edits: Mapping[str, Any], time: int) -> dict[str, Any]:
    """Every array with its axis of time in front; codewords are the same at all times."""

    def turned(edit: Any) -> Any:
        if isinstance(edit, Snap):
            words = jnp.asarray(edit.codewords)
            return Snap(_time_first(jnp.asarray(edit.allowed)), jnp.broadcast_to(words, (time, *words.shape)))
        return jax.tree.map(_time_first, edit)

    return {name: turned(edit) for name, edit in edits.items()}


def _time_first(leaf: Array) -> Array:
    """The batch's axis and the one of time exchanged, either way."""
    return jnp.swapaxes(leaf, 0, 1)
