"""Arrays of one cell in one file: the whole file or none."""

import errno
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write `arrays` as .npz: to a temporary file in the same folder, synced, then renamed to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        advice = "free some space, then run again" if error.errno == errno.ENOSPC else "nothing was written"
        raise OSError(error.errno, f"cannot write {path}: {error.strerror}; {advice}") from error
    finally:
        temporary.unlink(missing_ok=True)


def load_arrays(path: Path) -> Arrays:
    """The arrays that `save_arrays` wrote; ValueError when the file is cut short or is something else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: expected an array file, got one that cannot be read ({error}); remove it") from error
