"""Tasks over streams in the reports: their table, the picture of a machine, the net's states by their values."""

import re
from pathlib import Path

import numpy as np
import pytest

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.cell_drawings import state_drawings
from compare.report.charts import image
from compare.report.html import html_report
from compare.report.latex import latex_report
from compare.report.machine import SHOWN, machine
from compare.report.markdown import markdown_report
from compare.report.streams import over_streams, stream_summary, stream_table, stream_words

LOOP = "def program(xs):\n    ys = []\n    for x in xs:\n        ys.append(x)\n    return ys\n"


def record(task: str = "add_mod", seed: int = 0, **fields) -> Record:
    known = {
        "suite": "streams", "task": task, "size": 3, "net": "recurrent", "recipe": "stream", "seed": seed,
        "cell": f"{task}-{seed}", "recipe_detail": {"restarts": 4, "width": 8}, "steps": 3000, "verdict": "program",
        "program": "s from 0 by x; s'", "program_loop": LOOP, "synth_strict": True, "bits_program": 31.0,
        "bits_reference": 62.0,
        "program_published": "MIPS yes, GPT-4 no", "net_program": "s from 0 by (mod (add s x) 3); s'",
        "net_loop": LOOP, "net_strict": True, "net_lenient": True, "bits_formula": 31.0, "state_values": 3,
        "lengths": [10, 100, 1000], "match_domain": 1.0, "match_longer": [0.5, 0.25], "match_snapped": [1.0, 1.0],
        "same_function": "equal", "same_program": True, "closure": 1.0, "s_agreement": 1.0, "d_r2": 1.0,
        "program_seconds": 2.0, "seconds_train": 3.0, "seconds_judge": 4.0, "variables": ["s"],
    }  # fmt: skip
    return Record(**{**known, **fields})


def ring(states: int, letters: int) -> Arrays:
    """A machine that adds a letter to its state, and two states of a net."""
    after = (np.arange(states)[:, None] + np.arange(letters)) % states
    return {
        "machine.after": after, "machine.says": after[..., None], "machine.values": np.arange(states)[:, None],
        "machine.letters": np.arange(letters)[:, None], "states.at": np.array([[0.0, 1.0], [2.0, 3.0]]),
        "states.values": np.array([[0], [1]]),
    }  # fmt: skip


RECORDS = [
    record(),
    record("parity", match_longer=[1.0, 1.0], program_published=None, same_program=False, verdict="undetermined"),
    record("lost", net_program=None, net_loop=None, net_strict=None, net_lenient=None, same_function=None,
           same_program=None, state_values=None, match_snapped=[], synth_strict=False, program_loop=None),
]  # fmt: skip


def test_a_row_a_task_says_what_was_found_trained_and_read() -> None:
    made = stream_table(over_streams(RECORDS))
    first = dict(zip(made.headings, made.rows[0], strict=True))
    assert first["task"] == "add_mod 3"
    assert (first["MIPS"], first["GPT-4"], first["found, strict"], first["found, bits"]) == ("yes", "no", "yes", "31")
    assert (first["nets"], first["width"], first["right"]) == ("4", "8", "1.000, 0.500, 0.250")
    assert (first["read in the net"], first["states"]) == ("s from 0 by (mod (add s x) 3); s'", "3")
    assert (first["read, strict"], first["lenient"], first["the two"]) == ("yes", "yes", "one text")
    assert (first["verdict"], first["seconds"]) == ("program", "2.0, 3.0, 4.0")
    assert [dict(zip(made.headings, row, strict=True))["the two"] for row in made.rows] == ["one text", "equal", "–"]  # noqa: RUF001
    assert [word for word, _ in stream_words(made)] == list(made.headings)
    unknown = stream_table(over_streams([record(program_published=None, match_snapped=[])]))
    assert not {"MIPS", "GPT-4", "snapped"} & {*unknown.headings}


def test_the_best_of_several_seeds_is_shown_and_controls_are_left_out() -> None:
    several = [
        record(seed=0, verdict="undetermined"),
        record(seed=1),
        record(recipe="c", recipe_detail={"control": "c"}),
    ]
    (row,) = over_streams(several)
    assert (row.shown.seed, len(row.records)) == (1, 2)
    assert dict(zip(stream_table([row]).headings, stream_table([row]).rows[0], strict=True))["nets"] == "8"
    assert over_streams([record(program_loop=None, net_loop=None, synth_strict=None)]) == []


