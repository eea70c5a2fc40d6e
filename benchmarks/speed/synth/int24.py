"""INT-24: integer functions from sixteen examples, held against cvc5 and the plain enumerator on held-out rows."""

import math
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.speed.synth import cvc5_peer
from benchmarks.speed.synth.integers import TARGETS, Target, rows
from benchmarks.speed.synth.plain import INTEGERS, enumerate_plain, integer_leaves
from benchmarks.speed.synth.rate_language import TOTAL, WORDS, by_size
from benchmarks.speed.synth.section import (
    HASTE,
    Figure,
    Options,
    Progress,
    Section,
    Try,
    mean_ratio,
    middle,
    seconds,
    shown,
)
from benchmarks.speed.synth.smt_text import integer_problem, size_of, values_of
from synth import INT, Budget, Fn, Found, Spec, solve

FLOOR_SECONDS = 5.0  # for the plain enumerator, a problem
WARM_SECONDS = 5.0
PROOF_SECONDS = 20.0  # CPU, a problem
GIVEN = ("x", "y")


def run(options: Options, progress: Progress) -> Section:
    """Every target through every solver."""
    for target in TARGETS:
        progress(f"INT-24: compiling, {target.name}")
        solve_target(target, WARM_SECONDS)  # compiled code is warm from here on
    peer = cvc5_peer.installed()
    ours, proven, theirs, floor = [], [], [], []
    for place, target in enumerate(TARGETS, 1):
        progress(f"INT-24: {place} of {len(TARGETS)}, {target.name}")
        ours.append(solve_target(target, options.seconds))
        proven.append(solve_target(target, min(PROOF_SECONDS, options.seconds), math.inf))
        theirs.append(ask_cvc5(target, options.seconds) if peer else Try(solved=False, seconds=options.seconds))
        floor.append(plainly(target))
    return Section(
        name="INT-24",
        columns=("target", "size", "ours s", "size", "held out", "proof s", "cvc5 s", "size", "held out", "plain s"),
        rows=tuple(map(row, TARGETS, ours, proven, theirs, floor)),
        figures=figures(ours, proven, theirs, floor, peer),
        remarks=() if peer else (cvc5_peer.MISSING,),
    )


def solve_target(target: Target, limit: float, effort: float = HASTE) -> Try:
    """Our answer from the sixteen examples; with all effort, one that is proven minimal where time allows."""
    given, held_out = rows(target)
    spec = Spec(type=Fn((INT, INT), INT), inputs=given, outputs=target.oracle(*given), names=GIVEN)
    began = time.process_time()
    found = solve(spec, by_size(TOTAL, WORDS), Budget(seconds=limit, effort=effort))
    spent = time.process_time() - began
    if not isinstance(found, Found):
        return Try(solved=False, seconds=spent, candidates=found.counts.candidates, note=found.statement)
    values = found.program.run(dict(zip(GIVEN, held_out, strict=True)))
    return Try(
        solved=True,
        seconds=spent,
        size=size_of(found.program.show()),
        text=found.program.show(),
        held_out=float(np.mean(values == target.oracle(*held_out))),
        minimal=found.minimal,
        candidates=found.counts.candidates,
    )


def ask_cvc5(target: Target, limit: float) -> Try:
    given, held_out = rows(target)
    problem = integer_problem(dict(zip(GIVEN, given, strict=True)), target.oracle(*given))
    answer = cvc5_peer.ask(problem, limit)
    if not answer.solved:
        return Try(solved=False, seconds=answer.seconds, note=answer.note)
    values = values_of(answer.body, dict(zip(GIVEN, held_out, strict=True)))
    exact = float(np.mean(values == target.oracle(*held_out)))
    return Try(solved=True, seconds=answer.seconds, size=size_of(answer.body), text=answer.body, held_out=exact)


def plainly(target: Target) -> Try:
    """The plain enumerator's answer."""
    given, _ = rows(target)
    goal = tuple(map(int, target.oracle(*given)))
    found = enumerate_plain(integer_leaves(*given), INTEGERS, ("int", goal), FLOOR_SECONDS)
    return Try(solved=bool(found.text), seconds=found.seconds, size=found.size, candidates=found.candidates)


def row(target: Target, ours: Try, proven: Try, theirs: Try, floor: Try) -> tuple[str, ...]:
    return (
        target.name,
        str(target.size),
        seconds(ours),
        str(ours.size or "-"),
        shown(ours.held_out) if ours.solved else "-",
        seconds(proven) if proven.minimal else "-",
        theirs.note or seconds(theirs),
        str(theirs.size or "-"),
        shown(theirs.held_out) if theirs.solved else "-",
        seconds(floor),
    )


def figures(
    ours: Sequence[Try], proven: Sequence[Try], theirs: Sequence[Try], floor: Sequence[Try], peer: bool
) -> tuple[Figure, ...]:
    solved = [one for one in ours if one.solved]
    exact = float(np.mean([one.held_out for one in solved])) if solved else 0.0
    own = (
        Figure(name="INT-24 solved", value=len(solved), sign=">=", bar=len(TARGETS)),
        Figure(name="INT-24 median time", value=middle(one.seconds for one in ours), unit="s", sign="<=", bar=0.5),
        Figure(name="INT-24 held out exact", value=exact, sign=">=", bar=0.95),
        Figure(name="INT-24 proven minimal", value=sum(one.minimal for one in proven)),
        Figure(name="INT-24 median time with proof", value=middle(one.seconds for one in proven), unit="s"),
        Figure(name=f"INT-24 solved by plain Python in {FLOOR_SECONDS:g} s", value=sum(one.solved for one in floor)),
    )
    return (*own, *against(ours, theirs)) if peer else own


def against(ours: Sequence[Try], theirs: Sequence[Try]) -> tuple[Figure, ...]:
    """Where cvc5 solves a problem, ours counts with its time whether it solves it or not; sizes where both do."""
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if other.solved]
    slower = middle(other.seconds / one.seconds for one, other in pairs)
    sizes = mean_ratio((one.size, other.size) for one, other in pairs if one.solved)
    held_out = [other.held_out for _, other in pairs]
    return (
        Figure(name="INT-24 solved by cvc5", value=len(pairs)),
        Figure(name="INT-24 cvc5 slower, median", value=slower, unit="times", sign=">=", bar=5),
        Figure(name="INT-24 size over cvc5's, geometric mean", value=sizes, sign="<=", bar=0.7),
        Figure(name="INT-24 held out exact, cvc5", value=float(np.mean(held_out)) if held_out else 0.0),
    )
