"""The cards: what each side found, whether both are the same, and the three figures."""

import msgspec
import pytest
from made_run import make_cell, make_run

from compare.record import LeftUnit, Record, StepLine
from compare.report.comparison import cards, told
from compare.report.html import html_report
from compare.report.latex import latex_report
from compare.report.markdown import markdown_report
from compare.report.same import sameness

BARE = {"suite": "s", "task": "t", "size": 5, "net": "n", "recipe": "r"}


def program(seed: int = 0, **fields) -> Record:
    return Record(**{**BARE, "verdict": "program", "program": "(add a b)", "seed": seed, "cell": f"c{seed}", **fields})


@pytest.mark.parametrize(
    ("fields", "kind", "headline"),
    [
        ({"same_function": "equal", "same_program": True}, "equal", "Same function, the same program"),
        ({"same_function": "equal", "same_program": False}, "equal", "Same function, another program"),
        ({"same_function": "alike"}, "alike", "Same function on every sample, written in another language"),
        ({"same_function": "alike", "net_program": "(sub a b)"}, "alike", "Same function on every sample"),
        ({"same_function": "different", "same_program": False}, "different", "Different functions, another program"),
        ({}, "undecided", "Not compared"),
    ],
)
def test_the_line_on_sameness(fields, kind, headline):
    same = sameness([program(same_how="because" if fields else None, **fields)], found=True)
    assert (same.kind, same.headline) == (kind, headline)
    assert same.how == ("Because." if kind != "undecided" else "These records do not say whether the two are the same.")


def test_the_worst_net_decides_the_sign_and_the_counts_are_said():
    nets = [program(seed, same_function="equal", same_how="proof") for seed in range(3)]
    mixed = sameness([*nets, program(3, same_function="different", same_how="at a = 3.")], found=True)
    assert mixed.kind == "different"
    assert mixed.headline.startswith("Same function in 3 of 4 nets, different functions in 1 of 4 nets")
    assert mixed.how == "At a = 3."


def test_records_of_before_say_what_their_nets_answer():
    assert "the nets on all of its inputs" in sameness([program(match_domain=1.0)], found=True).how
    assert "at least 99.50%" in sameness([program(match_domain=0.995)], found=True).how


def test_a_reason_for_not_comparing_is_said():
    same = sameness([program(same_how="not compared: its program gives 0.8 of the answers")], found=True)
    assert (same.headline, same.how) == ("Not compared", "Its program gives 0.8 of the answers.")


def test_without_one_of_the_two_there_is_nothing_to_compare():
    assert sameness([], found=True).how == "No net is a program."
    assert sameness([program()], found=False).how == "The enumeration found no program."
    assert sameness([], found=False).how == "The enumeration found no program and no net is a program."


def test_a_card_counts_the_nets_of_one_form_over_their_seeds(tmp_path):
    (card,) = cards(
        make_run(tmp_path, sizes=(23, 59), nets=("mlp",), recipes=("grok", "lookup"), seeds=3, arrays=False)
    )
    (read,) = card.readings
    assert (card.nets, card.sizes, read.nets) == (13, "23, 59", 6)
    assert read.where == "6 of 13 nets trained on it, 3 seeds"
    assert dict(card.enumerated.facts) == {"9.2": "bits", "1,482": "candidates", "0.840": "seconds"}
    assert card.expected == "12 of 13 as known beforehand"


def test_nets_made_by_hand_and_nets_of_other_labels_are_not_among_those_trained_on_the_task():
    waves = "1*cos(2*pi*3*a/p) + 2*cos(2*pi*4*a/p) + 2*cos(2*pi*5*a/p)"
    nets = [program(seed, formula=waves) for seed in range(2)]
    nets += [program(2, formula=waves, recipe_detail={"control": "clock"})]
    nets += [program(3, verdict="table", recipe_detail={"labels": "random"})]
    nets += [program(4, verdict="undetermined", recipe_detail={"untrained": True})]
    (card,) = cards(nets)
    assert card.readings[0].where == "2 of 2 nets trained on it, 2 seeds, 1 made by hand"


def test_other_forms_come_after_the_most_frequent():
    nets = [program(0, net_program="(sub a b)"), *(program(seed, net_program="(add a b)") for seed in (1, 2))]
    (card,) = cards(nets)
    assert [(read.program, read.nets) for read in card.readings] == [("(add a b)", 2), ("(sub a b)", 1)]


