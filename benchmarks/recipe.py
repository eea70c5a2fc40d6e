"""Recipes as data: how the parameters of a cell's net come about."""

import dataclasses
import inspect
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from benchmarks.names import unknown
from benchmarks.strict import Key, convert, read_toml, said

if TYPE_CHECKING:
    from benchmarks.resolve import Build
    from benchmarks.tasks import Task
    from nets import Net, Recipe

FOLDER = Path(__file__).parent / "recipes"
Value = int | float | str | bool


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for one net, or some sizes, or some tasks, or tables of some shape."""

    net: Key[str | None, said("The net that this is for; every one without it.")] = None
    sizes: Key[tuple[int, ...] | None, said("The sizes that this is for; every one without it.")] = None
    tasks: Key[tuple[str, ...] | None, said("The tasks that this is for; every one without it.")] = None
    rows: Key[
        tuple[int, int] | None, said("The least and the most rows of a whole table that this is for; any without it.")
    ] = None
    arguments: Key[
        tuple[int, int] | None, said("The least and the most arguments that this is for; any without it.")
    ] = None
    rows_a_value: Key[
        tuple[int, int] | None,
        said(
            "The least and the most rows of a whole table that hold one value of its largest argument, for which this "
            "is; any without it."
        ),
    ] = None
    fresh: Key[
        bool | None, said("Whether this is for tasks whose batches are drawn afresh, or for others; both without it.")
    ] = None
    fraction: Key[float | None, said("In place of the recipe's.")] = None
    fixed: Key[int | None, said("In place of the recipe's.")] = None
    options: Key[dict[str, Value], said("Added to the recipe's, or in place of them.")] = {}
    options_per_size: Key[dict[str, float], said("Added to the recipe's, or in place of them.")] = {}
    train: Key[dict[str, Value], said("Added to the recipe's, or in place of them.")] = {}

    def __post_init__(self) -> None:
        for name in ("rows", "arguments", "rows_a_value"):
            ends = getattr(self, name)
            if ends is not None and ends[0] > ends[1]:
                raise ValueError(f"expected {name} as the least and the most, got {ends[0]} and {ends[1]}; swap them")

    def applies(self, task: "Task", size: int, net: str) -> bool:
        rows = task.rows(size) if task.listed else None
        return (
            self.net in (None, net)
            and (self.sizes is None or size in self.sizes)
            and (self.tasks is None or task.name in self.tasks)
            and self.fresh in (None, task.train is not None)
            and within(rows, self.rows)
            and within(None if rows is None else rows // task.alphabet(size), self.rows_a_value)
            and within(task.arguments(size), self.arguments)
        )


def within(number: int | None, ends: tuple[int, int] | None) -> bool:
    """Whether it is one of those; where there is no number, only if any will do."""
    return ends is None or (number is not None and ends[0] <= number <= ends[1])


class RecipeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recipe: a control, an untrained net, or training on a share of a table; later overrides win."""

    doc: Key[str, said("What the recipe is, in a line.")]
    labels: Key[
        Literal["true", "random", "relabelled"],
        said(
            "The answers that are trained on: true, random (a seeded table), relabelled (the task behind permutations)."
        ),
    ] = "true"
    fraction: Key[float, said("The share of the table that is trained on; the rest is held out.")] = 1.0
    fixed: Key[
        int | None,
        said(
            "How many rows of a task on samples are drawn once and trained on over and over; without it all are fresh."
        ),
    ] = None
    control: Key[str | None, said("A net whose right verdict is known, in place of a trained one.")] = None
    untrained: Key[bool, said("Judge the net as it is initialised.")] = False
    shuffled: Key[
        str | None, said("A parameter by its name (as W), whose rows are dealt out anew once the net is trained.")
    ] = None
    options: Key[dict[str, Value], said("The net's own, such as width.")] = {}
    options_per_size: Key[dict[str, float], said("The net's own, times the size and rounded.")] = {}
    grow: Key[
        tuple[dict[str, Value], ...],
        said(
            "Options of several nets, the smallest first, on top of the others: they are trained one after the other "
            "until one has learnt its task."
        ),
    ] = ()
    train: Key[dict[str, Value], said("The fields of nets.Recipe: steps, learning_rate, weight_decay, ...")] = {}
    override: Key[
        tuple[Override, ...],
        said("Tables [[override]], what is different for some nets, sizes or tasks; later ones win."),
    ] = ()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe for one task, size and net: nothing left to look up."""

    name: str
    labels: str
    fraction: float
    fixed: int | None
    control: str | None
    untrained: bool
    shuffled: str | None
    options: dict[str, Value]
    grow: tuple[dict[str, Value], ...] = ()
    train: dict[str, Value]

    def nets(self) -> "list[Prepared]":
        """The recipe for each of the nets that are trained one after the other, the smallest first."""
        return [msgspec.structs.replace(self, options=self.options | more, grow=()) for more in self.grow or ({},)]


def recipe_names() -> list[str]:
    """The recipes that come with us."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_recipe(name: str, folder: Path) -> RecipeFile:
    """A recipe of ours by its name, or a user's file by a name that ends in .toml, relative to the suite."""
    if not name.endswith(".toml"):
        if name not in recipe_names():
            raise ValueError(unknown("recipe", name, recipe_names()))
        path = FOLDER / f"{name}.toml"
    else:
        path = folder / name
    return convert(read_toml(path), RecipeFile, str(path))


