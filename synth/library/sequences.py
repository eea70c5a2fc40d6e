"""Sequences in the manner of RASP (Weiss, Goldberg, Yahav 2021, arXiv 2106.06981), with integers only.

`aggregate` is the mean of the values that a selector looks at, rounded down, and 0 where it looks at none; where all of
them are equal, as in most programs, it is their value. What people write often is a macro of the rest.
"""

from typing import Any

from synth.language.macro import macro
from synth.language.parse import parse
from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.types import INT, SELECTOR, SEQUENCE, Fn
from synth.library.functions import FUNCTIONS, MAP, RELATION, STEP
from synth.library.lists import run_map, run_zip
from synth.library.plain import on_lists
from synth.library.selectors import SELECTORS, run_best

UNARY = Fn((SEQUENCE,), SEQUENCE)


def aggregate(selector: list, values: list) -> list:
    means = []
    for marks in selector:
        seen = [value for j, value in enumerate(values) if marks >> j & 1]
        means.append(sum(seen) // len(seen) if seen else 0)
    return means


def aggregate_else(default: Any, selector: list, values: list) -> list:
    means = []
    for marks in selector:
        seen = [value for j, value in enumerate(values) if marks >> j & 1]
        means.append(sum(seen) // len(seen) if seen else default)
    return means


def most_common(selector: list, values: list) -> list:
    found = []
    for marks in selector:
        seen = [value for j, value in enumerate(values) if marks >> j & 1]
        found.append(min(seen, key=lambda value: (-seen.count(value), value), default=0))
    return found


def selector_width(selector: list) -> list:
    return [bin(marks).count("1") for marks in selector]


def indices(xs: list) -> list:
    return list(range(len(xs)))


def to_end(xs: list) -> list:
    return list(range(len(xs) - 1, -1, -1))


def length_seq(xs: list) -> list:
    return [len(xs)] * len(xs)


def fill(x: Any, xs: list) -> list:
    return [x] * len(xs)


def map_seq(f: Any, xs: list) -> list:
    return [f(x) for x in xs]


def zip_seq(f: Any, xs: list, ys: list) -> list:
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


def compare_seq(f: Any, xs: list, ys: list) -> list:
    return [1 if f(x, y) else 0 for x, y in zip(xs, ys, strict=False)]


def run_compare(xp: Any, f: Any, xs: Any, ys: Any) -> Any:
    return xp.vector(xp.shorter(xs, ys), xp.integer(f(xp.items(xs), xp.items(ys))))


def run_aggregate(xp: Any, selector: Any, values: Any) -> Any:
    return run_aggregate_else(xp, 0, selector, values)


def run_aggregate_else(xp: Any, default: Any, selector: Any, values: Any) -> Any:
    looks = xp.looks(selector) & xp.within(values)[..., None, :]
    total, width = xp.where(looks, xp.items(values)[..., None, :], 0).sum(axis=-1), looks.sum(axis=-1)
    means = xp.where(width == 0, xp.along(default), xp.floordiv(total, width))
    return xp.like(xp.spanned(selector), means)


def run_most_common(xp: Any, selector: Any, values: Any) -> Any:
    looks = xp.looks(selector) & xp.within(values)[..., None, :]
    counts = xp.where(looks, xp.tallies(selector, values), 0)
    most = looks & (counts == counts.max(axis=-1, keepdims=True))
    return run_aggregate(xp, run_best(xp, xp.selector(xp.spanned(selector), most), values, largest=False), values)


AGGREGATES = (
    on_lists(
        "aggregate",
        Fn((SELECTOR, SEQUENCE), SEQUENCE),
        "The mean of the values looked at, rounded down; 0 of none.",
        run_aggregate,
        aggregate,
    ),
    on_lists(
        "aggregate_else",
        Fn((INT, SELECTOR, SEQUENCE), SEQUENCE),
        "The mean of the values looked at, rounded down; a number where there is none.",
        run_aggregate_else,
        aggregate_else,
    ),
    on_lists(
        "most_common",
        Fn((SELECTOR, SEQUENCE), SEQUENCE),
        "The most frequent of the values looked at, the least of several; 0 of none.",
        run_most_common,
        most_common,
    ),
    on_lists(
        "selector_width",
        Fn((SELECTOR,), SEQUENCE),
        "How many positions each one looks at.",
        lambda xp, s: xp.like(xp.spanned(s), xp.widths(s)),
        selector_width,
    ),
    on_lists("indices", UNARY, "0, 1, 2, ...", lambda xp, xs: xp.like(xs, xp.positions(xs)), indices),
    on_lists(
        "to_end",
        UNARY,
        "How many positions come after: ..., 2, 1, 0.",
        lambda xp, xs: xp.like(xs, xs[..., :1] - 1 - xp.positions(xs)),
        to_end,
    ),
    on_lists("length_seq", UNARY, "The length, everywhere.", lambda xp, xs: xp.like(xs, xs[..., :1]), length_seq),
    on_lists(
        "fill", Fn((INT, SEQUENCE), SEQUENCE), "A number, everywhere.", lambda xp, x, xs: xp.like(xs, xp.along(x)), fill
    ),
    on_lists("map_seq", Fn((MAP, SEQUENCE), SEQUENCE), "A function of each item.", run_map, map_seq),
    on_lists(
        "compare_seq",
        Fn((RELATION, SEQUENCE, SEQUENCE), SEQUENCE),
        "1 where a relation holds between two sequences, 0 elsewhere.",
        run_compare,
        compare_seq,
    ),
    on_lists("zip_seq", Fn((STEP, SEQUENCE, SEQUENCE), SEQUENCE), "A function of two sequences.", run_zip, zip_seq),
)


def shorthand(name: str, doc: str, text: str, bits: float) -> Primitive:
    """A macro of one sequence, which its text calls a."""
    word = Terminal("a", SEQUENCE)
    return macro(name, (word,), parse(text, (*SELECTORS, *AGGREGATES, *FUNCTIONS), (word,)), doc=doc, bits=bits)


SHORTHANDS = (
    shorthand("everywhere", "Looks at all positions.", "(select always a a)", 3),
    shorthand(
        "previous",
        "The item before; 0 at the first.",
        "(aggregate (select same (indices a) (map_seq dec (indices a))) a)",
        4,
    ),
    shorthand(
        "following",
        "The item after; 0 at the last.",
        "(aggregate (select same (indices a) (map_seq inc (indices a))) a)",
        6,
    ),
    shorthand("next_above", "The least larger item; 0 of none.", "(aggregate (least_of (select above a a) a) a)", 6),
    shorthand(
        "max_so_far", "The largest item up to here.", "(aggregate (greatest_of (causal (select always a a)) a) a)", 6
    ),
    shorthand(
        "min_so_far", "The smallest item up to here.", "(aggregate (least_of (causal (select always a a)) a) a)", 6
    ),
    shorthand(
        "ranks",
        "Where each item stands in ascending order, equal ones in their order.",
        "(map_seq dec (selector_width (selector_or (select below a a) (causal (select same a a)))))",
        6,
    ),
)
SEQUENCES = (*SELECTORS, *AGGREGATES, *SHORTHANDS)
