"""What `synthnet list` prints: name and first line of each declaration. Imports wait until they are asked for."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Entries = Iterator[tuple[str, str]]


def tasks() -> Entries:
    from benchmarks.tasks import TASKS

    return named(TASKS)


def primitives() -> Entries:
    from synth.library import PRIMITIVES

    return named(PRIMITIVES)


def nets() -> Entries:
    from nets import ARCHITECTURES

    return functions(ARCHITECTURES)


def fitters() -> Entries:
    from compare.fit import FITTERS

    return functions(FITTERS)


def extractors() -> Entries:
    from compare.extract import EXTRACTORS

    return functions(EXTRACTORS)


def suites() -> Entries:
    from benchmarks.suite import FOLDER

    return files(FOLDER)


def recipes() -> Entries:
    from benchmarks.recipe import FOLDER

    return files(FOLDER)


def controls() -> Entries:
    from benchmarks.controls import CONTROLS

    return ((control.name, f"[{control.expected}] {control.doc}") for control in CONTROLS)


def named(declared: Any) -> Entries:
    return ((entry.name, entry.doc) for entry in declared)


def functions(declared: Any) -> Entries:
    for function in declared:
        name = getattr(function, "name", None) or function.__name__
        yield name, (function.__doc__ or "").strip().partition("\n")[0]


def files(folder: Path) -> Entries:
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))["doc"]


LISTINGS: dict[str, Callable[[], Entries]] = {
    "tasks": tasks,
    "primitives": primitives,
    "nets": nets,
    "fitters": fitters,
    "extractors": extractors,
    "suites": suites,
    "recipes": recipes,
    "controls": controls,
}