def prepare(name: str, recipe: RecipeFile, task: "Task", size: int, net: str) -> Prepared:
    """The recipe with every override applied that fits."""
    fraction, fixed, options, train = recipe.fraction, recipe.fixed, dict(recipe.options), dict(recipe.train)
    per_size = dict(recipe.options_per_size)
    for override in recipe.override:
        if override.applies(task, size, net):
            fraction = fraction if override.fraction is None else override.fraction
            fixed = fixed if override.fixed is None else override.fixed
            options |= override.options
            per_size |= override.options_per_size
            train |= override.train
    if not 0.0 < fraction <= 1.0:
        raise ValueError(f"recipe {name!r}: expected a train fraction in (0, 1], got {fraction}; 1 is the whole table")
    return Prepared(
        name=Path(name).stem,
        labels=recipe.labels,
        fraction=fraction,
        fixed=fixed,
        control=recipe.control,
        untrained=recipe.untrained,
        shuffled=recipe.shuffled,
        options=options | {option: round(share * size) for option, share in per_size.items()},
        grow=recipe.grow,
        train=train,
    )


def training(prepared: Prepared) -> "Recipe":
    """As nets wants it; ValueError with the nearest name for an option that it does not know."""
    from nets import Recipe

    known = [field.name for field in dataclasses.fields(Recipe)]
    for name in prepared.train:
        if name not in known:
            raise ValueError(f"recipe {prepared.name!r}: {unknown('training option', name, known)}")
    try:
        return Recipe(**prepared.train)  # pyright: ignore[reportArgumentType] - checked by Recipe itself
    except TypeError as error:
        raise ValueError(f"recipe {prepared.name!r}: {error}") from error


def sizes_of(task: "Task", size: int) -> dict[str, Any]:
    """What an architecture may be told of a task, by the names of its parameters; on samples it takes what it knows."""
    if task.listed:
        sizes = {"positions": task.arguments(size), "alphabet": task.alphabet(size)}
    else:
        inputs = task.inputs(size)
        shape, real = inputs.shape[1:], task.view(size).alphabet is None
        sizes = {"positions": math.prod(shape) if real else task.longest(size)}
        sizes |= {} if real else {"alphabet": task.view(size).alphabet, "padded": task.padded(size)}
        sizes |= {"features": shape[-1] if len(shape) > 1 else 1} | dict(
            zip(("height", "breadth", "channels"), shape, strict=False)
        )
    return sizes | {"classes": task.classes(size)}


def build(architecture: "Build", prepared: Prepared, task: "Task", size: int) -> "Net":
    """The net for this task and size, with the recipe's options."""
    from nets import Net

    if isinstance(architecture, Net):
        return architecture
    sizes = sizes_of(task, size)
    try:
        known = list(inspect.signature(architecture).parameters)
        sizes = sizes if task.listed else {name: value for name, value in sizes.items() if name in known}
        wrong = [name for name in prepared.options if name not in known]
        net = None if wrong else architecture(**(sizes | prepared.options))
    except Exception as error:
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        why = " ".join(f"{kind}{error}".split())
        raise ValueError(f"recipe {prepared.name!r}: cannot build the net ({why})") from error
    if wrong:
        raise ValueError(f"recipe {prepared.name!r}: {unknown('net option', wrong[0], known)}")
    if not isinstance(net, Net):
        called = getattr(architecture, "__name__", repr(architecture))
        raise ValueError(
            f"recipe {prepared.name!r}: cannot build the net (expected a Net from {called!r}, got {type(net).__name__})"
        )
    return net
