"""The explanation of a residue MLP as a program with quantised constants, its weakest units left out.

A unit that is kept costs: which frequency (log2 K), two phases (q bits each), three log-amplitudes (3 bits each, eight
levels over 2^-6 .. 1 of the largest), a bias (5 bits). The phase of its read-out is the sum of the two and is free.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.extract.layer import Layer
from compare.fit.characters import Characters, Waves, wave_parts
from compare.read import Reading

AMPLITUDE_BITS, AMPLITUDE_OCTAVES, BIAS_BITS = 3, 6.0, 5
PRECISIONS = (3, 4, 5, 6, 8, 10)
TEMPLATE_BITS = 8.0  # group, sign, and the template's place among the declared ones
SIZES = 24  # numbers of kept units tried for each precision


def codes(
    reading: Reading, layer: Layer, chars: Characters, waves: Waves, sign: int, dictionary: Int[np.ndarray, " terms"]
) -> Iterator[Code]:
    """Programs over a grid of precisions and numbers of kept units, each run on the whole domain."""
    importance = reading.site(layer.hidden).std(axis=0) * np.sqrt(layer.effect)
    order = np.argsort(-importance)
    per_unit = np.log2(max(len(dictionary), 1)) + 3 * AMPLITUDE_BITS + BIAS_BITS
    header = log2_choose(len(chars.k), len(dictionary)) + TEMPLATE_BITS
    limit = table_bits(reading.answers, reading.view.classes)
    for q in PRECISIONS:
        most = int(min(len(order), limit // (per_unit + 2 * q), (importance > 0).sum()))
        sizes = np.unique(np.geomspace(4, max(most, 4), SIZES).astype(int))
        kept = order[: sizes[-1]]
        pre, readout = quantised(chars, waves, layer.readout, sign, kept, q)
        hidden = _activate(reading, layer, pre, kept)
        for n in sizes[sizes <= len(kept)]:
            outputs = hidden[:, :n] @ readout[:n]
            yield Code(
                bits_dictionary=header,
                bits_alignment=float(n * (per_unit + 2 * q)),
                units_kept=int(n),
                precision=q,
                answers=reading.decode(outputs),
            )


def quantised(
    chars: Characters,
    waves: Waves,
    readout: Float[np.ndarray, "units p"],
    sign: int,
    kept: Int[np.ndarray, " kept"],
    q: int,
) -> tuple[tuple[np.ndarray, np.ndarray], Float[np.ndarray, "kept p"]]:
    """Tables of both arguments' parts (p, kept), and the read-out (kept, p), from the quantised constants alone."""
    z = chars.z[waves.wave[kept]]
    a = log_amplitude(np.abs(waves.a[kept])) * phase(waves.a[kept], q)
    b = log_amplitude(np.abs(waves.b[kept])) * phase(waves.b[kept], q)
    turn = phase(waves.a[kept], q) * phase(waves.b[kept], q) ** sign
    along = (readout[kept] * np.real(turn[:, None] * np.conj(z))).sum(axis=1)
    rough = Waves(
        wave=waves.wave[kept],
        bias=uniform(waves.bias[kept], BIAS_BITS),
        a=a,
        b=b,
        extra=waves.extra[:, kept],
        explained=waves.explained[kept],
    )
    out = log_amplitude(np.maximum(along, 0.0))[:, None] * np.real(turn[:, None] * np.conj(z))
    return wave_parts(chars, rough), out.astype(np.float32)


def _activate(
    reading: Reading, layer: Layer, parts: tuple[np.ndarray, np.ndarray], kept: Int[np.ndarray, " kept"]
) -> Float[np.ndarray, "rows kept"]:
    """The net's own nonlinearity on the quantised pre-activations."""
    x, y = reading.arguments
    pre = np.zeros((reading.rows, reading.shapes[layer.pre][0]), dtype=np.float32)
    pre[:, kept] = parts[0][x] + parts[1][y]
    return reading.run({layer.pre: pre}, keep=(layer.hidden,))[1][layer.hidden][:, kept]


def log_amplitude(values: Float[np.ndarray, " n"], bits: int = AMPLITUDE_BITS) -> Float[np.ndarray, " n"]:
    """Nearest of 2^bits levels spaced evenly in the logarithm over 2^-6 .. 1 of the largest value."""
    top = max(float(values.max(initial=0.0)), 1e-30)
    step = AMPLITUDE_OCTAVES / (2**bits - 1)
    level = np.round(np.log2(np.maximum(values / top, 2.0**-AMPLITUDE_OCTAVES)) / step)
    return top * 2.0 ** (np.clip(level, -(2**bits - 1), 0) * step)


def phase(values: Complex[np.ndarray, " n"], q: int) -> Complex[np.ndarray, " n"]:
    """Unit complex number of the nearest of 2^q phases."""
    step = 2 * np.pi / 2**q
    return np.exp(1j * np.round(np.angle(values) / step) * step)


def uniform(values: Float[np.ndarray, " n"], bits: int) -> Float[np.ndarray, " n"]:
    """Nearest of 2^bits - 1 even levels, symmetric about 0, up to the largest magnitude."""
    top = max(float(np.abs(values).max(initial=0.0)), 1e-30)
    levels = 2 ** (bits - 1) - 1
    return np.round(values / top * levels) / levels * top
