"""A transformer as heads: what each looks at, what it carries from there, what units make of it; run on symbols."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.linear import Tables, column
from compare.extract.selects.parts import Part
from compare.extract.selects.relations import Atom, Select
from compare.extract.selects.soft import Score
from compare.extract.selects.variables import (
    COUNT,
    INDEX,
    SYMBOL,
    SYMBOLS,
    TOTAL,
    TOTALS,
    VALUE,
    VALUES,
    Frame,
    Variable,
    Variables,
)

BLOCK = 1 << 21  # pairs of positions that are looked at together
SINGLE = 0.98  # of the queries, that look at one value, where a head carries a value and not counts
SOME = 0.1  # of the queries, that see a symbol of a sort
NONE = 1 << 30
MOST_COUNTED = 12  # values that are counted one by one
ALIKE = 0.1  # of the largest distance of what two values write, that what two of them write is apart at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The head as a program has it: a select, and the variable whose values it brings."""

    select: Select
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One head: as the net's sites have it (a score, tables of values) and as a program has it.

    An idle head has neither, and writes its mean.
    """

    layer: int
    number: int
    score: Score | None
    tables: Tables  # of what a key's value writes into the stream
    mean: Float[np.ndarray, " width"]  # of what it writes
    named: Named | None = None
    same: bool = False  # a query looks at keys of one value
    single: bool = False  # it looks at one key
    counted: tuple[int, ...] = ()  # values that are counted one by one
    together: tuple[tuple[int, ...], ...] = ()  # values that are counted together
    parts: tuple[Part, ...] = ()  # of the symbols that it brings, of which a query sees one number
    turned: int = 0  # by how many places every value is taken for another: of a control
    strength: float | None = None  # of its select beside other keys; None: it looks at nothing else
    beside: str | Atom = "all"  # these keys, as a select's `otherwise`
    narrow: bool = False  # another head looks as it does: what it brings is told apart by what it writes alone

    @property
    def name(self) -> str:
        return f"h{self.layer}{self.number}"

    @property
    def site(self) -> str:
        return f"head.{self.layer}.{self.number}.out"

    @property
    def tallies(self) -> dict[str, tuple[int, ...]]:
        """Which values each of its numbers of keys counts, one of them or several together."""
        return {f"{self.name}n{name_of(each)}": each for each in (*((v,) for v in self.counted), *self.together)}

    def bits(self, variables: Variables) -> float:
        """Of what a program says of it, where a position holds these variables."""
        return 1 + self.named.select.bits(variables) + log2(len(variables) + 1) if self.named else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of some rows on the way through the layers."""

    tokens: Int[np.ndarray, "rows s"]
    seen: Bool[np.ndarray, "rows s s"]
    variables: dict[str, Variable]  # integers
    columns: dict[str, Float[np.ndarray, "rows s size"]]  # one-hot, or how much of each value a head looks at


def begun(frame: Frame, tokens: Int[np.ndarray, "rows s"], placed: Sequence[str]) -> State:
    """Symbols and places; `placed` are those of the places that the embedding holds."""
    variables = frame.variables(tokens)
    parts = (part.name for part in frame.parts)
    columns = {name: onehot(variables[name]) for name in (SYMBOLS, *parts, *placed)}
    return State(tokens=tokens, seen=frame.seen(tokens), variables=variables, columns=columns)


def onehot(variable: Variable) -> Float[np.ndarray, "rows s size"]:
    return np.asarray(variable.values[..., None] == np.arange(variable.size), dtype=np.float32)


def with_head(state: State, head: Head, carried: Float[np.ndarray, "rows s numbers"], frame: Frame) -> State:
    """The same, with what a head has brought: its columns first, then the integers of its variables."""
    wide = sum(map(len, head.tables.tables))
    return _with_integers(with_shares(state, head, carried[..., :wide]), head, carried[..., wide:], frame)


