"""Two machines of any size, by induction: what holds at the start and after every step, proven by z3.

What might hold is read off the states that random inputs lead to, then what one step breaks is dropped until nothing
more is (Cormac Flanagan and Rustan Leino, "Houdini, an annotation assistant for ESC/Java", 2001).
"""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compare.same.answer import Answer, Equal, Undecided
from compare.same.draws import draws
from compare.same.machine import Plain
from compare.same.question import Argument, Question, constants, many, with_numbers
from compare.same.transducer import Item, State, Transducer, transducer
from synth.language.primitive import Primitive
from synth.language.program import Lambda, Node, Terminal
from synth.language.types import BOOL, INT, MODULUS, carrier, is_vector, plain
from synth.proofs.smt import Patience, Proved, Refuted, Smt, installed

HOW = "by induction"
RUNS = 40  # random inputs
MOST = 400  # claims about states
MODULI = (2, 3, 4, 5, 7)
LINEAR = 40  # states that linear equations are read off
CASES = 32  # values of numbers that are taken one by one

Flat = tuple[Any, ...]  # the states of both machines, one after another


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that may hold of two machines' states."""

    text: str
    holds: Callable[[Any, Flat], Any]  # of words and a state


class Symbols:
    """A solver's expressions."""

    def __init__(self, smt: Smt) -> None:
        self.smt = smt

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        return self.smt.choose(condition, one, other)

    def maximum(self, one: Any, other: Any) -> Any:
        return self.where(one > other, one, other)

    def minimum(self, one: Any, other: Any) -> Any:
        return self.where(one < other, one, other)

    def every(self, conditions: list[Any]) -> Any:
        return self.smt.every([self.smt.held(each) for each in conditions])

    def call(self, primitive: Primitive, values: list[Any]) -> Any:
        return self.smt.apply(primitive, [self.smt.held(value) for value in values])

    def function(self, node: Node, numbers: Mapping[str, Any]) -> Any:
        if isinstance(node, Lambda):
            names = [word.name for word in node.parameters]
            return lambda *given: self.smt.expression(
                node.body, {**numbers, **{n: self.smt.held(v) for n, v in zip(names, given, strict=True)}}
            )
        if isinstance(node, Terminal):
            raise ValueError(f"{node.name} is a function")
        return node.primitive.run(self)


def decide(question: Question) -> Answer | Undecided:
    """Equal where what holds of all states that can be reached says that the answers agree."""
    machines = [transducer(program) for program in question.programs]
    refused = next((each for each in machines if isinstance(each, str)), None)
    if refused or not any(is_vector(argument.type) for argument in question.arguments):
        return Undecided(why=refused or "no argument is read item by item")
    if not installed():
        return Undecided(why="z3 is not installed; run `pip install 'synthnet[smt]'`")
    try:
        return each_case(question)
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:  # a part that has no symbolic face
        return Undecided(why=f"no induction: {' '.join(str(error).split())[:200]}")


def each_case(question: Question) -> Answer | Undecided:
    """The induction, one after another for each value of numbers that have few."""
    few = [each for each in question.arguments if each.type == INT and each.values is not None]
    if not few or math.prod(many(each.values or ()) for each in few) > CASES:
        return induction(question)
    found: Answer | Undecided = Undecided(why="there is no case")
    for values in itertools.product(*(each.values or () for each in few)):
        fixed = {each.name: value for each, value in zip(few, values, strict=True)}
        one, other = (with_numbers(program, fixed) for program in question.programs)
        rest = tuple(each for each in question.arguments if each.name not in fixed)
        found = induction(replace(question, one=one, other=other, arguments=rest))
        if not isinstance(found, Equal):
            return found
    return found


def induction(question: Question) -> Answer | Undecided:
    machines = [transducer(program) for program in question.programs]
    one, other = (each for each in machines if isinstance(each, Transducer))
    return Induction(question, (one, other)).decide()


