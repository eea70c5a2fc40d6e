"""Every field and column has its sentence; values are written as they should be read."""

import io
import math

import msgspec
import pytest
from made_run import make_run
from rich.console import Console

from compare.criteria import CRITERIA
from compare.record import Record
from compare.report import agrees, legend, summary, terminal_table
from compare.report.html import html_report
from compare.report.markdown import markdown_report
from compare.report.show import DASH, count, fraction, interval, listed, seconds, shortened, signed, text, yes_or_no
from compare.report.terminal import COLUMNS
from compare.report.terms import DERIVED, FACTS, TABLE, TERMS, shown
from compare.report.verdicts import counts, false_programs

BARE = {"suite": "s", "task": "t", "size": 5, "net": "n", "recipe": "r", "seed": 0}


def record(**fields) -> Record:
    return Record(**{**BARE, "cell": "c", **fields})


def test_every_field_and_every_column_has_one_sentence():
    fields = {field.name for field in msgspec.structs.fields(Record)}
    assert set(legend()) == fields | set(DERIVED)
    assert len(TERMS) == len(legend())
    assert len({each.label for each in TERMS}) == len(TERMS)
    assert all(sentence.endswith(".") and sentence[0].isalnum() for sentence in legend().values())


def test_every_printed_column_and_fact_is_in_the_legend():
    printed = {*TABLE, *COLUMNS, *(name for _, names in FACTS for name in names)}
    assert printed <= set(legend())


def test_a_bare_record_shows_a_dash_or_a_word_for_every_field():
    bare = record()
    assert all(isinstance(shown(bare, each.name), str) and shown(bare, each.name) for each in TERMS)
    assert shown(bare, "s_agreement") == shown(bare, "bits_ratio") == shown(bare, "formula") == DASH


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (fraction(0.99996), "0.9999"),
        (fraction(1.0), "1.000"),
        (fraction(0.25), "0.250"),
        (fraction(-0.0001), "0.000"),
        (fraction(math.nan), DASH),
        (fraction(None), DASH),
        (signed(0.1), "+0.100"),
        (signed(-12345.0), "-12,345"),
        (signed(None), DASH),
        (count(12345.4), "12,345"),
        (count(math.inf), DASH),
        (seconds(0.25), "0.250"),
        (seconds(1234.56), "1,234.6"),
        (listed([]), DASH),
        (listed([1, 2]), "1, 2"),
        (text(""), DASH),
        (yes_or_no(None), DASH),
        (yes_or_no(True), "yes"),
        (yes_or_no(False), "no"),
        (interval(0.1, 0.2), "[0.100, 0.200]"),
        (interval(None, 0.2), DASH),
        (shortened("a" * 80), "a" * 71 + "…"),
        (shortened("a" * 72), "a" * 72),
    ],
)
def test_how_values_are_written(written, read):
    assert written == read


@pytest.mark.parametrize(
    ("expected", "verdict", "agreed"),
    [
        ("program", "program", True),
        ("program", "table", False),
        ("not program", "table", True),
        ("not program", "program", False),
        ("table or undetermined", "undetermined", True),
        ("table or undetermined", "program", False),
        (None, "program", None),
        ("program", None, False),
    ],
)
def test_agreement_with_what_is_known_beforehand(expected, verdict, agreed):
    found = record(expected=expected, verdict=verdict)
    assert agrees(found) is agreed
    assert shown(found, "agrees") == (DASH if agreed is None else "yes" if agreed else f"no: {expected}")


def test_summary_counts_agreement_failures_and_false_programs():
    records = [
        record(verdict="program", expected="program"),
        record(verdict="program", expected="not program"),
        record(status="failed", error="e", expected="table"),
        record(verdict="undetermined"),
    ]
    assert counts(records) == {"program": 2, "table": 0, "undetermined": 1, "failed": 1}
    assert [each.expected for each in false_programs(records)] == ["not program"]
    assert summary(records) == (
        "4 nets: 2 program, 0 table, 1 undetermined, 1 failed. 1 of 3 are as known beforehand; "
        "1 called a program wrongly."
    )
    assert summary([record(verdict="table")]).endswith("No verdict was known beforehand.")


def test_terminal_table_has_a_row_a_net_and_reads_no_markup(tmp_path):
    records = [*make_run(tmp_path, sizes=(23,), nets=("mlp",), seeds=1, arrays=False), record(task="[red]x[/nope]")]
    table = terminal_table(records, 200)
    assert table.row_count == len(records)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table)
    printed = console.export_text()
    assert "[red]x[/nope]" in printed
    assert "failed !" in printed  # the failed cell is not what was expected


@pytest.mark.parametrize("width", [72, 80, 100, 160])
def test_a_narrow_terminal_has_fewer_columns_and_nothing_is_cut(tmp_path, width):
    records = make_run(tmp_path, sizes=(113,), nets=("transformer",), seeds=1, arrays=False)
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(terminal_table(records, width))
    printed = console.export_text()
    assert "…" not in printed
    assert all(name in printed for name in ("random_labels", "undetermined", "-0.400"))
    assert ("margin" in printed) == (width == 160)


def test_the_legend_explains_every_criterion_that_can_decide(tmp_path):
    records = [record(verdict="table", decided_by="refit")]
    for written in (html_report(tmp_path, records), markdown_report(records)):
        plain = written.replace("&#39;", "'")
        assert all(sentence in plain for sentence in CRITERIA.values())
