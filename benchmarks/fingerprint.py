"""What a record was made from, as fingerprints: a task's answers and types, a net, a recipe; a program's language.

They are of what things say, not of their source: a comment changes nothing, a helper in another file may change all.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import sympy

from benchmarks.cell import Cell
from benchmarks.language import OURS, language_of
from benchmarks.recipe import build
from benchmarks.resolve import is_reference, net_of, task_of
from benchmarks.tasks import Task, drawn
from synth import Primitive
from synth.checks.draws import draw
from synth.language.evaluate import evaluate
from synth.language.types import Fn, carrier

if TYPE_CHECKING:
    from nets import Net

LENGTH = 16  # hexadecimal digits
DRAWS = 200  # rows on which a primitive of the user's is asked


def made_from(cell: Cell) -> dict[str, str]:
    """The fingerprints of all that a cell's record depends on, by what they are of; the seed is in the cell's name."""
    found = {"answers": answers_of(cell.task, cell.folder, cell.size)}
    found["recipe"] = digest(msgspec.json.encode(msgspec.structs.replace(cell.recipe, name=""), order="deterministic"))
    if cell.net is not None:
        found["net"] = net_print(cell.net, cell) if is_reference(cell.net) else cell.net
    return found


@cache
def answers_of(task: str, folder: str, size: int) -> str:
    """Of a task's types and its answers on the whole domain."""
    declared = task_of(task, Path(folder))
    if not declared.listed:
        return samples_print(declared, size)
    numbers = (declared.ranges(size), declared.classes(size), sorted(declared.terminals(size).items()))
    return digest(f"{declared.signature(size)} {numbers}".encode(), declared.answers(size).tobytes())


def samples_print(task: Task, size: int) -> str:
    """Of a task that is asked on samples: its types, and what is drawn from a few of each of its samplers."""
    kinds = (
        task.kind,
        task.tolerance if task.kind in drawn.TOLERANT else None,
        task.view(size).alphabet,
        task.classes(size),
    )
    parts = [f"{task.signature(size)} {kinds} {sorted(task.terminals(size).items())}".encode()]
    for sampler in (task.train, *task.test):
        assert sampler is not None
        arguments, targets, mask = drawn.checked(task, sampler, size, DRAWS, np.random.default_rng(0))
        parts += [f"{values.shape}".encode() + values.tobytes() for values in (*arguments, targets)]
        parts += [] if mask is None else [mask.tobytes()]
    return digest(*parts)


def net_print(name: str, cell: Cell) -> str:
    """Of a user's net: its sites, the parameters that it begins with, and what is compiled of `apply`.

    A net that cannot be begun is known by its file alone; the cell itself says what is wrong with it.
    """
    folder = Path(cell.folder)
    task = task_of(cell.task, folder)
    made = build(net_of(name, folder), cell.recipe, task, cell.size)
    try:
        return digest(*compiled(made, task.inputs(cell.size)))
    except Exception:
        return digest((folder / name.rpartition(":")[0]).read_bytes())


def compiled(net: "Net", inputs: np.ndarray) -> Iterator[bytes]:
    """What the net begins with, and what it computes as it stands, under edits of all sites and as its gradient.

    In XLA's words, which are the same on every machine; the values of an `init` that JAX cannot trace.
    """
    import jax

    key, x = jax.random.key(0), jax.ShapeDtypeStruct(inputs.shape, inputs.dtype)
    try:
        params, begun = jax.eval_shape(net.init, key), [jax.jit(net.init).lower(key).as_text().encode()]
    except jax.errors.JAXTypeError:
        params = net.init(key)
        begun = [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(params)]
    sites = jax.eval_shape(net.apply, params, x)[1]
    yield f"{net.name} {net.sites} {jax.tree.structure(params)}".encode()
    yield from begun
    yield jax.jit(lambda given, x: net.apply(given, x)).lower(params, x).as_text().encode()
    yield jax.jit(lambda given, x, edits: net.apply(given, x, edits)).lower(params, x, sites).as_text().encode()
    if all(jax.numpy.issubdtype(leaf.dtype, np.floating) for leaf in jax.tree.leaves(params)):
        slope = jax.grad(lambda given, x: net.apply(given, x)[0].sum())
        yield jax.jit(slope).lower(params, x).as_text().encode()


@cache
def search_print(task: str, folder: str, sizes: tuple[int, ...]) -> str:
    """Of what a search for a task's program depends on: its answers at all sizes and its language."""
    words = [language_print(language_of(task_of(task, Path(folder))))]
    return digest(*(part.encode() for part in [*(answers_of(task, folder, size) for size in sizes), *words]))


def language_print(library: Iterable[Primitive]) -> str:
    return digest(*(primitive_print(primitive).encode() for primitive in library))


def primitive_print(primitive: Primitive) -> str:
    """Of a primitive's name, type, price, laws and formula, and of its values on some draws if it has no functions."""
    laws = sorted(law.name for law in primitive.laws)
    said = f"{primitive.name} {primitive.type} {primitive.bits} {laws} {formula(primitive)}"
    kinds = [carrier(kind) for kind in primitive.type.args]
    if any(isinstance(kind, Fn) for kind in (*primitive.type.args, primitive.type.result)):
        return said
    try:
        with np.errstate(all="ignore"):
            values = evaluate(primitive, draw(kinds, DRAWS, np.random.default_rng(0)) if kinds else [])
    except Exception:  # `check` and the search say what is wrong with it
        return said
    return said + digest(np.asarray(values).tobytes())


def formula(primitive: Primitive) -> str:
    """What records of its programs show; nothing of ours, which change with their version."""
    if id(primitive) in OURS:
        return ""
    try:
        return str(primitive.sym(*sympy.symbols(f"a:{len(primitive.type.args)}")))
    except Exception:  # as above
        return ""


def digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()[:LENGTH]


def changes(before: dict[str, str], now: dict[str, str]) -> Sequence[str]:
    """What is another one than before, by what the fingerprints are of."""
    return [what for what in now if before.get(what) != now[what]]
