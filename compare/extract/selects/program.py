"""A transformer as heads: what each looks at, what it carries from there, what units make of it; run on symbols."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.linear import Tables
from compare.extract.selects.relations import Select
from compare.extract.selects.soft import Score
from compare.extract.selects.variables import COUNT, SYMBOL, VALUE, Frame, Variable, Variables

BLOCK = 1 << 21  # pairs of positions that are looked at together
SINGLE = 0.98  # of the queries, that look at one value, where a head carries a value and not counts
NONE = 1 << 30
MOST_COUNTED = 12  # values that are counted one by one


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
    turned: int = 0  # by how many places every value is taken for another: of a control

    @property
    def name(self) -> str:
        return f"h{self.layer}{self.number}"

    @property
    def site(self) -> str:
        return f"head.{self.layer}.{self.number}.out"

    @property
    def width(self) -> int:
        """Numbers that say how much of each value is looked at."""
        return sum(len(table) for table in self.tables.tables)


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
    columns = {name: onehot(variables[name]) for name in ("x", *placed)}
    return State(tokens=tokens, seen=frame.seen(tokens), variables=variables, columns=columns)


def onehot(variable: Variable, size: int | None = None) -> Float[np.ndarray, "rows s size"]:
    return np.asarray(variable.values[..., None] == np.arange(size or variable.size), dtype=np.float32)


def with_head(state: State, head: Head, carried: Float[np.ndarray, "rows s numbers"], frame: Frame) -> State:
    """The same, with what a head has brought: its columns first, then the integers of its variables."""
    columns, begin = dict(state.columns), 0
    for name, table in zip(head.tables.reads, head.tables.tables, strict=True):
        columns[f"{head.name}.{name}"] = carried[..., begin : begin + len(table)]
        begin += len(table)
    return _with_integers(replace(state, columns=columns), head, carried[..., begin:], frame)


def with_named(state: State, head: Head, frame: Frame) -> State:
    """The same, with the integers alone that a named head brings: what its score says is not asked."""
    s = state.tokens.shape[1]
    size, parts = max(BLOCK // (s * s), 1), []
    for begin in range(0, len(state.tokens), size):
        parts.append(np.stack(list(brought(head, _rows(state, slice(begin, begin + size)), frame)), axis=-1))
    return _with_integers(state, head, np.concatenate(parts), frame)


def _with_integers(state: State, head: Head, carried: np.ndarray, frame: Frame) -> State:
    columns, begin = dict(state.columns), 0
    variables = dict(state.variables)
    for number, each in enumerate(declared(head, state.variables, frame)):
        values = np.rint(carried[..., begin + number]).astype(np.int64)
        variables[each.name] = replace(each, values=values)
        if each.name == head.name and each.kind == SYMBOL:
            columns[each.name] = onehot(variables[each.name])
    return replace(state, columns=columns, variables=variables)


def declared(head: Head, variables: Variables, frame: Frame) -> Iterator[Variable]:
    """The variables that a named head brings, without values."""
    if head.named is None:
        return
    source, s = variables[head.named.value], variables["x"].values.shape[1]
    nothing = np.zeros((0, s), dtype=np.int64)
    if head.same:
        yield Variable(name=head.name, kind=source.kind, size=source.size, values=nothing)
        if source.kind == SYMBOL:
            yield Variable(name=f"{head.name}v", kind=VALUE, size=len(frame.letters) + 1, values=nothing)
    if head.single:
        return
    yield Variable(name=f"{head.name}n", kind=COUNT, size=s + 1, values=nothing)
    if not head.same:
        yield Variable(name=f"{head.name}most", kind=source.kind, size=source.size, values=nothing)
    for number in head.counted:
        yield Variable(name=f"{head.name}n{number}", kind=COUNT, size=s + 1, values=nothing)


def carried(head: Head, state: State, frame: Frame) -> Float[np.ndarray, "rows s numbers"]:
    """How much of each value the score looks at, then the integers that the named head brings."""
    if head.score is None:
        return np.zeros((*state.tokens.shape, 0), dtype=np.float32)
    parts = []
    s = state.tokens.shape[1]
    size = max(BLOCK // (s * s), 1)
    for begin in range(0, len(state.tokens), size):
        parts.append(_carried(head, _rows(state, slice(begin, begin + size)), frame))
    return np.concatenate(parts)


def _rows(state: State, rows: slice) -> State:
    return State(
        tokens=state.tokens[rows],
        seen=state.seen[rows],
        variables={name: replace(each, values=each.values[rows]) for name, each in state.variables.items()},
        columns={name: values[rows] for name, values in state.columns.items()},
    )


def _carried(head: Head, state: State, frame: Frame) -> Float[np.ndarray, "rows s numbers"]:
    assert head.score is not None
    pattern = head.score.pattern(state.variables, state.seen)
    soft = [np.roll(pattern @ state.columns[name], head.turned, axis=-1) for name in head.tables.reads]
    hard = list(brought(head, state, frame))
    return np.concatenate([*soft, *(each[..., None].astype(np.float32) for each in hard)], axis=-1)


def brought(head: Head, state: State, frame: Frame) -> Iterator[Int[np.ndarray, "rows s"]]:
    """The integers of the variables that a named head brings, in the order in which they are declared."""
    if head.named is None:
        return
    looks = head.named.select.looks(state.variables, state.seen)
    source = state.variables[head.named.value]
    if head.same:
        first = np.where(looks.any(axis=-1), looks.argmax(axis=-1), -1)
        values = np.take_along_axis(source.values, np.maximum(first, 0), axis=1)
        values = np.where(first >= 0, values, -1)
        yield values
        if source.kind == SYMBOL:
            yield frame.value_of("v", values).values
    if head.single:
        return
    width = looks.sum(axis=-1)
    yield width
    counts = looks.astype(np.float32) @ onehot(source)
    most = counts.max(axis=-1, keepdims=True)
    if not head.same:
        yield np.where((width > 0) & ((counts == most).sum(axis=-1) == 1), counts.argmax(axis=-1), -1)
    for number in head.counted:
        yield np.rint(counts[..., number]).astype(np.int64)


def looked_at(head: Head, state: State, effect: Float[np.ndarray, "rows s"]) -> Head:
    """The head with what it brings: one value, by the effect of its queries, or counts of how many keys hold which."""
    assert head.named is not None
    looks = head.named.select.looks(state.variables, state.seen)
    source = state.variables[head.named.value]
    held, whole = source.values[:, None], SINGLE * float(effect.sum())
    least, most = np.where(looks, held, NONE).min(axis=-1), np.where(looks, held, -1).max(axis=-1)
    same = float(((most <= least) * effect).sum()) >= whole
    single = float(((looks.sum(axis=-1) <= 1) * effect).sum()) >= whole
    if same:
        return replace(head, same=True, single=single)
    values, count = np.unique(np.broadcast_to(held, looks.shape)[looks], return_counts=True)
    known = values[(values >= 0) & (count > 0)]
    return replace(head, counted=tuple(map(int, known)) if len(known) <= MOST_COUNTED else ())


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
