"""Whether two programs are the same function: proven, seen on samples with a bound, or refuted by an input."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from compare.same import arithmetic, exhaustive, induction, laws, machine, sampled, solver
from compare.same.answer import Alike, Answer, Undecided
from compare.same.question import Domain, Question, question
from synth.language.primitive import Primitive
from synth.language.program import Program
from synth.language.types import Type

SECONDS = 10.0
SAMPLES = 10_000


class Way(NamedTuple):
    """One way of deciding, tried in the order of `WAYS`."""

    name: str
    decide: Callable[[Question], Answer | Undecided]


def same(
    one: Program | str,
    other: Program | str,
    domain: Domain | None = None,
    *,
    types: Mapping[str, Type] | None = None,
    library: Iterable[Primitive] = (),
    seconds: float = SECONDS,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Answer:
    """Whether two programs give one answer on every input: Equal, Alike or Different, each with its sentence.

    Programs are synth's, or texts over the arguments that `types` or a specification give; `library` holds primitives
    of your own for texts. `domain`: a Spec, whose domain is tried where it lists one; or the values that arguments
    take, by name (for lists and streams the values of an item, for a named number the number), all values of the type
    for the others. Integers have no end. Each way of deciding has so many seconds.
    """
    if seconds <= 0 or samples < 1:
        raise ValueError(f"same: expected seconds > 0 and at least one sample, got {seconds:g} s and {samples}")
    asked = question(one, other, domain, types or {}, library, seconds=seconds, samples=samples, seed=seed)
    why: list[str] = []
    for way in WAYS:
        found = way.decide(asked)
        if isinstance(found, Alike):
            return replace(found, why=tuple(why))
        if not isinstance(found, Undecided):
            return found
        why.append(f"{way.name}: {found.why}")
    return Alike(samples=0, bound=1.0, sentence="nothing is known: no input could be tried", why=tuple(why))


WAYS = (
    Way("every input", exhaustive.glance),
    Way("product machine", machine.glance),
    Way("sympy", arithmetic.decide),
    Way("search", sampled.search),
    Way("z3", solver.decide),
    Way("induction", induction.decide),
    Way("product machine at length", machine.decide),
    Way("every input at length", exhaustive.decide),
    Way("laws", laws.decide),
    Way("sample", sampled.sample),
)
