"""What the words of charts and tables mean, so that each section can say it where they are used."""

from collections.abc import Iterable, Sequence
from typing import Any

from compare.report.charts import template
from compare.report.drawing import Drawing
from compare.report.terms import TERMS

VERDICTS = {
    "program": "The net runs what was read in it: S, D and B passed, and each control failed.",
    "table": "There is positive evidence that it stores its answers row by row.",
    "undetermined": "Neither is shown; the reason names what is missing.",
    "failed": "The net could not be finished.",
}
EVIDENCE = {
    "S": "Substitution: formulas, fitted on other rows, stand in for the net's units and the rest of it runs on.",
    "D": "Interchange: inside the net one variable is another input's; how well the formulas predict what changes.",
    "B": "Bits of everything that was read in the net, divided by the bits of a table of its answers.",
}
SPOKEN = ("series", "measure", "part", "code", "phase", "role")  # columns of a drawing's data that hold words
GLOSSARY = {
    "training step": "One update of the weights.",
    "training rows": "Inputs that the net was trained on.",
    "held-out rows": "Inputs that it was not trained on.",
    "structure": "Share of the outputs' size that the waves of the final explanation hold at that step.",
    "Gini": "How few waves hold the first layer's weights: 0 for all alike, near 1 for a few.",
    "weight norm": "Root of the sum of the squared weights.",
    "restricted: only the explained part": "Loss on held-out rows when the outputs keep only the explanation's waves.",
    "excluded: all but that": "Loss on training rows when those waves are taken away.",
    "formation": "Step at which the restricted loss had fallen half of its way: the structure is there.",
    "generalisation": "Step at which the accuracy on held-out rows had risen half of its way.",
    "clean-up": "Step at which the excluded loss had risen half of its way: what was memorised is gone.",
    "lag, formation to generalisation": "Steps between the two.",
    "lag, generalisation to clean-up": "Steps between the two.",
    "explanation": "What was read in the net, with all that it needs.",
    "control": "The same fit with the true terms forbidden, or a wrong term; for held-out rows, guessing.",
    "permuted": "The same fit on data in a random order.",
    "dictionary": "Bits that say which terms are used.",
    "alignment": "Bits of every kept unit's constants.",
    "exceptions": "Bits that name the inputs on which the explanation errs.",
    "table": "A table of the net's answers.",
    "program": "The synthesizer's program.",
    "formula": "The grouped formula that is shown.",
    "weights": "The net's weights, quantised.",
    "affine units": "The baseline that writes each unit as an affine function.",
    "synthesizer's program": "The shortest program that the enumeration found.",
    "grouped formula": "The short formula that is shown; its bits never decide.",
    "quantised weights": "The net's weights, each to as few bits as keep its answers.",
    "S agreement": EVIDENCE["S"],
    "D interchange": EVIDENCE["D"],
    "bits / table": EVIDENCE["B"],
    "refit of random labels": "Share of random labels that the last hidden layer, frozen, can be refitted to.",
    "ablation: kept, removed": "Right answers when the net keeps only the explanation's variables, or loses them.",
    "frequency k": "The wave cos(2πk·x/p) turns k/p of the way round a step of x.",
    "share of the outputs' variance": "How much of the outputs' variance the wave explains.",
    "bits, log scale": "Length of the code.",
    "bits (log scale)": "Length of the code.",
    "size p (log scale)": "The task's size: the modulus, or the number of values.",
    "S, agreement under substitution": EVIDENCE["S"],
    "D, interchange": EVIDENCE["D"],
    "B, bits of explanation / table (log scale)": EVIDENCE["B"],
    "sizes": "The sizes that the exponents were fitted over.",
    "nets": "How many nets.",
    "seeds": "How many nets, each from a seed of its own.",
    "exponent, explanation": "Growth of the explanation's bits: bits ∝ size^exponent, in brackets the 95 % interval.",
    "exponent, table": "The same of the table's bits.",
    "exponent, weights": "The same of the quantised weights' bits.",
    "K": "How many frequencies the explanation uses.",
    "variable": "What a person would work out on the way to the answer; the reader of the net never sees it.",
    "site": "Where in the net it is looked for.",
    "dimensions": "Of the subspace of the site that is exchanged.",
    "decoded": "Values that a linear map of the site tells at each position; of numbers the variance that it explains.",
    "followed": "Exchanges of a subspace between two rows after which all answers are as the other's value makes them.",
    "head": "One head of attention: its layer, then its number.",
    "previous": "Weight that the head gives to the position before.",
    "matching": "Weight that it gives to what followed earlier places of the symbol at hand (prefix matching).",
    "copying": "How often, of a symbol that it is made to look at alone, the output of that very symbol rises most.",
    "table bits": "Bits of a table of the net's answers.",
    "painted by": "The program that was read in the net's pictures, or what it is held against.",
}
FIELDS = {each.label: each.sentence for each in TERMS}


def words_of(drawings: Iterable[Drawing], headings: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(word, meaning) of everything that the headings and the charts name, each once.

    A heading is first of all a field of records, a word on a chart the chart's own.
    """
    found: dict[str, dict[str, None]] = {}
    for word in headings:
        found.setdefault(word, {}).setdefault(FIELDS.get(word) or GLOSSARY.get(word, ""))
    for word in dict.fromkeys(word for drawing in drawings for word in spoken(drawing)):
        found.setdefault(word, {}).setdefault(GLOSSARY.get(word) or FIELDS.get(word, ""))
    return [(word, " On a chart: ".join(filter(None, each))) for word, each in found.items() if any(each)]


def spoken(drawing: Drawing) -> list[str]:
    """The words on a chart: titles of axes, and what lines, dots and bars are called."""
    data = [word for table in drawing.data.values() for name in SPOKEN for word in table.get(name, [])]
    return list(dict.fromkeys([*_titles(template(drawing.template)), *map(str, data)]))


def _titles(spec: Any) -> list[str]:
    if isinstance(spec, dict):
        own = [spec["title"]] if isinstance(spec.get("title"), str) and "tooltip" not in spec else []
        inner = [word for name, each in spec.items() if name != "tooltip" for word in _titles(each)]
        return own + inner
    return [word for each in spec for word in _titles(each)] if isinstance(spec, list) else []
