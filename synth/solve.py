"""The program of fewest bits that fits a specification, or how far the search got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synth.arguments import argument_names, columns, terminals
from synth.bank import Bank
from synth.budget import Budget, Counts, Meter, Spent
from synth.check import check_run
from synth.grammar import EIGHTHS, Language, language
from synth.library import LIBRARY
from synth.primitive import Primitive
from synth.program import Program
from synth.rows import Rows, examples_for, gather, irrelevant, sample
from synth.spec import Spec
from synth.types import BITS, Type, carrier

MORE = 8  # counterexamples that are added to the examples at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A shortest program; `verified` inputs of all specs were checked, their whole domains if `whole`."""

    program: Program
    bits: float
    verified: int
    whole: bool
    examples: int  # on which programs were told apart
    counts: Counts
    specs: int = 1  # sizes of a family that the one program serves

    @property
    def statement(self) -> str:
        """What is claimed of the program."""
        where = "inputs of the domain" if self.whole else "examples"
        where = f"all {self.verified} {where}" + (f" over {self.specs} sizes" if self.specs > 1 else "")
        return (
            f"{self.program.show()} fits {where}; no program of fewer than {self.bits:g} bits in this language does "
            f"(among {self.counts.candidates} candidates, {self.counts.distinct} distinct on {self.examples} inputs; "
            f"chance of a false merge below {self.counts.distinct**2 / 2**65:.0e})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """No program of at most `bits` bits fits; with infinite bits, none in the whole language."""

    bits: float
    counts: Counts

    @property
    def statement(self) -> str:
        size = "" if np.isinf(self.bits) else f" of at most {self.bits:g} bits"
        return f"no program{size} in this language fits (among {self.counts.candidates} candidates)"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfBudget:
    """The search stopped at a limit; no program of at most `bits` bits fits."""

    bits: float
    which: str  # seconds, bytes or candidates
    counts: Counts

    @property
    def statement(self) -> str:
        return (
            f"the budget of {self.which} was spent; no program of at most {self.bits:g} bits in this language fits "
            f"(among {self.counts.candidates} candidates)"
        )


Solution = Found | Exhausted | OutOfBudget


def solve(
    spec: Spec, library: Iterable[Primitive] = LIBRARY, budget: Budget | None = None, *, seed: int = 0
) -> Solution:
    """Search for the program of fewest bits that fits a specification, on its whole domain where that is known."""
    return solve_family((spec,), library, budget, seed=seed)


def solve_family(
    specs: Sequence[Spec], library: Iterable[Primitive] = LIBRARY, budget: Budget | None = None, *, seed: int = 0
) -> Solution:
    """Search for one program that fits several specifications; named terminals take each one's own numbers."""
    budget = budget or Budget()
    check_family(specs)
    meter = Meter(budget)
    goal = specs[0].type.result
    known = language(library, terminals(specs[0]))
    check_goal(known, goal)
    for primitive in known.primitives:
        check_run(primitive)
    rows = gather(specs)
    hidden = frozenset() if uses_bits(known) else irrelevant_arguments(specs, rows)
    places = sample(rows.answers, examples_for(carrier(goal)), seed)
    while True:
        outcome = search(known, rows, places, goal, meter, hidden)
        if not isinstance(outcome, Found):
            return outcome
        wrong = rows.wrong(outcome.program)
        if not len(wrong):
            return replace(outcome, specs=len(specs))
        places = np.union1d(places, wrong[np.linspace(0, len(wrong) - 1, MORE).astype(int)])


def search(
    known: Language, rows: Rows, places: np.ndarray, goal: Type, meter: Meter, hidden: frozenset[str]
) -> Solution:
    """One pass over the language in order of bits, on the examples at `places`."""
    kind = carrier(goal)
    bank = Bank(known, rows.take(places), meter, hidden)
    limit = meter.budget.bits * EIGHTHS
    lag = bank.cheapest(kind)
    cost = 0
    try:
        with np.errstate(all="ignore"):
            while cost + 1 <= limit:
                while bank.built < cost + 1 - lag:
                    bank.build(bank.built + 1)
                if cost >= bank.reach() and bank.built >= bank.reach():
                    return Exhausted(bits=np.inf, counts=meter.counts())
                program = bank.find(kind, cost + 1, rows.answers[places])
                cost += 1
                if program is not None:
                    return Found(
                        program=program,
                        bits=cost / EIGHTHS,
                        verified=len(rows.answers),
                        whole=rows.whole,
                        examples=len(places),
                        counts=meter.counts(),
                    )
    except Spent as spent:
        return OutOfBudget(bits=cost / EIGHTHS, which=spent.which, counts=meter.counts())
    return Exhausted(bits=cost / EIGHTHS, counts=meter.counts())


def answers(program: Program, spec: Spec, inputs: Sequence[np.ndarray], backend: str = "numpy") -> np.ndarray:
    """A program's answers on inputs in a specification's layout, shape (rows,)."""
    return program.run(columns(spec, inputs), backend)


def check_family(specs: Sequence[Spec]) -> None:
    if not specs:
        raise ValueError("solve: expected at least one spec, got none")
    if not specs[0].type.args:
        raise ValueError("solve: expected a function of at least one argument, got none; give the spec an argument")
    for spec in specs[1:]:
        if spec.type != specs[0].type or set(spec.terminals) != set(specs[0].terminals):
            raise ValueError(
                f"solve: expected specs of one type and one set of terminals, got {specs[0].type} with "
                f"{sorted(specs[0].terminals)} and {spec.type} with {sorted(spec.terminals)}; solve them apart"
            )


def check_goal(known: Language, goal: Type) -> None:
    if not known.produces(goal):
        made = ", ".join(sorted(str(kind) for kind in known.costs if known.costs[kind]))
        raise ValueError(
            f"solve: expected a language with programs of type {goal}, got one that makes only {made or 'nothing'}; "
            "add a primitive or an argument of that type"
        )


def uses_bits(known: Language) -> bool:
    return any(BITS in primitive.type.args for primitive in known.primitives)


def irrelevant_arguments(specs: Sequence[Spec], rows: Rows) -> frozenset[str]:
    return irrelevant(rows, argument_names(specs[0])) if len(specs) == 1 else frozenset()
