"""A Ray cluster does a suite like this machine does, also while one of its nodes is killed."""

import builtins
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from benchmarks.difference import differences
from benchmarks.executors import cluster
from benchmarks.run import refuse_far_files, run_suite
from benchmarks.store import in_order, read_records
from benchmarks.suite import read_suite

SUITE = """
name = "small"
doc = "Cells of some seconds."
[[cells]]
task = "mine.py:TASK"
sizes = [6, 8]
recipe = "untrained"
seeds = [0, 1]
[[cells]]
task = "mod_add"
sizes = [23]
recipe = "clock"
"""
TASK = """
from helper import larger
from benchmarks.tasks import Task
from synth import INT, Fn
TASK = Task(name="larger", doc="The larger one.", type=Fn((INT, INT), INT), oracle=lambda n, a, b: larger(a, b),
            sizes=(8,), values=lambda n: n, classes=lambda n: n, library=("arith", "choice"))
"""
COMMAND = "import sys; from benchmarks.cli import main; main(sys.argv[1:])"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "suite.toml"
    path.parent.mkdir()
    path.write_text(SUITE)
    (path.parent / "mine.py").write_text(TASK)
    (path.parent / "helper.py").write_text("import numpy\nlarger = numpy.maximum\n")
    (path.parent / "nets").mkdir()  # hides nothing of ours
    (path.parent / "nets" / "__init__.py").write_text("")
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_is_killed_costs_no_cell(suite: Path, tmp_path: Path) -> None:
    utils = pytest.importorskip("ray.cluster_utils")
    small = {"num_cpus": 1, "object_store_memory": 100 << 20}
    nodes = utils.Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
    try:
        second = nodes.add_node(**small)
        argv = ["run", str(suite), "--out", str(tmp_path / "there"), "--cluster", nodes.address]
        process = subprocess.Popen([sys.executable, "-c", COMMAND, *argv], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("[1/"):
                nodes.remove_node(second, allow_graceful=False)
        assert process.wait() == 0
    finally:
        nodes.shutdown()
    here = run_suite(read_suite(str(suite)), tmp_path / "here", command="", jobs=2)
    there = in_order(tmp_path / "there", read_records(tmp_path / "there").records)
    assert len(there) == 5
    assert differences(here.records, there) == []


def test_an_address_at_which_nothing_answers_is_said_with_what_to_do() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ValueError, match=rf"{port}: nothing answered within 10 s .*`ray start --head`"):
        cluster.check_address(f"127.0.0.1:{port}")
    with pytest.raises(ValueError, match=r"expected auto or an address such as .*, got 'here'"):
        cluster.check_address("here")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        cluster.check_address(f"127.0.0.1:{taken.getsockname()[1]}")
    cluster.check_address("auto")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest, **more):
        if name == "ray":
            raise ImportError(name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ValueError, match=r"expected the package ray, .*; run `pip install 'synthnet\[cluster\]'`"):
        cluster.load()


def test_what_does_not_come_to_an_end_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = threading.Event()
    with pytest.raises(ValueError, match=r"no Ray cluster took us in within 0\.1 s; check that one runs there"):
        cluster.within(0.1, "1.2.3.4:1", held.wait)
    held.set()
    with pytest.raises(ValueError, match=r"no Ray cluster could be joined \(no such thing\); start one with"):
        cluster.within(5, "auto", lambda: (_ for _ in ()).throw(ConnectionError("no such\nthing")))
    assert cluster.within(5, "auto", lambda: 3) == 3


def test_files_that_do_not_travel_with_the_suite_are_refused(suite: Path) -> None:
    refuse_far_files(read_suite(str(suite)))
    (suite.parent.parent / "mine.py").write_text(
        TASK.replace("from helper import larger", "import numpy; larger = numpy.maximum")
    )
    suite.write_text(SUITE.replace("mine.py:TASK", "../mine.py:TASK"))
    with pytest.raises(ValueError, match=r"--cluster: expected .*\.\./mine\.py:TASK.* in the suite's folder"):
        refuse_far_files(read_suite(str(suite)))


def test_a_folder_too_large_to_travel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LARGEST", 10)
    for hidden in (".venv", "runs"):
        (tmp_path / hidden).mkdir()
        (tmp_path / hidden / "file").write_text("x" * 20)
    (tmp_path / "mine.py").write_text("x" * 10)
    cluster.refuse_large(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("x")
    with pytest.raises(ValueError, match=r"at most 0 MiB in the suite's folder .*; put the suite and the files"):
        cluster.refuse_large(tmp_path)


def test_nodes_need_our_version() -> None:
    ours = version("synthnet")
    cluster.refuse_other_versions("auto", {"10.0.0.1": ours})
    for theirs, said in (("0.0.1", "0.0.1"), ("", "none")):
        with pytest.raises(ValueError, match=rf"expected synthnet {ours} on every node, got {said} on 10\.0\.0\.2;"):
            cluster.refuse_other_versions("auto", {"10.0.0.1": ours, "10.0.0.2": theirs})
