"""`synthnet check FILE.py`: the primitives of a user's file, and what is right and wrong with each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.language import built_in
from benchmarks.resolve import module_of
from synth import PRIMITIVES, Primitive
from synth.checks.check import Checked, examine

LARGEST = 1 << 22  # bytes of a file of primitives


@dataclass(frozen=True, slots=True)
class Outcome:
    """The lines to print, and how many primitives of the file are at fault."""

    lines: tuple[str, ...]
    failed: int
    of: int


def primitives_of(file: str | Path) -> tuple[Primitive, ...]:
    """The primitives that a Python file declares by name or in tuples, each once; ValueError where it has none.

    The project's own that the file imports do not count.
    """
    path = Path(file).resolve()
    if not path.is_file():
        raise ValueError(f"{file}: expected a Python file, found none; check the path")
    if path.stat().st_size > LARGEST:
        raise ValueError(
            f"{file}: expected a Python file of at most {LARGEST >> 20} MiB, got {path.stat().st_size >> 20} MiB; "
            "give the file that declares the primitives"
        )
    ours = {id(primitive) for primitive in PRIMITIVES}
    values = [value for name, value in vars(module_of(path)).items() if not name.startswith("__")]
    found = tuple(primitive for primitive in dict.fromkeys(declared(values)) if id(primitive) not in ours)
    if not found:
        raise ValueError(
            f"{file}: expected a Primitive at the top of the module, or a tuple of them, found none; "
            "write NAME = Primitive(...)"
        )
    return found


def declared(values: Iterable[Any]) -> Iterator[Primitive]:
    for value in values:
        if isinstance(value, Primitive):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from (each for each in value if isinstance(each, Primitive))


def check_file(file: str | Path, *, seed: int = 0) -> Outcome:
    """Check every primitive of a file."""
    primitives = primitives_of(file)
    lines: list[str] = []
    failed = 0
    for primitive in primitives:
        faults = [*clashes(primitive, primitives), *(checked := examine(primitive, seed=seed)).faults]
        failed += bool(faults)
        lines += faults or [f"{primitive.name}: {primitive.type}: {told(primitive, checked)}"]
    return Outcome(tuple(lines), failed, len(primitives))


def clashes(primitive: Primitive, primitives: tuple[Primitive, ...]) -> Iterator[str]:
    same = [each for each in primitives if each.name == primitive.name]
    if len(same) > 1 and same[0] is primitive:
        yield f"primitive {primitive.name!r}: expected each name once, got it {len(same)} times; rename one"


def told(primitive: Primitive, checked: Checked) -> str:
    """What was compared, and which views are not there to be compared."""
    views = [name for name in checked.done if name in VIEWS]
    rest = [name for name in checked.done if name not in VIEWS and name != "run"]
    missing = ["not compiled: large searches are slower"] if "numba" not in views and primitive.on_single_values else []
    missing += ["no Python view"] if primitive.python is None else []
    homes = built_in(primitive)
    missing += [f"named like one of ours, in {', '.join(homes)}"] if homes else []
    return "; ".join([" = ".join(["numpy", *views]), *rest, *missing])


VIEWS = ("JAX", "numba", "sympy", "Python")
