"""Whether a task's declaration can be what it says: one sentence where it cannot."""

from types import UnionType
from typing import Any

import numpy as np

from benchmarks.names import unknown
from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.drawn import KINDS
from synth.language.types import BOOL, INT, LIST, REAL, SEQUENCE, STREAM, Fn, Z

FUNCTIONS = {
    "values": "lambda n: n",
    "seen": "lambda n, *arguments: reals (rows, ...)",
    "mask": "lambda n, *arguments: Booleans (rows, positions)",
    "places": "lambda n, *arguments: reals (rows, time, 2)",
    "masks": "lambda n, *arguments: Booleans (rows, objects, height, breadth)",
    "recombined": "lambda n, mine, theirs: classes (rows,)",
    "board": "lambda n: Board(side=n, first=frozenset(), second=frozenset())",
    "boards": "lambda n, moves: {name: numbers (rows, time, features)}",
}  # fields that may be left out, and what is written there
ENTRIES = {
    "stages": ("Stage", ("name", "oracle")),
    "intermediates": ("Intermediate", ("name", "values", "then")),
    "parts": ("Part", ("name", "where")),
    "read_on": ("Part", ("name", "where")),
    "misplaced": ("Misplaced", ("name", "arguments")),
}  # what holds several things under one name, and these
USES = {"values": "an argument may be", "classes": "an answer may be"}
USUAL = {
    STREAM.name: ("recurrent", "stream"),
    SEQUENCE.name: ("sequence_transformer", "sequence"),
    LIST.name: ("sequence_transformer", "sequence"),
    REAL.name: ("mlp", "reals"),
    Z("p").name: ("mlp", "usual_residues"),
    INT.name: ("mlp", "usual_integers"),
    BOOL.name: ("mlp", "usual_bits"),
}  # the net and the recipe by the first of these types that an argument has
NUMBERS = ("recurrent", "numbers")  # where streams are answered by numbers
IMAGES = ("cnn", "images")  # where the synthesizer has no types
LISTED = (Z("p").name, INT.name, BOOL.name)  # types whose values `values` lists


def refuse_wrong_fields(task: Declaration) -> None:
    """ValueError for a field that cannot be what it says."""
    for field, length in (("library", "'arith',"), ("sizes", "8,"), ("test", "Uniform(length=10),")):
        given = getattr(task, field)
        if not isinstance(given, tuple | list):
            raise ValueError(
                f"task {task.name!r}: expected {field} as a tuple, got {given!r}; with one entry write ({length}) with "
                "its comma"
            )
    given = [field for field in FUNCTIONS if getattr(task, field) is not None]
    for field in dict.fromkeys(("oracle", "classes", "terminals", *(("values",) if task.listed else ()), *given)):
        if not callable(getattr(task, field)):
            raise ValueError(
                f"task {task.name!r}: expected {field} as a function of the size, got {getattr(task, field)!r:.80}; "
                f"write one, such as {FUNCTIONS.get(field, 'lambda n: n')}"
            )
    if not (isinstance(task.type, Fn) or callable(task.type) or (task.type is None and not task.listed)):
        raise ValueError(f"task {task.name!r}: expected type as Fn((INT, INT), INT) or the like, got {task.type!r:.80}")
    if not task.sizes or not all(isinstance(size, int) for size in task.sizes):
        raise ValueError(f"task {task.name!r}: expected sizes as integers, at least one, got {task.sizes!r}")
    refuse_wrong_kinds(task)
    refuse_wrong_samplers(task)
    refuse_wrong_objects(task)


def refuse_wrong_kinds(task: Declaration) -> None:
    """ValueError for names that are no text, numbers that are none, and entries that lack what is asked of them."""
    wanted: dict[str, tuple[type | UnionType, str]] = {
        "doc": (str, "text"),
        "net": (str | None, "a net's name"),
        "recipe": (str | None, "a recipe's name"),
        "smallest": (int, "a whole number"),
        "tolerance": (float | int, "a number"),
    }
    for field, (kind, what) in wanted.items():
        given = getattr(task, field)
        if not isinstance(given, kind) or isinstance(given, bool):
            raise ValueError(f"task {task.name!r}: expected {field} as {what}, got {given!r:.80}; write one")
    for field, (what, parts) in ENTRIES.items():
        given = getattr(task, field)
        for each in (given,) if field == "read_on" and given is not None else given or ():
            if not all(hasattr(each, part) for part in parts):
                raise ValueError(
                    f"task {task.name!r}: expected {field} of {what}({', '.join(parts)}), got {each!r:.80}; write "
                    f"{what} from benchmarks.tasks.task"
                )
    for pair in task.within:
        if isinstance(pair, str) or len(pair) != 2:
            raise ValueError(
                f'task {task.name!r}: expected within as pairs such as (("door", "house"),), got {task.within!r:.80}; '
                "write the outer comma too"
            )


