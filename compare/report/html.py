"""One self-contained HTML file: works without a network, opens quickly, draws a net's charts when it is opened."""

import json
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compare.criteria import CRITERIA
from compare.record import Record
from compare.report import show
from compare.report.arrays import Arrays, load
from compare.report.cell_drawings import cell_drawings
from compare.report.charts import TEMPLATES, template
from compare.report.drawing import Drawing
from compare.report.gallery import gallery
from compare.report.growth import families
from compare.report.mathml import summands
from compare.report.phases import timings
from compare.report.run_drawings import run_drawings
from compare.report.tables import family_table, fingerprint, size_table, timing_table, without_growth
from compare.report.terms import FACTS, TABLE, TERMS, field, present, shown, term, value
from compare.report.verdicts import agrees, counts, failures, outcome, summary

FOLDER = Path(__file__).parent / "templates"
MANY = 40  # nets; above it fewer units of each are shown
UNITS_FEW, UNITS_MANY = 12, 8  # shown of each net in a small and in a large run


def html_report(run_dir: Path, records: Sequence[Record]) -> str:
    """The report of the records, whose arrays lie in `run_dir`."""
    charts = _Charts()
    run = {name: [charts.add(each) for each in drawn] for name, drawn in run_drawings(run_dir, records).items()}
    units = UNITS_MANY if len(records) > MANY else UNITS_FEW
    nets = [_net(record, load(run_dir, record), charts, units) for record in records]
    grouped = families(records)
    page = _environment().get_template("report.html.j2")
    return page.render(
        title="synthnet: " + show.listed(sorted({record.suite for record in records})),
        summary=summary(records),
        counts=counts(records),
        made_by=fingerprint(records),
        columns=[term(name) for name in TABLE],
        legend=[(each.label, field(each), each.sentence) for each in TERMS],
        criteria=list(CRITERIA.items()),
        rows=[_row(record) for record in records],
        tasks=sorted({record.task for record in records}),
        recipes=sorted({record.recipe for record in records}),
        run=run,
        family=family_table(grouped),
        without_growth=without_growth(grouped),
        by_size=[(f"{each.task} · {each.net} · {each.recipe}", size_table(each)) for each in grouped if each.records],
        timing=timing_table(timings(records)),
        nets=nets,
        failed=failures(records),
        style=Markup((FOLDER / "report.css").read_text()),
        script=Markup((FOLDER / "report.js.j2").read_text()),
        vega=Markup(_vega()),
        data=Markup(charts.script()),
    )


class _Charts:
    """Collects drawings under short keys; the page holds their data once, as one JSON text."""

    def __init__(self) -> None:
        self.drawn: dict[str, dict[str, Any]] = {}

    def add(self, drawing: Drawing) -> dict[str, str]:
        key = f"c{len(self.drawn)}"
        self.drawn[key] = {"template": drawing.template, "data": drawing.data}
        return {"key": key, "title": drawing.title, "caption": drawing.caption}

    def script(self) -> str:
        used = {each["template"] for each in self.drawn.values()}
        templates = {name: template(name) for name in TEMPLATES if name in used}
        return json_for_script({"templates": templates, "charts": self.drawn})


def json_for_script(value: object) -> str:
    """Compact JSON that cannot end the script element it stands in; what is not finite becomes null."""
    text = json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _row(record: Record) -> dict[str, Any]:
    return {
        "cell": record.cell,
        "outcome": outcome(record),
        "agrees": agrees(record),
        "task": record.task,
        "recipe": record.recipe,
        "cells": [
            {
                "name": name,
                "text": shown(record, name),
                "sort": _sortable(value(record, name)),
                "full": _full(record, name),
            }
            for name in TABLE
        ],
    }  # fmt: skip


def _full(record: Record, name: str) -> str | None:
    return {"formula_short": record.formula, "why": value(record, "why")}.get(name)


def _sortable(found: object) -> str:
    if found is None or found == "":
        return ""
    return str(float(found)) if isinstance(found, bool | int | float) else str(found)


def _net(record: Record, arrays: Arrays, charts: _Charts, units: int) -> dict[str, Any]:
    return {
        "record": record,
        "outcome": outcome(record),
        "agrees": agrees(record),
        "headline": [
            (term(name).label, shown(record, name)) for name in ("s_agreement", "d_r2", "bits_ratio", "match_domain")
        ],
        "mathml": [Markup(each) for each in summands(record.formula_mathml)],
        "logarithms": "group: multiplicative" in record.notes,
        "gallery": gallery(record, arrays, units),
        "charts": [charts.add(drawing) for drawing in cell_drawings(record, arrays)],
        "facts": [(heading, facts) for heading, names in FACTS if (facts := _facts(record, names))],
        "synthesizer": _facts(
            record, ("program_candidates", "program_distinct", "program_seconds", "program_rate", "bits_program")
        ),
    }


def _facts(record: Record, names: Iterable[str]) -> list[tuple[str, str, str]]:
    return [(term(name).label, shown(record, name), term(name).sentence) for name in names if present(record, name)]


@cache
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, safe inside a script element."""
    bundle = vl_convert.javascript_bundle()  # pyright: ignore[reportCallIssue] (its stub lacks the default)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"fraction": show.fraction, "listed": show.listed, "shown": show.text}
    return made
