"""What a file asks of the synthesizer: a SyGuS problem, or examples with the language for their types."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth import LIBRARY, Language, Primitive, Spec, check_primitive, named
from synth.files.formats import READERS, read_examples
from synth.files.sygus import Problem, read_problem, specification
from synth.language.literals import bv_literal, decimal, real_literal
from synth.language.types import LIST, REAL, SEQUENCE, STREAM, Fn
from synth.library import (
    BOOLEAN,
    CHOICE,
    CONSTANTS,
    FUNCTIONS,
    INTEGERS,
    LISTS,
    MEASURES,
    REALS,
    SEQUENCES,
    STREAMS,
    bitvectors,
)

SYGUS = ".sl"
DECIMALS, DIGITS, LONGEST = 8, 4, 12  # literals taken from the examples, digits of each, letters of each
WAVES = named(["sin", "cos", "tanh", "turn"])  # which answers that are no reals are seldom made of
VECTORS = ((LIST, LISTS), (STREAM, STREAMS), (SEQUENCE, SEQUENCES))


@dataclass(frozen=True, slots=True)
class Question:
    """One function by its examples; `problem` is the SyGuS file that they come from, and what else it says."""

    spec: Spec | None  # None for constraints that are no examples
    language: Language | tuple[Primitive, ...]
    problem: Problem | None = None
    notes: tuple[str, ...] = ()  # what the user should know before the search


def read_question(
    file: Path, *, primitives: Path | None = None, library: Sequence[str] = (), type: str | None = None
) -> Question:
    """The question in a .sl, .json, .csv or .tsv file; ValueError says what is wrong with it."""
    suffix = file.suffix.lower()
    if suffix not in (SYGUS, *READERS):
        raise ValueError(
            f"{file}: expected a file that ends in {', '.join((SYGUS, *READERS))}, got {suffix or 'no ending'}; "
            "rename it"
        )
    if suffix != SYGUS:
        examples = read_examples(file, type)
        own = own_primitives(primitives)
        asked = [*library, *examples.library]
        language = chosen(examples.spec.type, asked, own)
        language = language if asked else distinct((*language, *decimals(examples.spec)), own)
        return Question(examples.spec, language, notes=tuple(named_like(own)))
    if primitives or library or type:
        raise ValueError(
            f"{file}: expected no --primitives, --library or --type, since a SyGuS file says its language and types; "
            "leave them out"
        )
    problem = read_problem(file)
    return Question(specification(problem), problem.functions[0].language, problem)


def own_primitives(file: Path | None) -> tuple[Primitive, ...]:
    """The user's own; ValueError where what one declares is false, since the search would rely on it."""
    from benchmarks.checking import primitives_of

    own = primitives_of(file) if file else ()
    for primitive in own:
        check_primitive(primitive, jax=False)
    return own


def named_like(own: Iterable[Primitive]) -> Iterator[str]:
    """A note for each of the user's own primitives that has the name of one of ours."""
    from benchmarks.language import built_in

    for primitive in own:
        if homes := built_in(primitive):
            yield f"{primitive.name!r} is your primitive, in place of ours in {', '.join(homes)}"


def chosen(type: Fn, names: Sequence[str], own: Sequence[Primitive]) -> tuple[Primitive, ...]:
    """The primitives by name and the user's own; without names, those that suit the types, and the user's own."""
    if not names:
        usual = () if own and len(words_of(type)) > 1 else usual_language(type)
        return distinct((*usual, *own), own)
    mine = {primitive.name for primitive in own}
    widths = sorted(words_of(type)) or [64]
    words = [primitive for width in widths for primitive in bitvectors(width)]
    others = [name for name in names if name not in mine]
    picked = [part for name in others for part in (words if name == "bitvectors" else named([name]))]
    return distinct([*picked, *own], own)


def distinct(primitives: Iterable[Primitive], own: Sequence[Primitive]) -> tuple[Primitive, ...]:
    """Each once; the user's own primitives go before those of the same name."""
    names = {primitive.name for primitive in own}
    return tuple(dict.fromkeys(p for p in primitives if p.name not in names or any(p is mine for mine in own)))


def decimals(spec: Spec) -> Iterator[Primitive]:
    """Literals for the decimals that occur most often in the examples, at most `DECIMALS` of few digits."""
    pairs = zip((*spec.type.args, spec.type.result), (*spec.inputs, spec.outputs), strict=True)
    values = Counter(decimal(abs(value)) for kind, column in pairs if kind == REAL for value in column.tolist())
    few = [text for text, _ in values.most_common() if len(text.replace(".", "").strip("0")) <= DIGITS]
    yield from (real_literal(text) for text in few[:DECIMALS] if len(text) <= LONGEST)


def words_of(type: Fn) -> set[int]:
    """The widths of the bit-vectors among the types."""
    return {kind.width for kind in (*type.args, type.result) if kind.width is not None}


def usual_language(type: Fn) -> tuple[Primitive, ...]:
    """The primitives that suit the types, where nobody says which."""
    kinds, widths = {*type.args, type.result}, words_of(type)
    if len(widths) > 1:
        raise ValueError(
            f"expected bit-vectors of one width, got {', '.join(f'bv{width}' for width in sorted(widths))} in {type}; "
            "say the language by --primitives"
        )
    for width in widths:
        literals = tuple(bv_literal(value, width) for value in dict.fromkeys((0, 1, 2**width - 1)))
        return (*bitvectors(width), *literals, *BOOLEAN)
    if REAL in kinds:
        reals = REALS if type.result == REAL else [each for each in REALS if each not in WAVES]
        return (*reals, *MEASURES, *BOOLEAN, *CHOICE, *CONSTANTS[:3])
    for kind, primitives in VECTORS:
        if kind in kinds:
            return (*primitives, *FUNCTIONS, *INTEGERS)
    return LIBRARY