class Induction:
    """Both machines over z3's constants: a state of any kind, the next items, and what a step makes of them."""

    def __init__(self, question: Question, machines: tuple[Transducer, Transducer]) -> None:
        self.question, self.machines = question, machines
        self.until = time.monotonic() + question.seconds
        self.seen = list(visited(question, machines))
        self.smt = Smt((), Patience(until=self.until))
        self.words = Symbols(self.smt)
        self.numbers = {each.name: self.variable(each.name, each.type) for each in self.scalars}
        self.letter = {each.name: self.item(each) for each in self.vectors}
        begun = [machine.begin(self.words, self.numbers) for machine in machines]
        self.kept = [values for values, _ in begun]
        stay = tuple(self.numbers[each.name] for each in integers(question))
        own = len(self.seen[0]) - len(stay)
        self.start = (*flat([state for _, state in begun]), *stay)
        self.state = (*(self.like(i, value) for i, value in enumerate(self.seen[0][:own])), *stay)
        self.after, self.answers = self.step(self.state, self.letter)

    @property
    def scalars(self) -> list[Argument]:
        return [each for each in self.question.arguments if not is_vector(each.type)]

    @property
    def vectors(self) -> list[Argument]:
        return [each for each in self.question.arguments if is_vector(each.type)]

    def variable(self, name: str, kind: Any) -> Any:
        if plain(carrier(kind)) not in (INT, BOOL, MODULUS):
            raise ValueError(f"{name} is of type {kind}")
        constant = self.smt.constant(Terminal(name, kind))
        self.smt.variables[name] = constant
        return constant

    def item(self, argument: Argument) -> Item:
        """Whether there is a next item, where there are several vectors; and which."""
        there = self.variable(f"{argument.name} goes on", BOOL) if len(self.vectors) > 1 else True
        return Item(there, self.variable(argument.name, INT))

    def like(self, place: int, value: Any) -> Any:
        return self.variable(f"state {place}", BOOL if isinstance(value, bool) else INT)

    def step(self, state: Flat, letter: Mapping[str, Item]) -> tuple[Flat, tuple[Any, Any]]:
        states = unflat(state, self.machines)
        results = [
            machine.step(self.words, kept, own, letter)
            for machine, kept, own in zip(self.machines, self.kept, states, strict=True)
        ]
        after = flat([own for own, _ in results])
        return (*after, *state[len(after) :]), (results[0][1], results[1][1])

    def given(self) -> list[Any]:
        """That arguments and items are in their ranges."""
        found = []
        for each in self.question.arguments:
            word = self.letter[each.name].value if each.name in self.letter else self.numbers[each.name]
            if each.values is not None and plain(each.type) != BOOL:
                found.append(self.within(word, each.values))
            elif each.modulus is not None:
                found += [word >= 0, word < self.numbers[each.modulus]]
            elif each.type == MODULUS:
                found.append(word >= 1)
        return found

    def within(self, word: Any, values: Sequence[int]) -> Any:
        if isinstance(values, range) and values.step == 1:
            return self.smt.every([word >= values[0], word <= values[-1]])
        return self.smt.negation(self.smt.every([self.smt.negation(word == value) for value in values]))

    def decide(self) -> Answer | Undecided:
        likely = [claim for claim in claims_of(self.question, self.seen) if fits(claim, self.seen)]
        claims = self.closed(likely[:MOST])
        if claims is None:
            return Undecided(why="the time was spent before the induction was done")
        held = [claim.holds(self.words, self.state) for claim in claims]
        found = self.smt.refute([*self.given(), *held, self.smt.negation(self.agree())], self.question.seconds)
        if isinstance(found, Proved) and self.begins():
            return Equal(how=HOW, sentence=f"equal, by induction over the items (z3){invariant(claims)}")
        return Undecided(why="no induction was found that shows their answers to agree")

    def closed(self, claims: list[Claim]) -> list[Claim] | None:
        """Those that hold at the start and that a step keeps, all of them together; None where time runs out."""
        kept = self.dropped(claims, [], self.start)
        while kept is not None:
            held = [claim.holds(self.words, self.state) for claim in kept]
            before, kept = kept, self.dropped(kept, held, self.after)
            if kept is not None and len(kept) == len(before):
                return kept
        return None

    def dropped(self, claims: list[Claim], held: list[Any], state: Flat) -> list[Claim] | None:
        """The claims that follow for a state from what is given and held."""
        while claims:
            goals = [self.smt.held(claim.holds(self.words, state)) for claim in claims]
            found = self.smt.refute(
                [*self.given(), *held, self.smt.negation(self.smt.every(goals))], self.question.seconds
            )
            if isinstance(found, Proved):
                return claims
            if not isinstance(found, Refuted):
                return None
            at = self.smt.substituted(goals, found.inputs)
            claims = [claim for claim, holds in zip(claims, at, strict=True) if holds]
        return claims

    def agree(self) -> Any:
        return self.alike(*self.answers)

    def alike(self, one: Any, other: Any) -> Any:
        if not isinstance(one, Item):
            return self.smt.held(one) == self.smt.held(other)
        there = self.smt.held(one.there) == self.smt.held(other.there)
        equal = self.smt.held(one.value) == self.smt.held(other.value)
        return self.smt.every([there, self.words.where(one.there, equal, self.smt.held(True))])

    def begins(self) -> bool:
        """Whether the answers for no items at all agree."""
        nothing = {each.name: Item(False, 0) for each in self.vectors}
        _, answers = self.step(tuple(map(self.smt.held, self.start)), nothing)
        found = self.smt.refute([*self.given(), self.smt.negation(self.alike(*answers))], self.question.seconds)
        return isinstance(found, Proved)


