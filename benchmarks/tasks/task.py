"""What is asked of both searches: one declaration for a family of sizes, that makes a Spec, a View and Data."""

import bisect
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Int

from benchmarks.memory import memory
from benchmarks.tasks.declared import (
    IMAGES,
    NUMBERS,
    USUAL,
    refuse_wrong_fields,
    refuse_wrong_numbers,
    refuse_wrong_type,
)
from benchmarks.tasks.drawn import answers as told
from benchmarks.tasks.drawn import as_type, data_of, drawn, few, fills_up, sampler_of, samplers_of, samples_of, view_of
from benchmarks.tasks.examples import at_ends, spec_of
from benchmarks.tasks.fixed import fixed_data, fixed_sample
from benchmarks.tasks.oracle import answer_all, ask, refuse_constant
from benchmarks.tasks.sampling import Sampler
from synth.language.spec import Spec
from synth.language.types import BOOL, REAL, STREAM, Fn
from synth.search.games import Board

if TYPE_CHECKING:  # both bring JAX, which listing tasks can do without
    from compare.beside.halves import Then
    from compare.sample import Samples
    from compare.variables import Variable
    from compare.view import View
    from nets.data import Data

NAMED = {"b": "Booleans", "iu": "integers", "f": "reals", "fiu": "numbers"}  # by the kinds of numpy's types
LABELS = ("true", "random", "relabelled")
NUMBER = 48  # bytes for one of a net's outputs on one row while it is judged: 50 were measured for mod_add at 307
EXAMPLES = 4096  # a larger domain is given to the synthesizer as a seeded sample of this many rows


class Stage(NamedTuple):
    """Simpler answers than the right ones, which a net may give on its way to them."""

    name: str
    oracle: Callable[..., np.ndarray]  # as a task's


class Intermediate(NamedTuple):
    """What a person would work out on the way to the answer, at some positions; nets are asked whether they hold it."""

    name: str
    values: Callable[..., np.ndarray]  # (size, *arguments) -> integers (rows, positions), below 0 where there is none
    then: Callable[..., np.ndarray]  # (size, values, *arguments) -> the answers by it, below 0 where it says nothing
    number: bool = False  # how much, not which


class Part(NamedTuple):
    """Rows, or positions of them, on which a net's answers are counted by themselves."""

    name: str
    where: Callable[..., np.ndarray]  # (size, *arguments) -> Booleans (rows,) or (rows, positions)


