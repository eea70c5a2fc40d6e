"""Where the values of a state sit: affine codes of what is not forgotten, mended codebooks, codes of wrong values."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from benchmarks.controls.automata import rotation
from benchmarks.controls.layout import single
from compare import Reals, Sample, Samples, of_reals
from compare.evidence.interchange import interchange
from compare.evidence.states import carried, closure, exchanged, exchanged_alone, snapped
from compare.explanation import Explanation
from compare.extract.recurrent.affine import Affinely, affinely, fitted
from compare.extract.recurrent.carried import OUTPUTS, Moved, carried_along, steps_of
from compare.extract.recurrent.codebook import clustered, mended
from compare.extract.recurrent.controls import exchanged_words, following, other_code
from compare.extract.recurrent.loops import Step
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.teacher import Teacher, teacher_of
from compare.read import Reading, read
from compare.step import Codewords, Steps
from nets import recurrent
from tests.compare.planted_machines import drawn, planted, reading, remainders

LETTERS, REACH, LENGTH = 7, 10, 8  # the net also reads what was so long ago, later than words of that length show


@dataclass(frozen=True)
class Previous:
    """The number before, or its magnitude."""

    even: bool = False
    start = (0,)
    names = ("s",)
    text = "s"
    bits = 1.0
    loop = None

    def moved(self, before: np.ndarray, letters: np.ndarray) -> Moved:
        said = before[:, 0]
        return Step(np.abs(said) if self.even else said, letters[:, None] - (LETTERS // 2 if self.even else 0))


@dataclass(frozen=True)
class Beside(Previous):
    """The number before, and beside it two counts of letters: far apart, they would matter; they are always alike."""

    start = (0, 0, 0)
    names = ("s", "one", "other")
    apart: int = 100

    def moved(self, before: np.ndarray, letters: np.ndarray) -> Moved:
        counts = before[:, 1:] + letters[:, None]
        return Step(before[:, 0] + self.apart * (counts[:, 0] - counts[:, 1]), np.c_[letters, counts])


@cache
def forgetful() -> tuple[Reading, Teacher, Affinely]:
    """A register of the last numbers, turned, of which two are read; the affine code of the number before."""
    width = REACH + 1
    turn, shift = rotation(width, 3), np.eye(width, k=1)
    params = {
        "V": np.eye(width)[:1] @ turn, "W": turn.T @ shift @ turn, "b": np.zeros(width), "S": np.zeros(width),
        "U": turn.T @ (np.eye(width)[1] + np.eye(width)[REACH])[:, None], "c": np.zeros(1),
    }  # fmt: skip
    net = recurrent(classes=1, width=width, cell="linear", inputs="reals", features=1)

    def part(length: int, seed: int) -> Sample:
        x = np.random.default_rng([seed, length]).integers(0, LETTERS, (300, length))
        return Sample(arguments=(x,), targets=np.pad(x, ((0, 0), (1, 0)))[:, :-1, None])

    given = Samples(fit=part(LENGTH, 0), report=part(LENGTH, 1), longer=(part(5 * LENGTH, 2),))
    found = read(net, single(params), None, of_reals(Reals(1, 0.5)), samples=given)
    teacher = teacher_of(found)
    assert isinstance(teacher, Teacher)
    words, states = teacher.words_of(found)[found.fitted], found.site(teacher.site)[found.fitted]
    return found, teacher, affinely(teacher, Previous(), words, states, carried_along(Previous(), words))


def explained(steps: Steps) -> Explanation:
    return Explanation(
        extractor="mine", template="", steps=steps, outputs=(OUTPUTS,), hidden="state", control=(), permuted=(),
        codes=tuple, formula="", bits_formula=1.0,
    )  # fmt: skip


def of_code(teacher: Teacher, code: Affinely) -> Steps:
    return steps_of(teacher, Previous(), code.held)


@pytest.mark.slow
def test_an_affine_code_is_of_what_is_not_forgotten() -> None:
    given, teacher, code = forgetful()
    assert min(code.closed, code.steady, code.told) == 1.0
    words, states = teacher.words_of(given)[given.fitted], given.site(teacher.site)[given.fitted]
    whole = fitted(states, carried_along(Previous(), words))  # of all states, with what lingers in them
    found = closure(given, steps_of(teacher, Previous(), whole), (OUTPUTS,))
    assert found is not None
    assert found.after < 0.9


def test_a_net_that_drifts_is_right_at_any_length_with_its_state_snapped_to_the_code() -> None:
    given, teacher, code = forgetful()
    longer, step = given.longer[0], carried(of_code(teacher, code))
    assert step is not None
    assert given.match(given.answers) == 1.0
    assert longer.match(longer.answers) < 0.6
    assert snapped(longer, step) == 1.0
    assert snapped(longer, replace(step, told=None)) is None


def test_states_without_letters_to_tell_them_apart_have_no_code_that_closes() -> None:
    given, teacher, _ = forgetful()
    words, states = teacher.words_of(given)[given.fitted], given.site(teacher.site)[given.fitted]
    mixed = np.random.default_rng(0).permutation(carried_along(Previous(), words).reshape(-1, 1))
    code = affinely(teacher, Previous(), words, states, mixed.reshape(*words.shape, 1))
    assert max(code.closed, code.steady) < 0.5


def test_what_sits_nowhere_does_not_hide_behind_what_does() -> None:
    """The net holds no counts, and answers as the steps say all the same: by the first number alone, and by its code.

    Exchanged alone, a count is said to lead out of the range of all answers.
    """
    given, teacher, code = forgetful()
    held = replace(code.held, by=np.concatenate([code.held.by, np.zeros((2, teacher.width))]))
    steps = steps_of(teacher, Beside(), held)
    own, one, other = (exchanged(given, steps, (OUTPUTS,), (number,)) for number in range(3))
    assert own.right == 1.0
    assert one.cases == other.cases > 500
    assert one.right == other.right == 0.0
    found = interchange(given, explained(steps))
    assert found is not None
    assert found.r2 == pytest.approx(1 / 3)
    silent = steps_of(teacher, Beside(apart=0), held)
    assert len(exchanged_alone(given, silent, (OUTPUTS,))) == 1  # nothing is said of the counts


def test_a_number_that_no_codeword_holds_by_itself_is_not_shown() -> None:
    given, teacher, _ = forgetful()
    words, states = teacher.words_of(given)[given.fitted][:, :2], given.site(teacher.site)[given.fitted][:, :2]
    values = carried_along(Beside(), words)
    held = clustered(states.reshape(-1, states.shape[-1]).astype(float), values.reshape(-1, 3), 1, 0)
    both = exchanged(given, steps_of(teacher, Beside(), held), (OUTPUTS,), (1,))
    assert both.cases > 0
    assert both.right == both.turned == 0.0


@cache
def held_by_two() -> tuple[Reading, Steps, Codewords]:
    """Codewords of a net that holds each state of a machine once for every answer that led to it."""
    machine = drawn(4, 2, 2, seed=3)
    found = reading(planted(machine))
    teacher = teacher_of(found)
    assert isinstance(teacher, Teacher)
    values = carried_along(machine, teacher.words_of(found)).reshape(-1, 1)
    states = found.site(teacher.site).reshape(len(values), -1).astype(np.float64)
    held = clustered(states, values, 2, 0)
    return found, steps_of(teacher, machine, held), held


def test_codewords_are_added_where_the_update_leads_to_none_of_the_value() -> None:
    given, steps, held = held_by_two()
    assert mended(given, steps, (OUTPUTS,), held, 0) is held  # it is closed as it is
    kept = [np.arange(len(held.words)) != gone for gone in range(len(held.words))]
    lacking = [Codewords(words=held.words[each], values=held.values[each]) for each in kept]
    fewer = [each for each in lacking if len(np.unique(each.values)) == len(np.unique(held.values))]
    before = [closure(given, steps, (OUTPUTS,), each) for each in fewer]
    after = [closure(given, steps, (OUTPUTS,), mended(given, steps, (OUTPUTS,), each, 0)) for each in fewer]
    assert min(found.after for found in before if found) < 1.0
    assert [found.after for found in after if found] == [1.0] * len(fewer)


def test_a_codebook_that_is_wrong_nearly_everywhere_is_left() -> None:
    given, steps, held = held_by_two()
    turned = replace(held, values=np.roll(held.values, 1, axis=0)[::-1])
    assert mended(given, steps, (OUTPUTS,), turned, 0) is turned


@pytest.mark.parametrize("machine", [remainders(7, 7), drawn(6, 2, 2, seed=4)])
def test_every_value_is_exchanged_for_one_from_which_other_things_follow(machine: Machine) -> None:
    values = np.arange(machine.size)[:, None]
    held = Codewords(words=np.eye(machine.size), values=values)
    control = exchanged_words(machine, machine.letters, held, 0)
    assert control is not None
    assert (control.values != values).all()
    assert sorted(control.values[:, 0]) == list(range(machine.size))
    follows = following(machine, machine.letters, values, 0)
    apart = (follows != follows[control.values[:, 0]]).mean()
    assert apart >= (follows != np.roll(follows, 1, axis=0)).mean()


def test_a_single_value_has_no_other() -> None:
    assert (
        exchanged_words(remainders(3, 3), 3, Codewords(words=np.ones((1, 2)), values=np.zeros((1, 1), int)), 0) is None
    )


@pytest.mark.parametrize("even", [False, True])
def test_the_code_of_other_numbers_says_otherwise(even: bool) -> None:
    """Where only magnitudes count, negated numbers would say the same."""
    mechanism, values = Previous(even=even), np.arange(-3, 4)[:, None]
    held = fitted(np.eye(3)[[0]] * values, values)
    other = other_code(mechanism, LETTERS, held, values, 0)
    said = np.rint(other.code(values) @ held.back + held.shift).astype(int)
    assert (np.diff(said, axis=0) != np.diff(values, axis=0)).any()
    assert (following(mechanism, LETTERS, said, 0) != following(mechanism, LETTERS, values, 0)).any(axis=1).mean() > 0.8
