"""Finding a hidden layer: a site before the nonlinearity, the site after it, and what each argument contributes."""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from compare.read import Reading

ADDITIVE_SHARE = 1e-6  # of a site's variance that may remain beyond a sum of single-argument parts
LINEAR_SPREAD = 1e-6  # of the squared Jacobian that may change between inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Names of the pre-activation and the activation, and the read-out from the activation."""

    pre: str
    hidden: str
    readout: Float[np.ndarray, "units classes"]  # Jacobian of the outputs, centred over classes

    @property
    def effect(self) -> Float[np.ndarray, " units"]:
        """Squared length of each unit's effect on the outputs."""
        return (self.readout**2).sum(axis=1)


def find_layer(reading: Reading) -> Layer | str:
    """The last pair of sites `pre`, `hidden` of one width whose second the outputs are linear in; or why there is none.

    Pairs named `hidden.{l}.pre`, `hidden.{l}` come first, then any two neighbouring sites of one shape.
    """
    names = reading.net.sites
    named = [(f"{name}.pre", name) for name in names if f"{name}.pre" in names]
    flat = [name for name in names if len(reading.shapes[name]) == 1]
    neighbours = [(a, b) for a, b in itertools.pairwise(flat) if reading.shapes[a] == reading.shapes[b]]
    for pre, hidden in [*reversed(named), *reversed(neighbours)]:
        readout, spread = reading.readout(hidden)
        if spread <= LINEAR_SPREAD and (readout**2).sum() > 0:
            return Layer(pre=pre, hidden=hidden, readout=readout)
    return (
        "no hidden layer was found: expected two sites of one width, before and after a nonlinearity, "
        f"the outputs linear in the second; the net has {list(names)}"
    )


def argument_means(
    values: Float[np.ndarray, "rows features"], arguments: tuple[np.ndarray, ...], sizes: tuple[int, ...]
) -> tuple[Float[np.ndarray, "size features"], ...]:
    """Mean of a site for each value of each argument, the overall mean taken off."""
    centre = values.mean(axis=0)
    return tuple(_class_means(values, argument, size) - centre for argument, size in zip(arguments, sizes, strict=True))


def _class_means(values: np.ndarray, argument: np.ndarray, size: int) -> np.ndarray:
    order = np.argsort(argument, kind="stable")
    starts = np.searchsorted(argument[order], np.arange(size))
    counts = np.bincount(argument, minlength=size)[:, None]
    return np.add.reduceat(values[order], starts, axis=0, dtype=np.float64) / counts


def beyond_sum(
    values: Float[np.ndarray, "rows features"],
    arguments: tuple[np.ndarray, ...],
    means: tuple[Float[np.ndarray, "size features"], ...],
) -> float:
    """Share of a site's variance that is not a sum of single-argument parts (the interaction of a two-way ANOVA)."""
    rest = values - values.mean(axis=0)
    total = float((rest**2).sum())
    for argument, mean in zip(arguments, means, strict=True):
        rest = rest - mean[argument]
    return float((rest**2).sum()) / max(total, 1e-30)
