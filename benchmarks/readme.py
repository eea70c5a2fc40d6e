"""Rewrites what the README and docs/ take from the code and from a run of the demo: `make readme`.

`python -m benchmarks.readme` writes the tables anew; with a run directory of the suite quick, the demo's as well.
"""

import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.listing import LISTINGS
from benchmarks.store import in_order, read_records
from compare.record import REQUIRED, Record
from compare.report import legend_table, terminal_table
from compare.report.markdown import criteria_table, table
from compare.report.tables import Table
from compare.report.terminal import COLUMNS
from compare.report.terms import legend, term

ROOT = Path(__file__).parents[1]
DEMO = "docs/demo.json"  # the figures of the run that the README shows
KEPT = (*REQUIRED, *COLUMNS, "status", "verdict", "bits_total", "bits_table")
WIDTH = 120  # characters, as `synthnet run` takes where it does not print to a terminal
PAGES = ("README.md", "docs/record.md", "docs/suites.md")


def demo_of(records: Sequence[Record]) -> str:
    """The fields that the table shows, as JSON."""
    whole = [msgspec.to_builtins(record) for record in records]
    kept = [{name: each for name, each in record.items() if name in KEPT and each is not None} for record in whole]
    return json.dumps(kept, indent=1) + "\n"


def stored_demo(root: Path) -> list[Record]:
    return [msgspec.convert(each, Record) for each in json.loads((root / DEMO).read_text(encoding="utf-8"))]


def printed(records: Sequence[Record]) -> str:
    """The table as `synthnet run` prints it."""
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(terminal_table(records, WIDTH))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def parts(records: Sequence[Record]) -> dict[str, str]:
    """The generated parts by the name that marks their place."""
    shown = [name for name in COLUMNS if f" {term(name).label} " in f" {printed(records).splitlines()[0]} "]
    keys = [(name, sentence) for name, sentence in LISTINGS["keys"]()]
    return {
        "demo": f"```text\n{printed(records)}\nreport: runs/quick/report.html\n```",
        "columns": table(Table(("column", "meaning"), [(term(name).label, legend()[name]) for name in shown])),
        "criteria": criteria_table(),
        "record": legend_table(),
        "keys": table(Table(("key", "what it holds"), keys)),
    }


def rewritten(text: str, made: dict[str, str]) -> str:
    """The page with each part between its marks replaced."""
    for name, part in made.items():
        begin, end = f"<!-- {name}: make readme -->", f"<!-- end of {name} -->"
        text = re.sub(
            f"{begin}.*?{end}", lambda _, part=part, b=begin, e=end: f"{b}\n{part}\n{e}", text, flags=re.DOTALL
        )
    return text


def main(root: Path, run: Path | None) -> None:
    """Write the pages, and the demo's figures where a run directory is given."""
    if run is not None:
        (root / DEMO).write_text(demo_of(in_order(run, read_records(run).records)), encoding="utf-8")
    made = parts(stored_demo(root))
    for page in PAGES:
        path = root / page
        path.write_text(rewritten(path.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main(ROOT, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
