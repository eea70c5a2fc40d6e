"""ORDER: what a prior that was fitted on a fifth of the tasks saves on the rest, in candidates.

The tasks are those of INT-24, the language is the one that `solve` takes by default. Each fifth serves once: the prior
is fitted on the programs that are found for its tasks, and guides the search for all others. Counted are the candidates
of the plain search in order of cost up to the level of the first program that fits, without looking back from the goal.
They are held against the order of size, in which enumerators without a grammar go, and against the order of bits of the
grammar that is not fitted, which already knows that large constants are rare. Where a search stops first, as many as
it looked at count, so that the ratio is a bound; a task that neither search reaches does not count.
"""

from collections.abc import Sequence
from itertools import chain

from benchmarks.speed.synth.banks import ROOM
from benchmarks.speed.synth.int24 import GIVEN
from benchmarks.speed.synth.integers import TARGETS, Target, rows
from benchmarks.speed.synth.rate_language import by_size
from benchmarks.speed.synth.section import Figure, Options, Progress, Section, mean_ratio, shown
from synth import INT, LIBRARY, Budget, Fn, Found, Program, Spec, Terminal, solve, uniform_language
from synth.bank.bank import Bank
from synth.bank.budget import Meter, Spent
from synth.bank.match import find
from synth.language.grammar import Language
from synth.language.prior import fit_prior

WORDS = tuple(Terminal(name, INT) for name in GIVEN)
PARTS = 5
MOST = 3e7  # candidates a search
LIMIT = 10.0  # seconds for finding a program to fit on
COLUMNS = ("target", "by size", "in bits", "with priors of the other fifths", "of size", "of bits")

Count = tuple[int, bool]  # candidates, and whether the target was reached


def run(options: Options, progress: Progress) -> Section:
    """Every target by size, in order of bits, and with the priors of the fifths that it is not in."""
    even = uniform_language(LIBRARY, WORDS)
    programs = [found_program(target, even, options, progress) for target in TARGETS]
    size = [told(target, by_size(LIBRARY, WORDS), progress) for target in TARGETS]
    bits = [told(target, even, progress) for target in TARGETS]
    guided: list[list[Count]] = [[] for _ in TARGETS]
    for part in range(PARTS):
        fitted_on = [program for program in programs[part::PARTS] if program is not None]
        known = fit_prior(fitted_on, LIBRARY).language(LIBRARY, WORDS)
        for place, target in enumerate(TARGETS):
            if place % PARTS != part:
                guided[place].append(told(target, known, progress))
    of_size = [reached(one, others) for one, others in zip(size, guided, strict=True)]
    of_bits = [reached(one, others) for one, others in zip(bits, guided, strict=True)]
    return Section(
        name="ORDER",
        columns=COLUMNS,
        rows=tuple(map(row, TARGETS, size, bits, guided, of_size, of_bits)),
        figures=(
            Figure(name="ORDER fewer candidates than by size", value=over(of_size), unit="times", sign=">=", bar=5),
            Figure(name="ORDER fewer candidates than in bits, not fitted", value=over(of_bits), unit="times"),
            *(
                Figure(name=f"ORDER reached {how}", value=sum(one[1] for one in counts), unit=f"of {len(counts)}")
                for how, counts in (("by size", size), ("in bits", bits), ("with a prior", list(chain(*guided))))
            ),
        ),
    )


def found_program(target: Target, known: Language, options: Options, progress: Progress) -> Program | None:
    progress(f"ORDER: a program for {target.name}")
    given, _ = rows(target)
    spec = Spec(type=Fn((INT, INT), INT), inputs=given, outputs=target.oracle(*given), names=GIVEN)
    found = solve(spec, known, Budget(seconds=min(LIMIT, options.seconds)))
    return found.program if isinstance(found, Found) else None


def told(target: Target, known: Language, progress: Progress) -> Count:
    progress(f"ORDER: counting, {target.name}")
    return needed(target, known)


def needed(target: Target, known: Language) -> Count:
    """Candidates in order of cost up to the level of the first program that fits; that level is not stored."""
    given, _ = rows(target)
    meter = Meter(Budget(bytes=ROOM, candidates=MOST))
    bank = Bank(known, dict(zip(GIVEN, given, strict=True)), meter, goal=INT)
    cost = 0
    try:
        while True:
            cost += bank.step
            bank.build(cost, parts=True)
            if any(True for _ in find(bank, INT, cost, target.oracle(*given))):
                return meter.candidates, True
    except Spent:
        return meter.candidates, False


def reached(plain: Count, guided: Sequence[Count]) -> list[float]:
    """Ratios of the searches of which at least one came to the target."""
    return [plain[0] / count for count, found in guided if found or plain[1]]


def over(ratios: Sequence[Sequence[float]]) -> float:
    return mean_ratio((ratio, 1.0) for few in ratios for ratio in few)


def row(
    target: Target,
    size: Count,
    bits: Count,
    guided: Sequence[Count],
    of_size: Sequence[float],
    of_bits: Sequence[float],
) -> tuple[str, ...]:
    mean = mean_ratio((float(count), 1.0) for count, _ in guided)
    return (target.name, told_as(size), told_as(bits), shown(round(mean)), times(of_size), times(of_bits))


def told_as(count: Count) -> str:
    return shown(count[0]) + " stopped" * (not count[1])


def times(ratios: Sequence[float]) -> str:
    return f"{mean_ratio((ratio, 1.0) for ratio in ratios):.2f}" if ratios else "-"
