"""Run directories: only what is missing is done, damage is named and repaired, and nothing whole is ever lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import fake_worker
import numpy as np
import pytest

from benchmarks import dispatch
from benchmarks.dispatch import searches_for
from benchmarks.fingerprint import answers_of, search_print
from benchmarks.resolve import MARK
from benchmarks.run import Outcome, chosen, run_suite
from benchmarks.standing import usable
from benchmarks.store import read_records, write_cell, write_record, write_text
from benchmarks.suite import Suite, read_suite
from benchmarks.watch import Watcher
from benchmarks.worker import Answer, Job, Work, do
from compare.record import Record
from nets.checkpoint import save_arrays

SUITE = """
name = "tiny"
doc = "Cells that take no time."
[[cells]]
task = "mod_add"
sizes = [{sizes}]
recipe = "clock"
seeds = [{seeds}]
"""


class Notes(Watcher):
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.failures: list[str] = []

    def ended(self, key: str, answer: Answer) -> None:
        self.failures += [answer.said] if answer.kind == "failed" else []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


def suite(folder: Path, sizes: str = "23, 31", seeds: str = "0, 1", name: str = "tiny") -> Suite:
    path = folder / "suite.toml"
    path.write_text(SUITE.format(sizes=sizes, seeds=seeds).replace("tiny", name))
    return read_suite(str(path))


def run(folder: Path, which: Suite, **options) -> Outcome:
    return run_suite(which, folder / "run", command="test", worker=fake_worker.work, **{"jobs": 1, **options})


@dataclass
class Here:
    """Does a job in this process, as soon as it is submitted."""

    work: Work

    def seats(self) -> int:
        return 1

    def submit(self, job: Job) -> Future[Answer]:
        future: Future[Answer] = Future()
        future.set_result(do(self.work, job))
        return future

    def death(self, error: BaseException) -> None:
        return None

    def close(self) -> None: ...


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that need no process, where nothing is asked of processes."""
    monkeypatch.setattr("benchmarks.run.executor_of", lambda worker, *rest: Here(worker))


def done(folder: Path) -> list[str]:
    log = folder / "work.log"
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


def test_every_cell_is_done_once_and_the_records_come_in_the_suite_s_order(tmp_path: Path) -> None:
    which = suite(tmp_path)
    outcome = run(tmp_path, which, jobs=2)
    assert [record.cell for record in outcome.records] == [cell.name for cell in which.cells]
    assert outcome.failed == 0
    assert [record.program for record in outcome.records] == ["(f a b)", "(f a b)", None, None]
    again = run(tmp_path, which)
    assert again.records == outcome.records
    assert sorted(done(tmp_path)) == sorted(cell.name for cell in which.cells)
    assert "None" not in (tmp_path / "work.log").read_text()  # threads were limited in the workers
    assert "OMP_NUM_THREADS" not in os.environ or os.environ["OMP_NUM_THREADS"] != "1"


@pytest.mark.usefixtures("here")
def test_only_limits_the_cells_and_the_rest_comes_with_the_next_run(tmp_path: Path) -> None:
    which = suite(tmp_path)
    first = run(tmp_path, which, only="31")
    assert [record.size for record in first.records] == [31, 31]
    assert len(run(tmp_path, which).records) == 4
    assert [cell.name for cell in chosen(which, "*-s1")] == [cell.name for cell in which.cells if cell.seed == 1]
    with pytest.raises(ValueError, match="unknown cell 'mod_add-23-closed-clok-s0'; did you mean 'mod_add-23-clo"):
        chosen(which, "mod_add-23-closed-clok-s0")


