"""What a net takes in: the last site that is a sum of one table for each input and that everything passes through."""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.read import Reading
from compare.statistics import centred
from nets.net import Net, Params

ROWS = 1024  # on which sites are looked at
PROBES, PROBED = 4, 64  # random directions of the outputs, and rows, for the effect of a unit
CARRIED = 0.99  # of the outputs that have to pass through the site
RIDGE = 1e-9
SUMMED = 1e-5  # of a site's variance that may remain beyond a sum, which is fitted on a sample of the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Operands:
    """A site as a sum of tables: bias + sum over columns i of tables[i][x[:, i]], fitted on the fitted rows."""

    site: str
    shape: tuple[int, ...]  # of the site, without the batch axis
    bias: Float[np.ndarray, " width"]
    tables: tuple[Float[np.ndarray, "tokens width"], ...]
    seen: tuple[Int[np.ndarray, " seen"], ...]  # tokens of each column among the fitted rows
    effect: Float[np.ndarray, " width"]  # mean squared change of the outputs by a change of each unit

    @property
    def weight(self) -> Float[np.ndarray, " width"]:
        """Shares of the units in what the tables do to the outputs."""
        varied = sum(table[seen].var(axis=0) for table, seen in zip(self.tables, self.seen, strict=True))
        share = varied * self.effect
        return share / max(float(np.sum(share)), 1e-30)


def find_operands(reading: Reading) -> Operands | str:
    """The site, or why there is none."""
    if not np.issubdtype(reading.x.dtype, np.integer) or reading.x.ndim != 2:
        return f"expected integers at the net's positions, got inputs of shape {reading.x.shape[1:]}, {reading.x.dtype}"
    sizes = tuple(int(column.max()) + 1 for column in reading.x.T)
    rows = np.random.default_rng([reading.seed, 11]).permutation(reading.rows)[:ROWS]
    outputs, values = reading.run(keep=reading.net.sites, rows=rows)
    additive = [name for name in reading.net.sites if _additive(values[name], reading.x[rows], sizes)]
    for name in _ordered(additive, reading.net.sites):
        if _carries(reading, name, rows, outputs, values[name]):
            return _operands(reading, name, sizes)
    return (
        "no site that everything passes through is a sum of one table for each input; the sites that are such sums: "
        f"{', '.join(additive) or 'none'}"
    )


def _ordered(additive: list[str], sites: tuple[str, ...]) -> list[str]:
    """The last first; of nets whose sites all are (those of one input) the first pre-activation."""
    if len(additive) < len(sites):
        return additive[::-1]
    return sorted(additive, key=lambda name: not name.endswith(".pre"))


def _additive(values: np.ndarray, x: np.ndarray, sizes: tuple[int, ...]) -> bool:
    if not np.issubdtype(values.dtype, np.floating):
        return False
    flat = values.reshape(len(values), -1).astype(np.float64)
    flat = flat - flat.mean(axis=0)
    total = float((flat**2).sum())
    if total <= 0:
        return False
    tables = _summed(flat, x, sizes)
    rest = flat - sum(table[column] for table, column in zip(tables, x.T, strict=True))
    return float((rest**2).sum()) <= SUMMED * total


def _summed(
    values: Float[np.ndarray, "rows width"], x: Int[np.ndarray, "rows positions"], sizes: tuple[int, ...]
) -> tuple[Float[np.ndarray, "tokens width"], ...]:
    """The tables, one for each column, whose sum is nearest to the values."""
    design = np.concatenate([np.eye(size)[column] for size, column in zip(sizes, x.T, strict=True)], axis=1)
    gram = design.T @ design + RIDGE * len(x) * np.eye(design.shape[1])
    solution = np.linalg.solve(gram, design.T @ values)
    return tuple(np.split(solution, np.cumsum(sizes)[:-1]))


def _carries(reading: Reading, name: str, rows: np.ndarray, outputs: np.ndarray, values: np.ndarray) -> bool:
    """Whether the site's values at other rows give those rows' outputs."""
    moved = reading.run({name: np.roll(values, 1, axis=0)}, rows=rows)[0]
    expected = centred(np.roll(outputs, 1, axis=0))
    total = float(((expected - expected.mean(axis=0)) ** 2).sum())
    return total > 0 and float(((centred(moved) - expected) ** 2).sum()) <= (1 - CARRIED) * total


def _operands(reading: Reading, name: str, sizes: tuple[int, ...]) -> Operands:
    shape, rows = reading.shapes[name], reading.fitted
    values = reading.site(name).reshape(reading.rows, -1)[rows].astype(np.float64)
    x = reading.x[rows]
    bias = values.mean(axis=0)
    tables = _summed(values - bias, x, sizes)
    return Operands(
        site=name,
        shape=shape,
        bias=bias,
        tables=tables,
        seen=tuple(np.unique(column) for column in x.T),
        effect=effect_of(reading, name),
    )


def effect_of(reading: Reading, site: str) -> Float[np.ndarray, " width"]:
    """Mean squared derivative of the outputs, centred over the classes, by each unit of a site (random probes)."""
    rng = np.random.default_rng([reading.seed, 12])
    rows = rng.permutation(reading.rows)[:PROBED]
    value = reading.run(keep=(site,), rows=rows)[1][site] * np.float32(reading.scales.get(site, 1.0))
    total = np.zeros(value[0].size)
    for _ in range(PROBES):
        along = centred(rng.choice([-1.0, 1.0], size=(len(rows), *reading.outputs.shape[1:]))).astype(np.float32)
        pulled = _pulled(reading.net, reading.params, reading.x[rows], jnp.asarray(value), jnp.asarray(along), site)
        total += (np.asarray(pulled, dtype=np.float64).reshape(len(rows), -1) ** 2).mean(axis=0)
    return total / PROBES


@partial(jax.jit, static_argnames=("net", "site"))
def _pulled(net: Net, params: Params, x: Array, value: Array, along: Array, site: str) -> Array:
    return jax.vjp(lambda v: net.apply(params, x, {site: v})[0], value)[1](along)[0]
