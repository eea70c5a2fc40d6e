"""LIMITS: what `synthnet solve` takes of memory and time beside what it was allowed, on inputs that spend both.

Memory is the peak of the process, less that of the same command on a trivial file; time is the wall's, less the same.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.speed.synth.section import Figure, Options, Progress, Section

MEMORY, TIME, MORE = 1.2, 1.1, 2.0  # what may be taken, in times of the budgets, and seconds beside it
TRIVIAL = "a,output\n1,2\n2,3\n3,4\n"
COMMAND = "from benchmarks.cli import main; main()"
# A small process starts the command and waits for it: the system counts what the parent held until exec as the child's.
RUNNER = """
import os, subprocess, sys, time
began = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, spent = os.wait4(child.pid, 0)
print(spent.ru_maxrss / 1024, time.monotonic() - began, os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file and the budgets that it is asked with."""

    name: str
    text: Callable[[np.random.Generator], str]
    suffix: str = ".csv"
    memory: int = 64  # MiB
    seconds: float = 8.0
    more: tuple[str, ...] = ()


def table(rows: int, columns: int, most: int) -> Callable[[np.random.Generator], str]:
    """Whole numbers with answers that nothing explains."""

    def text(random: np.random.Generator) -> str:
        values = random.integers(-most, most, (rows, columns + 1))
        values[:, 0] = np.arange(rows)
        return sheet([f"c{place}" for place in range(columns)], values.tolist())

    return text


def sheet(names: list[str], rows: list[list[object]]) -> str:
    lines = [",".join((*names, "output")), *(",".join(map(str, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def late(random: np.random.Generator) -> str:
    """Many rows of a function of several cases."""
    a, b = random.permutation(400_000)[:100_000] - 200_000, random.integers(-1000, 1000, 100_000)
    answers = np.where(a > b, 3 * a - b, np.where(a + b > 7, b * 3 + a, a - 7 * b))
    return sheet(["a", "b"], np.stack([a, b, answers], axis=1).tolist())


def reals(random: np.random.Generator) -> str:
    return sheet(["x", "y"], random.normal(size=(20, 3)).round(3).tolist())


def truths(random: np.random.Generator) -> str:
    inputs = np.unique(random.integers(0, 2, (100, 8)), axis=0).astype(bool)
    answers = random.integers(0, 2, (len(inputs), 1)).astype(bool)
    return sheet([f"x{place}" for place in range(8)], np.concatenate([inputs, answers], axis=1).tolist())


def lists(random: np.random.Generator) -> str:
    given = [random.integers(0, 9, random.integers(1, 30)).tolist() for _ in range(12)]
    return json.dumps([{"input": [xs], "output": random.integers(0, 9, len(xs)).tolist()} for xs in given])


def words(width: int) -> Callable[[np.random.Generator], str]:
    """Bit-vectors with answers that nothing explains."""

    def text(random: np.random.Generator) -> str:
        drawn = [f"#x{int(random.integers(0, 1 << 63)) & ((1 << width) - 1):0{width // 4}x}" for _ in range(36)]
        sort = f"(_ BitVec {width})"
        claims = [f"(constraint (= (f {x} {y}) {z}))" for x, y, z in zip(*[iter(drawn)] * 3, strict=True)]
        head = f"(set-logic BV)\n(synth-fun f ((x {sort}) (y {sort})) {sort})\n"
        return head + "\n".join(claims) + "\n(check-synth)\n"

    return text


def constrained(random: np.random.Generator) -> str:
    """Constraints that z3 does not decide."""
    del random
    names = "(declare-var x Int)(declare-var y Int)(declare-var z Int)"
    claims = "(constraint (>= (f x y z) (* x y)))(constraint (>= (f x y z) (* y z)))"
    cases = "(constraint (or (= (f x y z) (* x x)) (= (f x y z) (+ (* x y) z)) (= 0 (mod (f x y z) 17))))"
    return f"(set-logic LIA)(synth-fun f ((x Int) (y Int) (z Int)) Int){names}{claims}{cases}(check-synth)\n"


CASES = (
    Case(name="ten rows", text=table(10, 3, 10**6)),
    Case(name="ten rows, numpy", text=table(10, 3, 10**6), more=("--backend", "numpy")),
    Case(name="ten rows, one second", text=table(10, 3, 10**6), seconds=1.0),
    Case(name="ten rows, more", text=table(10, 3, 10**6), memory=256, seconds=30.0),
    Case(name="ten rows, the usual", text=table(10, 3, 10**6), memory=1024, seconds=40.0),
    Case(name="one row", text=table(1, 2, 10**6)),
    Case(name="50 columns", text=table(30, 50, 100)),
    Case(name="200 rows", text=table(200, 2, 1000)),
    Case(name="100,000 rows, late", text=late),
    Case(name="100,000 rows, no answer", text=table(100_000, 2, 1000)),
    Case(name="reals", text=reals),
    Case(name="Booleans", text=truths),
    Case(name="lists", text=lists, suffix=".json"),
    Case(name="lists, more", text=lists, suffix=".json", memory=256, seconds=20.0),
    Case(name="bit-vectors of 8", text=words(8), suffix=".sl", memory=256),
    Case(name="bit-vectors of 64", text=words(64), suffix=".sl"),
    Case(name="bit-vectors, little effort", text=words(64), suffix=".sl", more=("--effort", "0.1")),
    Case(name="constraints", text=constrained, suffix=".sl"),
)


def run(options: Options, progress: Progress) -> Section:
    del options
    with tempfile.TemporaryDirectory() as folder:
        bases: dict[tuple[str, ...], tuple[float, float]] = {}
        rows, memory, time = [], [], []
        for case in CASES:
            progress(f"LIMITS {case.name}")
            backend = case.more if "--backend" in case.more else ()
            if backend not in bases:
                bases[backend] = taken(written(Path(folder) / "trivial.csv", TRIVIAL), 64, 60.0, backend)
            file = written(Path(folder) / f"case{case.suffix}", case.text(np.random.default_rng(0)))
            whole = taken(file, case.memory, case.seconds, case.more)
            mebibytes, seconds = (one - base for one, base in zip(whole, bases[backend], strict=True))
            memory.append(mebibytes / case.memory)
            time.append((seconds - MORE) / case.seconds)
            rows.append((case.name, f"{mebibytes:.0f}", str(case.memory), f"{seconds:.1f}", f"{case.seconds:g}"))
    return Section(
        name="LIMITS",
        columns=("input", "MiB taken", "allowed", "seconds taken", "allowed"),
        rows=tuple(rows),
        figures=(
            Figure(name="LIMITS memory", value=max(memory), unit="of the budget", sign="<=", bar=MEMORY),
            Figure(name=f"LIMITS time less {MORE:g} s", value=max(time), unit="of the budget", sign="<=", bar=TIME),
        ),
        remarks=("Taken: beside what the same command takes on three trivial rows.",),
    )


def taken(file: Path, memory: int, seconds: float, more: tuple[str, ...]) -> tuple[float, float]:
    """Peak MiB and seconds of one command, which keeps its compiled loops beside its file.

    ValueError where it neither found nor missed an answer.
    """
    kept = {**os.environ, "SYNTHNET_CACHE": str(file.parent / "compiled")}
    limits = ("--memory", str(memory), "--seconds", str(seconds))
    solve = (sys.executable, "-c", COMMAND, "solve", str(file), *limits, *more)
    command = (sys.executable, "-I", "-c", RUNNER, *solve)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept)
    peak, spent, status = done.stdout.split()
    if int(status) not in (0, 1):
        raise ValueError(f"{' '.join(solve)}: expected status 0 or 1, got {status}; run it by hand")
    return float(peak), float(spent)


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file
