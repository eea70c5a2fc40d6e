"""Training that was cut off goes on: its state in one file, written whole or not at all."""

import hashlib
from pathlib import Path
from typing import NamedTuple, TypeVar

import jax
import numpy as np

from nets.checkpoint import Arrays, load_arrays, save_arrays
from nets.data import Data
from nets.log import Log
from nets.state import MEASURES, State

T = TypeVar("T")
COLUMNS = ("step", *MEASURES)


class Save(NamedTuple):
    """Where a training is saved until it is over, and after how many evaluations each time."""

    path: Path  # a file .npz
    every: int = 10

    def part(self, number: int) -> "Save":
        """The same for one of several restarts."""
        return Save(self.path.with_name(f"{self.path.stem}.{number}{self.path.suffix}"), self.every)


def save_now(save: Save, data: Data, state: State, log: Log) -> None:
    """Write the training down, if it is time to."""
    if len(log.curve) % save.every:
        return
    arrays: Arrays = {
        "made_from": np.array(made_from(data, log)),
        "curve": np.array([[row[name] for name in COLUMNS] for row in log.curve]),
        "settled_at": np.array(-1 if log.settled_at is None else log.settled_at),
        "kept": np.array([step for step, _ in log.kept], dtype=np.int64),
        **numbered("state", state),
    }
    for number, (_, params) in enumerate(log.kept):
        arrays |= numbered(f"kept.{number}", params)
    save_arrays(save.path, arrays)


def resumed(save: Save, data: Data, state: State, log: Log) -> tuple[State, Log]:
    """The state and the log of the last save; the given ones, of the beginning, where there is none.

    ValueError where the file is of another training, or damaged.
    """
    if not save.path.exists():
        return state, log
    arrays = load_arrays(save.path)
    if str(arrays.get("made_from")) != made_from(data, log):
        raise ValueError(
            f"{save.path}: expected this training's state, got that of another net, recipe, seed or data; "
            "remove it, or save elsewhere"
        )
    settled = int(arrays["settled_at"])
    for row in arrays["curve"]:
        step, *values = row.tolist()
        log.curve.append({"step": int(step), **dict(zip(MEASURES, values, strict=True))})
    log.settled_at = None if settled < 0 else settled
    log.kept += [
        (int(step), unnumbered(f"kept.{number}", state.params, arrays)) for number, step in enumerate(arrays["kept"])
    ]
    return unnumbered("state", state, arrays), log


def finished(save: Save) -> None:
    """Remove the file of a training that is over."""
    save.path.unlink(missing_ok=True)


def made_from(data: Data, log: Log) -> str:
    """A fingerprint of the net's name, the recipe, the seed and the data."""
    whole = hashlib.sha256(f"{log.net} {log.recipe} {log.seed} {data.loss} {data.tolerance}".encode())
    for part in (data.x, data.y, data.mask, data.train, data.held_out):
        whole.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
    return whole.hexdigest()


def numbered(name: str, tree: object) -> Arrays:
    return {f"{name}/{number}": np.asarray(leaf) for number, leaf in enumerate(jax.tree.leaves(tree))}


def unnumbered(name: str, like: T, arrays: Arrays) -> T:
    leaves, form = jax.tree.flatten(like)
    return jax.tree.unflatten(form, [jax.numpy.asarray(arrays[f"{name}/{n}"]) for n in range(len(leaves))])
