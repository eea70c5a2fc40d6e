"""What stands of earlier runs: a record under another name, one that says less, and what the suite expects now."""

from pathlib import Path

import msgspec
import numpy as np
from test_run import Notes

from benchmarks.fingerprint import made_from
from benchmarks.programs import search_key
from benchmarks.standing import renew, standing
from benchmarks.store import arrays_of, read_records, write_cell
from benchmarks.suite import read_suite
from compare.record import Record
from nets.checkpoint import load_arrays

SUITE = """
name = "tiny"
doc = "x"
[[cells]]
task = "mod_add"
sizes = [23]
recipe = "clock"
seeds = [0, 1]
expected = "not table"
"""


def test_records_of_just_the_same_stand_under_a_new_name_and_say_what_is_so_now(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(SUITE)
    cells = read_suite(str(tmp_path / "suite.toml")).cells
    prints = {cell.name: made_from(cell) for cell in cells}
    fields = {"suite": "tiny", "task": "plus", "size": 23, "net": "clock", "recipe": "clock", "expected": "program"}
    made = prints[cells[0].name]
    old = Record(cell="plus-0", seed=0, made_from=made, arrays=arrays_of("plus-0"), program="(old)", **fields)
    write_cell(tmp_path, old, {"a": np.arange(3)})
    write_cell(tmp_path, Record(cell="plus-1", seed=1, made_from={**made, "answers": "other"}, **fields), {})
    notes = Notes()
    assert standing(tmp_path, cells, prints, notes) == {cells[0].name}
    assert notes.notes == [f"plus-0 is now called {cells[0].name}"]
    renew(tmp_path, cells, {search_key("mod_add"): {"23": {"program_statement": "none"}}})
    records = read_records(tmp_path).records
    assert set(records) == {cells[0].name, "plus-1"}
    new = records[cells[0].name]
    assert (new.task, new.expected, new.program, new.program_statement) == ("mod_add", "not table", None, "none")
    assert load_arrays(tmp_path / str(new.arrays))["a"].tolist() == [0, 1, 2]
    assert [path.name for path in (tmp_path / "arrays").iterdir()] == [f"{cells[0].name}.npz"]


def test_a_record_that_does_not_say_what_it_was_made_from_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(SUITE)
    cells = read_suite(str(tmp_path / "suite.toml")).cells
    prints = {cell.name: made_from(cell) for cell in cells}
    fields = {"suite": "tiny", "task": "mod_add", "size": 23, "net": "clock", "recipe": "clock", "seed": 0}
    whole = Record(cell=cells[0].name, made_from=prints[cells[0].name], **fields)
    notes = Notes()
    write_cell(tmp_path, whole, {})
    assert standing(tmp_path, cells, prints, notes) == {cells[0].name}
    write_cell(tmp_path, msgspec.structs.replace(whole, made_from={}), {})
    assert standing(tmp_path, cells, prints, notes) == set()
    assert notes.notes == ["records of an earlier version do not say what they were made from: 1 cell done again"]
