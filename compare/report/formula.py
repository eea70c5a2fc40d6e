"""A formula as a reader wants it: terms of one shape are said once, with the numbers in which they differ."""

import re
from typing import NamedTuple

from compare.report.show import listed

NUMBER = re.compile(r"(?<![\w.])(?:(?<![\w)] )-)?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
RELATION = re.compile(r"[<>=!]")  # joins sums, so that their terms are no summands of the whole
MAIN = 0.9  # of the amplitudes: the terms that hold it make the form, the others are counted
FEW = 3  # terms: fewer are said one by one
MOST = 12  # numbers of one letter that are listed
WHOLE, REAL = ("k", "m", "n", "q"), ("φ", "ψ", "χ", "ω")


class Shape(NamedTuple):
    """Terms that are alike but for numbers."""

    text: str  # with letters for the numbers that differ
    terms: int
    numbers: dict[str, list[str]]  # by letter, one a term

    def said(self) -> str:
        """The numbers in words: `k = 16, 21, 7`."""
        return "; ".join(f"{letter} = {_few(values)}" for letter, values in self.numbers.items())


class Form(NamedTuple):
    """A formula by its shapes; `key` is the same for formulas that differ in numbers and small terms alone."""

    shapes: list[Shape]
    left_out: int  # terms that hold the last tenth of the amplitudes
    key: frozenset[str]

    def said(self) -> str:
        """The shapes on one line."""
        return " + ".join(shape.text for shape in self.shapes) + (" + …" if self.left_out else "")


def form(formula: str) -> Form:
    """The formula's shapes, the weightiest first; of a formula that is no sum of like terms, the formula itself."""
    terms = [_plain(term) for term in summands(formula)]
    grouped: dict[str, list[str]] = {}
    for term in terms:
        grouped.setdefault(NUMBER.sub("#", term), []).append(term)
    weights = {shape: sum(map(_amplitude, group)) for shape, group in grouped.items()}
    ordered = sorted(grouped, key=lambda shape: -weights[shape])
    main, held = [], 0.0
    for shape in ordered:
        if held < MAIN * sum(weights.values()):
            main.append(shape)
            held += weights[shape]
    if len(terms) < FEW or all(len(grouped[shape]) == 1 for shape in main):
        return Form([Shape(pretty(formula), 1, {})], 0, frozenset((formula,)))
    taken = set(re.findall(r"[^\W\d]\w*", formula))
    return Form(
        [_shape(grouped[shape], taken) for shape in main],
        len(terms) - sum(len(grouped[shape]) for shape in main),
        frozenset(re.sub(r" \+ #(?=\))", "", shape) for shape in main),
    )


def summands(formula: str) -> list[str]:
    """The terms of a sum with their signs; anything else is one term."""
    depth, begin, terms = 0, 0, []
    outside = ""
    for at, letter in enumerate(formula):
        depth += (letter in "([") - (letter in ")]")
        outside += letter if depth == 0 else ""
        if depth == 0 and formula[at : at + 3] in (" + ", " - ") and at > begin:
            terms.append(formula[begin:at])
            begin = at + (3 if formula[at + 1] == "+" else 1)
    return [formula] if RELATION.search(outside) else [*terms, formula[begin:]]


def pretty(text: str) -> str:
    """As it is written by hand: a dot for a product, a Greek letter for pi, no plus before a minus."""
    return re.sub(r"\bpi\b", "π", text.replace("+ -", "- ").replace("**", "^").replace("*", "·"))


def _plain(term: str) -> str:
    """A term that begins with its amplitude, every sign before a number being the number's own."""
    sign, rest = ("-", term[1:].lstrip()) if term.startswith("-") else ("", term)
    rest = rest if re.match(r"\d[\d.]*(e[-+]?\d+)?\*", rest) else f"1*{rest}"
    return re.sub(r"- (?=\d)", "+ -", sign + rest)


def _amplitude(term: str) -> float:
    return abs(float(term.partition("*")[0]))


def _shape(terms: list[str], taken: set[str]) -> Shape:
    columns = list(zip(*(NUMBER.findall(term) for term in terms), strict=True))
    letters: dict[tuple[str, ...], str] = {}  # by the numbers that it stands for
    for at, values in enumerate(columns):
        if len(set(values)) > 1 and values not in letters:
            pool = ("A", "B") if at == 0 else WHOLE if all(value.lstrip("-").isdigit() for value in values) else REAL
            letters[values] = next((each for each in pool if each not in {*taken, *letters.values()}), f"c{at}")
    places = iter(columns)
    text = NUMBER.sub(lambda found: letters.get(next(places), found[0]), terms[0]).removeprefix("1*")
    said = {letter: list(values) for values, letter in reversed(letters.items())}
    return Shape(("Σ " if len(terms) > 1 else "") + pretty(text), len(terms), said)


def _few(values: list[str]) -> str:
    return listed(values) if len(values) <= MOST else f"{listed(values[:MOST])}, … ({len(values)} of them)"
