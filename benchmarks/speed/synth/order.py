"""ORDER: what a prior that was fitted on a fifth of the tasks saves on the rest, in candidates.

The tasks are those of INT-24, the language is the one that `solve` takes by default. Each fifth serves once. Counted
are the candidates of the plain search in order of bits up to the target, without looking back from the goal; where the
search stops first, as many as it looked at, and a task that neither search reaches does not count.
"""

from collections.abc import Sequence

from benchmarks.speed.synth.banks import empty_bank
from benchmarks.speed.synth.int24 import GIVEN
from benchmarks.speed.synth.integers import TARGETS, Target, rows
from benchmarks.speed.synth.section import HASTE, Figure, Options, Progress, Section, mean_ratio, shown
from synth import INT, LIBRARY, Budget, Fn, Found, Program, Spec, Terminal, language, solve
from synth.grammar import Language
from synth.prior import fit_prior

WORDS = tuple(Terminal(name, INT) for name in GIVEN)
PARTS = 5
ALPHA = 0.2  # the language has more alternatives than the programs of a fifth have nodes
MOST = 2e6  # candidates a search
LIMIT = 10.0  # seconds for finding a program to fit on
COLUMNS = ("target", "candidates", "with priors of the other fifths, geometric mean", "ratio")

Count = tuple[int, bool]  # candidates, and whether the target was reached


def run(options: Options, progress: Progress) -> Section:
    """Every target without a prior, and with the priors of the fifths that it is not in."""
    even = language(LIBRARY, WORDS)
    programs = [found_program(target, even, options, progress) for target in TARGETS]
    plain = [told(target, even, progress) for target in TARGETS]
    guided: list[list[Count]] = [[] for _ in TARGETS]
    for part in range(PARTS):
        fitted_on = [program for program in programs[part::PARTS] if program is not None]
        known = fit_prior(fitted_on, LIBRARY, ALPHA).language(LIBRARY, WORDS)
        for place, target in enumerate(TARGETS):
            if place % PARTS != part:
                guided[place].append(told(target, known, progress))
    ratios = [reached(one, others) for one, others in zip(plain, guided, strict=True)]
    pairs = [(ratio, 1.0) for few in ratios for ratio in few]
    return Section(
        name="ORDER",
        columns=COLUMNS,
        rows=tuple(map(row, TARGETS, plain, guided, ratios)),
        figures=(
            Figure(
                name="ORDER fewer candidates, geometric mean", value=mean_ratio(pairs), unit="times", sign=">=", bar=5
            ),
            Figure(name="ORDER reached without a prior", value=sum(one[1] for one in plain), unit=f"of {len(TARGETS)}"),
        ),
    )


def found_program(target: Target, known: Language, options: Options, progress: Progress) -> Program | None:
    progress(f"ORDER: a program for {target.name}")
    given, _ = rows(target)
    spec = Spec(type=Fn((INT, INT), INT), inputs=given, outputs=target.oracle(*given), names=GIVEN)
    found = solve(spec, known, Budget(seconds=min(LIMIT, options.seconds), effort=HASTE))
    return found.program if isinstance(found, Found) else None


def told(target: Target, known: Language, progress: Progress) -> Count:
    progress(f"ORDER: counting, {target.name}")
    return needed(target, known)


def needed(target: Target, known: Language) -> Count:
    """Candidates in order of bits up to the level in which the target's values occur."""
    given, _ = rows(target)
    goal = target.oracle(*given)[:, None]
    bank = empty_bank(known, dict(zip(GIVEN, given, strict=True)), INT, "numba")
    cost = 0
    while bank.meter.candidates < MOST:
        cost += bank.step
        bank.build(cost)
        if bank.lookup(INT, goal)[0] >= 0:
            return bank.meter.candidates, True
    return bank.meter.candidates, False


def reached(plain: Count, guided: Sequence[Count]) -> list[float]:
    """Ratios of the searches of which at least one came to the target."""
    return [plain[0] / count for count, found in guided if found or plain[1]]


def row(target: Target, plain: Count, guided: Sequence[Count], ratios: Sequence[float]) -> tuple[str, ...]:
    mean = mean_ratio((float(count), 1.0) for count, _ in guided)
    ratio = f"{mean_ratio((one, 1.0) for one in ratios):.2f}" if ratios else "-"
    return (target.name, shown(plain[0]) + " stopped" * (not plain[1]), shown(round(mean)), ratio)