class Misplaced(NamedTuple):
    """An object that nets are asked to draw where there never is one."""

    name: str  # one of the task's `objects`
    arguments: Callable[
        ..., tuple[np.ndarray, ...]
    ]  # (size, *arguments) -> those that ask for it, of any number of rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task for a family of sizes (a modulus, a number of bits, a range of integers).

    `type` is the function type, or a function of the size, of BOOL, INT and Z. `oracle(size, *arguments)` takes arrays
    (n,), bool for BOOL and int64 otherwise, and gives the n right answers, an array (n,) of integers or Booleans, each
    from its row alone; a function of single values is asked row by row. It is never a program of the synthesizer's
    language. `values(size)` is how many integers 0 .. values - 1 an argument may take: one number for all, but 2 for
    BOOL, or a tuple of one each. `classes(size)` is the same of the answer. `library` names the libraries or primitives
    that the synthesizer may use, or holds Primitives of one's own. Without `net` or `recipe` a cell gets the usual one
    for the types.

    Where inputs cannot all be listed, `test` says on which samples nets are read: the first range is reported on, the
    others lie beyond it. `train` draws the batches of training; without `test` the whole domain is read all the same.
    A sampler is one of `benchmarks.tasks.sampling`, or a function `(size, rows, rng)` that gives the arguments. They
    are then arrays (n, ...): integers, or reals where there is no `values`. Types may be STREAM, SEQUENCE, LIST and
    REAL as well, or None, where the synthesizer has none for the task; of a SEQUENCE to INT, where answers are along
    the sequence, what its beginnings give. Answers are of a `kind`: classes, (n,) or (n,
    positions); sets, (n, classes) or (n, positions, classes), whether each symbol is in; reals, (n, classes) or one
    axis more, alike within `tolerance`; distributions, as many probabilities, alike within it too, of which training
    draws one class each. `mask(size, *arguments)` is (n, positions), which answers count; None: all. `seen(size,
    *arguments)` is what nets are given of the arguments, reals (n, ...), each row from its arguments alone; None: they
    themselves.
    """

    name: str
    doc: str
    type: Fn | Callable[[int], Fn] | None
    oracle: Callable[..., np.ndarray]
    sizes: tuple[int, ...]
    classes: Callable[[int], int]  # of sets the symbols, of reals the width
    values: Callable[[int], int | tuple[int, ...]] | None = None  # None: inputs are reals
    library: tuple[Any, ...] = ()
    terminals: Callable[[int], dict[str, int]] = lambda size: {}
    needs_prime: bool = False
    smallest: int = 2
    net: str | None = None  # what a suite's cell gets when it names none; None: the usual one for the types
    recipe: str | None = None  # the same
    train: Sampler | None = None
    test: tuple[Sampler, ...] = ()
    mask: Callable[..., np.ndarray] | None = None
    seen: Callable[..., np.ndarray] | None = None  # what nets are given, (size, *arguments) -> reals (rows, ...)
    kind: str = "classes"  # one of benchmarks.tasks.drawn.KINDS
    tolerance: float = 0.05  # within which two real answers, or all probabilities of two distributions, are alike
    stages: tuple[Stage, ...] = ()  # what is looked for along training, where inputs are drawn and the recipe asks
    intermediates: tuple[Intermediate, ...] = ()  # what nets are asked for beside their verdict, where inputs are drawn
    parts: tuple[Part, ...] = ()  # answers that are counted by themselves, where inputs are drawn
    recombined: Callable[..., np.ndarray] | None = None  # what pictures with halves of two inputs show, see `halved`
    read_on: Part | None = None  # the rows that nets are read on, of all that they are trained on
    places: Callable[..., np.ndarray] | None = None
    """(size, *arguments) -> reals (rows, time, 2): where a path is after each input, which nets' rate maps are of."""
    masks: Callable[..., np.ndarray] | None = None
    """(size, *arguments) -> Booleans (rows, objects, height, breadth): where in a picture that is answered each is."""
    objects: tuple[str, ...] = ()  # their names
    factors: tuple[str, ...] = ()  # of the numbers in a row of the first argument, whole ones, where there are masks
    misplaced: tuple[Misplaced, ...] = ()  # what is asked for against the rules, where there are masks
    board: Callable[[int], Board] | None = None  # of a game, told by its moves: the squares, and the first discs
    within: tuple[tuple[str, str], ...] = ()  # an object and another, of which it is a part: never without it
    boards: Callable[..., dict[str, np.ndarray]] | None = None
    """(size, moves) -> by name groups of features (rows, time, features) of a game's board and player after each move,
    among them "occupied" and "colours", and perhaps "live" (where discs can still matter, then whose these are): what
    nets that say which moves are legal next may hold, measured in `compare.beside.squares`."""

    def __post_init__(self) -> None:
        for name, given in (("train", sampler_of(self.train)), ("test", samplers_of(self.test))):
            object.__setattr__(self, name, given)
        refuse_wrong_fields(self)

    @property
    def listed(self) -> bool:
        """Whether nets are read on every input that there is."""
        return not self.test

    def signature(self, size: int) -> Fn | None:
        """The function type at this size; None where the synthesizer has none."""
        self.check(size)
        return self._type(size)

    def arguments(self, size: int) -> int:
        """How many there are."""
        kind = self.signature(size)
        return 1 if kind is None else len(kind.args)

    def ranges(self, size: int) -> tuple[int, ...]:
        """How many integers each argument may be."""
        self.check(size)
        return self._ranges(size)

    def alphabet(self, size: int) -> int:
        """How many integers any argument may be."""
        return max(self.ranges(size))

    def rows(self, size: int) -> int:
        """How many inputs there are, where all are listed."""
        return math.prod(self.ranges(size))

    def usual_recipe(self, size: int) -> str:
        """What a suite's cell gets when it names none."""
        return self.recipe or self._usual(size)[1]

    def usual_net(self, size: int) -> str:
        """The same of the net."""
        return self.net or self._usual(size)[0]

    def samples(self, size: int, seed: int = 0, *, labels: str = "true", fixed: int | None = None) -> "Samples | None":
        """What nets are read on, with the `fixed` rows that one was trained on; None for the whole domain."""
        self.check(size)
        if self.listed:
            return None
        found = samples_of(self, size, seed)
        return found if fixed is None else replace(found, trained=fixed_sample(self, size, fixed, labels, seed))

    def staged(self, size: int, samples: "Samples") -> dict[str, np.ndarray]:
        """The answers of each stage where nets are reported on."""
        inputs = samples.report.arguments
        return {stage.name: told(replace(self, oracle=stage.oracle), size, inputs) for stage in self.stages}

    def variables(self, size: int, arguments: tuple[np.ndarray, ...]) -> "list[Variable]":
        """The intermediates that have values for these inputs."""
        from compare.variables import Variable

        shape = arguments[0].shape[:2]

        def bound(each: Intermediate) -> Variable:
            def then(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
                return np.asarray(each.then(size, values, *(given[rows] for given in arguments))).astype(np.int64)

            values = np.asarray(each.values(size, *arguments))
            self._refuse_wrong_shape(f"intermediate {each.name!r}", values, "iu", (shape,))
            return Variable(each.name, values, then, each.number)

        return [found for found in map(bound, self.intermediates) if (found.values >= 0).any()]

    def halved(self, size: int, arguments: tuple[np.ndarray, ...]) -> "Then | None":
        """What is right with the upper half of another row's picture, by numbers of rows; None where no task says.

        `recombined(size, mine, theirs)` takes two tuples of arguments and gives classes (n,), below 0 where none is.
        """
        recombined = self.recombined
        if recombined is None:
            return None

        def then(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
            mine, theirs = (tuple(given[each] for given in arguments) for each in (rows, others))
            answers = np.asarray(recombined(size, mine, theirs))
            self._refuse_wrong_shape("what `recombined` gives", answers, "iu", ((len(rows),),))
            return answers

        return then

    def parted(self, size: int, arguments: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """Of each part the rows, or positions of them, among these inputs."""
        found = {part.name: np.asarray(part.where(size, *arguments)) for part in self.parts}
        shape = arguments[0].shape[:2]
        for name, where in found.items():
            self._refuse_wrong_shape(f"part {name!r}", where, "b", (shape, shape[:1]))
        return found

    def placed(self, size: int, arguments: tuple[np.ndarray, ...]) -> np.ndarray | None:
        """Where the paths of these inputs are, (rows, time, 2); None where the task has none."""
        if self.places is None:
            return None
        at = np.asarray(self.places(size, *arguments))
        self._refuse_wrong_shape("places", at, "f", ((*arguments[0].shape[:2], 2),))
        if not (np.isfinite(at).all() and (np.ptp(at, axis=(0, 1)) > 0).all()):
            raise ValueError(
                f"task {self.name!r}: expected places that move along both axes, got {at.min(axis=(0, 1))} to "
                f"{at.max(axis=(0, 1))}; give the two coordinates of a path at each time, or leave `places` out"
            )
        return at

    def masked(self, size: int, arguments: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """By object, the pixels of these inputs' pictures that are of it, (rows, height, breadth)."""
        if self.masks is None:
            return {}
        found = np.asarray(self.masks(size, *arguments))
        wanted = (len(arguments[0]), len(self.objects))
        if found.dtype != bool or found.ndim != 4 or found.shape[:2] != wanted:
            raise ValueError(
                f"task {self.name!r}: expected masks as Booleans of shape ({wanted[0]}, {wanted[1]}, height, breadth), "
                f"a picture for each row and each of `objects`, got {found.dtype} of shape {found.shape}; give as many"
            )
        if self.classes(size) % math.prod(found.shape[2:]):
            raise ValueError(
                f"task {self.name!r}: expected answers with as many reals for each of {math.prod(found.shape[2:])} "
                f"pixels of the masks, {found.shape[2]} x {found.shape[3]}, got {self.classes(size)}; give masks of "
                "the pictures that are answered"
            )
        return {name: found[:, place] for place, name in enumerate(self.objects)}

    def factored(self, arguments: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """By name, each factor of these inputs, (rows,): Booleans where it is 0 or 1; empty where none is named."""
        if not self.factors:
            return {}
        values = np.asarray(arguments[0])
        if values.ndim != 2 or values.shape[1] != len(self.factors):
            raise ValueError(
                f"task {self.name!r}: expected {len(self.factors)} numbers a row, one for each of `factors`, got shape "
                f"{values.shape}; name each"
            )
        names = [name.replace(" ", "_") for name in self.factors]
        columns = (each.astype(bool) if np.isin(each, (0, 1)).all() else each.astype(np.int64) for each in values.T)
        return dict(zip(names, columns, strict=True))

    def boarded(self, size: int, arguments: tuple[np.ndarray, ...]) -> dict[str, np.ndarray] | None:
        """The groups of features of these games' boards; None where the task has no boards."""
        if self.boards is None:
            return None
        found = {name: np.asarray(values) for name, values in self.boards(size, *arguments).items()}
        if {"occupied", "colours"} - set(found):
            raise ValueError(
                f"task {self.name!r}: expected boards with the groups 'occupied' and 'colours', got "
                f"{', '.join(map(repr, found)) or 'none'}; name the squares that are taken, and their colours, so"
            )
        for name, values in found.items():
            self._refuse_wrong_shape(f"group {name!r}", values, "fiu", ((*arguments[0].shape[:2], *values.shape[-1:]),))
        return found

    def domain(self, size: int) -> tuple[Int[np.ndarray, " rows"], ...]:
        """Every input, one array an argument, in the order of itertools.product."""
        arguments = self._listed_type(size).args
        axes = np.indices(self.ranges(size)).reshape(len(arguments), -1)
        return tuple(as_type(axis, kind) for axis, kind in zip(axes, arguments, strict=True))

    def answers(self, size: int, *, labels: str = "true", seed: int = 0) -> np.ndarray:
        """What is right on the whole domain: the task's own answers, seeded random ones, or its relabelled table."""
        table = self._table(size)
        if labels == "true":
            return table
        if labels == "random":
            random = np.random.default_rng([seed, 1]).integers(0, self.classes(size), len(table))
            return as_type(random, self._listed_type(size).result)
        if labels == "relabelled":
            return self._relabelled(size, table, seed)
        raise ValueError(
            f"task {self.name!r}: expected labels in {', '.join(LABELS)}, got {labels!r}; choose one of them"
        )

    def spec_of_nets(self, size: int, *, labels: str = "true", seed: int = 0) -> Spec | None:
        """What a net's answers are held against: `spec`, but where that asks for single answers along a sequence."""
        return None if at_ends(self, size) else self.spec(size, labels=labels, seed=seed)

    def spec(self, size: int, *, labels: str = "true", seed: int = 0) -> Spec | None:
        """What the synthesizer is asked.

        Of samples, examples alone, with true answers; None where the synthesizer has no types for the task.
        """
        if not self.listed:
            return spec_of(self, size)
        domain = self.domain(size)
        table = self.answers(size, labels=labels, seed=seed)
        rows = sample(len(table))
        return Spec(
            type=self._listed_type(size),
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
        return by_position(self.alphabet(size), self.classes(size)) if self.listed else view_of(self, size)

    def padded(self, size: int) -> bool:
        """Whether the last symbol fills sequences up, so that nets should not see it."""
        return not self.listed and fills_up(self, size)

    def longest(self, size: int) -> int:
        """Positions of the longest inputs that nets are trained or read on."""
        given = (drawn(self, each, size, 2, np.random.default_rng(0)) for each in (self.train, *self.test) if each)
        return max(self.view(size).encode(*arguments).shape[1] for arguments in given)

    def inputs(self, size: int) -> np.ndarray:
        """Two rows as nets take them, for their shape."""
        arguments = tuple(values[:2] for values in self.domain(size)) if self.listed else few(self, size)
        return self.view(size).encode(*arguments)

    def data(
        self, size: int, *, fraction: float = 1.0, labels: str = "true", seed: int = 0, fixed: int | None = None
    ) -> "Data":
        """The table as rows; a seeded permutation's first `fraction` is trained on, the rest is held out.

        With a sampler training is on what it draws, always afresh or `fixed` rows, and there is no fraction.
        """
        from nets.data import Data

        self.check_labels(labels, fixed)
        if self.train is not None:
            self.trained_rows(size, fraction)
            return data_of(self, size, seed) if fixed is None else fixed_data(self, size, fixed, labels, seed)
        cut = self.trained_rows(size, fraction)
        x = self.view(size).encode(*self.domain(size))
        order = np.random.default_rng([seed, 0]).permutation(len(x))
        return Data(
            x=x,
            y=self.answers(size, labels=labels, seed=seed).astype(np.int32),
            train=np.sort(order[:cut]),
            held_out=np.sort(order[cut:]),
            alphabet=self.alphabet(size),
            classes=self.classes(size),
        )

    def trained_rows(self, size: int, fraction: float) -> int:
        """How many rows this fraction of the table is, 0 of batches drawn afresh; ValueError where it is none."""
        if not 0.0 < fraction <= 1.0:
            raise ValueError(
                f"task {self.name!r}: expected a train fraction in (0, 1], got {fraction}; 1 trains on the whole table"
            )
        if self.train is not None:
            if fraction != 1.0:
                raise ValueError(
                    f"task {self.name!r}: expected a train fraction of 1, since its batches are drawn afresh, got "
                    f"{fraction}; leave it out"
                )
            return 0
        rows = self.rows(size)
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
        refuse_wrong_numbers(self, size)
        if self.listed and math.prod(self._ranges(size)) < 2:
            raise ValueError(
                f"task {self.name!r}: expected at least two inputs, got one at size {size}, of which "
                "nothing can be learnt; take a larger size, or mend what `values` says"
            )
        if self.listed and self.bytes_of(size) > memory():
            raise ValueError(
                f"task {self.name!r}: expected a size of at most {self._largest(size)}, whose whole table and a net's "
                f"answers to it fit into this machine's {memory() >> 30} GiB of memory, got {size}; "
                "or draw its inputs by samplers, `train` and `test`"
            )
        if self.needs_prime and not is_prime(size):
            raise ValueError(
                f"task {self.name!r}: expected a prime size, got {size}; "
                f"take a prime such as {next(n for n in itertools.count(size + 1) if is_prime(n))}"
            )

    def bytes_of(self, size: int) -> int:
        """What the whole table takes with a net's answers to it, at the least."""
        ranges = self._ranges(size)
        return NUMBER * math.prod(ranges) * (int(self.classes(size)) + 2 * len(ranges))

    def check_labels(self, labels: str, fixed: int | None = None) -> None:
        """ValueError for other labels than the true ones where there is no table of all inputs to write them into.

        Rows that are drawn once, `fixed` of them, may have random ones.
        """
        if fixed is not None and (self.listed or fixed < 1):
            raise ValueError(
                f"task {self.name!r}: expected `fixed` rows of a task that is asked on samples, at least one, got "
                f"{fixed}{' where inputs are listed' if self.listed else ''}; train on a `fraction` of a table"
            )
        if labels != "true" and (self.train is not None or not self.listed) and (fixed is None or labels != "random"):
            raise ValueError(
                f"task {self.name!r}: expected the labels true, since its inputs are drawn and not listed, got "
                f"{labels!r}; random and relabelled tables need a whole domain, or random answers `fixed` rows"
            )

    def _refuse_wrong_shape(
        self, what: str, given: np.ndarray, kinds: str, shapes: tuple[tuple[int, ...], ...]
    ) -> None:
        if given.dtype.kind not in kinds or given.shape not in shapes:
            raise ValueError(
                f"task {self.name!r}: expected {what} as {NAMED[kinds]} of shape "
                f"{' or '.join(map(str, shapes))}, got {given.dtype} of shape {given.shape}; give one for each row and "
                "position"
            )

    def _usual(self, size: int) -> tuple[str, str]:
        kind = self.signature(size)
        names = {part.name for part in (*kind.args, *([REAL] if kind.result == REAL else []))} if kind else set()
        found = next((usual for name, usual in USUAL.items() if name in names), IMAGES)
        return NUMBERS if found == USUAL[STREAM.name] and self.kind == "reals" else found

    def _type(self, size: int) -> Fn | None:
        found = self.type(size) if callable(self.type) else self.type
        if found is not None or self.listed:
            refuse_wrong_type(self, found)
        return found

    def _ranges(self, size: int) -> tuple[int, ...]:
        assert self.values is not None
        given, kind = self.values(size), self._type(size)
        if isinstance(given, tuple):
            return tuple(map(int, given))
        return (int(given),) if kind is None else tuple(2 if each == BOOL else int(given) for each in kind.args)

    def _listed_type(self, size: int) -> Fn:
        kind = self.signature(size)
        if kind is None or not self.listed:
            raise ValueError(
                f"task {self.name!r}: expected a task whose inputs can all be listed, got one that is asked on samples;"
                " leave out `test` where types and `values` list them"
            )
        return kind

    def _largest(self, size: int) -> int:
        """The largest size below this one that memory allows; sizes need more of it as they grow."""
        fits = range(self.smallest, size)
        largest = bisect.bisect_right(fits, memory(), key=self.bytes_of) - 1
        known = (fits[number] for number in range(largest, -1, -1))
        return next((known for known in known if not self.needs_prime or is_prime(known)), self.smallest)

    def _table(self, size: int) -> np.ndarray:
        """The oracle's answers on the whole domain, checked."""
        given = answer_all(self.name, self.oracle, size, self.domain(size), self.classes(size))
        refuse_constant(self.name, size, given)
        return as_type(given, self._listed_type(size).result)

    def _oracle(self, size: int, table: np.ndarray, labels: str) -> Callable[..., np.ndarray]:
        kind = self._listed_type(size).result
        if labels == "true":
            return lambda *arguments: as_type(ask(self.name, self.oracle, size, arguments), kind)
        whole = table.reshape(self.ranges(size))
        return lambda *arguments: whole[tuple(np.asarray(values, dtype=np.int64) for values in arguments)]

    def _relabelled(self, size: int, table: np.ndarray, seed: int) -> np.ndarray:
        """The table of g(a, ...) = out(f(in(a), ...)) for a seeded permutation `in` of inputs and `out` of answers."""
        inner = [relabelling(values, self.classes(size), seed)[0] for values in self.ranges(size)]
        outer = relabelling(self.alphabet(size), self.classes(size), seed)[1]
        kind = self._listed_type(size)
        arguments = [
            as_type(permuted[values.astype(np.int64)], each)
            for permuted, values, each in zip(inner, self.domain(size), kind.args, strict=True)
        ]
        moved = ask(self.name, self.oracle, size, arguments)
        return as_type(outer[np.asarray(moved, dtype=np.int64)], kind.result).reshape(table.shape)


def relabelling(values: int, classes: int, seed: int) -> tuple[Int[np.ndarray, " values"], Int[np.ndarray, " classes"]]:
    """The permutations of input tokens and of answers that the labels "relabelled" use."""
    random = np.random.default_rng([seed, 2])
    return random.permutation(values), random.permutation(classes)


def sample(rows: int) -> Int[np.ndarray, " examples"]:
    """Row numbers of the examples that the synthesizer gets."""
    if rows <= EXAMPLES:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, EXAMPLES, replace=False))


def is_prime(n: int) -> bool:
    """Whether n is prime, by trial division."""
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))
