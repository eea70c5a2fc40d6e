"""Constants: which a language lists, which it allows beside them, and what is said of those that were tried."""

from collections.abc import Iterable

from synth.language.grammar import EIGHTHS, Language
from synth.language.literals import constant, literal, value_of
from synth.language.primitive import Primitive
from synth.language.types import INT, Type, plain

SHOWN = 6  # constants in a sentence
RUN = 4  # consecutive constants from which a sentence names only the first and last
CODED = tuple(literal(value).name for value in range(31))  # where these are listed, others cost what their code takes


def listed(language: Language) -> list[str]:
    """The constants of types that have others as well."""
    found: dict[str, None] = {}
    for kind in allowed(language):
        words = language.costs.get(kind, {})
        found.update(dict.fromkeys(p.name for p in language.primitives if p.name in words and is_literal(p)))
    return list(found)


def is_literal(primitive: Primitive) -> bool:
    return not primitive.type.args and value_of(primitive) is not None


def coded(language: Language) -> bool:
    """Whether the language has the library's small integers, beside which any other has the price of its code."""
    words = language.costs.get(INT, {})
    return not language.further and all(name in words for name in CODED)


def allowed(language: Language) -> tuple[Type, ...]:
    """The types of which any constant may be written."""
    return (INT,) if coded(language) else tuple(language.further)


def price(language: Language, kind: Type, value: int) -> int | None:
    """Eighths of a bit of a constant of a type; None where it cannot be written."""
    if kind in language.further:
        return language.further[kind]
    if kind == INT and value >= 0 and coded(language):
        return int(EIGHTHS * (literal(value).bits or 0))
    return None


def word(language: Language, kind: Type, value: int) -> Primitive:
    """The primitive of a constant that has a price."""
    return literal(value) if coded(language) else constant(value, plain(kind))


def complete(language: Language) -> float:
    """Bits, or nodes, up to which every program has listed constants only."""
    if coded(language):
        return (literal(len(CODED)).bits or 0) - 1 / EIGHTHS
    return 0.0 if language.further else float("inf")


def in_words(names: Iterable[str]) -> str:
    """Constants in a few words, such as 0, 1 and -1, or 0 to 30."""
    known = list(dict.fromkeys(names))
    numbers = [int(name) for name in known if name.lstrip("-").isdecimal()]
    if len(numbers) == len(known) >= RUN and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"{numbers[0]} to {numbers[-1]}"
    if len(known) > SHOWN:
        return f"{', '.join(known[: SHOWN - 1])} and {len(known) - SHOWN + 1} more"
    return f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else (known or ["none"])[0]
