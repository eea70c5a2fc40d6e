"""The command: what it prints, its exit status, and one sentence for each mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.cli import main
from benchmarks.listing import LISTINGS
from benchmarks.names import counted, cut, matching
from benchmarks.recipe import RecipeFile
from benchmarks.store import Identity, write_record, write_text
from benchmarks.suite import Group
from compare.record import REQUIRED, Record
from synth import LIBRARIES


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def sentence(result: Result) -> str:
    """The one line that a refusal writes."""
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0].removeprefix("Error: ")


def run_folder(folder: Path, **changes) -> Path:
    """A run directory with two records, the suite's order not the alphabet's."""
    import msgspec

    names = ("b", "a")
    identity = Identity(suite="tiny", command="synthnet run tiny", cells=names)
    write_text(folder / "suite.json", msgspec.json.encode(identity).decode())
    for name in names:
        extra = changes if name == "a" else {}
        fields = {"verdict": "program", "s_agreement": 0.995, "seconds_train": 1.0, **extra}
        write_record(
            folder,
            Record(suite="tiny", task="mod_add", size=23, net="mlp", recipe="clock", seed=0, cell=name, **fields),
        )
    return folder


@pytest.mark.parametrize("what", LISTINGS)
def test_every_listing_has_a_name_and_a_sentence_a_line(what: str) -> None:
    result = call("list", what)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert all(len(line.split()) > 1 for line in result.stdout.splitlines())
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert len(names) == len(set(names))


def test_libraries_are_listed_with_the_types_that_they_give_and_primitives_with_theirs() -> None:
    lines = call("list", "libraries").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(LIBRARIES)
    assert "  choice         [bool, int] Comparisons of integers, and the choice between two integers." in lines
    primitives = call("list", "primitives").stdout
    assert (
        "  add             (int, int) -> int: Sum of two integers. [arith, integers, loops, trigonometric]\n"
        in primitives
    )
    whole = call("list").stdout.splitlines()
    assert [line.removesuffix(":") for line in whole if not line.startswith(" ")] == list(LISTINGS)


def test_keys_are_those_of_the_files_with_what_is_left_out() -> None:
    lines = dict(line.split(maxsplit=1) for line in call("list", "keys").stdout.splitlines())
    assert {f"cells.{field}" for field in Group.__struct_fields__} < set(lines)
    assert {f"recipe.{field}" for field in RecipeFile.__struct_fields__} < set(lines)
    assert lines["cells.task"].startswith("[needed] A task by its name")
    assert lines["cells.seeds"].startswith("[[0] when left out] ")
    assert lines["recipe.labels"].startswith('["true" when left out] ')
    assert all(sentence.endswith(".") for sentence in lines.values())


@pytest.mark.parametrize("words", [("list",), ("list", "primitives"), ("show", "mod_add"), ("--help",)])
def test_a_reader_that_has_enough_ends_the_command_quietly(words: tuple[str, ...]) -> None:
    code = "import sys; from benchmarks.cli import main; main(sys.argv[1:])"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code, *words], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.stderr == ""


def test_what_click_refuses_is_one_sentence_too(tmp_path: Path) -> None:
    assert sentence(call("run", "quick", "--jobs", "0")) == (
        "invalid value for '--jobs': 0 is not in the range x>=1; `synthnet run --help` says what it takes"
    )
    assert sentence(call("show")) == "missing argument 'TASK'; `synthnet show --help` says what it takes"
    assert sentence(call("--nope")) == "no such option '--nope'; `synthnet --help` says what it takes"
    assert "Commands:" in call().output
    (tmp_path / "mine.toml").touch()
    said = sentence(call("check", f"{tmp_path}/mine.toml"))
    assert said.endswith("mine.toml: expected a Python file, whose name ends in .py, got .toml")


MANY = """
from benchmarks.tasks import Task
from synth import INT, BOOL, Fn

ONE = Task(name="one", doc="The first.", type=Fn((INT, INT), INT), oracle=lambda n, a, b: a, sizes=(9,),
           values=lambda n: n, classes=lambda n: n, library=("arith",))
"""
TWO = """
TWO = Task(name="two", doc="Whether equal.", type=Fn((INT, INT), BOOL), oracle=lambda n, a, b: a == b, sizes=(9,),
           values=lambda n: n, classes=lambda n: 2, library=("choice",))
