"""One relation between letters of a sequence and those that each looks at; small, so that a net of one layer does."""

from collections.abc import Callable

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.layout import LIBRARY, ONE, RECIPE, after_begin, begun, constant, letters, uniform
from benchmarks.tasks.task import Task

SHORT = 10  # letters where positions are learnt one by one
LENGTH = 16  # letters of what is trained on where longer sequences are read too


def drawn(length: int) -> Own:
    return Own(uniform(length), f"{length} letters")


def bounded(length: int) -> Own:
    """Letters up to one that is drawn for each row, so that the largest one varies."""

    def rows_of(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        return begun(np.minimum(rng.integers(1, n + 1, (rows, length)), rng.integers(1, n + 1, (rows, 1))))

    return Own(rows_of, f"{length} letters up to a bound")


def pairs(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Queries (rows, places, 1) and keys (rows, 1, places)."""
    return x[:, :, None], x[:, None, :]


def earlier(x: np.ndarray, *, same: bool = False) -> np.ndarray:
    """Whether each key stands before each query, or at the same place."""
    return np.tri(x.shape[1], k=0 if same else -1, dtype=bool)


def first_count(n: int, x: np.ndarray) -> np.ndarray:
    return (x == x[:, 1:2]).cumsum(axis=1)


def same_as_first(n: int, x: np.ndarray) -> np.ndarray:
    return x == x[:, 1:2]


def rotate(n: int, x: np.ndarray) -> np.ndarray:
    """Each letter moves one place to the right, the last one to the first."""
    return np.concatenate([x[:, :1], x[:, -1:], x[:, 1:-1]], axis=1)


def next_larger(n: int, x: np.ndarray) -> np.ndarray:
    """The smallest of the larger letters, 0 of none."""
    query, key = pairs(x)
    return np.where(key > query, key, n + 1).min(axis=2) % (n + 1)


def rank(n: int, x: np.ndarray) -> np.ndarray:
    """How many symbols are smaller, the one that begins among them."""
    query, key = pairs(x)
    return (key < query).sum(axis=2)


def mirror_equal(n: int, x: np.ndarray) -> np.ndarray:
    return np.pad(x[:, 1:] == x[:, :0:-1], ((0, 0), (1, 0)))


def last_seen_gap(n: int, x: np.ndarray) -> np.ndarray:
    """How many places back the same letter stood last, 0 of none."""
    query, key = pairs(x)
    places = np.arange(x.shape[1])
    last = np.where((query == key) & earlier(x), places, -1).max(axis=2)
    return np.where(last < 0, 0, places - last)


def running_max(n: int, x: np.ndarray) -> np.ndarray:
    return np.maximum.accumulate(x, axis=1)


def three_back(n: int, x: np.ndarray) -> np.ndarray:
    return np.pad(x, ((0, 0), (3, 0)))[:, : x.shape[1]]


def seen_before(n: int, x: np.ndarray) -> np.ndarray:
    query, key = pairs(x)
    return ((query == key) & earlier(x)).any(axis=2)


def short(
    name: str, doc: str, oracle: Callable[..., np.ndarray], size: int, classes: Callable[[int], int], draw: Own
) -> Task:
    """A task on sequences of one length."""
    return Task(
        name=name, doc=doc, type=ONE, oracle=oracle, mask=after_begin, sizes=(size,), values=letters, classes=classes,
        library=LIBRARY, recipe=RECIPE, train=draw, test=(draw,),
    )  # fmt: skip


COUNT, TRUTH = constant(SHORT + 1), constant(2)
SHORT_ONES = tuple(
    short(*given, drawn(SHORT))
    for given in (
        ("first_count", "How often the first letter has come so far.", first_count, 6, COUNT),
        ("same_as_first", "Whether each letter is the first one.", same_as_first, 8, TRUTH),
        ("rotate", "Each letter one place further, the last one first.", rotate, 8, letters),
        ("next_larger", "The least letter that is larger than each one, 0 of none.", next_larger, 8, letters),
        ("rank", "How many symbols are smaller than each letter, what begins among them.", rank, 8, COUNT),
        ("mirror_equal", "Whether each letter is the one that stands as far from the end.", mirror_equal, 4, TRUTH),
        ("last_seen_gap", "How many places back each letter stood last, 0 of none.", last_seen_gap, 6, COUNT),
        ("max_before", "The largest letter so far, of 10 letters.", running_max, 8, letters),
    )
)
THREE_BACK = Task(
    name="three_back", doc="The letter three places back.", type=ONE, oracle=three_back,
    mask=lambda n, x: np.broadcast_to(np.arange(x.shape[1]) > 3, x.shape), sizes=(16, 8), values=letters,
    classes=letters, library=LIBRARY, recipe=RECIPE, train=drawn(LENGTH), test=(drawn(LENGTH), drawn(2 * LENGTH)),
)  # fmt: skip
RUNNING_MAX = Task(
    name="running_max", doc="The largest letter so far.", type=ONE, oracle=running_max, mask=after_begin,
    sizes=(16, 8), values=letters, classes=letters, library=LIBRARY, recipe=RECIPE,
    train=bounded(LENGTH), test=(bounded(LENGTH), bounded(2 * LENGTH)),
)  # fmt: skip
SEEN_BEFORE = Task(
    name="seen_before", doc="Whether each letter has come before.", type=ONE, oracle=seen_before, mask=after_begin,
    sizes=(16, 8), values=letters, classes=TRUTH, library=LIBRARY, recipe=RECIPE,
    train=drawn(LENGTH), test=(drawn(LENGTH), drawn(LENGTH * 3 // 2)),
)  # fmt: skip

RELATIONS = (*SHORT_ONES, THREE_BACK, RUNNING_MAX, SEEN_BEFORE)
