"""One cell, from its declaration to its record: make the net, judge it, write arrays and record."""

import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import nets
from benchmarks.cell import Cell
from benchmarks.controls import control_named
from benchmarks.language import asks_loops, language_of
from benchmarks.loops import machine_fields, net_fields
from benchmarks.memory import memory
from benchmarks.names import unknown
from benchmarks.recipe import build, training
from benchmarks.resolve import is_reference, net_of, task_of
from benchmarks.rules import net_fields as rules_fields
from benchmarks.sequences import net_fields as ends_fields
from benchmarks.store import arrays_of
from benchmarks.tasks import Task
from benchmarks.tasks.drawn import answers
from benchmarks.tasks.examples import at_ends
from compare import Assessment, Case, assess
from compare.beside.halves import exchanged_halves
from compare.beside.latents import measure_latents
from compare.beside.maps import last_site, measure
from compare.beside.objects import measure_objects, share_drawn
from compare.beside.painting import measure_painting
from compare.beside.squares import measure_squares
from compare.circuits import head_names, measure_heads
from compare.formation import follow
from compare.parts import match_parts
from compare.programs import STANDS, sides
from compare.read import Reading, read
from compare.record import Record
from compare.trajectory import Trajectory, trace
from compare.variables import find, streams
from nets.check import check_net
from nets.penalties import named
from nets.train import DivergedError
from synth.language.spec import Spec

PACKAGES = ("synthnet", "jax", "jaxlib", "flax", "optax", "numpy", "scipy", "sympy")
CHECKED = 64  # inputs that a user's net is checked on
LEARNT = 0.995  # of the answers, right, from which on no larger net of a recipe is trained


class Made(NamedTuple):
    """A net whose parameters are there, and where they came from."""

    net: nets.Net
    params: Any
    data: nets.Data | None = None  # None where nothing was trained
    trained: nets.Trained | None = None
    grown: int = 0  # which of the recipe's nets it is, the smallest being 0

    def trained_rows(self) -> np.ndarray | None:
        """The rows trained on, where they are rows of the domain."""
        return None if self.data is None or self.data.sampler is not None else self.data.train


def run_cell(cell: Cell, program: dict[str, Any], command: str) -> tuple[Record, dict[str, np.ndarray]]:
    """Make and judge one cell: its record and arrays. A failure is a record too."""
    try:
        return judged(cell, program, command)
    except Exception as error:
        return failed(cell, reason(error), command), {}


def judged(cell: Cell, program: dict[str, Any], command: str) -> tuple[Record, dict[str, np.ndarray]]:
    """The record and the arrays of one cell."""
    task = task_of(cell.task, Path(cell.folder))
    spec = task.spec_of_nets(cell.size, labels=cell.recipe.labels, seed=cell.seed)
    view = task.view(cell.size)
    samples = task.samples(cell.size, cell.seed, labels=cell.recipe.labels, fixed=cell.recipe.fixed)
    began = time.perf_counter()
    made = make(cell, task)
    between = time.perf_counter()
    train = made.trained_rows() if task.listed else None
    assessment = assess(made.net, made.params, spec, view, samples=samples, train=train, seed=cell.seed)
    case = Case(spec=spec, view=view, samples=samples, train=train)
    path = traced(made, task, cell, case, assessment)
    judging = time.perf_counter() - between
    more, drawn = beside(made, task, cell, case)
    arrays = {**assessment.arrays, **(path.arrays if path else {}), **drawn, **saved(made)}
    fields = {
        **identity(cell, made.net.name),
        "asked": task.doc,
        **(program if cell.recipe.labels == "true" else {}),
        **assessment.fields(),
        **compared(assessment, program, spec, task, cell),
        **(path.fields() if path else {}),
        **more,
        "command": command,
        "versions": versions(),
        "recipe_detail": detail(cell, made.grown) | kept(made),
        "arrays": arrays_of(cell.name) if arrays else None,
        "steps": made.trained.steps if made.trained is not None else 0,
        "seconds_train": between - began,
        "seconds_judge": judging,
    }
    return Record(**fields), arrays


