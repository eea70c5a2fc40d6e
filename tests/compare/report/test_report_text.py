"""Markdown, JSON, LaTeX and the files that are written. REWRITE_GOLDEN=1 rewrites the golden file."""

import difflib
import json
import os
import re
from pathlib import Path

import msgspec
import pytest
from made_run import make_cell, make_run

from compare.record import Record, from_line
from compare.report import REPORT_FORMATS, legend, legend_table, records_json, save_charts, write_report
from compare.report.latex import latex_report
from compare.report.markdown import code, escaped, markdown_report

GOLDEN = Path(__file__).parent / "golden" / "report.md"


@pytest.fixture
def records(tmp_path):
    return make_run(tmp_path, nets=("mlp",), recipes=("grok", "lookup", "relabelled"), seeds=2, arrays=False)


def test_markdown_is_the_golden_file(records):
    found = markdown_report(records)
    if os.environ.get("REWRITE_GOLDEN"):
        old = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
        print("\n".join(difflib.unified_diff(old.splitlines(), found.splitlines(), lineterm="")))
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_a_markdown_table_has_as_many_cells_in_every_row():
    wicked = Record(
        suite="s", task="a|b\nc", size=3, net="<b>", recipe="r", seed=0, cell="c", reason="x | `y` | [z](w)"
    )
    for block in re.findall(r"(?:^\|.*\n?)+", markdown_report([wicked]), re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}
        assert len(counts) == 1


def test_markdown_words_stay_words():
    assert escaped("a_b <i> | *c*\n`d`") == r"a\_b \<i\> \| \*c\* \`d\`"
    assert code("a `b` ``c") == "```a `b` ``c```"
    assert code("`a`") == "`` `a` ``"


def test_the_legend_is_a_markdown_table_with_every_field():
    fields = {field.name for field in msgspec.structs.fields(Record)}
    marked = [name if name in fields else f"{name} (derived)" for name in legend()]
    assert all(f"| {escaped(name)} |" in legend_table() for name in marked)
    assert sum(name not in fields for name in legend()) == legend_table().count("(derived)") == 5


def test_json_holds_the_records(records):
    read = json.loads(records_json(records))
    assert [from_line(json.dumps(each)) for each in read] == records
    assert set(read[0]) == {field.name for field in msgspec.structs.fields(Record)}
    assert read[-1]["verdict"] is None
    assert json.loads(records_json([])) == []


def test_latex_escapes_and_has_a_row_a_net(records):
    text = latex_report([*records, Record(suite="s", task=r"50%_&\x{}", size=3, net="n", recipe="r", seed=0, cell="c")])
    assert text.count(r"\\") == len(records) + 2 + 3  # two tasks and a heading before
    assert r"50\%\_\&\textbackslash{}x\{\}" in text


def test_every_format_is_written_beside_the_records(tmp_path, records):
    names = [each.name for each in REPORT_FORMATS]
    path = write_report(tmp_path, records, formats=names)
    assert path == tmp_path / "report.html"
    assert sorted(each.name for each in tmp_path.glob("report.*")) == sorted(f"report.{name}" for name in names)
    assert write_report(tmp_path, records, formats=("md",)) == tmp_path / "report.md"


@pytest.mark.parametrize(
    ("formats", "words"), [(("htm",), "did you mean 'html'"), ((), "at least one"), (("zzz",), "html, md")]
)
def test_an_unknown_format_is_refused_and_nothing_is_written(tmp_path, formats, words):
    with pytest.raises(ValueError, match=words):
        write_report(tmp_path, [], formats=formats)
    assert list(tmp_path.iterdir()) == []


def test_charts_are_saved_for_papers(tmp_path):
    record = make_cell(tmp_path, 23, "mlp", "lookup", 0, arrays=True)
    paths = save_charts(tmp_path, [record], tmp_path / "charts", cells=[record.cell])
    assert {path.suffix for path in paths} == {".png", ".svg"}
    assert len(paths) == len(set(paths))
    assert all(path.parent == tmp_path / "charts" for path in paths)
    for path in paths:
        start = path.read_bytes()[:8]
        assert start == b"\x89PNG\r\n\x1a\n" if path.suffix == ".png" else start.startswith(b"<svg")


def test_a_cell_that_is_not_there_has_no_charts(tmp_path):
    with pytest.raises(ValueError, match="got 'nowhere'"):
        save_charts(tmp_path, [], tmp_path / "charts", cells=["nowhere"])