def test_three_figures_beside_their_controls():
    fields = {"s_control": 0.1, "d_control": -1.0, "bits_total": 20.0, "bits_table": 100.0}
    nets = [program(seed, s_agreement=s, d_r2=0.9, **fields) for seed, s in enumerate((0.99, 1.0, 0.995))]
    (card,) = cards([*nets, program(9, verdict="table", s_agreement=0.0)])
    s, d, b = card.figures
    assert (s.value, s.range, s.control, s.control_range) == (0.995, "0.990 to 1.000", 0.1, "")
    assert (d.share, d.control_share, d.control_text) == (0.9, 0.0, "-1.000")
    assert (b.value, b.control, b.control_range) == (0.2, 1.0, "100 bits")
    assert card.figures_of == "median of 3 program nets"


def test_a_formula_that_was_not_accepted_is_said_to_be_none():
    (card,) = cards(
        [program(verdict="undetermined", formula="Xor(a, b)", reason="no program: S fails", s_agreement=0.9)]
    )
    assert not card.accepted
    assert (card.reason, card.readings[0].where) == ("no program: S fails", "1 of 1 net trained on it")
    assert card.same.headline == "Nothing to compare"
    assert [figure.name for figure in card.figures] == ["S"]


def test_a_failed_cell_alone_makes_a_card_of_its_error():
    (card,) = cards([Record(**BARE, seed=0, cell="c", status="failed", error="the loss is not finite")])
    assert (card.reason, card.readings, card.figures, card.enumerated.program) == (
        "the loss is not finite",
        [],
        [],
        None,
    )


def test_markdown_and_latex_tell_the_comparison_first(tmp_path):
    cell = make_cell(tmp_path, 59, "mlp", "grok", 0, arrays=False)
    told = msgspec.structs.replace(
        cell, same_function="equal", same_how="all 3481 inputs", net_program="(mod (add b a) p)", same_program=True,
        asked="The sum of two residues.",
    )  # fmt: skip
    text = markdown_report([told])
    places = [text.index(word) for word in ("The sum of two residues.", "(mod (add a b) p)", "(mod (add b a) p)")]
    places += [text.index("**Same function, the same program.** All 3481 inputs."), text.index("- **S**: ")]
    assert places == sorted(places)
    assert places[-1] < text.index("## Verdicts")
    table = latex_report([told])
    assert table.index("(mod (add b a) p)") < table.index("verdict")
    assert "Same function, the same program" in table


def test_of_several_tasks_it_is_said_how_many_have_programs_and_are_the_same():
    one = [program(0, same_function="equal"), program(1, task="u", verdict="table", program=None)]
    assert told(cards(one[:1])) == ""
    assert told(cards(one)) == (
        "Of 2 tasks the enumeration found a program for 1, nets hold one for 1; "
        "1 of the 1 that were compared are the same function."
    )
    assert told(cards([program(0), program(1, task="u")])).endswith("nets hold one for 2.")


def test_what_samples_add_is_said():
    fields = {"bits_total": 2.0, "bits_table": 8.0, "table_of": "every input", "match_longer": [1.0, 0.75]}
    (card,) = cards([program(0, net_program="(add a b)", net_agreement=0.5, **fields)])
    assert card.figures[0].control_range == "8 bits, every input"
    assert ("0.750", "right beyond the training range") in card.readings[0].facts
    assert ("0.500", "agreement") in card.readings[0].facts


def test_what_stands_in_the_way_is_a_sentence_of_the_card_and_a_part_of_the_net(tmp_path):
    left = LeftUnit(unit="5", share=0.041, missed=0.32, bits=367.4)
    cell = msgspec.structs.replace(
        make_cell(tmp_path, 59, "mlp", "relabelled", 0, arrays=False), reason="S fails", in_the_way="5 <b>stands</b>",
        would_decide="more seeds", effect_explained=0.959, units_left=1, left=[left],
        read_steps=[StepLine(step="v", formula="a", units=3, share=0.25, error=0.125, bits=1234.0)],
    )  # fmt: skip
    card = "1 unit left, 0.959 of the effect explained; would decide: more seeds."
    page, text = html_report(tmp_path, [cell]), markdown_report([cell])
    assert card in page
    assert card in text
    assert "In the way: 5 &lt;b&gt;stands&lt;/b&gt;." in page
    line = "unit 5: 4.1% of the effect, 0.32 of its variance missed, 367 bits as a table"
    assert line in page
    assert line in text
    step = "v := a, read by 3 units, 25.0% of the effect, 0.125 of their variance missed, 1,234 bits"
    assert step in page
    assert step in text
    plain = msgspec.structs.replace(cell, in_the_way=None, would_decide=None, left=[], read_steps=[])
    assert "would decide" not in html_report(tmp_path, [plain]).partition("Verdicts")[0]
