"""Programs that people know of transformers, each with small inputs that it is asked on.

0 begins a sequence, its letters are 1 .. n, what separates and asks follows, the blank is last. Most are of Tracr
(Lindner et al. 2023, arXiv 2301.05062) and of D-RASP (Huang et al. 2026, arXiv 2602.08857).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from synth.language.batches import on_batches
from synth.language.parse import parse
from synth.language.program import Program
from synth.language.types import SEQUENCE
from synth.library import named

WORDS = ("sequences", "functions", "integers", "boolean")
LIBRARY = named(WORDS)
Rows = Int[np.ndarray, "rows time"]
Counted = Bool[np.ndarray, "rows time"]


def after_begin(n: int, x: Rows) -> Counted:
    return np.broadcast_to(np.arange(x.shape[1]) > 0, x.shape)


def from_separator(n: int, x: Rows) -> Counted:
    return np.cumsum(x == n + 1, axis=1) > 0


def asking(n: int, x: Rows) -> Counted:
    """Of edges between n nodes, the symbols after them."""
    return x > n * n


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`text(n)` is the program for n letters, `rows(n, count, rng)` draws inputs of n letters, or nodes.

    Answers count where `counted(n, rows)` says, and nowhere at blanks.
    """

    name: str
    text: Callable[[int], str]
    rows: Callable[[int, int, np.random.Generator], Rows]
    letters: int
    symbols: Callable[[int], int] = lambda n: n + 1
    classes: Callable[[int], int] = lambda n: n + 1
    padded: bool = False
    counted: Callable[[int, Rows], Counted] = after_begin

    @property
    def doc(self) -> str:
        return self.text(self.letters)

    def program(self, n: int) -> Program:
        return parse(self.text(n), LIBRARY, {"a": SEQUENCE})

    def mask(self, n: int, x: Rows) -> Counted:
        return self.counted(n, x) & self.within(n, x)

    def within(self, n: int, x: Rows) -> Counted:
        """All but blanks."""
        return x != self.symbols(n) - 1 if self.padded else np.ones(x.shape, bool)

    def answers(self, n: int, x: Rows) -> Rows:
        """What the program says, as one of the classes."""
        lengths = self.within(n, x).sum(axis=1)
        return np.clip(on_batches(self.program(n), {"a": x}, lengths), 0, self.classes(n) - 1)


def begun(x: Rows) -> Rows:
    return np.pad(x, ((0, 0), (1, 0)))


def any_letters(length: int) -> Callable[[int, int, np.random.Generator], Rows]:
    return lambda n, count, rng: begun(rng.integers(1, n + 1, (count, length)))


def repeated(length: int, low: int) -> Callable[[int, int, np.random.Generator], Rows]:
    """Different letters, again and again."""

    def rows(n: int, count: int, rng: np.random.Generator) -> Rows:
        once, period = 1 + np.argsort(rng.random((count, n)), axis=1), rng.integers(low, n + 1, (count, 1))
        return begun(np.take_along_axis(once, np.arange(length) % period, axis=1))

    return rows


def with_blanks(length: int) -> Callable[[int, int, np.random.Generator], Rows]:
    def rows(n: int, count: int, rng: np.random.Generator) -> Rows:
        ends = rng.integers(1, length + 1, (count, 1))
        return begun(np.where(np.arange(length) < ends, rng.integers(1, n + 1, (count, length)), n + 1))

    return rows


def then_sorted(longest: int) -> Callable[[int, int, np.random.Generator], Rows]:
    """Different letters, the separator n + 1, the letters in order, blanks n + 2."""

    def rows(n: int, count: int, rng: np.random.Generator) -> Rows:
        x = np.full((count, 2 * longest + 2), n + 2)
        for row, letters in zip(x, 1 + np.argsort(rng.random((count, n)), axis=1), strict=True):
            k = int(rng.integers(2, longest + 1))
            row[: 2 * k + 2] = [0, *letters[:k], n + 1, *np.sort(letters[:k])]
        return x

    return rows


def with_a_mode(length: int) -> Callable[[int, int, np.random.Generator], Rows]:
    """Letters of which at every place one has come more often than every other."""

    def rows(n: int, count: int, rng: np.random.Generator) -> Rows:
        first, others = rng.integers(1, n + 1, (4 * count, 1)), rng.integers(1, n + 1, (4 * count, length))
        x = np.where(rng.random((4 * count, length)) < 0.6, first, others)
        most = np.sort((x[:, :, None] == np.arange(1, n + 1)).cumsum(axis=1), axis=2)[:, :, -2:]
        return begun(x[(most[:, :, 1] > most[:, :, 0]).all(axis=1)][:count])

    return rows


