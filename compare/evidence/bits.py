"""B: the description length of the explanation as a code that is run, beside the table's and the weights'.

B_total = B_dictionary + B_alignment + B_exceptions (Rissanen's two-part code); the exceptions are the rows on which the
quantised, pruned code disagrees with the net. A code that errs on more than EXCEPTIONS of them does not speak for the
net by itself, whatever it saves: it is taken only where no other code is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import jax
import numpy as np

from compare.answers import Answers
from compare.bits import EXCEPTIONS, exception_bits
from compare.explanation import Code, Explanation
from compare.read import Reading, evaluate
from compare.step import Steps, outputs_of
from nets.net import Params

WEIGHT_PRECISIONS = (2, 3, 4, 5, 6, 8, 12)
WEIGHT_AGREEMENT = 0.99
SCALE_BITS = 32  # a tensor's scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits:
    """The shortest code found among those that stand for the net, in bits."""

    total: float
    dictionary: float
    alignment: float
    exceptions: float
    disagreements: int  # counted answers
    errors: float  # their share, or averaged over the net's answers where classes are unbalanced
    units_kept: int
    precision: int  # bits a constant


def weigh(reading: Reading, explanation: Explanation) -> Bits | None:
    """The shortest of the explanation's codes, each charged for the answers on which it disagrees with the net."""
    codes = explanation.codes() if explanation.codes else [code_of(reading, explanation.steps, explanation.outputs)]
    return shortest(codes, reading)


def code_of(reading: Reading, steps: Steps, outputs: Iterable[str], precision: int = 32) -> Code:
    """The steps as they are, run in place of the net: their bits, and those that say how they sit in it."""
    return Code(
        bits_dictionary=sum(step.bits for step in steps),
        bits_alignment=sum(step.alignment for step in steps),
        units_kept=0,
        precision=precision,
        answers=reading.decode(np.asarray(outputs_of(steps, outputs, reading.x))),
    )


def shortest(codes: Iterable[Code], reading: Reading) -> Bits | None:
    """The shortest code that errs on at most EXCEPTIONS of the answers; where every code errs on more, the shortest."""
    answers = reading.counted(reading.answers)
    found = [_charged(code, reading.counted(code.answers), answers, reading.view.answers) for code in codes]
    return min(found, key=lambda bits: (bits.errors > EXCEPTIONS, bits.total), default=None)


def _charged(code: Code, given: np.ndarray, answers: np.ndarray, kind: Answers) -> Bits:
    wrong = int((~kind.alike(given, answers)).sum())
    exceptions = exception_bits(len(answers), wrong, kind.options)
    return Bits(
        total=code.bits_dictionary + code.bits_alignment + exceptions,
        dictionary=code.bits_dictionary,
        alignment=code.bits_alignment,
        exceptions=exceptions,
        disagreements=wrong,
        errors=kind.disagreement(given, answers),
        units_kept=code.units_kept,
        precision=code.precision,
    )


def bits_of_weights(reading: Reading) -> float:
    """All parameters on even levels, the fewest bits at which the net keeps its answers on >= 99 % of the rows."""
    leaves = jax.tree.leaves(reading.params)
    count = sum(int(np.size(leaf)) for leaf in leaves)
    for bits in WEIGHT_PRECISIONS:
        if _agreement(reading, bits) >= WEIGHT_AGREEMENT:
            return float(count * bits + SCALE_BITS * len(leaves))
    return float(count * 32)


def _agreement(reading: Reading, bits: int) -> float:
    params = jax.tree.map(lambda leaf: _rounded(np.asarray(leaf), bits), reading.params)
    outputs, _ = evaluate(reading.net, params, reading.x, block=reading.block, scales=reading.scales)
    return float(reading.alike(reading.decode(outputs)).mean())


def _rounded(leaf: np.ndarray, bits: int) -> Params:
    top = np.abs(leaf).max(initial=0.0)
    levels = 2 ** (bits - 1) - 1
    return leaf if top == 0 else (np.round(leaf / top * levels) / levels * top).astype(leaf.dtype)
