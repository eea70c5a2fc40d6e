"""What a record was made from, as fingerprints: a task's answers and types, a net, a recipe; a program's language.

They are of what things say, not of their source: a comment changes nothing, a helper in another file may change all.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.language import language_of
from benchmarks.recipe import Prepared, build
from benchmarks.resolve import is_reference, net_of, task_of
from benchmarks.suite import Cell
from synth import Primitive
from synth.checks.draws import draw
from synth.language.evaluate import evaluate
from synth.language.types import Fn, carrier

LENGTH = 16  # hexadecimal digits
DRAWS = 200  # rows on which a primitive of the user's is asked


def made_from(cell: Cell) -> dict[str, str]:
    """The fingerprints of all that a cell's record depends on, by what they are of; the seed is in the cell's name."""
    found = {"answers": answers_of(cell.task, cell.folder, cell.size)}
    found["recipe"] = digest(msgspec.json.encode(cell.recipe, order="deterministic"))
    if cell.net is not None:
        found["net"] = net_print(cell.net, cell.folder, cell.task, cell.size, cell.recipe)
    return found


@cache
def answers_of(task: str, folder: str, size: int) -> str:
    """Of a task's types and its answers on the whole domain."""
    declared = task_of(task, Path(folder))
    numbers = (declared.values(size), declared.classes(size), sorted(declared.terminals(size).items()))
    return digest(f"{declared.signature(size)} {numbers}".encode(), declared.answers(size).tobytes())


def net_print(net: str, folder: str, task: str, size: int, recipe: Prepared) -> str:
    """Of one of ours by its name; of a user's by its first parameters and what is compiled of `apply`."""
    if not is_reference(net):
        return net
    made = build(net_of(net, Path(folder)), recipe, task_of(task, Path(folder)), size)
    import jax

    try:
        params = made.init(jax.random.key(0))
        x = jax.ShapeDtypeStruct((2, len(task_of(task, Path(folder)).signature(size).args)), np.int32)
        text = jax.jit(lambda given, x: made.apply(given, x)).lower(params, x).as_text()
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(params)]
    except Exception:  # the cell itself says what is wrong with it
        return ""
    return digest(text.encode(), *(leaf.tobytes() for leaf in leaves))


@cache
def search_print(task: str, folder: str, sizes: tuple[int, ...]) -> str:
    """Of what a search for a task's program depends on: its answers at all sizes and its language."""
    words = [language_print(language_of(task_of(task, Path(folder))))]
    return digest(*(part.encode() for part in [*(answers_of(task, folder, size) for size in sizes), *words]))


def language_print(library: Iterable[Primitive]) -> str:
    return digest(*(primitive_print(primitive).encode() for primitive in library))


def primitive_print(primitive: Primitive) -> str:
    """Of a primitive's name, type, price and laws, and of its values on some draws where it has no functions."""
    said = f"{primitive.name} {primitive.type} {primitive.bits} {sorted(law.name for law in primitive.laws)}"
    kinds = [carrier(kind) for kind in primitive.type.args]
    if any(isinstance(kind, Fn) for kind in (*primitive.type.args, primitive.type.result)):
        return said
    try:
        with np.errstate(all="ignore"):
            values = evaluate(primitive, draw(kinds, DRAWS, np.random.default_rng(0)) if kinds else [])
    except Exception:  # `check` and the search say what is wrong with it
        return said
    return said + digest(np.asarray(values).tobytes())


def digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()[:LENGTH]


def changes(before: dict[str, str], now: dict[str, str]) -> Sequence[str]:
    """What is another one than before, by what the fingerprints are of."""
    return [what for what in now if before.get(what) != now[what]]
