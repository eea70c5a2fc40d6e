"""What is asked of both searches: one declaration for a family of sizes, that makes a Spec, a View and Data."""

import bisect
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int

from benchmarks.memory import memory
from benchmarks.tasks.oracle import answer_all, ask
from synth.language.spec import Spec
from synth.language.types import BOOL, INT, Fn, Z

if TYPE_CHECKING:  # both bring JAX, which listing tasks can do without
    from compare.view import View
    from nets.data import Data

USES = {"values": "an argument may be", "classes": "an answer may be"}
LABELS = ("true", "random", "relabelled")
RECIPES = {
    Z("p").name: "grokked",
    INT.name: "integers",
    BOOL.name: "boolean",
}  # by the first of these types in a task's
NUMBER = 48  # bytes for one of a net's outputs on one row while it is judged: 50 were measured for mod_add at 307
EXAMPLES = 4096  # a larger domain is given to the synthesizer as a seeded sample of this many rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task for a family of sizes (a modulus, a number of bits, a range of integers).

    `type` is the function type, or a function of the size, of BOOL, INT and Z. `oracle(size, *arguments)` takes arrays
    (n,), bool for BOOL and int64 otherwise, and gives the n right answers, an array (n,) of integers or Booleans, each
    from its row alone; a function of single values is asked row by row. It is never a program of the synthesizer's
    language. `values(size)` is how many integers 0 .. values - 1 an argument may take, `classes(size)` the same of the
    answer. `library` names the libraries or primitives that the synthesizer may use, or holds Primitives of one's own.
    Without `recipe` a cell gets the usual one for the types.
    """

    name: str
    doc: str
    type: Fn | Callable[[int], Fn]
    oracle: Callable[..., np.ndarray]
    sizes: tuple[int, ...]
    values: Callable[[int], int]
    classes: Callable[[int], int]
    library: tuple[Any, ...]
    terminals: Callable[[int], dict[str, int]] = lambda size: {}
    needs_prime: bool = False
    smallest: int = 2
    net: str = "mlp"  # what a suite's cell gets when it names none
    recipe: str | None = None  # the same; None: the usual one for the types

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)

    def signature(self, size: int) -> Fn:
        """The function type at this size."""
        self.check(size)
        return self._type(size)

    def usual_recipe(self, size: int) -> str:
        """What a suite's cell gets when it names none."""
        kind = self.signature(size)
        names = {part.name for part in (*kind.args, kind.result)}
        return self.recipe or next(recipe for name, recipe in RECIPES.items() if name in names)

    def domain(self, size: int) -> tuple[Int[np.ndarray, " rows"], ...]:
        """Every input, one array an argument, in the order of itertools.product."""
        arguments = self.signature(size).args
        axes = np.indices((self.values(size),) * len(arguments)).reshape(len(arguments), -1)
        return tuple(as_type(axis, kind) for axis, kind in zip(axes, arguments, strict=True))

    def answers(self, size: int, *, labels: str = "true", seed: int = 0) -> np.ndarray:
        """What is right on the whole domain: the task's own answers, seeded random ones, or its relabelled table."""
        table = self._table(size)
        if labels == "true":
            return table
        if labels == "random":
            random = np.random.default_rng([seed, 1]).integers(0, self.classes(size), len(table))
            return as_type(random, self.signature(size).result)
        if labels == "relabelled":
            return self._relabelled(size, table, seed)
        raise ValueError(
            f"task {self.name!r}: expected labels in {', '.join(LABELS)}, got {labels!r}; choose one of them"
        )

    def spec(self, size: int, *, labels: str = "true", seed: int = 0) -> Spec:
        """What the synthesizer is asked, and what a net's answers are held against."""
        domain = self.domain(size)
        table = self.answers(size, labels=labels, seed=seed)
        rows = sample(len(table))
        return Spec(
            type=self.signature(size),
            inputs=tuple(values[rows] for values in domain),
            outputs=table[rows],
            oracle=self._oracle(size, table, labels),
            domain=domain,
            terminals=self.terminals(size),
        )

    def view(self, size: int) -> "View":
        """How arguments become a net's inputs and its outputs an answer."""
        from compare.view import by_position

        self.check(size)
        return by_position(self.values(size), self.classes(size))

    def data(self, size: int, *, fraction: float = 1.0, labels: str = "true", seed: int = 0) -> "Data":
        """The table as rows; a seeded permutation's first `fraction` is trained on, the rest is held out."""
        from nets.data import Data

        cut = self.trained_rows(size, fraction)
        x = self.view(size).encode(*self.domain(size))
        order = np.random.default_rng([seed, 0]).permutation(len(x))
        return Data(
            x=x,
            y=self.answers(size, labels=labels, seed=seed).astype(np.int32),
            train=np.sort(order[:cut]),
            held_out=np.sort(order[cut:]),
            alphabet=self.values(size),
            classes=self.classes(size),
        )

    def trained_rows(self, size: int, fraction: float) -> int:
        """How many rows this fraction of the table is; ValueError where it is none."""
        if not 0.0 < fraction <= 1.0:
            raise ValueError(
                f"task {self.name!r}: expected a train fraction in (0, 1], got {fraction}; 1 trains on the whole table"
            )
        rows = self.values(size) ** len(self.signature(size).args)
        if math.floor(fraction * rows) == 0:
            raise ValueError(
                f"task {self.name!r}: expected a train fraction of at least one row, got {fraction} of {rows} rows; "
                f"give at least {1 / rows:.2g}"
            )
        return math.floor(fraction * rows)

    def check(self, size: int) -> None:
        """ValueError where the task has no such size."""
        if size < self.smallest:
            raise ValueError(
                f"task {self.name!r}: expected a size of at least {self.smallest}, got {size}; "
                f"usual sizes are {', '.join(map(str, self.sizes))}"
            )
        for what in ("values", "classes"):
            number = getattr(self, what)(size)
            if not isinstance(number, int | np.integer) or number < 1:
                raise ValueError(
                    f"task {self.name!r}: expected {what}({size}) to be a whole number of at least 1, got {number!r}; "
                    f"it says how many integers 0, 1, ... {USES[what]}"
                )
        if self.bytes_of(size) > memory():
            raise ValueError(
                f"task {self.name!r}: expected a size of at most {self._largest(size)}, whose whole table and a net's "
                f"answers to it fit into this machine's {memory() >> 30} GiB of memory, got {size}"
            )
        if self.needs_prime and not is_prime(size):
            raise ValueError(
                f"task {self.name!r}: expected a prime size, got {size}; "
                f"take a prime such as {next(n for n in itertools.count(size + 1) if is_prime(n))}"
            )

    def bytes_of(self, size: int) -> int:
        """What the whole table takes with a net's answers to it, at the least."""
        arguments = len(self._type(size).args)
        return NUMBER * int(self.values(size)) ** arguments * (int(self.classes(size)) + 2 * arguments)

    def _type(self, size: int) -> Fn:
        found = self.type if isinstance(self.type, Fn) else self.type(size)
        refuse_wrong_type(self.name, found)
        return found

    def _largest(self, size: int) -> int:
        """The largest size below this one that memory allows; sizes need more of it as they grow."""
        fits = range(self.smallest, size)
        largest = bisect.bisect_right(fits, memory(), key=self.bytes_of) - 1
        known = (fits[number] for number in range(largest, -1, -1))
        return next((known for known in known if not self.needs_prime or is_prime(known)), self.smallest)

    def _table(self, size: int) -> np.ndarray:
        """The oracle's answers on the whole domain, checked."""
        given = answer_all(self.name, self.oracle, size, self.domain(size), self.classes(size))
        return as_type(given, self.signature(size).result)

    def _oracle(self, size: int, table: np.ndarray, labels: str) -> Callable[..., np.ndarray]:
        kind = self.signature(size).result
        if labels == "true":
            return lambda *arguments: as_type(ask(self.name, self.oracle, size, arguments), kind)
        strides = self.values(size) ** np.arange(len(self.signature(size).args))[::-1]
        return lambda *arguments: table[np.stack([np.asarray(a, dtype=np.int64) for a in arguments], -1) @ strides]

    def _relabelled(self, size: int, table: np.ndarray, seed: int) -> np.ndarray:
        """The table of g(a, ...) = out(f(in(a), ...)) for a seeded permutation `in` of inputs and `out` of answers."""
        inner, outer = relabelling(self.values(size), self.classes(size), seed)
        arguments = [
            as_type(inner[values.astype(np.int64)], kind)
            for values, kind in zip(self.domain(size), self.signature(size).args, strict=True)
        ]
        moved = ask(self.name, self.oracle, size, arguments)
        return as_type(outer[np.asarray(moved, dtype=np.int64)], self.signature(size).result).reshape(table.shape)


