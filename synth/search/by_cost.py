"""The search itself: level by level in order of bits, and from time to time back from the goal.

Whatever is met in order of bits is a shortest program. What working back from the goal meets is a bound: the search
goes on below it until it is proven shortest, or until the effort for that is spent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Memory, Meter, Spent
from synth.bank.match import find, work
from synth.language.grammar import EIGHTHS, Language
from synth.language.operators import numbered, spares
from synth.language.program import Program
from synth.language.types import BITS, Type, carrier, is_vector
from synth.search.backward import work_back
from synth.search.fits import fit
from synth.search.question import Answer, Question
from synth.search.rows import Rows, examples_for, irrelevant, sample
from synth.search.solution import Exhausted, Found, OutOfBudget, Solution
from synth.search.unify.loops import ready

MORE = 8  # counterexamples that are added to the examples at once
MOST = 64  # examples in the bank, unless a program that is right on all of them is wrong elsewhere
FIRST_LOOK = 400  # stored programs from which working back from the goal is tried, and at every doubling again
QUICK = 1e8  # candidates of a level that are gone through for its first program, though one of its cost is known
SHARE = 0.5  # of the time so far that one look back from the goal may take
LEAST = 0.004  # seconds
COMPILING = 10.0  # seconds that must be left for the loops of looking back to be compiled
LONG = 4  # times the cost of the level: a program that costs more is shortened for SHORTEN times the time so far
SHORTEN = 3.0
PATIENCE = 0.3  # seconds of enumeration before constants are fitted to the examples


def first_order(
    known: Language,
    rows: Rows,
    goal: Type,
    budget: Budget,
    *,
    hidden: frozenset[str] = frozenset(),
    backend: str = "numba",
    seed: int = 0,
    memory: Memory | None = None,
) -> Solution:
    """One pass over a language without functions as arguments; `hidden` are terminals that no program names.

    `memory` is that of the search that this one is a part of.
    """
    kind = carrier(goal)
    places = sample(rows.answers, examples_for(kind), seed)
    with np.errstate(all="ignore"):
        meter = Meter(budget, memory=memory)
        bank = Bank(known, rows.take(places), meter, hidden, goal=kind, backend=backend, seed=seed)
        return Search(bank=bank, rows=rows, kind=kind, places=places, budget=budget).run()


def unneeded(known: Language, rows: Rows, names: Sequence[str], goal: Type) -> frozenset[str]:
    """Arguments that no shortest program of a first-order language has to name."""
    parts = spares(known, numbered(known, 0), carrier(goal))
    return frozenset() if BITS in parts else irrelevant(rows, names)


@dataclass(slots=True)
class Search:
    """One search; `run` goes through it once, and after a limit goes on where it was."""

    bank: Bank
    rows: Rows
    kind: Type  # the goal's carrier
    places: Int[np.ndarray, " examples"]  # rows that the bank has
    budget: Budget
    excluded: int = 0  # eighths of a bit: no program of at most this cost fits
    best: Answer | None = None
    until: float = math.inf  # seconds since the start, for shortening
    look: int = FIRST_LOOK
    full: bool = False  # nothing more is stored
    fitted: bool = False  # constants were fitted

    def run(self) -> Solution:
        limit = self.budget.bits * EIGHTHS
        cost = self.excluded
        if not any(map(self.bank.count, self.bank.stores)):
            self._check_room()
        try:
            while cost + self.bank.step <= limit:
                cost += self.bank.step
                found = self._level(cost)
                if found is not None:
                    return found
                if self._over(cost):
                    return self._found() if self._known() else Exhausted(bits=np.inf, counts=self._counts())
        except Spent as spent:
            if not self._known():
                return OutOfBudget(bits=self.excluded / EIGHTHS, which=spent.which, counts=self._counts())
            return self._found()
        return self._found() if self._known() else Exhausted(bits=self.excluded / EIGHTHS, counts=self._counts())

    def _level(self, cost: int) -> Found | None:
        """Everything of one cost."""
        if self.best is not None and self.bank.meter.seconds > self.until:
            return self._found()
        self._build(cost)
        if self.best is not None and self.best.cost <= cost and work(self.bank, self.kind, cost) > QUICK:
            return self._found()
        program = self._exact(cost)
        if program is None and self.excluded == cost - self.bank.step and self.bank.complete(cost):
            self.excluded = cost
        if program is not None:
            self.best = Answer(program=program, cost=cost, how="enumeration")
        if self.best is not None and self.best.cost <= cost:
            return self._found()
        if sum(map(self.bank.count, self.bank.stores)) >= self.look:
            self._back(cost)
        return None

    def _build(self, cost: int) -> None:
        if self.full:
            return
        try:
            self.bank.build(cost, parts=True)
        except Spent as spent:
            if spent.which != "bytes":
                raise
            self._fill()

    def reopen(self, nbytes: float) -> None:
        """There is more room, of so many bytes."""
        self.bank.meter.memory.most = nbytes
        self.bank.meter.storing = True
        self.full = False

    def _fill(self) -> None:
        self.full = True
        self.bank.meter.storing = False
        self.look = 0

    def _exact(self, cost: int) -> Program | None:
        """The first program of this cost that fits; one that fits on the bank's examples only teaches it more."""
        goal = self.rows.answers
        while True:
            for program in find(self.bank, self.kind, cost, goal[self.places]):
                wrong = self.rows.wrong(program)
                if not len(wrong) and self.rows.exact(program):
                    return program
                if len(wrong) and self._learn(wrong):
                    break
            else:
                return None

    def _learn(self, wrong: Sequence[int] | Int[np.ndarray, " wrong"]) -> bool:
        """Counterexamples become examples of the bank; whether any is new to it."""
        chosen = np.asarray(wrong)[np.linspace(0, len(wrong) - 1, MORE).astype(int)]
        fresh = np.setdiff1d(chosen, self.places)
        if not len(fresh):
            return False
        self.places = np.concatenate([self.places, fresh])
        try:
            self.bank.append(self.rows.take(fresh))
        except Spent as spent:
            if spent.which != "bytes":
                raise
            self._fill()
        return True

    def _back(self, cost: int) -> None:
        """Work back from the goal; what is met is a bound, and where it fails the bank learns."""
        meter = self.bank.meter
        self.look = 2 * sum(map(self.bank.count, self.bank.stores))
        if is_vector(self.kind) or self.bank.functions:
            return
        question, limit = self._question(), self._limit()
        seconds = max(LEAST, min(SHARE * meter.seconds, self.budget.seconds - meter.seconds))
        compiled = self.bank.compiled and (meter.left > COMPILING or ready())
        answer, wrong = work_back(question, limit, seconds, compiled=compiled)
        if meter.seconds > PATIENCE and not self.fitted:
            self.fitted = True
            answer = fit(question, answer.cost if answer else limit) or answer
        if answer is not None and answer.cost < limit and self.rows.exact(answer.program):
            self.best = answer
            effort = self.budget.effort
            if answer.cost > LONG * cost:
                effort = max(effort, SHORTEN)
            self.until = (1 + effort) * meter.seconds
        if len(wrong) and len(self.places) < MOST:
            self._learn(wrong)

    def _question(self) -> Question:
        return Question(
            bank=self.bank, kind=self.kind, columns=self.rows.table, answers=self.rows.answers, places=self.places
        )

    def _limit(self) -> int:
        """The cost below which an answer is looked for."""
        return self.best.cost if self.best else int(min(self.budget.bits * EIGHTHS, 1 << 40)) + 1

    def _known(self) -> bool:
        """Whether there is an answer in the end, with constants that the examples give if there was none before."""
        if self.best is None and not self.fitted and not is_vector(self.kind) and not self.bank.functions:
            self.fitted = True
            answer = fit(self._question(), self._limit())
            self.best = answer if answer is not None and self.rows.exact(answer.program) else None
        return self.best is not None

    def _over(self, cost: int) -> bool:
        """Whether nothing more can come: the language ends, or all that is stored was combined."""
        if self.full and cost >= self.bank.reach():
            raise Spent("bytes")
        slack = max((s for s in self.bank.spare.values() if s < 1 << 29), default=0)
        return cost >= self.bank.reach() + slack

    def _found(self) -> Found:
        assert self.best is not None
        return Found(
            program=self.best.program,
            bits=self.best.cost / EIGHTHS,
            verified=len(self.rows.answers),
            whole=self.rows.whole,
            examples=len(self.places),
            counts=self._counts(),
            minimal=self.excluded >= self.best.cost - self.bank.step,
            excluded=self.excluded / EIGHTHS,
            how=self.best.how,
            smallest_tree=self.best.proven,
        )

    def _counts(self):
        return self.bank.meter.counts()

    def _check_room(self) -> None:
        least = self.bank.nbytes + sum(
            len(words) * self.bank.stores[kind].bytes_a_program
            for kind, words in self.bank.language.costs.items()
            if kind in self.bank.stores
        )
        storing = self.bank.meter.memory.storing
        if storing < least:
            raise ValueError(
                f"budget: expected at least {math.ceil(least * self.budget.bytes / storing)} bytes, which the "
                f"first level of this language takes, got {self.budget.bytes}; allow more memory"
            )
