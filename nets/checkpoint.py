"""Arrays of one cell in one file: the whole file or none."""

import errno
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from nets.train import MEASURES, Trained

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


def trained_to_arrays(trained: Trained) -> Arrays:
    """Flat names: params/NAME, checkpoint/NAME, curve/NAME and the scalars. Params must be nested dicts of arrays."""
    scalars = {"seed": trained.seed, "steps": trained.steps, "seconds": trained.seconds}
    return {
        **_flat("params", trained.params),
        **_flat("checkpoint", trained.checkpoints or {}),
        **_flat("curve", trained.curve),
        "checkpoint_steps": trained.checkpoint_steps,
        **{name: np.asarray(value) for name, value in scalars.items()},
    }


def trained_from_arrays(arrays: Arrays) -> Trained:
    """What `trained_to_arrays` took apart."""
    missing = {"checkpoint_steps", "seed", "steps", "seconds", *(f"curve/{name}" for name in MEASURES)} - set(arrays)
    if missing:
        raise ValueError(f"expected the arrays of a training run, got none called {sorted(missing)}")
    return Trained(
        params=_nested("params", arrays),
        curve=_nested("curve", arrays),
        checkpoints=_nested("checkpoint", arrays) or None,
        checkpoint_steps=arrays["checkpoint_steps"],
        seed=int(arrays["seed"]),
        steps=int(arrays["steps"]),
        seconds=float(arrays["seconds"]),
    )


def _flat(prefix: str, tree: dict) -> Arrays:
    arrays: Arrays = {}
    for name, value in tree.items():
        if "/" in str(name):
            raise ValueError(f"expected names of params without '/', got {name!r}")
        arrays |= (
            _flat(f"{prefix}/{name}", value) if isinstance(value, dict) else {f"{prefix}/{name}": np.asarray(value)}
        )
    return arrays


def _nested(prefix: str, arrays: Arrays) -> dict:
    tree: dict = {}
    for path, value in arrays.items():
        first, *names = path.split("/")
        if first != prefix:
            continue
        branch = tree
        for name in names[:-1]:
            branch = branch.setdefault(name, {})
        branch[names[-1]] = value
    return tree
