"""Imports point down: synth and nets know neither each other nor what is above them, compare knows no benchmarks."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "synth": {"synth"},
    "nets": {"nets"},
    "compare": {"compare", "synth", "nets"},
    "benchmarks": {"benchmarks", "compare", "synth", "nets"},
}
REPORT = {"compare"}  # reports read records only


def imported(source: str) -> set[str]:
    """Full names of all modules that the source imports, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def trespasses(source: str, allowed: set[str]) -> set[str]:
    """Imports of our own packages that are not allowed; relative imports never are."""
    return {name for name in imported(source) if name.startswith(".") or name.split(".")[0] in set(ALLOWED) - allowed}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_is_below_it(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(path): found for path in files if (found := trespasses(path.read_text(), ALLOWED[package]))}
    assert wrong == {}


def test_reports_read_records_and_nothing_else() -> None:
    for path in (ROOT / "compare" / "report").rglob("*.py"):
        ours = {name for name in imported(path.read_text()) if name.split(".")[0] in ALLOWED}
        assert all(name == "compare.record" or name.startswith("compare.report") for name in ours), path


def test_a_trespass_is_seen() -> None:
    assert trespasses("def f():\n    from nets.net import Net\n", ALLOWED["synth"]) == {"nets.net"}
    assert trespasses("import benchmarks.run as run", ALLOWED["compare"]) == {"benchmarks.run"}
    assert trespasses("from . import x", ALLOWED["compare"]) == {"."}
    assert trespasses("import numpy, compare.view", ALLOWED["compare"]) == set()
