"""Recurrent nets judged: which are programs, which only run a machine, and what is refused."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from benchmarks.controls.automata import rotation
from benchmarks.controls.layout import single
from compare import Assessment, Classes, Reals, Sample, Samples, assess, of_reals, of_sequences
from compare.explanation import Explanation, check_explanation
from compare.extract.recurrent import extract, reads
from compare.extract.recurrent.machine import Machine
from compare.read import read
from compare.record import Record
from nets import recurrent
from tests.compare.planted_machines import Case, adding, drawn, majority, planted, reading, remainders


def judged(case: Case) -> Assessment:
    net, params, view, given = case
    return assess(net, params, None, view, samples=given)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_net_that_runs_a_rule_is_a_program(noise: float) -> None:
    found = judged(planted(remainders(9, 9), seed=1, noise=noise, rows=600))
    fields = found.fields()
    assert found.verdict.outcome == "program"
    assert "% 9" in fields["net_loop"]
    assert found.explanation is not None
    loop = found.explanation.loop
    assert loop is not None
    x = np.random.default_rng(9).integers(0, 9, (50, 200))
    assert np.array_equal(loop.run(x)[0], x.cumsum(axis=1) % 9)
    assert fields["s_agreement"] == fields["d_r2"] == fields["closure"] == fields["coverage_answers"] == 1.0
    assert fields["s_control"] < 0.3
    assert fields["d_control"] < 0.3
    assert fields["bits_dictionary"] < 0.5 * fields["bits_machine"]
    assert fields["match_longer"] == fields["match_snapped"] == [1.0]
    assert Record(suite="", task="", size=9, net="", recipe="", seed=0, cell="", **fields).closure == 1.0
    assert any("minimal machine has 9 states" in note for note in fields["notes"])
    assert not any("too large to list" in note for note in fields["notes"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_a_random_machine_is_run_but_is_no_program(seed: int) -> None:
    found = judged(planted(drawn(8, 2, 2, seed), seed, rows=1200))
    fields = found.fields()
    assert fields["s_agreement"] == fields["d_r2"] == fields["closure"] == 1.0
    assert found.verdict.outcome == "undetermined"
    failed = {criterion.name for criterion in found.verdict.criteria if criterion.margin < 0}
    assert {"B machine"} <= failed <= {"B", "B machine"}
    assert ("cannot be told at this size" in found.verdict.reason) == (failed == {"B machine"})


@pytest.mark.slow
def test_a_counter_is_found_beyond_the_truncated_machine() -> None:
    found = judged(majority(seed=2, noise=0.002))
    fields = found.fields()
    assert found.explanation is not None
    loop = found.explanation.loop
    assert loop is not None
    x = np.random.default_rng(9).integers(0, 2, (50, 200))
    assert np.array_equal(loop.run(x)[0], (2 * x - 1).cumsum(axis=1) > 0)
    assert fields["s_agreement"] == fields["d_r2"] == fields["closure"] == 1.0
    assert any("it answers as the net up to length" in note for note in fields["notes"])


@pytest.mark.slow
def test_numbers_are_held_in_directions() -> None:
    """A window's sum: a linear cell over numbers, its state turned."""
    turn = rotation(3, 4)
    shift = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    params = {
        "V": np.array([[1.0, 0, 0]]) @ turn, "W": turn.T @ shift @ turn, "b": np.zeros(3), "S": np.zeros(3),
        "U": turn.T @ np.ones((3, 1)), "c": np.zeros(1),
    }  # fmt: skip
    net = recurrent(classes=1, width=3, cell="linear", inputs="reals", features=1)

    def part(length: int, seed: int) -> Sample:
        x = np.random.default_rng([seed, length]).integers(0, 50, (400, length))
        return Sample(arguments=(x,), targets=last_three(x)[..., None])

    given = Samples(fit=part(8, 0), report=part(8, 1), longer=(part(40, 2),))
    found = judged((net, single(params), of_reals(Reals(1, 0.5)), given))
    fields = found.fields()
    assert found.verdict.outcome == "program"
    assert fields["s_agreement"] == fields["d_r2"] == fields["closure"] == 1.0
    assert "sum(" in fields["net_loop"]
    assert fields["match_snapped"] == [1.0]


