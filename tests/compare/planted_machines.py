"""Recurrent nets set by hand, with a sample of words for them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.controls.automata import automaton, counters
from benchmarks.controls.layout import single
from benchmarks.controls.transforms import noised
from compare import Classes, Reals, Sample, Samples, View, of_reals, of_sequences
from compare.extract.recurrent.machine import Machine
from compare.read import Reading, read
from nets import Net, recurrent

ROWS, LENGTH = 400, 8
Case = tuple[Net, Any, View, Samples]


def samples(right: Callable[[np.ndarray], np.ndarray], letters: int, rows: int = ROWS, length: int = LENGTH) -> Samples:
    def part(length: int, seed: int, rows: int) -> Sample:
        x = np.random.default_rng([seed, length]).integers(0, letters, (rows, length))
        return Sample(arguments=(x,), targets=right(x))

    return Samples(fit=part(length, 0, rows), report=part(length, 1, rows), longer=(part(5 * length, 2, rows // 4),))


def remainders(modulus: int, letters: int) -> Machine:
    """The sum so far modulo a number."""
    after = (np.arange(modulus)[:, None] + np.arange(letters)) % modulus
    return Machine(after=after, says=after)


def drawn(states: int, letters: int, answers: int, seed: int) -> Machine:
    rng = np.random.default_rng(seed)
    return Machine(after=rng.integers(0, states, (states, letters)), says=rng.integers(0, answers, (states, letters)))


def planted(machine: Machine, seed: int = 0, noise: float = 0.0, rows: int = ROWS) -> Case:
    """A net that runs the machine."""
    net, params = automaton(machine.after, machine.says, seed)
    classes = int(machine.says.max()) + 1
    right = samples(lambda x: machine.run(x).answers, machine.letters, rows)
    return net, noised(params, noise, seed) if noise else params, of_sequences(machine.letters, Classes(classes)), right


def majority(seed: int = 0, noise: float = 0.0) -> Case:
    """Whether there were more ones than zeros."""
    net, params = counters(np.array([[1], [-1]]), np.array([[1.0, -1.0]]), (0.0, -0.5), seed)
    right = samples(lambda x: ((2 * x - 1).cumsum(axis=1) > 0).astype(int), 2)
    return net, noised(params, noise, seed) if noise else params, of_sequences(2, Classes(2)), right


def adding(letters: np.ndarray, streams: int = 1) -> Case:
    """The sum of all numbers so far, of several streams at once."""
    ones = np.ones((streams, 1))
    params = {"V": ones, "W": np.eye(1), "b": np.zeros(1), "S": np.zeros(1), "U": np.eye(1), "c": np.zeros(1)}
    net = recurrent(classes=1, width=1, cell="linear", inputs="reals", features=streams)

    def part(length: int, seed: int) -> Sample:
        x = np.random.default_rng([seed, length]).choice(letters, (streams, ROWS, length))
        return Sample(arguments=tuple(x), targets=x.sum(axis=0).cumsum(axis=1)[..., None])

    given = Samples(fit=part(LENGTH, 0), report=part(LENGTH, 1), longer=(part(5 * LENGTH, 2),))
    return net, single(params), of_reals(Reals(1, 0.5)), given


def reading(case: Case) -> Reading:
    net, params, view, given = case
    return read(net, params, None, view, samples=given)
