"""What a net is given and what it gives back, checked where it enters: inputs, right answers, the shapes of sites."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.answers import Answers
from compare.view import View
from nets.net import Net, Params

SHOWN = 32  # numbers of an input in a sentence


def inputs_of(view: View, arguments: tuple[np.ndarray, ...]) -> np.ndarray:
    """The net's inputs; ValueError, with the row, unless they are of the view's alphabet, or numbers without one."""
    x = np.asarray(view.encode(*arguments))
    return _reals(x, arguments) if view.alphabet is None else _tokens(view.alphabet, x, arguments)


def _tokens(alphabet: int, x: np.ndarray, arguments: tuple[np.ndarray, ...]) -> Int[np.ndarray, "rows positions"]:
    if x.ndim < 2 or not np.issubdtype(x.dtype, np.integer):
        raise ValueError(
            f"view: expected `encode` to give integers (rows, positions), got {x.dtype} of shape {x.shape}; "
            "one-hot and embedding are the net's own first layer"
        )
    bad = np.flatnonzero(((x < 0) | (x >= alphabet)).reshape(len(x), -1).any(axis=1))
    if len(bad):
        raise ValueError(
            f"view: expected inputs 0 .. {alphabet - 1}, got {x[bad[0]].tolist()} for {_asked(arguments, bad[0])} "
            f"in row {bad[0]} of the domain; mend the domain, or what the view says of its alphabet"
        )
    return x


def _reals(x: np.ndarray, arguments: tuple[np.ndarray, ...]) -> Float[np.ndarray, "rows ..."]:
    if x.ndim < 2 or not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"view: expected `encode` to give reals (rows, ...), got {x.dtype} of shape {x.shape}; give the view an "
            "alphabet where inputs are integers"
        )
    bad = np.flatnonzero(~np.isfinite(x).reshape(len(x), -1).all(axis=1))
    if len(bad):
        raise ValueError(
            f"view: expected finite inputs, got {_asked(arguments, bad[0])} in row {bad[0]}; mend the sampler"
        )
    return x


def answers_of(answers: Answers, arguments: tuple[np.ndarray, ...], given: np.ndarray) -> np.ndarray:
    """The right answers as the view's kind holds them; ValueError, with the row, where one is none of the kind."""
    given = np.asarray(given)
    lead = given.ndim - answers.axes
    if lead not in (1, 2) or (answers.axes and given.shape[-1] != answers.width):
        shape = ", width" if answers.axes else ""
        raise ValueError(
            f"read: expected answers of shape (rows{shape}) or (rows, positions{shape}), each {answers.says()}, got "
            f"shape {given.shape}; mend the oracle, or give the view another kind of answers"
        )
    right, bad = answers.checked(given)
    if bad.any():
        place = tuple(np.argwhere(bad)[0])
        raise ValueError(
            f"read: expected answers {answers.says()}, got {given[place]} for "
            f"{_asked(arguments, place[0])} in row {place[0]} of the domain; mend the oracle or the outputs, or number "
            "the answers from 0 and give the view as many classes"
        )
    return right


def refuse_constant(answers: Answers, counted: np.ndarray) -> None:
    """ValueError where all right answers that count are one and the same."""
    first = np.broadcast_to(counted[:1], counted.shape)
    if answers.alike(counted, first).all():
        raise ValueError(
            f"data: expected right answers of at least two kinds, got {counted[0]} for each of the {len(counted)}; a "
            "net that always answers the same is program and table alike, so give a task whose answers differ"
        )


def refuse_nan(net: Net, site: str, values: np.ndarray, x: np.ndarray, rows: np.ndarray | None) -> None:
    """ValueError, with the unit and the row, where a site holds NaN; `values` are those of the inputs x, in `rows`."""
    if np.issubdtype(values.dtype, np.integer) or not np.isnan(values.sum(dtype=np.float64)):
        return
    bad = np.argwhere(np.isnan(values))
    if len(bad):
        place, *unit = bad[0].tolist()
        row = place if rows is None else int(rows[place])
        others = len(np.unique(bad[:, 0])) - 1
        raise ValueError(
            f"net {net.name!r}, site {site!r}: expected numbers, got NaN in unit {', '.join(map(str, unit))} for input "
            f"{_few(x[place])}, row {row}{f' and {others} others' if others else ''}; look at the params, or at "
            "what is computed there (a division by 0, a root of a negative number?)"
        )


def _few(values: np.ndarray) -> str:
    """As a list, its beginning alone where it is long."""
    if values.size <= SHOWN:
        return str(values.tolist())
    return f"[{', '.join(map(str, values.reshape(-1)[:SHOWN].tolist()))}, ...]"


def _asked(arguments: tuple[np.ndarray, ...], row: int) -> str:
    return f"({', '.join(str(values[row]) for values in arguments)})"


def row_numbers(train: Int[np.ndarray, " train"], rows: int) -> Int[np.ndarray, " train"]:
    """Rows of the domain; ValueError unless they are numbers of it."""
    numbers = np.asarray(train)
    if len(numbers) == 0:
        return np.zeros(0, dtype=int)
    if not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(
            f"read: expected row numbers in `train`, got {numbers.dtype}; for a mask give np.flatnonzero(mask)"
        )
    if numbers.min() < 0 or numbers.max() >= rows:
        raise ValueError(f"read: expected row numbers in [0, {rows}) in `train`, got {numbers.min()}..{numbers.max()}")
    return numbers


def site_shapes(
    net: Net, params: Params, x: np.ndarray, answers: Answers, targets: np.ndarray
) -> dict[str, tuple[int, ...]]:
    """Shapes of all sites without the batch axis; ValueError where one does not follow the batch or the view."""
    positions = targets.shape[1 : targets.ndim - answers.axes]
    shapes: dict[int, dict[str, tuple[int, ...]]] = {}
    for batch in (2, 3):
        inputs = jnp.zeros((batch, *x.shape[1:]), dtype=jnp.asarray(x[:1]).dtype)
        outputs, sites = jax.eval_shape(lambda given, t: net.apply(given, t, {}), params, inputs)
        missing = sorted(set(net.sites) - set(sites))
        if missing:
            raise ValueError(f"net {net.name!r}: expected apply to return the declared sites, got none named {missing}")
        for name, value in {"outputs": outputs, **sites}.items():
            if not value.shape or value.shape[0] != batch:
                raise ValueError(
                    f"net {net.name!r}, {name}: expected a leading batch axis of {batch}, got shape {value.shape}; "
                    "return one row for each input"
                )
        expected = (batch, *positions, answers.width)
        if outputs.shape not in (expected, (*expected[:-1], 1)):
            shown = ", ".join(map(str, expected))
            raise ValueError(
                f"net {net.name!r}: expected outputs ({shown}), as the view says, or ({shown.rpartition(', ')[0]}, 1), "
                f"got shape {outputs.shape} for {batch} inputs"
            )
        shapes[batch] = {name: tuple(sites[name].shape[1:]) for name in net.sites}
    changed = [name for name in net.sites if shapes[2][name] != shapes[3][name]]
    if changed:
        name = changed[0]
        raise ValueError(
            f"net {net.name!r}, site {name!r}: expected one shape for every batch, "
            f"got {shapes[2][name]} for 2 inputs and {shapes[3][name]} for 3"
        )
    return shapes[2]
