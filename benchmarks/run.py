"""Running a suite: what is missing, or was made from other things than today's, is done; the longest cells first."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.dispatch import Dispatch, job_of, searches_for
from benchmarks.executors import Executor, Local
from benchmarks.fingerprint import changes, made_from
from benchmarks.names import counted, matching
from benchmarks.programs import known_programs, program_for
from benchmarks.resolve import is_reference, task_of
from benchmarks.store import in_order, locked, open_run, read_records, set_aside, write_record
from benchmarks.suite import Cell, Suite
from benchmarks.watch import Watcher
from benchmarks.worker import Work, work
from compare.record import Record

CACHE = ".cache"  # compiled code, shared by the workers of a run and of its continuations


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The records that the suite has now, in its order; what went wrong."""

    records: list[Record]
    failed: int
    unfound: tuple[str, ...] = ()  # sentences, one for each search for a program that failed
    stopped: str | None = None  # what stopped the run early


def run_suite(
    suite: Suite,
    folder: Path,
    *,
    command: str,
    jobs: int,
    only: str | None = None,
    watcher: Watcher | None = None,
    worker: Work = work,
    cluster: str | None = None,
) -> Outcome:
    """Do every cell that has no whole record of what it is today; failed cells are tried again.

    Jobs run in `jobs` processes of this machine, or on the Ray cluster at an address ("auto": the one that this machine
    is of). ValueError for bad usage.
    """
    watcher = watcher or Watcher()
    wanted = chosen(suite, only)
    with locked(folder):
        open_run(folder, suite, command)
        prints = {cell.name: made_from(cell) for cell in wanted}
        kept = {name: record for name, record in usable(folder, watcher).items() if name in prints}
        for sentence in outdated(wanted, kept, prints):
            watcher.note(sentence)
        good = {name for name, record in kept.items() if not changes(record.made_from, prints[name])}
        missing = [cell for cell in wanted if cell.name not in good]
        programs = known_programs(folder, suite.cells)
        searches = [search for search in searches_for(suite.cells, command) if search.key not in programs]
        searches = [search for search in searches if any(cell.label == search.label for cell in wanted)]
        watcher.begin(len(wanted), len(wanted) - len(missing))
        waiting = [job_of(cell, command) for cell in sorted(missing, key=cost, reverse=True)]
        dispatch = Dispatch(folder=folder, watcher=watcher, prints=prints, programs=programs)
        if waiting or searches:
            executor = executor_of(worker, folder, suite, cluster, min(jobs, len(waiting) + len(searches)))
            dispatch.run(executor, searches, waiting)
        renew_programs(folder, wanted, dispatch.programs)
    records = in_order(folder, read_records(folder).records)
    if len(records) == len(suite.cells):
        shutil.rmtree(folder / CACHE, ignore_errors=True)
    done = {record.cell for record in records if record.status == "done"}
    failed = sum(cell.name not in done for cell in wanted)
    return Outcome(records=records, failed=failed, unfound=tuple(dispatch.unfound), stopped=dispatch.stopped)


def executor_of(worker: Work, folder: Path, suite: Suite, cluster: str | None, jobs: int) -> Executor:
    if cluster is None:
        return Local(worker, jobs, (folder / CACHE).resolve())
    from benchmarks.executors.cluster import Cluster

    refuse_far_files(suite)
    return Cluster(worker, cluster, Path(suite.cells[0].folder))


def refuse_far_files(suite: Suite) -> None:
    """ValueError for a task or a net in a file that does not travel to the nodes of a cluster."""
    for name in {name for cell in suite.cells for name in (cell.task, cell.net or "") if is_reference(name)}:
        folder = Path(suite.cells[0].folder)
        file = (folder / name.rpartition(":")[0]).resolve()
        if not file.is_relative_to(folder):
            raise ValueError(
                f"--cluster: expected the file of {name!r} in the suite's folder {folder}, which travels to the nodes, "
                f"got {file}; move it there"
            )


def chosen(suite: Suite, only: str | None) -> list[Cell]:
    """Cells whose names match, all without a pattern."""
    if only is None:
        return list(suite.cells)
    names = set(matching("cell", only, [cell.name for cell in suite.cells]))
    return [cell for cell in suite.cells if cell.name in names]


def usable(folder: Path, watcher: Watcher) -> dict[str, Record]:
    """Records of cells that are done; damaged ones are named and set aside."""
    stored = read_records(folder)
    for name, sentence in stored.broken.items():
        watcher.note(f"{sentence}: set aside as {set_aside(folder, name).name}, the cell is done again")
    return {cell: record for cell, record in stored.records.items() if record.status == "done"}


def outdated(cells: Sequence[Cell], kept: dict[str, Record], prints: dict[str, dict[str, str]]) -> list[str]:
    """A sentence for each task, net or recipe that is another one than when the records were made."""
    found: dict[str, int] = {}
    for cell in cells:
        record = kept.get(cell.name)
        for what in changes(record.made_from, prints[cell.name]) if record is not None else ():
            words = {
                "answers": f"the task {cell.label!r} has other answers or types at size {cell.size}",
                "net": f"the net {cell.net!r} is another one",
                "recipe": f"the recipe {cell.recipe.name!r} is another one",
            }
            found[words[what]] = found.get(words[what], 0) + 1
    return [f"{sentence} than before: {counted(number, 'cell')} done again" for sentence, number in found.items()]


def renew_programs(folder: Path, cells: Sequence[Cell], programs: dict[str, dict[str, Any]]) -> None:
    """Records of cells that stay get the program that is found for their task now."""
    records = read_records(folder).records
    for cell in cells:
        record, fields = records.get(cell.name), program_for(cell, programs)
        if record is not None and record.status == "done" and fields and cell.recipe.labels == "true":
            renewed = msgspec.structs.replace(record, **fields)
            if renewed != record:
                write_record(folder, renewed)


def cost(cell: Cell) -> float:
    """About how long a cell takes, in arbitrary units: longest first keeps all workers busy to the end."""
    task = task_of(cell.task, Path(cell.folder))
    rows = task.values(cell.size) ** len(task.signature(cell.size).args)
    steps = 0 if cell.recipe.control or cell.recipe.untrained else int(cell.recipe.train.get("steps", 1000))
    heavy = 4 if cell.net == "transformer" else 1
    wide = 20 if cell.recipe.control in ("lookup", "random_features", "wide_clock") else 1
    return rows * heavy * (steps * cell.recipe.fraction + 500 * wide)
