"""Steps: the variables of an explanation, each computed from the inputs and earlier steps, each placed in the net.

A tuple of steps is a program. Running it, and running it on after some of its variables took other values, is all that
substitution, exchange and the code need; none of them knows which family of nets the steps were proposed for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nets.edits import Patch, Snap
from nets.net import refuse_unknown

Value = np.ndarray | Array  # (rows, ...)
Inputs = np.ndarray | Array  # (rows, positions), or reals (rows, ...)
Edits = Mapping[str, Value | Patch | Snap]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Where a step's value is exchanged between two inputs inside the net.

    What is exchanged is the subspace `basis` of a site, or of the part that one input column contributes to it (the
    site's means over that column's values). Without a basis it is the directions in which this part follows the step's
    own values. A variable that is aligned with the inputs tests the function alone: with `share` a random fraction of
    the site's units, and of the step's values, is exchanged instead. With `places` it is the value at one position,
    drawn by these shares: for that at another position of the same row, or of another row at any position or the same.
    Of a state that is held by directions, `numbers` of its value move along `basis`, and are exchanged at one time; an
    input `rest` leaves them as they are. Of many numbers, which make a value that inputs lead to only together, those
    of rows are exchanged, at one time, whose values are `apart` in so many numbers at most.
    """

    site: str
    column: int | None = None  # of the inputs; None: the whole site
    basis: Float[np.ndarray, "features dimensions"] | None = None  # orthonormal
    share: float | None = None  # in (0, 1)
    where: Bool[np.ndarray, "..."] | None = None  # places of the site, broadcast to (rows, ...); None: all of them
    places: Float[np.ndarray, " positions"] | None = None  # shares that add up to 1
    partner: Literal["row", "any", "place"] = "any"
    numbers: tuple[int, ...] = ()
    rest: np.ndarray | None = None  # as the net is given it at one time
    apart: int | None = None

    @property
    def of_subspace(self) -> bool:
        """Whether all rows and places exchange a subspace: no share of the units, no single positions or times."""
        return self.share is None and self.places is None and not self.numbers and self.apart is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codewords:
    """How a value sits in a site where a net keeps several copies of one value: each of them is a codeword."""

    words: Float[np.ndarray, "codewords width"]
    values: Int[np.ndarray, "codewords numbers"]  # what each stands for; a value may be several numbers

    def standing_for(self, value: Value) -> Bool[np.ndarray, "... codewords"]:
        """Which codewords stand for the values (..., numbers)."""
        return (np.asarray(value)[..., None, :] == self.values).all(axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One variable. `compute(x, *values of the steps that it reads)` gives its values, (rows, ...), in JAX.

    A step that holds a site takes its place in the net: the site becomes `code` of the value (the value itself without
    one), added up over all steps that hold it. Where they hold it only at some positions, the net keeps the others.
    With `codewords` the site (rows, time, width) becomes, at every time, that codeword of the value (rows, time,
    numbers) that is nearest to what the net has there.

    A state is carried along time: `resume(x, values, time)` gives the values again, those after `time` (rows,) from the
    ones at it.
    """

    name: str  # by which later steps read it
    formula: str  # sympy string in the arguments and in the names of earlier steps
    compute: Callable[..., Value]
    reads: tuple[str, ...] = ()
    holds: str | None = None
    where: Bool[np.ndarray, "..."] | None = None  # places of the site, broadcast to (rows, ...); None: all of them
    code: Callable[[Value], Value] | None = None
    shown: Callable[[Value], Value] | None = None  # whole numbers (..., numbers) that stand for it in a picture
    told: Callable[[Value], Value] | None = None  # the values that a site's contents are nearest to, where `code` is
    codewords: Codewords | None = None
    resume: Callable[[Inputs, Value, Int[np.ndarray, " rows"]], Value] | None = None
    exchange: Exchange | None = None
    units: Int[np.ndarray, " n"] | None = None  # of the explanation's hidden site: those that read it
    label: str = ""  # for the report; the name where there is none
    form: str = ""  # how each of these units reads it, as a sympy string
    bits: float = 0.0  # of its expression
    alignment: float = 0.0  # bits that say how its value sits in the net


Steps = tuple[Step, ...]


def values_of(
    steps: Steps, x: Inputs, wanted: Iterable[str], given: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """Values of the wanted steps and of all that they read; those that are given are not computed."""
    values = dict(given or {})
    needed = _needed(steps, set(wanted), values)
    for step in steps:
        if step.name in needed and step.name not in values:
            values[step.name] = step.compute(x, *(values[name] for name in step.reads))
    return values


def run_on(steps: Steps, x: Inputs, values: Mapping[str, Value], changed: Mapping[str, Value]) -> dict[str, Value]:
    """Values of the changed steps and of what follows from them, everything else as it was."""
    after = dict(changed)
    for step in steps:
        if step.name in values and step.name not in after and any(name in after for name in step.reads):
            after[step.name] = step.compute(x, *(after.get(name, values[name]) for name in step.reads))
    return after


def _needed(steps: Steps, wanted: set[str], given: Mapping[str, Value]) -> set[str]:
    for step in reversed(steps):
        if step.name in wanted and step.name not in given:
            wanted |= set(step.reads)
    return wanted


def substituted(steps: Steps, x: Inputs) -> Edits:
    """What the steps put in the place of the sites that they hold; JAX."""
    holding = [step for step in steps if step.holds is not None]
    values = values_of(steps, x, [step.name for step in holding])
    edits: dict[str, Value | Patch | Snap] = {}
    for site in dict.fromkeys(str(step.holds) for step in holding):
        mine = [step for step in holding if step.holds == site]
        if mine[0].codewords is not None:
            known = mine[0].codewords
            edits[site] = Snap(known.standing_for(values[mine[0].name]), known.words)
            continue
        held = [(step, values[step.name] if step.code is None else step.code(values[step.name])) for step in mine]
        parts = [value if step.where is None else jnp.where(step.where, value, 0.0) for step, value in held]
        value = sum(parts[1:], start=parts[0])
        places = [step.where for step in mine if step.where is not None]
        whole = len(places) < len(mine)
        edits[site] = value if whole else Patch(np.logical_or.reduce(np.broadcast_arrays(*places)), value)
    return edits


def added(values: Mapping[str, Value], names: Iterable[str]) -> Value:
    """The sum of these steps' values, of those that are there."""
    first, *others = (values[name] for name in names if name in values)
    for other in others:
        first = first + other
    return first


def outputs_of(steps: Steps, outputs: Iterable[str], x: Inputs) -> Value:
    """The steps' own outputs, (rows, classes)."""
    return added(values_of(steps, x, outputs), outputs)


def sum_of_tables(*tables: Float[np.ndarray, "tokens features"]) -> Callable[[Inputs], Value]:
    """How a step computes the sum of one table for each of the first inputs."""

    def compute(x: Inputs) -> Value:
        parts = [jnp.asarray(table, jnp.float32)[x[:, column]] for column, table in enumerate(tables)]
        return sum(parts[1:], start=parts[0])

    return compute


def check_steps(what: str, steps: Steps, sites: Iterable[str]) -> None:
    """ValueError unless every step has a name of its own, reads earlier steps, and sits at sites that are there."""
    known: list[str] = []
    for step in steps:
        if step.name in known:
            raise ValueError(f"{what}: expected one step named {step.name!r}, got two; give each a name of its own")
        refuse_unknown(f"{what}, step {step.name!r}", "to read earlier steps", step.reads, known)
        places = [site for site in (step.holds, step.exchange and step.exchange.site) if site is not None]
        refuse_unknown(f"{what}, step {step.name!r}", "a site of the net", places, sites)
        shared = [other.name for other in steps if other is not step and other.holds == step.holds]
        if step.codewords is not None and (step.holds is None or shared):
            raise ValueError(
                f"{what}, step {step.name!r}: expected a step with codewords to hold a site alone, got "
                f"{f'{step.holds!r}, which {shared[0]!r} holds too' if shared and step.holds else 'no site'}; let one "
                "value have all its numbers"
            )
        known.append(step.name)
