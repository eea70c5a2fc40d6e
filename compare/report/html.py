"""One self-contained HTML file: works without a network, opens quickly, and tells the comparison first."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compare.criteria import CRITERIA
from compare.record import Record
from compare.report import show
from compare.report.arrays import load
from compare.report.chart_data import Charts
from compare.report.comparison import cards, told
from compare.report.growth import families
from compare.report.heads import HEADINGS as HEADS
from compare.report.held import HEADINGS
from compare.report.lengths import length_summary, length_table, length_words, over_lengths
from compare.report.painted import HEADINGS as PAINTED
from compare.report.panels import FOUND, Net, shown_panels
from compare.report.phases import timings
from compare.report.run_drawings import run_drawings
from compare.report.streams import over_streams, stream_summary, stream_table, stream_words
from compare.report.tables import SIZE_HEADINGS, family_table, fingerprint, size_table, timing_table, without_growth
from compare.report.terms import FACTS, READ, columns, shown, term, value
from compare.report.verdicts import agrees, counts, failures, outcome, summary
from compare.report.words import EVIDENCE, VERDICTS, words_of

FOLDER = Path(__file__).parent / "templates"
PICTURES = 2_200_000  # bytes of all pictures of units, so that a page of 150 nets stays below 8 MB


def html_report(run_dir: Path, records: Sequence[Record]) -> str:
    """The report of the records, whose arrays lie in `run_dir`."""
    charts = Charts()
    drawn = run_drawings(run_dir, records)
    run = {name: [charts.add(each) for each in every] for name, every in drawn.items()}
    made = cards(records)
    of_run = len(charts.drawings)
    room = PICTURES / max(1, len(records))
    nets = [_net(Net(record, load(run_dir, record), charts, room)) for record in records]
    of_nets = list(charts.drawings.values())[of_run:]
    names = columns(records)
    streams, lengths = over_streams(records), over_lengths(records)
    by_task, by_length = stream_table(streams), length_table(lengths)
    grouped, timing = families(records), timing_table(timings(records))
    family = family_table(grouped)
    page = _environment().get_template("report.html.j2")
    return page.render(
        title="synthnet: " + show.listed(sorted({record.suite for record in records})),
        summary=summary(records),
        counts=counts(records),
        cards=made,
        told=told(made),
        verdict_words=VERDICTS,
        evidence_words=EVIDENCE,
        streams=by_task,
        streams_said=stream_summary(streams) if streams else "",
        lengths=by_length,
        lengths_said=length_summary(lengths) if lengths else "",
        made_by=fingerprint(records),
        columns=[term(name) for name in names],
        criteria=list(CRITERIA.items()),
        rows=[_row(record, names) for record in records],
        tasks=sorted({record.task for record in records}),
        recipes=sorted({record.recipe for record in records}),
        run=run,
        family=family,
        without_growth=without_growth(grouped),
        by_size=[(f"{each.task} · {each.net} · {each.recipe}", size_table(each)) for each in grouped if each.records],
        timing=timing,
        nets=nets,
        failed=failures(records),
        words={
            "streams": stream_words(by_task),
            "lengths": length_words(by_length),
            "table": words_of((), [term(name).label for name in names]),
            "evidence": words_of(drawn["overview"]),
            "family": words_of(drawn["family"], (*family.headings, *SIZE_HEADINGS)),
            "trajectory": words_of(drawn["trajectory"], timing.headings),
            "nets": words_of(of_nets, [*(term(name).label for name in _printed()), *HEADINGS, *HEADS, *PAINTED]),
        },
        style=Markup((FOLDER / "report.css").read_text()),
        script=Markup((FOLDER / "report.js.j2").read_text()),
        vega=Markup(_vega()),
        data=Markup(charts.script()),
    )


def _net(net: Net) -> dict[str, Any]:
    headline = ("s_agreement", "d_r2", "bits_ratio", "match_domain")
    return {
        "record": net.record,
        "outcome": outcome(net.record),
        "agrees": agrees(net.record),
        "headline": [(term(name).label, shown(net.record, name)) for name in headline],
        "panels": shown_panels(net),
    }


def _printed() -> list[str]:
    """The fields that the panels print as figures."""
    return [*READ, *FOUND, *(name for _, names in FACTS for name in names)]


def _row(record: Record, names: Sequence[str]) -> dict[str, Any]:
    return {
        "cell": record.cell,
        "outcome": outcome(record),
        "agrees": agrees(record),
        "task": record.task,
        "recipe": record.recipe,
        "cells": [
            {"name": name, "text": shown(record, name), "sort": _sortable(value(record, name))} for name in names
        ],
    }


def _sortable(found: object) -> str:
    if found is None or found == "":
        return ""
    return str(float(found)) if isinstance(found, bool | int | float) else str(found)


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
    made.filters |= {"fraction": show.fraction, "listed": show.listed, "shown": show.text, "shortened": show.shortened}
    return made
