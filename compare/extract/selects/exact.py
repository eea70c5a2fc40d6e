"""The program itself in the net: its selects in the place of the patterns, everything else as the net has it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.patterns import one_strength, softmax
from compare.extract.selects.program import Head, State, in_blocks, with_named
from compare.extract.selects.relations import OTHERWISE, Atom, marks, others
from compare.extract.selects.soft import CONSTANT
from compare.extract.selects.steps import Placing
from compare.extract.selects.variables import Variable
from compare.step import Inputs, Step, Steps, Value

NUDGES = (0.8, -0.8, 0.4, -0.4, 0.2, -0.2, 0.1, -0.1)  # of a strength, towards the one that serves best
BESIDE = 3.0  # bits that say beside which keys a select has its strength
WHOLE = 0.9999  # of the answers, that nothing could keep more of
RESTS = 0.5  # of its pattern on what the other one looks at, below which a head rests
Served = Callable[[Steps], float]  # share of the net's answers on the fitted rows that stay with these steps in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Queries at which a head leaves its work to another one: those that hold some values; it looks elsewhere there."""

    variable: str
    size: int
    values: tuple[int, ...]
    elsewhere: str | Atom  # as a select's `otherwise`


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """Which head looks where; a head that the program does without may do the work of one that it has."""

    placing: Placing
    heads: tuple[Head, ...]
    needed: tuple[Head, ...]
    sharing: Mapping[str, Head]
    resting: Mapping[str, Rest]
    kept: float = 0.0  # share of the net's answers on the fitted rows

    @property
    def bits(self) -> float:
        """Of the strengths, of which head does whose work, and at which queries."""
        strengths = sum(CONSTANT + BESIDE for head in self.needed if head.strength is not None)
        shared = sum(1.0 + len(self.needed) for _ in self.sharing)
        return strengths + float(len(self.heads)) + shared + sum(1.0 + rest.size for rest in self.resting.values())

    def steps(self) -> Steps:
        """The selects as the patterns of the heads; other heads' means."""
        looking = {**{head.name: head for head in self.needed}, **self.sharing}
        found = []
        for head in self.heads:
            if head.name in looking:
                found.append(self._pattern(head, looking[head.name]))
            else:
                found.append(Step(name=head.name, formula="mean", compute=self._constant(head), holds=head.site))
        return tuple(found)

    def _pattern(self, head: Head, other: Head) -> Step:
        def compute(x: Inputs) -> Value:
            state, rest = below(self.placing, self.needed, head.layer, x), self.resting.get(head.name)
            return pattern(other, with_named(state, other, self.placing.frame) if rest else state, rest)

        site = f"head.{head.layer}.{head.number}.pattern"
        return Step(name=head.name, formula=str(other.named and other.named.select), compute=compute, holds=site)

    def _constant(self, head: Head) -> Callable[[Inputs], Value]:
        def compute(x: Inputs) -> Value:
            laid = self.placing.frame.laid(np.asarray(x))
            return np.broadcast_to(head.mean, (*laid.shape, len(head.mean))).astype(np.float32)

        return compute


def exact(placing: Placing, heads: Sequence[Head], needed: Sequence[Head], served: Served) -> Exact:
    """The program in the net, as it serves best: selects that stand alone or by one strength, and shared work."""
    begin = Exact(placing=placing, heads=tuple(heads), needed=tuple(needed), sharing={}, resting={})
    found = replace(begin, kept=served(begin.steps()))
    for other in _ways(begin):
        if found.kept >= WHOLE:
            break
        tried = other(found)
        kept = found.kept if tried is found else served(tried.steps())
        if kept > found.kept:
            found = replace(tried, kept=kept)
    return found


def _ways(begin: Exact) -> Iterator[Callable[[Exact], Exact]]:
    """A head by one strength, beside all other keys or some.

    Then a head that the program does without at one's work, and both of them at a share.
    """
    symbols = begin.placing.begun(begin.placing.reading.x[begin.placing.rows]).variables
    for number in range(len(begin.needed)):
        for beside in ("all", "first", "self", "last", *marks(symbols)):
            yield lambda found, number=number, beside=beside: _by_strength(found, number, beside)
        for more in NUDGES:
            yield lambda found, number=number, more=more: _nudged(found, number, more)
    names = [head.name for head in begin.needed]
    for head in begin.heads:
        if head.name in names or head.score is None:
            continue
        for number, other in enumerate(begin.needed):
            if other.layer == head.layer:
                yield lambda found, head=head, number=number: shared(found, head, number)
                yield lambda found, head=head, number=number: _parted(shared(found, head, number), head, number)


def _nudged(found: Exact, number: int, more: float) -> Exact:
    """Another strength, where the select has one."""
    head = found.needed[number]
    if head.strength is None:
        return found
    return _with(found, number, replace(head, strength=head.strength + more))


def _with(found: Exact, number: int, head: Head) -> Exact:
    return replace(found, needed=(*found.needed[:number], head, *found.needed[number + 1 :]))


def shared(found: Exact, head: Head, number: int) -> Exact:
    """The head does the work of one; neither it nor the one whose work it did before rests then."""
    before = found.sharing.get(head.name)
    awake = (head.name, before.name if before else "")
    resting = {name: rest for name, rest in found.resting.items() if name not in awake}
    return replace(found, sharing={**found.sharing, head.name: found.needed[number]}, resting=resting)