def integers(question: Question) -> list[Argument]:
    """The arguments that are numbers: they stay as they are, behind the states."""
    return [each for each in question.arguments if plain(carrier(each.type)) in (INT, MODULUS)]


def visited(question: Question, machines: tuple[Transducer, Transducer]) -> Iterator[Flat]:
    """States that random inputs lead to, with the arguments that are numbers."""
    words, rng = Plain(), np.random.default_rng([question.seed, 5])
    for row in draws(question, RUNS, rng):
        given = dict(zip(question.names, row, strict=True))
        lists = {each.name: given[each.name] for each in question.arguments if is_vector(each.type)}
        begun = [machine.begin(words, given) for machine in machines]
        states = [state for _, state in begun]
        stay = tuple(given[each.name] for each in integers(question))
        yield (*flat(states), *stay)
        for time_ in range(max(map(len, lists.values()), default=0)):
            letter = {
                name: Item(True, values[time_]) if time_ < len(values) else Item(False, 0)
                for name, values in lists.items()
            }
            states = [
                machine.step(words, kept, state, letter)[0]
                for machine, (kept, _), state in zip(machines, begun, states, strict=True)
            ]
            yield (*flat(states), *stay)


def flat(states: Sequence[State]) -> Flat:
    return tuple(value for state in states for part in state for value in part)


def unflat(values: Flat, machines: tuple[Transducer, Transducer]) -> list[State]:
    """The states of two machines from their values one after another."""
    rest, states = iter(values), []
    for machine in machines:
        states.append(tuple(tuple(next(rest) for _ in range(size)) for size in machine.sizes))
    return states


def fits(claim: Claim, seen: Sequence[Flat]) -> bool:
    words = Plain()
    return all(claim.holds(words, state) for state in seen)


