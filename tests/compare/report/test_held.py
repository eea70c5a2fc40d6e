"""Variables on the way, in a line and in tables."""

from compare.record import HeldLine
from compare.report.held import held_table, sites_table
from compare.report.show import DASH
from compare.report.step_lines import held_lines

DEPTH = HeldLine(
    variable="depth", number=True, site="resid.0", dimensions=1, decoded=0.99996, followed=1.0, control=0.125,
    decoded_at={"embed": 0.25, "resid.0": 0.99996}, followed_at={"embed": 0.5, "resid.0": 1.0},
)  # fmt: skip
NODE = HeldLine(
    variable="node", site="embed", dimensions=7, decoded=0.5, followed=None, control=None,
    decoded_at={"embed": 0.5}, followed_at={"embed": None},
)  # fmt: skip


def test_a_line_says_where_and_how_well():
    assert held_lines([DEPTH, NODE]).splitlines() == [
        "depth in resid.0, 1 dimension: decoded 0.9999, followed 1.000 (control 0.125)",
        f"node in embed, 7 dimensions: decoded 0.500, followed {DASH} (control {DASH})",
    ]
    assert held_lines([]) == DASH


def test_tables_have_a_row_a_variable_and_a_row_for_each_site():
    assert held_table([DEPTH, NODE]).rows == [
        ("depth", "resid.0", "1", "0.9999", "1.000", "0.125"),
        ("node", "embed", "7", "0.500", DASH, DASH),
    ]
    assert sites_table([DEPTH, NODE]).rows == [
        ("depth", "embed", "0.250", "0.500"),
        ("depth", "resid.0", "0.9999", "1.000"),
        ("node", "embed", "0.500", DASH),
    ]
