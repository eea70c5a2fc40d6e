"""What `synthnet list` prints: name and first line of each declaration. Imports wait until they are asked for."""

import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

Entries = Iterator[tuple[str, str]]


def tasks() -> Entries:
    from benchmarks.tasks import TASKS

    return named(TASKS)


def primitives() -> Entries:
    """With their types and the libraries that hold them."""
    from synth.library import LIBRARIES, PRIMITIVES

    for primitive in PRIMITIVES:
        homes = ", ".join(name for name, library in LIBRARIES.items() if primitive in library)
        yield primitive.name, f"{primitive.type}: {primitive.doc} [{homes}]"


def libraries() -> Entries:
    """With the types that their primitives give."""
    from synth.library import LIBRARIES

    for name, library in LIBRARIES.items():
        types = dict.fromkeys(str(primitive.type.result) for primitive in library if primitive.type.args)
        doc = (import_module(f"synth.library.{name}").__doc__ or "").partition("\n")[0]
        yield name, f"[{', '.join(types) or 'int'}] {doc}"


def nets() -> Entries:
    from nets import ARCHITECTURES

    return functions(ARCHITECTURES)


def samplers() -> Entries:
    """What a task's `train` and `test` may be."""
    from benchmarks.tasks.sampling import SAMPLERS

    return ((sampler.__name__, first_line(sampler)) for sampler in SAMPLERS)


def losses() -> Entries:
    """What nets learn by; a task's `kind` names one."""
    from nets import LOSSES

    return ((name, loss.doc) for name, loss in LOSSES.items())


def fitters() -> Entries:
    from compare.fit import FITTERS

    return functions(FITTERS)


def extractors() -> Entries:
    from compare.extract import EXTRACTORS

    return ((extractor.name, first_line(extractor.extract)) for extractor in EXTRACTORS)


def suites() -> Entries:
    from benchmarks.suite import FOLDER

    return files(FOLDER)


def recipes() -> Entries:
    from benchmarks.recipe import FOLDER

    return files(FOLDER)


def controls() -> Entries:
    from benchmarks.controls import CONTROLS

    return ((control.name, f"[{control.expected}] {control.doc}") for control in CONTROLS)


def keys() -> Entries:
    """Of a suite's file, of a group in it, of a recipe's file, and of an override in that."""
    from benchmarks.recipe import Override, RecipeFile
    from benchmarks.strict import documented
    from benchmarks.suite import Group, SuiteFile

    for place, kind in (("suite", SuiteFile), ("cells", Group), ("recipe", RecipeFile), ("override", Override)):
        yield from ((f"{place}.{name}", sentence) for name, sentence in documented(kind))


def named(declared: Any) -> Entries:
    return ((entry.name, entry.doc) for entry in declared)


def functions(declared: Any) -> Entries:
    for function in declared:
        name = getattr(function, "name", None) or function.__name__
        yield name, first_line(function)


def first_line(declared: Any) -> str:
    return (declared.__doc__ or "").strip().partition("\n")[0]


def files(folder: Path) -> Entries:
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))["doc"]


LISTINGS: dict[str, Callable[[], Entries]] = {
    "tasks": tasks,
    "samplers": samplers,
    "libraries": libraries,
    "primitives": primitives,
    "nets": nets,
    "losses": losses,
    "fitters": fitters,
    "extractors": extractors,
    "suites": suites,
    "recipes": recipes,
    "controls": controls,
    "keys": keys,
}
