"""The reader's explanation as a program with quantised constants: terms of arguments, units, terms of the answer.

Dictionary: the terms of the arguments, each paid once wherever it is read. A kept unit costs, for the arguments
together, which columns it reads and q bits each, a bias (q + 3 bits) and, where the nonlinearity has a scale of its
own, a log-scale (q + 3 bits); its read-out as in `compare.extract.units.programs`. Where all arguments keep the same
terms, a unit may read the others as it reads the first, up to sign (a bit each). Units whose constants are the same are
one unit; where the nonlinearity is homogeneous, units that are multiples of one another are. Where the outputs are no
linear function of a hidden layer, or the terms do not keep the answers, what lies behind the site is not read, and is
charged as the table that it may be.
"""

from collections.abc import Iterator
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.bits import log2_choose
from compare.explanation import Code
from compare.extract.units.choice import Choice, Kept, agreement
from compare.extract.units.programs import MOST_UNITS, Units, answer_of, greedy, moments, programs, shortest_of
from compare.fit.levels import log_levels
from compare.read import Reading
from compare.sites.layer import Layer, activate, homogeneous_power

PRECISIONS = (2, 3, 4, 5, 6, 8, 10)
STANDS = 0.9  # of the answers, below which no program of these terms stands for the net and none is written
WEIGHED = 8  # bits a constant of the site, where the rest of the net is not read


def codes(reading: Reading, choice: Choice, layer: Layer | None) -> Iterator[Code]:
    """The shortest programs over a grid of precisions, terms of the classes and numbers of kept units.

    All are run on a sample of the fitted rows; those that come out shortest there, on every row.
    """
    if layer is None or layer.pre != choice.operands.site or agreement(reading, choice) < STANDS:
        yield _unread(reading, choice)
        return
    power, answer = homogeneous_power(reading, layer), answer_of(reading, layer)
    yield from shortest_of(
        reading,
        [
            program
            for q in PRECISIONS
            for program in programs(reading, _units(reading, choice, layer, q, power), answer, q)
        ],
    )


def _unread(reading: Reading, choice: Choice) -> Code:
    """The terms and the site's constants; what lies behind the site is not read, and is charged as a table."""
    constants = sum(each.solution.size for each in choice.kept) + choice.bias.size
    return Code(
        bits_dictionary=_dictionary(choice.kept),
        bits_alignment=float(constants * WEIGHED) + reading.view.answers.table_bits(reading.counted(reading.answers)),
        units_kept=int((choice.operands.effect > 0).sum()),
        precision=WEIGHED,
        answers=reading.decode(reading.run(choice.edits(reading.x))[0]),
    )


def _dictionary(kept: tuple[Kept, ...]) -> float:
    """Every term once, and for each argument which of them it reads."""
    priced = {text: bits for each in kept for text, bits in zip(each.texts, each.bits, strict=True)}
    pointers = sum(log2_choose(len(priced), len(each.texts)) for each in kept)
    return sum(priced.values()) + pointers


def _units(reading: Reading, choice: Choice, layer: Layer, q: int, power: int | None) -> Units:
    """Distinct units with constants on few levels, those first that explain most of the outputs."""
    weights = np.concatenate([each.solution for each in choice.kept])  # (columns, units)
    columns = np.concatenate([[0], np.cumsum(choice.dimensions)])
    levels = 2 ** (q - 1)
    top = np.maximum(np.abs(weights).max(axis=0), 1e-30)
    scale = top if power is not None else log_levels(top, 2 ** (q + 3))
    steps = np.rint(weights / top * levels).astype(int)
    bias = np.clip(np.rint(choice.bias / scale * levels), -8 * levels, 8 * levels - 1).astype(int)
    alone = np.zeros(len(scale)) if power is not None else np.log2(scale)
    first = _distinct(reading, layer, np.vstack([steps, bias, np.round(alone * 64)]))
    size = scale if power is None else np.ones_like(scale)
    rough = steps[:, first] / levels * size[first]
    pre = np.zeros((reading.rows, len(scale)), dtype=np.float32)
    parts = [
        (each.columns @ rough[low:high])[column]
        for each, column, low, high in zip(choice.kept, reading.x.T, columns[:-1], columns[1:], strict=True)
    ]
    pre[:, first] = bias[first] / levels * size[first] + sum(parts)
    hidden = activate(reading, layer.pre, layer.hidden, pre)[:, first]
    bits = _constants(choice, np.split(steps[:, first], columns[1:-1]), q) + q + 3
    bits = bits + (0 if power is not None else q + 3)
    kept = greedy(moments(reading, hidden))
    paid = np.cumsum(np.append(0.0, bits[kept]))
    dictionary = _dictionary(choice.kept)
    return Units(hidden=hidden[:, kept], bits=lambda m: (dictionary, float(paid[m])))


def _constants(choice: Choice, steps: list[Int[np.ndarray, "columns units"]], q: int) -> Float[np.ndarray, " units"]:
    """What the units' constants cost; where arguments keep the same terms, theirs may be the first's or its negative.

    One bit a unit says which of the two it is.
    """
    apart = _sparse(np.concatenate(steps), q)
    if len({each.texts for each in choice.kept}) > 1 or len(steps) == 1:
        return apart
    alike = np.all([(part == steps[0]).all(axis=0) | (part == -steps[0]).all(axis=0) for part in steps], axis=0)
    return np.where(alike, np.minimum(_sparse(steps[0], q) + len(steps) - 1, apart), apart) + 1


def _sparse(steps: Int[np.ndarray, "columns units"], q: int) -> Float[np.ndarray, " units"]:
    """Which columns a unit reads, and q bits for each."""
    size = len(steps)
    return np.array([log2_choose(size, int(n)) + log2(size + 1) + n * q for n in (steps != 0).sum(axis=0)])


def _distinct(reading: Reading, layer: Layer, constants: Float[np.ndarray, "constants units"]) -> np.ndarray:
    """Of units with the same constants the strongest one, those first that have most effect together."""
    strength = reading.site(layer.hidden)[reading.fitted].std(axis=0) * np.sqrt(layer.effect)
    keys, inverse = np.unique(constants, axis=1, return_inverse=True)
    total = np.bincount(inverse.ravel(), strength**2, minlength=keys.shape[1])
    order = np.argsort(-total)[:MOST_UNITS]
    return np.array([_strongest(inverse.ravel() == unit, strength) for unit in order[total[order] > 0]])


def _strongest(alike: Bool[np.ndarray, " units"], strength: Float[np.ndarray, " units"]) -> int:
    return int(np.argmax(np.where(alike, strength, -1.0)))