def with_shares(state: State, head: Head, given: Float[np.ndarray, "rows s numbers"]) -> State:
    """The same, with how much of each value a head looks at."""
    parts = head.tables.parted(given)
    if head.narrow:
        tables = zip(parts.items(), head.tables.tables, strict=True)
        parts = {name: each @ coordinates(table) for (name, each), table in tables}
    brought = {f"{head.name}.({name})" if "*" in name else f"{head.name}.{name}": each for name, each in parts.items()}
    return replace(state, columns={**state.columns, **brought})


def with_named(state: State, head: Head, frame: Frame) -> State:
    """The same, with the integers alone that a named head brings: what its score says is not asked."""
    return _with_integers(state, head, in_blocks(state, lambda part: integers(head, part, frame)), frame)


def _with_integers(state: State, head: Head, given: np.ndarray, frame: Frame) -> State:
    columns, variables = dict(state.columns), dict(state.variables)
    for number, each in enumerate(declared(head, state.variables, frame)):
        variables[each.name] = replace(each, values=np.rint(given[..., number]).astype(np.int64))
        if each.name == head.name and not each.ordered:
            columns[each.name] = onehot(variables[each.name])
    return replace(state, columns=columns, variables=variables)


def declared(head: Head, variables: Variables, frame: Frame) -> Iterator[Variable]:
    """The variables that a named head brings, without values."""
    if head.named is None:
        return
    source, s = variables[head.named.value], variables[SYMBOLS].values.shape[1]
    nothing = np.zeros((0, s), dtype=np.int64)
    if head.same:
        yield Variable(name=head.name, kind=source.kind, size=source.size, values=nothing)
        if source.kind == SYMBOL:
            yield Variable(name=f"{head.name}v", kind=VALUE, size=len(frame.letters) + 1, values=nothing)
    for part in head.parts:
        yield frame.part_of(part, f"{head.name}{part.name}", nothing)
    if head.single:
        return
    yield Variable(name=f"{head.name}n", kind=COUNT, size=s + 1, values=nothing)
    if not head.same:
        for name in TOTALS if source.kind in (SYMBOL, VALUE) else ():
            yield Variable(name=f"{head.name}{name}", kind=TOTAL, size=s * source.size + 1, values=nothing)
        yield Variable(name=f"{head.name}most", kind=source.kind, size=source.size, values=nothing)
    for name in head.tallies:
        yield Variable(name=name, kind=COUNT, size=s + 1, values=nothing)


def carried(head: Head, state: State, frame: Frame) -> Float[np.ndarray, "rows s numbers"]:
    """How much of each value the score looks at, then the integers that the named head brings."""
    if head.score is None:
        return np.zeros((*state.tokens.shape, 0), dtype=np.float32)
    return in_blocks(state, lambda part: np.concatenate([shares(head, part), integers(head, part, frame)], axis=-1))


def shares(head: Head, state: State) -> Float[np.ndarray, "rows s numbers"]:
    """How much of each value of the variables that it reads the score looks at."""
    assert head.score is not None
    pattern = head.score.pattern(state.variables, state.seen)
    found = [np.roll(pattern @ column(state.columns, name), head.turned, axis=-1) for name in head.tables.reads]
    return np.concatenate([np.zeros((*state.tokens.shape, 0), np.float32), *found], axis=-1)


def integers(head: Head, state: State, frame: Frame) -> Float[np.ndarray, "rows s numbers"]:
    """What the named head brings, side by side."""
    found = [each.astype(np.float32) for each in brought(head, state, frame)]
    return np.stack(found, axis=-1) if found else np.zeros((*state.tokens.shape, 0), np.float32)


