"""Asking a task on samples: inputs drawn, its oracle asked, everything checked where it enters."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Bool

from benchmarks.faults import raised
from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.oracle import AGAIN, by_row, place, refuse_constant
from benchmarks.tasks.sampling import Arguments, Own, Sampler, Wanted
from benchmarks.tasks.seen import refuse_mixed_sight, sight
from synth.language.types import BOOL
from synth.search.games import Board

if TYPE_CHECKING:  # both bring JAX, which listing tasks can do without
    from compare.answers import Answers
    from compare.sample import Sample, Samples
    from compare.view import View
    from nets.data import Batch, Data

WORDS = {
    "classes": "one of {} classes",
    "sets": "which of {} symbols",
    "reals": "{} reals",
    "distributions": "probabilities of {} classes",
}
KINDS = tuple(WORDS)
TOLERANT = ("reals", "distributions")  # kinds whose answers are alike within a tolerance
ROWS = 2048  # of a sample to fit on, and of one to report on
SPARED = 4  # times as many are drawn where nets are read on some of the rows
LONGER = 512  # the same beyond the training range
MEASURED = 512  # rows on which training is measured, and as many held out
PART = {"fit": 1, "report": 2, "longer": 3, "measured": 4, "examples": 5, "fixed": 6}  # streams of random numbers


class Asked(NamedTuple):
    """Rows of a task with their right answers as the oracle gave them, and which positions count."""

    arguments: Arguments
    targets: np.ndarray
    mask: Bool[np.ndarray, "rows positions"] | None

    @property
    def counts(self) -> Bool[np.ndarray, "rows positions"]:
        """Which positions count, where there is an answer at each."""
        return np.ones(self.targets.shape[:2], dtype=bool) if self.mask is None else self.mask

    def take(self, rows: np.ndarray) -> "Asked":
        mask = None if self.mask is None else self.mask[rows]
        return Asked(tuple(values[rows] for values in self.arguments), self.targets[rows], mask)


def samples_of(task: Declaration, size: int, seed: int) -> "Samples":
    """To fit on, from the sampler of training; to report on, from the first of `test`; the rest beyond that range."""
    from compare.sample import Samples

    assert task.train is not None
    report, *longer = task.test
    fit = sample(task, task.train, size, ROWS, [seed, PART["fit"]])
    refuse_constant(task.name, size, counted(fit, task.view(size).answers.axes))
    return Samples(
        fit=fit,
        report=sample(task, report, size, ROWS, [seed, PART["report"]]),
        longer=tuple(
            sample(task, each, size, LONGER, [seed, PART["longer"], number]) for number, each in enumerate(longer)
        ),
    )


def sample(task: Declaration, sampler: Sampler, size: int, rows: int, seed: Sequence[int]) -> "Sample":
    """Rows from a sampler with their right answers, in the kind of the task's view."""
    from compare.sample import Sample

    found = checked(task, sampler, size, rows * (1 if task.read_on is None else SPARED), np.random.default_rng(seed))
    found = found if task.read_on is None else rows_of(task, size, found, rows)
    return Sample(arguments=found.arguments, targets=found.targets, mask=found.mask)


def rows_of(task: Declaration, size: int, found: "Asked", most: int) -> "Asked":
    """Those that nets are read on, the first of them; ValueError where there are none."""
    assert task.read_on is not None
    where = np.asarray(task.read_on.where(size, *found.arguments))
    if where.dtype != bool or where.shape != found.targets.shape[:1] or not where.any():
        raise ValueError(
            f"task {task.name!r}: expected read_on {task.read_on.name!r} to say True of some of {len(found.targets)} "
            f"rows, a Boolean each, got {where.dtype} of shape {where.shape}, {int(where.sum())} of them true"
        )
    return found.take(np.flatnonzero(where)[:most])


