"""D: one step's value exchanged between two inputs inside the net, the change of every output predicted.

Delta R^2 = 1 - sum (D - D_hat)^2 / sum D^2 over pairs and outputs, D and D_hat centred over the outputs. The
prediction is the explanation run on from the changed step; its constants come from the unedited net. After Geiger et
al. (arXiv 2106.02997), with signed changes of all outputs in place of the answers alone. A state that is held by
codewords has no direction to exchange: there it is the share of the exchanges after which all answers are as predicted
(see `compare.evidence.states`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.evidence.carrier import Carrier, carriers, together, tokens_of
from compare.evidence.directions import directed, rested
from compare.evidence.neighbours import near, of_neighbours
from compare.evidence.states import carried, exchanged, exchanged_alone, kept, numbers_of
from compare.explanation import Explanation
from compare.read import Reading
from compare.statistics import centred
from compare.step import Exchange, Step, Steps, Value, added, run_on, values_of

PAIRS, VALUES, FEWEST = 4096, 2**21, 256  # pairs at most; numbers in an exchanged site; pairs whatever the width
SHARED_PAIRS, SHARED_VALUES, SHARED_FEWEST = 2048, 2**23, 64  # the same where a share of the units is exchanged
SHOWN = 16  # steps that are exchanged one by one, the first of them
PLACED = 512  # pairs at most, where a value is exchanged at one position
NO_CHANGE = 1e-8  # of the outputs' variance; an exchange that moves less is not scored

Change = Float[np.ndarray, "pairs ... classes"]
Mixed = Callable[[Value, Value], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One step's exchange: how far its effect is predicted, and which share of the net's answers it turns."""

    step: str
    r2: float | None  # None: it changes nothing
    turned: float  # averaged over the net's answers where classes are unbalanced


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """Explained share of the change of the outputs."""

    r2: float  # all steps, each exchanged alone: squares summed over steps, pairs and outputs; of a state, a mean share
    control: float | None  # the same exchanges, predicted by the explanation's control
    dictionary: float | None  # all steps exchanged at once
    steps: tuple[Exchanged, ...] = ()
    same: float | None = None  # of a state: nothing changes when another codeword of the same value is put in
    lands: float | None = None  # of a state held by directions: share of the answers that follow as they should


def interchange(reading: Reading, explanation: Explanation) -> Interchange | None:
    """Exchange every step that can be exchanged, one by one and all at once; None where there is none."""
    whole_value = of_neighbours(explanation.steps)
    if whole_value is not None:
        return _of_neighbours(reading, explanation, whole_value)
    state = carried(explanation.steps)
    if state is not None:
        return _of_state(reading, explanation, state)
    placed = [step for step in explanation.exchanged if step.exchange and step.exchange.places is not None]
    parts = [step for step in explanation.exchanged if step.exchange and step.exchange.of_subspace]
    shared = [step for step in explanation.exchanged if step.exchange and step.exchange.share is not None]
    moved = [_share_moved(reading, explanation, step) for step in shared[:SHOWN]]
    moved += [_place_moved(reading, explanation, step) for step in placed[:SHOWN]]
    whole: list[_Moved] = []
    if parts:
        pairs = _Pairs.drawn(reading, explanation, parts[0])
        held = carriers(reading, explanation.steps, parts)
        moved += [_part_moved(pairs, [each], [step]) for each, step in zip(held[:SHOWN], parts, strict=False)]
        whole = [_part_moved(pairs, together(held), parts)]
    if not moved:
        return None
    return Interchange(
        r2=_r2(reading, moved) or 0.0,
        control=_r2(reading, moved, wrong=True) if explanation.control else None,
        dictionary=_r2(reading, whole) if whole else None,
        steps=tuple(Exchanged(step=each.name, r2=_r2(reading, [each]), turned=each.turned) for each in moved),
    )


def _of_state(reading: Reading, explanation: Explanation, state: Step) -> Interchange | None:
    """Each number of a state exchanged alone, and all of them.

    All numbers count alike, however seldom something follows from their exchange: one that sits nowhere in the state
    does not hide behind the others.
    """
    if state.exchange is not None:
        return _of_directions(reading, explanation, state)
    given = reading, explanation.steps, explanation.outputs
    control = carried(explanation.control)
    alone = exchanged_alone(*given, control)
    if not alone:
        return None
    whole = exchanged(*given, numbers_of(reading, state), control)
    right = float(np.mean([each.right for each in alone]))
    return Interchange(
        r2=right,
        control=float(np.mean([each.wrong for each in alone])) if control else None,
        dictionary=whole.right,
        steps=(Exchanged(step=state.name, r2=right, turned=whole.turned),),
        same=kept(reading, state),
    )


