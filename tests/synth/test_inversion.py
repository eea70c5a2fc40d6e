"""Working back from the goal over small banks: look-ups, constants, joins and trees find what was planted."""

from collections.abc import Callable

import numpy as np
import pytest

from synth.bank import Bank
from synth.budget import Budget, Meter
from synth.grammar import Language, language
from synth.inversion import invert
from synth.library import ARITH, CHOICE, CONSTANTS
from synth.library.bitvectors import bitvectors, bv_literal
from synth.primitive import Primitive
from synth.program import Program, Terminal
from synth.types import BV, INT, Type
from synth.unify.directed import directed
from synth.unify.joins import join
from synth.unify.masks import FAR
from synth.unify.question import Question, cheapest, steps

INTEGERS = (*ARITH, *CHOICE, *CONSTANTS)
FEW = (*ARITH, *CHOICE, CONSTANTS[0], CONSTANTS[1], CONSTANTS[7], CONSTANTS[30])
LOGIC = ("bvnot", "bvand", "bvxor", "bvadd", "bvlshr", "bveq", "bvite")
WORDS = (*(p for p in bitvectors(32) if p.name in LOGIC), *(bv_literal(value, 32) for value in (1, 3, 5, 29)))
A, B = (np.random.default_rng(5).integers(-40, 40, 60) for _ in range(2))
B = B[::-1].copy()
GIVEN = (Terminal("a", INT), Terminal("b", INT))
X = np.random.default_rng(6).integers(0, 2**32, 60, dtype=np.uint64)


def question(
    known: Language,
    kind: Type,
    columns: dict[str, np.ndarray],
    goal: np.ndarray,
    *,
    bits: float,
    first: int = 12,
    backend: str = "numba",
) -> Question:
    """A bank of all programs up to so many bits on the first examples, and what is asked of it."""
    places = np.arange(first)
    given = {name: values[places] for name, values in columns.items()}
    bank = Bank(known, given, Meter(Budget()), goal=kind, backend=backend)
    with np.errstate(all="ignore"):
        for cost in range(bank.step, int(8 * bits) + 1, bank.step):
            bank.build(cost)
    return Question(bank=bank, kind=kind, columns=columns, answers=goal, places=places)


def by_size(library: tuple[Primitive, ...], *words: Terminal) -> Language:
    """The language in which every node costs one bit."""
    known = language(library, words)
    return Language(known.primitives, words, {kind: dict.fromkeys(costs, 8) for kind, costs in known.costs.items()})


def in_bits(goal: np.ndarray, library: tuple[Primitive, ...] = INTEGERS, bits: float = 15.0) -> Question:
    return question(language(library, GIVEN), INT, {"a": A, "b": B}, goal, bits=bits)


def in_nodes(goal: np.ndarray, nodes: int = 4, first: int = 12, backend: str = "numba") -> Question:
    known = by_size(FEW, *GIVEN)
    return question(known, INT, {"a": A, "b": B}, goal, bits=nodes, first=first, backend=backend)


def of_words(x: np.ndarray, goal: np.ndarray, nodes: int) -> Question:
    known = by_size(WORDS, Terminal("x", BV(32)))
    return question(known, BV(32), {"x": x}, goal, bits=nodes, first=16)


def cost_of(program: Program, asked: Question) -> int:
    """Eighths of a bit, by the language."""
    total = [0] * len(program.nodes)
    for i, node in enumerate(program.nodes):
        head, args = (node, ()) if isinstance(node, Terminal) else (node.primitive, node.args)
        kind = node.type if isinstance(node, Terminal) else node.primitive.type.result
        total[i] = asked.bank.language.cost(kind, head) + sum(total[j] for j in args)
    return total[-1]


TARGETS: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda a, b: a * b + 777,
    lambda a, b: (a - b) * (a + b),
    lambda a, b: a * a + b * b,
    lambda a, b: -(a * a) + b,
)


