"""Running a suite: what is missing, or was made from other things than today's, is done; the longest cells first."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cell import Cell
from benchmarks.dispatch import Dispatch, job_of, searches_for
from benchmarks.executors import Executor, Local
from benchmarks.fingerprint import made_from
from benchmarks.names import matching
from benchmarks.programs import known_programs, stale_programs
from benchmarks.resolve import is_reference, task_of
from benchmarks.standing import renew, standing
from benchmarks.store import in_order, locked, open_run, read_records
from benchmarks.suite import Suite
from benchmarks.tasks import drawn
from benchmarks.watch import Watcher
from benchmarks.worker import Job, Work, work
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
        good = standing(folder, suite.cells, prints, watcher)
        programs = known_programs(folder, suite.cells)
        searches = lacking(folder, suite, wanted, programs, watcher, command)
        waiting = [job_of(cell, command) for cell in sorted(wanted, key=cost, reverse=True) if cell.name not in good]
        watcher.begin(len(wanted), len(good))
        dispatch = Dispatch(folder=folder, watcher=watcher, prints=prints, programs=programs)
        if waiting or searches:
            executor = executor_of(worker, folder, suite, cluster, min(jobs, len(waiting) + len(searches)))
            dispatch.run(executor, searches, waiting)
        renew(folder, wanted, dispatch.programs)
    records = in_order(folder, read_records(folder).records)
    if len(records) == len(suite.cells):
        shutil.rmtree(folder / CACHE, ignore_errors=True)
    done = {record.cell for record in records if record.status == "done"}
    failed = sum(cell.name not in done for cell in wanted)
    return Outcome(records=records, failed=failed, unfound=tuple(dispatch.unfound), stopped=dispatch.stopped)


def lacking(
    folder: Path, suite: Suite, wanted: Sequence[Cell], programs: dict[str, Any], watcher: Watcher, command: str
) -> list[Job]:
    """The searches for programs of the wanted cells' tasks that are not known yet."""
    for label in stale_programs(folder, wanted, programs):
        watcher.note(f"the program of {label!r} is for other answers, sizes or primitives: it is searched for again")
    asked = {cell.label for cell in wanted}
    return [each for each in searches_for(suite.cells, command) if each.label in asked and each.key not in programs]


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


def cost(cell: Cell) -> float:
    """About how long a cell takes, in arbitrary units: longest first keeps all workers busy to the end."""
    task = task_of(cell.task, Path(cell.folder))
    rows = task.rows(cell.size) if task.listed else drawn.ROWS
    steps = 0 if cell.recipe.control or cell.recipe.untrained else int(cell.recipe.train.get("steps", 1000))
    heavy = 4 if cell.net == "transformer" else 1
    wide = 20 if cell.recipe.control in ("lookup", "random_features", "wide_clock") else 1
    return rows * heavy * (steps * cell.recipe.fraction + 500 * wide)
