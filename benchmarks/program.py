"""The synthesizer's program for a task, found once for all sizes of a suite and shared by its cells."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.language import asks_loops, check_language, language_of
from benchmarks.loops import find_loop, program_fields
from benchmarks.names import cut
from benchmarks.published import published
from benchmarks.resolve import task_of
from benchmarks.rules import find_rules
from benchmarks.sequences import of_sequences, said_fresh, solve_sequences
from benchmarks.tasks import Task, examples
from compare.bits import table_bits
from synth import (
    Budget,
    Found,
    Primitive,
    Solution,
    Spec,
    solve,
    solve_family,
)
from synth.language.sympy_view import latex
from synth.search.rows import gather

if TYPE_CHECKING:
    from compare.sample import Samples

SECONDS = 60.0
FEW = 16  # rows on which what is measured beside the verdict is asked first
NO_TYPES = "no program was searched for: the synthesizer's language has no types for this task"


def find_program(task: str, folder: Path, sizes: Sequence[int]) -> tuple[dict[str, dict[str, Any]], str]:
    """Fields of the record by size, and a sentence. One program for all sizes where they ask for one function."""
    declared = task_of(task, folder)
    if asks_loops(declared):
        return find_loops(declared, sizes)
    if declared.board is not None:
        return find_rules(declared, sizes)
    library = language_of(declared)
    specs = {size: spec for size in sizes if (spec := declared.spec(size)) is not None}
    if not specs:
        found = {size: {"program_statement": NO_TYPES} for size in sizes}
        return known_before(declared, found), NO_TYPES
    tables = {size: table_of(declared, size, spec) for size, spec in specs.items()}
    if all(of_sequences(declared, size) for size in specs):
        found = {size: tried(declared, size, spec, library, tables[size]) for size, spec in specs.items()}
    elif one_function(tuple(specs.values())):
        solution = solve_family(tuple(specs.values()), library, Budget(seconds=SECONDS))
        found = dict.fromkeys(sizes, fields(solution, sum(tables.values())))
    else:
        found = {
            size: fields(solve(spec, library, Budget(seconds=SECONDS)), tables[size]) for size, spec in specs.items()
        }
    sentence = "; ".join(dict.fromkeys(record["program_statement"] for record in found.values()))
    return known_before(declared, found), sentence


def tried(task: Task, size: int, spec: Spec, library: tuple[Primitive, ...], table: float) -> dict[str, Any]:
    """Fields of a program of sequences, which has to be right on fresh rows too."""
    solution, wrong = solve_sequences(task, size, spec, library, SECONDS)
    found = fields(solution, table)
    if found["program"] is None:
        return found
    if wrong is not None:
        said = f"no program was found that is right on fresh rows: {found['program_statement']}, and is {wrong}"
        return {**found, "program": None, "program_latex": None, "program_statement": said}
    said = f"{found['program_statement']}; right on {said_fresh(task)}"
    return {**found, "program_statement": said}


def known_before(task: Task, found: dict[int, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Records' fields by size, with who has solved the task."""
    return {str(size): {**record, "program_published": published(task.name, size)} for size, record in found.items()}


def one_function(specs: Sequence[Spec]) -> bool:
    """Whether types are the same, and no input has two answers."""
    if any(spec.type != specs[0].type for spec in specs):
        return False
    try:
        gather(specs)
    except ValueError:  # examples that contradict each other; those of one size are refused when it is solved
        return False
    return True


def find_loops(task: Task, sizes: Sequence[int]) -> tuple[dict[str, dict[str, Any]], str]:
    """The same for functions of streams: a loop for each size."""
    found: dict[str, dict[str, Any]] = {}
    for size in sizes:
        began = time.process_time()
        loop = find_loop(task, size, SECONDS)
        found[str(size)] = program_fields(task, size, loop, time.process_time() - began)
    return found, "; ".join(dict.fromkeys(record["program_statement"] for record in found.values()))


def check_task(task: Task, size: int) -> None:
    """ValueError for an oracle that cannot be asked, and for a language that is unsound or cannot answer."""
    samples, spec = drawn_and_asked(task, size)
    if samples is not None:
        ask_beside(task, size, samples)
    if spec is not None:
        check_language(task, spec)


def ask_beside(task: Task, size: int, samples: "Samples") -> None:
    """ValueError where what is measured beside the verdict cannot be asked, told before a net is trained."""
    given = tuple(values[:FEW] for values in samples.report.arguments)
    rows = np.arange(len(given[0]))

    def held() -> None:
        for each in task.variables(size, given):
            each.then(rows, each.values)

    def halved() -> None:
        if (then := task.halved(size, given)) is not None:
            then(rows, rows)

    def misplaced() -> None:
        for each in task.misplaced:
            task.view(size).encode(*each.arguments(size, *given))

    questions: dict[str, Callable[[], Any]] = {
        "stages": lambda: task.staged(size, samples),
        "intermediates": held,
        "parts": lambda: task.parted(size, given),
        "places": lambda: task.placed(size, given),
        "recombined": halved,
        "masks": lambda: task.masked(size, given),
        "misplaced": misplaced,
        "boards": lambda: task.boarded(size, given),
    }
    for field, question in questions.items():
        try:
            question()
        except Exception as error:
            if isinstance(error, ValueError) and str(error).startswith("task "):
                raise
            why = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ValueError(
                f"task {task.name!r}: expected `{field}` to answer {len(rows)} rows at size {size}, got {why}; mend it"
            ) from error


def table_of(task: Task, size: int, spec: Spec) -> float:
    """Bits of the answers, all of them or those of the examples."""
    return table_bits(spec.targets(), task.classes(size)) if task.listed else examples.table_bits(task, size)


def asked(task: Task, size: int) -> Spec | None:
    """The specification; ValueError where the declaration cannot be asked, with or without one."""
    return drawn_and_asked(task, size)[1]


def drawn_and_asked(task: Task, size: int) -> "tuple[Samples | None, Spec | None]":
    """What nets are read on beside it."""
    try:
        return task.samples(size), task.spec(size)
    except ValueError as error:
        raise error if str(error).startswith("task ") else ValueError(f"task {task.name!r}: {error}") from error
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"task {task.name!r}: its declaration cannot be asked at size {size} ({why})") from error


def fields(solution: Solution, table: float) -> dict[str, Any]:
    """What the record says of the search; a program that takes as many bits as the table, or more, is none."""
    found = solution.program if isinstance(solution, Found) and solution.bits < table else None
    return {
        "program": None if found is None else found.show(),
        "program_latex": None if found is None else latex(found),
        "program_statement": statement(solution, table),
        "program_candidates": solution.counts.candidates,
        "program_distinct": solution.counts.distinct,
        "program_seconds": solution.counts.seconds,
        "program_rate": solution.counts.rate,
        "bits_program": solution.bits if isinstance(solution, Found) else None,
    }


def statement(solution: Solution, table: float) -> str:
    """What is claimed, the program cut to a line; `table` is the bits of the answers, over all sizes served."""
    if not isinstance(solution, Found):
        return solution.statement
    program = solution.program.show()
    if solution.bits < table:
        return solution.statement.replace(program, cut(program))
    proven = solution.bits if solution.minimal else solution.excluded
    return (
        f"no program shorter than the table of {table:,.0f} bits was found; the best of {solution.bits:,.0f} bits, "
        f"{cut(program)}, is another way to write a table; none of {'fewer than' if solution.minimal else 'at most'} "
        f"{proven:g} bits fits"
    )