@pytest.mark.slow
def test_a_failed_cell_and_a_dead_worker_leave_records_with_reasons_and_the_rest_goes_on(tmp_path: Path) -> None:
    which = suite(tmp_path, sizes=f"23, {fake_worker.FAILS}, {fake_worker.DIES}, 31", seeds="0")
    outcome = run(tmp_path, which)
    by_size = {record.size: record for record in outcome.records}
    assert outcome.failed == 2
    assert by_size[fake_worker.FAILS].error == "it was asked to fail"
    assert (
        by_size[fake_worker.DIES].error == "the worker process ended with exit code 3 before the cell was done, 2 times"
    )
    assert by_size[23].status == by_size[31].status == "done"
    assert len(done(tmp_path)) == 5  # the job of a worker that died is tried once more
    run(tmp_path, which, only=f"-{fake_worker.FAILS}-")
    assert len(done(tmp_path)) == 6  # failed cells are tried again


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_cell_a_second_try(tmp_path: Path) -> None:
    notes = Notes()
    which = suite(tmp_path, sizes=f"23, {fake_worker.KILLED}, 31", seeds="0")
    outcome = run(tmp_path, which, jobs=2, watcher=notes)
    assert (outcome.failed, len(outcome.records)) == (0, 3)
    assert [note.partition(": ")[2] for note in notes.notes] == [
        "the worker process ended by SIGKILL before the cell was done; it is tried again"
    ]
    assert len(done(tmp_path)) == 4


@pytest.mark.usefixtures("here")
def test_what_a_worker_raises_is_a_failed_record(tmp_path: Path) -> None:
    notes = Notes()
    outcome = run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.RAISES}", seeds="0"), watcher=notes)
    assert (len(outcome.records), outcome.failed, outcome.stopped) == (2, 1, None)
    assert notes.failures == ["[Errno 13] Permission denied: 'records/x.json'"]
    assert outcome.records[1].error == notes.failures[0]


@pytest.mark.usefixtures("here")
def test_a_search_that_fails_is_said_in_the_records_and_not_traced(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.MISSES}", seeds="0"))
    assert [record.program_statement for record in outcome.records] == ["the search failed: the language is empty"] * 2
    assert outcome.unfound == ("mod_add: the search for a program failed: the language is empty",)
    assert "Traceback" not in capfd.readouterr().err
    assert not list((tmp_path / "run" / "programs").glob("*"))  # so that it is searched for again


@pytest.mark.usefixtures("here")
def test_a_full_disk_stops_the_run_with_a_sentence_and_keeps_what_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def write(folder: Path, record: Record, arrays: dict[str, np.ndarray]) -> None:
        if written:
            raise OSError(28, "no room left on the disk for x; free some, then run again")
        written.append(record.cell)
        write_cell(folder, record, arrays)

    monkeypatch.setattr(dispatch, "write_cell", write)
    outcome = run(tmp_path, suite(tmp_path, sizes="127, 59, 23", seeds="0"))
    assert outcome.stopped == "no room left on the disk for x; free some, then run again"
    assert [record.size for record in outcome.records] == [127]  # the longest came first


@pytest.mark.usefixtures("here")
def test_damaged_records_are_named_set_aside_and_done_again(tmp_path: Path) -> None:
    which = suite(tmp_path, sizes="23", seeds="0, 1, 2, 3, 4, 5, 6")
    whole = run(tmp_path, which).records
    paths = [tmp_path / "run" / "records" / f"{cell.name}.json" for cell in which.cells]
    texts = [path.read_text() for path in paths]
    damaged = [
        "",
        "{",
        '{"suite": 1}',
        "\xff",
        texts[4].replace("-s4", "-s7"),
        texts[5].replace(f"arrays/{which.cells[5].name}", "arrays/x"),
    ]
    for path, text in zip(paths, damaged, strict=False):
        path.write_bytes(text.encode("latin-1"))
    notes = Notes()
    assert run(tmp_path, which, watcher=notes).records == whole
    assert len(notes.notes) == 6
    for path, text, note in zip(paths, damaged, notes.notes, strict=False):
        assert f"{path} " in note
        assert path.with_name(path.name + ".damaged1").read_bytes() == text.encode("latin-1")
    assert "x.npz is missing or damaged" in notes.notes[5]
    assert len(done(tmp_path)) == 13
    assert read_records(tmp_path / "run").broken == {}


