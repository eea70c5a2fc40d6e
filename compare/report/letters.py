"""What the letters of a formula stand for, said beside the formula: only those that it has."""

import re
from collections.abc import Sequence

from compare.report.formula import Shape

MEANINGS = {
    "c": "an answer; the largest value is given",
    "answer": "an answer; the largest value is given",
    "p": "the modulus",
    "modulus": "the modulus",
    "r": "a table with an entry a difference",
    "act": "the net's nonlinearity",
    "A": "a size, one a unit",
    "B": "a size, one a unit",
    "alpha": "a weight, one a unit",
    "beta": "an offset, one a unit",
    "bias": "an offset, one a unit",
    "phi": "a phase, one a unit",
    "psi": "a phase, one a unit",
    "pairs": "linear in one irreducible representation, by its number, of each of the others",
    "irrep": "a function of one irreducible representation, by its number; 1 where its last two are equal",
    "KroneckerDelta": "1 where its two sides are equal, else 0",
    "ITE": "the second where the first holds, else the third",
    "Xor": "whether an odd number holds",
    "Mod": "the rest of a division",
    "Eq": "whether both are equal",
}
KNOWN = frozenset(
    ("Abs", "And", "Max", "Min", "Not", "Or", "cos", "exp", "false", "floor", "pi", "sin", "sqrt", "tanh", "true")
)
FEW = 6  # letters that are listed
LOGARITHMS = "group: multiplicative"  # a note of the records


def letters(formula: str | None, notes: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(letter, meaning) of every name in the formula that does not speak for itself, arguments first."""
    words = dict.fromkeys(re.findall(r"[^\W\d]\w*", re.sub(r"\d+e[-+]?\d+", "", formula or "")))
    arguments = [word for word in words if word not in MEANINGS and word not in KNOWN]
    arguments.sort(key=lambda word: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", word)])
    named = [(_few(arguments), "the input" if len(arguments) == 1 else "the inputs")] if arguments else []
    found = [*named, *((word, MEANINGS[word]) for word in words if word in MEANINGS)]
    if LOGARITHMS in notes:
        found.append(("all but p", "discrete logarithms, because the group is multiplicative"))
    return found


def own_letters(shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    """(letter, meaning) of those that stand for numbers in the shapes."""
    found = dict.fromkeys(letter for shape in shapes for letter in shape.numbers)
    waves = any("cos(" in shape.text for shape in shapes)
    meanings = {"k": "frequency: k/p of a turn a step", "A": "amplitude", "φ": "phase"} if waves else {}
    return [(letter, meanings.get(letter, "a number of the term")) for letter in sorted(found)]


def _few(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) <= FEW else f"{words[0]} … {words[-1]}"