"""


def test_show_takes_a_file_with_one_task_and_lists_several(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MANY)
    assert call("show", str(path)).stdout == call("show", f"{path}:ONE").stdout
    path.write_text(MANY + TWO)
    assert call("show", str(path)).stdout.splitlines() == [f"{path}:ONE  The first.", f"{path}:TWO  Whether equal."]
    path.write_text("x = 1")
    assert "expected a Task at the top of the module, found none" in sentence(call("show", str(path)))


def test_show_says_which_extractors_can_judge(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MANY + TWO)
    assert "  judged     by integers, units\n" in call("show", f"{tmp_path}/mine.py:ONE").stdout
    assert "  judged     by groups, residues, attention, units\n" in call("show", "mod_add").stdout
    assert "  judged     by boolean, forms, units\n" in call("show", "parity3").stdout
    assert "  judged     by units\n" in call("show", f"{tmp_path}/mine.py:TWO").stdout


def test_show_says_what_is_asked() -> None:
    result = call("show", "mod_add")
    assert result.exit_code == 0
    assert "mod_add: a + b mod p." in result.stdout
    assert "(9, 4) -> 13" in result.stdout


def test_names_that_do_not_exist_name_the_nearest() -> None:
    assert sentence(call("show", "mod_sud")) == "unknown task 'mod_sud'; did you mean 'mod_sub'?"
    assert sentence(call("list", "tusks")) == "unknown value of WHAT 'tusks'; did you mean 'tasks'?"
    assert sentence(call("rum")) == "unknown command 'rum'; did you mean 'run'?"
    assert sentence(call("run", "quik")).startswith("unknown suite 'quik'; did you mean 'quick'?")
    assert sentence(call("run", "quick", "--only", "mod_ad-59")).startswith("unknown cell 'mod_ad-59'; did you mean")


def test_directories_that_hold_no_run_are_refused(tmp_path: Path) -> None:
    assert "expected a run directory with suite.json, found none" in sentence(call("report", str(tmp_path)))
    run_folder(tmp_path)
    assert "got one of 'tiny'; give another --out" in sentence(call("run", "quick", "--out", str(tmp_path)))
    said = sentence(call("report", str(tmp_path), "--format", "jsn"))
    assert said == "unknown value of --format 'jsn'; did you mean 'json'?"


def test_a_file_in_the_way_of_the_run_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = sentence(call("run", "quick", "--out", str(tmp_path / "file" / "x")))
    assert said.endswith("x: expected a place for a directory, got a file on the way; give another --out")


def test_a_file_that_is_not_there_is_said_without_a_suite(tmp_path: Path) -> None:
    said = sentence(call("show", f"{tmp_path}/gone.py:TASK"))
    assert said.endswith("gone.py, found none; check the path before the colon")


def test_charts_of_the_cells_that_match_as_only_does(tmp_path: Path) -> None:
    run_folder(tmp_path)
    said = sentence(call("report", str(tmp_path), "--charts", "zzz"))
    assert said == "unknown cell 'zzz'; known: b, a"
    assert not (tmp_path / "report.html").exists()
    assert matching("cell", "lock", ["a-clock-s0", "a-pizza-s0"]) == ["a-clock-s0"]
    assert matching("cell", "*clock", ["a-clock", "a-clock-s0"]) == ["a-clock"]
    assert call("report", str(tmp_path), "--charts", "a").exit_code == 0
    assert list((tmp_path / "charts").glob("*.svg"))


def test_a_run_without_a_whole_record_has_no_report(tmp_path: Path) -> None:
    run_folder(tmp_path)
    for name in "ab":
        (tmp_path / "records" / f"{name}.json").write_text("{")
    result = call("report", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith("expected a whole record, found none; `synthnet run` makes them")
    assert not (tmp_path / "report.html").exists()


def test_one_is_singular() -> None:
    assert [counted(number, "cell") for number in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]


def test_report_as_json_is_one_list_in_the_suite_s_order_with_every_field(tmp_path: Path) -> None:
    result = call("report", str(run_folder(tmp_path)), "--format", "json")
    assert result.exit_code == 0
    records = json.loads(result.stdout)
    assert [record["cell"] for record in records] == ["b", "a"]
    wanted = (
        "suite task size net recipe seed verdict decided_by formula program match_train match_test match_domain "
        "s_agreement s_variance s_control d_r2 d_control bits_total bits_formula bits_table bits_weights bits_program "
        "refit_random seconds_train seconds_judge"
    )
    assert set(records[0]) >= {*wanted.split(), *REQUIRED}


def test_report_leaves_damaged_records_out_and_says_so(tmp_path: Path) -> None:
    run_folder(tmp_path)
    (tmp_path / "records" / "a.json").write_text("{")
    result = call("report", str(tmp_path), "--format", "json")
    assert [record["cell"] for record in json.loads(result.stdout)] == ["b"]
    assert "damaged record" in result.stderr
    assert (tmp_path / "records" / "a.json").exists()


@pytest.mark.parametrize(("kind", "file"), [("html", "report.html"), ("md", "report.md"), ("latex", "report.tex")])
def test_report_writes_a_file_and_prints_its_path(tmp_path: Path, kind: str, file: str) -> None:
    result = call("report", str(run_folder(tmp_path)), "--format", kind)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(tmp_path / file)
    assert "mod_add" in (tmp_path / file).read_text().replace("\\", "")


def test_diff_names_what_changed_and_not_the_seconds(tmp_path: Path) -> None:
    one, same, other = (
        run_folder(tmp_path / name, **changes)
        for name, changes in (("1", {}), ("2", {"seconds_train": 9.0}), ("3", {"verdict": "table"}))
    )
    assert call("diff", str(one), str(same)).exit_code == 0
    result = call("diff", str(one), str(other))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["a: verdict: program -> table", "1 difference"]
    (other / "records" / "b.json").unlink()
    assert "b: only in the first run" in call("diff", str(one), str(other)).stdout


def test_help_and_listing_tasks_need_no_jax() -> None:
    lines = (
        "import sys; from benchmarks.cli import main",
        "try: main(['{}'])",
        "except SystemExit: pass",
        "assert 'jax' not in sys.modules",
    )
    code = "\n".join(lines)
    for words in ("--help", "list', 'recipes"):
        subprocess.run([sys.executable, "-c", code.format(words)], check=True, capture_output=True)


def test_what_is_too_long_for_a_line_is_cut_and_says_so() -> None:
    assert cut("short") == "short"
    assert cut("x" * 400) == "x" * 400
    assert cut("x" * 6000) == "x" * 399 + "… (6,000 characters)"
