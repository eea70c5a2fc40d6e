"""Finding a hidden layer: a site before the nonlinearity, the site after it, and what each argument contributes."""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

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
    """Two sites of one width, before and after a nonlinearity, the outputs linear in the second; or why there are none.

    Pairs named `hidden.{l}.pre`, `hidden.{l}` come first, the last layer's in front. Without names, `pre` is the last
    site that is a sum over the net's inputs, or else the last of all, and `hidden` the nearest that follows it.
    """
    names = reading.net.sites
    named = [(f"{name}.pre", name) for name in reversed(names) if f"{name}.pre" in names]
    flat = [name for name in names if len(reading.shapes[name]) == 1 and reading.shapes[name][0] > 1]
    order = {name: (interaction(reading, name) > ADDITIVE_SHARE, -i) for i, name in enumerate(() if named else flat)}
    pairs = [pair for pair in itertools.combinations(order, 2) if reading.shapes[pair[0]] == reading.shapes[pair[1]]]
    for pre, hidden in [*named, *sorted(pairs, key=lambda pair: order[pair[0]])]:
        readout, spread = reading.readout(hidden)
        if spread <= LINEAR_SPREAD and (readout**2).sum() > 0:
            return Layer(pre=pre, hidden=hidden, readout=readout)
    return (
        "no hidden layer was found: expected two sites of one width, before and after a nonlinearity, "
        f"the outputs linear in the second; the net has {list(names)}"
    )


def importance(reading: Reading, layer: Layer, rows: Int[np.ndarray, " n"]) -> Float[np.ndarray, " units"]:
    """Each unit's variance on the rows times its effect on the outputs, as a share of the layer's."""
    weight = reading.site(layer.hidden)[rows].var(axis=0) * layer.effect
    return weight / max(float(weight.sum()), 1e-30)


def interaction(reading: Reading, site: str) -> float:
    """Share of a site's variance beyond a sum over the net's inputs."""
    columns = tuple(reading.x.T)
    means = argument_means(reading.site(site), columns, tuple(int(column.max()) + 1 for column in columns))
    return beyond_sum(reading.site(site), columns, means)


def unexplained_site(reading: Reading, pre: str) -> str | None:
    """A site before `pre` that is no sum over the inputs although the outputs depend on it, as a reason to refuse."""
    names = reading.net.sites
    shuffled = np.random.default_rng([reading.seed, 8]).permutation(reading.rows)
    for site in names[: names.index(pre)]:
        if len(reading.shapes[site]) != 1 or interaction(reading, site) <= ADDITIVE_SHARE:
            continue
        moved = reading.run({site: reading.site(site)[shuffled]})[0] - reading.outputs
        if (moved**2).sum() > ADDITIVE_SHARE * (reading.outputs**2).sum():
            return f"site {site}, before {pre}, is not a sum over the inputs, and no template explains it"
    return None


def argument_means(
    values: Float[np.ndarray, "rows features"], arguments: tuple[np.ndarray, ...], sizes: tuple[int, ...]
) -> tuple[Float[np.ndarray, "size features"], ...]:
    """Mean of a site for each value of each argument, the overall mean taken off."""
    centre = values.mean(axis=0)
    return tuple(_class_means(values, argument, size) - centre for argument, size in zip(arguments, sizes, strict=True))


def _class_means(values: np.ndarray, argument: np.ndarray, size: int) -> np.ndarray:
    member = np.zeros((size, len(argument)), dtype=values.dtype)
    member[argument, np.arange(len(argument))] = 1.0
    return (member @ values).astype(np.float64) / np.maximum(np.bincount(argument, minlength=size), 1)[:, None]


def beyond_sum(
    values: Float[np.ndarray, "rows features"],
    arguments: tuple[np.ndarray, ...],
    means: tuple[Float[np.ndarray, "size features"], ...],
) -> float:
    """Share of a site's variance that is not a sum of single-argument parts (the interaction of a two-way ANOVA)."""
    rest = values - values.mean(axis=0)
    total = float(np.vdot(rest, rest))
    for argument, mean in zip(arguments, means, strict=True):
        rest -= mean.astype(rest.dtype)[argument]
    return float(np.vdot(rest, rest)) / max(total, 1e-30)
