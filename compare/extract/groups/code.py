"""The explanation of a net over a group as a program with quantised constants, its weakest units left out.

The code pays for the group (its generators' permutations) and for its dictionary. A unit that is kept costs which
component it reads, q bits for each coefficient in it of both arguments and of its read-out, three log-amplitudes of
these (3 bits each; 5 for a read-out amplitude that was fitted), and a bias (5 bits).
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.fit.groups import Group
from compare.fit.levels import log_levels, uniform
from compare.fit.pursuit import pursuit
from compare.fit.representations import Columns, Units
from compare.read import Reading
from compare.sites.layer import Layer, activate_sums, strength

AMPLITUDE_BITS, FINE_BITS, BIAS_BITS = 3, 5, 5
PRECISIONS = (3, 4, 5, 8)
TEMPLATE_BITS = 8.0  # the template's place among the declared ones
SIZES = 14  # numbers of kept units tried for each precision
MOST = 160  # units that a pursuit chooses from


def codes(
    reading: Reading,
    layer: Layer,
    group: Group,
    columns: Columns,
    units: Units,
    dictionary: Int[np.ndarray, " terms"],
) -> Iterator[Code]:
    """Programs over a grid of precisions and numbers of kept units, each run on the whole domain."""
    importance = strength(reading, layer)
    order = np.argsort(-importance)[:MOST]
    header = group.bits + log2_choose(len(columns), len(dictionary)) + TEMPLATE_BITS
    widths = np.array([columns[term].shape[1] for term in units.term[order]])
    rows, limit = reading.fitted, table_bits(reading.answers, reading.view.classes)
    wanted = reading.outputs[rows] - reading.outputs[rows].mean(axis=1, keepdims=True)
    for q in PRECISIONS:
        cost = np.log2(len(dictionary)) + 3 * q * widths + 2 * AMPLITUDE_BITS + BIAS_BITS
        first, second, write = quantised(columns, units, layer.readout, order, q)
        hidden = activate_sums(reading, layer, (first[group.first], second[group.second]), order)
        features = hidden[rows].astype(np.float64)
        gram = (features.T @ features) * (write @ write.T)
        moment = np.einsum("rn,rp,np->n", features, wanted, write, optimize=True)
        size = np.linalg.norm(layer.readout[order], axis=1)
        chosen = pursuit(gram, moment, len(order))
        for count in np.unique(np.geomspace(min(4, len(order)), len(order), SIZES).astype(int)):
            plans = [(np.arange(count), size[:count], AMPLITUDE_BITS)]
            plans += [(*chosen[min(count, len(chosen)) - 1], FINE_BITS)] if chosen else []
            for kept, amplitude, bits in plans:
                kept, amplitude = kept[amplitude > 0], amplitude[amplitude > 0]
                alignment = float(cost[kept].sum() + bits * len(kept))
                if len(kept) == 0 or header + alignment > limit:
                    continue
                read = log_levels(amplitude, 2**bits)[:, None] * write[kept]
                yield Code(
                    bits_dictionary=header,
                    bits_alignment=alignment,
                    units_kept=len(kept),
                    precision=q,
                    answers=reading.decode(hidden[:, kept] @ read.astype(np.float32)),
                )


def quantised(
    columns: Columns, units: Units, readout: Float[np.ndarray, "units p"], kept: Int[np.ndarray, " kept"], q: int
) -> tuple[Float[np.ndarray, "p kept"], Float[np.ndarray, "p kept"], Float[np.ndarray, "kept p"]]:
    """Both arguments' parts, the bias in the first, and the read-outs' directions, by their coefficients alone."""
    bias = uniform(units.first[:, kept].mean(axis=0), BIAS_BITS)
    parts = []
    for table in (units.first, units.second, readout.T):
        part, sizes = np.zeros((len(table), len(kept))), np.zeros(len(kept))
        for term in np.unique(units.term[kept]):
            mine = np.flatnonzero(units.term[kept] == term)
            own = columns[term].T @ table[:, kept[mine]]
            sizes[mine] = np.linalg.norm(own, axis=0)
            part[:, mine] = columns[term] @ _directions(own, q)
        parts.append((part, sizes))
    (first, one), (second, two), (write, _) = parts
    first = first * log_levels(one, 2**AMPLITUDE_BITS) + bias
    return first.astype(np.float32), (second * log_levels(two, 2**AMPLITUDE_BITS)).astype(np.float32), write.T


def _directions(values: Float[np.ndarray, "c n"], q: int) -> Float[np.ndarray, "c n"]:
    """Columns of length 1, each coefficient on 2^q - 1 even levels of the column's largest."""
    top, levels = np.maximum(np.abs(values).max(axis=0), 1e-30), 2 ** (q - 1) - 1
    rough = np.round(values / top * levels)
    return rough / np.maximum(np.linalg.norm(rough, axis=0), 1e-30)