def test_the_tasks_are_counted_in_sentences() -> None:
    said = stream_summary(over_streams(RECORDS))
    assert said.startswith(
        "Of 3 tasks the synthesizer has a strict loop for 2; what was read in the nets is strict for 2"
    )
    assert "31.0 bits in the median; as a share of the bits of the task's definition 0.50 in the median" in said
    assert "Of the 2 that MIPS solved 1 were read strictly, of the other 0 0." in said
    assert "1 net read strictly err on the first longer sample" in said
    assert "1 of 1 are exact there (1 of 1 whose codewords close)" in said
    table = record(net_loop=None, net_program=None)
    assert "strict for 1, 1 of them as a machine's table" in stream_summary(over_streams([table]))
    assert "a machine of 3 states" in stream_table(over_streams([table])).rows[0]
    unknown = stream_summary(over_streams([record(bits_reference=None)]))
    assert "31.0 bits in the median. " in unknown
    alone = stream_summary(over_streams([RECORDS[1]]))
    assert "MIPS" not in alone
    assert "longer sample" not in alone


def test_every_format_has_the_table_and_a_suite_without_streams_has_none(tmp_path: Path) -> None:
    page, text, paper = html_report(tmp_path, RECORDS), markdown_report(RECORDS), latex_report(RECORDS)
    assert '<section id="streams">' in page
    assert "## Streams" in text
    assert f"```python\n{LOOP}```" in text
    assert paper.count(r"\begin{longtable}") == 3
    plain = [Record(suite="s", task="t", size=3, net="n", recipe="r", seed=0, cell="c")]
    assert '<section id="streams">' not in html_report(tmp_path, plain)
    assert "## Streams" not in markdown_report(plain)


def test_a_machine_is_drawn_with_its_letters_and_answers() -> None:
    found = machine(ring(3, 2), "cell")
    assert found is not None
    assert found.svg.count("<circle") == 3
    assert found.svg.count('class="arrow"') == 6
    assert 'id="head-cell"' in found.svg
    assert found.svg.count("url(#head-cell)") == 6
    assert re.findall(r"s2 -> s0 \[label=\"(.*)\"\]", found.dot) == ["1/0"]
    assert found.dot.startswith("digraph machine {")


def test_letters_that_lead_alike_share_an_arrow_and_sets_are_listed() -> None:
    arrays = dict(ring(1, 5))
    says = np.zeros((1, 5, 3), dtype=bool)
    says[0, :, 1:] = True
    found = machine({**arrays, "machine.says": says}, "c")
    assert found is not None
    assert f"0/{{1 2}}, 1/{{1 2}}, 2/{{1 2}} and {5 - SHOWN} more" in found.dot
    assert "4/{1 2}</title>" in found.svg


@pytest.mark.parametrize("name", ["machine.after", "machine.says", "machine.values", "machine.letters"])
def test_a_machine_without_all_of_its_arrays_is_not_drawn(name: str) -> None:
    assert machine({key: value for key, value in ring(3, 2).items() if key != name}, "c") is None


def test_a_machine_that_is_too_large_or_cut_is_not_drawn() -> None:
    assert machine(ring(17, 2), "c") is None
    assert machine({**ring(3, 2), "machine.values": np.zeros((2, 1))}, "c") is None
    cut = ring(3, 2)
    cut["machine.after"][1] = -1
    found = machine(cut, "c")
    assert found is not None
    assert "s1 ->" not in found.dot


def test_states_are_coloured_by_each_number() -> None:
    (drawn,) = state_drawings(record(), ring(3, 2))
    assert (drawn.title, drawn.template) == ("The net's states by s", "states")
    assert drawn.data["states"] == {"x": [0.0, 2.0], "y": [1.0, 3.0], "value": [0, 1]}
    assert image(drawn)[1].startswith("<svg")
    at, values = np.zeros((20, 2)), np.stack([np.arange(20), np.zeros(20)], axis=1)
    windows = state_drawings(record(variables=["w"]), {"states.at": at, "states.values": values})
    assert [each.template for each in windows] == ["states_many", "states"]
    assert [each.title for each in windows] == [
        "The net's states by number 1 of w",
        "The net's states by number 2 of w",
    ]
    assert state_drawings(record(), {}) == []
    assert state_drawings(record(), {"states.at": at, "states.values": values[:3]}) == []


def test_a_net_has_its_machine_and_states_on_its_page(tmp_path: Path) -> None:
    np.savez(tmp_path / "arrays.npz", **ring(3, 2))
    page = html_report(tmp_path, [record(arrays="arrays.npz")])
    assert '<section class="panel panel-machine">' in page
    assert '<svg class="machine"' in page
    assert "digraph machine {" in page
    assert "panel-machine" not in html_report(tmp_path, [record()]).partition("<body>")[2]
