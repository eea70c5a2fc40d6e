"""Asking a task's oracle: all rows at once in arrays or, where it is a function of single values, row by row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from benchmarks.faults import raised
from benchmarks.names import cut

Oracle = Callable[..., Any]
Columns = Sequence[Shaped[np.ndarray, " rows"]]

ONE_BY_ONE = 65_536  # rows that a function of single values is asked without `by_row`: well under a second
AGAIN = 64  # rows that are asked a second time, in another order
REMEDY = "write it with numpy, such as np.where(a > b, a, b), or oracle=by_row(f) for a function f of single values"


@dataclass(frozen=True, slots=True)
class by_row:  # noqa: N801 - used like a function
    """An oracle from a function of the size and single Python values: one call a row, so slow on large domains."""

    function: Oracle

    def __call__(self, size: int, *arguments: Shaped[np.ndarray, " rows"]) -> list[Any]:
        rows = zip(*(values.tolist() for values in arguments), strict=True)
        return [self.function(size, *row) for row in rows]


@dataclass(frozen=True, slots=True)
class Odd:
    """What came in place of the answers, and whether it may be a function of single values that was asked."""

    said: str
    single: bool = True

    def __str__(self) -> str:
        return self.said


def ask(task: str, oracle: Oracle, size: int, arguments: Columns) -> Shaped[np.ndarray, " rows"]:
    """An answer for each row; ValueError with the task, the row and the user's line where there is none.

    An oracle that refuses arrays, or answers them with one value, is asked row by row.
    """
    function = oracle.function if isinstance(oracle, by_row) else oracle
    rows = len(arguments[0])
    whole = Odd("") if function is not oracle else at_once(oracle, size, arguments)
    single: np.ndarray | Odd | None = None
    if isinstance(whole, Odd) and (function is not oracle or (whole.single and rows <= ONE_BY_ONE)):
        single = one_by_one(function, size, arguments)
    for answers in (whole, single):
        if isinstance(answers, np.ndarray):
            return answers
    tries = [f"{single}, asked row by row"] if single else [f"{whole}"]
    told = isinstance(whole, Odd) and whole.said
    tries += [f"{whole}, asked with arrays"] if single and told and not f"{single}".startswith(f"{whole}") else []
    raise ValueError(
        f"task {task!r}: expected an oracle that answers {rows} rows with an array of shape ({rows},), got "
        f"{' and '.join(tries)}; {contract(oracle)}: {REMEDY}"
    )


def contract(oracle: Oracle) -> str:
    return f"an oracle{place(oracle)} takes the size and one numpy array (n,) an argument, and returns the n answers"


def place(oracle: Oracle) -> str:
    """Where a function was written, in brackets; nothing where that is not known."""
    code = getattr(oracle.function if isinstance(oracle, by_row) else oracle, "__code__", None)
    return f" (here {Path(code.co_filename).name}, line {code.co_firstlineno})" if code else ""


def at_once(oracle: Oracle, size: int, arguments: Columns) -> np.ndarray | Odd:
    """The answers to whole arrays, which the oracle cannot write into; or what came instead."""
    given = [np.asarray(values).view() for values in arguments]
    for values in given:
        values.flags.writeable = False
    with np.errstate(all="ignore"):
        try:
            answers = oracle(size, *given)
            array = np.asarray(answers)
        except MemoryError:
            raise
        except Exception as error:
            return Odd(raised(error))
    if array.shape == given[0].shape:
        return array
    return Odd(f"one of shape {array.shape}", single=False) if array.shape else Odd(kind(answers))


def one_by_one(function: Oracle, size: int, arguments: Columns) -> np.ndarray | Odd:
    """The answers to single Python values; or what came instead, and on which row."""
    answers: list[Any] = []
    for row in zip(*(np.asarray(values).tolist() for values in arguments), strict=True):
        try:
            answer = function(size, *row)
        except Exception as error:
            return Odd(f"{raised(error)} on {shown(row)}")
        if not is_number(answer):
            return Odd(f"{kind(answer)} for {shown(row)}")
        answers.append(answer)
    return np.array(answers)


def is_number(answer: Any) -> bool:
    return isinstance(answer, int | float | np.bool_ | np.integer | np.floating) or (
        isinstance(answer, np.ndarray) and answer.shape == () and answer.dtype.kind in "biuf"
    )


def answer_all(task: str, oracle: Oracle, size: int, domain: Columns, classes: int) -> Shaped[np.ndarray, " rows"]:
    """The answers on the whole domain, each one of the classes and a function of its row alone."""
    given = ask(task, oracle, size, domain)
    none = next((row for row, answer in enumerate(given.tolist()) if not is_number(answer)), None)
    if none is not None:
        raise ValueError(
            f"task {task!r}: expected an oracle that answers with integers or Booleans, got {kind(given[none])} for "
            f"{row_of(domain, none)}; {contract(oracle)}"
        )
    bad = np.flatnonzero(~np.isin(given, np.arange(classes)))
    if len(bad):
        raise ValueError(
            f"task {task!r}: expected an oracle that answers 0 .. {classes - 1} at size {size}, got {given[bad[0]]} "
            f"for {row_of(domain, int(bad[0]))}; mend the oracle{place(oracle)}, or what `classes` says"
        )
    refuse_mixed(task, oracle, size, domain, given)
    return given


def refuse_mixed(task: str, oracle: Oracle, size: int, domain: Columns, given: np.ndarray) -> None:
    """ValueError where some rows, asked again in another order, are answered otherwise."""
    rows = np.random.default_rng(0).permutation(len(given))[: min(AGAIN, len(given) // 2 + 1)]
    again = ask(task, oracle, size, [values[rows] for values in domain])
    other = np.flatnonzero(again != given[rows])
    if len(other):
        row = int(rows[other[0]])
        raise ValueError(
            f"task {task!r}: expected an oracle that answers each row by itself and always the same, got {given[row]} "
            f"for {row_of(domain, row)} among all {len(given)} rows, and {again[other[0]]} among {len(rows)} of them; "
            f"combine the arguments, not the rows, and draw nothing at random{place(oracle)}: {REMEDY}"
        )


def refuse_constant(task: str, size: int, answers: Shaped[np.ndarray, "rows *answer"]) -> None:
    """ValueError where all answers are the same: a net learns them from no input at all."""
    if (answers == answers[:1]).all():
        raise ValueError(
            f"task {task!r}: expected answers that differ, got {answers[0]} for all of {len(answers)} at size {size}; "
            "mend the oracle, or take another size"
        )


def row_of(domain: Columns, row: int) -> str:
    return shown([values[row].item() for values in domain])


def shown(row: Sequence[Any]) -> str:
    """A row's arguments, Booleans as 0 and 1."""
    return f"({', '.join(str(int(value)) for value in row)})"


def kind(answer: Any) -> str:
    """What came, in a few words."""
    name = type(answer).__name__
    return name if " object at 0x" in repr(answer) else f"{name} {cut(repr(answer), 40)}"