def in_blocks(state: State, made: Callable[[State], np.ndarray]) -> np.ndarray:
    """What is made of the rows, of so many at a time as their pairs of positions allow."""
    size = max(BLOCK // state.tokens.shape[1] ** 2, 1)
    blocks = (_rows(state, slice(begin, begin + size)) for begin in range(0, len(state.tokens), size))
    return np.concatenate([made(block) for block in blocks])


def _rows(state: State, rows: slice) -> State:
    return State(
        tokens=state.tokens[rows],
        seen=state.seen[rows],
        variables={name: replace(each, values=each.values[rows]) for name, each in state.variables.items()},
        columns={name: values[rows] for name, values in state.columns.items()},
    )


def brought(head: Head, state: State, frame: Frame) -> Iterator[Int[np.ndarray, "rows s"]]:
    """The integers of the variables that a named head brings, in the order in which they are declared."""
    if head.named is None:
        return
    looks = head.named.select.looks(state.variables, state.seen)
    source = state.variables[head.named.value]
    own = source.values
    if head.turned:
        turned = (source.values + head.turned) % source.size
        source = replace(source, values=np.where(source.values < 0, -1, turned))
    if head.same:
        first = np.where(looks.any(axis=-1), looks.argmax(axis=-1), -1)
        values = np.take_along_axis(source.values, np.maximum(first, 0), axis=1)
        values = np.where(first >= 0, values, -1)
        yield values
        if source.kind == SYMBOL:
            yield frame.value_of(VALUES, values).values
    for part in head.parts:
        yield np.where(looks, part.of(source.values)[:, None], -1).max(axis=-1)
    if head.single:
        return
    width = looks.sum(axis=-1)
    yield width
    counts = looks.astype(np.float32) @ onehot(source)
    if not head.same:
        letters = frame.letters if source.kind == SYMBOL else range(source.size)
        if source.kind in (SYMBOL, VALUE):
            early = looks @ (onehot(source) * np.exp2(-np.arange(looks.shape[-1]))[:, None])
            yield from totals(counts, early, letters, own, state.variables[INDEX].values)
        yield commonest(counts, letters)
    for some in head.tallies.values():
        yield np.rint(counts[..., some].sum(axis=-1)).astype(np.int64)


def totals(
    counts: Float[np.ndarray, "rows s size"],
    early: Float[np.ndarray, "rows s size"],
    letters: range,
    own: Int[np.ndarray, "rows s"],
    places: Int[np.ndarray, "rows s"],
) -> Iterator[Int[np.ndarray, "rows s"]]:
    """Of these numbers, marks left out, their sum, the least and the most (-1 where there is none).

    Then how many of them are the query's own number, and how many are less; and in their order the one whose place is
    the query's, from 1 on (-1 where there are fewer); and how many different ones there are. Last the one whose place
    is the query's in the order of how often they are there, and of equals of which is `early`.
    """
    known = counts[..., letters.start : letters.stop]
    some = known > 0
    yield np.rint(known @ np.array(letters, dtype=np.float32)).astype(np.int64)
    yield np.where(some.any(axis=-1), letters.start + some.argmax(axis=-1), -1)
    yield np.where(some.any(axis=-1), letters.stop - 1 - some[..., ::-1].argmax(axis=-1), -1)
    place = (own - letters.start).clip(0, len(letters) - 1)[..., None]
    same = np.where((own >= letters.start) & (own < letters.stop), np.take_along_axis(known, place, axis=-1)[..., 0], 0)
    up_to = np.take_along_axis(np.cumsum(known, axis=-1), place, axis=-1)[..., 0]
    yield np.rint(same).astype(np.int64)
    yield np.rint(np.where(own >= letters.start, up_to - same, 0)).astype(np.int64)
    reached = np.cumsum(known, axis=-1) >= places[..., None]
    inside = reached[..., -1] & (places > 0)
    yield np.where(inside, letters.start + reached.argmax(axis=-1), -1)
    kinds = some.sum(axis=-1)
    yield kinds
    often = np.lexsort((-early[..., letters.start : letters.stop], -known), axis=-1)
    at = np.take_along_axis(often, (places - 1).clip(0, len(letters) - 1)[..., None], axis=-1)[..., 0]
    yield np.where((places > 0) & (places <= kinds), letters.start + at, -1)


def commonest(counts: Float[np.ndarray, "rows s size"], letters: range) -> Int[np.ndarray, "rows s"]:
    """Of these numbers, marks left out, the one that there is most of; -1 where several are, or there is none."""
    own = counts[..., letters.start : letters.stop]
    most = own.max(axis=-1, keepdims=True)
    alone = (most[..., 0] > 0) & ((own == most).sum(axis=-1) == 1)
    return np.where(alone, letters.start + own.argmax(axis=-1), -1)


def looked_at(head: Head, state: State, effect: Float[np.ndarray, "rows s"], frame: Frame) -> Head:
    """The head with what it brings: one value, by the effect of its queries, or counts of how many keys hold which."""
    assert head.named is not None
    looks = head.named.select.looks(state.variables, state.seen)
    source = state.variables[head.named.value]
    held, whole = source.values[:, None], SINGLE * float(effect.sum())
    same = float((_alike(looks, held) * effect).sum()) >= whole
    if source.kind == SYMBOL:
        head = replace(head, parts=tuple(_parts_seen(looks, held, effect, frame)))
    single = float(((looks.sum(axis=-1) <= 1) * effect).sum()) >= whole
    if same:
        return replace(head, same=True, single=single)
    values, count = np.unique(np.broadcast_to(held, looks.shape)[looks], return_counts=True)
    known, together = told_apart(head, values[(values >= 0) & (count > 0)])
    return replace(head, counted=tuple(map(int, known)) if len(known) <= MOST_COUNTED else (), together=together)


def _alike(looks: Bool[np.ndarray, "rows s s"], held: Int[np.ndarray, "rows 1 s"]) -> Bool[np.ndarray, "rows s"]:
    """Whether all that a query looks at is one number."""
    return np.where(looks, held, -1).max(axis=-1) <= np.where(looks, held, NONE).min(axis=-1)


def _parts_seen(looks: np.ndarray, held: np.ndarray, effect: np.ndarray, frame: Frame) -> Iterator[Part]:
    """What of the symbols that queries look at is one number, where some of them hold it."""
    for part in frame.parts:
        numbers = part.of(held)
        some = looks & (numbers >= 0)
        weight = effect * some.any(axis=-1)
        if weight.sum() >= SOME * effect.sum() and (_alike(some, numbers) * weight).sum() >= SINGLE * weight.sum():
            yield part


def told_apart(
    head: Head, values: Int[np.ndarray, " values"]
) -> tuple[Int[np.ndarray, " kept"], tuple[tuple[int, ...], ...]]:
    """The values that are counted one by one, and those that are counted together.

    Of values that all write the same a head brings no number of each. Where there are several kinds of such values it
    brings one of each kind.
    """
    if head.named is None or head.named.value not in head.tables.reads or len(values) == 0:
        return values, ()
    written = head.tables.tables[head.tables.reads.index(head.named.value)][values].astype(np.float64)
    apart = ((written[:, None] - written) ** 2).sum(axis=-1)
    alike = apart <= ALIKE**2 * apart.max(initial=0.0)
    kinds = [row for row in np.unique(alike, axis=0) if row.sum() > 1 and (alike[row] == row).all()]
    if len(kinds) > 1:
        return values[~np.any(kinds, axis=0)], tuple(sorted(tuple(values[row].tolist()) for row in kinds))
    usual = alike[alike.sum(axis=1).argmax()]
    return (values[~usual] if usual.sum() > 1 else values), ()


def name_of(values: Sequence[int]) -> str:
    """Of values that are counted, in names."""
    several_in_a_row = 0 < values[-1] - values[0] == len(values) - 1
    return f"{values[0]}to{values[-1]}" if several_in_a_row else "_".join(map(str, values))


def coordinates(table: Float[np.ndarray, "size width"]) -> Float[np.ndarray, "size rank"]:
    """What the values write, in the directions in which they differ more than a little."""
    left, size, _ = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    kept = size > ALIKE * size[:1]
    return np.asarray(left[:, kept] * size[kept], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Hidden units of a layer: their pre-activations as tables of what a position holds."""

    layer: int
    tables: Tables

    @property
    def name(self) -> str:
        return f"u{self.layer}"

    @property
    def site(self) -> str:
        return f"hidden.{self.layer}.pre"
