"""Adds a net that was judged by a call of `assess` to a run directory, so that it stands in the same report."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.program import fields
from benchmarks.store import IDENTITY, Identity, arrays_of, identity_of, locked, write_cell, write_text
from compare import Assessment
from compare.programs import sides
from compare.record import Record
from synth import LIBRARY, Primitive, Solution, Spec


def add(
    found: Assessment,
    folder: str | Path,
    *,
    task: str,
    net: str,
    size: int,
    asked: str | None = None,
    recipe: str = "own",
    expected: str | None = None,
    spec: Spec | None = None,
    solution: Solution | None = None,
    library: Iterable[Primitive] = LIBRARY,
    seed: int = 0,
) -> Record:
    """Write the net's record and arrays into a run directory, a suite's or one of its own; `synthnet report` shows it.

    `task` is the card that it comes under, `asked` says in a sentence what the task asks, `net` and `recipe` how the
    net is called, `size` the modulus or the number of values. `solution` is what `synth.solve(spec, library)` gave for
    the specification that the net was judged by: the two programs are compared. Adding under the same names again
    replaces the record.
    """
    if solution is not None and spec is None:
        raise ValueError("solution: expected the specification that it answers as well, got none; give spec=...")
    where = Path(folder)
    cell = re.sub(r"[^\w.@-]+", "_", f"{_named('task', task)}-{size}-{_named('net', net)}-{recipe}-s{seed}")
    with locked(where):
        identity = _joined(where, cell)
        record = Record(
            suite=identity.suite,
            task=task,
            size=size,
            net=net,
            recipe=recipe,
            seed=seed,
            cell=cell,
            asked=asked,
            expected=expected,
            arrays=arrays_of(cell) if found.arrays else None,
            **found.fields(),
            **(_searched(found, spec, solution, library) if spec is not None and solution is not None else {}),
        )
        write_cell(where, record, found.arrays)
        write_text(where / IDENTITY, msgspec.json.encode(identity).decode())
    return record


def _searched(found: Assessment, spec: Spec, solution: Solution, library: Iterable[Primitive]) -> dict[str, Any]:
    """What the record says of the synthesizer's program, and of the net's beside it."""
    program = fields(solution, found.evidence.bits_table)
    return program | sides(found.explanation, found.net_agreement, program["program"], spec, tuple(library))


def _joined(folder: Path, cell: str) -> Identity:
    """What the directory holds once the cell is added."""
    if not (folder / IDENTITY).exists():
        return Identity(suite=folder.resolve().name, command="", cells=(), added=(cell,))
    identity = identity_of(folder)
    if cell in identity.cells:
        raise ValueError(
            f"{folder}: expected a net that the suite {identity.suite!r} has not, got its cell {cell!r}; "
            "give another net, recipe or seed"
        )
    return msgspec.structs.replace(identity, added=tuple(dict.fromkeys((*identity.added, cell))))


def _named(what: str, name: str) -> str:
    if not name.strip():
        raise ValueError(f"{what}: expected a name, got {name!r}; the report lists nets by it")
    return name
