"""Finding a hidden layer: a site before the nonlinearity, the site after it, and what each argument contributes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.read import Reading

ADDITIVE_SHARE = 1e-6  # of a site's variance that may remain beyond a sum of single-argument parts
EQUAL = 1e-4  # of the largest activation
SAME = 0.9999  # cosine of two units that are one
LINEAR_SPREAD = 1e-6  # of the squared Jacobian that may change between inputs
JACOBIAN = 2**24  # entries, at most, of one that ranks the units of a site


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
    named = [pair for pair in named if reading.shapes[pair[0]] == reading.shapes[pair[1]]]
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


def last_site(reading: Reading) -> str | None:
    """The last site of several units whose effect on the outputs can be told; None where there is none."""
    outputs = reading.outputs[0].size
    for site in reversed(reading.net.sites):
        size = int(np.prod(reading.shapes[site]))
        real = np.issubdtype(reading.site(site).dtype, np.floating) if 1 < size * outputs <= JACOBIAN else False
        if real and np.isfinite(reading.site(site)).all():
            return site
    return None


def find_additive_layer(reading: Reading) -> Layer | str:
    """A hidden layer whose pre-activation is a sum over the first two inputs; or why there is none."""
    layer = find_layer(reading)
    if isinstance(layer, str):
        return layer
    columns, values = (reading.x[:, 0], reading.x[:, 1]), reading.site(layer.pre)
    means = argument_means(values, columns, tuple(int(column.max()) + 1 for column in columns))
    beyond = beyond_sum(values, columns, means)
    if beyond > ADDITIVE_SHARE:
        return f"site {layer.pre} is not a sum over the arguments: {beyond:.2g} of its variance is beyond it"
    return unexplained_site(reading, layer.pre) or layer


def activate(reading: Reading, pre: str, hidden: str, values: Float[np.ndarray, "m units"]) -> np.ndarray:
    """`hidden` with `pre` replaced: the net's own nonlinearity, which sees one and the same input for every row.

    Other numbers of rows than the reading's are padded to a power of two, so that few shapes are compiled.
    """
    m = len(values)
    padded = m if m == reading.rows else max(64, 1 << (m - 1).bit_length())
    edit = np.zeros((padded, values.shape[1]), dtype=np.float32)
    edit[:m] = values
    return reading.run({pre: edit}, keep=(hidden,), rows=np.zeros(padded, dtype=int))[1][hidden][:m]


def activate_sums(
    reading: Reading, layer: Layer, parts: Sequence[Float[np.ndarray, "n kept"]], kept: Int[np.ndarray, " kept"]
) -> Float[np.ndarray, "rows kept"]:
    """Activations of some units over the domain, their pre-activations sums of a table for each of the first inputs."""
    pre = np.zeros((reading.rows, reading.shapes[layer.pre][0]), dtype=np.float32)
    pre[:, kept] = sum(part[tokens] for part, tokens in zip(parts, reading.x.T, strict=False))
    return activate(reading, layer.pre, layer.hidden, pre)[:, kept]


def power_of(pre: np.ndarray, power: int) -> np.ndarray:
    """ReLU for 1, the square for 2."""
    return np.maximum(pre, 0) if power == 1 else pre**2


def homogeneous_power(reading: Reading, layer: Layer) -> int | None:
    """1 where the hidden layer is a ReLU, 2 where it squares, else None: other units have no scale to give away."""
    pre, own = reading.site(layer.pre), reading.site(layer.hidden)
    tolerance = EQUAL * max(float(np.abs(own).max()), 1e-30)
    return next((power for power in (1, 2) if float(np.abs(power_of(pre, power) - own).max()) <= tolerance), None)


def merged(reading: Reading, layer: Layer) -> Layer:
    """The layer with units that say the same read out as one, the strongest of them; the others change nothing.

    They are equal or, where the nonlinearity is homogeneous, multiples of one another.
    """
    pre, power = reading.site(layer.pre).astype(np.float64), homogeneous_power(reading, layer)
    size = np.maximum(np.linalg.norm(pre, axis=0), 1e-30)
    cosine = (pre / size).T @ (pre / size)
    ratio = size[:, None] / size  # of each unit to the one that it is merged into
    alike = (np.abs(cosine) if power == 2 else cosine) > SAME
    alike &= np.abs(ratio - 1) < 1 - SAME if power is None else True
    readout = np.array(layer.readout)
    left = np.ones(len(size), dtype=bool)
    for unit in np.argsort(-strength(reading, layer)):
        same = np.flatnonzero(alike[:, unit] & left)
        same = same[same != unit] if left[unit] else same[:0]
        readout[unit] += (ratio[same, unit, None] ** (power or 1) * readout[same]).sum(axis=0)
        readout[same] = 0.0
        left[[unit, *same]] = False
    return replace(layer, readout=readout)


def strength(reading: Reading, layer: Layer) -> Float[np.ndarray, " units"]:
    """Each unit's deviation over the domain times its effect on the outputs; codes leave out the weakest first."""
    return reading.site(layer.hidden).std(axis=0) * np.sqrt(layer.effect)


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
    return tuple(class_means(values, argument, size) - centre for argument, size in zip(arguments, sizes, strict=True))


def class_means(
    values: Float[np.ndarray, "rows features"], argument: Int[np.ndarray, " rows"], size: int
) -> Float[np.ndarray, "size features"]:
    """Mean of the rows with each value of an argument; zero for a value that does not occur."""
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
