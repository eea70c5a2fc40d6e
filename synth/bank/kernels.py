"""The compiled loops of each primitive: generated from its source, kept on disk, and held against numpy before use.

Each lies in a file named by a hash of that source and of the versions of Python, numba and this package: numba keeps
what it compiled beside the file, so an edited `run` is never served from an old one, and an unchanged one compiles
once.
"""

import hashlib
import importlib.util
import math
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from synth.bank.budget import Memory
from synth.bank.kernel_source import kernel_source
from synth.bank.table_loops import BLOCK
from synth.checks.draws import draw
from synth.language.alike import agree
from synth.language.evaluate import evaluate
from synth.language.types import carrier, dtype_of

DRAWS = 24  # examples, and programs, on which a compiled loop is held against numpy
FEW = 50_000  # candidates from which loading a kernel from disk pays
MANY = 3_000_000  # candidates from which compiling one pays
COMPILING = 5.0  # seconds that must be left for compiling to begin
COMPILER = 48 << 20  # bytes that compiling takes, kept by the process


@dataclass(frozen=True, slots=True)
class Kernels:
    """The compiled loops of one primitive."""

    store: Callable[..., int]
    match: Callable[..., int]
    fill: Callable[..., None]


def kernels(
    primitive: Any, candidates: float, seconds: float = math.inf, memory: Memory | None = None
) -> Kernels | None:
    """A primitive's loops where they can be compiled, and where that pays for this many candidates in this time.

    They are compiled only if seconds and memory allow it; those on disk are loaded anyway.
    """
    text = kernel_source(primitive)
    if text is None:
        return None
    name = hashlib.sha256(text.encode()).hexdigest()[:24]
    file = folder() / f"kernel_{name}.py"
    if file not in loaded_files() and candidates < (FEW if file.exists() else MANY):
        return None
    short = seconds < COMPILING or not (memory is None or memory.has(COMPILER))
    if short and not file.exists():
        return None
    return load(file, text) if trusted(primitive, file, text) else None


@cache
def trusted(primitive: Any, file: Path, text: str) -> bool:
    """Whether numba can type a primitive's loop, and the loop gives what numpy gives on some draws."""
    random = np.random.default_rng(0)
    shape = (DRAWS, DRAWS)
    given = [values.reshape(shape) for values in draw(list(map(carrier, primitive.type.args)), DRAWS**2, random)]
    places = range(0, DRAWS, 5) if len(given) > 1 else range(1)
    try:
        return all(same_as_numpy(primitive, load(file, text), given, place) for place in places)
    except Exception:  # what numba refuses has no class in common
        return False


def same_as_numpy(primitive: Any, loops: Kernels, given: list[np.ndarray], place: int) -> bool:
    """Rows `place` of all arguments but the last, with all rows of that one."""
    block = np.empty((DRAWS, BLOCK), dtype_of(primitive.type.result))
    outer = [place] * max(1, len(given) - 1)
    loops.fill(*given, *outer, 0, DRAWS, block, 0, np.ones(BLOCK, np.uint8))
    with np.errstate(all="ignore"):
        expected = evaluate(primitive, [*(values[:, place : place + 1] for values in given[:-1]), given[-1]])
    return bool(agree(block[:, :DRAWS], expected).all())


@cache
def loaded_files() -> set[Path]:
    """The files of this process's kernels, which cost nothing any more."""
    return set()


@cache
def load(file: Path, text: str) -> Kernels:
    if not file.exists():
        write_whole(file, text)
    loaded_files().add(file)
    module = module_of(file)
    return Kernels(module.store, module.match, module.fill)


def module_of(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"synthnet_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise OSError(f"{file}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba finds what it compiled for a module by the module's name
    spec.loader.exec_module(module)
    return module


def write_whole(file: Path, text: str) -> None:
    """Never half a file, also with several processes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as part:
        part.write(text)
    os.replace(part.name, file)


@cache
def folder() -> Path:
    """Where compiled loops are kept: $SYNTHNET_CACHE, or synthnet in the user's cache folder."""
    own = os.environ.get("SYNTHNET_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(own) if own else Path(home) / "synthnet"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        return Path(tempfile.mkdtemp(prefix="synthnet-"))
