"""The HTML report: complete, self-contained, and unharmed by what a record says."""

import json
import re
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest
from made_run import make_cell, make_run

from compare.record import Record
from compare.report import legend
from compare.report.cell_drawings import cell_drawings
from compare.report.html import html_report, json_for_script

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' {{ 7*7 }} & \u2028"


class Page(HTMLParser):
    """The elements of a page, its text outside scripts, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.scripts, self._inside = "", [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data

    def ids(self) -> list[str]:
        return [found for _, attributes in self.elements if (found := attributes.get("id"))]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, make_run(folder, nets=("mlp",), recipes=("grok", "no_decay", "lookup"), seeds=2)


@pytest.fixture(scope="module")
def html(run):
    return html_report(*run)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def chart_data(page: Page) -> dict:
    return json.loads(page.scripts[0])


def test_nothing_is_loaded_from_anywhere(html, page):
    for _, attributes in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset", "formaction"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert not re.search(r"@import|url\(", " ".join(styles))
    policy = [a["content"] for tag, a in page.elements if tag == "meta" and a.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"]
    assert len(page.scripts) == 3


def test_every_net_has_a_row_and_a_section_that_the_row_opens(run, page):
    sections = {found for found in page.ids() if found.startswith("net-")}
    assert sections == {f"net-{record.cell}" for record in run[1]}
    assert {a["href"] for tag, a in page.elements if tag == "a" and a["href"].startswith("#net-")} == {
        f"#{name}" for name in sections
    }
    assert sum(tag == "tr" and "data-outcome" in a for tag, a in page.elements) == len(run[1])
    assert len(page.ids()) == len(set(page.ids()))


def test_links_within_the_page_lead_somewhere(page):
    assert {a["href"] for tag, a in page.elements if tag == "a"} <= {f"#{name}" for name in page.ids()}


def test_every_section_is_there_with_its_words(run, page):
    for words in ("Family: how bits grow", "Trajectory: formation", "Failed", "Neuron gallery", "Synthesizer"):
        assert words in page.text
    assert "synthnet run made --out runs/made" in page.text
    assert "the loss is not finite at step 300" in page.text
    assert "19 nets: 6 program, 12 table, 0 undetermined, 1 failed." in page.text
    assert all(sentence in page.text for sentence in legend().values())
    assert sum(tag == "math" for tag, _ in page.elements) == 6 * 5  # a term each
    assert {"family", "trajectory", "failed", "evidence", "legend"} <= set(page.ids())


def test_every_figure_has_its_data_and_every_chart_its_specification(page):
    data = chart_data(page)
    drawn = [a["data-chart"] for tag, a in page.elements if tag == "figure" and "data-chart" in a]
    assert sorted(drawn) == sorted(data["charts"])
    assert {each["template"] for each in data["charts"].values()} == set(data["templates"])
    for chart in data["charts"].values():
        for columns in chart["data"].values():
            assert len({len(column) for column in columns.values()}) <= 1


def test_the_report_is_the_same_every_time(run, html):
    assert html_report(*run) == html


def test_hostile_words_stay_words(tmp_path):
    fields = {
        field.name: HOSTILE
        for field in msgspec.structs.fields(Record)
        if field.name not in ("status", "verdict", "arrays", "seed", "size") and field.type in (str, str | None)
    }
    lists = {name: [HOSTILE] for name in ("criteria", "groups", "gallery_formulas", "refusals", "notes", "variables")}
    wicked = Record(
        **fields,
        **lists,
        size=3,
        seed=0,
        verdict="program",
        versions={HOSTILE: HOSTILE},
        s_agreement=0.5,
        d_r2=0.5,
        bits_total=1.0,
        bits_table=2.0,
    )
    page = Page(html_report(tmp_path, [wicked]))
    assert len(page.scripts) == 3
    assert not any(tag == "img" or "onerror" in attributes for tag, attributes in page.elements)
    assert HOSTILE in page.text
    assert "49" not in page.text
    assert chart_data(page)["charts"]["c0"]["data"]["nets"]["cell"] == [HOSTILE]


def test_records_of_nothing_but_their_names_render(tmp_path):
    bare = Record(suite="s", task="t", size=3, net="n", recipe="r", seed=0, cell="c")
    failed = Record(suite="s", task="t", size=3, net="n", recipe="r", seed=1, cell="d", status="failed", error="broke")
    page = Page(html_report(tmp_path, [bare, failed]))
    assert "broke" in page.text
    assert "None" not in page.text
    assert "nan" not in page.text.split()
    assert not {"family", "trajectory", "evidence"} & set(page.ids())
    assert chart_data(page) == {"templates": {}, "charts": {}}


def test_an_empty_run_renders(tmp_path):
    assert "0 nets" in Page(html_report(tmp_path, [])).text


def test_sections_without_arrays_are_left_out(tmp_path):
    with_arrays = make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=True)
    without = msgspec.structs.replace(with_arrays, arrays=None)
    titles = [
        {a["aria-label"] for tag, a in Page(html_report(tmp_path, [record])).elements if a.get("role") == "img"}
        for record in (with_arrays, without)
    ]
    assert titles[0] - titles[1] >= {"Frequencies", "Accuracy", "Loss", "Evidence along training"}
    assert {"Bits", "Evidence and controls"} <= titles[1] < titles[0]
    assert "Neuron gallery" in html_report(tmp_path, [with_arrays])
    assert "Neuron gallery" not in html_report(tmp_path, [without])


def test_measured_checkpoints_are_joined_over_those_that_were_not(tmp_path):
    cell = make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=True)
    assert cell.arrays is not None
    with np.load(tmp_path / cell.arrays) as file:
        whole = {name: file[name] for name in file.files}
    measured = np.arange(24) % 3 == 0
    for name in ("trajectory.s_agreement", "trajectory.bits"):
        whole[name] = np.where(measured, whole[name], np.nan)
    drawn = {each.title: each.data["points"] for each in cell_drawings(cell, whole) if "points" in each.data}
    bits, evidence = drawn["Bits of the explanation along training"], drawn["Evidence along training"]
    assert bits["step"] == whole["trajectory.step"][measured].tolist()
    assert np.isfinite(bits["value"]).all()
    steps = zip(evidence["step"], evidence["series"], strict=True)
    assert [step for step, name in steps if name == "S"] == bits["step"]
    assert evidence["series"].count("structure") == 24


def test_a_share_below_zero_is_drawn_at_zero():
    arrays = {"frequencies.k": np.array([3, 5]), "frequencies.amplitude": np.array([0.4, -0.01])}
    bare = Record(suite="s", task="t", size=3, net="n", recipe="r", seed=0, cell="c")
    (drawing,) = cell_drawings(bare, arrays)
    assert drawing.data["terms"]["share"] == [0.4, 0.0]


def test_the_formula_says_how_much_it_explains_and_in_which_letters(tmp_path):
    cell = make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=False)
    words = "stand for discrete logarithms"
    assert words not in html_report(tmp_path, [cell])
    found = msgspec.structs.replace(cell, notes=["group: multiplicative"], logit_variance=0.04)
    text = Page(html_report(tmp_path, [found])).text
    assert words in text
    assert "explains 0.040 of the outputs' variance" in text


def test_a_failed_cell_has_its_error_as_tooltip(run, page):
    tips = [a.get("title") for tag, a in page.elements if tag == "td" and a.get("class") == "why"]
    assert run[1][-1].error in tips


def test_json_in_a_script_cannot_end_it_and_has_no_nan():
    value = {"a": [HOSTILE, float("nan"), float("inf"), 1.5], "b": {"c": None}}
    text = json_for_script(value)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": [HOSTILE, None, None, 1.5], "b": {"c": None}}


def test_a_large_run_stays_small(tmp_path):
    cell = make_cell(tmp_path, 113, "mlp", "grok", 0, arrays=True)
    rng = np.random.default_rng(0)
    noise = {f"gallery.{name}": rng.normal(size=(12, 113, 113)) for name in ("actual", "fitted")}
    assert cell.arrays is not None
    with np.load(tmp_path / cell.arrays) as file:
        whole = {name: file[name] for name in file.files} | noise | {"gallery.unit": np.arange(12)}
    np.savez(tmp_path / cell.arrays, **whole)
    records = [msgspec.structs.replace(cell, seed=seed, cell=f"c{seed}") for seed in range(41)]
    per_net = (len(html_report(tmp_path, records)) - len(html_report(tmp_path, []))) / len(records)
    assert per_net * 130 < 14e6
