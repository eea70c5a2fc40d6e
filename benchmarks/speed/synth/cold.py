"""Cold starts: a small search in a process of its own, without compiled kernels on disk and with them."""

import os
import subprocess
import sys
import tempfile

from benchmarks.speed.synth.section import Figure

STARTS = 3  # what is compiled at first use and what is compiled after some use are both on disk for the third
CACHES = ("SYNTHNET_CACHE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
PROGRAM = """\
import time

began = time.process_time()
import numpy as np
from benchmarks.speed.synth.int24 import solve_target
from benchmarks.speed.synth.integers import TARGETS
imported = time.process_time() - began
solve_target(TARGETS[20], 60.0)
print(imported, time.process_time() - began - imported)
"""


def starts() -> list[Figure]:
    """CPU seconds from a fresh process to its first answer."""
    with tempfile.TemporaryDirectory() as folder:
        empty, *_, full = [start(folder) for _ in range(STARTS)]
    return [
        Figure(name="RATE import", value=full[0], unit="s"),
        Figure(name="RATE first answer, nothing compiled before", value=empty[1], unit="s"),
        Figure(name="RATE first answer, kernels on disk", value=full[1], unit="s"),
    ]


def start(folder: str) -> tuple[float, float]:
    environment = os.environ | dict.fromkeys(CACHES, folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment, timeout=600
    )
    imported, answered = map(float, done.stdout.split())
    return imported, answered
