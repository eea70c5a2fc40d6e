"""Two programs over the same arguments, and the inputs that they are compared on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Shaped

from synth.language.arguments import packed_name, packs
from synth.language.arguments import terminals as terminals_of
from synth.language.literals import constant, value_of
from synth.language.parse import parse
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal, shorten, type_of, unknown
from synth.language.spec import Spec
from synth.language.types import BITS, BOOL, INT, MODULUS, REAL, Fn, Type, carrier, is_vector, plain
from synth.library import PRIMITIVES, bitvectors

TRUTHS = (constant(False, BOOL), constant(True, BOOL))
Domain = Spec | Mapping[str, int | Iterable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An input of both programs. `values`: those that it, or each item of it, takes; None for all of its type."""

    name: str
    type: Type
    values: Sequence[int] | None

    @property
    def modulus(self) -> str | None:
        """The argument that bounds a residue, where its modulus is not a number that is fixed."""
        return self.type.modulus if self.values is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: named numbers that are fixed are literals in the programs."""

    one: Program
    other: Program
    arguments: tuple[Argument, ...]
    packed: str | None = None  # what the Boolean arguments, packed in one integer, are called
    rows: tuple[Shaped[np.ndarray, "rows ..."], ...] | None = None  # every input, where a specification lists them
    seconds: float
    samples: int
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)

    @property
    def programs(self) -> tuple[Program, Program]:
        return self.one, self.other


def question(
    one: Program | str,
    other: Program | str,
    domain: Domain | None,
    types: Mapping[str, Type],
    library: Iterable[Primitive],
    *,
    seconds: float,
    samples: int,
    seed: int,
) -> Question:
    """The question that two programs, or texts, and a domain ask; ValueError where they do not go together."""
    if not isinstance(domain, Spec | Mapping | None):
        raise ValueError(
            f"same: expected a domain as a Spec, or as values by the arguments' names, got {domain!r:.60}; "
            "write {'a': range(10)}"
        )
    for each in (one, other):
        if not isinstance(each, Program | str):
            raise ValueError(f"same: expected a Program or its text, got {each!r:.60}")
    spec = domain if isinstance(domain, Spec) else None
    known = {node.name: node.type for node in terminals_of(spec)} if spec else dict(types)
    programs = [each if isinstance(each, Program) else read(each, known, library) for each in (one, other)]
    check_types(*programs)
    named = together(known, programs, closed=spec is not None)
    given = {} if isinstance(domain, Spec) or domain is None else dict(domain)
    fixed = {**(spec.terminals if spec else {}), **numbers(given, named)}
    ranges = {name: values for name, values in given.items() if not isinstance(values, int | np.integer)}
    packed = packed_name(spec) if spec and packs(spec.type) else None
    needed = named.keys() if spec else used(programs, named, given)
    kept = {name: named[name] for name in named if name in needed and name not in fixed and name != packed}
    arguments = tuple(
        Argument(name=name, type=kind, values=values_of(name, kind, ranges.get(name), fixed))
        for name, kind in kept.items()
    )
    rows = tuple(np.asarray(column) for column in spec.domain) if spec and spec.domain is not None else None
    if rows is not None and len(rows[0]) == 0:
        raise ValueError("same: expected a domain with at least one input, got a specification that lists none")
    first, second = (with_numbers(program, fixed) for program in programs)
    return Question(
        one=first,
        other=second,
        arguments=arguments,
        packed=packed,
        rows=rows,
        seconds=seconds,
        samples=samples,
        seed=seed,
    )


def read(text: str, known: Mapping[str, Any], library: Iterable[Primitive]) -> Program:
    """A program in synth's language, over these terminals."""
    widths = {kind.width for kind in known.values() if isinstance(kind, Type) and kind.width is not None}
    words = [each for width in sorted(widths) for each in bitvectors(width)]
    return parse(text, (*PRIMITIVES, *TRUTHS, *words, *library), known)


def check_types(one: Program, other: Program) -> None:
    kinds = [kind_of(program) for program in (one, other)]
    if kinds[0] != kinds[1]:
        raise ValueError(
            f"same: expected two programs of one type, got {shorten(one.show())} of type {one.type} and "
            f"{shorten(other.show())} of type {other.type}"
        )
    if isinstance(kinds[0], Fn):
        raise ValueError(
            f"same: expected programs of values, got the function {shorten(one.show())} of type {one.type}; "
            "apply it to arguments"
        )


