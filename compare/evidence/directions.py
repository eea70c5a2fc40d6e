"""Exchange of a variable that directions of a state hold, at one time: what it changes, and where it lands.

On the way the state also holds what the last inputs have not moved yet, which is not exchanged. At rest, after inputs
that leave the variable as it is, nothing else is left: then all that follows must be what follows from the other value,
and the exchange of all other directions must change nothing. A share of the change that is explained forgives a change
that is right on the average; where it lands does not (both are reported).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.evidence.states import outputs_after
from compare.read import Reading, evaluate
from compare.step import Step, Steps, outputs_of, values_of
from nets.edits import Patch

PAIRS = 1024
SETTLES = 6  # inputs that leave the variable as it is, before an exchange at rest


class Directed(NamedTuple):
    """The variable exchanged on the way."""

    r2: float  # explained share of the change of the outputs
    wrong: float | None  # the same of a control's directions
    turned: float  # of the net's later answers, those that change


class Rested(NamedTuple):
    """The variable, and all else, exchanged at rest: shares of the later answers."""

    lands: float  # that are as the steps say
    same: float  # that stay when all other directions are exchanged


class _Case(NamedTuple):
    """Pairs of inputs that are the same after a time, the net's outputs, and how far its states are apart."""

    x: np.ndarray
    theirs: np.ndarray
    time: Int[np.ndarray, " pairs"]
    later: Bool[np.ndarray, "pairs time"]
    outputs: Float[np.ndarray, "pairs time outputs"]
    state: Float[np.ndarray, "pairs time width"]
    apart: Float[np.ndarray, "pairs time width"]


def directed(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], state: Step, control: Step | None = None
) -> Directed:
    """The state's own directions exchanged, and those of a control, which what the steps say must not predict."""
    assert state.exchange is not None
    assert state.exchange.basis is not None
    case = _case(reading, state, settled=None)
    kind, own = reading.view.answers, state.exchange.basis
    predicted = kind.telling(_after(steps, outputs, state, case) - np.asarray(outputs_of(steps, outputs, case.x)))
    moved = _moved(reading, state, case, _along(case, own))
    turned = ~kind.alike(reading.decode(moved), reading.decode(case.outputs))
    wrong = None if control is None else _moved(reading, state, case, _along(case, beside(state, control)))

    def told(given: np.ndarray) -> float:
        change = kind.telling(given - case.outputs)[case.later]
        return 1 - float(((change - predicted[case.later]) ** 2).sum()) / max(float((change**2).sum()), 1e-30)

    return Directed(
        r2=told(moved), wrong=None if wrong is None else told(wrong), turned=float(turned[case.later].mean())
    )


def rested(reading: Reading, steps: Steps, outputs: tuple[str, ...], state: Step) -> Rested | None:
    """None where no input is known that leaves the variable as it is."""
    exchange = state.exchange
    assert exchange is not None
    assert exchange.basis is not None
    if exchange.rest is None or reading.x.shape[1] < SETTLES + 3:
        return None
    case = _case(reading, state, settled=exchange.rest)
    along, kind, decode = _along(case, exchange.basis), reading.view.answers, reading.decode
    moved, other = (_moved(reading, state, case, each) for each in (along, case.apart - along))
    after = _after(steps, outputs, state, case)
    return Rested(
        lands=float(kind.alike(decode(moved), decode(after))[case.later].mean()),
        same=float(kind.alike(decode(other), decode(case.outputs))[case.later].mean()),
    )


def beside(state: Step, control: Step) -> Float[np.ndarray, "width dimensions"]:
    """As many of a control's directions as the state has, without what of them are the state's own."""
    assert state.exchange is not None
    assert control.exchange is not None
    own, other = state.exchange.basis, control.exchange.basis
    assert own is not None
    assert other is not None
    return np.linalg.svd(other - own @ (own.T @ other), full_matrices=False)[0][:, : own.shape[1]]


def _case(reading: Reading, state: Step, settled: np.ndarray | None) -> _Case:
    """Pairs of the reported rows, at a time with one input after it at least; at rest the inputs up to it are that."""
    rng = np.random.default_rng([reading.seed, 41])
    rows, others = rng.choice(reading.reported, size=(2, PAIRS))
    length = reading.x.shape[1]
    time = rng.integers(1 if settled is None else SETTLES + 1, length - 1, PAIRS)
    x, theirs = reading.x[rows].copy(), reading.x[others].copy()
    places = np.arange(length)
    if settled is not None:
        still = (places <= time[:, None]) & (places > time[:, None] - SETTLES)
        x[still] = settled
        theirs[still] = settled
    later = places > time[:, None]
    theirs[later] = x[later]
    given, site = (reading.net, reading.params), str(state.holds)
    outputs, mine = evaluate(*given, x, keep=(site,), scales=reading.scales)
    other = evaluate(*given, theirs, keep=(site,), scales=reading.scales)[1]
    return _Case(x, theirs, time, later, outputs, mine[site], other[site] - mine[site])


def _along(case: _Case, basis: Float[np.ndarray, "width dimensions"]) -> Float[np.ndarray, "pairs time width"]:
    """What of the difference lies in these directions."""
    return case.apart @ basis @ basis.T


def _moved(
    reading: Reading, state: Step, case: _Case, by: Float[np.ndarray, "pairs time width"]
) -> Float[np.ndarray, "pairs time outputs"]:
    """The net's outputs with the state moved so at the time."""
    value = (case.state + by).astype(np.float32)
    at = (np.arange(case.x.shape[1]) == case.time[:, None])[..., None]
    patch = {str(state.holds): Patch(np.broadcast_to(at, value.shape), value)}
    return evaluate(reading.net, reading.params, case.x, patch, scales=reading.scales)[0]


def _after(steps: Steps, outputs: tuple[str, ...], state: Step, case: _Case) -> Float[np.ndarray, "pairs time outputs"]:
    """The steps' outputs that follow from the other inputs' numbers at the time."""
    assert state.exchange is not None
    at, numbers = (np.arange(len(case.x)), case.time), list(state.exchange.numbers)
    own, other = (np.asarray(values_of(steps, each, [state.name])[state.name]) for each in (case.x, case.theirs))
    value = own[at].copy()
    value[:, numbers] = other[at][:, numbers]
    return outputs_after(steps, outputs, state, case.x, own, value, case.time)