def test_arrays_damaged_in_the_middle_are_seen(tmp_path: Path) -> None:
    for cell in ("sound", "spoilt"):
        save_arrays(tmp_path / f"{cell}.npz", {"a": np.random.default_rng(0).normal(size=2000)})
        fields = {"suite": "s", "task": "t", "size": 2, "net": "n", "recipe": "r", "seed": 0}
        write_record(tmp_path, Record(cell=cell, arrays=f"{cell}.npz", **fields))
    content = bytearray((tmp_path / "spoilt.npz").read_bytes())
    content[len(content) // 2] ^= 255
    (tmp_path / "spoilt.npz").write_bytes(content)
    notes = Notes()
    assert set(usable(tmp_path, notes)) == {"sound"}
    assert len(notes.notes) == 1
    assert (
        "without whole arrays (spoilt.npz is missing or damaged): set aside as spoilt.json.damaged1" in notes.notes[0]
    )


@pytest.mark.usefixtures("here")
def test_a_run_directory_of_another_suite_or_with_other_files_is_refused(tmp_path: Path) -> None:
    run(tmp_path, suite(tmp_path))
    with pytest.raises(ValueError, match="expected a run directory of suite 'other', got one of 'tiny'; give another"):
        run(tmp_path, suite(tmp_path, name="other"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="expected a run directory or an empty one, got other files"):
        run_suite(suite(tmp_path), tmp_path / "mine", command="", jobs=1, worker=fake_worker.work)
    with pytest.raises(ValueError, match=r"thesis\.txt/x: expected a place for a directory, got a file on the way"):
        run_suite(suite(tmp_path), tmp_path / "mine" / "thesis.txt" / "x", command="", jobs=1, worker=fake_worker.work)
    with pytest.raises(ValueError, match="/proc/none: expected a place where files can be written, got 'No such file"):
        run_suite(suite(tmp_path), Path("/proc/none"), command="", jobs=1, worker=fake_worker.work)
    (tmp_path / "run" / "suite.json").write_text("{")
    with pytest.raises(ValueError, match="expected the identity of a run, got a damaged file"):
        run(tmp_path, suite(tmp_path))


RUNNER = """
import sys; sys.path[:0] = {paths!r}
from pathlib import Path
import fake_worker
from benchmarks.run import run_suite
from benchmarks.suite import read_suite
if __name__ == "__main__":
    run_suite(read_suite({suite!r}), Path({run!r}), command="test", jobs=1, worker=fake_worker.work)
"""


def test_kill_loses_only_the_cell_in_flight_and_a_second_run_at_once_is_refused(tmp_path: Path) -> None:
    which = suite(tmp_path, sizes=f"127, {fake_worker.SLEEPS}, 23", seeds="0")
    paths = [str(Path(fake_worker.__file__).parent), str(Path(__file__).parents[2])]
    script = tmp_path / "runner.py"
    script.write_text(RUNNER.format(paths=paths, suite=which.path, run=str(tmp_path / "run")))
    process = subprocess.Popen([sys.executable, str(script)])
    wait_for(lambda: len(done(tmp_path)) == 2)
    with pytest.raises(ValueError, match="another run is at work there"):
        run(tmp_path, which)
    workers = {int(line.split()[2]) for line in (tmp_path / "work.log").read_text().splitlines()}
    assert any(Path(f"/proc/{worker}").exists() for worker in workers)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "awake").touch()
    assert [record.size for record in read_records(tmp_path / "run").records.values()] == [127]
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    outcome = run(tmp_path, which)
    assert [record.size for record in outcome.records] == [127, fake_worker.SLEEPS, 23]
    assert [name.split("-")[1] for name in done(tmp_path)].count("127") == 1


def wait_for(condition) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


@pytest.mark.slow
def test_twenty_kills_of_workers_at_random_leave_a_whole_table(tmp_path: Path) -> None:
    which = suite(tmp_path, sizes=str(fake_worker.SHORT), seeds=", ".join(map(str, range(20))))
    killer = Killer(tmp_path / "work.log", kills=20)
    killer.start()
    outcome = run(tmp_path, which, jobs=2)
    killer.enough.set()
    killer.join()
    assert killer.killed == 20
    assert outcome.failed == 0
    assert [record.cell for record in outcome.records] == [cell.name for cell in which.cells]


class Killer(threading.Thread):
    """Kills a worker that has a cell in hand now and then."""

    def __init__(self, log: Path, kills: int) -> None:
        super().__init__()
        self.log, self.kills, self.killed = log, kills, 0
        self.enough = threading.Event()

    def run(self) -> None:
        random = np.random.default_rng(0)
        while self.killed < self.kills and not self.enough.wait(random.uniform(0, 0.3)):
            lines = self.log.read_text().splitlines() if self.log.exists() else []
            living = {int(line.split()[2]) for line in lines} - {os.getpid()}
            for worker in random.permutation([each for each in living if Path(f"/proc/{each}").exists()])[:1]:
                with suppress(ProcessLookupError):
                    os.kill(int(worker), signal.SIGKILL)
                    self.killed += 1


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"no room left on the disk for .*a\.json; free some, then run again"):
        write_text(path, "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "old"


def test_one_search_a_task_over_all_sizes(tmp_path: Path) -> None:
    searches = searches_for(suite(tmp_path).cells, "")
    assert [(search.key, search.sizes) for search in searches] == [("program-mod_add", (23, 31))]


@pytest.mark.usefixtures("here")
def test_a_suite_may_change_and_its_records_stay(tmp_path: Path) -> None:
    run(tmp_path, suite(tmp_path))
    fewer = run(tmp_path, suite(tmp_path, seeds="1"))
    assert [record.cell for record in fewer.records] == [cell.name for cell in suite(tmp_path, seeds="1").cells]
    (tmp_path / "suite.toml").write_text("# my suite\n" + (tmp_path / "suite.toml").read_text())
    assert len(run(tmp_path, suite(tmp_path, seeds="0, 1, 2")).records) == 6
    assert len(done(tmp_path)) == 6


TASK = """
from benchmarks.tasks import Task
from synth import INT, Fn
from helper import half

NAME = Task(name="mean", doc="Half.", type=Fn((INT, INT), INT), oracle=lambda n, a, b: half(a + b), sizes=(8,),
            values=lambda n: n, classes=lambda n: n, library=("arith", "constants"))
"""
NET = """
from net_helper import activation
from nets import wrap
import jax
def NET(positions, alphabet, classes):
    init = lambda key: {"w": jax.random.normal(key, (positions, classes))}
    def apply(params, x, edits):
        hidden = edits.get("hidden.0", activation(x @ params["w"]))
        return hidden * 1.0, {"hidden.0": hidden}
    return wrap(apply, ("hidden.0",), init=init)
"""


@pytest.mark.usefixtures("here")
def test_what_is_made_from_other_answers_or_another_net_is_named_and_done_again(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TASK)
    (tmp_path / "helper.py").write_text("def half(x): return x // 2\n")
    (tmp_path / "mynet.py").write_text(NET)
    (tmp_path / "net_helper.py").write_text("import jax\nactivation = jax.nn.relu\n")
    text = 'name = "m"\ndoc = "x"\n[[cells]]\ntask = "{}"\nsizes = [8]\nrecipe = "untrained"\nnet = "{}"\n'
    (tmp_path / "suite.toml").write_text(
        text.format("mine.py:NAME", "mlp") + text.format("mine.py:NAME", "mynet.py:NET").partition('"x"\n')[2]
    )

    def again() -> tuple[list[str], int]:
        """What is said, and how many cells are done, as by a process that knows nothing yet."""
        for name in [name for name in sys.modules if name.startswith(MARK)]:
            del sys.modules[name]
        answers_of.cache_clear()
        search_print.cache_clear()
        before, notes = len(done(tmp_path)), Notes()
        run(tmp_path, read_suite(str(tmp_path / "suite.toml")), watcher=notes)
        return notes.notes, len(done(tmp_path)) - before

    assert again() == ([], 2)
    (tmp_path / "helper.py").write_text("def half(x):  # the same\n    return x >> 1\n")
    (tmp_path / "net_helper.py").write_text("import jax\nactivation = lambda x: jax.nn.relu(x)\n")
    assert again() == ([], 0)
    (tmp_path / "net_helper.py").write_text("import jax\nactivation = jax.nn.tanh\n")
    assert again() == (["the net 'mynet.py:NET' is another one than before: 1 cell done again"], 1)
    (tmp_path / "helper.py").write_text("def half(x): return x // 4\n")
    said = "the task 'mean' has other answers or types at size 8 than before: 2 cells done again"
    assert again() == ([said, PROGRAM], 2)
    (tmp_path / "mine.py").write_text(TASK.replace('"constants"', '"choice"'))
    assert again() == ([PROGRAM], 0)  # another language is another search, not another net


PROGRAM = "the program of 'mean' is for other answers, sizes or primitives: it is searched for again"
