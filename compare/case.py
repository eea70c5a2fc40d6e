"""What a net is judged on: a specification with its view, or samples; made of plain arrays by `data_of`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int

from compare.answers import Answers, Classes, Reals
from compare.sample import Sample, Samples
from compare.view import View, by_position, of_reals, of_sequences, positions
from synth.language.spec import Spec
from synth.language.types import BOOL, INT, Fn, Type, Z

TOLERANCE = 0.05  # of the answers' deviation, within which two reals are alike where nothing is said
MODULUS = "p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The arguments of `assess` that say what is asked. Where inputs cannot be listed there are `samples`."""

    spec: Spec | None
    view: View
    samples: Samples | None = None
    train: Int[np.ndarray, " train"] | None = None  # rows of the domain


def case_of(
    data: "Case | Spec | Samples | None",
    view: View | None,
    samples: Samples | None,
    train: Int[np.ndarray, " train"] | None,
) -> Case:
    """The case that these say; ValueError where they say it twice, or not at all."""
    if isinstance(data, Case):
        if view is not None or samples is not None:
            raise ValueError(
                "assess: expected the view and the samples to come with the data, got others beside; leave them out"
            )
        return data if train is None else replace(data, train=train)
    if isinstance(data, Samples):
        if samples is not None:
            raise ValueError("assess: expected samples once, got them as the data and beside; leave one of them out")
        return Case(spec=None, view=view or _view_of(data), samples=data, train=train)
    if data is not None and not isinstance(data, Spec):
        raise ValueError(
            f"assess: expected a Spec, Samples or what data_of(inputs, answers) makes of arrays, got "
            f"{type(data).__name__}"
        )
    if view is None:
        if data is None or data.domain is None or samples is not None:
            raise ValueError(
                "assess: expected a view of the inputs, got none; give one of by_position, of_sequences and of_reals, "
                "or data_of(inputs, answers) in the place of the specification"
            )
        view = by_position(_above(*data.domain), _above(data.targets()))
    return Case(spec=data, view=view, samples=samples, train=train)


def data_of(
    inputs: np.ndarray | Sequence[np.ndarray],
    answers: np.ndarray,
    *,
    modulus: int | None = None,
    names: tuple[str, ...] = (),
    classes: int | None = None,
    tolerance: float | None = None,
    train: Int[np.ndarray, " train"] | None = None,
    seed: int = 0,
) -> Case:
    """What a net is judged on, from arrays: the inputs as the net takes them, (rows, arguments), and the right answers.

    Inputs are integers from 0 on, Booleans or reals: one array, or one (rows,) an argument. Answers are integers from 0
    on or Booleans, (rows,), for a net that gives a number for each class; or reals, (rows,), (rows, width) or (rows,
    positions, width), alike within the `tolerance`. Where each input of the arguments' ranges is there once, they are
    all inputs that there are. Otherwise, and of reals and sequences (answers (rows, positions)), half of the rows,
    drawn by `seed`, is fitted on and the other half reported on. `modulus` says that all integers are residues, `names`
    what the arguments are called, `classes` how many there are, where the largest is missing, `train` which rows the
    net was trained on.
    """
    columns, right = _columns(inputs), np.asarray(answers)
    for what, values in (*(("inputs", column) for column in columns), ("answers", right)):
        _refuse_no_numbers(what, values)
    if len({len(each) for each in (*columns, right)}) != 1:
        raise ValueError(
            f"data_of: expected as many answers as inputs, got {', '.join(str(len(each)) for each in columns[:3])} "
            f"rows of inputs and {len(right)} answers; give one answer a row"
        )
    whole = all(_whole(column) for column in columns) and _whole(right)
    if whole and right.ndim == 1 and all(column.ndim == 1 for column in columns):
        order = _listed(columns, right)
        if order is not None:
            return _domain([column[order] for column in columns], right[order], order, modulus, names, classes, train)
    kind = _kind(right, classes, tolerance)
    right = right[:, None] if isinstance(kind, Reals) and right.ndim == 1 else right
    return _sampled(columns, right, kind, train, seed)


def _columns(inputs: np.ndarray | Sequence[np.ndarray]) -> list[np.ndarray]:
    """One array an argument; rows of reals, and of sequences, stay together."""
    if isinstance(inputs, np.ndarray) or hasattr(inputs, "dtype"):
        given = np.asarray(inputs)
        return list(given.T) if given.ndim == 2 else [given]
    return [np.asarray(each) for each in inputs]


