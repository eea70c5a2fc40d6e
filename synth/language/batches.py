"""Programs over sequences on padded batches, as nets have them: arrays (n, time) of any length."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from synth.language.program import Program
from synth.language.types import SELECTOR, is_vector, plain
from synth.language.xp import WIDE, Xp, jax_xp

CELLS = 1 << 23  # pairs of positions of the rows that are evaluated together


def on_batches(
    program: Program,
    columns: Mapping[str, Int[np.ndarray, "n ..."]],
    lengths: Int[np.ndarray, " n"] | None = None,
    backend: str = "numpy",
) -> Int[np.ndarray, "n time"] | Bool[np.ndarray, "n time time"]:
    """The program's value, exact at any length; of a selector its matrix, queries by keys.

    A column a terminal: (n, time) for a sequence, (n,) for a number. What stands in a row from its length on is not
    read, and is 0 in the result; without `lengths` all rows are full.
    """
    time = check_batches(program, columns, lengths)
    n = len(next(iter(columns.values())))
    full = np.full(n, time) if lengths is None else np.asarray(lengths)
    rows = max(1, CELLS // max(1, time * time))
    parts = [slice(i, i + rows) for i in range(0, max(n, 1), rows)]
    run = runner(program, backend)
    return np.concatenate([run({k: np.asarray(v)[part] for k, v in columns.items()}, full[part]) for part in parts])


def lengths_to(counts: Bool[np.ndarray, "n time"]) -> Int[np.ndarray, " n"]:
    """Of rows that end with their last position that counts; 0 where none does."""
    return np.where(counts, np.arange(1, counts.shape[1] + 1), 0).max(axis=1)


def evaluate_batch(xp: Xp, program: Program, columns: Mapping[str, Any], lengths: Any) -> Any:
    """The same as a pure function of arrays, for use under jit, of selectors as matrices: `WIDE` or `jax_xp(True)`."""
    kinds = {node.name: node.type for node in program.terminals}
    given = {
        name: xp.vector(lengths, values) if is_vector(kinds.get(name)) else values for name, values in columns.items()
    }
    value = program.evaluate(xp, given)
    return value[..., 1:, :] if plain(program.type) == SELECTOR else value[..., 1:]


def runner(program: Program, backend: str) -> Any:
    """The program on arrays of one length, on "numpy" or "jax"."""
    if backend == "numpy":

        def run(columns: Mapping[str, np.ndarray], lengths: np.ndarray) -> np.ndarray:
            with np.errstate(all="ignore"):
                return evaluate_batch(WIDE, program, columns, lengths)

        return run
    if backend != "jax":
        raise ValueError(f"backend: expected 'numpy' or 'jax', got {backend!r}; choose one of them")
    import jax

    compiled = jax.jit(lambda columns, lengths: evaluate_batch(jax_xp(wide=True), program, columns, lengths))

    def run_compiled(columns: Mapping[str, np.ndarray], lengths: np.ndarray) -> np.ndarray:
        with jax.enable_x64(True):
            return np.asarray(compiled(dict(columns), lengths))

    return run_compiled


def check_batches(program: Program, columns: Mapping[str, Any], lengths: Any) -> int:
    """The number of positions; ValueError unless the program has a sequence's type and the columns agree."""
    kinds = {node.name: node.type for node in program.terminals}
    known = [name for name in columns if is_vector(kinds.get(name))]
    if not is_vector(program.type) or not known or any(plain(kinds[name]) == SELECTOR for name in known):
        raise ValueError(
            f"program {program.show()}: expected a program from sequences to a sequence or selector, got one of type "
            f"{program.type} over {', '.join(f'{k} ({v})' for k, v in kinds.items()) or 'nothing'}; "
            "run it by Program.run"
        )
    shapes = {name: np.shape(columns[name]) for name in known}
    if len({*shapes.values()}) > 1 or any(len(shape) != 2 for shape in shapes.values()):
        raise ValueError(
            f"program {program.show()}: expected sequences of one shape (n, time), got "
            f"{', '.join(f'{name} {shape}' for name, shape in shapes.items())}; pad them to one length"
        )
    n, time = next(iter(shapes.values()))
    if lengths is not None and (np.shape(lengths) != (n,) or np.any(np.asarray(lengths) > time)):
        raise ValueError(
            f"program {program.show()}: expected {n} lengths of at most {time}, got {np.asarray(lengths)!r:.60}; "
            "give one a row, or none where all rows are full"
        )
    return time
