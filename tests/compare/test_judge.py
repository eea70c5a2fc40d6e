"""The rule: every threshold decides where it alone fails, and a table needs positive evidence."""

from dataclasses import replace

import pytest

from compare.evidence.bits import Bits
from compare.evidence.coverage import Coverage
from compare.evidence.interchange import Interchange
from compare.evidence.substitution import Substitution
from compare.evidence.table import Table
from compare.judge import FORMS, RESIDUES, Evidence, asks_control, judge

TABLE = Table(
    train=None,
    held_out=None,
    chance=None,
    standard_error=None,
    unseen=0,
    refit_random=0.4,
    refit_task=1.0,
    refit_chance=0.017,
    refit_rows=1740,
    width=0.07,
    local_units=0.0,
)
GOOD = Evidence(
    match=1.0,
    substitution=Substitution(
        agreement=1.0,
        low=0.99,
        high=1.0,
        domain=1.0,
        right=1.0,
        variance=0.96,
        control=0.05,
        control_variance=0.0,
        permuted=0.05,
    ),
    interchange=Interchange(r2=0.93, control=-0.5, dictionary=0.97),
    bits=Bits(
        total=2500,
        dictionary=20,
        alignment=2400,
        exceptions=80,
        disagreements=3,
        errors=0.001,
        units_kept=100,
        precision=3,
    ),
    bits_table=20_000.0,
    coverage=Coverage(variance=1.0, answers=1.0),
    table=TABLE,
)


def _with(part: str, **changes: float) -> Evidence:
    return replace(GOOD, **{part: replace(getattr(GOOD, part), **changes)})


def test_everything_passed_is_a_program() -> None:
    assert judge(GOOD, RESIDUES).outcome == "program"


@pytest.mark.parametrize(("exact", "outcome"), [(0.999, "program"), (0.98, "undetermined"), (0.1, "undetermined")])
def test_the_program_itself_in_the_net_is_as_good_as_its_template(exact: float, outcome: str) -> None:
    verdict = judge(_with("substitution", agreement=0.97, exact=exact), RESIDUES)
    assert verdict.outcome == outcome
    assert outcome == "program" or verdict.decided_by == "S"


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        ("match", replace(GOOD, match=0.98)),
        ("coverage", _with("coverage", variance=0.98)),
        ("coverage of answers", _with("coverage", answers=0.98)),
        ("exceptions", _with("bits", errors=0.011)),
        ("S", _with("substitution", agreement=0.98)),
        ("S variance", _with("substitution", variance=0.89)),
        ("S control", _with("substitution", control=0.9)),
        ("D", _with("interchange", r2=0.84)),
        ("D control", _with("interchange", control=0.8)),
        ("B", _with("bits", total=5100)),
        ("B", replace(GOOD, bits_table=70_000.0, bits=replace(GOOD.bits, total=7_100))),
    ],
)
def test_each_criterion_decides_where_it_alone_fails(name: str, evidence: Evidence) -> None:
    verdict = judge(evidence, RESIDUES)
    assert (verdict.outcome, verdict.decided_by) == ("undetermined", name)
    assert verdict.margin < 0


@pytest.mark.parametrize(
    ("total", "control", "outcome", "decided_by"),
    [
        (5100, None, "undetermined", "B"),  # above what a program may take alone, and no control
        (5100, 20_000.0, "program", None),
        (5100, 7000.0, "undetermined", "B control"),
        (9900, 15_000.0, "program", None),
        (10_100, 20_000.0, "undetermined", "B"),
    ],
)
def test_a_code_of_up_to_half_the_table_is_held_against_its_control(
    total: int, control: float | None, outcome: str, decided_by: str | None
) -> None:
    verdict = judge(replace(_with("bits", total=total), bits_control=control), RESIDUES)
    assert verdict.outcome == outcome
    assert decided_by in (None, verdict.decided_by)


@pytest.mark.parametrize(("control", "outcome"), [(6000.0, "program"), (3500.0, "undetermined")])
def test_where_any_units_have_short_codes_the_control_always_says_how_short(control: float, outcome: str) -> None:
    assert asks_control(GOOD.bits, GOOD.bits_table, FORMS)
    assert not asks_control(GOOD.bits, GOOD.bits_table, RESIDUES)
    assert judge(replace(GOOD, bits_control=control), FORMS).outcome == outcome


def test_no_explanation_alone_is_no_table() -> None:
    bare = replace(GOOD, substitution=None, interchange=None, bits=None)
    assert judge(bare, RESIDUES).outcome == "undetermined"


@pytest.mark.parametrize(
    ("held_out", "unseen", "outcome"),
    [(0.018, 2089, "table"), (0.03, 2089, "undetermined"), (0.018, 63, "undetermined")],
)
def test_trained_rows_right_and_the_others_at_chance_is_a_table(held_out: float, unseen: int, outcome: str) -> None:
    table = replace(TABLE, train=1.0, held_out=held_out, chance=0.017, standard_error=0.0028, unseen=unseen)
    assert judge(replace(GOOD, match=0.41, table=table), RESIDUES).outcome == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"refit_random": 1.0, "refit_task": 0.012}, "table"),
        ({"refit_random": 1.0, "refit_task": 0.9}, "undetermined"),
        ({"refit_random": 0.6, "refit_task": 0.012}, "undetermined"),
        ({"local_units": 0.95, "refit_task": 0.012}, "table"),
        ({"local_units": 0.95, "refit_task": 0.4}, "undetermined"),
        ({"refit_random": 1.0, "refit_task": 0.012, "refit_rows": 12}, "undetermined"),
        ({"refit_random": 1.0, "refit_task": 0.98, "refit_chance": 0.98}, "undetermined"),
        ({"local_units": 0.5}, "undetermined"),
    ],
)
def test_a_layer_that_would_serve_any_table_is_one(changes: dict[str, float], outcome: str) -> None:
    failed = replace(_with("substitution", agreement=0.02), table=replace(TABLE, **changes))
    assert judge(failed, RESIDUES).outcome == outcome


def test_bits_alone_say_nothing_of_a_small_size() -> None:
    dear = _with("bits", total=5100)
    small = judge(replace(dear, bits_table=16_000.0), RESIDUES)
    assert small.reason.startswith(
        "cannot be told at this size: the code takes 0.319 of the table's bits (at most 0.25)"
    )
    assert "p >= 59" in small.reason
    assert judge(dear, RESIDUES).reason.startswith("not shown to be a program: the code takes 0.255")
    also = replace(dear, bits_table=16_000.0, match=0.9)
    assert judge(also, RESIDUES).reason.startswith("not shown to be a program: the net is right on 0.9")
