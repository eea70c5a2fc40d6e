"""Two loops whose variables move linearly: one function as an identity of linear recurrences, or a stream that differs.

Both loops are one system z' = A z + f(x), of whose z and x the difference of the answers is C z + g(x). It is 0 for
all streams where C A^k f(x) is the same for every letter x, k = 0 .. n - 1, as g(x) is, and the first n + 1 differences
on a stream of one letter are 0: what follows are combinations of these (Cayley and Hamilton).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from compare.same.answer import Equal, Undecided
from synth.language.program import Terminal
from synth.language.sympy_view import symbol, sympy_expression
from synth.language.types import INT
from synth.search.streams import Loop

HOW = "as linear recurrences"
WIDEST = 64  # numbers that both loops hold


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """z' = by z + moved(x), y = out z + said(x); whole numbers without end."""

    start: Int[np.ndarray, " n"]
    by: Int[np.ndarray, "n n"]
    out: Int[np.ndarray, "outputs n"]
    moved: Int[np.ndarray, "letters n"]
    said: Int[np.ndarray, "letters outputs"]


def decide(one: Loop, other: Loop, letters: Int[np.ndarray, "letters streams"]) -> Equal | tuple[int, ...] | Undecided:
    """Equal, the letters of a stream on which they differ, or why neither can be said here."""
    first, second = system(one, letters), system(other, letters)
    if isinstance(first, str) or isinstance(second, str):
        return Undecided(why=first if isinstance(first, str) else str(second))
    both = difference(first, second)
    if len(both.start) > WIDEST:
        return Undecided(why=f"both loops hold {len(both.start)} numbers, more than {WIDEST}")
    word = unlike(both)
    if word is not None:
        return word
    first = len(both.start) + 1
    said = f"an identity of linear recurrences (sympy): the first {first} answers decide all that follow"
    alone = f"both keep nothing, and answer each of {len(letters):,} letters alike"
    return Equal(how=HOW, sentence=f"equal: {said if first > 1 else alone}")


def system(loop: Loop, letters: Int[np.ndarray, "letters streams"]) -> System | str:
    """The loop's, or which of its expressions is not linear in what it holds."""
    import sympy

    places = [(v, i) for v in loop.variables for i in range(v.window or 1)]
    held = {v.name: [sympy.Dummy(v.name) for _ in range(v.window or 1)] for v in loop.variables}
    slots = [held[v.name][i] for v, i in places]
    known: dict[Any, Any] = {word(v.name): reduced(v, held[v.name]) for v in loop.variables}
    after: list[Any] = []
    for v in loop.variables:
        new = [*held[v.name][1:], sympy_expression(v.step).xreplace(known)]
        known[word(v.after)] = reduced(v, new)
        after += new
    answers = [sympy_expression(output).xreplace(known) for output in loop.outputs]
    rows = [coefficients(each, slots) for each in (*after, *answers)]
    refused = next((each for each in rows if isinstance(each, str)), None)
    if refused:
        return refused
    table = np.array(rows, dtype=object).reshape(len(rows), len(slots))
    moved, said = at_zero(loop, letters)
    return System(
        start=np.array([v.start for v, _ in places], dtype=object),
        by=table[: len(slots)],
        out=table[len(slots) :],
        moved=moved,
        said=said,
    )


def word(name: str) -> Any:
    return symbol(Terminal(name, INT))


def reduced(variable: Any, held: list[Any]) -> Any:
    import sympy

    ways = {"sum": lambda: sympy.Add(*held), "max": lambda: sympy.Max(*held), "min": lambda: sympy.Min(*held)}
    return ways.get(variable.reduction, lambda: held[0])()


def coefficients(expression: Any, slots: list[Any]) -> list[int] | str:
    """Whole numbers by which an expression takes each slot; or that it is not linear in them."""
    expanded = expression.expand()
    found = [expanded.coeff(slot) for slot in slots]
    rest = (expanded - sum(by * slot for by, slot in zip(found, slots, strict=True))).expand()
    if rest.free_symbols & {*slots} or not all(by.is_Integer for by in found):
        return f"{expression} is not linear"
    return [int(by) for by in found]


def at_zero(loop: Loop, letters: Int[np.ndarray, "letters streams"]) -> tuple[np.ndarray, np.ndarray]:
    """What every letter makes of zeros, and the answers to it; (letters, n) and (letters, outputs)."""
    rows = len(letters)
    zeros = {v.name: [np.zeros(rows, dtype=np.int64)] * (v.window or 1) for v in loop.variables}
    after, said = loop.step(zeros, dict(zip(loop.items, letters.T, strict=True)))
    moved = [np.broadcast_to(each, rows) for v in loop.variables for each in after[v.name]]
    columns = np.stack(moved, axis=1) if moved else np.zeros((rows, 0), dtype=np.int64)
    return columns.astype(object), np.stack([np.broadcast_to(each, rows) for each in said], axis=1).astype(object)


def difference(one: System, other: System) -> System:
    """Both beside each other, and what the answers differ by."""
    size, rest = len(one.start), len(other.start)
    by = np.zeros((size + rest, size + rest), dtype=object)
    by[:size, :size], by[size:, size:] = one.by, other.by
    return System(
        start=np.concatenate([one.start, other.start]),
        by=by,
        out=np.concatenate([one.out, -other.out], axis=1),
        moved=np.concatenate([one.moved, other.moved], axis=1),
        said=one.said - other.said,
    )


def unlike(of: System) -> tuple[int, ...] | None:
    """The letters of a shortest stream with an answer that is not 0: of one letter, or with one other in it."""
    for time, (constant, lags) in enumerate(zip(on_one_letter(of), by_lag(of), strict=False)):
        if constant.any():
            return (0,) * (time + 1)
        other = np.flatnonzero((lags != 0).any(axis=1))
        if len(other):  # where the letter is the first of the stream
            return (int(other[0]), *(0,) * time)
    return None


def on_one_letter(of: System) -> Iterator[np.ndarray]:
    """The first n + 1 answers to a stream of the first letter."""
    now = of.start
    for _ in range(len(of.start) + 1):
        yield of.out @ now + of.said[0]
        now = of.by @ now + of.moved[0]


def by_lag(of: System) -> Iterator[np.ndarray]:
    """How the answers to each letter, then those one letter later, and so on, differ from those to the first letter."""
    yield of.said - of.said[0]
    reach, moved = of.out, of.moved - of.moved[0]
    for _ in range(len(of.start)):
        yield moved @ reach.T
        reach = reach @ of.by
