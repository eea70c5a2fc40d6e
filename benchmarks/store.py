"""A run directory: suite.json says of which suite, records/ and arrays/ hold one file a cell, each whole or absent."""

import errno
import fcntl
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from benchmarks.suite import Suite
from compare.record import Record, from_line, to_line
from nets.checkpoint import save_arrays

IDENTITY = "suite.json"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory holds, and the cells in the order of the suite."""

    suite: str
    command: str
    cells: tuple[str, ...]
    added: tuple[str, ...] = ()  # cells that no suite asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Whole records by cell, and a sentence for each file that was not."""

    records: dict[str, Record]
    broken: dict[str, str]  # file name -> what is wrong


def open_run(folder: Path, suite: Suite, command: str) -> None:
    """Make the directory, or see that it is one of a suite of this name, which may have other cells by now."""
    mine = Identity(suite=suite.name, command=command, cells=tuple(cell.name for cell in suite.cells))
    path = folder / IDENTITY
    if path.exists():
        other = identity_of(folder)
        if other.suite != suite.name:
            raise ValueError(
                f"{folder}: expected a run directory of suite {suite.name!r}, got one of {other.suite!r}; "
                "give another --out"
            )
        if other.cells == mine.cells:
            return
        mine = msgspec.structs.replace(mine, added=other.added)
    elif folder.exists() and any(not entry.name.startswith(".") for entry in folder.iterdir()):
        raise ValueError(f"{folder}: expected a run directory or an empty one, got other files; give another --out")
    write_text(path, msgspec.json.encode(mine).decode())


def identity_of(folder: Path) -> Identity:
    """What the directory holds; ValueError when it is no run directory."""
    path = folder / IDENTITY
    if not path.is_file():
        raise ValueError(
            f"{folder}: expected a run directory with {IDENTITY}, found none; make one with `synthnet run`"
        )
    try:
        return msgspec.json.decode(path.read_bytes(), type=Identity)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path}: expected the identity of a run, got a damaged file ({error}); restore it") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One run at a time; ValueError when another one is at work in the directory."""
    with lock_file(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(f"{folder}: another run is at work there; wait for it, or give another --out") from error
        yield


def lock_file(folder: Path) -> IO[str]:
    """An open file in the directory, which is made where there is none; ValueError where none can be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / ".lock").open("w")
    except (FileExistsError, NotADirectoryError) as error:
        raise ValueError(
            f"{folder}: expected a place for a directory, got a file on the way; give another --out"
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise ValueError(
            f"{folder}: expected a place where files can be written, got {error.strerror!r}; give another --out"
        ) from error


def read_records(folder: Path) -> Stored:
    """Every record in the directory; a damaged one, or one whose arrays are missing or damaged, is named instead."""
    records: dict[str, Record] = {}
    broken: dict[str, str] = {}
    for path in sorted((folder / "records").glob("*.json")):
        try:
            record = from_line(path.read_bytes())
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            broken[path.name] = f"damaged record {path} ({error})"
            continue
        if record.cell != path.stem:
            broken[path.name] = f"damaged record {path} (it says that it is of the cell {record.cell!r})"
        elif record.arrays is not None and not whole(folder / record.arrays):
            broken[path.name] = f"record {path} without whole arrays ({record.arrays} is missing or damaged)"
        else:
            records[record.cell] = record
    return Stored(records=records, broken=broken)


def whole(path: Path) -> bool:
    """Whether every array in the file can be read, to its last byte."""
    try:
        with zipfile.ZipFile(path) as arrays:
            return arrays.testzip() is None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError):
        return False


def in_order(folder: Path, records: dict[str, Record]) -> list[Record]:
    """The records of the suite's cells, in its order, then those added; of cells that it no longer has, none."""
    identity = identity_of(folder)
    return [records[cell] for cell in (*identity.cells, *identity.added) if cell in records]


def set_aside(folder: Path, name: str) -> Path:
    """Rename a damaged record so that its cell is done again; the new name."""
    path = folder / "records" / name
    number = 1
    while (kept := path.with_name(f"{name}.damaged{number}")).exists():
        number += 1
    path.rename(kept)
    return kept


def write_cell(folder: Path, record: Record, arrays: dict[str, np.ndarray]) -> None:
    """Write the arrays, then the record that names them, each whole or not at all."""
    if arrays:
        save_arrays(folder / str(record.arrays), arrays)
    write_record(folder, record)


def write_record(folder: Path, record: Record) -> None:
    """Write the record, whole or not at all."""
    write_text(record_path(folder, record.cell), to_line(record) + "\n")


def record_path(folder: Path, cell: str) -> Path:
    return folder / "records" / f"{cell}.json"


def arrays_of(cell: str) -> str:
    """Where a cell's arrays are, in its run directory."""
    return f"arrays/{cell}.npz"


def write_text(path: Path, text: str) -> None:
    """To a temporary file in the same folder, synced, then renamed to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OSError(errno.ENOSPC, f"no room left on the disk for {path}; free some, then run again") from error
        raise
    finally:
        temporary.unlink(missing_ok=True)