def _of_neighbours(reading: Reading, explanation: Explanation, step: Step) -> Interchange | None:
    """The step's whole value, between rows whose values differ in a few numbers."""
    found = near(reading, explanation.steps, explanation.outputs, step, of_neighbours(explanation.control))
    if found is None:
        return None
    return Interchange(
        r2=found.r2,
        control=found.wrong,
        dictionary=None,
        steps=(Exchanged(step=step.name, r2=found.r2, turned=found.turned),),
    )


def _of_directions(reading: Reading, explanation: Explanation, state: Step) -> Interchange:
    """The variable that directions of the state hold: the outputs' change on the way, and at rest where it lands."""
    given, control = (reading, explanation.steps, explanation.outputs), carried(explanation.control)
    found = directed(*given, state, control)
    still = rested(*given, state)
    return Interchange(
        r2=found.r2,
        control=found.wrong,
        dictionary=None,
        steps=(Exchanged(step=state.name, r2=found.r2, turned=found.turned),),
        same=None if still is None else still.same,
        lands=None if still is None else still.lands,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """Squares, summed over pairs and outputs, of one exchange's change and of what two predictions miss of it."""

    name: str
    change: float
    residual: float
    wrong: float  # what the control's prediction misses
    turned: float


def _r2(reading: Reading, moved: Sequence[_Moved], wrong: bool = False) -> float | None:
    change = sum(each.change for each in moved)
    if change <= NO_CHANGE * float((centred(reading.outputs) ** 2).mean()):
        return None
    return 1 - sum(each.wrong if wrong else each.residual for each in moved) / change


@dataclass(frozen=True)
class _Pairs:
    """Pairs of inputs between which values are exchanged, and the values of both programs on them."""

    reading: Reading
    explanation: Explanation
    rows: Int[np.ndarray, " pairs"]
    others: Int[np.ndarray, " pairs"]

    @classmethod
    def drawn(cls, reading: Reading, explanation: Explanation, step: Step) -> "_Pairs":
        assert step.exchange is not None
        rng = np.random.default_rng(reading.seed + 2)
        size = int(min(PAIRS, reading.rows, max(VALUES // _width(reading, step), FEWEST)))
        rows, others = rng.integers(reading.rows, size=size), rng.integers(reading.rows, size=size)
        return cls(reading, explanation, rows, others)

    @cached_property
    def programs(self) -> list["_Program"]:
        x, other = self.reading.x[self.rows], self.reading.x[self.others]
        names, outputs = [step.name for step in self.explanation.exchanged], self.explanation.outputs
        return [
            _Program(steps, outputs, x, values_of(steps, x, [*outputs, *names]), values_of(steps, other, names))
            for steps in (self.explanation.steps, self.explanation.control)
            if steps
        ]

    def counted(self, change: Change) -> Change:
        """Centred over the classes; nothing at positions that do not count."""
        mask = self.reading.mask
        return centred(change) if mask is None else centred(change) * mask[self.rows][..., None]

    def scored(self, names: Sequence[str], edits: Mapping[str, np.ndarray], mixed: Mixed) -> _Moved:
        """Run the net with its sites edited, and compare with the programs run on from the exchanged steps.

        `mixed` makes a step's value after the exchange of its own and the other inputs'.
        """
        outputs = self.reading.run(edits, rows=self.rows)[0]
        change = self.counted(outputs - self.reading.outputs[self.rows])
        predicted = [self.counted(program.predicted(names, mixed)) for program in self.programs]
        missed = [float(((change - each) ** 2).sum()) for each in predicted]
        turned = self.reading.disagreement(self.reading.decode(outputs), self.rows)
        return _Moved(
            name=names[0], change=float((change**2).sum()), residual=missed[0], wrong=missed[-1], turned=turned
        )


@dataclass(frozen=True)
class _Program:
    """Steps with their values on some inputs, and those of the exchanged steps on the others."""

    steps: Steps
    outputs: tuple[str, ...]
    x: np.ndarray
    values: dict[str, Value]
    theirs: dict[str, Value]

    def predicted(self, names: Sequence[str], mixed: Mixed) -> Change:
        """The change of the outputs when the named steps take the other inputs' values, where they are exchanged."""
        changed = {name: mixed(self.values[name], self.theirs[name]) for name in names}
        after = run_on(self.steps, self.x, self.values, changed)
        touched = [name for name in self.outputs if name in after]
        if not touched:
            return np.zeros_like(np.asarray(added(self.values, self.outputs)))
        return np.asarray(added(after, touched) - added(self.values, touched))


def _part_moved(pairs: _Pairs, held: Sequence[Carrier], steps: Sequence[Step]) -> _Moved:
    """The steps' subspaces exchanged together."""
    reading, edits = pairs.reading, {}
    for each in held:
        mine, theirs = (tokens_of(reading, each.column, rows) for rows in (pairs.rows, pairs.others))
        moved = (each.along(theirs) - each.along(mine)) @ each.basis.T
        before = (
            edits[each.site] if each.site in edits else reading.run(keep=(each.site,), rows=pairs.rows)[1][each.site]
        )
        edits[each.site] = (before + moved.reshape(before.shape)).astype(before.dtype)
    return pairs.scored([step.name for step in steps], edits, lambda own, theirs: theirs)


def _share_moved(reading: Reading, explanation: Explanation, step: Step) -> _Moved:
    """A random share of the units exchanged."""
    assert step.exchange is not None
    assert step.exchange.share is not None
    rng = np.random.default_rng(reading.seed + 3)
    size = int(np.clip(SHARED_VALUES // _width(reading, step), SHARED_FEWEST, SHARED_PAIRS))
    rows, others = rng.integers(reading.rows, size=(2, size))
    site = step.exchange.site
    before, after = (reading.run(keep=(site,), rows=each)[1][site] for each in (rows, others))
    where = rng.random(before.shape) < step.exchange.share
    if step.exchange.where is not None:
        where = where & step.exchange.where
    return _Pairs(reading, explanation, rows, others).scored(
        [step.name],
        {site: np.where(where, after, before)},
        lambda own, theirs: jnp.where(where, theirs, own),
    )


def _place_moved(reading: Reading, explanation: Explanation, step: Step) -> _Moved:
    """The step's value at one position exchanged with another: of the same row, or of another one."""
    exchange = step.exchange
    assert exchange is not None
    assert exchange.places is not None
    assert exchange.basis is not None
    rng = np.random.default_rng(reading.seed + 4)
    size = int(np.clip(SHARED_VALUES // _width(reading, step), SHARED_FEWEST, PLACED))
    rows = rng.integers(reading.rows, size=size)
    within = exchange.partner == "row"
    others = rows if within else rng.integers(reading.rows, size=size)
    places = np.stack([_drawn(reading, exchange, each, rng) for each in (rows, others)])
    if exchange.partner == "place":
        places[1] = places[0]
    before, after = (reading.run(keep=(exchange.site,), rows=each)[1][exchange.site] for each in (rows, others))

    def mixed(own: Value, theirs: Value) -> np.ndarray:
        return taken(np.asarray(own), np.asarray(theirs), places, within=within)

    edited = before + (mixed(before, after) - before) @ exchange.basis @ exchange.basis.T
    return _Pairs(reading, explanation, rows, others).scored(
        [step.name], {exchange.site: edited.astype(before.dtype)}, mixed
    )


def _drawn(
    reading: Reading, exchange: Exchange, rows: Int[np.ndarray, " pairs"], rng: np.random.Generator
) -> Int[np.ndarray, " pairs"]:
    """A position a row, by its share; where rows do not differ in what follows, one whose answer counts."""
    assert exchange.places is not None
    share = np.broadcast_to(exchange.places, (len(rows), len(exchange.places)))
    if reading.mask is not None and exchange.partner == "any" and reading.mask.shape[1] == share.shape[1]:
        share = share * reading.mask[rows]
    reached = np.cumsum(share, axis=1)
    return (reached < rng.random((len(rows), 1)) * reached[:, -1:]).sum(axis=1).clip(max=share.shape[1] - 1)


def taken(mine: np.ndarray, theirs: np.ndarray, places: Int[np.ndarray, "2 pairs"], *, within: bool) -> np.ndarray:
    """Values (pairs, positions, ...) with theirs of the second places at the first; `within` a row both ways."""
    pairs = np.arange(len(mine))
    given = np.array(mine)
    given[pairs, places[0]] = theirs[pairs, places[1]]
    if within:
        given[pairs, places[1]] = mine[pairs, places[0]]
    return given


def _width(reading: Reading, step: Step) -> int:
    assert step.exchange is not None
    return int(np.prod(reading.shapes[step.exchange.site]))
