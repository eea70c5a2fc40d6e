"""Nets whose right verdict is known: closed-form programs, look-alikes of them, and tables.

The builders import their nets when they are called, so that listing the controls needs no JAX.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.controls.control import ASKED, Control
from benchmarks.names import find
from benchmarks.tasks import Task

FEATURES = 0.43  # units a row to begin with: right everywhere for addition modulo 59 (1,500 units)


def is_addition(task: Task) -> bool:
    return task.name == "mod_add"


def any_task(task: Task) -> bool:
    return True


def circle(name: str) -> Callable[[Task, int, int], tuple[Any, Any]]:
    def build(task: Task, size: int, seed: int) -> tuple[Any, Any]:
        from benchmarks.controls import circles

        return getattr(circles, name)(size, circles.some_frequencies(size, seed))

    return build


def build_wide(task: Task, size: int, seed: int) -> tuple[Any, Any]:
    from benchmarks.controls.circles import some_frequencies, wide_clock

    return wide_clock(size, some_frequencies(size, seed), units=size * size, seed=seed)


def build_patched(task: Task, size: int, seed: int) -> tuple[Any, Any]:
    from benchmarks.controls.circles import some_frequencies
    from benchmarks.controls.patched import patched_clock

    return patched_clock(size, some_frequencies(size, seed), seed)


def build_lookup(task: Task, size: int, seed: int) -> tuple[Any, Any]:
    from benchmarks.controls.tables import lookup

    return lookup(task.data(size), inputs="onehot" if seed % 2 == 0 else "embedding")


def build_features(task: Task, size: int, seed: int) -> tuple[Any, Any]:
    from benchmarks.controls.tables import enough_random_features

    return enough_random_features(task.data(size), FEATURES, seed)


def is_stream_of_classes(task: Task) -> bool:
    return not task.listed and task.kind == "classes" and task.values is not None and task.mask is None


def build_automaton(task: Task, size: int, seed: int) -> tuple[Any, Any]:
    from benchmarks.controls.machines import build

    return build(task, size, seed)


RUNS_ON_SEQUENCES = (
    "induction",
    "histogram",
    "sort_unique",
    "most_common",
    "may_close",
    "running_max",
    "next_larger",
    "three_back",
    "rank",
    "two_after",
)


def has_program(task: Task) -> bool:
    return task.train is not None and (task.name in RUNS_ON_SEQUENCES or task.name.startswith(ASKED))


def build_compiled(miss: Any = None) -> Callable[[Task, int, int], tuple[Any, Any]]:
    def build(task: Task, size: int, seed: int) -> tuple[Any, Any]:
        from benchmarks.controls import compiled

        return compiled.build(task, size, seed, miss)

    return build


CLOCK = Control(
    name="clock",
    doc="Closed form: nine phases a frequency, the outputs are sums of cos w(a + b - c).",
    expected="program",
    build=circle("clock"),
    fits=is_addition,
    suits="the task mod_add",
)
PIZZA = Control(
    name="pizza",
    doc="Closed form: three diagonal phases a frequency, (1 + cos w(a - b)) cos w(a + b - c).",
    expected="program",
    build=circle("pizza"),
    fits=is_addition,
    suits="the task mod_add",
)
WIDE_CLOCK = Control(
    name="wide_clock",
    doc="Closed form: the clock over at least p^2 units with small weights.",
    expected="program",
    build=build_wide,
    fits=is_addition,
    suits="the task mod_add",
    largest=10_000,
)
ALIASED_CLOCK = Control(
    name="aliased_clock",
    doc="Look-alike of the clock with two phases an operand, which do not cancel: wrong on most rows.",
    expected="not program",
    build=circle("aliased_clock"),
    fits=is_addition,
    suits="the task mod_add",
)
ALIASED_PIZZA = Control(
    name="aliased_pizza",
    doc="Look-alike of the pizza with four diagonal phases, which do not cancel: wrong on most rows.",
    expected="not program",
    build=circle("aliased_pizza"),
    fits=is_addition,
    suits="the task mod_add",
)
PATCHED_CLOCK = Control(
    name="patched_clock",
    doc="The clock with noise, wrong on a twentieth of the rows, where a table around its sites overrules it.",
    expected="not program",
    build=build_patched,
    fits=is_addition,
    suits="the task mod_add",
)
LOOKUP = Control(
    name="lookup",
    doc="One ReLU unit a row (for bits, a row whose answer is 1): right everywhere, and a table.",
    expected="table",
    build=build_lookup,
    fits=any_task,
    suits="any task",
    largest=4096,
)
FEATURES_CONTROL = Control(
    name="random_features",
    doc="Frozen random ReLU units with a read-out fitted on the whole table: right everywhere, and no program.",
    expected="table",
    build=build_features,
    fits=any_task,
    suits="any task",
    largest=10_000,
)

AUTOMATON = Control(
    name="automaton",
    doc="Closed form: the task's machine as codewords that a recurrent cell snaps to, rotated; noise for odd seeds.",
    expected="program",
    build=build_automaton,
    fits=is_stream_of_classes,
    suits="a task of streams whose answers are classes",
    sampled=True,
)
COMPILED = Control(
    name="compiled",
    doc="Closed form: the task's program of selects and aggregates as a transformer, rotated, the more noise by seed.",
    expected="program",
    build=build_compiled(),
    fits=has_program,
    suits=f"a task among {', '.join(RUNS_ON_SEQUENCES)}, or of controls/asked_programs.py",
    sampled=True,
)
BESIDE = tuple(
    replace(COMPILED, name=f"compiled_{miss}", doc=doc, expected="not program", build=build_compiled(miss))
    for miss, doc in (
        ("cut", "Look-alike of the compiled program, whose head nearest to the answer looks everywhere."),
        ("shuffled", "Look-alike of the compiled program, whose head nearest to the answer mistakes the keys."),
        ("offset", "Look-alike of the compiled program, whose head nearest to the answer looks beside the right key."),
    )
)

CONTROLS = (CLOCK, PIZZA, WIDE_CLOCK, ALIASED_CLOCK, ALIASED_PIZZA, PATCHED_CLOCK, LOOKUP, FEATURES_CONTROL, AUTOMATON)
CONTROLS += (COMPILED, *BESIDE)


def control_named(name: str) -> Control:
    """The control of this name; ValueError with the nearest where there is none."""
    return find("control", name, CONTROLS)


__all__ = ["CONTROLS", "Control", "control_named"]
