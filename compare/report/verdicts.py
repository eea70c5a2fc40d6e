"""Verdicts counted, and held against what was expected of each net."""

from collections import Counter
from collections.abc import Sequence

from compare.record import SEARCH_FAILED, Record

VERDICTS = ("program", "table", "undetermined")
FAILED = "failed"


def outcome(record: Record) -> str:
    """program, table, undetermined, or failed for a cell without a verdict."""
    return FAILED if record.status != "done" or record.verdict is None else record.verdict


def agrees(record: Record) -> bool | None:
    """Whether the verdict is the expected one; None where none is expected.

    An expectation is a verdict, `not VERDICT`, or several with ` or ` between.
    """
    if not record.expected:
        return None
    found = outcome(record)
    if found == FAILED:
        return False
    if record.expected.startswith("not "):
        return found != record.expected.removeprefix("not ").strip()
    return found in [wanted.strip() for wanted in record.expected.split(" or ")]


def counts(records: Sequence[Record]) -> dict[str, int]:
    """How many nets have each outcome; always the three verdicts, `failed` only where there are any."""
    seen = Counter(outcome(record) for record in records)
    return {name: seen[name] for name in (*VERDICTS, FAILED) if name != FAILED or seen[name]}


def false_programs(records: Sequence[Record]) -> list[Record]:
    """Nets that are called a program though another verdict was expected."""
    return [record for record in records if record.verdict == "program" and agrees(record) is False]


def failures(records: Sequence[Record]) -> list[tuple[str, str]]:
    """What failed, cells and searches for a task's program, with the reasons."""
    searches = {
        f"program of {record.task}": str(record.program_statement)
        for record in records
        if (record.program_statement or "").startswith(SEARCH_FAILED)
    }
    cells = [(record.cell, record.error or "no verdict") for record in records if outcome(record) == FAILED]
    return cells + list(searches.items())


def summary(records: Sequence[Record]) -> str:
    """The run in two sentences."""
    judged = [agreed for record in records if (agreed := agrees(record)) is not None]
    tally = ", ".join(f"{number} {name}" for name, number in counts(records).items())
    first = f"{_nets(len(records))}: {tally}."
    if not judged:
        return f"{first} No verdict was known beforehand."
    return (
        f"{first} {sum(judged)} of {len(judged)} are as known beforehand; "
        f"{len(false_programs(records))} called a program wrongly."
    )


def _nets(number: int) -> str:
    return f"{number} net" if number == 1 else f"{number} nets"
