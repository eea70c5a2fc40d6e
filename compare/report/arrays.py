"""A cell's arrays, read from the run directory; what is missing or unreadable is simply absent."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from compare.record import Record

Arrays = Mapping[str, np.ndarray]


def load(run_dir: Path, record: Record, prefix: str = "") -> dict[str, np.ndarray]:
    """The record's arrays whose names begin so; empty when it names none, or when the file cannot be read."""
    if record.arrays is None:
        return {}
    try:
        with (run_dir / record.arrays).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if name.startswith(prefix)}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
        return {}


def series(arrays: Arrays, prefix: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The named series under `prefix` that are as long as its steps; empty without steps."""
    steps = arrays.get(f"{prefix}.step")
    if steps is None or steps.ndim != 1 or not len(steps):
        return {}
    found = {name: arrays[f"{prefix}.{name}"] for name in names if f"{prefix}.{name}" in arrays}
    return {name: values for name, values in found.items() if values.shape == steps.shape}
