"""What stands of earlier runs: whole records of what a cell is today, with the name and the program it has now."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cell import Cell
from benchmarks.fingerprint import changes
from benchmarks.names import counted
from benchmarks.programs import program_for
from benchmarks.store import arrays_of, read_records, record_path, set_aside, write_record
from benchmarks.watch import Watcher
from compare.record import Record

Prints = dict[str, dict[str, str]]  # what each cell is made from, by its name


def standing(folder: Path, suite: Sequence[Cell], prints: Prints, watcher: Watcher) -> set[str]:
    """The names among `prints` of cells that need not be done; what is done again, and why, is said."""
    records = usable(folder, watcher)
    records |= taken_over(folder, suite, records, prints, watcher)
    for sentence in outdated([cell for cell in suite if cell.name in prints], records, prints):
        watcher.note(sentence)
    return {name for name in prints if name in records and not changes(records[name].made_from, prints[name])}


def usable(folder: Path, watcher: Watcher) -> dict[str, Record]:
    """Records of cells that are done; damaged ones are named and set aside."""
    stored = read_records(folder)
    for name, sentence in stored.broken.items():
        watcher.note(f"{sentence}: set aside as {set_aside(folder, name).name}, the cell is done again")
    return {cell: record for cell, record in stored.records.items() if record.status == "done"}


def taken_over(
    folder: Path, suite: Sequence[Cell], records: dict[str, Record], prints: Prints, watcher: Watcher
) -> dict[str, Record]:
    """Records that were made from just what cells without one are made from, now under the names of these."""
    names = {cell.name for cell in suite}
    free = {name: record for name, record in records.items() if name not in names and record.made_from}
    found: dict[str, Record] = {}
    for cell in (cell for cell in suite if cell.name in prints and cell.name not in records):
        for name, record in free.items():
            if (record.size, record.seed, record.made_from) == (cell.size, cell.seed, prints[cell.name]):
                found[cell.name] = renamed(folder, record, cell)
                watcher.note(f"{name} is now called {cell.name}")
                del free[name]
                break
    return found


def renamed(folder: Path, record: Record, cell: Cell) -> Record:
    """The record and its arrays under the cell's name; the old ones go when the new ones are there."""
    net = record.net.partition("@")[0] + cell.net_place()
    new = msgspec.structs.replace(
        record, cell=cell.name, task=cell.label, net=net, recipe=cell.recipe_label, expected=cell.expected
    )
    if record.arrays is not None:
        new = msgspec.structs.replace(new, arrays=arrays_of(cell.name))
        part = folder / f"{new.arrays}.part"
        shutil.copyfile(folder / record.arrays, part)
        os.replace(part, folder / str(new.arrays))
    write_record(folder, new)
    record_path(folder, record.cell).unlink()
    (folder / str(record.arrays)).unlink(missing_ok=True)
    return new


def outdated(cells: Sequence[Cell], records: dict[str, Record], prints: Prints) -> Iterator[str]:
    """A sentence for each task, net or recipe that is another one than when the records were made."""
    found = Counter(
        words
        for cell in cells
        if (record := records.get(cell.name)) is not None
        for words in differing(cell, record, prints[cell.name])
    )
    for words, number in found.items():
        yield f"{words}: {counted(number, 'cell')} done again"


def differing(cell: Cell, record: Record, now: dict[str, str]) -> Iterator[str]:
    """What is another one than before, in words."""
    if not record.made_from:
        yield "records of an earlier version do not say what they were made from"
        return
    words = {
        "answers": f"the task {cell.label!r} has other answers or types at size {cell.size} than before",
        "net": f"the net {cell.net!r} is another one than before",
        "recipe": f"the recipe {cell.recipe_label!r} is another one than before",
    }
    yield from (words[what] for what in changes(record.made_from, now))


def renew(folder: Path, cells: Sequence[Cell], programs: dict[str, dict[str, Any]]) -> None:
    """Records of cells that stay say what the suite expects now, and the program that is found for their task now."""
    records = read_records(folder).records
    for cell in cells:
        record = records.get(cell.name)
        if record is None or record.status != "done":
            continue
        fields = program_for(cell, programs) if cell.recipe.labels == "true" else {}
        now = msgspec.structs.replace(record, expected=cell.expected, **fields)
        if now != record:
            write_record(folder, now)
