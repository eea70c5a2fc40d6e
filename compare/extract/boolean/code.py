"""The explanation of a net over bits as a program with quantised constants, its weakest units left out.

A J entry costs log2 C(n, j) + log2 n, a V entry n log2(2 M + 1) + 3. A unit costs its entry (log2 K), its weights (J: a
sign a bit, and either nothing more, when a unit's magnitudes are tied, or which is the largest and q bits for each of
the others; V: a sign), a bias (q + 3) and an effect on the margin (q + 2). A nonlinearity that is not homogeneous needs
the unit's scale too (q + 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.bits import EXCEPTIONS, exception_bits, log2_choose, table_bits
from compare.explanation import Code
from compare.extract.boolean.templates import LARGEST_WEIGHT, Entry, Tables, Template
from compare.fit.levels import log_levels
from compare.fit.threshold import best_cut
from compare.sites.bits import BitLayer
from compare.statistics import disagreement

PRECISIONS = (1, 2, 3, 4)
HEADER_BITS = 11.0  # precision 2, ties 1, the margin's offset 8
OFFSET_LEVELS = 256
SIZES = 14  # numbers of kept units tried for each precision
MOST_UNITS = 512
RIDGE = 1e-4


def entry_bits(entry: Entry) -> float:
    """Bits of one variable of the dictionary."""
    n, size = len(entry.weights), len(entry.bits)
    if entry.kind == "V":
        return n * float(np.log2(2 * LARGEST_WEIGHT + 1)) + 3
    return log2_choose(n, size) + float(np.log2(n))


def codes(template: Template, precisions: tuple[int, ...] = PRECISIONS) -> Iterator[Code]:
    """Programs over a grid of precisions, ties and numbers of kept units, run on the whole domain.

    A program that cannot be chosen (`compare.evidence.bits.shortest`) any more, even without exceptions, is not run.
    """
    layer = template.layer
    order = np.argsort(-layer.importance)
    order = order[layer.importance[order] > 0][:MOST_UNITS]
    best, faithful, enough = np.inf, np.inf, table_bits(layer.positive, 2)
    for q in precisions:
        for tied in (True, False):
            rough = Rough.of(template, q, tied)
            for m in _sizes(len(order)):
                dictionary, alignment = _lengths(template, rough, order[:m])
                longest = faithful if np.isfinite(faithful) else max(best, enough)
                if dictionary + alignment + exception_bits(len(layer.signs), 0, 2) >= longest:
                    break
                margin = rough.tables.margin(rough.activations, _readout(layer, rough, order[:m], q))
                margin -= best_cut(margin, layer.positive, OFFSET_LEVELS)
                wrong = int(((margin > 0) != layer.positive).sum())
                total = dictionary + alignment + exception_bits(len(margin), wrong, 2)
                stands = disagreement(margin > 0, layer.positive) <= EXCEPTIONS
                if total < (faithful if stands else best):
                    best, faithful = min(best, total), total if stands else faithful
                    yield Code(
                        bits_dictionary=dictionary,
                        bits_alignment=alignment,
                        units_kept=int(m),
                        precision=q,
                        answers=layer.answers(margin),
                    )


def _sizes(most: int) -> Int[np.ndarray, " sizes"]:
    return np.unique(np.geomspace(min(2, most), most, SIZES).astype(int)) if most else np.array([], dtype=int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """Activations of all units with quantised weights and biases, and what each unit costs."""

    tables: Tables
    activations: Float[np.ndarray, "levels units"]
    sample: Float[np.ndarray, "sampled units"]
    bits: Float[np.ndarray, " units"]

    @classmethod
    def of(cls, template: Template, q: int, tied: bool) -> "Rough":
        layer, tables = template.layer, template.tables
        counts = np.array([entry.kind == "V" for entry in template.entries])[template.chosen]
        weights, bias, bits = _quantised(template, counts, q, tied)
        if not layer.homogeneous:
            scale = np.abs(layer.weights * (weights != 0)).sum(axis=0)
            scale = log_levels(scale, 2 ** (q + 3))
            weights, bias, bits = weights * scale, bias * scale, bits + q + 3
        activations = tables.activations(layer, weights.astype(np.float32), bias.astype(np.float32))
        return cls(
            tables=tables, activations=activations, sample=tables.hidden(activations, layer.sample), bits=bits + q + 2
        )


def _quantised(
    template: Template, counts: Bool[np.ndarray, " units"], q: int, tied: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of summed magnitude 1, the bias beside them, and the bits a unit for both."""
    magnitude = np.abs(template.weights).astype(np.float64)
    top = np.maximum(magnitude.max(axis=0), 1e-30)
    levels = 2**q
    relative = np.clip(np.ceil(magnitude / top * levels - 0.5), 1, levels) / levels
    relative = np.where(counts, magnitude / top, 1.0 if tied else relative) * (template.weights != 0)
    total = np.maximum(relative.sum(axis=0), 1e-30)
    weights = np.sign(template.weights) * relative / total
    size = np.maximum((template.weights != 0).sum(axis=0), 1)
    free = size if tied else size + (size - 1) * q + np.log2(size)
    scale = np.maximum(magnitude.sum(axis=0), 1e-30)
    steps = 2 ** (q + 2)
    bias = np.clip(np.rint(template.bias / scale * steps - 0.5) + 0.5, -steps, steps) / steps
    return weights, bias, np.where(counts, 1.0, free) + q + 3


def _lengths(template: Template, rough: Rough, kept: Int[np.ndarray, " kept"]) -> tuple[float, float]:
    """Bits of the entries that the kept units read, and of the units; the count of kept units is paid for too."""
    used = np.unique(template.chosen[kept])
    dictionary = float(sum(entry_bits(template.entries[e]) for e in used))
    alignment = float(rough.bits[kept].sum()) + len(kept) * float(np.log2(len(used)))
    return dictionary, alignment + HEADER_BITS + float(np.log2(template.layer.units))


def _readout(layer: BitLayer, rough: Rough, kept: Int[np.ndarray, " kept"], q: int) -> Float[np.ndarray, " units"]:
    """The kept units' effects, refitted to the net's margin on the sample, quantised."""
    margin = layer.values @ layer.out
    hidden = rough.sample[:, kept] - rough.sample[:, kept].mean(axis=0)
    gram = hidden.T @ hidden
    gram += RIDGE * max(float(np.trace(gram)) / len(kept), 1e-30) * np.eye(len(kept))
    fitted = np.linalg.solve(gram, hidden.T @ (margin - margin.mean()))
    out = np.zeros(layer.units)
    out[kept] = np.sign(fitted) * log_levels(np.abs(fitted), 2 ** (q + 1), 0.75 * 2**q)
    return out