def claims_of(question: Question, seen: Sequence[Flat]) -> Iterator[Claim]:
    """What may hold, the plainest first: of one value, then of two."""
    named = constants(question)
    limits = sorted({value + step for value in named for step in (-1, 0, 1)} | {0, 1})
    moduli = sorted({value for value in named if value > 1} | set(MODULI))
    places = range(len(seen[0]))
    truths = [place for place in places if isinstance(seen[0][place], bool)]
    whole = [place for place in places if place not in truths]
    for i in whole:
        yield from (Claim(f"s{i} >= {c}", lambda words, s, i=i, c=c: s[i] >= c) for c in limits)
        yield from (Claim(f"s{i} <= {c}", lambda words, s, i=i, c=c: s[i] <= c) for c in limits)
    for i, j in itertools.combinations(truths, 2):
        yield Claim(f"s{i} = s{j}", lambda words, s, i=i, j=j: s[i] == s[j])
    yield from linear(whole, seen)
    for i, j in itertools.permutations(whole, 2):
        yield from pairs(i, j, limits, moduli)
    for t in truths:
        for i in whole:
            yield Claim(f"s{t} or s{i} = 0", lambda words, s, t=t, i=i: words.where(s[t], True, s[i] == 0))
        for i, j in itertools.permutations(whole, 2):
            yield Claim(
                f"s{i} = s{j} where s{t}", lambda words, s, t=t, i=i, j=j: words.where(s[t], s[i] == s[j], True)
            )


def linear(whole: Sequence[int], seen: Sequence[Flat]) -> Iterator[Claim]:
    """The linear equations that all states satisfy (Michael Karr, "Affine relationships", 1976, on samples)."""
    import sympy

    rows = list(dict.fromkeys(tuple(state[i] for i in whole) for state in seen))[-LINEAR:]
    if not rows or not whole:
        return
    for vector in sympy.Matrix([[*row, 1] for row in rows]).nullspace():
        scale = math.lcm(*(int(entry.q) for entry in vector))
        *factors, constant = (int(entry * scale) for entry in vector)
        terms = [(factor, i) for factor, i in zip(factors, whole, strict=True) if factor]
        if len(terms) > 1:
            text = f"{' + '.join(f'{factor} s{i}' for factor, i in terms)} = {-constant}".replace("+ -", "- ")
            yield Claim(text, lambda words, s, terms=terms, c=constant: sum(f * s[i] for f, i in terms) == -c)


def pairs(i: int, j: int, limits: Sequence[int], moduli: Sequence[int]) -> Iterator[Claim]:
    """What may hold of two numbers."""
    if i < j:
        yield Claim(f"s{i} = s{j}", lambda words, s: s[i] == s[j])
        yield Claim(f"s{i} = -s{j}", lambda words, s: s[i] == -s[j])
        yield from (Claim(f"s{i} = s{j} mod {m}", lambda words, s, m=m: s[i] % m == s[j] % m) for m in moduli)
    yield Claim(f"s{i} <= s{j}", lambda words, s: s[i] <= s[j])
    yield from (Claim(f"s{i} = s{j} mod {m}", lambda words, s, m=m: s[i] == s[j] % m) for m in moduli)
    yield from (Claim(f"s{i} = s{j} + {c}", lambda words, s, c=c: s[i] == s[j] + c) for c in limits if c)
    for c in limits:
        yield Claim(f"s{i} = min(s{j}, {c})", lambda words, s, c=c: s[i] == words.where(s[j] < c, s[j], c))
        yield Claim(f"s{i} = max(s{j}, {c})", lambda words, s, c=c: s[i] == words.where(s[j] > c, s[j], c))
        yield Claim(f"s{i} = [s{j} >= {c}]", lambda words, s, c=c: s[i] == words.where(s[j] >= c, 1, 0))


def invariant(claims: Sequence[Claim]) -> str:
    """Some equations of two values, in a sentence."""
    telling = [claim.text for claim in claims if claim.text.count("s") > 1 and "<" not in claim.text]
    few = list(dict.fromkeys(telling))[:3]
    return f": {', '.join(few)} always, of the numbers s0, s1, ... that they remember" if few else ""
