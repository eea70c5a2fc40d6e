"""What an extractor returns: a program for the whole net, or a refusal that says why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.answers import Described
from compare.step import Edits, Inputs, Step, Steps, check_steps, outputs_of, substituted
from nets.net import refuse_unknown
from synth.language.program import Program
from synth.search.games import Rules
from synth.search.streams import Loop

LIVE = 1e-4  # of the layer's effect; units below it are not counted
SHOWN_SHARE = 1e-4  # of the layer's effect; groups below it are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No explanation of this kind was found, and why."""

    extractor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A self-contained quantised, pruned program for the whole net: its parts' bits and its answers on the domain."""

    bits_dictionary: float
    bits_alignment: float
    units_kept: int
    precision: int  # bits a constant
    answers: Int[np.ndarray, " rows"]  # over the domain, values as the view decodes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Units that share one form, as one line of the report."""

    label: str  # e.g. "k = 7"
    units: tuple[int, ...]
    formula: str  # a unit's form, as a sympy string
    share: float  # of the hidden site's effect-weighted variance, in [0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One program for the whole net, made of steps; what is shown of it, and which codes state it in few bits.

    The values of the steps named in `outputs` add up to the outputs. `control` and `permuted` are the same steps as the
    extractor's fitter proposes them with the true terms forbidden, and on permuted data. The shortest of the `codes()`
    counts (without any, the steps as they are: see `compare.evidence.bits`).
    """

    extractor: str
    template: str  # one sentence: the template that was declared before fitting
    steps: Steps
    outputs: tuple[str, ...]
    hidden: str  # the site whose variance is reported
    control: Steps = ()
    permuted: Steps = ()
    exact: Steps = ()  # what the program itself, with one constant a head at most, puts in the place of sites
    codes: Callable[[], Iterable[Code]] | None = None
    control_codes: Callable[[], Iterable[Code]] | None = None  # the same search for codes of other units or terms
    machine: float | None = None  # bits of the table of states and inputs that the steps are shorter than, or are not
    rival: Described | None = None  # a table that only this reader can weigh; it counts where it is the shortest
    baseline: Callable[[], Iterable[Code]] | None = None  # codes of a form so general that it explains any net
    formula: str  # sympy string for the outputs
    bits_formula: float
    short: Callable[[Inputs], Float[Array, "n classes"]] | None = None  # the formula in JAX; None: the steps themselves
    importance: Float[np.ndarray, " units"] | None = None  # shares of the hidden site's effect-weighted variance
    unit_formula: Callable[[int], str] | None = None  # one unit with its own constants, as a sympy string
    arrays: dict[str, np.ndarray] = field(default_factory=dict)  # for the report, by the names in `record`
    notes: tuple[str, ...] = ()
    motifs: tuple[str, ...] = ()  # names of `compare.motifs`: parts that programs of other families have too
    program: Program | None = None  # the same function in the synthesizer's language, where it has the words
    loop: Loop | None = None  # the same, where it is a loop over sequences
    rules: Rules | None = None  # the same, where it is the rules of a game on a board
    loop_of_answers: Loop | None = None  # what the same search makes of the net's answers alone
    run_alone: Callable[[np.ndarray], np.ndarray] | None = None  # the text's answers at any length, as a view decodes
    nodes: int | None = None  # of the text where it is no program of synth: operations, variables, entries of tables
    names: tuple[str, ...] = ()  # of arguments, answer and modulus in the formulas, where they are the user's own

    def substitute(self, x: Inputs) -> Edits:
        """What takes the place of the sites that the steps hold; JAX."""
        return substituted(self.steps, x)

    def run(self, x: Inputs) -> Float[Array, "n classes"]:
        """The explanation alone, in place of the net; JAX."""
        return self.short(x) if self.short else jnp.asarray(outputs_of(self.steps, self.outputs, x))

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that steps hold, in the steps' order."""
        return tuple(dict.fromkeys(step.holds for step in self.steps if step.holds is not None))

    @property
    def exchanged(self) -> Steps:
        """The steps whose values can be exchanged inside the net."""
        return tuple(step for step in self.steps if step.exchange is not None)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The steps that units read, the group with the largest effect first."""
        if self.importance is None:
            return ()
        found = [_group(step, step.units, self.importance) for step in self.steps if step.units is not None]
        return tuple(sorted((group for group in found if group.share > SHOWN_SHARE), key=lambda group: -group.share))


def _group(step: Step, units: Int[np.ndarray, " n"], importance: Float[np.ndarray, " units"]) -> Group:
    return Group(
        label=step.label or step.name,
        units=tuple(int(unit) for unit in units if importance[unit] > LIVE),
        formula=step.form,
        share=float(importance[units].sum()),
    )


def check_explanation(explanation: Explanation, sites: Iterable[str]) -> None:
    """ValueError unless its steps read earlier ones, sit at these sites of the net, and add up to the outputs."""
    what = f"explanation by {explanation.extractor!r}"
    for kind, steps in (
        ("", explanation.steps),
        (", control", explanation.control),
        (", permuted", explanation.permuted),
        (", exact", explanation.exact),
    ):
        check_steps(what + kind, steps, sites)
    refuse_unknown(what, "outputs that are steps", explanation.outputs, [step.name for step in explanation.steps])
    refuse_unknown(what, "a site of the net as the hidden one", [explanation.hidden], sites)
