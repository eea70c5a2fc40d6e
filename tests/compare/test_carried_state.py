"""A state that is carried along, as the report shows it: its machine, points of the net's states, how far it holds."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.loop_lines import loop_of
from compare.alone import alone
from compare.carried_state import CarriedState, all_up_to, carried_state
from compare.explanation import Explanation
from compare.extract.recurrent.carried import OUTPUTS, Mechanism, steps_of
from compare.extract.recurrent.loops import Looped
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.teacher import teacher_of
from compare.read import Reading
from compare.step import Codewords
from tests.compare.planted_machines import planted, reading, remainders

LETTERS = np.arange(3)[:, None]


@pytest.fixture(scope="module")
def given() -> Reading:
    return reading(planted(remainders(3, 3), rows=120))


def explained(given: Reading, mechanism: Mechanism) -> Explanation:
    teacher = teacher_of(given)
    assert not isinstance(teacher, str)
    held = Codewords(words=np.zeros((1, teacher.width)), values=np.zeros((1, len(mechanism.start)), dtype=int))
    steps = steps_of(teacher, mechanism, held)
    return Explanation(
        extractor="planted", template="", steps=steps, outputs=(OUTPUTS,), hidden=teacher.site, formula="y",
        bits_formula=0.0, loop=mechanism.loop,
    )  # fmt: skip


def seen(given: Reading, mechanism: Mechanism) -> CarriedState:
    made = explained(given, mechanism)
    found = carried_state(given, made, alone(given, made))
    assert found is not None
    return found


def looped(line: str) -> Looped:
    return Looped(loop_of(line, ("x",)), LETTERS)


def test_a_machine_is_kept_from_its_start_on(given: Reading) -> None:
    found = seen(given, remainders(3, 3))
    assert found.values == 3
    assert found.arrays["machine.values"].ravel().tolist()[0] == 0
    after, says = found.arrays["machine.after"], found.arrays["machine.says"][..., 0]
    values = found.arrays["machine.values"].ravel()
    assert np.array_equal(values[after], (values[:, None] + np.arange(3)) % 3)
    assert np.array_equal(says, values[after])
    assert np.array_equal(found.arrays["machine.letters"], LETTERS)


def test_a_loop_begins_where_it_says_and_equal_states_are_one(given: Reading) -> None:
    found = seen(given, looped("s from 3 by (add 3 (mod (add s x) 3)); t from 1 by x; (sub s' (max 3 t))"))
    assert found.arrays["machine.values"][0].tolist() == [3, 1]
    assert found.values == 3


def test_what_grows_is_cut_at_the_words_ends(given: Reading) -> None:
    found = seen(given, looped("s from 0 by (add s x); (mod s' 3)"))
    after = found.arrays.get("machine.after")
    assert found.values > 3
    assert after is None or (after == -1).any()


def test_the_net_and_the_program_are_right_up_to_a_length(given: Reading) -> None:
    longest = max(each.x.shape[1] for each in (given, *given.longer))
    right = seen(given, remainders(3, 3))
    assert (right.exact_to, right.followed_to, right.right_to) == (longest, longest, longest)
    wrong = remainders(3, 3)
    wrong = seen(given, Machine(after=wrong.after, says=(wrong.says + 1) % 3))
    assert (wrong.exact_to, wrong.followed_to, wrong.right_to) == (longest, 0, 0)
    fine, late = np.ones((4, 10), dtype=bool), np.ones((4, 20), dtype=bool)
    late[2, 15:] = late[1, 12] = False
    assert (all_up_to([fine]), all_up_to([fine, late])) == (10, 12)


def test_a_loop_is_run_on_numbers_without_end(given: Reading) -> None:
    """Doubled 40 times and more, so often that 64 bits would not hold it."""
    line = "s from 0 by (mod (add s x) 3); t from 1 by (mul t 8); (if_int (lt t' 0) 2 s')"
    assert seen(given, looped(line)).right_to == max(each.x.shape[1] for each in given.longer)
    assert given.longer[0].x.shape[1] * 3 > 64


def test_states_are_shown_with_their_values(given: Reading) -> None:
    found = seen(given, remainders(3, 3))
    at, values = found.arrays["states.at"], found.arrays["states.values"]
    assert at.shape == (len(values), 2)
    apart = [at[values[:, 0] == value].mean(axis=0) for value in range(3)]
    assert min(np.linalg.norm(apart[i] - apart[i - 1]) for i in range(3)) > 0.1


def test_an_explanation_without_such_a_state_has_none(given: Reading) -> None:
    made = explained(given, remainders(3, 3))
    assert carried_state(given, None, None) is None
    assert carried_state(given, replace(made, steps=made.steps[1:]), alone(given, made)) is None
