"""The measure of the 62 stream tasks."""

import pytest

from benchmarks import loops
from benchmarks.speed.synth import mips
from benchmarks.speed.synth.section import Options


def test_a_row_a_task_with_its_program_and_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mips, "MIPS62", tuple(row for row in mips.MIPS62 if row.name in ("Bitwise_Not", "Sum_Last4")))
    monkeypatch.setattr(loops, "FRESH", 50)
    section = mips.run(Options(), lambda text: None)
    assert [row[0] for row in section.rows] == ["Bitwise_Not", "Sum_Last4"]
    assert {row[1:5] for row in section.rows} == {("yes",) * 4}
    assert "sum(ss)" in section.rows[1][-1] or "sum(ws)" in section.rows[1][-1]
    assert section.figures[0].value == 2
    assert section.figures[0].short  # of 60
