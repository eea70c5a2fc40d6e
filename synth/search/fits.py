"""Programs whose constants the examples give: affine maps, thresholds between answers, and choices among such maps.

An affine map is solved for on rows that stand together, and kept where it is right on more rows than it has constants;
a threshold stands between two values that the answers part.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from synth.language.derive import derivations
from synth.language.listed import allowed, word
from synth.language.program import Apply, Program, Terminal, apply
from synth.language.types import BOOL, INT, carrier, plain
from synth.library.arith import ADD, MUL, NEG, SUB
from synth.library.boolean import AND, NOT, OR
from synth.library.choice import EQ, IF_INT, LE, LT
from synth.search.question import Answer, Question
from synth.search.unify.loops import pack
from synth.search.unify.masks import everything
from synth.search.unify.pick import pick_terms, pick_tests
from synth.search.unify.tree import Leaf, Tree, grow

ROWS = 96  # examples that are looked at; the answer is checked on all
TERMS = 16  # affine maps: those that are right most often
TESTS = 400
PAIRS = 200  # tests that are joined by and, or
SECONDS = 0.2  # for a tree
GRACE = 0.5  # seconds that there are for it even where the search has none left
BIG = 2**52  # numbers beyond are not solved for in floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A program in the language, where it holds or is right, and its cost in eighths of a bit."""

    program: Program
    mask: Bool[np.ndarray, " rows"]
    cost: int


