"""What the phases and how they sit in the net take in bits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Code
from compare.extract.phases.carrying import Carrying
from compare.extract.phases.held import Held
from compare.extract.phases.said import Said
from compare.extract.phases.template import term_bits

SCALE_BITS = 16.0  # of a column's range
PRECISIONS = (3, 4, 5, 6, 8)  # bits of a constant
SHARES = (1.0, 0.75, 0.5, 0.375, 0.25, 0.125)  # of the units, those of most effect


def program_bits(carrying: Carrying, said: Said) -> float:
    """What moves the phases, where they begin, and the answers."""
    return sum(phase.bits for phase in carrying.phases) + said.bits


def codes(carrying: Carrying, held: Held, said: Said) -> Iterator[Code]:
    """Constants on few levels, of the units of most effect alone, the others at their mean.

    An answer is right where the program by itself gives it, and where the net does with these units in it.
    """
    reading, site, kind = carrying.reading, held.site, carrying.reading.view.answers
    mean, order = carrying.flat(site)[1].mean(axis=0), np.argsort(-held.weight)
    dictionary = program_bits(carrying, said) + len(held.template.terms) * term_bits(carrying.count)
    alone = reading.decode(said.outputs(carrying.values))
    for bits in PRECISIONS:
        levels, scale = _levels(held.template.constants, bits)
        for share in SHARES:
            kept = order[: max(round(share * len(order)), 1)]
            constants = np.zeros_like(scale * levels)
            constants[0] = mean
            constants[:, kept] = (scale * levels)[:, kept]
            code = replace(held.template, constants=constants).code(carrying.values)
            within = reading.decode(reading.run({site: carrying.patch(code)})[0])
            stays = kind.alike(within, reading.answers)
            yield Code(
                bits_dictionary=dictionary,
                bits_alignment=_constant_bits(levels[:, kept], bits) + len(kept) * float(np.log2(len(order))),
                units_kept=len(kept),
                precision=bits,
                answers=np.where(stays.reshape(*stays.shape, *(1,) * kind.axes), alone, within),
            )


def _levels(
    constants: Float[np.ndarray, "columns width"], bits: int
) -> tuple[Int[np.ndarray, "columns width"], Float[np.ndarray, "columns 1"]]:
    """Each column of constants as levels of its own range over the units, at most 2^bits of them."""
    scale = np.maximum(np.abs(constants).max(axis=1, keepdims=True), 1e-30) / (2 ** (bits - 1) - 1)
    return np.rint(constants / scale).astype(int), scale


def _constant_bits(levels: Int[np.ndarray, "columns n"], bits: int) -> float:
    """Each column at so many bits a level, or counted, the counts paid for (half a logarithm each), and its scale."""
    total, units = 0.0, levels.shape[1]
    for column in levels:
        counts = np.unique(column, return_counts=True)[1]
        spread = -(counts * np.log2(counts / units)).sum() + (bits + 0.5 * np.log2(units + 1)) * len(counts)
        total += SCALE_BITS + min(bits * units, float(spread))
    return total
