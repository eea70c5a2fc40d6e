"""The programs of a run directory: one file for each task, with the fingerprint of what was asked."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cell import Cell
from benchmarks.fingerprint import search_print
from benchmarks.store import write_text
from benchmarks.twins import file_name
from compare.record import Record

FOLDER = "programs"
FIELDS = (
    "bits_program",
    "synth_strict",
    *(name for name in Record.__struct_fields__ if name.partition("_")[0] == "program"),
)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found: the record's fields by size."""

    made_from: str
    sizes: dict[str, dict[str, Any]]


def search_key(label: str) -> str:
    """The name of the search for the program of the task with this label."""
    return f"program-{file_name(label, certain=True)}"


def sizes_of(cells: Iterable[Cell]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """All sizes of each task's cells, by the task's label, reference and folder."""
    sizes: dict[tuple[str, str, str], set[int]] = {}
    for cell in cells:
        sizes.setdefault((cell.label, cell.task, cell.folder), set()).add(cell.size)
    return {task: tuple(sorted(known)) for task, known in sizes.items()}


def known_programs(folder: Path, cells: Iterable[Cell]) -> dict[str, dict[str, Any]]:
    """Programs that an earlier run found for just what is asked now, by their search's name."""
    known = {}
    for (label, task, place), sizes in sizes_of(cells).items():
        try:
            stored = msgspec.json.decode((folder / FOLDER / f"{search_key(label)}.json").read_bytes(), type=Stored)
        except (OSError, msgspec.MsgspecError):
            continue
        if stored.made_from == search_print(task, place, sizes):
            known[search_key(label)] = stored.sizes
    return known


def stale_programs(folder: Path, cells: Iterable[Cell], known: dict[str, dict[str, Any]]) -> list[str]:
    """The labels of tasks whose stored program is for something else, or damaged."""
    keys = {label: search_key(label) for label, _, _ in sizes_of(cells)}
    return [label for label, key in keys.items() if key not in known and (folder / FOLDER / f"{key}.json").exists()]


def keep_program(folder: Path, label: str, made_from: str, sizes: dict[str, dict[str, Any]]) -> None:
    """Write what a search found."""
    text = json.dumps({"made_from": made_from, "sizes": sizes})
    write_text(folder / FOLDER / f"{search_key(label)}.json", text)


def program_for(cell: Cell, programs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The record's fields for a cell, all of them, where the search for its task is done."""
    found = programs.get(search_key(cell.label), {}).get(str(cell.size), {})
    return dict.fromkeys(FIELDS) | found if found else {}
