"""Six tasks that the reader of transformers was not tried on before its rule was frozen."""

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import LIBRARY, ONE, RECIPE, after_begin, begun, constant, letters, uniform
from benchmarks.tasks.sequences.relations import earlier, pairs
from benchmarks.tasks.sequences.repeats import followed, periodic
from benchmarks.tasks.task import Task

LENGTH, LONGER = 16, 24
SHORT = 10  # letters where positions are learnt one by one


def drawn(length: int) -> Own:
    return Own(uniform(length), f"{length} letters")


def falling(length: int) -> Own:
    """Letters above a floor that is drawn for each row, so that the smallest one varies."""

    def rows_of(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return begun(np.maximum(rng.integers(1, n + 1, (rows, length)), rng.integers(1, n + 1, (rows, 1))))

    return Own(rows_of, f"{length} letters down to a bound")


def marked(length: int) -> Own:
    """One of the letters, not the last, is the marker n + 1."""

    def rows_of(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        x = uniform(length)(n, rows, rng)
        x[np.arange(rows), rng.integers(1, length, rows)] = n + 1
        return x

    return Own(rows_of, f"{length} letters, one of them the marker")


def new_minimum(n: int, x: np.ndarray) -> np.ndarray:
    """Whether every letter before is larger."""
    query, key = pairs(x)
    return ~((key <= query) & (key > 0) & earlier(x)).any(axis=2) & (x > 0)


def previous_count(n: int, x: np.ndarray) -> np.ndarray:
    """How often the symbol before has come before here."""
    query, key = pairs(x)
    before = np.pad(query, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    return np.where(np.arange(x.shape[1]) > 0, ((before == key) & earlier(x)).sum(axis=2), 0)


def after_marker(n: int, x: np.ndarray) -> np.ndarray:
    """The letter behind the marker, 0 as long as it has not come."""
    place = (x == n + 1).argmax(axis=1)[:, None] + 1
    letter = np.take_along_axis(x, np.minimum(place, x.shape[1] - 1), axis=1)
    return np.where(np.arange(x.shape[1]) >= place, letter, 0)


def two_after(n: int, x: np.ndarray) -> np.ndarray:
    """What stands two places behind the latest earlier place of this letter, 0 where that is not known yet."""
    query, key = pairs(x)
    places = np.arange(x.shape[1])
    last = np.where((query == key) & (places[None, :] <= places[:, None] - 2), places, -3).max(axis=2)
    return np.where(last >= 0, np.take_along_axis(x, np.maximum(last + 2, 0), axis=1), 0)


def leads(n: int, x: np.ndarray) -> np.ndarray:
    """Whether letter 1 has come more often than letter 2."""
    return (x == 1).cumsum(axis=1) > (x == 2).cumsum(axis=1)


def swap_pairs(n: int, x: np.ndarray) -> np.ndarray:
    """The letters at places 1 and 2, 3 and 4, ... exchanged."""
    places = np.arange(1, x.shape[1])
    return np.concatenate([x[:, :1], x[:, 1 + ((places - 1) ^ 1)]], axis=1)


NEW_MINIMUM = Task(
    name="new_minimum", doc="Whether each letter is smaller than all before it.", type=ONE, oracle=new_minimum,
    mask=after_begin, sizes=(16,), values=letters, classes=constant(2), library=LIBRARY, recipe=RECIPE,
    train=falling(LENGTH), test=(falling(LENGTH), falling(LONGER)),
)  # fmt: skip
PREVIOUS_COUNT = Task(
    name="previous_count", doc="How often the letter before this one has come.", type=ONE, oracle=previous_count,
    mask=lambda n, x: np.broadcast_to(np.arange(x.shape[1]) > 1, x.shape), sizes=(6,), values=letters,
    classes=constant(LONGER + 1), library=LIBRARY, recipe=RECIPE,
    train=drawn(SHORT), test=(drawn(SHORT), drawn(LENGTH)),
)  # fmt: skip
AFTER_MARKER = Task(
    name="after_marker", doc="The letter behind the marker, once it has come.", type=ONE, oracle=after_marker,
    mask=lambda n, x: after_marker(n, x) > 0, sizes=(16,), values=lambda n: n + 2, classes=letters, library=LIBRARY,
    recipe=RECIPE, train=marked(LENGTH), test=(marked(LENGTH), marked(LONGER)),
)  # fmt: skip
TWO_AFTER = Task(
    name="two_after", doc="What stood two places behind the earlier place of this letter, in repeated sequences.",
    type=ONE, oracle=two_after, mask=lambda n, x: followed(x).agreed & (two_after(n, x) > 0), sizes=(24,), smallest=16,
    values=letters, classes=letters, library=LIBRARY, recipe=RECIPE,
    train=periodic(32, 8, 16), test=(periodic(32, 8, 16), periodic(48, 16, 24)),
)  # fmt: skip
LEADS = Task(
    name="leads", doc="Whether letter 1 has come more often than letter 2.", type=ONE, oracle=leads, mask=after_begin,
    sizes=(4,), values=letters, classes=constant(2), library=LIBRARY, recipe=RECIPE,
    train=drawn(LENGTH), test=(drawn(LENGTH), drawn(LONGER)),
)  # fmt: skip
SWAP_PAIRS = Task(
    name="swap_pairs", doc="Every letter at an odd place exchanged with the next one.", type=ONE, oracle=swap_pairs,
    mask=after_begin, sizes=(8,), values=letters, classes=letters, library=LIBRARY, recipe=RECIPE,
    train=drawn(SHORT), test=(drawn(SHORT),),
)  # fmt: skip

UNSEEN = (NEW_MINIMUM, PREVIOUS_COUNT, AFTER_MARKER, TWO_AFTER, LEADS, SWAP_PAIRS)
