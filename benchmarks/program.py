"""The synthesizer's program for a task, found once for all sizes of a suite and shared by its cells."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.language import check_language, language_of
from benchmarks.resolve import task_of
from benchmarks.tasks import Task
from synth import (
    Budget,
    Found,
    Solution,
    Spec,
    solve,
    solve_family,
)
from synth.language.sympy_view import latex

SECONDS = 60.0


def find_program(task: str, folder: Path, sizes: Sequence[int]) -> tuple[dict[str, dict[str, Any]], str]:
    """Fields of the record by size, and a sentence. One program for all sizes where their types are the same."""
    declared = task_of(task, folder)
    library = language_of(declared)
    specs = {size: declared.spec(size) for size in sizes}
    if len({spec.type for spec in specs.values()}) == 1:
        solution = solve_family(tuple(specs.values()), library, Budget(seconds=SECONDS))
        solutions = dict.fromkeys(sizes, solution)
    else:
        solutions = {size: solve(spec, library, Budget(seconds=SECONDS)) for size, spec in specs.items()}
    sentence = "; ".join(dict.fromkeys(solution.statement for solution in solutions.values()))
    return {str(size): fields(solution) for size, solution in solutions.items()}, sentence


def check_task(task: Task, size: int) -> None:
    """ValueError for an oracle that cannot be asked, and for a language that is unsound or cannot answer."""
    check_language(task, asked(task, size))


def asked(task: Task, size: int) -> Spec:
    try:
        return task.spec(size)
    except ValueError:
        raise
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"task {task.name!r}: its declaration cannot be asked at size {size} ({why})") from error


def fields(solution: Solution) -> dict[str, Any]:
    """What the record says of the search."""
    found = solution.program if isinstance(solution, Found) else None
    return {
        "program": None if found is None else found.show(),
        "program_latex": None if found is None else latex(found),
        "program_statement": solution.statement,
        "program_candidates": solution.counts.candidates,
        "program_distinct": solution.counts.distinct,
        "program_seconds": solution.counts.seconds,
        "program_rate": solution.counts.rate,
        "bits_program": None if found is None else solution.bits,
    }
