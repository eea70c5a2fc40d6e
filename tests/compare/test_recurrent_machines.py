"""From a net's states to its machine."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compare.extract.recurrent.learn import Learnt, Unmerged, learn
from compare.extract.recurrent.machine import Machine, minimal
from compare.extract.recurrent.teacher import Teacher, teacher_of
from nets import wrap
from tests.compare.planted_machines import Case, adding, drawn, majority, planted, reading, remainders


def taught(case: Case) -> Teacher:
    found = teacher_of(reading(case))
    assert isinstance(found, Teacher)
    return found


def same(one: Machine, other: Machine) -> bool:
    return np.array_equal(one.after, other.after) and np.array_equal(one.says, other.says)


@pytest.mark.parametrize("noise", [0.0, pytest.param(0.02, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "machine",
    [
        remainders(5, 5),
        pytest.param(drawn(7, 3, 3, seed=4), marks=pytest.mark.slow),
        pytest.param(drawn(9, 2, 2, seed=1), marks=pytest.mark.slow),
    ],
)
def test_the_machine_of_a_net_is_the_minimal_one_that_was_planted(machine: Machine, noise: float) -> None:
    teacher = taught(planted(machine, seed=3, noise=noise))
    found = learn(teacher, teacher.words_of(teacher.reading))
    assert isinstance(found, Learnt)
    assert found.agreement == 1.0
    assert same(found.machine, minimal(machine))


@pytest.mark.slow
def test_a_counter_has_one_state_more_for_every_letter_and_is_given_up() -> None:
    teacher = taught(majority())
    words = teacher.words_of(teacher.reading)
    found = learn(teacher, words)
    assert isinstance(found, Learnt)
    assert 6 <= found.machine.size <= 17
    refused = learn(teacher, words, most=4)
    assert isinstance(refused, Unmerged)
    assert "more than 4 states" in str(refused)
    one, other = (teacher.ask(np.array([[*word, *refused.suffix]])).answers[0, -1] for word in refused.words)
    assert one != other  # the two words are not one state, as the sentence says


def test_a_minimal_machine_answers_alike_and_counts_its_states_as_words_reach_them() -> None:
    machine = drawn(12, 2, 2, seed=5)
    twice = Machine(
        after=np.concatenate([machine.after + 12, machine.after]), says=np.concatenate([machine.says, machine.says])
    )
    small = minimal(twice)
    words = np.random.default_rng(0).integers(0, 2, (50, 30))
    assert small.size <= 12
    assert np.array_equal(small.run(words).answers, twice.run(words).answers)
    reached = small.after.ravel()
    assert all(state in reached[: 2 * state] or state == 0 for state in range(small.size))


def test_a_machine_remembers_so_many_letters_or_all_of_them() -> None:
    last_two = Machine(
        after=np.array([[0, 1], [2, 3], [0, 1], [2, 3]]), says=np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    )
    assert last_two.memory == 2
    assert remainders(3, 2).memory is None
    assert remainders(1, 2).memory == 0


def test_the_states_site_is_found_by_what_it_does() -> None:
    case = planted(remainders(3, 3))
    teacher = taught(case)
    assert teacher.site == "state"
    assert teacher.letters.tolist() == [0, 1, 2]
    words = np.array([[1, 2, 2], [0, 1, 0]])
    whole = teacher.ask(words)
    rest = teacher.ask(words[:, 1:], whole.states[:, 0])
    np.testing.assert_array_equal(rest.answers, whole.answers[:, 1:])
    np.testing.assert_allclose(rest.states, whole.states[:, 1:], atol=1e-5)


def test_nets_without_a_state_are_no_teachers() -> None:
    _, _, view, given = planted(remainders(3, 3))

    def apply(params, x, edits):
        return jax.nn.one_hot(jnp.cumsum(x, axis=1) % 3, 3) + params, {}

    found = teacher_of(reading((wrap(apply, ()), jnp.zeros(3), view, given)))
    assert isinstance(found, str)
    assert "no site carries a state" in found


def test_an_alphabet_too_large_to_list_is_of_the_letters_that_the_samples_hold() -> None:
    pairs = taught(adding(np.arange(100), streams=2))
    assert pairs.sampled
    assert 6000 < len(pairs.letters) < 100 * 100
    letters = [{tuple(each) for each in part.x.reshape(-1, 2).tolist()} for part in pairs.reading.longer]
    assert {tuple(each) for each in pairs.letters.tolist()} > letters[0]
    assert letters[0] - {tuple(each) for each in pairs.reading.x.reshape(-1, 2).tolist()}  # longer words hold more
    assert np.array_equal(pairs.values, pairs.letters)


def test_letters_that_are_no_whole_numbers_are_numbered_where_they_can_be_listed() -> None:
    few = taught(adding(np.arange(4) / 2))
    assert not few.sampled
    assert few.letters.tolist() == [0, 0.5, 1, 1.5]
    assert few.values.ravel().tolist() == [0, 1, 2, 3]
    found = teacher_of(reading(adding(np.arange(300) / 2)))
    assert isinstance(found, str)
    assert "at most 256 letters, or at most 65,536 whole numbers, got 300 letters that are no whole numbers" in found


def test_more_whole_numbers_than_are_sampled_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = reading(adding(np.arange(1000)))
    assert isinstance(teacher_of(given), Teacher)
    monkeypatch.setattr("compare.extract.recurrent.teacher.MOST_SAMPLED", 999)
    found = teacher_of(given)
    assert isinstance(found, str)
    assert "at most 999 whole numbers, got 1,000 letters" in found
