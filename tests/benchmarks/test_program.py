"""What a record says of the synthesizer's program: one that is longer than the table is none, and no line is long."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.language import language_of
from benchmarks.names import LONGEST, find
from benchmarks.program import check_task, fields, find_program, one_function
from benchmarks.resolve import task_of
from benchmarks.sequences import TOLD, mistakes, shortest
from benchmarks.tasks import TASKS, Task
from benchmarks.tasks.examples import examples, spec_from
from benchmarks.tasks.task import Misplaced, Part
from synth import BOOL, INT, Budget, Fn, Found, apply, parse, solve, terminals
from synth.language.arguments import columns
from synth.search.games import Board

BITS = Task(
    name="set_bits",
    doc="How many of nine bits are set.",
    type=lambda n: Fn((BOOL,) * n, INT),
    oracle=lambda n, *x: sum(x),
    sizes=(9,),
    values=lambda n: 2,
    classes=lambda n: n + 1,
    library=("boolean", "arith", "choice", "constants"),
)
DIGITS = dataclasses.replace(
    BITS,
    name="set_digits",
    type=Fn((INT,), INT),
    oracle=lambda n, a: np.bitwise_count(a),
    sizes=(512,),
    values=lambda n: n,
    classes=lambda n: 10,
    library=("arith", "choice", "digits"),
)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("sort_unique", "(final (next_above (zip_seq lesser a (next_above a))))"),
        pytest.param(
            "reverse_unique", "(final (aggregate (first_of (select same a a)) (previous a)))", marks=pytest.mark.slow
        ),
    ],
)
def test_what_is_written_out_symbol_by_symbol_is_found(name: str, program: str) -> None:
    found, said = find_program(name, Path(), [32])
    assert found["32"]["program"] == program
    assert said.endswith("right on 2,000 fresh rows of each of 2 ranges")


def test_a_program_that_fresh_rows_refute_is_found_anew_or_none() -> None:
    task = find("task", "sort_unique", TASKS)
    known = language_of(task), terminals(spec_from(task, 32, list(examples(task, 32))))
    wrong = parse("(final (next_above a))", *known)  # at the separator, and at the last letter
    short, long = map(shortest, mistakes(task, 32, wrong))
    assert len(short.targets) == len(long.targets) == TOLD
    assert short.arguments[0].shape[1] < long.arguments[0].shape[1]
    again = spec_from(task, 32, [short])
    assert (wrong.run(columns(again, again.inputs)) != again.outputs).all()
    assert not list(mistakes(task, 32, parse("(final (next_above (zip_seq lesser a (next_above a))))", *known)))


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("ring", {"places": lambda n, x: x[..., 0]}, r"expected places as reals of shape \(16, 21, 2\), got"),
        (
            "ring",
            {"places": lambda n, x: 0 * x[..., :2]},
            r"expected places that move along both axes, got \[0",
        ),
        (
            "ring",
            {"places": lambda n, x: x.place},
            "expected `places` to answer 16 rows at size 20, got AttributeError",
        ),
        ("ring", {"parts": (Part("slow", lambda n, x: 0 * x[:, 0, 0]),)}, "expected part 'slow' as Booleans of shape"),
        ("scenes", {"masks": lambda n, f: np.zeros((len(f), 6, 17, 16), dtype=bool)}, "for each of 272 pixels of the"),
        (
            "scenes",
            {"misplaced": (Misplaced("door", lambda n, f: (f - 1,)),)},
            "task 'scenes': expected .* whole number, got",
        ),
        ("infection", {"boards": lambda n, x: {"occupied": x}}, "expected boards with the groups 'occupied' and"),
        ("infection", {"board": lambda n: n}, r"expected board\(4\) to be a Board, got 4; give Board\(side="),
        (
            "infection",
            {"board": lambda n: Board(side=5, first=frozenset(), second=frozenset())},
            r"expected moves 0 \.\. 25 on a board of 5 x 5, .* got 17 values and sets of 17 classes; let `values`",
        ),
    ],
)
def test_what_is_measured_beside_the_verdict_is_asked_before_a_net_is_trained(
    name: str, changes: dict[str, Any], sentence: str
) -> None:
    task = find("task", name, TASKS)
    check_task(task, task.sizes[0])
    with pytest.raises(ValueError, match=sentence):
        check_task(dataclasses.replace(task, **changes), task.sizes[0])


@pytest.mark.parametrize(("task", "program"), [(BITS, "(count bits)"), (DIGITS, "(count (digits a))")])
def test_the_number_of_set_bits_is_a_short_program(task: Task, program: str) -> None:
    solution = solve(task.spec(task.sizes[0]), language_of(task), Budget(seconds=20))
    found = fields(solution, table=1700.0)
    assert found["program"] == program
    assert found["program_statement"].startswith(f"{program} fits all 512 inputs of the domain; no program of fewer")
    assert found["bits_program"] < 12


def test_a_program_of_as_many_bits_as_the_table_is_none() -> None:
    solution = solve(DIGITS.spec(64), language_of(DIGITS), Budget(seconds=20))
    assert isinstance(solution, Found)
    assert fields(solution, table=solution.bits + 0.125)["program"] == "(count (digits a))"
    found = fields(solution, table=solution.bits)
    assert (found["program"], found["program_latex"], found["bits_program"]) == (None, None, solution.bits)
    unproven = fields(dataclasses.replace(solution, minimal=False, excluded=3.5, bits=8294.0), table=1700.0)
    assert unproven["program_statement"] == (
        "no program shorter than the table of 1,700 bits was found; the best of 8,294 bits, (count (digits a)), is "
        "another way to write a table; none of at most 3.5 bits fits"
    )


def test_a_long_program_is_cut_in_what_is_said_of_it() -> None:
    solution = solve(DIGITS.spec(64), language_of(DIGITS), Budget(seconds=20))
    assert isinstance(solution, Found)
    program = solution.program
    add = next(primitive for primitive in language_of(DIGITS) if primitive.name == "add")
    for _ in range(9):
        program = apply(add, program, program)
    long = dataclasses.replace(solution, program=program)
    assert len(program.show()) > 6000
    for table in (1e6, 1.0):
        assert len(fields(long, table)["program_statement"]) < LONGEST + 300
    assert fields(long, 1e6)["program"] == program.show()


def test_a_family_is_held_against_the_tables_of_all_its_sizes(tmp_path) -> None:
    (tmp_path / "mine.py").write_text("""