def compared(
    assessment: Assessment, program: dict[str, Any], spec: Spec | None, task: Task, cell: Cell
) -> dict[str, Any]:
    """The net's program beside the synthesizer's; nothing for labels that the synthesizer was not asked about."""
    if cell.recipe.labels != "true":
        return {}
    explanation = assessment.explanation
    if asks_loops(task):
        state = assessment.carried
        follows = state is None or state.followed_to >= state.exact_to
        if explanation is not None and explanation.loop is None:
            return machine_fields(task, cell.size, explanation, follows)
        return net_fields(task, cell.size, explanation and explanation.loop, program.get("program"), follows)
    if task.board is not None:
        return rules_fields(task, cell.size, explanation and explanation.rules, program.get("program"))
    if at_ends(task, cell.size):
        stands = explanation if (assessment.net_agreement or 0.0) >= STANDS else None
        return ends_fields(task, cell.size, stands and stands.program, program.get("program"))
    if spec is None or program.get("program") is None:
        return {}
    return sides(explanation, assessment.net_agreement, program["program"], spec, language_of(task))


def make(cell: Cell, task: Task) -> Made:
    """The cell's net: a control as it is, an untrained net, or a trained one.

    Of several that a recipe tries, the best; DivergedError where the loss of every one became infinite or NaN.
    """
    if cell.recipe.control is not None:
        net, params = control_named(cell.recipe.control).make(task, cell.size, cell.seed)
        return Made(net, params)
    assert cell.net is not None
    recipe, architecture = cell.recipe, net_of(cell.net, Path(cell.folder))
    data = task.data(cell.size, fraction=recipe.fraction, labels=recipe.labels, seed=cell.seed, fixed=recipe.fixed)
    scores, found, failures = list[tuple[float, float]](), list[Made](), list[DivergedError]()
    for number, each in enumerate(recipe.nets()):
        net = build(architecture, each, task, cell.size)
        if is_reference(cell.net):
            check_net(net, net.init(jax.random.key(cell.seed)), jnp.asarray(data.x[:CHECKED]))
        if recipe.untrained:
            return Made(net, net.init(jax.random.key(cell.seed)))
        try:
            trained = nets.train(net, data, training(each), cell.seed)
        except DivergedError as failure:
            failures.append(failure)
            continue
        scores.append(trained.score)
        found.append(Made(net, jax.tree.map(jnp.asarray, trained.params), data, trained, number))
        if trained.score[0] >= LEARNT:
            break
    if not found:
        raise failures[0]
    made = found[scores.index(max(scores))]
    if recipe.shuffled is None:
        return made
    return made._replace(params=shuffled(made.params, recipe.shuffled, cell.seed))


def shuffled(params: Any, name: str, seed: int) -> Any:
    """The parameter of this name with its rows in another order, of each of its matrices; ValueError where it is none.

    Rows are along the last axis but one; a vector's are its entries.
    """
    known = named(params)
    if name not in known:
        raise ValueError(f"recipe: {unknown('parameter', name, list(known))}")
    axis = max(known[name].ndim - 2, 0)
    order = np.random.default_rng([seed, 51]).permutation(known[name].shape[axis])
    other = {name: jnp.take(known[name], order, axis=axis)}
    return jax.tree.unflatten(jax.tree.structure(params), list((known | other).values()))


def traced(made: Made, task: Task, cell: Cell, case: Case, last: Assessment) -> Trajectory | None:
    """The evidence along training, where the recipe asked for checkpoints."""
    if made.data is None or made.trained is None or made.trained.checkpoints is None:
        return None
    checkpoints, steps = made.trained.checkpoints, made.trained.checkpoint_steps
    if case.samples is not None:
        stages = task.staged(cell.size, case.samples)
        return follow(made.net, checkpoints, steps, case, last, stages=stages, seed=cell.seed)
    assert case.spec is not None
    return trace(made.net, checkpoints, steps, case.spec, case.view, train=made.data.train, seed=cell.seed)


