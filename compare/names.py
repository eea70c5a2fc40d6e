"""Formulas in the names that the specification gives to its arguments, and formulas as sympy expressions.

Extractors write a, b (or x0, x1, ... for bits), c for the answer that is scored (`answer` where c is the third
argument), and p for the modulus. A name of the user's that is one of a formula's own words gets an underscore; for an
argument called c or p it is the answer or the modulus that takes another name.
"""

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from tokenize import TokenError

import sympy
from sympy.parsing.sympy_parser import parse_expr

from compare.explanation import Explanation
from synth.language.arguments import names_of
from synth.language.spec import Spec

ANSWER, MODULUS = "c", "p"
CALLS = (
    "Abs",
    "And",
    "Eq",
    "ITE",
    "KroneckerDelta",
    "Max",
    "Min",
    "Mod",
    "Not",
    "Or",
    "Xor",
    "act",
    "cos",
    "irrep",
    "pairs",
    "tanh",
)
CONSTANTS = ("A", "B", "alpha", "beta", "bias", "false", "phi", "pi", "psi", "r", "true")
WORDS = frozenset((*CALLS, *CONSTANTS))
COMBINED = "combined argument:"  # the note that holds a formula


def in_own_names(explanation: Explanation, spec: Spec) -> Explanation:
    """The explanation with every formula in the specification's names; the same where it gives none."""
    names = shown_names(spec)
    if all(given == shown for given, shown in names.items()):
        return explanation
    unit_formula = explanation.unit_formula
    return replace(
        explanation,
        names=tuple(names.values()),
        formula=renamed(explanation.formula, names),
        steps=tuple(
            replace(
                step,
                label=renamed(step.label, names),
                formula=renamed(step.formula, names),
                form=renamed(step.form, names),
            )
            for step in explanation.steps
        ),
        unit_formula=None if unit_formula is None else lambda unit: renamed(unit_formula(unit), names),
        notes=tuple(renamed(note, names) if note.startswith(COMBINED) else note for note in explanation.notes),
    )


def shown_names(spec: Spec) -> dict[str, str]:
    """By what extractors write: each argument's name, the answer's and the modulus's."""
    given = names_of(spec.type)
    own = [f"{name}_" if name in WORDS else name for name in spec.names or given]
    answer = next(name for name in (ANSWER, "answer", "answer_", "answer__") if name not in own)
    modulus = str(spec.terminals.get(MODULUS, "modulus")) if MODULUS in own else MODULUS
    shown = dict(zip(given, own, strict=True))
    return {**shown, **{name: said for name, said in ((ANSWER, answer), (MODULUS, modulus)) if name not in shown}}


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Whole words replaced, all at once."""
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda word: names.get(word[0], word[0]), text)


def expression_of(formula: str, names: Sequence[str]) -> sympy.Basic | None:
    """The formula as sympy reads it, whatever the names are; None where it is no expression."""
    symbols, text = {}, formula
    for place, name in enumerate(sorted(names, key=len, reverse=True)):
        word = name if name.isidentifier() and not keyword.iskeyword(name) else f"name{place}_"
        if word != name:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", word, text)
        symbols[word] = sympy.Symbol(name)
    try:
        return parse_expr(text, local_dict=symbols, evaluate=False)
    except (SyntaxError, TokenError, TypeError, ValueError, AttributeError):
        return None
