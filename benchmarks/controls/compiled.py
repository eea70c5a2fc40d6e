"""Transformers that are known to run a program, since they are made of it: rotated, noised, or just beside it."""

from typing import Any, Literal

import numpy as np
from jaxtyping import Int

from benchmarks.controls.control import ASKED
from benchmarks.controls.layout import single
from benchmarks.controls.selects.known import KNOWN
from benchmarks.controls.selects.near import missed
from benchmarks.controls.selects.parts import BEGIN, Base, Parts
from benchmarks.controls.selects.plan import Planner
from benchmarks.controls.selects.weights import turned, weights, widened
from benchmarks.controls.selects.words import expanded, refused, sequence_of
from benchmarks.controls.transforms import noised
from benchmarks.names import find
from benchmarks.tasks import Task
from benchmarks.tasks.sampling import Wanted
from nets import Net, sequence_transformer
from synth.language.program import Program

NOISES = (0.0, 0.005, 0.01, 0.02, 0.05)  # of each array's root mean square
BLANKS = ("histogram", "sort_unique", "most_common")  # tasks whose last symbol is the blank
ROWS, DRAWN = 400, 4000  # inputs from which values are taken: of a known program, of a task
WIDE = 256  # directions of a task's net
WIDTH = 128  # of the stream, at least
Miss = Literal["cut", "shuffled", "offset"]


def compiled(
    program: Program,
    rows: Int[np.ndarray, "n time"],
    *,
    alphabet: int,
    classes: int,
    padded: bool = False,
    relative: bool = True,
    rotation_seed: int | None = 0,
    noise: float = 0.0,
    miss: Miss | None = None,
    width: int | None = None,
) -> tuple[Net, dict[str, Any]]:
    """A sequence transformer that computes a program of one sequence at every position after the first.

    `rows` are inputs as the net will see them, enough of them that every value occurs: symbol 0 at the first position
    and nowhere else; where `padded`, the last symbol after the end. Positions are told apart by distance where that
    does (`relative`), otherwise one by one. Where keys are counted, the first key is always looked at. The stream is
    turned at random, as are queries with keys and values with outs; the noise is `noise` of each array's root mean
    square, which is the less for one direction the larger `width` is. With a `miss`, the head nearest to the answer has
    its scores cut off, its keys shuffled, or looks at the key beside the right one.
    """
    check_rows(program, rows, alphabet)
    lengths = (rows != alphabet - 1).sum(axis=1) if padded else np.full(len(rows), rows.shape[1])
    parts, order = planned(expanded(program), rows, lengths, alphabet, relative)
    if not 0 <= parts.range[0] <= parts.range[1] < classes:
        raise refused(program, f"answers from 0 to {classes - 1}")
    if miss is not None:
        parts = missed(parts, miss, rotation_seed or 0)
    far = max((abs(offset) for head in parts.heads for offset in head.distances), default=0)
    reach = min(far + 1, rows.shape[1]) if order == "relative" else None
    options, params = weights(parts, alphabet, classes, rows.shape[1], reach)
    if order == "ends" and "P" not in params:
        params["P"] = np.zeros_like(params["L"])
    params = widened(params, max(WIDTH, options["width"]) if width is None else width)
    if rotation_seed is not None:
        params = turned(params, rotation_seed)
    options |= {"width": params["E"].shape[1], "order": order, "causal": parts.causal, "padded": padded} | (
        {"reach": reach} if reach else {}
    )
    net = sequence_transformer(positions=rows.shape[1], alphabet=alphabet, classes=classes, **options)
    return net, noised(params, noise, rotation_seed or 0) if noise else single(params)


def known(
    name: str,
    letters: int | None = None,
    *,
    rotation_seed: int | None = 0,
    noise: float = 0.0,
    miss: Miss | None = None,
    width: int | None = None,
) -> tuple[Net, dict[str, Any], Program, Int[np.ndarray, "n time"]]:
    """A net of `KNOWN`, the program that it runs, and rows that it runs it on."""
    one = find("known program", name, KNOWN)
    n = letters or one.letters
    rows, program = one.rows(n, ROWS, np.random.default_rng(0)), one.program(n)
    sizes = {"alphabet": one.symbols(n), "classes": one.classes(n), "padded": one.padded, "width": width}
    return *compiled(program, rows, **sizes, rotation_seed=rotation_seed, noise=noise, miss=miss), program, rows


def build(task: Task, size: int, seed: int, miss: Miss | None = None) -> tuple[Net, dict[str, Any]]:
    """The program of a task's name, rotated, with noise of each of `NOISES` in turn, on what the task trains on."""
    noise = 0.0 if miss else NOISES[seed % len(NOISES)]
    if task.name.startswith(ASKED):
        name = task.name.removeprefix(ASKED)
        return known(name, size, rotation_seed=seed, noise=noise, miss=miss, width=WIDE)[:2]
    one = find("known program", task.name, KNOWN)
    assert task.train is not None
    alphabet = task.alphabet(size)
    (rows,) = task.train.draw(Wanted(size, 1, (alphabet,), DRAWN), np.random.default_rng([seed, 13]))
    return compiled(
        one.program(size),
        rows,
        alphabet=alphabet,
        classes=task.classes(size),
        padded=one.name in BLANKS,
        rotation_seed=seed,
        noise=noise,
        miss=miss,
        width=WIDE,
    )


def planned(
    program: Program,
    rows: Int[np.ndarray, "n time"],
    lengths: Int[np.ndarray, " n"],
    alphabet: int,
    relative: bool,
) -> tuple[Parts, str]:
    """The parts, and how positions are told apart: by distance alone, or one by one, from the end as well."""
    placed, distant, parts = set[str](), False, None
    for ways in dict.fromkeys(((relative, False), (False, False), (False, True))):
        planner = Planner(program, rows, lengths, *ways, {"token": Base("token", alphabet, 0)})
        parts = planner.plan()
        distant = any(head.distances for head in parts.heads)
        placed = {"indices", "to_end"} & {base.name for base in parts.bases}
        flagged = any(each.causal for each in planner.looked.values())
        if not (distant and placed) and (parts.causal or not flagged or ways[1]):
            break
    assert parts is not None
    order = "ends" if "to_end" in placed else "learned" if placed else "relative" if distant else "none"
    return parts, order


def check_rows(program: Program, rows: Int[np.ndarray, "n time"], alphabet: int) -> None:
    sequence_of(program)
    first = rows == BEGIN
    if not (first[:, 0].all() and not first[:, 1:].any() and rows.min() >= 0 and rows.max() < alphabet):
        raise ValueError(
            f"compiled: expected rows of symbols below {alphabet}, {BEGIN} at the first position and nowhere else, got "
            f"{rows[0].tolist()!r:.60}; put {BEGIN} before every row and number the others from 1"
        )