def fit(question: Question, limit: int) -> Answer | None:
    """The cheapest program of this kind below the limit; None where there is none, or no constants may be written."""
    language = question.bank.language
    names = [n for n in language.terminals if carrier(n.type) == INT and question.columns[n.name].ndim == 1]
    if INT not in [plain(kind) for kind in allowed(language)] or question.kind not in (INT, BOOL) or not names:
        return None
    count = len(question.answers)
    places = np.unique(np.linspace(0, count - 1, min(count, ROWS)).astype(int))
    columns, wanted = question.at(places), question.answers[places]
    until = time.monotonic() + max(GRACE, question.bank.meter.left)
    fitting = Fitting(question=question, names=tuple(names), columns=columns, wanted=wanted, until=until)
    found = fitting.truths() if question.kind == BOOL else fitting.numbers()
    best: Answer | None = None
    for program in found:
        if time.monotonic() > until:
            break
        written = fitting.written(program)
        if written is None or written[0] >= (best.cost if best else limit) or len(question.wrong(written[1])):
            continue
        best = Answer(program=written[1], cost=written[0], how="fitting constants")
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """One question on some of its rows."""

    question: Question
    names: tuple[Terminal, ...]
    columns: dict[str, np.ndarray]
    wanted: np.ndarray
    until: float  # by time.monotonic; what is found by then is used

    def written(self, *forms: Program) -> tuple[int, Program] | None:
        """The cheapest of equal programs in the language, with its cost."""
        known = [made for form in forms if (made := self._derived(form)) is not None]
        return min(known, key=cost, default=None)

    def _derived(self, form: Program) -> tuple[int, Program] | None:
        """As the goal where it has its type, otherwise as any part of that type."""
        found, goal = derivations(self.question.bank.language, form)[-1], self.question.kind
        if plain(form.type) == plain(goal):
            return found.get(goal)
        return min((each for asked, each in found.items() if plain(asked) == plain(form.type)), default=None, key=cost)

    def literal(self, value: int) -> Program:
        """A constant; a negation where the language has no negative ones."""
        if value < 0 and not self.question.bank.language.further:
            return apply(NEG, self.literal(-value))
        kind = next(kind for kind in allowed(self.question.bank.language) if plain(kind) == INT)
        return Program((Apply(word(self.question.bank.language, kind, value), ()),))

    def truths(self) -> Iterator[Program]:
        """Comparisons with constants that are the answers, and pairs of them."""
        tests = self.tests(self.wanted[:, None])
        for test in tests:
            if (test.mask == self.wanted).all():
                yield test.program
            if (test.mask != self.wanted).all():
                yield apply(NOT, test.program)
        few = sorted(tests, key=lambda test: test.cost)[:PAIRS]
        sides = [(t.program, t.mask) for t in few] + [(apply(NOT, t.program), ~t.mask) for t in few]
        masks = np.array([mask for _, mask in sides], dtype=bool).reshape(len(sides), len(self.wanted))
        for joint, primitive in ((masks[:, None] & masks, AND), (masks[:, None] | masks, OR)):
            hits = np.argwhere((joint == self.wanted).all(axis=2))
            for one, other in hits[hits[:, 0] < hits[:, 1]][:PAIRS]:
                yield apply(primitive, sides[one][0], sides[other][0])

    def numbers(self) -> Iterator[Program]:
        """Affine maps, alone or chosen among by comparisons with constants."""
        terms = self.maps()
        for term in terms:
            if term.mask.all():
                yield term.program
        if not terms or not np.logical_or.reduce([term.mask for term in terms]).all():
            return
        label = np.array([term.mask for term in terms]).T
        tests = self.tests(label)
        rows = len(self.wanted)
        choice = next((p for p in self.question.bank.language.primitives if p.python == IF_INT.python), None)
        if not tests or choice is None:
            return
        prices = self.question.bank.language.costs.values()
        extra = min((words[choice.name] for words in prices if choice.name in words), default=0)
        compiled = self.question.bank.compiled
        leaves = pick_terms(pack(label, compiled), np.array([t.cost for t in terms]), rows, compiled=compiled)
        masks = pack(np.array([test.mask for test in tests]).T, compiled)
        order = np.argsort([test.cost for test in tests], kind="stable")
        splits = pick_tests(masks[order], np.array([tests[i].cost + extra for i in order]), rows, compiled=compiled)
        grown = grow(everything(rows), leaves, splits, seconds=SECONDS, compiled=compiled)
        if grown.tree is not None:
            yield self.tree(grown.tree, [terms[i] for i in leaves.places], [tests[order[i]] for i in splits.places])

    def tree(self, tree: Tree, terms: Sequence[Piece], tests: Sequence[Piece]) -> Program:
        if isinstance(tree, Leaf):
            return terms[tree.term].program
        yes, no = self.tree(tree.yes, terms, tests), self.tree(tree.no, terms, tests)
        return apply(IF_INT, tests[tree.test].program, yes, no)

    def maps(self) -> list[Piece]:
        """Affine maps that are right on more rows than they have constants, most often right first."""
        inputs = np.stack([self.columns[n.name] for n in self.names] + [np.ones(len(self.wanted), np.int64)], axis=1)
        if np.abs(inputs).max() > BIG or np.abs(self.wanted).max() > BIG:
            return []
        size, found = inputs.shape[1] + 1, {}
        windows = [np.arange(len(self.wanted))]
        for column in range(inputs.shape[1] - 1):
            order = np.argsort(inputs[:, column], kind="stable")
            windows += [order[i : i + size] for i in range(len(order) - size + 1)]
        for rows in windows:
            if time.monotonic() > self.until:
                break
            solved = np.linalg.lstsq(inputs[rows].astype(float), self.wanted[rows].astype(float), rcond=None)[0]
            if (np.abs(solved) < BIG).all():
                factors = tuple(int(value) for value in np.rint(solved))
                if factors not in found:
                    found[factors] = inputs @ np.array(factors) == self.wanted
        repeated, counts = np.unique(self.wanted, return_counts=True)
        for value in repeated[counts > 1]:
            found[(*[0] * (size - 2), int(value))] = self.wanted == value
        sure = [each for each in found.items() if each[1].sum() > np.count_nonzero(each[0])]
        kept = sorted(sure, key=lambda each: -each[1].sum())
        pieces = [(self.written(*self.affine(factors)), mask) for factors, mask in kept[:TERMS]]
        return [Piece(program=made[1], mask=mask, cost=made[0]) for made, mask in pieces if made is not None]

    def affine(self, factors: Sequence[int]) -> list[Program]:
        """A sum of multiples and a constant, written with differences, and without."""
        *slopes, constant = factors
        named = [(Program((node,)), slope) for node, slope in zip(self.names, slopes, strict=True) if slope]
        parts = [(self.multiple(node, abs(slope)), slope > 0) for node, slope in named]
        parts += [(self.literal(abs(constant)), constant > 0)] if constant or not parts else []
        added, taken = [p for p, plus in parts if plus], [p for p, plus in parts if not plus]
        signed = [self.multiple(node, slope) for node, slope in named]
        signed += [self.literal(constant)] if constant or not signed else []
        forms = [joined(signed)]
        if added:
            forms.append(joined(added, taken))
        elif taken:
            forms.append(apply(NEG, joined(taken)))
        return forms

    def multiple(self, node: Program, slope: int) -> Program:
        return node if slope == 1 else apply(MUL, self.literal(slope), node)

    def tests(self, label: Bool[np.ndarray, "rows labels"]) -> list[Piece]:
        """Comparisons of arguments, their sums and differences with constants between values of unlike answers."""
        found: list[Piece] = []
        for side, values in self.sides():
            if len(found) >= TESTS or time.monotonic() > self.until:
                break
            order = np.argsort(values, kind="stable")
            steps = np.flatnonzero(np.diff(values[order]) > 0)
            for at in steps[: 4 * TESTS]:
                low, high = int(values[order[at]]), int(values[order[at + 1]])
                if (label[order[at]] == label[order[at + 1]]).all() and len(self.wanted) > 8:
                    continue
                made = self.written(*self.below(side, low, high))
                if made is not None:
                    found.append(Piece(program=made[1], mask=values <= low, cost=made[0]))
            for value in np.unique(values)[:TESTS] if label.shape[1] == 1 else ():
                mask = values == value
                if (mask == self.wanted).all():
                    made = self.written(apply(EQ, side, self.literal(int(value))))
                    found += [Piece(program=made[1], mask=mask, cost=made[0])] if made else []
        return found[:TESTS]

    def sides(self) -> Iterator[tuple[Program, np.ndarray]]:
        """The arguments, then sums and differences of two."""
        for node in self.names:
            yield Program((node,)), self.columns[node.name]
        for one, other in itertools.combinations(self.names, 2):
            pair = Program((one,)), Program((other,))
            yield apply(SUB, *pair), self.columns[one.name] - self.columns[other.name]
            yield apply(ADD, *pair), self.columns[one.name] + self.columns[other.name]

    def below(self, side: Program, low: int, high: int) -> list[Program]:
        """That a value is at most `low`, where none is between it and `high`; in several forms."""
        above, up_to = self.literal(simplest(low + 1, high)), self.literal(simplest(low, high - 1))
        over = [apply(LT, up_to, side), apply(LE, above, side)]
        return [apply(LT, side, above), apply(LE, side, up_to), *(apply(NOT, form) for form in over)]


def cost(made: tuple[int, Program]) -> int:
    return made[0]


def simplest(low: int, high: int) -> int:
    """The number of fewest digits that are not 0 at its end, between two."""
    if low <= 0 <= high:
        return 0
    for power in range(18, -1, -1):
        step = 10**power
        first = -(-low // step) * step
        if first <= high:
            return first
    return low


def joined(added: Sequence[Program], taken: Sequence[Program] = ()) -> Program:
    """A sum, less another one."""
    result = added[0]
    for part in added[1:]:
        result = apply(ADD, result, part)
    for part in taken:
        result = apply(SUB, result, part)
    return result