def view_of(task: Declaration, size: int) -> "View":
    """The view for what is drawn: what `seen` makes of it; else reals as they are, and integers by position."""
    from compare.answers import Classes, Distributions, Reals, Sets
    from compare.view import View, of_reals, of_sequences, of_symbols, positions

    width = int(task.classes(size))
    kinds: dict[str, Any] = {"classes": Classes, "sets": Sets, "reals": Reals, "distributions": Distributions}
    answers: Answers = kinds[task.kind](width, *((task.tolerance,) if task.kind in TOLERANT else ()))
    if task.seen is not None:
        return View(alphabet=None, answers=answers, encode=partial(sight, task, size))
    if task.values is None:
        return of_reals(answers)
    if few(task, size)[0].ndim > 1 and task.arguments(size) > 1:
        return of_symbols(task.ranges(size), answers)
    if few(task, size)[0].ndim > 1:
        return replace(of_sequences(task.alphabet(size), answers), board=board_of(task, size))
    return View(alphabet=task.alphabet(size), answers=answers, encode=positions)


def board_of(task: Declaration, size: int) -> Board | None:
    """The board of a game; ValueError where its squares and the pass are not the moves, and what is answered."""
    if task.board is None:
        return None
    board = task.board(size)
    if not isinstance(board, Board):
        raise ValueError(
            f"task {task.name!r}: expected board({size}) to be a Board, got {board!r:.80}; give Board(side=..., "
            "first=frozenset(), second=frozenset()) with the first discs"
        )
    moves, named, said = board.squares + 1, task.alphabet(size), task.classes(size)
    if task.kind != "sets" or named != moves or said != moves:
        raise ValueError(
            f"task {task.name!r}: expected moves 0 .. {board.squares} on a board of {board.side} x {board.side}, the "
            f"last of them the pass, and sets of them as answers, got {named} values and {task.kind} of {said} classes;"
            f" let `values` and `classes` be {moves}, or give another board"
        )
    return board


def fills_up(task: Declaration, size: int) -> bool:
    """Whether the last symbol fills rows up: it stands at their ends alone, and nothing counts there."""
    assert task.train is not None
    if task.mask is None or task.seen is not None or task.arguments(size) > 1:
        return False
    found = asked(task, task.train, size, MEASURED, np.random.default_rng(0))
    x = found.arguments[0]
    if x.ndim != 2:
        return False
    blank = x == task.alphabet(size) - 1
    at_ends = np.logical_and.accumulate(blank[:, ::-1], axis=1)[:, ::-1]
    return bool(blank.any() and (blank == at_ends).all() and not (blank & found.counts).any())


def few(task: Declaration, size: int) -> Arguments:
    """Two rows of what is trained on: their shapes say what inputs are."""
    assert task.train is not None
    return drawn(task, task.train, size, 2, np.random.default_rng(0))


def data_of(task: Declaration, size: int, seed: int) -> "Data":
    """Rows to measure on, and the sampler that trains; of a distribution it draws one class, as a net would see it."""
    from nets.data import Data

    assert task.train is not None
    view, train = task.view(size), task.train
    checked(task, train, size, MEASURED, np.random.default_rng([seed, PART["measured"]]))

    def fresh(rng: np.random.Generator, rows: int) -> "Batch":
        found = batch(task, view, asked(task, train, size, rows, rng))
        return found._replace(y=one_of(found.y, rng)) if task.kind == "distributions" else found

    rng = np.random.default_rng([seed, PART["measured"]])
    x, y, mask = batch(task, view, asked(task, train, size, 2 * MEASURED, rng))
    rows = np.arange(len(x))
    return Data(
        x=x,
        y=y,
        mask=mask,
        train=rows[:MEASURED],
        held_out=rows[MEASURED:],
        alphabet=view.alphabet,
        classes=view.classes,
        loss=task.kind,
        tolerance=task.tolerance if task.kind in TOLERANT else 0.0,
        sampler=fresh,
    )


def batch(task: Declaration, view: "View", rows: "Asked | Sample") -> "Batch":
    """As the net takes it."""
    from nets.data import Batch

    number = {"classes": np.int32, "sets": bool, "reals": np.float32, "distributions": np.float32}[task.kind]
    return Batch(view.encode(*rows.arguments), rows.targets.astype(number), rows.mask)