@pytest.mark.parametrize("target", TARGETS)
def test_look_ups_find_sums_products_and_constants(target: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    asked = in_bits(target(A, B))
    found, wrong = invert(asked, FAR)
    assert found is not None
    assert not len(wrong)
    assert np.array_equal(found.program.run(asked.columns), asked.answers)
    assert found.cost == cost_of(found.program, asked)


def test_a_number_is_written_only_where_the_language_has_literals() -> None:
    assert invert(in_bits(A * B + 777, (*ARITH, *CONSTANTS[:2]), bits=12.0), FAR)[0] is None


def test_subgoals_go_one_step_further() -> None:
    goal = ~(((X >> np.uint64(3)) ^ (X + np.uint64(5))) & np.uint64(2**32 - 1)) & np.uint64(2**32 - 1)
    asked = of_words(X, goal, 3)
    assert invert(asked, FAR)[0] is None
    found, _ = invert(asked, FAR, few=4)
    assert found is not None
    assert np.array_equal(found.program.run(asked.columns), goal)


def test_examples_on_which_a_program_fails_are_told() -> None:
    goal = A * B + np.where(np.arange(60) < 12, 777, 0)
    found, wrong = invert(in_bits(goal), FAR)
    assert found is None
    assert len(wrong)
    assert (wrong >= 12).all()


def test_nothing_at_or_above_the_limit_is_returned() -> None:
    asked = in_bits(A * B + 777)
    found, _ = invert(asked, FAR)
    assert found is not None
    assert invert(asked, found.cost)[0] is None


@pytest.mark.parametrize("goal", [np.maximum(A * A, B + 30), np.minimum(A - B, B * B)])
def test_joins_are_found(goal: np.ndarray) -> None:
    asked = in_nodes(goal, 3)
    found = join(asked, FAR, float("inf"))
    assert found is not None
    assert np.array_equal(found.program.run(asked.columns), goal)
    assert found.cost == cost_of(found.program, asked)
    assert join(asked, found.cost, float("inf")) is None


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_trees_of_integers_are_found(backend: str) -> None:
    goal = np.where(A < B, A * B, np.where(B < 0, A + B, 7 - A))
    asked = in_nodes(goal, first=20, backend=backend)
    found, _ = directed(asked, seconds=2.0, compiled=backend == "numba")
    assert found is not None
    assert np.array_equal(found.program.run(asked.columns), goal)
    assert found.cost == cost_of(found.program, asked)


def test_a_tree_inside_a_step_is_cheaper_than_the_step_in_every_leaf() -> None:
    goal = np.where(A < B, A * A, B * 30) - B
    asked = in_nodes(goal, 3, first=30)
    found, _ = directed(asked, seconds=2.0)
    assert found is not None
    assert np.array_equal(found.program.run(asked.columns), goal)
    assert found.cost <= 8 * 12  # (sub (if_int (lt a b) (mul a a) (mul b 30)) b)


def test_trees_hold_on_examples_that_the_bank_does_not_have() -> None:
    x = np.random.default_rng(8).integers(0, 2**32, 900, dtype=np.uint64)
    full = np.uint64(2**32 - 1)
    goal = np.where(x >> np.uint64(29) == 3, ~x & full, np.where(x & np.uint64(1) == 1, x >> np.uint64(1), x))
    asked = of_words(x, goal, 8)
    found, _ = directed(asked, seconds=3.0)
    assert found is not None
    assert np.array_equal(found.program.run(asked.columns), goal)


def test_steps_name_each_way_once() -> None:
    asked = in_nodes(A, 3)
    made = steps(asked.bank, INT, 3)
    assert [step.cost for step in made] == sorted(step.cost for step in made)
    assert sum(step.primitive.name == "add" for step in made) == 3
    assert sum(step.primitive.name == "sub" for step in made) == 6
    costs = asked.bank.costs(INT)
    assert [cost for _, cost in cheapest(asked.bank, INT, 5)] == sorted(costs)[:5]