def last_three(x: np.ndarray) -> np.ndarray:
    total = x.cumsum(axis=1)
    return total - np.pad(total, ((0, 0), (3, 0)))[:, : x.shape[1]]


def test_a_net_that_has_not_learnt_its_task_is_not_read() -> None:
    net, _, view, given = planted(remainders(9, 9), rows=600)
    found = judged((net, net.init(jax.random.key(0)), view, given))
    assert found.verdict.outcome == "undetermined"
    assert any("not learned: right throughout on 0" in refusal.reason for refusal in found.refusals)


@pytest.mark.slow
def test_an_untaught_step_in_the_cell_shows_as_an_open_codebook() -> None:
    """One transition in the net leads elsewhere, which short words never meet."""
    machine = remainders(9, 9)
    after = machine.after.copy()
    after[5, 3] = 0
    wrong = Machine(after=after, says=machine.says)
    net, params, view, _ = planted(wrong, rows=600)
    right = planted(machine, rows=600)[3]
    found = judged((net, params, view, right))
    assert found.verdict.outcome == "undetermined"


@pytest.mark.slow
def test_the_steps_are_an_explanation_that_can_be_checked() -> None:
    case = planted(remainders(5, 5), rows=300)
    given = reading(case)
    explanation = extract(given)
    assert not isinstance(explanation, str)
    check_explanation(explanation, given.net.sites)
    twice = replace(explanation.steps[0], name="again")
    for steps, message in (
        ((explanation.steps[0], twice), "to hold a site alone, got 'state', which 'again' holds too"),
        ((replace(explanation.steps[0], holds=None),), "to hold a site alone, got no site"),
    ):
        with pytest.raises(ValueError, match=message):
            check_explanation(replace(explanation, steps=steps, outputs=()), given.net.sites)


@pytest.mark.slow
def test_a_state_goes_on_from_what_it_was_changed_to() -> None:
    given = reading(planted(remainders(5, 5), rows=300))
    state = extract(given).steps[0]
    assert state.resume is not None
    x = np.array([[1, 2, 3, 4], [1, 2, 3, 4]])
    values = np.asarray(state.compute(x))
    assert values[:, :, 0].tolist() == [[1, 3, 1, 0]] * 2
    changed = values.copy()
    changed[:, 1] = 0
    after = state.resume(x, changed, np.array([1, 3]))
    assert after[:, :, 0].tolist() == [[1, 0, 3, 2], [1, 0, 1, 0]]


def test_tables_and_nets_over_single_integers_are_none_of_its_own() -> None:
    given = reading(planted(remainders(3, 3)))
    assert reads(given) is None
    assert "expected samples of sequences" in str(reads(replace(given, exhaustive=True)))


@pytest.mark.slow
def test_a_net_without_memory_is_read_as_a_loop_without_variables() -> None:
    net = recurrent(alphabet=3, classes=3, width=3, cell="linear")
    turned = np.roll(np.eye(3, dtype=np.float32), 1, axis=1)
    params = {"V": turned, "W": np.zeros((3, 3)), "b": np.zeros(3), "S": np.zeros(3), "U": np.eye(3), "c": np.zeros(3)}
    x = np.random.default_rng(0).integers(0, 3, (600, 8))
    given = Samples(
        fit=Sample(arguments=(x[:300],), targets=(x[:300] + 1) % 3),
        report=Sample(arguments=(x[300:],), targets=(x[300:] + 1) % 3),
    )
    found = extract(read(net, single(params), None, of_sequences(3, Classes(3)), samples=given))
    assert isinstance(found, Explanation)
    assert found.loop is not None
    assert np.array_equal(found.loop.run(x)[0], (x + 1) % 3)


@pytest.mark.slow
def test_a_net_over_more_letters_than_can_be_listed_is_read() -> None:
    found = extract(reading(adding(np.arange(100), streams=2)))
    assert isinstance(found, Explanation)
    assert found.loop is not None
    a, b = np.random.default_rng(0).integers(0, 100, (2, 50, 20))
    assert np.array_equal(found.loop.run(a, b)[0], (a + b).cumsum(axis=1))
    assert any("too large to list" in note for note in found.notes)
