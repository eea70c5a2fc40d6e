"""One hidden layer over bits: its weights recovered from the sites' values, its nonlinearity from the net itself."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from compare.read import Reading
from compare.sites.layer import Layer, activate, find_layer
from compare.step import Inputs

AFFINE_ERROR = 1e-3  # of a pre-activation's standard deviation that may remain beyond an affine form
MARGIN_ERROR = 1e-3  # of the margin's standard deviation that the read-out may miss
SAMPLE_VALUES = 2**23  # floats in a sample of the hidden site
SAMPLE_ROWS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class BitUnits:
    """A hidden layer whose units read sums of bits: pre = signs @ weights + bias, `signs` the arguments as -1 and 1.

    `columns`, `low` and `step` take the net's inputs to bits.
    """

    layer: Layer
    columns: Int[np.ndarray, " n"]
    low: Int[np.ndarray, " n"]
    step: Int[np.ndarray, " n"]
    signs: Float[np.ndarray, "rows n"]
    weights: Float[np.ndarray, "n units"]
    bias: Float[np.ndarray, " units"]

    def bits(self, x: Inputs) -> Int[Array, "n bits"]:
        """The bits that the net's inputs hold; JAX."""
        return (jnp.asarray(x)[:, self.columns] - self.low) // self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class BitLayer(BitUnits):
    """Its margin = hidden @ out + offset, whose sign decides the net's answer.

    The margin is the second output minus the first (the only one, where there is one) minus `boundary`, which is 0 for
    the usual views.
    """

    reading: Reading
    out: Float[np.ndarray, " units"]
    offset: float
    boundary: float
    positive: Bool[np.ndarray, " rows"]  # where the net's margin is positive
    sample: Int[np.ndarray, " sampled"]  # rows among the fitted half, for everything that needs the activations
    values: Float[np.ndarray, "sampled units"]  # the hidden site's, on the sample
    importance: Float[np.ndarray, " units"]  # share of the effect-weighted variance
    homogeneous: bool  # doubling a pre-activation multiplies the activation by 2 or by 4

    @property
    def pre(self) -> str:
        return self.layer.pre

    @property
    def hidden(self) -> str:
        return self.layer.hidden

    @property
    def n(self) -> int:
        return self.signs.shape[1]

    @property
    def units(self) -> int:
        return len(self.bias)

    def activate(self, pre: Float[np.ndarray, "m units"]) -> Float[np.ndarray, "m units"]:
        """The net's own nonlinearity, by editing its pre-activation."""
        return activate(self.reading, self.pre, self.hidden, pre)

    def outputs(self, margin: Float[np.ndarray, " rows"]) -> Float[np.ndarray, "rows classes"]:
        """Outputs with this margin, as many columns as the net has."""
        return np.asarray(outputs_of(margin + self.boundary, self.reading.outputs.shape[1]))

    def answers(self, margin: Float[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
        """Values answered with this margin, as the view decodes them."""
        return self.reading.decode(self.outputs(margin))


def find_bit_layer(reading: Reading) -> BitLayer | str:
    """The hidden layer over the bits, or why there is none that this extractor reads."""
    outputs = reading.outputs.shape[1]
    if outputs > 2:
        return f"expected one or two outputs, got {outputs}"
    found, boundary = find_bit_units(reading), _boundary(reading)
    if isinstance(found, str) or isinstance(boundary, str):
        return found if isinstance(found, str) else str(boundary)
    layer, weights, bias = found.layer, found.weights, found.bias
    out = layer.readout[:, 1] - layer.readout[:, 0] if layer.readout.shape[1] == 2 else layer.readout[:, 0]
    most = max(256, min(SAMPLE_ROWS, SAMPLE_VALUES // len(bias)))
    sample = np.random.default_rng(reading.seed).permutation(reading.fitted)[:most]
    outputs, sites = reading.run(keep=(layer.pre, layer.hidden), rows=sample)
    values = sites[layer.hidden]
    rest = margin_of(outputs) - values @ out
    if rest.std() > MARGIN_ERROR * max(float(margin_of(outputs).std()), 1e-30):
        return f"expected the outputs to be linear in {layer.hidden!r}; {rest.std():.3g} of the margin is not"
    importance = values.var(axis=0) * out**2
    return BitLayer(
        reading=reading,
        layer=layer,
        columns=found.columns,
        low=found.low,
        step=found.step,
        signs=found.signs,
        weights=weights,
        bias=bias,
        out=out,
        offset=float(rest.mean()) - boundary,
        boundary=boundary,
        positive=margin_of(reading.outputs) > boundary,
        sample=sample,
        values=values,
        importance=importance / max(float(importance.sum()), 1e-30),
        homogeneous=_homogeneous(reading, layer.pre, layer.hidden, sites[layer.pre][:64]),
    )


def find_bit_units(reading: Reading) -> BitUnits | str:
    """The units of the last hidden layer as sums of the bits, or why they are none."""
    columns = _columns(reading)
    if isinstance(columns, str):
        return columns
    layer = find_layer(reading)
    if isinstance(layer, str):
        return layer
    signs = 2.0 * np.stack(reading.arguments, axis=1).astype(np.float32) - 1.0
    affine = _affine(reading, layer.pre, signs)
    if isinstance(affine, str):
        return affine
    if not _unit_by_unit(reading, layer.pre, layer.hidden):
        return f"expected each unit of {layer.hidden!r} to depend on the same unit of {layer.pre!r} alone"
    return BitUnits(
        layer=layer,
        columns=columns[0],
        low=columns[1],
        step=columns[2],
        signs=signs,
        weights=affine[0],
        bias=affine[1],
    )


def margin_of(outputs: Float[np.ndarray, "rows classes"]) -> Float[np.ndarray, " rows"]:
    """The second output minus the first; the only output where there is one."""
    return outputs[:, 1] - outputs[:, 0] if outputs.shape[1] == 2 else outputs[:, 0]


def outputs_of(margin: np.ndarray | Array, classes: int) -> np.ndarray | Array:
    """Outputs (rows, classes) with this margin (rows,); numpy or JAX."""
    return margin[:, None] if classes == 1 else margin[:, None] * np.array([-0.5, 0.5], dtype=np.float32)


def _boundary(reading: Reading) -> float | str:
    """The margin between the two answers; a reason when no margin separates them."""
    margin, one = margin_of(reading.outputs), reading.answers == 1
    if one.all() or not one.any():
        return 0.0
    low, high = (one, ~one) if margin[one].mean() < margin[~one].mean() else (~one, one)
    top, bottom = float(margin[low].max()), float(margin[high].min())
    if top > bottom:
        return "expected the view to answer by one threshold on the outputs, found none that separates the answers"
    return 0.0 if top <= 0.0 < bottom else (top + bottom) / 2


def _columns(reading: Reading) -> tuple[np.ndarray, np.ndarray, np.ndarray] | str:
    """Which column of x carries each argument, its value for 0, and the step to its value for 1."""
    found: list[tuple[int, int, int]] = []
    for i, argument in enumerate(reading.arguments):
        bit = argument.astype(np.int64)
        for column in (i, *range(reading.x.shape[1])):
            if column >= reading.x.shape[1]:
                continue
            x = reading.x[:, column].astype(np.int64)
            low, high = int(x[bit == 0][0]), int(x[bit == 1][0])
            if low != high and np.array_equal(x, low + (high - low) * bit):
                found.append((column, low, high - low))
                break
        else:
            return f"expected a position of the net's input that carries argument {i} alone, found none"
    columns, low, step = np.array(found).T
    return columns, low, step


def _affine(reading: Reading, site: str, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray] | str:
    """Weights (n, units) and bias (units,) of a site affine in the signs, fitted to a sample and tried on another."""
    rng = np.random.default_rng(reading.seed)
    rows = rng.choice(reading.rows, size=min(reading.rows, 8 * signs.shape[1] + 64), replace=False)
    values = reading.run(keep=(site,), rows=rows)[1][site].astype(np.float64)
    design = np.column_stack([signs[rows], np.ones(len(rows))]).astype(np.float64)
    fitted, others = np.arange(0, len(rows), 2), np.arange(1, len(rows), 2)
    if np.linalg.matrix_rank(design[fitted]) < design.shape[1]:
        fitted = others = np.arange(len(rows))
    solution = np.linalg.lstsq(design[fitted], values[fitted], rcond=None)[0]
    error = np.sqrt(((values - design @ solution)[others] ** 2).mean(axis=0))
    scale = max(float(values.std(axis=0).max()), 1e-30)
    if error.max() > AFFINE_ERROR * scale:
        return f"expected {site!r} to be affine in the bits, {error.max() / scale:.3g} of its deviation is not"
    return solution[:-1].astype(np.float32), solution[-1].astype(np.float32)


def _unit_by_unit(reading: Reading, pre: str, hidden: str) -> bool:
    """Whether changing some units of `pre`, and the input, leaves the other units of `hidden` as they were."""
    rng = np.random.default_rng(reading.seed + 1)
    rows = rng.integers(reading.rows, size=64)
    before = reading.run(keep=(pre, hidden), rows=rows)[1]
    swapped = rng.random(before[pre].shape[1]) < 0.5
    mixed = np.where(swapped, np.roll(before[pre], 1, axis=0), before[pre])
    after = activate(reading, pre, hidden, mixed)
    expected = np.where(swapped, np.roll(before[hidden], 1, axis=0), before[hidden])
    scale = max(float(np.abs(before[hidden]).max()), 1e-30)
    return bool(np.abs(after - expected).max() <= 1e-4 * scale)


def _homogeneous(reading: Reading, pre: str, hidden: str, values: Float[np.ndarray, "m units"]) -> bool:
    once, twice = activate(reading, pre, hidden, values), activate(reading, pre, hidden, 2 * values)
    scale = max(float(np.abs(twice).max()), 1e-30)
    return any(float(np.abs(twice - 2.0**degree * once).max()) <= 1e-4 * scale for degree in (1, 2))