def edges(n: int, count: int, rng: np.random.Generator) -> Rows:
    """An edge from each of n nodes, as the symbol 1 + n a + b, in any order; then nodes that are asked about."""
    sources, targets, asked = (np.argsort(rng.random((count, n)), axis=1) for _ in range(3))
    return begun(np.concatenate([1 + n * sources + targets, 1 + n * n + asked], axis=1))


def share_of(letter: int) -> str:
    return f"(selector_width (causal (select (lambda (x y) (eq x {letter})) a a)))"


def more_open(opens: int, closes: int) -> str:
    """1 where more of one has come than of the other, otherwise 0: the mean of -1 and 1 rounds down to -1."""
    value = f"(lambda (x) (if_int (eq x {opens}) (sub 0 1) (if_int (eq x {closes}) 1 0)))"
    return f"(map_seq negate (aggregate (causal (everywhere a)) (map_seq {value} a)))"


def hop(n: int, node: str) -> str:
    source = f"(map_seq (lambda (x) (if_int (le x {n * n}) (floordiv (sub x 1) {n}) (sub 0 2))) a)"
    target = f"(map_seq (lambda (x) (if_int (le x {n * n}) (mod (sub x 1) {n}) 0)) a)"
    return f"(aggregate (causal (select same {source} {node})) {target})"


def asked(n: int) -> str:
    return f"(map_seq (lambda (x) (if_int (gt x {n * n}) (sub x {n * n + 1}) (sub 0 1))) a)"


INDUCTION = "(aggregate (causal (select same (previous a) a)) a)"
LATEST = "(aggregate (last_of (causal (select same (previous a) {0}))) a)"
KNOWN = (
    Known(name="previous", text=lambda n: "(previous a)", rows=any_letters(12), letters=8),
    Known(name="induction", text=lambda n: INDUCTION, rows=repeated(24, 8), letters=12),
    Known(
        name="two_after",
        text=lambda n: LATEST.format(LATEST.format("a")),
        rows=repeated(20, 6),
        letters=8,
    ),
    Known(
        name="histogram",
        text=lambda n: "(selector_width (select same a a))",
        rows=with_blanks(8),
        letters=6,
        symbols=lambda n: n + 2,
        classes=lambda n: 9,
        padded=True,
    ),
    Known(
        name="reverse",
        text=lambda n: "(aggregate (select same (indices a) (to_end a)) a)",
        rows=any_letters(9),
        letters=8,
    ),
    Known(
        name="sort_unique",
        text=lambda n: (
            f"(aggregate (least_of (causal (select (lambda (x y) (and (le x {n}) "
            f"(lt (if_int (eq y {n + 1}) 0 y) x))) a a)) a) a)"
        ),
        rows=then_sorted(6),
        letters=10,
        symbols=lambda n: n + 3,
        padded=True,
        counted=from_separator,
    ),
    Known(
        name="most_common",
        text=lambda n: "(most_common (causal (select (lambda (x y) (gt x 0)) a a)) a)",
        rows=with_a_mode(12),
        letters=5,
    ),
    Known(name="fraction", text=lambda n: share_of(1), rows=any_letters(8), letters=3, classes=lambda n: 9),
    Known(
        name="pair_balance",
        text=lambda n: f"(zip_seq (lambda (x y) (add 1 (sign (sub x y)))) {share_of(1)} {share_of(2)})",
        rows=any_letters(6),
        letters=2,
        classes=lambda n: 3,
    ),
    Known(name="may_close", text=lambda n: more_open(1, 2), rows=any_letters(12), letters=2, classes=lambda n: 2),
    Known(
        name="shuffle_dyck",
        text=lambda n: f"(zip_seq (lambda (x y) (add x (mul 2 y))) {more_open(1, 2)} {more_open(3, 4)})",
        rows=any_letters(12),
        letters=4,
        classes=lambda n: 4,
    ),
    Known(
        name="one_hop",
        text=lambda n: hop(n, asked(n)),
        rows=edges,
        letters=5,
        symbols=lambda n: 1 + n * n + n,
        classes=lambda n: n,
        counted=asking,
    ),
    Known(
        name="two_hops",
        text=lambda n: hop(n, hop(n, asked(n))),
        rows=edges,
        letters=5,
        symbols=lambda n: 1 + n * n + n,
        classes=lambda n: n,
        counted=asking,
    ),
    Known(name="running_max", text=lambda n: "(max_so_far a)", rows=any_letters(10), letters=8),
    Known(name="next_larger", text=lambda n: "(next_above a)", rows=any_letters(10), letters=8),
    Known(name="three_back", text=lambda n: "(previous (previous (previous a)))", rows=any_letters(12), letters=8),
    Known(
        name="rank",
        text=lambda n: "(selector_width (select below a a))",
        rows=any_letters(8),
        letters=8,
        classes=lambda n: 9,
    ),
)
