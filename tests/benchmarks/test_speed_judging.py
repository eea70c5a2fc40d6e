"""Judging beside another checkout: the ratio is the median's, and a changed verdict fails."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.speed import judging


@pytest.mark.parametrize(
    ("seconds", "verdict", "code", "said"),
    [
        (1.0, "program", 0, "median ratio 1.00"),
        (1.2, "program", 1, "median ratio 1.20"),
        (0.5, "table", 1, "program -> table"),
    ],
)
def test_slower_judging_and_changed_verdicts_fail(monkeypatch, tmp_path, seconds, verdict, code, said):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "one.json").write_text("{}")
    ours = Path(judging.__file__).parents[2]

    def judged(checkout: Path, run: Path, names: list[str]) -> judging.Judged:
        assert (run, names) == (tmp_path, ["one"])
        return {"one": (seconds, verdict) if checkout == ours else (1.0, "program")}

    monkeypatch.setattr(judging, "judged", judged)
    done = CliRunner().invoke(judging.main, [str(tmp_path), "--against", str(tmp_path)])
    assert (done.exit_code, said in done.output) == (code, True)
    assert CliRunner().invoke(judging.main, [str(tmp_path)]).exit_code == 0


@pytest.mark.slow
def test_a_net_made_by_hand_is_judged_in_a_process_of_its_own(tmp_path):
    (tmp_path / "suite.json").write_text('{"suite": "quick"}')
    found = judging.judged(Path(judging.__file__).parents[2], tmp_path, ["mod_add-59-closed-pizza-s0"])
    assert list(found) == ["mod_add-59-closed-pizza-s0"]
    assert found["mod_add-59-closed-pizza-s0"][1] == "program"
