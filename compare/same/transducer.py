"""A program of lists or streams as one machine: all its parts read the arguments in step, an item of each at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from synth.language.machine import Machine
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal
from synth.language.types import Fn, is_vector

State = tuple[tuple[Any, ...], ...]  # one tuple a part with a memory


class Item(NamedTuple):
    """The next item of a vector, where there is one."""

    there: Any
    value: Any


class Words(Protocol):
    """How values are computed: as Python's numbers, or as a solver's expressions."""

    def where(self, condition: Any, one: Any, other: Any) -> Any: ...
    def every(self, conditions: list[Any]) -> Any: ...
    def call(self, primitive: Primitive, values: list[Any]) -> Any: ...
    def function(self, node: Node, numbers: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transducer:
    """`fixed`: the nodes whose values depend on no vector, `parts`: those that have a memory, both by place."""

    program: Program
    fixed: frozenset[int]
    parts: tuple[int, ...]
    sizes: tuple[int, ...]  # values in the state of each part

    def begin(self, words: Words, numbers: Mapping[str, Any]) -> tuple[dict[int, Any], State]:
        """The values that stay, and the state before the first item, for given arguments that are no vectors."""
        values: dict[int, Any] = {}
        for place in sorted(self.fixed):
            values[place] = fixed_value(words, self.program.nodes[place], values, numbers)
        states = tuple(
            machine_of(node).start(*(values.get(arg) for arg in node.args))
            for node in nodes_at(self.program, self.parts)
        )
        return values, states

    def step(
        self, words: Words, kept: Mapping[int, Any], state: State, letter: Mapping[str, Item]
    ) -> tuple[State, Any]:
        """The state after one more item of each argument, and the result: an Item, or a number for what was read."""
        values, states = dict(kept), list(state)
        memory = {place: i for i, place in enumerate(self.parts)}
        for place, node in enumerate(self.program.nodes):
            if place in kept:
                continue
            if isinstance(node, Terminal):
                values[place] = letter[node.name]
            elif place in memory:
                arguments = [values[arg] for arg in node.args]  # pyright: ignore[reportAttributeAccessIssue]
                states[memory[place]], values[place] = advance(words, node, states[memory[place]], arguments)
            elif isinstance(node, Apply):
                values[place] = words.call(node.primitive, [values[arg] for arg in node.args])
        return tuple(states), values[len(self.program.nodes) - 1]


def fixed_value(words: Words, node: Node, values: Mapping[int, Any], numbers: Mapping[str, Any]) -> Any:
    if isinstance(node, Terminal):
        return numbers[node.name]
    if isinstance(node, Lambda) or isinstance(node.primitive.type.result, Fn):
        return words.function(node, numbers)
    return words.call(node.primitive, [values[arg] for arg in node.args])


def advance(words: Words, node: Any, before: tuple[Any, ...], given: list[Any]) -> tuple[tuple[Any, ...], Any]:
    """One part reads an item, where its vectors have one; otherwise its state stays."""
    machine = machine_of(node)
    there = words.every([each.there for each in given if isinstance(each, Item)])
    raw = [each.value if isinstance(each, Item) else each for each in given]
    read = machine.step(words, before, *raw)
    after = tuple(words.where(there, new, old) for new, old in zip(read, before, strict=True))
    if machine.value is not None:
        return after, machine.value(words, after)
    assert machine.item is not None
    kept = [] if machine.keeps is None else [machine.keeps(words, before, read, *raw)]
    return after, Item(words.every([there, *kept]), machine.item(words, before, read, *raw))


def transducer(program: Program) -> Transducer | str:
    """The machine of a program over vectors, or why it is none."""
    fixed, aligned, parts = set[int](), set[int](), []
    for place, node in enumerate(program.nodes):
        if isinstance(node, Terminal):
            (aligned if is_vector(node.type) else fixed).add(place)
        elif isinstance(node, Lambda):
            if any(is_vector(word.type) for word in node.free):
                return f"a lambda reads a whole vector, as in {node.body.show()}"
            fixed.add(place)
        elif all(place in fixed for place in node.args) and not any(map(is_vector, node.primitive.type.args)):
            fixed.add(place)
        elif any(map(is_vector, (*node.primitive.type.args, node.primitive.type.result))):
            refused = refusal(node, fixed, aligned)
            if refused:
                return refused
            parts.append(place)
            if machine_of(node).keeps is None and all(arg in aligned | fixed for arg in node.args):
                aligned.add(place)
    sizes = tuple(len(machine_of(node).start(*(None for _ in node.args))) for node in nodes_at(program, parts))
    return Transducer(program=program, fixed=frozenset(fixed), parts=tuple(parts), sizes=sizes)


def nodes_at(program: Program, places: Sequence[int]) -> list[Apply]:
    return [node for node in (program.nodes[place] for place in places) if isinstance(node, Apply)]


def refusal(node: Apply, fixed: set[int], aligned: set[int]) -> str | None:
    """Why a part cannot read item by item."""
    primitive = node.primitive
    if primitive.machine is None:
        return f"{primitive.name} does not read item by item"
    vectors = [arg for arg, kind in zip(node.args, primitive.type.args, strict=True) if is_vector(kind)]
    if any(arg not in fixed for arg in node.args if arg not in vectors):
        return f"{primitive.name} takes a number that depends on a whole vector"
    if len(vectors) > 1 and any(arg not in aligned for arg in vectors):
        return f"{primitive.name} takes items of a vector that left some out"
    return None


def machine_of(node: Apply) -> Machine:
    assert node.primitive.machine is not None
    return node.primitive.machine
