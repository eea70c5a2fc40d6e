"""Names of cells: tasks, nets and recipes that are called the same are told apart by where they are from."""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from benchmarks.cell import Cell
from benchmarks.resolve import is_reference

UNFIT = re.compile(r"[^\w.,:=@+-]")  # in the name of a file
LONGEST = 120  # characters of a name
SUFFIXES = (".py", ".toml")


def told_apart(cells: Sequence[Cell]) -> list[Cell]:
    """The cells with labels and names of their own; only the same cell twice still shares a name."""
    task = labels(cells, lambda cell: cell.label, lambda cell: cell.task)
    net = labels(cells, lambda cell: cell.net_label, lambda cell: cell.net or "")
    recipe = labels(cells, lambda cell: cell.recipe_label, lambda cell: cell.recipe_file)
    known = [
        msgspec.structs.replace(cell, label=task[i], net_label=net[i], recipe_label=recipe[i])
        for i, cell in enumerate(cells)
    ]
    full = [whole_name(cell) for cell in known]
    sharing: dict[str, set[str]] = {}
    for name in full:
        sharing.setdefault(file_name(name), set()).add(name)
    return [
        msgspec.structs.replace(cell, name=file_name(name, certain=len(sharing[file_name(name)]) > 1))
        for cell, name in zip(known, full, strict=True)
    ]


def whole_name(cell: Cell) -> str:
    return "-".join((cell.label, str(cell.size), cell.net_label, cell.recipe_label, f"s{cell.seed}"))


def file_name(text: str, *, certain: bool = False) -> str:
    """The text, fit for a file's name; what was changed ends in a few digits of its own where it has to be `certain`,
    and where it was cut."""
    fit = UNFIT.sub("_", text)
    if (certain and fit != text) or len(fit.encode()) > LONGEST:
        return f"{fit.encode()[:LONGEST].decode(errors='ignore')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    return fit


def labels(cells: Sequence[Cell], name: Callable[[Cell], str], source: Callable[[Cell], str]) -> list[str]:
    """What each cell's task, net or recipe is called; with where it is from if another one has the same name."""
    sources: dict[str, dict[str, str]] = {}  # name -> place -> as the suite says it, the first time
    for cell in cells:
        sources.setdefault(name(cell), {}).setdefault(place(source(cell), cell.folder), source(cell))
    return [
        placed(name(cell), sources[name(cell)][place(source(cell), cell.folder)], list(sources[name(cell)].values()))
        for cell in cells
    ]


def place(source: str, folder: str) -> str:
    """The source with its file's whole path, which it may be given in several ways."""
    file, colon, name = source.rpartition(":") if is_reference(source) else (source, "", "")
    return f"{(Path(folder) / file).resolve()}{colon}{name}" if file.endswith(SUFFIXES) else source


def placed(name: str, own: str, sources: Sequence[str]) -> str:
    """The name with the shortest part of its source that no other one of the same name shares."""
    if len(sources) == 1:
        return name
    each = [parts(source) for source in sources]
    shortest = next(i for i in range(3) if len({known[i] for known in each}) == len(each))
    return f"{name}@{parts(own)[shortest]}"


def parts(source: str) -> tuple[str, str, str]:
    """The file of a task or net, or the folder of a recipe; the name in the file; all of it."""
    file, _, name = source.rpartition(":") if is_reference(source) else ("", "", source)
    if source.endswith(".toml"):
        return Path(source).parent.name or "here", Path(source).stem, source.removesuffix(".toml")
    return Path(file).stem or "ours", name, source.replace(".py:", ":")


def refuse_same(path: Path, cells: Sequence[Cell]) -> None:
    """ValueError for the same cell twice."""
    seen: set[str] = set()
    for cell in cells:
        if cell.name in seen:
            raise ValueError(f"{path}: expected every cell once, got {cell.name!r} twice; remove one of the groups")
        seen.add(cell.name)
