"""What is read of a transformer as the steps of an explanation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.extract.selects.linear import Tables
from compare.extract.selects.program import Head, State, Units, begun, carried, with_head, with_named
from compare.extract.selects.variables import COUNT, Frame
from compare.read import Reading, evaluate
from compare.step import Exchange, Inputs, Step, Steps, Value

EMBED, OUTPUTS = "embed", "y"
ALONE = 0.5  # of a head's effect, from which on nothing that stands elsewhere in a row is like what one place holds
ENERGY = 0.999  # of the tables, in the directions that are exchanged

Layers = Sequence[tuple[Sequence[Head], Units | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """How steps sit in a net: its layout, its embedding, and how often an exchange takes each position."""

    reading: Reading
    frame: Frame
    embed: Tables
    placed: tuple[str, ...]
    places: dict[str, Float[np.ndarray, " s"]]  # by site
    rows: Int[np.ndarray, " n"]  # that are fitted on
    weight: Mapping[str, Float[np.ndarray, "n s"]]  # by site, of these rows' positions

    def begun(self, x: Inputs) -> State:
        return begun(self.frame, self.frame.laid(np.asarray(x)), self.placed)


def bringing(
    places: Mapping[str, Float[np.ndarray, " s"]], heads: Sequence[Head], state: State
) -> dict[str, Float[np.ndarray, " s"]]:
    """Exchanges below the last layer at positions at which a head looks at something by the program.

    Elsewhere it brings no value that could be another's: what a net writes there instead, as at the first position, is
    the same for all inputs. Neither is anything exchanged where what it brings is the same for all inputs.
    """
    found = dict(places)
    for head in heads:
        if head.named is not None and head.layer < heads[-1].layer:
            own = [each for name, each in state.variables.items() if name.startswith(head.name)]
            variable = next(state.variables[name] for name in (f"{head.name}n", head.name) if name in state.variables)
            live = (variable.values >= (variable.kind == COUNT)).mean(axis=0)
            varies = np.any([np.ptp(each.values, axis=0) > 0 for each in own], axis=0)
            share = places[head.site] * (live * varies + 1e-9)
            found[head.site] = share / share.sum()
    return found


def steps_of(placing: Placing, layers: Layers) -> Steps:
    """The embedding, every head and all units, and the outputs that the rest of the net makes of them."""
    steps = [_embedding(placing)]
    before: list[Head] = []
    for heads, units in layers:
        later = heads is not layers[-1][0]
        steps += [_head(placing, head, tuple(before), later=later) for head in heads]
        before += heads
        if units is not None:
            steps.append(_units(placing, units, tuple(before)))
    return (*steps, _outputs(placing, tuple(steps)))


def after(placing: Placing, heads: Sequence[Head], x: Inputs, values: Sequence[Value]) -> State:
    """What is known once these heads have brought these values."""
    state = placing.begun(x)
    for head, value in zip(heads, values, strict=True):
        state = with_head(state, head, np.asarray(value), placing.frame)
    return state


def _embedding(placing: Placing) -> Step:
    def compute(x: Inputs) -> Value:
        return placing.embed.of(placing.begun(x).columns)

    return Step(name=EMBED, formula="x", compute=compute, holds="embed")


def _head(placing: Placing, head: Head, before: tuple[Head, ...], *, later: bool) -> Step:
    def compute(x: Inputs, *values: Value) -> Value:
        return carried(head, after(placing, before, x, values), placing.frame)

    def code(value: Value) -> Value:
        return head.tables.written(np.asarray(value))

    basis = _basis(head.tables)
    exchange = None
    if head.score is not None and basis is not None:
        places = placing.places[head.site]
        partner = "any" if not later else "row" if places.max() < ALONE else "place"
        exchange = Exchange(site=head.site, basis=basis, places=places, partner=partner)
    return Step(
        name=head.name,
        formula=str(head.score) if head.score else "mean",
        compute=compute,
        reads=tuple(each.name for each in before),
        holds=head.site,
        code=code,
        exchange=exchange,
        label=head.name,
    )


def _basis(tables: Tables) -> Float[np.ndarray, "width dimensions"] | None:
    """The directions in which the tables write."""
    if not tables.tables:
        return None
    whole = np.concatenate([table - table.mean(axis=0) for table in tables.tables]).astype(np.float64)
    _, size, directions = np.linalg.svd(whole, full_matrices=False)
    energy = np.cumsum(size**2) / max(float((size**2).sum()), 1e-30)
    return directions[: int((energy < ENERGY).sum()) + 1].T


def _units(placing: Placing, units: Units, before: tuple[Head, ...]) -> Step:
    def compute(x: Inputs, *values: Value) -> Value:
        return units.tables.of(after(placing, before, x, values).columns)

    return Step(
        name=units.name,
        formula=" + ".join(units.tables.reads) or "0",
        compute=compute,
        reads=tuple(each.name for each in before),
        holds=units.site,
        label=units.name,
    )


def _outputs(placing: Placing, steps: Steps) -> Step:
    """The rest of the net, run on with all sites as the steps have them."""
    reading = placing.reading

    def compute(x: Inputs, *values: Value) -> Value:
        held = zip(steps, values, strict=True)
        edits = {str(step.holds): step.code(value) if step.code else value for step, value in held}
        given = {site: np.asarray(value, dtype=np.float32) for site, value in edits.items()}
        return evaluate(reading.net, reading.params, np.asarray(x), given, (), reading.block, reading.scales)[0]

    return Step(name=OUTPUTS, formula="y", compute=compute, reads=tuple(step.name for step in steps))


def answers_of(placing: Placing, needed: Sequence[Head], x: Inputs) -> dict[str, Int[np.ndarray, "rows s"]]:
    """The integers that a position holds after all heads of the program."""
    state = placing.begun(x)
    for head in needed:
        state = with_named(state, head, placing.frame)
    return {name: each.values for name, each in state.variables.items()}
