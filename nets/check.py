"""Whether a net keeps the promises of `Net`: one clear sentence where it does not."""

import jax
import jax.numpy as jnp
import numpy as np

from nets.net import Net, Params, Sites, Tokens


def check_net(net: Net, params: Params, x: Tokens) -> None:
    """ValueError where jit cannot trace the net, outputs or sites are NaN, sites are missing or change shape, or edits
    do not work as edits.

    Runs the net on `x` (batch, positions), on its first half, and once for each site with that site's values replaced.
    """
    _check_trace(net, params, x)
    outputs, sites = net.apply(params, x)
    _check_values(net, x, outputs, sites)
    _check_batch(net, sites, net.apply(params, x[: len(x) // 2])[1], len(x) // 2)
    for number, site in enumerate(net.sites):
        after = {name: sites[name] for name in net.sites[number + 1 :]} | {"outputs": outputs}
        moved = _moved(np.asarray(sites[site]), number)
        edited, values = net.apply(params, x, {site: moved})
        _check_edit(net, site, moved, values, after, values | {"outputs": edited})


def _check_trace(net: Net, params: Params, x: Tokens) -> None:
    try:
        jax.eval_shape(net.apply, params, x)
    except (jax.errors.JAXTypeError, jax.errors.UnexpectedTracerError) as error:
        first = str(error).splitlines()[0]
        raise ValueError(
            f"net {net.name!r}: expected an `apply` that jax.jit can trace, got {type(error).__name__} ({first}); "
            "use jax.numpy and no Python branch on values"
        ) from error


def _check_values(net: Net, x: Tokens, outputs: jax.Array, sites: Sites) -> None:
    if outputs.ndim != 2 or len(outputs) != len(x):
        raise ValueError(f"net {net.name!r}: expected outputs of shape ({len(x)}, classes), got {outputs.shape}")
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
    return (np.roll(values, 1, axis=0) + noise * (1 + np.nanstd(values))).astype(values.dtype)


def _check_edit(net: Net, site: str, moved: np.ndarray, values: Sites, before: Sites, after: Sites) -> None:
    if not np.allclose(values[site], moved, atol=1e-5, rtol=1e-5):
        raise ValueError(
            f"net {net.name!r}, site {site!r}: expected an edit to be returned as the site, got other values"
        )
    if all(np.array_equal(before[name], after[name], equal_nan=True) for name in before):
        raise ValueError(
            f"net {net.name!r}, site {site!r}: expected an edit to change the outputs or a later site, got no change; "
            "let what follows read the edited value"
        )
