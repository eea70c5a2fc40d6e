"""Sequences in the manner of RASP (Weiss, Goldberg, Yahav 2021, arXiv 2106.06981), with integers only.

`select` compares every key with every query; position i of a selector looks at the positions j of the keys for which
the comparison of key j with query i holds, for j < 62. `aggregate` is the mean of the values looked at, rounded down,
and 0 where none is; where all of them are equal, as in most programs, it is their value.
"""

from typing import Any

from synth.language.types import INT, SELECTOR, SEQUENCE, Fn
from synth.library.functions import MAP, RELATION, STEP
from synth.library.lists import run_map, run_zip
from synth.library.plain import on_lists

UNARY = Fn((SEQUENCE,), SEQUENCE)
LOGIC = Fn((SELECTOR, SELECTOR), SELECTOR)


def select(compare: Any, keys: list, queries: list) -> list:
    return [sum(1 << j for j, key in enumerate(keys[:62]) if compare(key, query)) for query in queries]


def aggregate(selector: list, values: list) -> list:
    means = []
    for marks in selector:
        seen = [value for j, value in enumerate(values[:62]) if marks >> j & 1]
        means.append(sum(seen) // len(seen) if seen else 0)
    return means


def selector_width(selector: list) -> list:
    return [bin(marks).count("1") for marks in selector]


def selector_and(one: list, other: list) -> list:
    return [a & b for a, b in zip(one, other, strict=False)]


def selector_or(one: list, other: list) -> list:
    return [a | b for a, b in zip(one, other, strict=False)]


def selector_not(selector: list) -> list:
    return [((1 << min(len(selector), 62)) - 1) & ~marks for marks in selector]


def indices(xs: list) -> list:
    return list(range(len(xs)))


def length_seq(xs: list) -> list:
    return [len(xs)] * len(xs)


def fill(x: Any, xs: list) -> list:
    return [x] * len(xs)


def map_seq(f: Any, xs: list) -> list:
    return [f(x) for x in xs]


def zip_seq(f: Any, xs: list, ys: list) -> list:
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


def run_select(xp: Any, compare: Any, keys: Any, queries: Any) -> Any:
    looks = compare(xp.items(keys)[..., None, :], xp.items(queries)[..., :, None])
    return xp.like(queries, xp.marks(looks & xp.within(keys)[..., None, :]))


def run_aggregate(xp: Any, selector: Any, values: Any) -> Any:
    looks = xp.looks(xp.items(selector)) & xp.within(values)[..., None, :]
    total = xp.where(looks, xp.items(values)[..., None, :], 0).sum(axis=-1)
    return xp.like(selector, xp.floordiv(total, looks.sum(axis=-1)))


def run_not(xp: Any, selector: Any) -> Any:
    """What a mask marks beyond the selector's own positions goes as well."""
    return xp.like(selector, xp.marks(~xp.looks(xp.items(selector)) & xp.within(selector)[..., None, :]))


SEQUENCES = (
    on_lists("select", Fn((RELATION, SEQUENCE, SEQUENCE), SELECTOR), "Compares keys with queries.", run_select, select),
    on_lists(
        "aggregate",
        Fn((SELECTOR, SEQUENCE), SEQUENCE),
        "The mean of the values looked at, rounded down; 0 of none.",
        run_aggregate,
        aggregate,
    ),
    on_lists(
        "selector_width",
        Fn((SELECTOR,), SEQUENCE),
        "How many positions each one looks at.",
        lambda xp, s: xp.like(s, xp.bit_count(xp.items(s))),
        selector_width,
    ),
    on_lists(
        "selector_and",
        LOGIC,
        "Looks where both do.",
        lambda xp, s, t: xp.vector(xp.shorter(s, t), xp.items(s) & xp.items(t)),
        selector_and,
    ),
    on_lists(
        "selector_or",
        LOGIC,
        "Looks where either does.",
        lambda xp, s, t: xp.vector(xp.shorter(s, t), xp.items(s) | xp.items(t)),
        selector_or,
    ),
    on_lists("selector_not", Fn((SELECTOR,), SELECTOR), "Looks where the other does not.", run_not, selector_not),
    on_lists("indices", UNARY, "0, 1, 2, ...", lambda xp, xs: xp.like(xs, xp.positions(xs)), indices),
    on_lists("length_seq", UNARY, "The length, everywhere.", lambda xp, xs: xp.like(xs, xs[..., :1]), length_seq),
    on_lists(
        "fill", Fn((INT, SEQUENCE), SEQUENCE), "A number, everywhere.", lambda xp, x, xs: xp.like(xs, xp.along(x)), fill
    ),
    on_lists("map_seq", Fn((MAP, SEQUENCE), SEQUENCE), "A function of each item.", run_map, map_seq),
    on_lists("zip_seq", Fn((STEP, SEQUENCE, SEQUENCE), SEQUENCE), "A function of two sequences.", run_zip, zip_seq),
)
