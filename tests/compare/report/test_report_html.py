"""The HTML report: complete, self-contained, and unharmed by what a record says."""

import html as html_words
import json
import re
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest
from made_run import make_cell, make_run

from compare.record import Record
from compare.report.arrays import load
from compare.report.cell_drawings import cell_drawings
from compare.report.chart_data import json_for_script
from compare.report.comparison import cards
from compare.report.drawing import Drawing
from compare.report.html import html_report
from compare.report.panels import PANELS
from compare.report.words import spoken

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' {{ 7*7 }} & \u2028"


SECTION = re.compile(r'<section id="(\w+)">(.*?)(?=<section id="|</main>)', re.DOTALL)


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
    """As the page's script reads it: runs of a word are written out."""
    data = json.loads(page.scripts[0])
    for chart in data["charts"].values():
        for table in chart["data"].values():
            for name, column in table.items():
                if isinstance(column, dict):
                    table[name] = [word for word, times in column["runs"] for _ in range(times)]
    return data


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
    for words in ("Family: how bits grow", "Trajectory: formation", "Failed", *(each.title for each in PANELS[1:])):
        assert words in page.text
    assert "synthnet run made --out runs/made" in page.text
    assert "the loss is not finite at step 300" in page.text
    assert "19 nets: 6 program, 12 table, 0 undetermined, 1 failed." in page.text
    assert sum(tag == "math" for tag, _ in page.elements) == 6 * 5  # a term each
    assert {"family", "trajectory", "failed", "evidence", "comparison"} <= set(page.ids())


def test_every_figure_has_its_data_and_every_chart_its_specification(page):
    data = chart_data(page)
    drawn = [a["data-chart"] for tag, a in page.elements if tag == "figure" and "data-chart" in a]
    assert sorted(drawn) == sorted(data["charts"])
    assert {each["template"] for each in data["charts"].values()} == set(data["templates"])
    for chart in data["charts"].values():
        for columns in chart["data"].values():
            assert len({len(column) for column in columns.values()}) <= 1


def plain(text: str) -> str:
    return html_words.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def test_every_task_has_a_card_with_both_programs_and_a_line_on_sameness(run, html):
    found = re.findall(r'<article class="card" .*?</article>', html, re.DOTALL)
    made = cards(run[1])
    assert [card.task for card in made] == list(dict.fromkeys(record.task for record in run[1]))
    assert len(found) == len(made)
    for text, card in zip(found, made, strict=True):
        sides = re.findall(r'<section class="side (\w+)">(.*?)</section>', text, re.DOTALL)
        assert [side for side, _ in sides] == ["enumerated", "read"]
        programs = [plain(each) for _, side in sides for each in re.findall(r"<pre.*?</pre>", side, re.DOTALL)]
        assert programs[0] == card.enumerated.program == "(mod (add a b) p)"
        assert programs[1] == card.readings[0].form.shapes[0].text
        assert f"{card.same.headline}." in plain(re.findall(r'<p class="same .*?</p>', text, re.DOTALL)[0])
        assert [each[0] for each in re.findall(r'<div class="measure"><p><b>(\w)</b>', text)] == ["S", "D", "B"]
        assert all(f"<b>{number}</b>" in text for number in card.counts.values())


def test_the_comparison_comes_first_and_says_what_its_words_mean(html):
    sections = SECTION.findall(html)
    assert [name for name, _ in sections][:2] == ["comparison", "verdicts"]
    meanings = re.findall(r'<dl class="meanings">(.*?)</dl>', sections[0][1], re.DOTALL)[0]
    words = [plain(each) for each in re.findall(r"<dt>(.*?)</dt>", meanings)]
    assert words == ["program", "table", "undetermined", "failed", "S", "D", "B"]


def test_every_word_of_a_heading_a_chart_or_a_figure_is_defined_in_its_section(html, page):
    data = chart_data(page)
    for name, text in SECTION.findall(html):
        defined = {
            plain(word)
            for block in re.findall(r'<details class="words">(.*?)</details>', text, re.DOTALL)
            for word in re.findall(r"<dt>(.*?)</dt>", block)
        }
        outside = re.sub(r'<details class="words">.*?</details>', "", text, flags=re.DOTALL)
        used = {plain(each) for each in re.findall(r"<th[^>]*>(.*?)</th>", outside, re.DOTALL)}
        if name == "nets":
            used |= {plain(each) for each in re.findall(r"<dt>(.*?)</dt>", outside)}
        for key in re.findall(r'data-chart="(\w+)"', text):
            chart = data["charts"][key]
            used |= set(spoken(Drawing("", "", chart["template"], chart["data"])))
        if name not in ("comparison", "failed"):
            assert used
            assert used <= defined, name


def test_letters_of_a_formula_are_said_beside_it(html):
    panels = re.findall(r'<section class="panel panel-(?:formula|groups)">(.*?)</section>', html, re.DOTALL)
    assert panels
    assert all('<p class="letters">' in each for each in panels)


def test_no_word_of_a_chart_is_lost_in_packing(run, page):
    cell = run[1][0]
    drawn = {each.title: each.data for each in cell_drawings(cell, load(run[0], cell))}
    data = chart_data(page)["charts"].values()
    assert all(any(each["data"] == made for each in data) for made in drawn.values())


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
    words = "discrete logarithms, because"
    assert words not in html_report(tmp_path, [cell])
    found = msgspec.structs.replace(cell, notes=["group: multiplicative"], logit_variance=0.04)
    text = Page(html_report(tmp_path, [found])).text
    assert words in text
    assert "explains 0.040 of the outputs' variance" in text


def test_a_long_formula_is_cut_on_its_card_and_whole_in_its_section(tmp_path):
    long = "Xor(" * 200 + "a, b" + ")" * 200
    cell = msgspec.structs.replace(make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=False), formula=long)
    page = html_report(tmp_path, [msgspec.structs.replace(cell, formula_mathml=None)])
    card = re.findall(r"<article.*?</article>", page, re.DOTALL)[0]
    assert long not in card
    assert "…</pre>" in card
    assert f"<pre>{long}</pre>" in page


def test_a_failed_cell_has_its_error_in_the_table(run, html):
    assert f'class="why">{run[1][-1].error}</td>' in html


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
        kept = {name: file[name] for name in file.files if not name.startswith(("maps.", "objects.", "boards."))}
        whole = kept | noise | {"gallery.unit": np.arange(12)}
    np.savez(tmp_path / cell.arrays, **whole)
    records = [msgspec.structs.replace(cell, seed=seed, cell=f"c{seed}") for seed in range(150)]
    page = html_report(tmp_path, records)
    assert len(page.encode()) < 8e6
    assert page.count('<img src="data:') == 2 * 150  # noise cannot be packed, so that each net shows the fewest
