"""What a chart of the report is made of: a title, words, the name of a specification and its data as columns."""

from collections.abc import Sequence
from typing import Any, NamedTuple

Columns = dict[str, list]  # all lists equally long


class Drawing(NamedTuple):
    """A chart of the report: which specification, with which data, under which words."""

    title: str
    caption: str
    template: str  # a key of charts.TEMPLATES
    data: dict[str, Columns]


def columns(names: tuple[str, ...], table: Sequence[tuple]) -> Columns:
    """Rows as columns: name -> list."""
    return {name: [row[i] for row in table] for i, name in enumerate(names)}


def rows(of: Columns) -> list[dict[str, Any]]:
    """Columns as one mapping a row."""
    return [dict(zip(of, row, strict=True)) for row in zip(*of.values(), strict=True)]


def short(value: float) -> float:
    """Five significant digits: more is not seen, and makes the page larger."""
    return float(f"{value:.5g}")
