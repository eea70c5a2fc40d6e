"""The reader's explanation as a program with quantised constants: terms of arguments, units, terms of the answer.

Dictionary: the terms of the arguments and of the answer's classes, each paid once wherever it is read, and an offset
for each column of the classes' terms (q + 6 bits). A kept unit costs, for the arguments together, which columns it
reads and q bits each, a bias (q + 3 bits) and, where the nonlinearity has a scale of its own, a log-scale (q + 3 bits);
for the classes, which columns, q bits each and a log-amplitude (q + 2 bits). Where all arguments keep the same terms, a
unit may read the others as it reads the first, up to sign (a bit each). Units whose constants are the same are one
unit; where the nonlinearity is homogeneous, units that are multiples of one another are. The read-outs are fitted again
on the fitted rows. Where the outputs are no linear function of a hidden layer, or the terms do not keep the answers,
what lies behind the site is not read, and is charged as the table that it may be.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.bits import EXCEPTIONS, exception_bits, log2_choose
from compare.explanation import Code
from compare.extract.units.choice import Choice, Kept, agreement
from compare.extract.units.features import features
from compare.fit.levels import log_levels, uniform
from compare.read import Reading
from compare.search import matched
from compare.sites.layer import Layer, activate, homogeneous_power
from compare.statistics import centred

PRECISIONS = (2, 3, 4, 5, 6, 8, 10)
OFFSET_BITS = 6  # more than of a constant
AMPLITUDE_BITS = 2  # more than of a constant
SIZES = 14  # numbers of kept units tried for each precision
SAMPLED, FINALISTS = 512, 4  # rows on which programs are compared, and those that are run on every row
MOST_UNITS = 512
RIDGE = 1e-5
DEPENDENT = 1e-6  # of a unit's variance; one with less beside those before it says nothing more
STANDS = 0.9  # of the answers, below which no program of these terms stands for the net and none is written
LEAST = (0.0, 0.25)  # of a unit's largest read-out, below which others are left out
HEADER_BITS = log2(len(PRECISIONS) * len(LEAST)) + log2(MOST_UNITS)
READ_OUT = (0.9, 0.97, 0.99, 0.999, 0.99999)  # of the read-outs' variance by terms of the classes
WEIGHED = 8  # bits a constant of the site, where the rest of the net is not read


def codes(reading: Reading, choice: Choice, layer: Layer | None) -> Iterator[Code]:
    """The shortest programs over a grid of precisions, terms of the classes and numbers of kept units.

    All are run on a sample of the fitted rows; those that come out shortest there, on every row.
    """
    if layer is None or layer.pre != choice.operands.site or agreement(reading, choice) < STANDS:
        yield _unread(reading, choice)
        return
    power = homogeneous_power(reading, layer)
    answer = _answers(reading, layer)
    programs = [
        program
        for q in PRECISIONS
        for program in _programs(reading, choice, _Units.of(reading, choice, layer, q, power), answer, q)
    ]
    sample = np.random.default_rng([reading.seed, 14]).permutation(reading.fitted)[:SAMPLED]
    for program in sorted(programs, key=partial(_length, reading, sample))[:FINALISTS]:
        yield Code(
            bits_dictionary=program.dictionary,
            bits_alignment=program.alignment,
            units_kept=len(program.rough),
            precision=program.precision,
            answers=program.answers(reading, np.arange(reading.rows)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """The first units with their read-outs by terms of the classes."""

    hidden: Float[np.ndarray, "rows units"]
    rough: Float[np.ndarray, "units columns"]
    offset: Float[np.ndarray, " columns"]
    columns: Float[np.ndarray, "classes columns"]
    dictionary: float
    alignment: float
    precision: int

    def answers(self, reading: Reading, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        read_out = (self.rough @ self.columns.T).astype(np.float32)
        outputs = self.hidden[rows, : len(self.rough)] @ read_out + (self.columns @ self.offset).astype(np.float32)
        return reading.decode(outputs)


def _length(reading: Reading, sample: Int[np.ndarray, " n"], program: _Program) -> tuple[bool, float]:
    """Whether it errs on more of a sample than a code may, and its length with the exceptions there."""
    answers = program.answers(reading, sample)
    wrong = int((~reading.alike(answers, sample)).sum()) * reading.rows // len(sample)
    charged = exception_bits(reading.rows, wrong, reading.view.answers.options)
    erring = reading.disagreement(answers, sample) > EXCEPTIONS
    return erring, program.dictionary + program.alignment + charged


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Terms of the answer's classes, and where each number of them ends."""

    bits: Float[np.ndarray, " terms"]  # of the first 1, 2, ... terms
    columns: Float[np.ndarray, "classes columns"]  # orthonormal, one term after the other
    ends: Int[np.ndarray, " terms"]  # columns of the first 1, 2, ... terms
    shares: Float[np.ndarray, " terms"]

    @property
    def cuts(self) -> Int[np.ndarray, " tried"]:
        """The last of the terms, for each share of the read-outs that is tried."""
        wanted = np.array(READ_OUT) * self.shares[-1]
        return np.unique(np.minimum(np.searchsorted(self.shares, wanted), len(self.ends) - 1))


