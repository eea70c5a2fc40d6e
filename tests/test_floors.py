"""Imports point down: between packages, between the rooms of synth, and in no circle anywhere."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "synth": {"synth"},
    "nets": {"nets"},
    "compare": {"compare", "synth", "nets"},
    "benchmarks": {"benchmarks", "compare", "synth", "nets"},
}
ROOMS = ("language", "library", "checks", "bank", "search", "files", "proofs")  # each imports only those before it
READ = ("compare.record", "compare.criteria", "compare.report")  # by reports: records, and the words for what decides
FILES = {path.relative_to(ROOT): path.read_text() for package in ALLOWED for path in (ROOT / package).rglob("*.py")}


def imported(source: str) -> set[str]:
    """Full names of all modules that the source imports, wherever it does, and of what it takes from them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return names


def trespasses(source: str, allowed: set[str]) -> set[str]:
    """Imports of our own packages that are not allowed; relative imports never are."""
    return {name for name in imported(source) if name.startswith(".") or name.split(".")[0] in set(ALLOWED) - allowed}


def climbs(room: str, source: str) -> set[str]:
    """Imports of a room of synth that run up, to a later room or to the face."""
    names = [name.split(".") for name in imported(source) if name.split(".")[0] == "synth"]
    later = {name[1] for name in names if len(name) > 1 and name[1] in ROOMS[ROOMS.index(room) + 1 :]}
    face = {name[1] for name in names if len(name) > 1 and name[1] not in ROOMS}
    return later | face


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def arrows(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Which modules each module imports, of those given by name and source."""
    graph = {}
    for name, source in files.items():
        found = {other if other in files else other.rpartition(".")[0] for other in imported(source)}
        graph[name] = found & set(files) - {name}
    return graph


def circles(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """A path back to its own beginning for each module that imports itself by way of others."""
    for start in graph:
        paths, seen = [[start]], {start}
        while paths:
            path = paths.pop()
            for name in graph[path[-1]]:
                if name == start:
                    yield [*path, start]
                if name not in seen:
                    seen.add(name)
                    paths.append([*path, name])


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_is_below_it(package: str) -> None:
    files = {path: text for path, text in FILES.items() if path.parts[0] == package}
    assert files
    assert {str(path): found for path, text in files.items() if (found := trespasses(text, ALLOWED[package]))} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_synth_imports_only_the_rooms_before_it(room: str) -> None:
    files = {path: text for path, text in FILES.items() if path.parts[:2] == ("synth", room)}
    assert files
    assert {str(path): found for path, text in files.items() if (found := climbs(room, text))} == {}


def test_synth_is_its_rooms_and_its_face() -> None:
    inside = {path.parts[1] for path in FILES if path.parts[0] == "synth"}
    assert inside == {*ROOMS, "__init__.py"}


def test_nothing_imports_itself_by_way_of_others() -> None:
    assert list(circles(arrows({module_name(path): text for path, text in FILES.items()}))) == []


def test_reports_read_records_and_nothing_else() -> None:
    for path, text in FILES.items():
        if path.parts[:2] == ("compare", "report"):
            ours = {name for name in imported(text) if name.split(".")[0] in ALLOWED}
            assert all(name.startswith(READ) for name in ours), path


def test_a_trespass_is_seen() -> None:
    assert trespasses("def f():\n    from nets.net import Net\n", ALLOWED["synth"]) == {"nets.net.Net"}
    assert trespasses("import benchmarks.run as run", ALLOWED["compare"]) == {"benchmarks.run"}
    assert trespasses("from . import x", ALLOWED["compare"]) == {"..x"}
    assert trespasses("import numpy, compare.view", ALLOWED["compare"]) == set()


def test_a_climb_is_seen() -> None:
    assert climbs("bank", "def f():\n    from synth.search.solve import solve\n") == {"search"}
    assert climbs("bank", "from synth import files") == {"files"}
    assert climbs("bank", "from synth import solve") == {"solve"}
    assert climbs("bank", "from synth.language import types\nimport synth.library.arith") == set()


def test_a_circle_is_seen() -> None:
    files = {"a": "from b import c", "b": "def f():\n    import d", "d": "from a import x", "e": "import a"}
    assert [set(circle) for circle in circles(arrows(files))] == [{"a", "b", "d"}] * 3
    assert list(circles(arrows({**files, "d": "import numpy"}))) == []
