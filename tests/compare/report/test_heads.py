"""Heads in a line, a table and a sentence."""

from compare.record import HeadLine, Record
from compare.report.heads import EXPLAINED, heads_table, heads_words
from compare.report.show import DASH
from compare.report.step_lines import head_lines
from tests.compare.report.made_run import HEADS


def record(heads: list[HeadLine], two: list[str]) -> Record:
    return Record(
        suite="made", task="induction", size=32, net="sequence_transformer", recipe="selects", seed=0, cell="made",
        status="done", command="synthnet run made", heads=heads, heads_two=two, heads_kept=0.9812,
    )  # fmt: skip


def test_a_head_is_a_line_and_a_row():
    assert head_lines(HEADS).splitlines() == [
        "head.0.0: previous 0.950, matching 0.020, copying 0.400",
        "head.1.0: previous 0.030, matching 0.990, copying 0.970",
        f"chance: previous 0.100, matching {DASH}, copying 0.030",
    ]
    assert head_lines([]) == DASH
    assert heads_table(record(HEADS, [])).rows[1] == ("head.1.0", "0.030", "0.990", "0.970")


def test_what_two_heads_keep_is_told_where_there_are_others():
    two = ["head.0.0", "head.1.0"]
    assert heads_words(record(HEADS, two)) == EXPLAINED
    more = [HeadLine(head="head.0.1", previous=0.1, matching=0.1, copying=0.1), *HEADS]
    assert heads_words(record(more, two)).endswith(
        "head.0.0 and head.1.0 alone, all others at their means, keep 0.981 of what all heads gain."
    )
