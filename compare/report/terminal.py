"""The table of verdicts on a terminal, with as many columns as fit."""

import shutil
from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from compare.record import Record
from compare.report.terms import shown, term
from compare.report.verdicts import agrees, outcome, summary

COLUMNS = (
    "task", "size", "net", "recipe", "seed", "outcome", "expected", "decided_by", "margin", "s_agreement", "d_r2",
    "bits_ratio", "match_domain",
)  # fmt: skip
DROPPED = (
    "margin",
    "decided_by",
    "expected",
    "match_domain",
    "s_agreement",
    "seed",
    "task",
)  # in this order when narrow
NUMBERS = ("size", "seed", "margin", "s_agreement", "d_r2", "bits_ratio", "match_domain")
STYLES = {"program": "bold blue", "table": "bold yellow", "undetermined": "dim", "failed": "bold magenta"}
GAP = 2  # blanks after a column


def terminal_table(records: Sequence[Record], width: int | None = None) -> Table:
    """One row a net, in `width` characters (None: the terminal's); the caption sums the run up.

    A verdict that was not expected is red and followed by an exclamation mark.
    """
    names = _fitting(records, width or shutil.get_terminal_size().columns)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.caption, table.caption_justify = escape(summary(records)), "left"
    for name in names:
        table.add_column(escape(term(name).label), justify="right" if name in NUMBERS else "left", no_wrap=True)
    for record in records:
        table.add_row(*(Text(_words(record, name), style=_style(record, name)) for name in names))
    return table


def _fitting(records: Sequence[Record], width: int) -> list[str]:
    wide = {
        name: GAP + max(len(term(name).label), *(len(_words(record, name)) for record in records), 0)
        for name in COLUMNS
    }
    names: list[str] = list(COLUMNS)
    for name in DROPPED:
        if sum(wide[each] for each in names) > width:
            names.remove(name)
    return names


def _words(record: Record, name: str) -> str:
    surprise = name == "outcome" and agrees(record) is False
    return f"{shown(record, name)} !" if surprise else shown(record, name)


def _style(record: Record, name: str) -> str:
    if name != "outcome":
        return ""
    return "bold red" if agrees(record) is False else STYLES.get(outcome(record), "")