def beside(made: Made, task: Task, cell: Cell, case: Case) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What is measured beside the verdict, fields and arrays: of heads over sequences, and what the task declares."""
    asks = (task.intermediates, task.parts, task.places, task.recombined, task.masks, task.boards)
    if case.samples is None or not (any(asks) or head_names(made.net)):
        return {}, {}
    reading = read(made.net, made.params, case.spec, case.view, samples=case.samples, seed=cell.seed)
    heads = measure_heads(reading)
    if not any(asks):
        return heads, {}
    variables = task.variables(cell.size, reading.arguments) if streams(reading) else []
    parts, then = task.parted(cell.size, reading.arguments), task.halved(cell.size, reading.arguments)
    fields = {"held": [find(reading, each) for each in variables], "match_parts": match_parts(reading, parts), **heads}
    if then is not None:
        halves = exchanged_halves(reading, then)
        fields["halves"] = {site: follows for site, (follows, _) in halves.items()}
        fields["halves_control"] = {site: follows for site, (_, follows) in halves.items()}
    arrays: dict[str, np.ndarray] = {}
    if task.masks is not None:
        objects, arrays = dissected(reading, task, cell.size)
        fields |= objects
    if task.boards is not None:
        squares, pairs = played(reading, task, cell, case)
        fields, arrays = fields | squares, arrays | pairs
    at, site = task.placed(cell.size, reading.arguments), last_site(reading)
    if at is None or site is None:
        return fields, arrays
    maps = measure(reading, site, at)
    return {**fields, **maps.fields()}, {**arrays, **maps.arrays()}


def played(reading: Reading, task: Task, cell: Cell, case: Case) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a net's state holds of the boards of a game."""
    boards, net = task.boarded(cell.size, reading.arguments), reading.net
    assert boards is not None
    drawn = net.init(jax.random.key(cell.seed))
    untrained = read(net, drawn, case.spec, case.view, samples=case.samples, seed=cell.seed)
    found = measure_squares(reading, boards, lambda moves: answers(task, cell.size, (moves,)), untrained)
    return ({}, {}) if found is None else (found.fields(), found.arrays())


def dissected(reading: Reading, task: Task, size: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """How a net draws the objects of pictures, and what it draws that is asked for against the task's rules."""
    masks = task.masked(size, reading.arguments)
    found, latents = measure_objects(reading, masks, task.within), measure_latents(reading, masks, task.within)
    factors = task.factored(reading.arguments)
    painting = measure_painting(reading, masks, factors) if factors else None
    reported = tuple(given[reading.reported] for given in reading.arguments)
    fields = (
        found.fields()
        | ({} if latents is None else latents.fields())
        | ({} if painting is None else painting.fields())
        | {
            "objects_drawn": {each.name: share_drawn(reading, masks, each.name) for each in task.misplaced},
            "objects_misplaced": {
                each.name: share_drawn(reading, masks, each.name, each.arguments(size, *reported))
                for each in task.misplaced
            },
        }
    )
    return fields, found.arrays() | ({} if painting is None else painting.arrays())


def saved(made: Made) -> dict[str, np.ndarray]:
    """The final parameters as params/NAME, and the curve."""
    params = {f"params/{name}": np.asarray(values) for name, values in named(made.params).items()}
    curve = {} if made.trained is None else {f"curve.{name}": values for name, values in made.trained.curve.items()}
    return params | curve


def failed(cell: Cell, why: str, command: str) -> Record:
    """The record of a cell that could not be done."""
    return Record(
        **identity(cell, "closed" if cell.net is None else cell.net.rpartition(":")[2]),
        status="failed",
        error=why,
        command=command,
        versions=versions(),
        recipe_detail=detail(cell),
    )


def identity(cell: Cell, net: str) -> dict[str, Any]:
    return {
        "suite": cell.suite,
        "task": cell.label,
        "size": cell.size,
        "net": net + cell.net_place(),
        "recipe": cell.recipe_label,
        "seed": cell.seed,
        "cell": cell.name,
        "expected": cell.expected,
    }


def detail(cell: Cell, grown: int = 0) -> dict[str, str | int | float | bool | None]:
    """The recipe as it was applied, flat, for one of its nets."""
    recipe = cell.recipe.nets()[grown]
    if recipe.control is not None:
        return {"control": recipe.control}
    how = {"untrained": True} if recipe.untrained else {"fraction": recipe.fraction, **recipe.train}
    how |= {} if recipe.fixed is None else {"fixed": recipe.fixed}
    how |= {} if recipe.shuffled is None else {"shuffled": recipe.shuffled}
    return {"labels": recipe.labels, **how, **recipe.options}


def kept(made: Made) -> dict[str, int]:
    """Which of the recipe's restarts was the best, the first being 0."""
    several = made.trained is not None and made.trained.restarts > 1
    return {"restart": made.trained.kept} if made.trained is not None and several else {}


def reason(error: Exception) -> str:
    """One sentence: our own errors speak for themselves, others are named."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or text.startswith("RESOURCE_EXHAUSTED"):
        return f"the net did not fit into this machine's {memory() >> 30} GiB of memory; take a smaller size or width"
    return text if isinstance(error, ValueError) else f"{type(error).__name__}: {text}"[:1000]


def versions() -> dict[str, str]:
    """Of the packages that the figures depend on."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
