"""What the engine adds to an assessment: the net's program beside the synthesizer's."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from benchmarks.engine import compared
from benchmarks.suite import read_suite
from benchmarks.tasks.residues import MOD_ADD
from compare.programs import in_words

SUITE = """
name = "one"
doc = "One net."
[[cells]]
task = "mod_add"
sizes = [23]
recipe = "grokked"
"""


@pytest.mark.parametrize("labels", ["true", "random"])
def test_programs_are_compared_where_the_synthesizer_was_asked_about_these_labels(labels: str, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(SUITE)
    cell = read_suite(str(tmp_path / "one.toml")).cells[0]
    cell = replace(cell, recipe=replace(cell.recipe, labels=labels))
    spec = MOD_ADD.spec(23)
    explanation = SimpleNamespace(program=in_words("Mod(a + b, p)", spec))
    assessment: Any = SimpleNamespace(explanation=explanation, net_agreement=1.0)
    program = {"program": "(mod (add a b) p)"}
    found = compared(assessment, program, spec, MOD_ADD, cell)
    assert found.get("same_function") == ("equal" if labels == "true" else None)
    assert compared(assessment, {}, spec, MOD_ADD, cell) == {}
    assert compared(assessment, program, None, MOD_ADD, cell) == {}
