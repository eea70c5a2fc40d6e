"""Writes a run's reports beside its records; REPORT_FORMATS lists what can be written."""

import difflib
import os
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from compare.record import Record
from compare.report.arrays import load
from compare.report.cell_drawings import cell_drawings
from compare.report.charts import image
from compare.report.drawing import Drawing
from compare.report.html import html_report
from compare.report.json import records_json
from compare.report.latex import latex_report
from compare.report.markdown import markdown_report
from compare.report.run_drawings import run_drawings


class Format(NamedTuple):
    """A kind of report: its name is also the file's ending."""

    name: str
    render: Callable[[Path, Sequence[Record]], str]
    doc: str


REPORT_FORMATS = (
    Format("html", html_report, "One self-contained page with charts, the comparison first."),
    Format("md", lambda _, records: markdown_report(records), "The same tables and facts as Markdown."),
    Format("json", lambda _, records: records_json(records), "The records as one JSON list."),
    Format("tex", lambda _, records: latex_report(records), "The tables of comparison and of verdicts for a paper."),
)


def write_report(
    run_dir: Path,
    records: Sequence[Record],
    *,
    formats: Sequence[str] = ("html", "md"),
    charts: bool = False,
) -> Path:
    """Write `report.FORMAT` in the run directory for each format, and with `charts` a folder of PNG and SVG files.

    Returns the path of the first format's file.
    """
    if not formats:
        raise ValueError(f"expected at least one report format, got none; choose from {_names()}")
    chosen = [report_format(name) for name in formats]
    paths = [_write(run_dir / f"report.{each.name}", each.render(run_dir, records)) for each in chosen]
    if charts:
        save_charts(run_dir, records, run_dir / "charts")
    return paths[0]


def report_format(name: str) -> Format:
    """The format of that name; ValueError with the nearest name when there is none."""
    for each in REPORT_FORMATS:
        if each.name == name:
            return each
    near = difflib.get_close_matches(name, [each.name for each in REPORT_FORMATS], n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"expected a report format out of {_names()}, got {name!r}{hint}")


def save_charts(run_dir: Path, records: Sequence[Record], out_dir: Path, *, cells: Collection[str] = ()) -> list[Path]:
    """PNG and SVG of the run's charts, and of the charts of the named cells: each takes up to a second."""
    unknown = sorted(set(cells) - {record.cell for record in records})
    if unknown:
        raise ValueError(f"expected names of cells in this run, got {unknown[0]!r}; the table of verdicts lists them")
    drawn = [(section, each) for section, every in run_drawings(run_dir, records).items() for each in every]
    for record in records:
        if record.cell in cells:
            drawn += [(record.cell, each) for each in cell_drawings(record, load(run_dir, record))]
    out_dir.mkdir(parents=True, exist_ok=True)
    return [path for folder, drawing in drawn for path in _save(out_dir, folder, drawing)]


def _save(out_dir: Path, folder: str, drawing: Drawing) -> list[Path]:
    name = re.sub(r"[^\w.-]+", "_", f"{folder}-{drawing.title}").strip("_")
    png, svg = image(drawing)
    paths = [out_dir / f"{name}.png", out_dir / f"{name}.svg"]
    paths[0].write_bytes(png)
    paths[1].write_text(svg, encoding="utf-8")
    return paths


def _write(path: Path, text: str) -> Path:
    """Whole or not at all: an interrupted write leaves the old report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
    return path


def _names() -> str:
    return ", ".join(each.name for each in REPORT_FORMATS)
