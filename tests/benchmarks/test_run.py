"""Run directories: only what is missing is done, damage is named and repaired, and nothing whole is ever lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_worker
import numpy as np
import pytest

from benchmarks.pool import Watcher
from benchmarks.run import Outcome, chosen, run_suite, searches_for, usable
from benchmarks.store import read_records, write_record, write_text
from benchmarks.suite import Suite, read_suite
from benchmarks.worker import Answer
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


def done(folder: Path) -> list[str]:
    log = folder / "run" / "work.log"
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
    assert "None" not in (tmp_path / "run" / "work.log").read_text()  # threads were limited in the workers
    assert "OMP_NUM_THREADS" not in os.environ or os.environ["OMP_NUM_THREADS"] != "1"


def test_only_limits_the_cells_and_the_rest_comes_with_the_next_run(tmp_path: Path) -> None:
    which = suite(tmp_path)
    first = run(tmp_path, which, only="31")
    assert [record.size for record in first.records] == [31, 31]
    assert len(run(tmp_path, which).records) == 4
    assert [cell.name for cell in chosen(which, "*-s1")] == [cell.name for cell in which.cells if cell.seed == 1]
    with pytest.raises(ValueError, match="unknown cell 'mod_add-23-closed-clok-s0'; did you mean 'mod_add-23-clo"):
        chosen(which, "mod_add-23-closed-clok-s0")


def test_a_failed_cell_and_a_dead_worker_leave_records_with_reasons_and_the_rest_goes_on(tmp_path: Path) -> None:
    outcome = run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.FAILS}, {fake_worker.DIES}, 31", seeds="0"))
    by_size = {record.size: record for record in outcome.records}
    assert outcome.failed == 2
    assert by_size[fake_worker.FAILS].error == "it was asked to fail"
    assert "the worker process ended by signal 9" in str(by_size[fake_worker.DIES].error)
    assert by_size[23].status == by_size[31].status == "done"
    assert len(done(tmp_path)) == 4
    run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.FAILS}, {fake_worker.DIES}, 31", seeds="0"))
    assert len(done(tmp_path)) == 6  # failed cells are tried again


def test_a_cell_without_a_record_counts_as_failed_and_its_file_is_named(tmp_path: Path) -> None:
    notes = Notes()
    outcome = run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.LOSES}", seeds="0"), watcher=notes)
    assert (len(outcome.records), outcome.failed, outcome.stopped) == (1, 1, None)
    assert notes.failures == ["[Errno 13] Permission denied: 'records/x.json'"]
    assert run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.LOSES}", seeds="0"), only="-23-").failed == 0


def test_a_search_that_fails_is_said_in_the_records_and_not_traced(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = run(tmp_path, suite(tmp_path, sizes=f"23, {fake_worker.MISSES}", seeds="0"))
    assert [record.program_statement for record in outcome.records] == ["the search failed: the language is empty"] * 2
    assert "Traceback" not in capfd.readouterr().err
    assert not list((tmp_path / "run" / "programs").glob("*"))  # so that it is searched for again


def test_a_full_disk_stops_the_run_with_a_sentence_and_keeps_what_is_whole(tmp_path: Path) -> None:
    outcome = run(tmp_path, suite(tmp_path, sizes=f"127, {fake_worker.FILLS}, 23", seeds="0"), jobs=1)
    assert outcome.stopped == "no room left on the disk for x; free some, then run again"
    assert [record.size for record in outcome.records] == [127]  # the longest came first


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
        texts[5].replace('"arrays":null', '"arrays":"arrays/x.npz"'),
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
    assert usable(tmp_path, notes) == {"sound"}
    assert len(notes.notes) == 1
    assert (
        "without whole arrays (spoilt.npz is missing or damaged): set aside as spoilt.json.damaged1" in notes.notes[0]
    )


def test_a_run_directory_of_another_suite_or_with_other_files_is_refused(tmp_path: Path) -> None:
    run(tmp_path, suite(tmp_path))
    with pytest.raises(ValueError, match="expected a run directory of suite 'other', got one of 'tiny'; give another"):
        run(tmp_path, suite(tmp_path, name="other"))
    with pytest.raises(ValueError, match="got one of 'tiny' as it was before it was changed"):
        run(tmp_path, suite(tmp_path, seeds="0"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="expected a run directory or an empty one, got other files"):
        run_suite(suite(tmp_path), tmp_path / "mine", command="", jobs=1, worker=fake_worker.work)
    with pytest.raises(ValueError, match=r"thesis\.txt/x: expected a place for a directory, got a file on the way"):
        run_suite(suite(tmp_path), tmp_path / "mine" / "thesis.txt" / "x", command="", jobs=1, worker=fake_worker.work)
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
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "run" / "awake").touch()
    assert [record.size for record in read_records(tmp_path / "run").records.values()] == [127]
    wait_for(lambda: not workers_of(process.pid))
    outcome = run(tmp_path, which)
    assert [record.size for record in outcome.records] == [127, fake_worker.SLEEPS, 23]
    assert [name.split("-")[1] for name in done(tmp_path)].count("127") == 1


def wait_for(condition) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def workers_of(parent: int) -> list[str]:
    """Processes that say that they were spawned by this one."""
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [line.decode() for line in lines if f"parent_pid={parent},".encode() in line]


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
    searches = searches_for(suite(tmp_path).cells)
    assert [(search.key, search.sizes) for search in searches] == [("program-mod_add", (23, 31))]
