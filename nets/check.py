"""Whether a net keeps the promises of `Net`: one clear sentence where it does not."""

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from nets.edits import Patch, Sites
from nets.net import QUICKLY, Inputs, Net, Params

Values = dict[str, np.ndarray]  # of the outputs and sites, by name

OURS = Path(__file__).parent
SAME = 1e-4  # of the largest value that may change where nothing should
ULPS, ROUNDED = 2.0**-22, 4.0  # change of all parameters, and how many times what it changes is rounding
SHOWN = 8  # arrays whose shapes are said
LOUD = 10.0  # size of an edit, in a site's largest magnitudes, that no dead unit sleeps through


def check_net(net: Net, params: Params, x: Inputs) -> None:
    """ValueError where `apply` raises an error or jit cannot trace it, outputs or sites are NaN, sites are missing or
    change shape, or edits do not work as edits.

    Runs the net on `x` (batch, positions), or reals (batch, ...), with all sites replaced, and for each site with its
    values replaced by themselves and, in every second row, by others. Three compilations serve all of it.
    """
    run = jax.jit(net.apply, compiler_options=QUICKLY)
    try:
        fewer = jax.eval_shape(net.apply, params, x[: len(x) // 2])[1]
        outputs, sites = run(params, x)
    except Exception as error:
        _blame(net, params, x, error)
    _check_values(net, x, outputs, sites)
    _check_batch(net, sites, fewer, len(x) // 2)
    before = {name: np.asarray(value) for name, value in {"outputs": outputs, **sites}.items()}
    rounding = _rounding(run, params, x, before)
    others = {site: _moved(before[site], number) for number, site in enumerate(net.sites)}
    try:
        replaced = run(params, x, others)[1]
        patched = Patched(run, params, x, others)
        quiet = patched(None, np.array(False), others)
    except Exception as error:
        _blame(net, params, x, error)
    _check_returned(net, replaced, others)
    _check_unmoved(f"net {net.name!r}", "patches that hold nowhere", quiet, before, rounding)
    for number, site in enumerate(net.sites):
        _check_site(net, patched, site, before, quiet, rounding, number)


def _rounding(run: Callable[..., tuple[Any, Sites]], params: Params, x: Inputs, before: Values) -> dict[str, float]:
    """How far sites may move by rounding alone: some times as far as parameters do that change in their last digits."""
    rng = np.random.default_rng(0)

    def nudged(leaf: Any) -> Any:
        sign = rng.choice([-1, 1], size=np.shape(leaf))
        return (leaf * (1 + ULPS * sign)).astype(leaf.dtype) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf

    outputs, sites = run(jax.tree.map(nudged, jax.tree.map(jnp.asarray, params)), x)
    after = {name: np.asarray(value) for name, value in {"outputs": outputs, **sites}.items()}
    return {name: ROUNDED * float(np.abs(after[name] - each).max(initial=0)) for name, each in before.items()}


class Patched(NamedTuple):
    """The net run with patches of all its sites, so that one compilation serves them all."""

    run: Callable[..., tuple[Any, Sites]]
    params: Params
    x: Inputs
    values: Values

    def __call__(self, site: str | None, where: np.ndarray, values: Values) -> Values:
        """The outputs and all sites, this one replaced by its values where `where`, (rows,) or one for all, holds."""
        edits = {}
        for name, own in self.values.items():
            rows = np.broadcast_to(where if name == site else np.array(False), len(self.x))
            edits[name] = Patch(rows.reshape(-1, *(1,) * (own.ndim - 1)), values[name])
        outputs, sites = self.run(self.params, self.x, edits)
        return {name: np.asarray(value) for name, value in {"outputs": outputs, **sites}.items()}


def _check_site(
    net: Net, patched: Patched, site: str, before: Values, quiet: Values, rounding: Mapping[str, float], seed: int
) -> None:
    """ValueError where an edit of the site by its own values changes something, or by other values changes nothing."""
    rows = np.arange(len(patched.x)) % 2 == 0
    edited = patched(site, rows, patched.values)
    if not _equal(edited[site][rows], patched.values[site][rows]):
        raise ValueError(
            f"net {net.name!r}: site {site!r} does not react to patches: expected a Patch to be returned as the "
            f"site's values where it holds, got other values; let `apply` take edits.get({site!r}, its own value)"
        )
    kept = patched(site, np.array(True), before)
    _check_unmoved(f"net {net.name!r}, site {site!r}", "an edit by its own values", kept, before, rounding)
    later = net.sites[net.sites.index(site) + 1 :]
    alone = before[site].ndim > 2 and before[site].shape[1] == 1  # no next step or other position that would read it
    if not alone and not _reacts(quiet, edited, later) and not _could_react(net, patched, site, later, seed):
        raise ValueError(
            f"net {net.name!r}: site {site!r} does not react to edits: expected an edit to change the outputs or a "
            "later site, got no change; let what follows read the edited value"
        )


def _check_returned(net: Net, replaced: Sites, others: Values) -> None:
    for site, value in others.items():
        if not _equal(replaced[site], value):
            raise ValueError(
                f"net {net.name!r}: site {site!r} does not react to edits: expected an edit to be returned as the "
                f"site, got other values; let `apply` take edits.get({site!r}, its own value)"
            )


def _check_unmoved(where: str, edit: str, after: Values, before: Values, rounding: Mapping[str, float]) -> None:
    moved = [name for name, value in after.items() if not _equal(value, before[name], rounding[name])]
    if moved:
        raise ValueError(
            f"{where}: expected {edit} to change nothing, got other values of {moved[0]}; "
            "let what follows read the value that is returned as the site"
        )


def stirred(leaf: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A leaf of parameters with other values of the same size, by noise as large as itself; integers stay."""
    if not np.issubdtype(leaf.dtype, np.floating):
        return leaf
    size = float(np.sqrt((leaf.astype(np.float64) ** 2).mean())) if leaf.size else 0.0
    return (leaf + (size or 1.0) * rng.normal(size=leaf.shape)).astype(leaf.dtype)


def _blame(net: Net, params: Params, x: Inputs, error: Exception) -> NoReturn:
    """Our own sentences as they are; any other error with the line it came from and what `apply` gets and returns."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, ValueError) and OURS in Path(frames[-1].filename).parents:
        raise error
    theirs = [frame for frame in frames if _is_theirs(frame.filename)]
    where = f" at {Path(theirs[-1].filename).name}, line {theirs[-1].lineno}: {theirs[-1].line}" if theirs else ""
    first = (str(error).splitlines() or [""])[0]
    traced = isinstance(error, jax.errors.JAXTypeError | jax.errors.UnexpectedTracerError)
    broken = "expected an `apply` that jax.jit can trace, got" if traced else "expected an `apply` that runs, got"
    advice = "; use jax.numpy and no Python branch on values" if traced else _misfits(net, params)
    raise ValueError(
        f"net {net.name!r}: {broken} {type(error).__name__} ({first}){where}; "
        f"it gets (params, x of {x.dtype} {tuple(x.shape)}, edits as a dict of arrays or patches by site) and returns "
        f"(outputs of floats ({len(x)}, classes) or ({len(x)}, positions, classes), "
        f"a dict of arrays ({len(x)}, ...) by site){advice}"
    ) from error


def _misfits(net: Net, params: Params) -> str:
    """The arrays that are not of the shapes with which the net begins, or else all shapes there are."""
    have = shapes_of(params)
    try:
        need = shapes_of(jax.eval_shape(net.init, jax.random.key(0)))
    except Exception:  # a net that is not trained here has none
        need = {}
    wrong = [f"{name} {shape}, {need[name]} at first" for name, shape in have.items() if need.get(name, shape) != shape]
    shown = wrong or [f"{name} {shape}" for name, shape in have.items()]
    return f"; its arrays are {', '.join(shown[:SHOWN])}" if shown else ""


def shapes_of(params: Params) -> dict[str, tuple[int, ...]]:
    """The shape of each array by its path, as `Dense_0.kernel`."""
    leaves = jax.tree_util.tree_flatten_with_path(params)[0]
    return {jax.tree_util.keystr(path, simple=True, separator="."): tuple(np.shape(leaf)) for path, leaf in leaves}


def _is_theirs(file: str) -> bool:
    return OURS not in Path(file).parents and not {"site-packages", "dist-packages"} & set(Path(file).parts)


def _reacts(before: Mapping[str, Any], after: Mapping[str, Any], later: tuple[str, ...]) -> bool:
    names = ("outputs", *later)
    return not all(np.array_equal(before[name], after[name], equal_nan=True) for name in names)


def _could_react(net: Net, patched: Patched, site: str, later: tuple[str, ...], seed: int) -> bool:
    """Whether other parameters let an edit through: a read-out of zeros and dead units are no broken promise."""
    rng = np.random.default_rng(seed)
    other = patched._replace(params=jax.tree.map(lambda leaf: stirred(np.asarray(leaf), rng), patched.params))
    sites = other(None, np.array(False), patched.values)
    own = sites[site]
    for sign in (1, -1):
        loud = (own + sign * LOUD * (1 + np.abs(own).max()) * rng.random(own.shape)).astype(own.dtype)
        if _reacts(sites, other(site, np.array(True), {**patched.values, site: loud}), later):
            return True
    return False


def _equal(given: Any, expected: Any, rounding: float = 0.0) -> bool:
    one, other = np.asarray(given), np.asarray(expected)
    scale = float(np.abs(other).max(initial=0.0))
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= SAME * scale + rounding))


def _check_values(net: Net, x: Inputs, outputs: jax.Array, sites: Sites) -> None:
    if outputs.ndim not in (2, 3) or len(outputs) != len(x):
        raise ValueError(
            f"net {net.name!r}: expected outputs of shape ({len(x)}, classes), or ({len(x)}, positions, classes), "
            f"got {outputs.shape}"
        )
    if set(sites) != set(net.sites):
        raise ValueError(f"net {net.name!r}: expected the sites {sorted(net.sites)}, got {sorted(sites)}")
    for name, value in {"outputs": outputs, **sites}.items():
        if value.ndim < 2 or len(value) != len(x):
            raise ValueError(f"net {net.name!r}, {name}: expected a batch axis of {len(x)} and more, got {value.shape}")
        if bool(jnp.isnan(value).any()):
            bad = np.argwhere(np.isnan(np.asarray(value)))
            row, *unit = bad[0].tolist()
            raise ValueError(
                f"net {net.name!r}, {name}: expected numbers, got NaN for {len(np.unique(bad[:, 0]))} of {len(x)} "
                f"inputs, first in unit {', '.join(map(str, unit))} for {np.asarray(x[row]).tolist()}; look at the "
                "params and the range of the inputs"
            )


def _check_batch(net: Net, sites: Sites, fewer: Sites, batch: int) -> None:
    if set(fewer) != set(sites):
        raise ValueError(
            f"net {net.name!r}: expected the same sites for every batch, got {sorted(fewer)} for {batch} inputs"
        )
    for name, value in fewer.items():
        expected = (batch, *sites[name].shape[1:])
        if value.shape != expected:
            raise ValueError(
                f"net {net.name!r}, site {name!r}: expected shape {expected} for {batch} inputs, got {value.shape}; "
                "only the batch axis may change"
            )


def _moved(values: np.ndarray, seed: int) -> np.ndarray:
    """Other values of about the same size, each row from elsewhere in the batch."""
    noise = np.random.default_rng(seed).normal(size=values.shape)
    return (np.roll(values, 1, axis=0) + noise * (1 + np.nanstd(values.astype(np.float64)))).astype(values.dtype)
