"""ORDER: what a prior that was fitted on a fifth of the tasks saves on the rest, in candidates.

The tasks are those of INT-24; the language is all of the integers', with literals to 30. Counted are candidates up
to the answer, without those of a proof that it is minimal.
"""

import numpy as np

from benchmarks.speed.synth.int24 import GIVEN
from benchmarks.speed.synth.integers import TARGETS, Target, rows
from benchmarks.speed.synth.section import HASTE, Figure, Options, Progress, Section, mean_ratio, shown
from synth import INT, Budget, Fn, Found, Solution, Spec, Terminal, language, named, solve
from synth.grammar import Language
from synth.prior import fit_prior

LIBRARY = named(["arith", "choice", "constants"])
WORDS = tuple(Terminal(name, INT) for name in GIVEN)
FIFTH = 5
COLUMNS = ("target", "candidates", "with the prior", "ratio")


def run(options: Options, progress: Progress) -> Section:
    """Fit on every fifth target's program; where one of the two searches ends without, what it looked at counts."""
    even = language(LIBRARY, WORDS)
    fitted_on, rest = TARGETS[2::FIFTH], [t for place, t in enumerate(TARGETS) if place % FIFTH != 2]
    programs = []
    for target in fitted_on:
        progress(f"ORDER: fitting, {target.name}")
        found = search(target, even, options.seconds)
        programs += [found.program] if isinstance(found, Found) else []
    fit = fit_prior(programs, LIBRARY).language(LIBRARY, WORDS)
    counts = []
    for place, target in enumerate(rest, 1):
        progress(f"ORDER: {place} of {len(rest)}, {target.name}")
        counts.append([search(target, known, options.seconds).counts.candidates for known in (even, fit)])
    ratio = mean_ratio(counts)
    return Section(
        name="ORDER",
        columns=COLUMNS,
        rows=tuple(
            (target.name, shown(plain), shown(guided), f"{plain / guided:.2f}")
            for target, (plain, guided) in zip(rest, counts, strict=True)
        ),
        figures=(
            Figure(name="ORDER fewer candidates, geometric mean", value=ratio, unit="times", sign=">=", bar=5),
            Figure(name="ORDER fitted on", value=len(programs), unit=f"of {len(TARGETS)}"),
        ),
    )


def search(target: Target, known: Language, limit: float) -> Solution:
    given, _ = rows(target)
    spec = Spec(type=Fn((INT, INT), INT), inputs=given, outputs=np.asarray(target.oracle(*given)), names=GIVEN)
    return solve(spec, known, Budget(seconds=limit, effort=HASTE))