def _answers(reading: Reading, layer: Layer) -> _Answer:
    """What the read-outs are, as functions of the class; two classes are one difference."""
    classes = layer.readout.shape[1]
    if classes <= 2:
        column = np.ones((1, 1)) if classes == 1 else np.array([[-1.0], [1.0]]) / np.sqrt(2)
        return _Answer(bits=np.zeros(1), columns=column, ends=np.ones(1, int), shares=np.ones(1))
    bank = features(classes)
    hidden = reading.site(layer.hidden)[reading.fitted]
    offset = centred(reading.outputs[reading.fitted].mean(axis=0)) - hidden.mean(axis=0) @ layer.readout
    match = matched(
        bank,
        np.column_stack([layer.readout.T, offset]),
        np.append(hidden.var(axis=0), 1.0),
        enough=READ_OUT[-1],
        most=classes,
        price=4.0 * 16,
    )
    columns = bank.of(match.chosen)
    return _Answer(
        bits=np.cumsum(bank.bits[match.chosen]),
        columns=columns - columns.mean(axis=0),
        ends=np.cumsum(bank.widths(match.chosen)),
        shares=match.explained,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """Distinct units with constants on few levels, the strongest first: what each costs, and its activations."""

    bits: Float[np.ndarray, " units"]
    hidden: Float[np.ndarray, "rows units"]

    @classmethod
    def of(cls, reading: Reading, choice: Choice, layer: Layer, q: int, power: int | None) -> "_Units":
        weights = np.concatenate([each.solution for each in choice.kept])  # (columns, units)
        columns = np.concatenate([[0], np.cumsum(choice.dimensions)])
        levels = 2 ** (q - 1)
        top = np.maximum(np.abs(weights).max(axis=0), 1e-30)
        scale = top if power is not None else log_levels(top, 2 ** (q + 3))
        steps = np.rint(weights / top * levels).astype(int)
        bias = np.clip(np.rint(choice.bias / scale * levels), -8 * levels, 8 * levels - 1).astype(int)
        strength = reading.site(layer.hidden)[reading.fitted].std(axis=0) * np.sqrt(layer.effect)
        alone = np.zeros(len(scale)) if power is not None else np.log2(scale)
        keys, inverse = np.unique(np.vstack([steps, bias, np.round(alone * 64)]), axis=1, return_inverse=True)
        total = np.bincount(inverse.ravel(), strength**2, minlength=keys.shape[1])
        order = np.argsort(-total)[:MOST_UNITS]
        order = order[total[order] > 0]
        first = np.array([_strongest(inverse.ravel() == unit, strength) for unit in order])
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
        return cls(bits=bits + (0 if power is not None else q + 3), hidden=hidden)


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


def _greedy(gram: Float[np.ndarray, "units units"], moment: Float[np.ndarray, "units classes"]) -> np.ndarray:
    """Units in the order in which each explains most of the outputs beside those before it, all read-outs refitted."""
    left, gain = gram.copy(), moment.copy()
    least = DEPENDENT * np.maximum(np.diag(gram), 1e-30)
    open_, order = np.diag(gram) > 0, []
    while open_.any():
        score = np.where(open_, (gain**2).sum(axis=1) / np.maximum(np.diag(left), least), -1.0)
        best = int(np.argmax(score))
        order.append(best)
        along = left[:, best] / max(left[best, best], least[best])
        gain = gain - np.outer(along, gain[best])
        left = left - np.outer(along, left[best])
        open_[best] = False
    return np.array(order, dtype=int)


def _strongest(alike: Bool[np.ndarray, " units"], strength: Float[np.ndarray, " units"]) -> int:
    return int(np.argmax(np.where(alike, strength, -1.0)))


def _programs(reading: Reading, choice: Choice, units: _Units, answer: _Answer, q: int) -> Iterator[_Program]:
    """The first 1, 2, ... units with the first terms of the classes, up to the bits of the table."""
    limit = reading.view.answers.table_bits(reading.counted(reading.answers))
    goal = reading.outputs[reading.fitted].astype(np.float64)
    goal = goal - goal.mean(axis=1, keepdims=True) if goal.shape[1] > 1 else goal
    seen = units.hidden[reading.fitted].astype(np.float64)
    mean, middle = seen.mean(axis=0), goal.mean(axis=0)
    gram, moment = (seen - mean).T @ (seen - mean), (seen - mean).T @ (goal - middle)
    order = _greedy(gram, moment)
    units = _Units(bits=units.bits[order], hidden=units.hidden[:, order])
    mean, gram, moment = mean[order], gram[np.ix_(order, order)], moment[order]
    counts = np.unique(np.geomspace(1, len(units.bits), SIZES).astype(int))
    for end in answer.cuts:
        columns = answer.columns[:, : answer.ends[end]]
        back = np.linalg.pinv(columns).T
        paid = _dictionary(choice.kept) + float(answer.bits[end]) + (q + OFFSET_BITS) * columns.shape[1] + HEADER_BITS
        for m, least in itertools.product(counts, LEAST if columns.shape[1] > 1 else LEAST[:1]):
            ridge = RIDGE * max(float(np.trace(gram[:m, :m])) / m, 1e-30) * np.eye(m)
            rough, bits = _read_outs(np.linalg.solve(gram[:m, :m] + ridge, moment[:m] @ back), q, least)
            alignment = float(units.bits[:m].sum() + bits.sum())
            if paid + alignment > limit and m > 1:
                continue
            yield _Program(
                hidden=units.hidden,
                rough=rough,
                offset=uniform(middle @ back - mean[:m] @ rough, q + OFFSET_BITS),
                columns=columns,
                dictionary=paid,
                alignment=alignment,
                precision=q,
            )


def _read_outs(fitted: Float[np.ndarray, "units columns"], q: int, least: float) -> tuple[np.ndarray, np.ndarray]:
    """On q bits of each unit's largest, itself on few levels, those below a share of it left out; and what it costs."""
    top = np.maximum(np.abs(fitted).max(axis=1), 1e-30)
    amplitude = log_levels(top, 2 ** (q + AMPLITUDE_BITS), 8.0)
    levels = 2 ** (q - 1)
    steps = np.rint(fitted / top[:, None] * levels) * (np.abs(fitted) >= least * top[:, None])
    width = fitted.shape[1]
    kept = (steps != 0).sum(axis=1)
    bits = np.array([log2_choose(width, int(n)) + log2(width) + n * q for n in kept]) + q + AMPLITUDE_BITS
    if width == 1:
        bits = np.full(len(fitted), q + AMPLITUDE_BITS + 1.0)
    return steps / levels * amplitude[:, None], bits
