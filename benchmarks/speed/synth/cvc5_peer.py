"""cvc5 as a peer: each problem in a process of its own, so that a time limit ends it."""

import importlib.util
import json
import signal
import subprocess
import sys
from dataclasses import dataclass

WORKER = "benchmarks.speed.synth.cvc5_worker"
LIMITED = """import resource, runpy
resource.setrlimit(resource.RLIMIT_CPU, ({limit}, {limit}))
runpy.run_module({worker!r}, run_name="__main__")
"""  # the process limits itself: a function run between fork and exec is unsafe beside JAX's threads
START = 5  # seconds that the process may take besides solving
MISSING = "cvc5 is not installed, so nothing is compared with it: pip install 'synthnet[peers]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer did with one problem; `body` is the function's body as SMT-LIB, "" where it found none."""

    body: str
    seconds: float  # CPU
    note: str = ""  # what went wrong, where it is not the time limit

    @property
    def solved(self) -> bool:
        return bool(self.body)


def installed() -> bool:
    return importlib.util.find_spec("cvc5") is not None


def ask(text: str, seconds: float) -> Answer:
    """cvc5's answer to a SyGuS problem within this many seconds of CPU time."""
    limit = int(seconds) + START
    program = LIMITED.format(limit=limit, worker=WORKER)

    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=text,
            capture_output=True,
            text=True,
            timeout=3 * limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(body="", seconds=seconds)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return Answer(body="", seconds=seconds)
    if done.returncode:
        return Answer(body="", seconds=seconds, note=(done.stderr.strip() or str(done.returncode)).splitlines()[-1])
    said = json.loads(done.stdout.splitlines()[-1])
    body = body_of(said["text"])
    return Answer(body=body, seconds=min(said["seconds"], seconds))


def body_of(text: str) -> str:
    """The body of the first function that is defined in cvc5's answer."""
    start = text.find("(define-fun ")
    if start < 0:
        return ""
    words = split(text[start:])
    return words[4] if len(words) > 4 else ""


def split(text: str) -> list[str]:
    """The items of the list that a text begins with, each as it is written."""
    items: list[str] = []
    depth, begin = 0, None
    for place, letter in enumerate(text):
        blank = letter.isspace() or letter in "()"
        if depth == 1 and begin is not None and blank:
            items.append(text[begin:place])
            begin = None
        if letter == "(":
            depth += 1
            begin = place if depth == 2 else begin
        elif letter == ")":
            depth -= 1
            if depth == 1 and begin is not None:
                items.append(text[begin : place + 1])
                begin = None
            if depth == 0:
                return items
        elif depth == 1 and begin is None and not blank:
            begin = place
    return items
