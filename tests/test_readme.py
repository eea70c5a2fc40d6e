"""What the README says works: its files are written, its commands run, and what is generated in it is up to date."""

import ast
import contextlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from benchmarks.cli import main as cli
from benchmarks.readme import DEMO, PAGES, main, parts, rewritten, stored_demo
from benchmarks.store import Identity, read_records, write_record, write_text
from benchmarks.suite import read_suite
from compare.criteria import CRITERIA
from compare.report.terms import value
from compare.report.verdicts import outcome

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+(?: \S+)?)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
WHOLE = "synthnet run quick --out runs/quick"  # a minute and a half: in the slow test


def run(command: str, folder: Path) -> Result:
    """A command of `synthnet` in a folder, without a process of its own."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(cli, shlex.split(command)[1:])


def write_files(folder: Path) -> None:
    for kind, text in BLOCKS:
        inside = re.match(r"# (\S+\.(?:py|toml))\n", text)
        name = kind.partition(" ")[2] or (inside[1] if inside and kind in ("python", "toml") else "")
        if name:
            (folder / name).write_text(text)


def test_every_command_of_the_readme_works(tmp_path: Path) -> None:
    write_files(tmp_path)
    ours = [command for command in COMMANDS if command.startswith("synthnet") and command != WHOLE]
    assert len(ours) >= 7
    for command in sorted(ours, key=lambda text: "run" not in text.split()[1]):
        done = run(command, tmp_path)
        assert done.exit_code == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if command.endswith("json"):
            records = json.loads(done.stdout)
            assert {record["verdict"] for record in records} == {"program", "undetermined"}
            assert {record["same_function"] for record in records} == {"equal", None}
    assert (tmp_path / "runs" / "quick" / "report.html").exists()
    assert (tmp_path / "runs" / "mine" / "report.html").exists()


def test_the_net_of_the_readme_is_a_program(tmp_path: Path) -> None:
    write_files(tmp_path)
    done = subprocess.run([sys.executable, "judge_mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("program - ")
    assert "`synthnet report runs/own`" in README
    assert run("synthnet report runs/own", tmp_path).exit_code == 0
    page = (tmp_path / "runs" / "own" / "report.html").read_text()
    assert "a + b modulo 59." in page
    assert '<pre class="program">(mod (add a b) p)</pre>' in page


def test_the_programs_of_the_readme_are_compared(tmp_path: Path) -> None:
    write_files(tmp_path)
    done = subprocess.run([sys.executable, "compare_two.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [line.partition(" ")[0].strip(":,") for line in done.stdout.splitlines()] == [
        "equal",
        "different",
        "equal",
        "different",
    ]


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    named = {word for text in re.findall(r"`make ([\w-]+)`", README) for word in [text]}
    named |= {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    assert {"demo", "test"} <= named <= set(targets)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_generated_is_as_the_code_and_the_stored_figures_have_it(page: str) -> None:
    text = (ROOT / page).read_text()
    assert rewritten(text, parts(stored_demo(ROOT))) == text, "make readme writes it anew"
    marks = re.findall(r"<!-- (\w+): make readme -->", text)
    assert marks
    assert marks == re.findall(r"<!-- end of (\w+) -->", text)


def test_every_generated_part_is_on_a_page_and_a_changed_one_is_seen() -> None:
    made = parts(stored_demo(ROOT))
    text = "".join((ROOT / page).read_text() for page in PAGES)
    assert all(part in text for part in made.values())
    assert "| S control |" in made["criteria"]
    assert rewritten(README, made | {"demo": "other"}) != README


def test_the_pages_are_written_from_the_records_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for page in PAGES:
        (tmp_path / page).write_text((ROOT / page).read_text().replace("aliased_clock", "stale"))
    run_folder = tmp_path / "runs"
    records = stored_demo(ROOT)
    identity = Identity(suite="quick", command="", cells=tuple(record.cell for record in records))
    write_text(run_folder / "suite.json", msgspec.json.encode(identity).decode())
    for record in records:
        write_record(run_folder, record)
    main(tmp_path, run_folder)
    for page in (*PAGES, DEMO):
        assert (tmp_path / page).read_text() == (ROOT / page).read_text()


def test_the_suite_of_the_page_on_suites_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "suites.md").read_text()
    (tmp_path / "smallest.toml").write_text(re.findall(r"^```toml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)[0])
    assert [cell.name for cell in read_suite(str(tmp_path / "smallest.toml")).cells] == [
        "mod_add-59-mlp-usual_residues-s0"
    ]


def test_every_criterion_that_judge_can_name_is_explained() -> None:
    named = set()
    for node in ast.walk(ast.parse((ROOT / "compare" / "judge.py").read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Criterion", "_at_least", "_at_most")
        ):
            given = [word.value for word in node.keywords if word.arg == "name"] or node.args[:1]
            named |= {word.value for word in given if isinstance(word, ast.Constant)}
    assert named == set(CRITERIA)
    assert all(sentence.endswith(".") for sentence in CRITERIA.values())


def near(shown: float, found: float) -> bool:
    """Whether two figures may be of two machines: last digits differ, and those of trained nets a little more."""
    return abs(shown - found) <= 0.05 and abs(shown - found) <= 0.25 * max(shown, found, 0.04)


def test_how_near_a_figure_has_to_be() -> None:
    assert near(0.949, 0.951)
    assert near(0.014, 0.016)
    assert near(-0.004, 0.002)
    assert not near(0.104, 0.014)
    assert not near(0.949, 0.89)


@pytest.mark.slow
def test_the_demo_ends_with_the_table_of_the_readme(tmp_path: Path) -> None:
    done = run(WHOLE, tmp_path)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "report: runs/quick/report.html" in done.stdout
    found = {record.cell: record for record in read_records(tmp_path / "runs" / "quick").records.values()}
    for record in stored_demo(ROOT):
        other = found[record.cell]
        assert (outcome(record), record.expected, record.seed) == (outcome(other), other.expected, other.seed)
        bits = ("bits_ratio",) if outcome(record) != "undetermined" else ()  # which code is shortest hangs by a hair
        for name in ("s_agreement", "d_r2", "match_domain", *bits):
            assert near(value(record, name), value(other, name)), (record.cell, name)
    assert run("synthnet diff runs/quick runs/quick", tmp_path).exit_code == 0
