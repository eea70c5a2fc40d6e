"""Nets, specifications and readings that several tests share."""

import numpy as np

from compare import by_position
from compare.read import Reading, read
from nets import Net
from synth import Fn, Spec, Z


def addition(p: int, outputs: np.ndarray | None = None) -> Spec:
    """Addition modulo p on every pair, or any other table of answers."""
    a, b = np.divmod(np.arange(p * p), p)
    answers = (a + b) % p if outputs is None else outputs
    return Spec(type=Fn((Z("p"), Z("p")), Z("p")), inputs=(a, b), outputs=answers, domain=(a, b), terminals={"p": p})


def reading_of(made: tuple[Net, dict], p: int, outputs: np.ndarray | None = None) -> Reading:
    """A made net read over addition modulo p."""
    return read(*made, addition(p, outputs), by_position(p, p))