def together(known: Mapping[str, Type], programs: Sequence[Program], closed: bool) -> dict[str, Type]:
    """Every terminal's type; ValueError where a name has two, or where a specification does not give it."""
    named = {name: plain(kind) for name, kind in known.items()}
    for program in programs:
        for node in program.terminals:
            if closed and node.name not in named:
                raise unknown("argument", node.name, list(named))
            kind = named.setdefault(node.name, plain(node.type))
            if kind != plain(node.type):
                raise ValueError(
                    f"same: expected the argument {node.name!r} to have one type, got {kind} and {node.type}; "
                    "read both programs over the same types"
                )
    moduli = {kind.modulus: MODULUS for kind in named.values() if kind.modulus and kind.modulus not in named}
    return {**named, **moduli}


def used(programs: Sequence[Program], named: Mapping[str, Type], ranges: Mapping[str, Any]) -> set[str]:
    """The arguments that a program names, or a domain, and the moduli of these."""
    names = {*ranges, *(node.name for program in programs for node in program.terminals)}
    return names | {named[name].modulus or "" for name in names}


def numbers(ranges: Mapping[str, Any], named: Mapping[str, Type]) -> dict[str, int]:
    """The named numbers that a domain fixes."""
    for name in ranges:
        if name not in named:
            raise unknown("argument", name, list(named))
    single = {name: value for name, value in ranges.items() if isinstance(value, int | np.integer)}
    for name, value in single.items():
        if named[name] not in (INT, MODULUS):
            raise ValueError(
                f"same: expected values for {name!r} of type {named[name]}, got the number {value}; give a range"
            )
    return {name: int(value) for name, value in single.items()}


def values_of(name: str, kind: Type, given: Iterable[int] | None, fixed: Mapping[str, int]) -> Sequence[int] | None:
    """What an argument, or each item of it, may be, in ascending order."""
    whole = all_of(kind, fixed)
    if given is None:
        return whole
    values = ascending(name, given)
    low, high = (whole[0], whole[-1]) if whole is not None else (1 if kind == MODULUS else None, None)
    if kind == REAL or (low is not None and values[0] < low) or (high is not None and values[-1] > high):
        what = "no values, since it is real" if kind == REAL else f"values of type {kind}"
        raise ValueError(f"same: expected {what} for {name!r}, got {values[0]} to {values[-1]}")
    return values


def ascending(name: str, given: Iterable[int]) -> Sequence[int]:
    """Values in order, each once; a range stays one."""
    if isinstance(given, range) and given:
        return given if given.step > 0 else given[::-1]
    values = list(given) if isinstance(given, Iterable) else [given]
    if not values or not all(isinstance(value, int | np.integer) for value in values):
        raise ValueError(
            f"same: expected integers for {name!r}, at least one, got {given!r:.60}; give a range such as range(10)"
        )
    return tuple(sorted({int(value) for value in values}))


def many(values: Sequence[int]) -> int:
    """How many they are, also where `len` does not say it."""
    return (values[-1] - values[0]) // values.step + 1 if isinstance(values, range) and values else len(values)


def all_of(kind: Type, fixed: Mapping[str, int]) -> Sequence[int] | None:
    """All values of a finite type."""
    if kind == BOOL:
        return range(2)
    if kind == BITS:
        return range(2**62)
    if kind.width is not None:
        return range(2**kind.width)
    return range(fixed[kind.modulus]) if kind.modulus is not None and kind.modulus in fixed else None


def with_numbers(program: Program, fixed: Mapping[str, int]) -> Program:
    """The program with literals for the terminals that are fixed."""
    places: dict[Node, int] = {}
    moved: list[int] = []
    for node in program.nodes:
        if isinstance(node, Terminal) and node.name in fixed:
            node = Apply(constant(fixed[node.name], INT), ())
        elif isinstance(node, Apply):
            node = replace(node, args=tuple(moved[place] for place in node.args))
        elif isinstance(node, Lambda):
            node = replace(node, body=with_numbers(node.body, fixed))
        moved.append(places.setdefault(node, len(places)))
    return Program(tuple(places))


def bodies(program: Program) -> Iterator[Program]:
    """The program and the bodies of its lambdas."""
    yield program
    for node in program.nodes:
        if isinstance(node, Lambda):
            yield from bodies(node.body)


def constants(question: Question) -> list[int]:
    """The numbers that the programs name, in ascending order."""
    found = {
        value
        for program in question.programs
        for body in bodies(program)
        for node in body.nodes
        if isinstance(node, Apply) and (value := value_of(node.primitive)) is not None
    }
    return sorted(found)


def has_vectors(question: Question) -> bool:
    return any(is_vector(argument.type) for argument in question.arguments)


def kind_of(program: Program) -> Type:
    """The type that the answers are held in; that of a modulus is an integer's."""
    kind = plain(carrier(type_of(program.nodes[-1])))
    return INT if kind == MODULUS else kind
