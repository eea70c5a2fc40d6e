"""What the README says works: its files are written, its commands run, its table of fields is the report's."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from compare.report import legend_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+(?: \S+)?)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
WHOLE = "synthnet run quick --out runs/quick"  # a minute and a half: in the slow test


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    script = [sys.executable, "-c", "from benchmarks.cli import main; main()", *words[1:]]
    return subprocess.run(script, cwd=folder, capture_output=True, text=True, timeout=900)


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
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if command.endswith("json"):
            assert {record["verdict"] for record in json.loads(done.stdout)} == {"program", "undetermined"}
    assert (tmp_path / "runs" / "quick" / "report.html").exists()
    assert (tmp_path / "runs" / "mine" / "report.html").exists()


def test_the_net_of_the_readme_is_a_program(tmp_path: Path) -> None:
    write_files(tmp_path)
    done = subprocess.run([sys.executable, "judge_mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("program - ")


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    named = {word for text in re.findall(r"`make ([\w-]+)`", README) for word in [text]}
    named |= {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    assert {"demo", "test"} <= named <= set(targets)


def test_the_fields_of_a_record_are_documented_as_the_report_has_them() -> None:
    assert legend_table().strip() in README


@pytest.mark.slow
def test_the_demo_runs_and_ends_with_its_report(tmp_path: Path) -> None:
    done = run(WHOLE, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "report: " in done.stdout
    assert run("synthnet diff runs/quick runs/quick", tmp_path).returncode == 0
