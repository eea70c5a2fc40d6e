"""A suite: a TOML file of groups, expanded to cells. A cell is one net to be made, read and judged."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from benchmarks.cell import Cell
from benchmarks.controls import control_named
from benchmarks.names import unknown
from benchmarks.program import check_task
from benchmarks.recipe import Prepared, build, prepare, read_recipe, training
from benchmarks.resolve import net_of, task_of
from benchmarks.strict import Key, convert, read_toml, said
from benchmarks.tasks import Task
from benchmarks.twins import refuse_same, told_apart

FOLDER = Path(__file__).parent / "suites"
VERDICTS = ("program", "table", "undetermined")
LARGEST_SEED = 2**31 - 1


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cells that differ by size and seed alone."""

    task: Key[str, said("A task by its name, or file.py:NAME, the file beside the suite.")]
    sizes: Key[tuple[int, ...], said("The task's sizes; one net for each size and seed.")]
    recipe: Key[
        str | None, said("A recipe by its name, or a .toml file; without it, the usual one for the task's types.")
    ] = None
    net: Key[
        str | None,
        said(
            "An architecture by its name, or file.py:NAME of a Net or of a function that makes one; without it, the "
            "task's usual one. A control brings its own."
        ),
    ] = None
    seeds: Key[tuple[int, ...], said("Of everything random: the parameters, the split, the batches.")] = (0,)
    checkpoints: Key[
        int | None, said("How many checkpoints of training are measured too, step 0 first; the recipe's without it.")
    ] = None
    expected: Key[
        str | None,
        said(
            "The verdict that is known beforehand: program, table, undetermined, not VERDICT, or several joined by or."
        ),
    ] = None


class SuiteFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a suite's file holds."""

    name: Key[str, said("The suite's name, and its run directory's under runs/.")]
    doc: Key[str, said("What the suite is for, in a line.")]
    cells: Key[tuple[dict, ...], said("One table [[cells]] for each group of nets.")]


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """A suite's name, its line of description and its cells in the order of the file."""

    name: str
    doc: str
    path: str
    cells: tuple[Cell, ...]


def suite_names() -> list[str]:
    """The suites that come with us."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_suite(name: str) -> Suite:
    """A suite of ours by its name, or a user's file by its path; ValueError says in one sentence what is wrong."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in suite_names():
        raise ValueError(unknown("suite", name, suite_names()) + "; a suite of your own is named by its .toml file")
    if not path.is_file():
        raise ValueError(f"{path}: expected a suite file, found none")
    file = convert(read_toml(path), SuiteFile, str(path))
    if not file.cells:
        raise ValueError(f"{path}: expected at least one group [[cells]], got none")
    if not file.name or file.name.startswith(".") or "/" in file.name:
        raise ValueError(
            f"{path}: expected a name fit for a directory, without '/' or a dot in front, got {file.name!r}"
        )
    cells: list[Cell] = []
    checked: set[str] = set()
    for number, content in enumerate(file.cells, start=1):
        where = f"{path}, group {number} of [[cells]]"
        cells += expand(file.name, path.parent, convert(content, Group, where), where, checked)
    cells = told_apart(cells)
    refuse_same(path, cells)
    return Suite(name=file.name, doc=file.doc, path=str(path), cells=tuple(cells))


def expand(suite: str, folder: Path, group: Group, where: str, checked: set[str]) -> list[Cell]:
    """The group's cells, every name in it looked up and every option checked; `checked` tasks are known to be sound."""
    for key in ("sizes", "seeds"):
        if not getattr(group, key):
            raise ValueError(f"{where}: expected at least one number for the key {key!r}, got none")
    for seed in group.seeds:
        if not 0 <= seed <= LARGEST_SEED:
            raise ValueError(f"{where}: expected seeds in 0 .. {LARGEST_SEED}, got {seed}")
    try:
        check_expected(group.expected)
        if group.task not in checked:
            check_task(task_of(group.task, folder), min(group.sizes))
            checked.add(group.task)
        return [cell_of(suite, folder, group, size, seed) for size in group.sizes for seed in group.seeds]
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def cell_of(suite: str, folder: Path, group: Group, size: int, seed: int) -> Cell:
    task = task_of(group.task, folder)
    task.check(size)
    name = group.recipe or task.usual_recipe(size)
    recipe = read_recipe(name, folder)
    net = group.net or (None if recipe.control else task.usual_net(size))
    short = "closed" if net is None else net.rpartition(":")[2].lower()
    prepared = followed(prepare(name, recipe, task, size, short), group.checkpoints)
    if prepared.control is not None:
        if group.net is not None:
            raise ValueError(f"the recipe {name!r} is a control and brings its own net; remove the key 'net'")
        control_named(prepared.control).check(task, size)
    else:
        assert net is not None
        if not prepared.untrained:
            training(prepared)
        task.check_labels(prepared.labels, prepared.fixed)
        task.trained_rows(size, prepared.fraction)
        refuse_checkpoints(task, prepared)
        for each in prepared.nets():
            build(net_of(net, folder), each, task, size)
    return Cell(
        suite=suite,
        folder=str(folder.resolve()),
        name="",  # when it is known what else the suite holds
        task=group.task,
        label=task.name,
        size=size,
        net=net,
        net_label=short,
        recipe=prepared,
        recipe_file=name,
        recipe_label=prepared.name,
        seed=seed,
        expected=group.expected,
    )


def followed(recipe: Prepared, checkpoints: int | None) -> Prepared:
    """The recipe with so many checkpoints in place of its own; ValueError where nothing is trained."""
    if checkpoints is None:
        return recipe
    if recipe.control is not None or recipe.untrained:
        raise ValueError(
            f"recipe {recipe.name!r}: expected no checkpoints, since nothing is trained by it; remove the key "
            "'checkpoints'"
        )
    return replace(recipe, train=recipe.train | {"checkpoints": checkpoints})


def refuse_checkpoints(task: Task, recipe: Prepared) -> None:
    """ValueError where training is to be traced and a whole domain is read, of which no rows are trained on."""
    if task.train is not None and task.listed and recipe.train.get("checkpoints"):
        raise ValueError(
            f"recipe {recipe.name!r}: expected no checkpoints for task {task.name!r}, whose batches are drawn afresh "
            "while its whole table is read; leave them out, or give the task samples to `test` on"
        )


def check_expected(expected: str | None) -> None:
    for verdict in [] if expected is None else expected.removeprefix("not ").split(" or "):
        if verdict not in VERDICTS:
            raise ValueError(unknown("expected verdict", verdict, VERDICTS))
