"""Selectors: position i looks at the positions j of the keys for which the comparison of key j with query i holds."""

import operator
from dataclasses import replace
from typing import Any

from synth.language.laws import associative, commutative, idempotent
from synth.language.primitive import Primitive
from synth.language.types import SELECTOR, SEQUENCE, Fn
from synth.library.functions import RELATION
from synth.library.plain import on_lists

LOGIC = Fn((SELECTOR, SELECTOR), SELECTOR)
AMONG = Fn((SELECTOR,), SELECTOR)
BEST = Fn((SELECTOR, SEQUENCE), SELECTOR)
SELECT_BITS = 1.5  # of every selector that is not made of others


def select(compare: Any, keys: list, queries: list) -> list:
    return [sum(1 << j for j, key in enumerate(keys) if compare(key, query)) for query in queries]


def selector_and(one: list, other: list) -> list:
    return [a & b for a, b in zip(one, other, strict=False)]


def selector_or(one: list, other: list) -> list:
    return [a | b for a, b in zip(one, other, strict=False)]


def selector_not(selector: list) -> list:
    return [((1 << len(selector)) - 1) & ~marks for marks in selector]


def causal(selector: list) -> list:
    return [marks & ((2 << i) - 1) for i, marks in enumerate(selector)]


def earlier(selector: list) -> list:
    return [marks & ((1 << i) - 1) for i, marks in enumerate(selector)]


def first_of(selector: list) -> list:
    return [marks & -marks for marks in selector]


def last_of(selector: list) -> list:
    return [(1 << int(marks).bit_length()) >> 1 for marks in selector]


def least_of(selector: list, values: list) -> list:
    found = []
    for marks in selector:
        seen = [j for j in range(len(values)) if marks >> j & 1]
        least = min((values[j] for j in seen), default=0)
        found.append(sum(1 << j for j in seen if values[j] == least))
    return found


def greatest_of(selector: list, values: list) -> list:
    found = []
    for marks in selector:
        seen = [j for j in range(len(values)) if marks >> j & 1]
        greatest = max((values[j] for j in seen), default=0)
        found.append(sum(1 << j for j in seen if values[j] == greatest))
    return found


def run_select(xp: Any, compare: Any, keys: Any, queries: Any) -> Any:
    looks = compare(xp.items(keys)[..., None, :], xp.items(queries)[..., :, None])
    return xp.selector(queries, looks & xp.within(keys)[..., None, :])


def run_best(xp: Any, selector: Any, values: Any, largest: bool) -> Any:
    return xp.selector(xp.spanned(selector), xp.extreme(selector, values, largest))


def run_first(xp: Any, selector: Any, last: bool) -> Any:
    return xp.selector(xp.spanned(selector), xp.firsts(xp.looks(selector), last))


def run_not(xp: Any, selector: Any) -> Any:
    """What a mask marks beyond the selector's own positions goes as well."""
    spanned = xp.spanned(selector)
    return xp.selector(spanned, ~xp.looks(selector) & xp.within(spanned)[..., None, :])


def run_causal(xp: Any, selector: Any, least: int) -> Any:
    """Only keys at least so many positions back."""
    spanned = xp.spanned(selector)
    places = xp.positions(spanned)
    return xp.selector(spanned, xp.looks(selector) & (places[None, :] + least <= places[:, None]))


def joining(name: str, doc: str, both: Any, plain: Any) -> Primitive:
    made = on_lists(name, LOGIC, doc, lambda xp, s, t: xp.joined(s, t, both), plain)
    return replace(made, laws=(commutative(), associative(), idempotent()))


SELECTORS = (
    replace(
        on_lists(
            "select", Fn((RELATION, SEQUENCE, SEQUENCE), SELECTOR), "Compares keys with queries.", run_select, select
        ),
        bits=SELECT_BITS,
    ),
    joining("selector_and", "Looks where both do.", operator.and_, selector_and),
    joining("selector_or", "Looks where either does.", operator.or_, selector_or),
    on_lists("selector_not", AMONG, "Looks where the other does not.", run_not, selector_not),
    on_lists("causal", AMONG, "Looks only at positions up to its own.", lambda xp, s: run_causal(xp, s, 0), causal),
    on_lists("earlier", AMONG, "Looks only at positions before its own.", lambda xp, s: run_causal(xp, s, 1), earlier),
    on_lists("first_of", AMONG, "Looks only at the first.", lambda xp, s: run_first(xp, s, last=False), first_of),
    on_lists("last_of", AMONG, "Looks only at the last.", lambda xp, s: run_first(xp, s, last=True), last_of),
    on_lists(
        "least_of",
        BEST,
        "Looks only at the least values.",
        lambda xp, s, v: run_best(xp, s, v, largest=False),
        least_of,
    ),
    on_lists(
        "greatest_of",
        BEST,
        "Looks only at the greatest values.",
        lambda xp, s, v: run_best(xp, s, v, largest=True),
        greatest_of,
    ),
)
