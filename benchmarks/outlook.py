"""What can be said of a task before a net is trained: what is asked, and which extractors can judge nets for it."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.language import built_in, language_of, own
from benchmarks.program import asked, check_task, drawn_and_asked
from benchmarks.resolve import task_of, tasks_in
from benchmarks.suite import Suite
from benchmarks.tasks import Task, drawn, examples


def shown(name: str) -> Iterator[str]:
    """A task by its name, as file.py:NAME, or as file.py: its only one, or a line for each."""
    if not name.endswith(".py"):
        yield from described(task_of(name, Path()))
        return
    tasks = tasks_in(Path(name))
    if not tasks:
        raise ValueError(f"{name}: expected a Task at the top of the module, found none; write NAME = Task(...)")
    for known, task in tasks.items():
        yield from described(task) if len(tasks) == 1 else [f"{name}:{known}  {task.doc}"]


def described(task: Task) -> Iterator[str]:
    """What is asked at the first size, a few answers, and the outlook."""
    size = task.sizes[0]
    check_task(task, size)
    yield f"{task.name}: {task.doc}"
    yield f"  type       {task.signature(size) or untyped(task)}"
    yield f"  sizes      {', '.join(map(str, task.sizes))}{' (primes only)' if task.needs_prime else ''}"
    yield from (f"  {line}" for line in (whole(task, size) if task.listed else on_samples(task, size)))
    yield from (f"  language   {', '.join(words(task))}" for _ in task.library[:1])
    yield f"  usually    net {task.usual_net(size)}, recipe {task.usual_recipe(size)}"
    yield from (f"  judged     {line}" for line in outlook(task))
    yield from (f"  e.g.       {line}" for line in a_few(task, size))
    yield from (f"  note       {note}" for note in names_of_ours(task))


def untyped(task: Task) -> str:
    """What is searched for where there are no types."""
    searched = "no program is searched for" if task.board is None else "the rules of the game are searched for"
    return f"none that the synthesizer has: {searched}"


def whole(task: Task, size: int) -> Iterator[str]:
    """How much there is, where all of it is listed."""
    yield f"rows       {task.rows(size)} at size {size}"
    yield f"classes    {task.classes(size)} at size {size}"
    if task.train is not None:
        yield f"trained on {task.train.says()}"


def on_samples(task: Task, size: int) -> Iterator[str]:
    """What is drawn, and what kind of answers there are to it."""
    inputs, samples = task.inputs(size), task.samples(size)
    assert samples is not None
    shape = " x ".join(map(str, inputs.shape[1:]))
    kind = "reals" if task.view(size).alphabet is None else f"integers 0 .. {task.alphabet(size) - 1}"
    yield f"samples    {examples.said(task)}"
    yield f"inputs     {shape} {kind} at size {size}"
    report, answers = samples.report, task.view(size).answers
    where = "one a position" if report.targets.ndim - answers.axes > 1 else "one a row"
    counted = "" if report.mask is None else f", {report.mask.mean():.0%} of which count"
    yield f"answers    {drawn.WORDS[task.kind].format(task.classes(size))}, {where}{counted}"


def a_few(task: Task, size: int) -> Iterator[str]:
    """A few inputs with their answers."""
    if not task.listed:
        yield from examples.shown(task, size)
        return
    spec = asked(task, size)
    assert spec is not None
    for row in (len(spec.outputs) * step // 5 for step in range(1, 5)):
        arguments = ", ".join(str(int(values[row])) for values in spec.inputs)
        yield f"({arguments}) -> {int(spec.outputs[row])}"


def words(task: Task) -> Iterator[str]:
    """The libraries and primitives of ours by name, then the task's own primitives."""
    yield from (entry for entry in task.library if isinstance(entry, str))
    yield from (primitive.name for entry in task.library if not isinstance(entry, str) for primitive in own(entry))


def outlook(task: Task) -> Iterator[str]:
    """Which extractors read nets for this task; or that none does, why, and what the verdict can then be."""
    found = {size: readers_of(task, size) for size in task.sizes}
    for able, why in dict.fromkeys(found.values()):
        sizes = ", ".join(str(size) for size, each in found.items() if each == (able, why))
        where = "" if len(set(found.values())) == 1 else f" at size {sizes}"
        yield f"by {', '.join(able)}{where}" if able else f"never a program{where}: {why}"


def readers_of(task: Task, size: int) -> tuple[tuple[str, ...], str]:
    """The extractors that read the task, and a sentence for where none does."""
    from compare.extract import readers

    samples, spec = drawn_and_asked(task, size)
    found = readers(None if examples.at_ends(task, size) else spec, task.view(size), samples)
    able = tuple(name for name, reason in found.items() if reason is None)
    if able:
        return able, ""
    reasons: dict[str, list[str]] = {}
    for name, reason in found.items():
        if reason is not None:
            reasons.setdefault(reason, []).append(name)
    each = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())
    return able, f"no extractor reads it, so the verdict will be table or undetermined ({each})"


def notes(suite: Suite) -> Iterator[str]:
    """What a user should know of a suite before its nets are trained."""
    folders = {cell.task: Path(cell.folder) for cell in suite.cells}
    for name, folder in folders.items():
        task = task_of(name, folder)
        yield from (f"task {task.name!r}: {note}" for note in names_of_ours(task))
        for size in dict.fromkeys(cell.size for cell in suite.cells if cell.task == name):
            able, why = readers_of(task, size)
            if not able:
                yield f"task {task.name!r} at size {size}: {why}"


def names_of_ours(task: Task) -> Iterator[str]:
    """Primitives of the task's own that are called like one of ours which it does not use."""
    for primitive in language_of(task):
        if homes := built_in(primitive):
            yield named_like(primitive.name, homes)


def named_like(name: str, homes: tuple[str, ...]) -> str:
    return f"primitive {name!r} is named like one of ours, in {', '.join(homes)}; programs mean the task's own"
