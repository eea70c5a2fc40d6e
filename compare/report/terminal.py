"""The table of verdicts on a terminal."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from compare.record import Record
from compare.report.terms import shown, term
from compare.report.verdicts import agrees, outcome, summary

COLUMNS = (
    "task",
    "size",
    "net",
    "recipe",
    "seed",
    "outcome",
    "expected",
    "decided_by",
    "margin",
    "s_agreement",
    "d_r2",
    "bits_ratio",
    "match",
)
NUMBERS = ("size", "seed", "margin", "s_agreement", "d_r2", "bits_ratio", "match")
STYLES = {"program": "bold blue", "table": "bold yellow", "undetermined": "dim", "failed": "bold magenta"}


def terminal_table(records: Sequence[Record]) -> Table:
    """The main columns, one row a net; the caption sums the run up. A verdict that was not expected is red."""
    table = Table(caption=escape(summary(records)), caption_justify="left", header_style="bold", show_edge=False)
    for name in COLUMNS:
        right = name in NUMBERS
        table.add_column(escape(term(name).label), justify="right" if right else "left", no_wrap=right)
    for record in records:
        table.add_row(*(_cell(record, name) for name in COLUMNS))
    return table


def _cell(record: Record, name: str) -> Text:
    if name == "outcome":
        return Text(shown(record, name), style=STYLES.get(outcome(record), ""))
    if name == "expected" and agrees(record) is False:
        return Text(f"{shown(record, name)} !", style="bold red")
    return Text(shown(record, name))