def _refuse_no_numbers(what: str, values: np.ndarray) -> None:
    """ValueError unless there are rows of Booleans, integers or finite reals."""
    if values.dtype.kind not in "biuf" or values.ndim == 0 or not values.size:
        raise ValueError(
            f"data_of: expected {what} as an array of Booleans, integers or reals, at least one row, got "
            f"{values.dtype} of shape {values.shape}; give numbers, one row an input"
        )
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise ValueError(
            f"data_of: expected finite {what}, got {values[tuple(bad[0])]} in row {bad[0][0]} and {len(bad) - 1} more; "
            "leave such rows out"
        )


def _whole(values: np.ndarray) -> bool:
    return values.dtype == bool or np.issubdtype(values.dtype, np.integer)


def _listed(columns: Sequence[np.ndarray], right: np.ndarray) -> Int[np.ndarray, " rows"] | None:
    """The rows in the order of a domain, the last argument moving fastest; None where they are not one."""
    order = np.lexsort(tuple(columns)[::-1])
    rows = np.stack([column[order] for column in columns], axis=1)
    twice = np.flatnonzero((rows[1:] == rows[:-1]).all(axis=1))
    odd = [row for row in twice if right[order[row]] != right[order[row + 1]]]
    if odd:
        one, other = order[odd[0]], order[odd[0] + 1]
        raise ValueError(
            f"data_of: expected one answer an input, got {right[one]} and {right[other]} for {rows[odd[0]].tolist()} "
            f"in rows {one} and {other}; a net gives every input one"
        )
    size = int(np.prod([float(len(np.unique(column))) for column in columns]))
    return order if len(twice) == 0 and size == len(right) else None


def _domain(
    columns: Sequence[np.ndarray],
    right: np.ndarray,
    order: np.ndarray,
    modulus: int | None,
    names: tuple[str, ...],
    classes: int | None,
    train: np.ndarray | None,
) -> Case:
    domain = tuple(columns)
    spec = Spec(
        type=Fn(tuple(_type(column, modulus) for column in columns), _type(right, modulus)),
        inputs=domain,
        outputs=right,
        domain=domain,
        terminals={} if modulus is None else {MODULUS: modulus},
        names=names,
    )
    view = by_position(_above(*columns), modulus or classes or _above(right))
    rank = np.argsort(order)
    return Case(spec=spec, view=view, train=None if train is None else rank[np.asarray(train)])


def _type(values: np.ndarray, modulus: int | None) -> Type:
    if modulus is not None:
        return Z(MODULUS)
    return BOOL if values.dtype == bool or set(np.unique(values)) <= {0, 1} else INT


def _above(*columns: np.ndarray) -> int:
    return max(2, *(int(np.max(column)) + 1 for column in columns))


def _kind(right: np.ndarray, classes: int | None, tolerance: float | None) -> Answers:
    if _whole(right):
        return Classes(classes or _above(right))
    width = right.shape[-1] if right.ndim > 1 else 1
    return Reals(width, TOLERANCE * float(right.std()) or TOLERANCE if tolerance is None else tolerance)


def _sampled(
    columns: Sequence[np.ndarray], right: np.ndarray, kind: Answers, train: np.ndarray | None, seed: int
) -> Case:
    x = columns[0] if columns[0].ndim > 1 else np.stack(columns, axis=1)

    def part(rows: np.ndarray) -> Sample:
        return Sample(arguments=(x[rows],), targets=right[rows])

    order = np.random.default_rng([seed, 13]).permutation(len(right))
    half = len(right) // 2
    trained = None if train is None else part(np.asarray(train))
    samples = Samples(fit=part(np.sort(order[:half])), report=part(np.sort(order[half:])), trained=trained)
    return Case(spec=None, view=_view((x,), kind), samples=samples)


def _view_of(samples: Samples) -> View:
    """The view of samples that come without one; a class or a symbol that none of them has is not foreseen."""
    parts = [samples.fit, samples.report, *samples.longer, *([samples.trained] if samples.trained else [])]
    right = [part.targets for part in parts]
    kind = Classes(_above(*right)) if _whole(right[0]) else _kind(right[0], None, None)
    return _view([values for part in parts for values in part.arguments], kind)


def _view(arguments: Sequence[np.ndarray], kind: Answers) -> View:
    if not all(_whole(values) for values in arguments):
        return of_reals(kind)
    if all(values.ndim == 1 for values in arguments):
        return View(alphabet=_above(*arguments), answers=kind, encode=positions)
    return of_sequences(_above(*arguments), kind)
