"""The reader under the families: no wave, bit or ramp is expected, every function of the arguments may be kept.

The template is declared before fitting: the site that the net takes its inputs in at is a sum of terms of each
argument, chosen from one bank in order of bits; behind it the net's own nonlinearity and weights run on. What tells a
program from a table is how few terms and units state the net's answers (B), not that terms were found.
"""

from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.asked import Asked
from compare.explanation import Explanation, Refusal
from compare.extract.units.choice import Choice, Kept, agreement, choose, others
from compare.extract.units.code import codes, control_codes
from compare.extract.units.features import NAME as TERM
from compare.extract.units.function import function_of
from compare.extract.units.operands import find_operands
from compare.names import ANSWER, renamed
from compare.read import Reading, evaluate
from compare.sites.bits import margin_of
from compare.sites.layer import Layer, find_layer, importance
from compare.step import Exchange, Inputs, Step, Steps, Value
from compare.text import joined, plus
from synth.language.arguments import names_of
from synth.language.sympy_view import sympy_expression

NAME = "units"
TEMPLATE = "the site that takes the inputs in is a sum of terms of each argument, few of all that there are"
SHARE = 1 / 8  # of the site's units that are exchanged: a variable aligned with the inputs tests the function alone
SHOWN = 0.02  # of a unit's deviation; smaller constants are left out of its formula
FORMULA_UNITS = 4  # in a formula without a function, those with the largest effect


def reads(asked: Asked) -> str | None:
    """None: any task is read."""
    del asked


def extract(reading: Reading) -> Explanation | Refusal:
    """Terms of each argument for the site that takes the inputs in, and the function by the net's own answers."""
    operands = find_operands(reading)
    if isinstance(operands, str):
        return Refusal(extractor=NAME, reason=operands)
    layer = find_layer(reading)
    own = layer if isinstance(layer, Layer) and layer.pre == operands.site else None
    if own is not None and max(len(table) for table in operands.tables) <= 2:
        return Refusal(extractor=NAME, reason=f"{own.pre} over bits is a sum of them in any net, which says nothing")
    return _explanation(reading, choose(reading, operands, own), own)


def _explanation(reading: Reading, choice: Choice, layer: Layer | None) -> Explanation:
    site, names = choice.operands.site, names_at(reading)
    share = importance(reading, layer, reading.fitted) if layer else choice.operands.weight
    flat = len(choice.operands.shape) == 1
    unit = partial(unit_formula, choice, names)
    found = function_of(reading)
    # Terms of a rich bank, as many as an argument has values, explain any table: the better control must not.
    rivals = sorted(others(choice, reading.seed), key=partial(agreement, reading), reverse=True)
    terms = _terms(choice, names, share if flat else None)
    formula = str(sympy_expression(found[0])) if found else _sum_of_units(reading, layer, share, unit)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*terms, _site(choice, tuple(step.name for step in terms)), _outputs(reading, site)),
        outputs=("outputs",),
        hidden=layer.hidden if layer else site,
        control=(_alone(rivals[0]), _outputs(reading, site)),
        permuted=(_alone(rivals[1]), _outputs(reading, site)),
        codes=partial(codes, reading, choice, layer),
        control_codes=partial(control_codes, reading, choice, layer),
        formula=formula,
        program=found[0] if found else None,
        bits_formula=found[1] if found else sum(sum(each.bits) for each in choice.kept),
        importance=share if flat else None,
        unit_formula=unit if flat else None,
        notes=(*(_note(name, each) for name, each in zip(names, choice.kept, strict=True)), *_ties(choice, names)),
    )


def names_at(reading: Reading) -> tuple[str, ...]:
    """The argument that each of the net's inputs holds, by its name in formulas; x0, x1, ... where it holds none."""
    given = names_of(reading.spec.type) if reading.spec else ()
    found = []
    for i, column in enumerate(reading.x.T):
        same = (j for j, argument in enumerate(reading.arguments) if np.array_equal(argument.astype(np.int64), column))
        j = next(same, None)
        found.append(given[j] if j is not None and j < len(given) else f"x{i}")
    return tuple(found)


def _note(name: str, kept: Kept) -> str:
    size = len(kept.columns) - 1
    return (
        f"of {name}: {kept.columns.shape[1]} of {size} dimensions, {kept.explained:.3f} of its part: "
        f"{', '.join(in_name(text, name) for text in kept.texts)}"
    )


def _ties(choice: Choice, names: tuple[str, ...]) -> list[str]:
    tied = [", ".join(names[place] for place in group.places) for group in choice.groups if len(group.places) > 1]
    return [f"every unit reads one function of {each}, each times a factor of its own" for each in tied]


def in_name(text: str, name: str) -> str:
    """A term of t, written in an argument's name."""
    return renamed(text, {TERM: name})


