"""What an extractor returns: a program for the whole net, or a refusal that says why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Array, Float, Int

from synth.language.program import Program

Edits = Mapping[str, np.ndarray | Array]
Inputs = np.ndarray | Array  # integers, shape (n, positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No explanation of this kind was found, and why."""

    extractor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of the explanation and the subspace of one site that carries it.

    `content(x)` is the part of the site whose projection is exchanged, shape (n, features): the site's own value, or
    one argument's contribution to it. `basis` is orthonormal, shape (features, dimensions); the site's value for `x`
    becomes site(x) + (content(other) - content(x)) @ basis @ basis.T. `predict(x, other)` gives the change of every
    output that the explanation expects, shape (n, classes), centred over classes; its constants come from the unedited
    net alone and are never refitted.
    """

    name: str
    site: str
    content: Callable[[Int[np.ndarray, "n positions"]], Float[np.ndarray, "n features"]]
    basis: Float[np.ndarray, "features dimensions"]
    predict: Callable[[Int[np.ndarray, "n positions"], Int[np.ndarray, "n positions"]], Float[np.ndarray, "n classes"]]


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
class UnitFit:
    """One unit's pre-activation and activation as the explanation has it, for the gallery."""

    unit: int
    formula: str  # sympy string in the arguments a, b, ... or x0, x1, ...
    variance: float  # explained fraction of the activation's variance
    importance: float  # effect on the outputs, as a fraction of the layer's


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One program for the whole net.

    `substitute(x)` gives the values of the replaced sites (constants fitted on the rows `fitted`), and the net runs on
    from there with its true weights. `run(x)` is the explanation alone, in place of the net: the report's formula.
    `codes()` yields quantised, pruned programs among which the shortest is chosen.
    """

    extractor: str
    template: str  # one sentence: the template that was declared before fitting
    substitute: Callable[[Inputs], Edits]  # JAX
    run: Callable[[Inputs], Float[Array, "n classes"]]  # JAX
    hidden: str  # the site whose variance is reported
    fitted: Int[np.ndarray, " rows"]  # domain rows that constants were fitted on
    variables: tuple[Variable, ...]
    wrong_variables: tuple[Variable, ...]  # the same exchanges, predicted by a wrong term
    control: Callable[[Inputs], Edits] | None  # the same fitter, the true terms forbidden
    permuted: Callable[[Inputs], Edits] | None  # the same fitter on permuted data
    codes: Callable[[], Iterable[Code]]
    baseline: Callable[[], Iterable[Code]] | None = None  # codes of a form so general that it explains any net
    formula: str  # sympy string for the outputs
    bits_formula: float
    groups: tuple[Group, ...]
    units: tuple[UnitFit, ...]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)  # for the report, by the names in `record`
    notes: tuple[str, ...] = ()
    program: Program | None = None  # the same function in the synthesizer's language, where it has the words
    names: tuple[str, ...] = ()  # of arguments, answer and modulus in the formulas, where they are the user's own
