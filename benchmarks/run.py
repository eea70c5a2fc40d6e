"""Running a suite: what is missing is handed to worker processes, the longest cells first."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.names import matching
from benchmarks.pool import Pool, Watcher
from benchmarks.resolve import task_of
from benchmarks.store import in_order, locked, open_run, read_records, set_aside, write_text
from benchmarks.suite import Cell, Suite
from benchmarks.worker import CACHE, Job, Work, work
from compare.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The records that the suite has now, in its order, and the sentence that stopped the run early."""

    records: list[Record]
    failed: int
    stopped: str | None = None


def run_suite(
    suite: Suite,
    folder: Path,
    *,
    command: str,
    jobs: int,
    only: str | None = None,
    watcher: Watcher | None = None,
    worker: Work = work,
) -> Outcome:
    """Do every cell that has no whole record yet; failed cells are tried again. ValueError for bad usage."""
    watcher = watcher or Watcher()
    wanted = chosen(suite, only)
    with locked(folder):
        open_run(folder, suite, command)
        kept = usable(folder, watcher)
        missing = [cell for cell in wanted if cell.name not in kept]
        watcher.begin(len(wanted), len(wanted) - len(missing))
        stopped = _work_off(suite, missing, folder, command, jobs, watcher, worker) if missing else None
    records = in_order(folder, read_records(folder).records)
    if len(records) == len(suite.cells):
        shutil.rmtree(folder / CACHE, ignore_errors=True)
    done = {record.cell for record in records if record.status == "done"}
    return Outcome(records=records, failed=sum(cell.name not in done for cell in wanted), stopped=stopped)


def chosen(suite: Suite, only: str | None) -> list[Cell]:
    """Cells whose names match, all without a pattern."""
    if only is None:
        return list(suite.cells)
    names = set(matching("cell", only, [cell.name for cell in suite.cells]))
    return [cell for cell in suite.cells if cell.name in names]


def usable(folder: Path, watcher: Watcher) -> set[str]:
    """Cells that are done; damaged records are named and set aside."""
    stored = read_records(folder)
    for name, sentence in stored.broken.items():
        watcher.note(f"{sentence}: set aside as {set_aside(folder, name).name}, the cell is done again")
    return {cell for cell, record in stored.records.items() if record.status == "done"}


def cost(cell: Cell) -> float:
    """About how long a cell takes, in arbitrary units: longest first keeps all workers busy to the end."""
    task = task_of(cell.task, Path(cell.folder))
    rows = task.values(cell.size) ** len(task.signature(cell.size).args)
    steps = 0 if cell.recipe.control or cell.recipe.untrained else int(cell.recipe.train.get("steps", 1000))
    heavy = 4 if cell.net == "transformer" else 1
    wide = 20 if cell.recipe.control in ("lookup", "random_features", "wide_clock") else 1
    return rows * heavy * (steps * cell.recipe.fraction + 500 * wide)


def _work_off(
    suite: Suite, cells: list[Cell], folder: Path, command: str, jobs: int, watcher: Watcher, worker: Work
) -> str | None:
    pool = Pool(folder=folder, command=command, worker=worker, watcher=watcher)
    programs = stored_programs(folder)
    waiting = [job_of(cell) for cell in sorted(cells, key=cost, reverse=True)]
    needed = {cell.task for cell in cells}
    searches = [search for search in searches_for(suite.cells) if search.task in needed and search.key not in programs]
    with pool.running(min(jobs, len(waiting) + len(searches))):
        while waiting or searches or pool.busy():
            for seat in pool.free():
                job = next_job(searches, waiting, programs)
                if job is not None:
                    pool.give(seat, job)
            for job, answer in pool.answers():
                if answer.kind == "full":
                    return answer.said
                if job.cell is None:
                    programs[job.key] = answer.program
                    if answer.kind == "failed":
                        programs[job.key] = not_found(job, answer.said)
                    else:
                        write_text(folder / "programs" / f"{job.key}.json", json.dumps(answer.program))
    return None


def job_of(cell: Cell) -> Job:
    return Job(cell.name, cell, cell.task, cell.folder, (cell.size,), {})


def not_found(job: Job, why: str) -> dict[str, Any]:
    """What records say of a search that failed."""
    return {str(size): {"program_statement": f"the search failed: {why}"} for size in job.sizes}


def searches_for(cells: Sequence[Cell]) -> list[Job]:
    """One search a task, over all sizes of the suite's cells."""
    sizes: dict[tuple[str, str], set[int]] = {}
    for cell in cells:
        sizes.setdefault((cell.task, cell.folder), set()).add(cell.size)
    return [
        Job(f"program-{task_of(task, Path(folder)).name}", None, task, folder, tuple(sorted(known)), {})
        for (task, folder), known in sizes.items()
    ]


def next_job(searches: list[Job], waiting: list[Job], programs: dict[str, dict[str, Any]]) -> Job | None:
    """A search while there is one, else the longest cell whose task's program is known."""
    if searches:
        return searches.pop(0)
    for number, job in enumerate(waiting):
        key = f"program-{task_of(job.task, Path(job.folder)).name}"
        if key in programs:
            return waiting.pop(number)._replace(program=programs[key].get(str(job.sizes[0]), {}))
    return None


def stored_programs(folder: Path) -> dict[str, dict[str, Any]]:
    """Programs that an earlier run found, by their search's name; a damaged file is searched for again."""
    programs = {}
    for path in (folder / "programs").glob("*.json"):
        try:
            programs[path.stem] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except msgspec.MsgspecError:
            path.unlink()
    return programs