def _terms(choice: Choice, names: tuple[str, ...], share: Float[np.ndarray, " units"] | None) -> Steps:
    """One step a term of an argument; a unit belongs to the term that varies it most."""
    most = np.concatenate([_varied(each) for each in choice.kept])
    belongs = most.argmax(axis=0) if len(most) else np.zeros(0, int)
    steps: list[Step] = []
    for i, (name, each) in enumerate(zip(names, choice.kept, strict=True)):
        for j, (text, bits) in enumerate(zip(each.texts, each.bits, strict=True)):
            columns = np.flatnonzero(each.term == j)
            formula = in_name(text, name)
            steps.append(
                Step(
                    name=f"{formula} at {i}",
                    label=formula,
                    formula=formula,
                    compute=partial(_column, each.columns[:, columns], i),
                    units=None if share is None else np.flatnonzero(belongs == len(steps)),
                    form=f"act(bias + A*{formula} + ...)",
                    bits=bits,
                )
            )
    return tuple(steps)


def _varied(kept: Kept) -> Float[np.ndarray, "terms width"]:
    """Variance of every unit by each term."""
    squares = kept.solution**2
    return (
        np.stack([squares[kept.term == j].sum(axis=0) for j in range(len(kept.texts))]) if kept.texts else squares[:0]
    )


def _column(columns: Float[np.ndarray, "tokens width"], place: int, x: Inputs) -> Value:
    return jnp.asarray(columns, jnp.float32)[x[:, place]]


def _site(choice: Choice, reads: tuple[str, ...]) -> Step:
    """The site by the values of the terms."""
    solution = np.concatenate([each.solution for each in choice.kept]).astype(np.float32)

    def compute(x: Inputs, *values: Value) -> Value:
        flat = jnp.concatenate(values, axis=1) @ solution if values else jnp.zeros((len(x), solution.shape[1]))
        return (flat + choice.bias.astype(np.float32)).reshape(len(x), *choice.operands.shape)

    return Step(
        name="units",
        formula="bias + sum of the terms",
        reads=reads,
        compute=compute,
        holds=choice.operands.site,
        exchange=Exchange(site=choice.operands.site, share=SHARE),
        alignment=float(solution.size),
    )


def _alone(choice: Choice) -> Step:
    """The site by the inputs themselves, for a control."""
    return Step(
        name="units",
        formula="bias + sum of other terms",
        compute=lambda x: jnp.asarray(choice.site(np.asarray(x))),
        holds=choice.operands.site,
    )


def _outputs(reading: Reading, site: str) -> Step:
    """What the net itself makes of the site."""

    def compute(x: Inputs, units: Value) -> Value:
        given = np.asarray(x)
        return evaluate(
            reading.net, reading.params, given, {site: np.asarray(units)}, block=reading.block, scales=reading.scales
        )[0]

    return Step(name="outputs", formula="net(units)", reads=("units",), compute=compute)


def unit_formula(choice: Choice, names: tuple[str, ...], u: int) -> str:
    """act(bias + A t1(a) + ...) with a unit's own constants; small ones are left out."""
    parts: list[str] = []
    deviation = float(np.sqrt(sum((each.solution[:, u] ** 2).sum() for each in choice.kept)))
    constant = float(choice.bias[u])
    for name, each in zip(names, choice.kept, strict=True):
        own = each.solution[:, u] / each.deviation
        for j, text in enumerate(each.texts):
            columns = np.flatnonzero(each.term == j)
            if np.linalg.norm(each.solution[columns, u]) > SHOWN * deviation:
                parts.append(_part(own[columns], in_name(text, name)))
                constant -= float(own[columns] @ each.centre[columns])
    return f"act({joined([*parts, f'{constant:.3g}'])})"


def _part(constants: Float[np.ndarray, " width"], text: str) -> str:
    """A term times its constant; two constants of a wave are its amplitude and its phase."""
    if len(constants) == 1:
        said = f"{constants[0]:.3g}"
        factor = {"1": "", "-1": "-"}.get(said, f"{said}*")
        return f"{factor}{text}" if text.isidentifier() or text.endswith(")") else f"{factor}({text})"
    amplitude, shift = float(np.hypot(*constants)), float(np.arctan2(constants[1], constants[0]))
    return f"{amplitude:.3g}*{text[:-1]}{plus(-shift)})"


def _sum_of_units(
    reading: Reading, layer: Layer | None, share: Float[np.ndarray, " units"], unit: "partial[str]"
) -> str:
    """The strongest units' forms, each times its read-out; for several classes a function of the class c."""
    if layer is None:
        return "net(units)"
    scored = "answer" if reading.spec and ANSWER in names_of(reading.spec.type) else ANSWER
    order: Int[np.ndarray, " units"] = np.argsort(-share)[:FORMULA_UNITS]
    if layer.readout.shape[1] > 2:
        return joined([f"U{u}({scored})*{unit(int(u))}" for u in order])
    margin = margin_of(layer.readout)
    return joined([f"{margin[u]:.3g}*{unit(int(u))}" for u in order])
