"""Exchange of a variable that directions of a state hold, at one time: what it changes, and where it lands.

On the way the state also holds what the last inputs have not moved yet, which is not exchanged. At rest, after inputs
that leave the variable as it is, nothing else is left: then all that follows must be what follows from the other value,
and the exchange of all other directions must change nothing. A share of the change that is explained forgives a change
that is right on the average; where it lands does not (both are reported).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.read import Reading, evaluate
from compare.step import Step, Steps, run_on, values_of
from nets.edits import Patch

PAIRS = 1024
SETTLES = 6  # inputs that leave the variable as it is, before an exchange at rest


class Directed(NamedTuple):
    """The variable exchanged on the way."""

    r2: float  # explained share of the change of the outputs
    turned: float  # of the net's later answers, those that change


class Rested(NamedTuple):
    """The variable, and all else, exchanged at rest: shares of the later answers."""

    lands: float  # that are as the steps say
    same: float  # that stay when all other directions are exchanged


def beside(state: Step, control: Step) -> Float[np.ndarray, "width dimensions"]:
    """As many of a control's directions as the state has, without what of them are the state's own."""
    assert state.exchange is not None
    assert control.exchange is not None
    own, other = state.exchange.basis, control.exchange.basis
    assert own is not None
    assert other is not None
    return np.linalg.svd(other - own @ (own.T @ other), full_matrices=False)[0][:, : own.shape[1]]


class _Case(NamedTuple):
    """Pairs of inputs that are the same after a time, and what the net and the steps make of them."""

    x: np.ndarray
    theirs: np.ndarray
    time: Int[np.ndarray, " pairs"]
    later: Bool[np.ndarray, "pairs time"]


def directed(
    reading: Reading,
    steps: Steps,
    outputs: tuple[str, ...],
    state: Step,
    basis: Float[np.ndarray, "width dimensions"] | None = None,
) -> Directed:
    """The state's own directions exchanged, or others (`basis`), which what the steps say must not predict."""
    assert state.exchange is not None
    case = _case(reading, settled=None)
    own, moved = _exchanged(reading, state, case, state.exchange.basis if basis is None else basis)
    before, after = _said(steps, outputs, state, case)
    kind = reading.view.answers
    change, predicted = (kind.telling(each)[case.later] for each in (moved - own, after - before))
    turned = ~kind.alike(reading.decode(moved), reading.decode(own))
    r2 = 1 - float(((change - predicted) ** 2).sum()) / max(float((change**2).sum()), 1e-30)
    return Directed(r2=r2, turned=float(turned[case.later].mean()))


def rested(reading: Reading, steps: Steps, outputs: tuple[str, ...], state: Step) -> Rested | None:
    """None where no input is known that leaves the variable as it is."""
    exchange = state.exchange
    assert exchange is not None
    assert exchange.basis is not None
    if exchange.rest is None or reading.x.shape[1] < SETTLES + 3:
        return None
    case = _case(reading, settled=exchange.rest)
    own, moved = _exchanged(reading, state, case, exchange.basis)
    other = _exchanged(reading, state, case, exchange.basis, complement=True)[1]
    after = _said(steps, outputs, state, case)[1]
    kind, decode = reading.view.answers, reading.decode
    return Rested(
        lands=float(kind.alike(decode(moved), decode(after))[case.later].mean()),
        same=float(kind.alike(decode(other), decode(own))[case.later].mean()),
    )


def _case(reading: Reading, settled: np.ndarray | None) -> _Case:
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
    return _Case(x, theirs, time, later)


def _exchanged(
    reading: Reading,
    state: Step,
    case: _Case,
    basis: Float[np.ndarray, "width dimensions"] | None,
    *,
    complement: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """The net's outputs, and those with these directions of the state, or all but them, of the other inputs."""
    site = str(state.holds)
    assert basis is not None
    given = reading.net, reading.params
    own, mine = evaluate(*given, case.x, keep=(site,), scales=reading.scales)
    theirs = evaluate(*given, case.theirs, keep=(site,), scales=reading.scales)[1]
    apart = theirs[site] - mine[site]
    along = apart @ basis @ basis.T
    value = (mine[site] + (apart - along if complement else along)).astype(np.float32)
    at = (np.arange(case.x.shape[1]) == case.time[:, None])[..., None]
    patch = Patch(np.broadcast_to(at, value.shape), value)
    return own, evaluate(*given, case.x, {site: patch}, scales=reading.scales)[0]


def _said(
    steps: Steps, outputs: tuple[str, ...], state: Step, case: _Case
) -> tuple[Float[np.ndarray, "pairs time outputs"], Float[np.ndarray, "pairs time outputs"]]:
    """The steps' outputs, and those that follow from the other inputs' numbers at the time."""
    assert state.exchange is not None
    assert state.resume is not None
    at, numbers = np.arange(len(case.x)), list(state.exchange.numbers)
    values = values_of(steps, case.x, [state.name, *outputs])
    other = np.asarray(values_of(steps, case.theirs, [state.name])[state.name])
    changed = np.array(values[state.name])
    changed[at[:, None], case.time[:, None], numbers] = other[at, case.time][:, numbers]
    after = values | run_on(steps, case.x, values, {state.name: state.resume(case.x, changed, case.time)})
    before, then = (sum(np.asarray(each[name]) for name in outputs) for each in (values, after))
    return np.asarray(before), np.asarray(then)
