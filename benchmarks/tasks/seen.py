"""What nets are given of a task's arguments, where it is not these themselves: made by `seen`, checked here."""

import numpy as np
from jaxtyping import Float

from benchmarks.faults import raised
from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.oracle import AGAIN, place
from benchmarks.tasks.sampling import Arguments


def sight(task: Declaration, size: int, *arguments: np.ndarray) -> Float[np.ndarray, "rows ..."]:
    """The task's `seen` of the arguments; ValueError where it is not finite reals, a row each."""
    assert task.seen is not None
    rows = len(arguments[0])
    try:
        found = np.asarray(task.seen(size, *arguments))
    except Exception as error:
        raise ValueError(
            f"task {task.name!r}: expected `seen` to make {rows} rows in one array, got {raised(error)}; mend "
            f"it{place(task.seen)}"
        ) from error
    if found.dtype.kind != "f" or found.ndim < 2 or len(found) != rows or not np.isfinite(found).all():
        odd = ", some of them not finite" if found.dtype.kind == "f" and not np.isfinite(found).all() else ""
        raise ValueError(
            f"task {task.name!r}: expected `seen` to make finite reals ({rows}, ...), got {found.dtype} of shape "
            f"{found.shape}{odd}; mend it{place(task.seen)}"
        )
    return found.astype(np.float32, copy=False)


def refuse_mixed_sight(task: Declaration, size: int, arguments: Arguments) -> None:
    """ValueError where some rows are seen otherwise among fewer, in another order."""
    if task.seen is None:
        return
    some = tuple(values[:AGAIN] for values in arguments)
    whole, order = sight(task, size, *some), np.random.default_rng(0).permutation(len(some[0]))[: AGAIN // 2 + 1]
    again = sight(task, size, *(values[order] for values in some))
    if again.shape[1:] != whole.shape[1:] or not np.allclose(again, whole[order], atol=1e-5):
        raise ValueError(
            f"task {task.name!r}: expected `seen` to make each row from its own arguments and always the same, got "
            f"another one among fewer rows; let the arguments hold a seed for what is random{place(task.seen)}"
        )