def _parted(found: Exact, head: Head, number: int) -> Exact:
    """Both heads rest at queries of the values at which they look elsewhere in the net."""
    other = found.needed[number]
    rests = {each.name: rest for each in (head, other) if (rest := _rest(found, each, other))}
    return replace(found, resting={**found.resting, **rests})


def _rest(found: Exact, head: Head, other: Head) -> Rest | None:
    """Of what the other's select reads and finds, the variable that says best where the head looks elsewhere."""
    placing = found.placing
    state = below(placing, found.needed, head.layer, placing.reading.x[placing.rows])
    state = with_named(state, other, placing.frame)
    known = (*(other.named.select.reads() if other.named else ()), *([other.name] if other.same else []))
    given = placing.reading.site(f"head.{head.layer}.{head.number}.pattern")[placing.rows]
    looks = _looks(other, state)
    live = (placing.weight[other.site] > 0) & looks.any(axis=-1)
    held = np.where(looks, given, 0.0).sum(axis=-1)[live]
    parts = {name: _parts(state.variables[name], held, live) for name in known}
    some = {name: said for name, (said, values) in parts.items() if values}
    if not some:
        return None
    variable = state.variables[min(some, key=some.__getitem__)]
    values = parts[variable.name][1]
    elsewhere = _elsewhere(given, live & np.isin(variable.values, values), state)
    return Rest(variable=variable.name, size=variable.size, values=values, elsewhere=elsewhere)


def _parts(
    variable: Variable, held: Float[np.ndarray, " n"], live: Bool[np.ndarray, "rows s"]
) -> tuple[float, tuple[int, ...]]:
    """What a variable's values leave unsaid of how much of a pattern is held, and those at which it is little."""
    number = variable.values[live] + 1
    times = np.bincount(number, minlength=variable.size + 1)
    mean = np.bincount(number, held, variable.size + 1) / np.maximum(times, 1)
    little = np.flatnonzero((mean < RESTS) & (times > 0)) - 1
    return float(((held - mean[number]) ** 2).sum()), tuple(map(int, little))


def _elsewhere(given: Float[np.ndarray, "rows s s"], at: Bool[np.ndarray, "rows s"], state: State) -> str | Atom:
    """What the pattern is nearest to at some queries."""

    def apart(way: str | Atom) -> float:
        return float(np.abs(given - spread(others(way, state.seen, state.variables), state.seen))[at].sum())

    return min((*OTHERWISE, *marks(state.variables)), key=apart)


def _by_strength(found: Exact, number: int, beside: str | Atom) -> Exact:
    """The select as one relation of a softmax: how many keys it finds is then how much of the pattern they have."""
    head, placing = found.needed[number], found.placing
    rows = placing.rows
    state = below(placing, found.needed, head.layer, placing.reading.x[rows])
    given = placing.reading.site(f"head.{head.layer}.{head.number}.pattern")[rows]
    looks, both = _beside(replace(head, beside=beside), state)
    mass = np.where(both, given, 0.0).sum(axis=-1)
    held = np.where(looks, given, 0.0).sum(axis=-1) / np.maximum(mass, 1e-9)
    even = looks.sum(axis=-1) / np.maximum(both.sum(axis=-1), 1)
    weight = (placing.weight[head.site] * mass).reshape(-1)
    _, strength = one_strength(held.reshape(1, -1), even.reshape(1, -1), weight / max(float(weight.sum()), 1e-30))
    return _with(found, number, replace(head, strength=float(strength[0]), beside=beside))


def below(placing: Placing, needed: Sequence[Head], layer: int, x: Inputs | Int[np.ndarray, "rows positions"]) -> State:
    """What the program knows below a layer."""
    state = placing.begun(x)
    for each in needed:
        if each.layer < layer:
            state = with_named(state, each, placing.frame)
    return state


def pattern(head: Head, state: State, rest: Rest | None = None) -> Float[np.ndarray, "rows s s"]:
    """The same for every key that the program looks at; beside others by the strength that the select has."""

    def made(part: State) -> np.ndarray:
        looks = _looks(head, part)
        if head.strength is not None:
            stronger, both = _beside(head, part)
            found = softmax(np.where(stronger, head.strength, 0.0), both).astype(np.float32)
        else:
            found = spread(looks, part.seen)
        if rest is None:
            return found
        idle = np.isin(part.variables[rest.variable].values, rest.values)[..., None]
        return np.where(idle, spread(others(rest.elsewhere, part.seen, part.variables), part.seen), found)

    return in_blocks(state, made)


def spread(looks: Bool[np.ndarray, "rows s s"], seen: Bool[np.ndarray, "rows s s"]) -> Float[np.ndarray, "rows s s"]:
    """Even over the keys, over all that are seen where there is none."""
    even = np.where(looks.any(axis=-1, keepdims=True), looks, seen).astype(np.float32)
    return even / np.maximum(even.sum(axis=-1, keepdims=True), 1)


def _beside(head: Head, state: State) -> tuple[Bool[np.ndarray, "rows s s"], Bool[np.ndarray, "rows s s"]]:
    """The keys that have the strength, and these with those beside which they have it, which have none."""
    looks, held = _looks(head, state), others(head.beside, state.seen, state.variables)
    return (looks if head.beside == "all" else looks & ~held), looks | held


def _looks(head: Head, state: State) -> np.ndarray:
    assert head.named is not None
    return head.named.select.looks(state.variables, state.seen)
