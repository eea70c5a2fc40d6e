"""Tasks of published lists in the reports: the net by length, the text, its size, and how far it is the net."""

from pathlib import Path

import pytest

from compare.record import Record
from compare.report.html import html_report
from compare.report.lengths import agreed, length_summary, length_table, length_words, over_lengths
from compare.report.markdown import markdown_report

LONG = [52, 102, 152, 1002]


def record(task: str = "copied", **fields) -> Record:
    known = {
        "suite": "lists", "task": task, "size": 3, "net": "sequence_transformer", "recipe": "published", "seed": 0,
        "cell": task, "recipe_detail": {"width": 8}, "program_published": "D-RASP yes", "verdict": "program",
        "lengths": LONG, "match_throughout": [1.0, 1.0, 0.5, 0.0], "agreement_throughout": [1.0, 1.0, 0.985, 0.25],
        "net_program": "(previous a)", "net_program_nodes": 2, "s_agreement": 1.0, "s_exact": 0.75, "d_r2": 0.5,
        "bits_total": 1.0, "bits_table": 4.0, "extractor": "selects",
    }  # fmt: skip
    return Record(**{**known, **fields})


MACHINE = record("word", net="recurrent", net_program=None, extractor="recurrent", state_values=4, net_program_nodes=8)
LESS = record("less", agreement_throughout=[1.0, 0.9, 0.9, 0.9], net_program_nodes=None)
UNREAD = record("unread", agreement_throughout=[], net_program=None, net_program_nodes=None, verdict="undetermined")


def test_a_row_says_the_net_the_text_and_how_far_they_agree() -> None:
    made = length_table([record(program="(previous a)"), MACHINE])
    first, second = (dict(zip(made.headings, row, strict=True)) for row in made.rows)
    assert (first["task"], first["published"], first["net"]) == ("copied 3", "D-RASP yes", "sequence transformer")
    assert (first["net right"], first["agreement"]) == ("1.000, 1.000, 0.500, 0.000", "1.000, 1.000, 0.985, 0.250")
    assert (first["read in the net"], first["nodes"]) == ("(previous a)", "2")
    assert (first["S, S exact, D, B"], first["verdict"]) == ("1.000, 0.750, 0.500, 0.250", "program")
    assert first["synthesizer's program"] == "(previous a)"
    assert (second["read in the net"], second["nodes"]) == ("a machine of 4 states", "8")
    assert [word for word, _ in length_words(made)] == list(made.headings)
    assert "synthesizer's program" not in length_table([MACHINE]).headings


def test_texts_count_up_to_three_times_the_length_of_training() -> None:
    assert agreed(record()) == pytest.approx(0.995)
    assert agreed(UNREAD) == -1.0
    assert length_summary([record(), MACHINE, LESS, UNREAD]) == (
        "Of 4 tasks 2 have a text, of 5 nodes in the median that answers at least 0.99 of the sequences as the net "
        "does, at all that counts, up to 3 times the length of training."
    )
    assert length_summary([LESS]).startswith("Of 1 task 0 have a text that answers")
    assert length_summary([LESS, record("less")]).startswith("Of 1 task 1 have a text, of 2 nodes")


def test_only_trained_nets_of_published_tasks_have_a_row(tmp_path: Path) -> None:
    others = [record(program_published=None), record(match_throughout=[]), record(recipe_detail={"control": "c"})]
    assert over_lengths([*others, MACHINE]) == [MACHINE]
    assert "## Published lists" not in markdown_report(others[:1])
    assert "## Published lists" in markdown_report([MACHINE])
    assert "a machine of 4 states" in html_report(tmp_path, [MACHINE])
    assert 'id="published"' not in html_report(tmp_path, others[:1])
