"""Whether a net keeps the promises of `Net`: one clear sentence where it does not."""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from nets.edits import Patch, Sites
from nets.net import Inputs, Net, Params

OURS = Path(__file__).parent
SAME = 1e-4  # of the largest value that may change where nothing should
LOUD = 10.0  # size of an edit, in a site's largest magnitudes, that no dead unit sleeps through


def check_net(net: Net, params: Params, x: Inputs) -> None:
    """ValueError where `apply` raises an error or jit cannot trace it, outputs or sites are NaN, sites are missing or
    change shape, or edits do not work as edits.

    Runs the net on `x` (batch, positions), or reals (batch, ...), on its first half, with every second row of all sites
    replaced by a patch, and for each site with that site's values replaced by themselves and by others.
    """
    try:
        jax.eval_shape(net.apply, params, x)
        outputs, sites = net.apply(params, x)
        fewer = net.apply(params, x[: len(x) // 2])[1]
    except Exception as error:
        _blame(net, x, error)
    _check_values(net, x, outputs, sites)
    _check_batch(net, sites, fewer, len(x) // 2)
    for number, site in enumerate(net.sites):
        check_site(net, params, x, site, {"outputs": outputs, **sites}, number)
    check_patches(net, params, x, {"outputs": outputs, **sites})


def check_site(net: Net, params: Params, x: Inputs, site: str, before: Sites, seed: int) -> None:
    """ValueError where an edit of the site by its own values changes something, or by other values changes nothing."""
    own = np.asarray(before[site])
    moved = _moved(own, seed)
    try:
        kept, still = net.apply(params, x, {site: own})
        edited, values = net.apply(params, x, {site: moved})
    except Exception as error:
        _blame(net, x, error)
    if not _equal(values[site], moved):
        raise ValueError(
            f"net {net.name!r}: site {site!r} does not react to edits: expected an edit to be returned as the site, "
            f"got other values; let `apply` take edits.get({site!r}, its own value)"
        )
    changed = [name for name, value in {"outputs": kept, **still}.items() if not _equal(value, before[name])]
    if changed:
        raise ValueError(
            f"net {net.name!r}, site {site!r}: expected an edit by its own values to change nothing, "
            f"got other values of {changed[0]}; let what follows read the value that is returned as the site"
        )
    later = net.sites[net.sites.index(site) + 1 :]
    if _reacts(before, {"outputs": edited, **values}, later) or _could_react(net, params, x, site, later, seed):
        return
    raise ValueError(
        f"net {net.name!r}: site {site!r} does not react to edits: expected an edit to change the outputs or a later "
        "site, got no change; let what follows read the edited value"
    )


def check_patches(net: Net, params: Params, x: Inputs, before: Sites) -> None:
    """ValueError where patches of some rows are not returned as their values, or patches of none change something."""
    rows = np.arange(len(x)) % 2 == 0
    values = {site: _moved(np.asarray(before[site]), number) for number, site in enumerate(net.sites)}
    some = {site: Patch(rows.reshape(-1, *(1,) * (value.ndim - 1)), value) for site, value in values.items()}
    try:
        patched = net.apply(params, x, some)[1]
        outputs, still = net.apply(params, x, {site: Patch(np.array(False), value) for site, value in values.items()})
    except Exception as error:
        _blame(net, x, error)
    for site, value in values.items():
        if not _equal(np.asarray(patched[site])[rows], value[rows]):
            raise ValueError(
                f"net {net.name!r}: site {site!r} does not react to patches: expected a Patch to be returned as the "
                f"site's values where it holds, got other values; let `apply` take edits.get({site!r}, its own value)"
            )
    loose = [name for name, value in {"outputs": outputs, **still}.items() if not _equal(value, before[name])]
    if loose:
        raise ValueError(
            f"net {net.name!r}: expected patches that hold nowhere to change nothing, got other values of {loose[0]}; "
            "let `apply` take edits.get(site, its own value) for every site"
        )


def stirred(leaf: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A leaf of parameters with other values of the same size, by noise as large as itself; integers stay."""
    if not np.issubdtype(leaf.dtype, np.floating):
        return leaf
    size = float(np.sqrt((leaf.astype(np.float64) ** 2).mean())) if leaf.size else 0.0
    return (leaf + (size or 1.0) * rng.normal(size=leaf.shape)).astype(leaf.dtype)


def _blame(net: Net, x: Inputs, error: Exception) -> NoReturn:
    """Our own sentences as they are; any other error with the line it came from and what `apply` gets and returns."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, ValueError) and OURS in Path(frames[-1].filename).parents:
        raise error
    theirs = [frame for frame in frames if _is_theirs(frame.filename)]
    where = f" at {Path(theirs[-1].filename).name}, line {theirs[-1].lineno}: {theirs[-1].line}" if theirs else ""
    first = (str(error).splitlines() or [""])[0]
    traced = isinstance(error, jax.errors.JAXTypeError | jax.errors.UnexpectedTracerError)
    broken = "expected an `apply` that jax.jit can trace, got" if traced else "expected an `apply` that runs, got"
    advice = "; use jax.numpy and no Python branch on values" if traced else ""
    raise ValueError(
        f"net {net.name!r}: {broken} {type(error).__name__} ({first}){where}; "
        f"it gets (params, x of {x.dtype} {tuple(x.shape)}, edits as a dict of arrays or patches by site) and returns "
        f"(outputs of floats ({len(x)}, classes) or ({len(x)}, positions, classes), "
        f"a dict of arrays ({len(x)}, ...) by site){advice}"
    ) from error


def _is_theirs(file: str) -> bool:
    return OURS not in Path(file).parents and not {"site-packages", "dist-packages"} & set(Path(file).parts)


def _reacts(before: Mapping[str, Any], after: Mapping[str, Any], later: tuple[str, ...]) -> bool:
    names = ("outputs", *later)
    return not all(np.array_equal(before[name], after[name], equal_nan=True) for name in names)


def _could_react(net: Net, params: Params, x: Inputs, site: str, later: tuple[str, ...], seed: int) -> bool:
    """Whether other parameters let an edit through: a read-out of zeros and dead units are no broken promise."""
    rng = np.random.default_rng(seed)
    other = jax.tree.map(lambda leaf: stirred(np.asarray(leaf), rng), params)
    outputs, sites = net.apply(other, x)
    own = np.asarray(sites[site])
    for sign in (1, -1):
        loud = (own + sign * LOUD * (1 + np.abs(own).max()) * rng.random(own.shape)).astype(own.dtype)
        edited, values = net.apply(other, x, {site: loud})
        if _reacts({"outputs": outputs, **sites}, {"outputs": edited, **values}, later):
            return True
    return False


def _equal(given: Any, expected: Any) -> bool:
    one, other = np.asarray(given), np.asarray(expected)
    scale = float(np.abs(other).max(initial=0.0))
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= SAME * scale))


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
            raise ValueError(
                f"net {net.name!r}, {name}: expected numbers, got NaN for {int(_rows_with_nan(value))} of {len(x)} "
                "inputs; look at the params and the range of the inputs"
            )


def _rows_with_nan(value: jax.Array) -> jax.Array:
    return jnp.isnan(value).reshape(len(value), -1).any(axis=1).sum()


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