from benchmarks.tasks import Task
from synth import BOOL, INT, Fn

TASK = Task(name="both", doc="Both.", type=lambda n: Fn((BOOL, BOOL), BOOL), oracle=lambda n, a, b: a & b,
            sizes=(2, 3, 4), values=lambda n: 2, classes=lambda n: 2, library=("boolean",))
""")
    one, said = find_program("mine.py:TASK", tmp_path, (2,))
    assert one["2"]["program"] is None
    assert said.startswith("no program shorter than the table of 4 bits was found; the best of 9 bits, (and x0 x1)")
    assert find_program("mine.py:TASK", tmp_path, (2, 3, 4))[0]["3"]["program"] == "(and x0 x1)"


def test_sizes_that_ask_for_different_functions_are_told_apart(tmp_path) -> None:
    (tmp_path / "mine.py").write_text("""
from benchmarks.tasks import Task
from benchmarks.tasks.sampling import Uniform
from synth import INT, Fn
from synth.language.types import SEQUENCE

TASK = Task(name="capped", doc="a, at most n.", type=Fn((INT,), INT), oracle=lambda n, a: a.clip(0, n),
            sizes=(3, 5), values=lambda n: 60, classes=lambda n: 60, library=("arith",))
DRAWN = Task(name="drawn", doc="a, at most n, along a sequence.", type=Fn((SEQUENCE,), SEQUENCE),
             oracle=lambda n, x: x.clip(0, n), sizes=(3, 5), values=lambda n: 9, classes=lambda n: 9,
             library=("sequences", "functions", "arith"), train=Uniform(length=2), test=(Uniform(length=2),))
SAME = Task(name="same", doc="a + 1.", type=Fn((INT,), INT), oracle=lambda n, a: a + 1,
            sizes=(3, 5), values=lambda n: n, classes=lambda n: n + 1, library=("arith",))
""")
    for name, alike in (("TASK", False), ("DRAWN", False), ("SAME", True)):
        asked = task_of(f"mine.py:{name}", tmp_path)
        assert one_function((asked.spec(3), asked.spec(5))) == alike
