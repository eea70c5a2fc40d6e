"""Inverses of a program that is made of primitives with inverses: they are undone from the root to a parameter."""

from collections.abc import Sequence
from typing import Any

from synth.language.primitive import Inverse
from synth.language.program import Apply

Steps = tuple[tuple[Apply, tuple[int, ...]], ...]  # applications with places of their arguments, parameters first


def inverses(parameters: int, steps: Steps, result: int) -> tuple[Inverse, ...]:
    """An inverse for each parameter that occurs once, below primitives that can be undone in its direction."""
    found = (inverse(parameters, steps, result, place) for place in range(parameters))
    return tuple(inverse for inverse in found if inverse is not None)


def inverse(parameters: int, steps: Steps, result: int, place: int) -> Inverse | None:
    path = way_up(parameters, steps, result, place)
    if not path:
        return None
    undo: list[tuple[Any, tuple[int, ...]]] = []
    exact = True
    for here, argument in reversed(path):
        node, places = steps[here - parameters]
        known = next((known for known in node.primitive.inverses if known.place == argument), None)
        if known is None:
            return None
        exact &= known.exact
        undo.append((known.run, tuple(other for i, other in enumerate(places) if i != argument)))
    on_path = {here for here, _ in path}
    beside = tuple(
        None if parameters + i in on_path else (node.primitive.run, places) for i, (node, places) in enumerate(steps)
    )

    def run(xp: Any, answer: Any, *others: Any) -> Any:
        values = [*others[:place], None, *others[place:]]
        for step in beside:
            values.append(None if step is None else step[0](xp, *(values[i] for i in step[1])))
        for back, places in undo:
            answer = back(xp, answer, *(values[i] for i in places))
        return answer

    return Inverse(place, run, exact)


def way_up(parameters: int, steps: Steps, result: int, place: int) -> Sequence[tuple[int, int]]:
    """The applications from a parameter to the result, with the argument that each is reached by; none if several."""
    path: list[tuple[int, int]] = []
    while place != result:
        users = [
            (parameters + i, argument)
            for i, (_, places) in enumerate(steps)
            for argument, given in enumerate(places)
            if given == place
        ]
        if len(users) != 1:
            return ()
        path += users
        place = users[0][0]
    return path