def refuse_wrong_fields(task: Task) -> None:
    """ValueError for a field that cannot be what it says."""
    for field, length in (("library", "'arith',"), ("sizes", "8,")):
        given = getattr(task, field)
        if not isinstance(given, tuple | list):
            raise ValueError(
                f"task {task.name!r}: expected {field} as a tuple, got {given!r}; with one entry write ({length}) with "
                "its comma"
            )
    for field in ("oracle", "values", "classes", "terminals"):
        if not callable(getattr(task, field)):
            raise ValueError(
                f"task {task.name!r}: expected {field} as a function of the size, got {getattr(task, field)!r}; "
                "write one, such as lambda n: n"
            )
    if not (isinstance(task.type, Fn) or callable(task.type)):
        raise ValueError(f"task {task.name!r}: expected type as Fn((INT, INT), INT) or the like, got {task.type!r:.80}")
    if not task.sizes or not all(isinstance(size, int) for size in task.sizes):
        raise ValueError(f"task {task.name!r}: expected sizes as integers, at least one, got {task.sizes!r}")


def refuse_wrong_type(name: str, given: Any) -> None:
    """ValueError unless it is a function type of Booleans, integers and residues."""
    tuples = isinstance(given, Fn) and isinstance(given.args, tuple)
    kinds = (*given.args, given.result) if tuples else ()
    if not (len(kinds) > 1 and all(getattr(kind, "name", kind) in RECIPES for kind in kinds)):
        raise ValueError(
            f"task {name!r}: expected a function type of BOOL, INT and Z, with an argument, got "
            f"{given if tuples else repr(given)}; write Fn((INT, INT), INT) or the like, and with one argument "
            "Fn((INT,), INT)"
        )


def relabelling(values: int, classes: int, seed: int) -> tuple[Int[np.ndarray, " values"], Int[np.ndarray, " classes"]]:
    """The permutations of input tokens and of answers that the labels "relabelled" use."""
    random = np.random.default_rng([seed, 2])
    return random.permutation(values), random.permutation(classes)


def as_type(values: Any, kind: Any) -> np.ndarray:
    """Booleans for BOOL, integers otherwise."""
    return np.asarray(values).astype(bool if kind == BOOL else np.int64)


def sample(rows: int) -> Int[np.ndarray, " examples"]:
    """Row numbers of the examples that the synthesizer gets."""
    if rows <= EXAMPLES:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, EXAMPLES, replace=False))


def is_prime(n: int) -> bool:
    """Whether n is prime, by trial division."""
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))
