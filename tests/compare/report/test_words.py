"""What words mean: a heading is a field's, a word on a chart the chart's, and no word goes without."""

from made_run import make_cell

from compare.report.arrays import load
from compare.report.cell_drawings import cell_drawings
from compare.report.drawing import Drawing
from compare.report.words import EVIDENCE, GLOSSARY, VERDICTS, spoken, words_of


def drawn(folder) -> list[Drawing]:
    cell = make_cell(folder, 23, "mlp", "grok", 0, arrays=True)
    return cell_drawings(cell, load(folder, cell))


def test_the_words_on_a_chart_are_its_axes_and_what_its_marks_are_called(tmp_path):
    words = {each.title: spoken(each) for each in drawn(tmp_path)}
    assert words["Frequencies"] == ["frequency k", "share of the outputs' variance"]
    assert {"training step", "training rows", "held-out rows", "formation", "clean-up"} <= set(words["Accuracy"])
    assert {"structure", "Gini", "S", "D"} <= set(words["Evidence along training"])


def test_each_of_them_has_a_meaning_and_a_word_of_two_has_both(tmp_path):
    charts = drawn(tmp_path)
    named = {word for each in charts for word in spoken(each)}
    assert {word for word, _ in words_of(charts)} == named
    both = dict(words_of(charts, ["exceptions", "Gini"]))
    assert both["exceptions"].startswith("Share of the net's answers on which the code by itself errs")
    assert both["exceptions"].endswith("On a chart: Bits that name the inputs on which the explanation errs.")
    assert both["Gini"] == GLOSSARY["Gini"]


def test_a_word_without_a_meaning_is_left_to_the_test_of_the_page():
    assert words_of((), ["never heard of"]) == []


def test_meanings_are_sentences():
    for sentence in (*GLOSSARY.values(), *VERDICTS.values(), *EVIDENCE.values()):
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0].isdigit()
