"""Tables whose columns are declared: a heading, what a row says under it, and what it means."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from compare.report.show import DASH
from compare.report.tables import Table

Row = TypeVar("Row")


class Column(NamedTuple, Generic[Row]):
    """A heading, what a row says under it, and what it means."""

    heading: str
    show: Callable[[Row], str]
    meaning: str


def laid_out(columns: Sequence[Column[Row]], rows: Sequence[Row]) -> Table:
    """Columns in which no row says anything are left out."""
    said = [column for column in columns if any(column.show(row) != DASH for row in rows)]
    return Table(tuple(each.heading for each in said), [tuple(each.show(row) for each in said) for row in rows])


def meanings(columns: Sequence[Column[Row]], table: Table) -> list[tuple[str, str]]:
    """What the columns of a table mean."""
    return [(each.heading, each.meaning) for each in columns if each.heading in table.headings]
