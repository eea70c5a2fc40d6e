"""The program of fewest bits that fits a specification, or how far the search got."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, give_back
from synth.checks.check import check_run
from synth.language.arguments import argument_names, columns, terminals
from synth.language.exact import may_wrap
from synth.language.grammar import LAMBDA, Language, uniform_language
from synth.language.listed import allowed, complete, in_words, listed
from synth.language.naming import spelled
from synth.language.primitive import Primitive
from synth.language.program import Apply, Program, renamed
from synth.language.selectors import SEEN
from synth.language.spec import Spec
from synth.language.types import SELECTOR, Type, carrier
from synth.library import LIBRARY
from synth.search.by_cost import Search, first_order, unneeded
from synth.search.deduction.bounded import bounded
from synth.search.deduction.deduce import handles, informative
from synth.search.rows import Rows, gather
from synth.search.solution import Found, Solution

LEAST = 1e-9  # seconds that are left for the search at least, when rows are gathered


def solve(
    spec: Spec,
    library: Iterable[Primitive] | Language = LIBRARY,
    budget: Budget | None = None,
    *,
    backend: str = "numba",
    certificate: bool = False,
    seed: int = 0,
) -> Solution:
    """Search for the program of fewest bits that fits a specification, on its whole domain where that is known."""
    return solve_family((spec,), library, budget, backend=backend, certificate=certificate, seed=seed)


def solve_family(
    specs: Sequence[Spec],
    library: Iterable[Primitive] | Language = LIBRARY,
    budget: Budget | None = None,
    *,
    backend: str = "numba",
    certificate: bool = False,
    seed: int = 0,
) -> Solution:
    """Search for one program that fits several specifications; named terminals take each one's own numbers.

    `backend` is "numba", "numpy", or "jax", which compiles for some seconds and is meant for accelerators. With a
    `certificate`, a claim that no shorter program exists is found a second time under an independent hash function, so
    that a false merge would have to happen twice.
    """
    began, budget = time.monotonic(), budget or Budget()
    give_back(budget.bytes)
    check_family(specs)
    goal = specs[0].type.result
    own: dict[str, str] = {}
    if not isinstance(library, Language):
        library = tuple(library)
        specs, own = apart(specs, library)
    known = library if isinstance(library, Language) else uniform_language(library, terminals(specs[0]))
    check_goal(known, goal)
    check_width(known, specs)
    for primitive in known.primitives:
        runs(primitive)
    rows = gather(specs)
    budget = replace(budget, seconds=max(LEAST, budget.seconds - (time.monotonic() - began)))
    one_pass = partial(search, known, rows, goal, names=argument_names(specs[0]) if len(specs) == 1 else ())
    outcome = one_pass(budget, backend=backend, seed=seed)
    outcome = replace(
        outcome,
        sure=complete(known),
        tried=in_words(listed(known)) if allowed(known) else "",
        wraps=may_wrap(known, (*rows.table.values(), rows.answers), excluded_by(outcome)),
    )
    if not isinstance(outcome, Found):
        return outcome
    outcome = replace(outcome, specs=len(specs))
    if certificate and outcome.minimal:
        again = one_pass(replace(budget, bits=outcome.bits), backend=backend, seed=seed + 1)
        outcome = certified(outcome, again)
    return replace(outcome, program=renamed(outcome.program, own)) if own else outcome


def apart(specs: Sequence[Spec], library: Sequence[Primitive]) -> tuple[Sequence[Spec], dict[str, str]]:
    """Specifications whose arguments have other names than the primitives, and the own names of those that changed."""
    names, taken = argument_names(specs[0]), {LAMBDA, *(primitive.name for primitive in library)}
    if not taken & {*names}:
        return specs, {}
    made = spelled(names, taken | {*specs[0].terminals}, lambda name: name)
    inner = tuple(made[name] for name in names)
    return [replace(spec, names=inner) for spec in specs], {made[name]: name for name in names if made[name] != name}


def search(
    known: Language, rows: Rows, goal: Type, budget: Budget, *, names: Sequence[str], backend: str, seed: int
) -> Solution:
    """One pass over the language in order of bits; where operators take functions, deduction bounds it."""
    if not handles(known):
        hidden = unneeded(known, rows, names, goal)
        return first_order(known, rows, goal, budget, hidden=hidden, backend=backend, seed=seed)
    kind, places = carrier(goal), informative(rows, goal)
    with np.errstate(all="ignore"):
        bank = Bank(known, rows.take(places), Meter(budget), goal=kind, backend=backend, seed=seed)
        return bounded(Search(bank=bank, rows=rows, kind=kind, places=places, budget=budget))


def excluded_by(outcome: Solution) -> float:
    """Bits up to which a search ruled out other programs."""
    return max(outcome.excluded, 0.0) if isinstance(outcome, Found) else outcome.bits


def certified(first: Found, second: Solution) -> Found:
    """The claim of both passes; the cheaper program, should the first have missed it."""
    if isinstance(second, Found) and second.minimal:
        best = min(first, second, key=lambda found: found.bits)
        return replace(best, seeds=2, specs=first.specs)
    return first


@cache
def runs(primitive: Primitive) -> None:
    """ValueError unless the search can rely on a primitive's `run`; asked once for each, of a macro for its parts."""
    if primitive.body is None:
        check_run(primitive)
        return
    for node in primitive.body.nodes:
        if isinstance(node, Apply):
            runs(node.primitive)


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


def check_width(known: Language, specs: Sequence[Spec]) -> None:
    """The bank holds selectors as masks."""
    longest = max(
        (np.shape(column)[1] - 1 for spec in specs for column in spec.inputs if np.ndim(column) == 2), default=0
    )
    if longest > SEEN and known.produces(SELECTOR):
        raise ValueError(
            f"solve: expected sequences with room for at most {SEEN} items in a language of selectors, got room for "
            f"{longest}; give shorter examples, and try what is found on long ones"
        )


def check_goal(known: Language, goal: Type) -> None:
    if not known.produces(goal):
        made = ", ".join(sorted(str(kind) for kind in known.costs if known.costs[kind]))
        raise ValueError(
            f"solve: expected a language with programs of type {goal}, got one that makes only {made or 'nothing'}; "
            "add a primitive or an argument of that type"
        )
