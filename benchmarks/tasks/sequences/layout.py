"""How a sequence is laid out: 0 begins it, its letters are 1 .. n, what separates and asks follows, the blank is last.

The number that begins is smaller than every letter, so that it may be compared with them and change no maximum.
"""

from collections.abc import Callable

import numpy as np

from synth.language.types import INT, SEQUENCE, Fn

BEGIN = 0
ONE = Fn((SEQUENCE,), SEQUENCE)
AT_END = Fn((SEQUENCE,), INT)
LIBRARY = ("sequences", "functions", "arith")
AT_ENDS = (*LIBRARY, "choice", "ends")
NET, RECIPE = "sequence_transformer", "selects"

Drawn = Callable[[int, int, np.random.Generator], np.ndarray]  # (size, rows, generator) -> (rows, positions)


def behind(n: int) -> dict[str, int]:
    """The symbol behind the letters, which separates or asks, by name."""
    return {"end": n + 1}


def letters(n: int) -> int:
    """How many symbols there are with the one that begins; as classes, the letters and 0 for none."""
    return n + 1


def before_blank(n: int) -> int:
    """The same with a blank at last."""
    return n + 2


def constant(number: int) -> Callable[[int], int]:
    return lambda n: number


def begun(x: np.ndarray) -> np.ndarray:
    """What begins before every row."""
    return np.pad(x, ((0, 0), (1, 0)), constant_values=BEGIN)


def cut(x: np.ndarray, lengths: np.ndarray, blank: int) -> np.ndarray:
    """Blanks from each row's length on."""
    return np.where(np.arange(x.shape[1]) < lengths[:, None], x, blank)


def uniform(length: int) -> Drawn:
    """Letters, all alike, after what begins."""
    return lambda n, rows, rng: begun(rng.integers(1, n + 1, (rows, length)))


def different(rng: np.random.Generator, rows: int, length: int, n: int) -> np.ndarray:
    """So many of the letters, no two of a row the same."""
    return 1 + np.argsort(rng.random((rows, n)), axis=1)[:, :length]


def kept(
    rows: int,
    rng: np.random.Generator,
    draw: Callable[[int, np.random.Generator], np.ndarray],
    good: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """The first good ones of what is drawn."""
    found = np.zeros(0)
    while len(found) < rows:
        more = draw(2 * rows + 16, rng)
        more = more[good(more)]
        found = np.concatenate([found, more]) if len(found) else more
    return found[:rows]


def after_begin(n: int, x: np.ndarray) -> np.ndarray:
    """Every position but the first counts."""
    return np.broadcast_to(np.arange(x.shape[1]) > 0, x.shape)


def letters_only(n: int, x: np.ndarray) -> np.ndarray:
    """Neither what begins nor blanks count."""
    return (x > BEGIN) & (x <= n)