def one_of(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A class drawn from each distribution, all of whose probability it then has."""
    drawn = rng.random(shares.shape[:-1]) * shares.sum(axis=-1) < np.moveaxis(shares.cumsum(axis=-1), -1, 0)
    return np.eye(shares.shape[-1], dtype=shares.dtype)[drawn.argmax(axis=0)]


def checked(task: Declaration, sampler: Sampler, size: int, rows: int, rng: np.random.Generator) -> Asked:
    """The same as `asked`; ValueError, with the row, where answers are none of the view's or depend on other rows."""
    found = asked(task, sampler, size, rows, rng)
    answers = task.view(size).answers
    lead = found.targets.shape[: found.targets.ndim - answers.axes]
    places = (found.arguments[0].shape[:2],) if found.arguments[0].ndim > 1 else ()
    shape = (answers.width,) if answers.axes else ()
    if lead not in ((rows,), *places) or found.targets.shape[len(lead) :] != shape:
        each = ", ".join(map(str, (rows, *shape)))
        along = f", or ({', '.join(map(str, (*places[0], *shape)))})" if places else ""
        raise ValueError(
            f"task {task.name!r}: expected an oracle that answers {rows} rows with {task.kind} of shape "
            f"({each}){along}, got shape {found.targets.shape}; mend the oracle{place(task.oracle)}, or what `kind` "
            "and `classes` say"
        )
    right, bad = answers.checked(found.targets)
    if bad.any():
        where = tuple(np.argwhere(bad)[0])
        raise ValueError(
            f"task {task.name!r}: expected an oracle that answers {answers.says()}, got "
            f"{line(found.targets[where])} for {row_of(found.arguments, where[0])}; mend the "
            f"oracle{place(task.oracle)}, or what `classes` says"
        )
    refuse_mixed(task, size, found)
    refuse_mixed_sight(task, size, found.arguments)
    return Asked(found.arguments, right, found.mask)


def asked(task: Declaration, sampler: Sampler, size: int, rows: int, rng: np.random.Generator) -> Asked:
    """Rows from the sampler, the oracle's answers to them, and the mask."""
    arguments = drawn(task, sampler, size, rows, rng)
    if sampler is not task.train:
        refuse_other_axes(task, arguments, few(task, size))
    targets = answers(task, size, arguments)
    mask = None if task.mask is None else mask_of(task, size, arguments, targets)
    return Asked(arguments, targets, mask)


def refuse_other_axes(task: Declaration, given: Arguments, trained: Arguments) -> None:
    """ValueError where more than the number of rows and the length differs from what is trained on."""
    got, wanted = ([(values.ndim, values.shape[2:]) for values in each] for each in (given, trained))
    if got != wanted:
        raise ValueError(
            f"task {task.name!r}: expected samplers in `test` that give arrays like those of `train`, "
            f"{shapes(trained)} but for the length, got {shapes(given)}; draw one kind of inputs at every length"
        )


def shapes(arguments: Arguments) -> str:
    """What one row is, for the eye."""
    return " and ".join(f"({', '.join(['rows', *map(str, values.shape[1:])])})" for values in arguments)


def drawn(task: Declaration, sampler: Sampler, size: int, rows: int, rng: np.random.Generator) -> Arguments:
    """What the sampler gives; ValueError where it is not as many rows of as many arguments, within the alphabet."""
    wanted = Wanted(size, task.arguments(size), None if task.values is None else task.ranges(size), rows)
    try:
        given = sampler.draw(wanted, rng)
    except Exception as error:
        raise ValueError(f"task {task.name!r}: its sampler cannot draw {rows} rows ({raised(error)})") from error
    if len(given) != wanted.arguments or any(len(values) != rows for values in given):
        shapes = ", ".join(str(np.shape(values)) for values in given)
        raise ValueError(
            f"task {task.name!r}: expected a sampler that gives {rows} rows of {wanted.arguments} arguments, got "
            f"{shapes}; give an array (rows, ...) for each argument"
        )
    if wanted.values is None:
        return tuple(real(task, values) for values in given)
    kind = task.signature(size)
    kinds = [None] * len(given) if kind is None else kind.args
    each = zip(given, wanted.values, kinds, strict=True)
    return tuple(as_type(token(task, values, alphabet), kind) for values, alphabet, kind in each)


def real(task: Declaration, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise ValueError(
            f"task {task.name!r}: expected a sampler that gives finite reals, got {values.dtype}, or some that are not;"
            " with integers as inputs give `values`"
        )
    return values.astype(np.float64)


def token(task: Declaration, values: np.ndarray, alphabet: int) -> np.ndarray:
    if values.dtype.kind not in "iub":
        raise ValueError(
            f"task {task.name!r}: expected a sampler that gives integers 0 .. {alphabet - 1}, got {values.dtype}; "
            "with reals as inputs leave out `values`"
        )
    outside = np.argwhere((values < 0) | (values >= alphabet))
    if len(outside):
        raise ValueError(
            f"task {task.name!r}: expected a sampler that gives integers 0 .. {alphabet - 1}, got "
            f"{values[tuple(outside[0])]} in row {outside[0][0]}; mend the sampler, or what `values` says"
        )
    return values


def as_type(values: Any, kind: Any) -> np.ndarray:
    """Booleans for BOOL, integers otherwise."""
    return np.asarray(values).astype(bool if kind == BOOL else np.int64)


def answers(task: Declaration, size: int, arguments: Arguments) -> np.ndarray:
    """The oracle's, in one array; sets of one row, or of one position, may be given as arrays of 0 and 1."""
    given = [values.view() for values in arguments]
    for values in given:
        values.flags.writeable = False
    try:
        if isinstance(task.oracle, by_row):
            found = np.array([task.oracle.function(size, *row) for row in zip(*map(list, given), strict=True)])
        else:
            found = np.asarray(task.oracle(size, *given))
    except Exception as error:
        raise ValueError(
            f"task {task.name!r}: expected an oracle that answers {len(given[0])} rows in one array, got "
            f"{raised(error)}; mend the oracle{place(task.oracle)}"
        ) from error
    alone = task.kind == "reals" and task.classes(size) == 1 and found.shape == (len(given[0]),)
    return found[:, None] if alone else found


def mask_of(
    task: Declaration, size: int, arguments: Arguments, targets: np.ndarray
) -> Bool[np.ndarray, "rows positions"]:
    """Which positions count; ValueError where it is no answer for each of them, or none does."""
    assert task.mask is not None
    given = np.asarray(task.mask(size, *arguments))
    if given.dtype != bool or given.shape != targets.shape[:2]:
        raise ValueError(
            f"task {task.name!r}: expected a mask of Booleans of shape {targets.shape[:2]}, a row and a position each, "
            f"got {given.dtype} of shape {given.shape}; say for every position of a row whether its answer counts"
        )
    if not given.any():
        raise ValueError(
            f"task {task.name!r}: expected a mask that counts some positions, got one that counts none in "
            f"{len(given)} rows; mend the mask"
        )
    return given


def counted(part: "Asked | Sample", axes: int) -> np.ndarray:
    """The answers that count, one after the other."""
    if part.targets.ndim - axes < 2:
        return part.targets
    return part.targets[np.ones(part.targets.shape[:2], dtype=bool) if part.mask is None else part.mask]


def refuse_mixed(task: Declaration, size: int, found: Asked) -> None:
    """ValueError where some rows, asked again in another order, are answered otherwise."""
    rows = np.random.default_rng(0).permutation(len(found.targets))[: min(AGAIN, len(found.targets) // 2 + 1)]
    again = answers(task, size, tuple(values[rows] for values in found.arguments))
    same = again.shape == found.targets[rows].shape
    other = np.flatnonzero((again != found.targets[rows]).reshape(len(rows), -1).any(axis=1)) if same else [0]
    if len(other):
        raise ValueError(
            f"task {task.name!r}: expected an oracle that answers each row by itself and always the same, got other "
            f"answers for {row_of(found.arguments, rows[other[0]])} among fewer rows; combine what is in a row, not "
            f"the rows, and draw nothing at random{place(task.oracle)}"
        )


def row_of(arguments: Arguments, row: int) -> str:
    """A row's arguments, cut to a line."""
    return f"({', '.join(line(values[row]) for values in arguments)})"


def line(values: np.ndarray) -> str:
    """Numbers, or a number, cut to a line."""
    return " ".join(np.array2string(np.asarray(values), threshold=20, edgeitems=8, precision=4).split())


def sampler_of(given: Any) -> Any:
    """A function as a sampler; anything else as it is."""
    return Own(given) if callable(given) and not hasattr(given, "draw") else given


def samplers_of(given: Any) -> Any:
    """The same of a tuple of them."""
    return tuple(map(sampler_of, given)) if isinstance(given, tuple | list) else given