def refuse_wrong_samplers(task: Declaration) -> None:
    """ValueError for samplers that draw nothing, and for what only samples have."""
    for each in (*(() if task.train is None else (task.train,)), *task.test):
        if not callable(getattr(each, "draw", None)):
            raise ValueError(
                f"task {task.name!r}: expected samplers in `train` and `test`, got {each!r}; give Uniform(length=10), "
                "Box(low=-1, high=1), or a function (size, rows, rng) that gives the arguments"
            )
    if task.test and task.train is None:
        raise ValueError(
            f"task {task.name!r}: expected a sampler in `train` too, since inputs are drawn for `test`, got none; "
            "train=test[0] trains on the range that is reported on"
        )
    if task.seen is not None and task.listed:
        raise ValueError(
            f"task {task.name!r}: expected samplers in `test`, since nets are given what `seen` makes of the arguments,"
            " got none; of a whole domain nets are given the arguments themselves"
        )
    if task.boards is not None and (task.kind != "sets" or task.listed):
        raise ValueError(
            f"task {task.name!r}: expected boards of a task on samples that answers which moves are legal "
            f"next, sets, got {task.kind}{' of a whole domain' if task.listed else ''}; leave out `boards`"
        )
    if task.kind not in KINDS:
        raise ValueError(f"task {task.name!r}: expected kind in {', '.join(KINDS)}, got {task.kind!r}; choose one")
    if task.listed and (task.kind != "classes" or task.mask is not None):
        raise ValueError(
            f"task {task.name!r}: expected samplers in `test`, since answers are {task.kind}"
            f"{' with a mask' if task.mask is not None else ''}, got none; on a whole domain answers are classes, one "
            "a row"
        )


def refuse_wrong_objects(task: Declaration) -> None:
    """ValueError for masks without names or answers that are pictures, and for objects named without one."""
    if (task.masks is None) != (not task.objects):
        raise ValueError(
            f"task {task.name!r}: expected masks and the names of their objects, or neither, got "
            f"{'no masks' if task.masks is None else 'no objects'}; give both"
        )
    if task.factors and task.masks is None:
        raise ValueError(
            f"task {task.name!r}: expected masks where factors are named, since these say what a picture is painted by,"
            " got none; leave out `factors`"
        )
    if task.masks is not None and task.kind != "reals":
        raise ValueError(
            f"task {task.name!r}: expected answers that are reals, since masks are of the pictures that are answered, "
            f"got {task.kind}; leave out `masks`"
        )
    for name in (*(each.name for each in task.misplaced), *(name for pair in task.within for name in pair)):
        if name not in task.objects:
            raise ValueError(f"task {task.name!r}: {unknown('object', name, task.objects)}")


def refuse_wrong_numbers(task: Declaration, size: int) -> None:
    """ValueError for numbers of values or classes that are none, or not one for each argument."""
    given = None if task.values is None else task.values(size)
    each = given if isinstance(given, tuple) else () if given is None else (given,)
    for what, number in (("classes", task.classes(size)), *(("values", number) for number in each)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise ValueError(
                f"task {task.name!r}: expected {what}({size}) to be a whole number of at least 1, got {number!r}; "
                f"it says how many integers 0, 1, ... {USES[what]}"
            )
    if isinstance(given, tuple):
        refuse_wrong_ranges(task, size, given)


def refuse_wrong_ranges(task: Declaration, size: int, given: tuple[int, ...]) -> None:
    """ValueError unless there are as many values as arguments, and two of a Boolean."""
    found = task.type(size) if callable(task.type) else task.type
    kinds = found.args if isinstance(found, Fn) else given
    if len(given) != len(kinds):
        raise ValueError(
            f"task {task.name!r}: expected values({size}) to be one number, or {len(kinds)}, one an argument, got "
            f"{given!r}; give the tuple as many"
        )
    wrong = next((place for place, kind in enumerate(kinds) if kind == BOOL and given[place] != 2), None)
    if wrong is not None:
        raise ValueError(
            f"task {task.name!r}: expected values({size}) to be 2 for argument {wrong}, a Boolean, got {given[wrong]}; "
            "give 2 there, or call the argument INT"
        )


def refuse_wrong_type(task: Declaration, given: Any) -> None:
    """ValueError unless it is a function type of what can be listed; on samples of sequences and reals as well."""
    tuples = isinstance(given, Fn) and isinstance(given.args, tuple)
    kinds = (*given.args, given.result) if tuples else ()
    known = LISTED if task.listed else tuple(USUAL)
    if not (len(kinds) > 1 and all(getattr(kind, "name", kind) in known for kind in kinds)):
        more = "" if task.listed else ", STREAM, SEQUENCE, LIST and REAL"
        raise ValueError(
            f"task {task.name!r}: expected a function type of BOOL, INT and Z{more}, with an argument, got "
            f"{given if tuples else repr(given)}; write Fn((INT, INT), INT) or the like, and with one argument "
            "Fn((INT,), INT)"
        )
