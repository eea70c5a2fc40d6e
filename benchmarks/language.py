"""The language of a task: the primitives that it names and its own, and whether they can answer it at all."""

from collections.abc import Iterable

from benchmarks.tasks import Task
from synth import LIBRARIES, PRIMITIVES, Primitive, Spec, Terminal, check_primitive, named, terminals, uniform_language

OURS = {id(primitive) for primitive in PRIMITIVES}


def language_of(task: Task) -> tuple[Primitive, ...]:
    """The task's primitives: libraries or primitives of ours by name, each once, and a task's own."""
    picked: list[Primitive] = []
    for entry in task.library:
        try:
            picked += named([entry]) if isinstance(entry, str) else own(entry)
        except ValueError as error:
            raise ValueError(f"task {task.name!r}: {error}") from None
    ours = dict.fromkeys(primitive for primitive in picked if id(primitive) in OURS)
    return (*ours, *(primitive for primitive in picked if id(primitive) not in OURS))


def own(entry: object) -> tuple[Primitive, ...]:
    """A Primitive, or a tuple of them, in a task's library."""
    entries = tuple(entry) if isinstance(entry, tuple | list) else (entry,)
    found = tuple(each for each in entries if isinstance(each, Primitive))
    for each in entries:
        if not isinstance(each, Primitive):
            raise ValueError(
                f"unknown primitive {str(each)!r}; expected in library a name from `synthnet list libraries`, "
                "a primitive's name, or a Primitive"
            )
    return found


def check_language(task: Task, spec: Spec) -> None:
    """ValueError for names used twice, primitives of the task's own that are unsound, and no program of the type."""
    primitives = language_of(task)
    for primitive in primitives:
        for home in built_in(primitive):
            if any(each.name == primitive.name and each is not primitive for each in primitives):
                raise ValueError(
                    f"task {task.name!r}: its own primitive {primitive.name!r} has the name of one of ours in the "
                    f"library {home!r}, which the task uses as well; rename it"
                )
    try:
        words = terminals(spec)
        uniform_language(primitives, words)
        for primitive in primitives:
            if id(primitive) not in OURS:
                check_primitive(primitive)
    except ValueError as error:
        raise ValueError(f"task {task.name!r}: {error}") from error
    if not asks_loops(task):
        refuse_without_answers(task, spec, primitives, words)


def asks_loops(task: Task) -> bool:
    """Whether programs are loops over streams, whose statements are in the task's language."""
    return "loops" in task.library


def refuse_without_answers(
    task: Task, spec: Spec, primitives: tuple[Primitive, ...], words: tuple[Terminal, ...]
) -> None:
    """ValueError, naming the libraries that would do, where no program has the type of the answer."""
    if answers(spec, primitives, words):
        return
    known = {primitive.name for primitive in primitives}
    more = {name: [each for each in library if each.name not in known] for name, library in LIBRARIES.items()}
    helpful = [name for name, added in more.items() if answers(spec, (*primitives, *added), words)]
    types = ", ".join(dict.fromkeys(str(primitive.type.result) for primitive in primitives)) or "nothing"
    raise ValueError(
        f"task {task.name!r}: expected a library with programs that answer {spec.type.result}, got programs that give "
        f"{types}; add {' or '.join(map(repr, helpful)) or 'a primitive that does'} to its library"
    )


def answers(spec: Spec, primitives: Iterable[Primitive], words: Iterable[Terminal]) -> bool:
    return uniform_language(primitives, words).produces(spec.type.result)


def built_in(primitive: Primitive) -> tuple[str, ...]:
    """The libraries of ours in which another primitive has the name of this one, which is a user's."""
    if id(primitive) in OURS:
        return ()
    return tuple(name for name, library in LIBRARIES.items() if any(p.name == primitive.name for p in library))
