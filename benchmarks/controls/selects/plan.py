"""From a program over sequences to the parts of a transformer, by the values that its sequences take on given rows.

Every sequence of the program is a function of one-hot variables: a function of items is read off the variable that is
there; a function of two variables takes an MLP; what a selector gives takes a head. Where a selector looks at nothing,
the head looks at the first position, whose symbol is 0, as the value of nothing is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Int

from benchmarks.controls.selects.heads import Scores, scored
from benchmarks.controls.selects.parts import BEGIN, Base, Head, Looking, Parts, Units, View
from benchmarks.controls.selects.words import refused
from synth.language.batches import on_batches
from synth.language.macro import part
from synth.language.program import Apply, Lambda, Program, Terminal, closure
from synth.language.xp import NUMPY

AMPLITUDE = 16.0  # of shares and means in the stream, so that what reads them is as small as what reads one-hot values
FIRST, LAST, LEAST, GREATEST = "first_of", "last_of", "least_of", "greatest_of"


@dataclass(slots=True)
class Planner:
    """What is known while a program is compiled; from rows with their lengths."""

    program: Program
    rows: Int[np.ndarray, "n time"]
    lengths: Int[np.ndarray, " n"]
    relative: bool  # positions are told apart by distance where that does
    triangular: bool  # the net sees all keys, and a table of positions says which are causal
    bases: dict[str, Base]
    heads: list[Head] = field(default_factory=list)
    units: list[Units] = field(default_factory=list)
    views: dict[int, View] = field(default_factory=dict)
    looked: dict[int, Looking] = field(default_factory=dict)
    most: bool = False

    @property
    def token(self) -> Base:
        return self.bases["token"]

    def plan(self) -> Parts:
        answer = self.view(len(self.program.nodes) - 1)
        narrow = all(each.causal or (each.offsets and max(each.offsets) <= 0) for each in self.looked.values())
        causal = narrow and not self.triangular
        used = {answer.base, self.token}.union(
            *([h.source, h.out, *(b for t in h.terms for b in (t.query, t.key))] for h in self.heads)
        )
        used = used.union(*([each.out, *(base for base, _ in each.reads)] for each in self.units))
        bases = tuple(base for base in self.bases.values() if base in used)
        seen = self.values(len(self.program.nodes) - 1)[self.inside]
        answers = (int(seen.min(initial=0)), int(seen.max(initial=0)))
        return Parts(answers, bases, tuple(self.heads), tuple(self.units), answer, self.most, causal)

    def values(self, place: int) -> np.ndarray:
        """Of a node, at every position of the rows."""
        return on_batches(part(self.program.nodes, place), {self.name: self.rows}, self.lengths)

    @property
    def name(self) -> str:
        return self.program.terminals[0].name

    @property
    def within(self) -> np.ndarray:
        """The positions before the blanks."""
        return np.arange(self.rows.shape[1]) < self.lengths[:, None]

    @property
    def inside(self) -> np.ndarray:
        """Those that count: where it may, the first one does as well."""
        return self.within & (np.arange(self.rows.shape[1]) > 0)

    def base(self, name: str, size: int, stage: int) -> Base:
        made = Base(f"{name}{len(self.bases)}", size, stage)
        self.bases[made.name] = made
        return made

    def view(self, place: int) -> View:
        """The variable that holds a sequence."""
        if place not in self.views:
            self.views[place] = self._view(place)
        return self.views[place]

    def _view(self, place: int) -> View:
        node = self.program.nodes[place]
        if isinstance(node, Terminal):
            return View(self.token, tuple(range(self.token.size)))
        assert isinstance(node, Apply)
        name = node.primitive.name
        if name in ("indices", "to_end"):
            return View(self.position(name), tuple(range(self.rows.shape[1])))
        if name == "fill":
            return View(self.token, (int(self.number(node.args[0])),) * self.token.size)
        if name == "length_seq":
            one, other = (View(base, tuple(range(base.size))) for base in map(self.position, ("indices", "to_end")))
            return self.joined(one, other, lambda x, y: x + y + 1)
        if name == "map_seq":
            inner = self.view(node.args[1])
            return View(inner.base, as_values(self.function(node.args[0])(np.array(inner.values))))
        if name in ("zip_seq", "compare_seq"):
            return self.joined(self.view(node.args[1]), self.view(node.args[2]), self.function(node.args[0]))
        if name == "selector_width":
            return self.width(place, node.args[0])
        if name in ("aggregate", "aggregate_else"):
            return self.aggregate(place, node.args[-2], node.args[-1])
        if name == "most_common":
            return self.commonest(place, node.args[0], node.args[1])
        raise refused(part(self.program.nodes, place), "sequences of the library's primitives")

    def number(self, place: int) -> Any:
        return part(self.program.nodes, place).run({"": np.zeros(1)})[0]

    def function(self, place: int) -> Callable[..., Any]:
        node = self.program.nodes[place]
        if isinstance(node, Lambda):
            return closure(NUMPY, node, {}, 0)
        assert isinstance(node, Apply)
        return node.primitive.run(NUMPY)

    def position(self, name: str) -> Base:
        return self.bases.setdefault(name, Base(name, self.rows.shape[1], 0))

    # what one layer's MLP does

    def joined(self, one: View, other: View, f: Callable[..., Any]) -> View:
        """A function of two sequences: read off where one variable holds both, otherwise a unit a pair of values."""
        if one.base == other.base:
            return View(one.base, as_values(f(np.array(one.values), np.array(other.values))))
        pairs = [(x, y) for x in sorted(set(one.values)) for y in sorted(set(other.values))]
        results = [int(f(np.array(x), np.array(y))) for x, y in pairs]
        levels = sorted(set(results))
        layer = max(one.base.stage, other.base.stage) // 2
        out = self.base("pair", len(levels), 2 * layer + 2)
        reads = tuple(
            (view.base, 2.0 * (np.array(view.values)[:, None] == np.array([pair[i] for pair in pairs])))
            for i, view in enumerate((one, other))
        )
        writes = np.array(results)[:, None] == np.array(levels)
        bias = np.full(len(pairs), -3.0)
        self.units.append(Units(layer, reads, bias, writes.astype(float), np.zeros(len(levels)), out))
        return View(out, tuple(levels))

    def counted(
        self, place: int, selector: int, given: View, how: Scores, levels: np.ndarray, results: np.ndarray
    ) -> View:
        """A head that writes a number, which takes these levels, and a step function of it, which gives the results."""
        known = told(levels[self.within], results[self.within]) or told(levels[self.inside], results[self.inside])
        if known is None:
            raise refused(part(self.program.nodes, place), "counts that the share of the first key tells apart")
        jumps = [(a, b, x, y) for (a, x), (b, y) in pairwise(known) if x != y]
        slopes = np.array([1 / (a - b) for a, b, *_ in jumps])
        starts = np.array([a for a, *_ in jumps])
        middle = float((slopes**2 * starts).sum() / (slopes**2).sum()) if jumps else 0.0  # the smallest biases
        column = AMPLITUDE * (np.array(given.values, float)[:, None] - middle)
        scalar = self.head(selector, given.base, column, "share" if how is Scores.COUNTED else "mean", how)
        return self.stepped(scalar, slopes, slopes * (starts - middle), [known[0][1], *(y for *_, y in jumps)])

    def stepped(self, scalar: Base, slopes: np.ndarray, starts: np.ndarray, results: list[int]) -> View:
        """From the first result one step down to each of the others, two units a step.

        They are silent above their step: what counts keys are shares 1 / (1 + keys), whose steps are the steeper the
        smaller they are, so that no unit is ever driven far by a share to which its step says nothing.
        """
        values = sorted(set(results))
        out = self.base("step", len(values), 2 * (scalar.stage // 2) + 2)
        hot = np.array(results)[:, None] == np.array(values)
        changes = np.diff(hot.astype(float), axis=0)
        reads = np.concatenate([-slopes, -slopes])[None] / AMPLITUDE
        bias, writes = np.concatenate([starts, starts - 1]), np.concatenate([changes, -changes])
        self.units.append(Units(scalar.stage // 2, ((scalar, reads),), bias, writes, hot[0].astype(float), out))
        return View(out, tuple(values))

    # what heads do

    def looking(self, place: int) -> Looking:
        if place not in self.looked:
            self.looked[place] = self._looking(place)
        return self.looked[place]

    def _looking(self, place: int) -> Looking:
        node = self.program.nodes[place]
        assert isinstance(node, Apply)
        name, program = node.primitive.name, part(self.program.nodes, place)
        if name == "select":
            return self.select(node)
        inner = self._looking(node.args[0])
        if name in ("causal", "earlier") and not inner.ranks:
            return self.causal(inner, earlier=name == "earlier")
        if name in (FIRST, LAST):
            return replace(inner, ranks=(*inner.ranks, (None, 1 if name == LAST else -1)))
        if name in (LEAST, GREATEST):
            return replace(inner, ranks=(*inner.ranks, (self.view(node.args[1]), 1 if name == GREATEST else -1)))
        if name == "selector_not" and len(inner.pairs) == 1 and not (inner.offsets or inner.ranks or inner.causal):
            query, key, table = inner.pairs[0]
            return Looking(pairs=((query, key, ~table),))
        if name in ("selector_and", "selector_or"):
            return self.both(name, inner, self._looking(node.args[1]), program)
        raise refused(program, "selectors of one table, of causal ones first what is causal, or of all of several")

    def causal(self, inner: Looking, *, earlier: bool) -> Looking:
        if self.relative and not self.triangular:
            return replace(inner, causal=True, earlier=inner.earlier or earlier)
        if not (self.triangular or earlier):
            return replace(inner, causal=True)
        places = self.position("indices")
        table = np.tri(places.size, k=-1 if earlier else 0, dtype=bool)
        return replace(inner, causal=True, pairs=(*inner.pairs, (places, places, table)))

    def both(self, name: str, one: Looking, other: Looking, program: Program) -> Looking:
        if one.ranks or other.ranks:
            raise refused(program, "the first, last, least or greatest of a selector that is joined before")
        same = [len(each.pairs) == 1 and not (each.offsets or each.earlier) for each in (one, other)]
        if all(same) and one.pairs[0][:2] == other.pairs[0][:2] and one.causal == other.causal:
            (query, key, left), right = one.pairs[0], other.pairs[0][2]
            return replace(one, pairs=((query, key, left & right if name == "selector_and" else left | right),))
        if name == "selector_or":
            raise refused(program, "selectors of the same two sequences where either may hold")
        offsets = (*one.offsets, *other.offsets)
        pairs = (*one.pairs, *other.pairs)
        return Looking(pairs, offsets, (), one.causal or other.causal, one.earlier or other.earlier)

    def select(self, node: Apply) -> Looking:
        f, keys, queries = self.function(node.args[0]), self.view(node.args[1]), self.view(node.args[2])
        table = np.asarray(f(np.array(keys.values)[None, :], np.array(queries.values)[:, None]), bool)
        table = np.broadcast_to(table, (queries.base.size, keys.base.size))
        if table.all():
            return Looking()
        if self.relative and keys.base.name == queries.base.name == "indices":
            found = offset_of(table)
            if found is not None:
                return Looking(offsets=(found,))
        return Looking(pairs=((queries.base, keys.base, table),))

    def head(self, selector: int, source: Base, value: np.ndarray, out: str, how: Scores) -> Base:
        looking = self.looking(selector)
        used = [source, *(base for query, key, _ in looking.pairs for base in (query, key))]
        used += [view.base for view, _ in looking.ranks if view is not None]
        layer = (max(base.stage for base in used) + 1) // 2
        made = self.base(out, value.shape[1], 2 * layer + 1)
        starts = {base.name: self.at_begin(base) for _, base, _ in looking.pairs}
        terms, distances = scored(looking, how, starts, self)
        self.heads.append(Head(layer, terms, distances, source, value, made))
        return made

    def at_begin(self, base: Base) -> int:
        """The direction of a base that is on at the first position."""
        if base.name in ("token", "indices"):
            return BEGIN
        if base.name == "to_end" and len(set(self.lengths)) == 1:
            return int(self.lengths[0]) - 1
        places = [place for place, view in self.views.items() if view.base == base]
        view = min((self.views[place] for place in places), key=lambda view: -len(set(view.values)))
        found = set(self.values(next(p for p in places if self.views[p] is view))[:, 0].tolist())
        if len(found) != 1 or len(set(view.values)) < len(view.values):
            raise refused(self.program, "keys of one value at the first position")
        return view.values.index(found.pop())

    def aggregate(self, place: int, selector: int, values: int) -> View:
        """A copy of the only value that is looked at, or the mean of several, which an MLP rounds."""
        given, results = self.view(values), self.values(place)
        looks = on_batches(part(self.program.nodes, selector), {self.name: self.rows}, self.lengths)
        items = np.where(looks, self.values(values)[:, None, :], 0)
        width = looks.sum(axis=-1)
        low = np.where(looks, items, 2**62).min(axis=-1)
        high = np.where(looks, items, -(2**62)).max(axis=-1)
        if ((low == high) | (width == 0))[self.inside].all():
            kept = sorted(set(results[self.within].tolist()))
            table = np.array(given.values)[:, None] == np.array(kept)
            out = self.head(selector, given.base, table.astype(float), "copy", Scores.NOTHING)
            return View(out, tuple(kept))
        nothing = float(np.array(given.values)[self.at_begin(given.base)])
        means = np.where(width == 0, nothing, items.sum(axis=-1) / np.maximum(width, 1))
        return self.counted(place, selector, given, Scores.NOTHING, means, results)

    def width(self, place: int, selector: int) -> View:
        """The first key is always looked at; its share says how many others are."""
        results = self.values(place)
        looks = on_batches(part(self.program.nodes, selector), {self.name: self.rows}, self.lengths)
        others = results - looks[:, :, 0]
        marks = View(self.token, tuple(int(symbol == BEGIN) for symbol in range(self.token.size)))
        shares = 1 / (1 + others)
        return self.counted(place, selector, marks, Scores.COUNTED, shares, results)

    def commonest(self, place: int, selector: int, values: int) -> View:
        if place != len(self.program.nodes) - 1:
            raise refused(self.program, "the most common value as the answer itself")
        given = self.view(values)
        kept = sorted(set(given.values))
        table = np.array(given.values)[:, None] == np.array(kept)
        self.most = True
        return View(self.head(selector, given.base, table.astype(float), "share", Scores.NOTHING), tuple(kept))


def told(levels: np.ndarray, results: np.ndarray) -> list[tuple[float, int]] | None:
    """Each level with its result, from the largest level; None where a level has several."""
    known = sorted({*zip(levels.round(9).tolist(), results.tolist(), strict=True)}, reverse=True)
    return known if len({level for level, _ in known}) == len(known) else None


def as_values(values: Any) -> tuple[int, ...]:
    return tuple(np.asarray(values).astype(np.int64).tolist())


def offset_of(table: np.ndarray) -> int | None:
    """The one d such that a query looks at the key d places on, where there is one."""
    queries, keys = np.nonzero(table)
    found = set((keys - queries).tolist())
    if len(found) != 1:
        return None
    d = found.pop()
    return d if len(keys) == len(table) - abs(d) else None
