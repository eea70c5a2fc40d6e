"""Angles that inputs turn: found in the states of nets that carry them, refused where a table moves."""

import dataclasses

import numpy as np
import pytest
from planted_phases import angles, circle, frame, grid, paths, reading, samples, turning

from compare import assess
from compare.answers import Reals
from compare.evidence.directions import directed, rested
from compare.evidence.states import carried
from compare.explanation import Explanation, Refusal
from compare.extract import phases
from compare.extract.phases.carrying import Carrying
from compare.extract.phases.drift import drift
from compare.extract.phases.grid import grid_bits
from compare.extract.phases.motion import bits_of_number, functions, phases_of
from compare.extract.phases.said import Said
from compare.extract.phases.template import LAGS, Term, values_along
from compare.view import of_reals
from tests.slowly import slowly


def states_of(x: np.ndarray, gain: float = 1.0, noise: float = 0.0) -> np.ndarray:
    states = circle(angles(x, gain)) @ frame().T
    return states + noise * np.random.default_rng(5).normal(size=states.shape)


@pytest.mark.parametrize("gain", [1.0, 0.5, -2.0])
def test_an_increment_and_its_gain_are_found_in_states_that_turn(gain: float) -> None:
    x = paths(300, 4)
    found = phases_of(states_of(x, gain, noise=0.005), x.astype(float))
    assert not isinstance(found, str)
    assert [each.increment.text for each in found] == ["x1"]
    assert found[0].gain == abs(gain)  # against the other direction, from the angle to the other axis
    assert found[0].start is not None
    assert found[0].start.text == ("atan2(x3, x2)" if gain > 0 else "atan2(x2, x3)")
    assert found[0].told > 0.99


def test_a_state_that_has_not_taken_in_the_last_inputs_yet_does_not_lower_the_gain() -> None:
    x = paths(300, 4)
    late = 0.15 * x[:, :, 0] + 0.1 * np.pad(x[:, :-1, 0], ((0, 0), (1, 0)))
    states = circle(angles(x, 2.5) - 2.5 * late) @ frame().T
    found = phases_of(states + 0.005 * np.random.default_rng(5).normal(size=states.shape), x.astype(float))
    assert not isinstance(found, str)
    assert found[0].gain == 2.5


def test_a_turn_in_directions_of_little_variance_is_found() -> None:
    x = paths(150, 3)
    rng = np.random.default_rng(6)
    states = np.concatenate([30 * rng.normal(size=(*x.shape[:2], 40)), 10 * states_of(x)], axis=2)
    turned = np.linalg.qr(rng.normal(size=(states.shape[2],) * 2))[0]
    found = phases_of(states @ turned, x.astype(float))
    assert not isinstance(found, str)
    assert [(phase.increment.text, phase.gain) for phase in found] == [("x1", 1.0)]


def test_states_that_do_not_turn_are_refused() -> None:
    x = paths(300, 4)
    states = np.random.default_rng(0).normal(size=(*x.shape[:2], 6)).cumsum(axis=1)
    assert "no direction of the state turns" in str(phases_of(states, x.astype(float)))
    assert "stays" in str(phases_of(np.zeros((*x.shape[:2], 3)), x.astype(float)))


def test_a_start_that_inputs_do_not_tell_is_refused() -> None:
    x = paths(300, 4)
    hidden = x.copy()
    hidden[:, 0, 1:] = np.random.default_rng(8).normal(size=(300, 2))
    assert "do not say its start" in str(phases_of(states_of(x), hidden.astype(float)))


def test_functions_are_listed_once_up_to_a_factor() -> None:
    texts = [each.text for each in functions(paths(50, 0)[:, 1:].reshape(-1, 3).astype(float), 9.0)]
    assert "x1" in texts
    assert "-x1" not in texts
    assert "x2" not in texts  # 0 after the first input


def test_values_that_are_resumed_go_on_from_what_is_held() -> None:
    x = paths(40, 3).astype(float)
    found = phases_of(states_of(x), x)
    assert not isinstance(found, str)
    whole = values_along(found, x)
    assert whole.shape == (*x.shape[:2], 1 + len(LAGS))
    np.testing.assert_allclose(whole[..., 0] + whole[..., 1], angles(x), atol=1e-6)
    since = np.arange(40) % (x.shape[1] - 1)
    np.testing.assert_allclose(values_along(found, x, whole, since), whole, atol=1e-9)
    moved = whole.copy()
    moved[np.arange(40), since, 0] += 1.0
    later = np.arange(x.shape[1]) > since[:, None]
    after = values_along(found, x, moved, since)
    np.testing.assert_allclose((after - whole)[..., 0][later], 1.0, atol=1e-9)
    np.testing.assert_allclose(after[..., 1:], whole[..., 1:], atol=1e-9)


def test_a_finer_grid_takes_more_bits() -> None:
    x = paths(200, 6).astype(float)
    coarse, fine = (grid_bits(angles(x)[:, 0], x[:, 1:, 0], error) for error in (0.3, 0.03))
    assert coarse[0] < fine[0]
    assert coarse[1] < fine[1]


def test_answers_are_told_with_few_digits() -> None:
    angle = np.random.default_rng(0).uniform(-3, 3, (500, 1))
    outputs = np.stack([0.9995 * np.cos(angle[:, 0]), 2 + np.sin(2 * angle[:, 0])], axis=1)
    assert Said.fitted(angle, outputs, ("theta",), 0.01).text == "(cos(theta), 2 + sin(2*theta))"


def test_terms_say_what_they_are() -> None:
    assert Term(wave=(2,), lag=1).text(("theta",)) == "wave(2*theta_before)*dtheta_before"
    assert Term(wave=(1, -1), after=True).text(("theta1", "theta2")) == "wave(theta1 - theta2)"
    assert bits_of_number(0.5) < bits_of_number(0.512)


def explained() -> Explanation:
    found = phases.extract(reading(turning()))
    assert isinstance(found, Explanation)
    return found


def test_a_net_that_turns_an_angle_is_read() -> None:
    found = explained()
    assert found.formula == "theta = theta + x1, from atan2(x3, x2); y = (cos(theta), sin(theta))"
    assert found.run_alone is not None
    longer = paths(20, 9, length=60)
    np.testing.assert_allclose(found.run_alone(longer), circle(angles(longer)), atol=0.02)


def test_an_exchange_lands_and_another_direction_does_not() -> None:
    net, found = reading(turning()), explained()
    step = carried(found.steps)
    assert step is not None
    assert step.exchange is not None
    given = net, found.steps, found.outputs
    assert directed(*given, step).r2 > 0.99
    still = rested(*given, step)
    assert still is not None
    assert min(still) > 0.99
    beside = np.linalg.qr(np.concatenate([frame(), np.eye(12)[:, :2]], axis=1))[0][:, 2:]
    wrong = dataclasses.replace(step, exchange=dataclasses.replace(step.exchange, basis=beside))
    landed = rested(*given, wrong)
    assert landed is not None
    assert landed.lands < 0.2
    assert landed.same < 0.2
    moving = dataclasses.replace(step, exchange=dataclasses.replace(step.exchange, rest=None))
    assert rested(*given, moving) is None


def test_the_verdict_is_program_for_an_angle_and_not_for_a_grid() -> None:
    view = of_reals(Reals(2, 0.1))
    assert assess(turning(), {}, samples(), view).verdict.outcome == "program"
    assert assess(grid(), {}, samples(), view).verdict.outcome != "program"


@pytest.mark.parametrize("scale", slowly([1.0, 3.0], [1.0]))
def test_a_gain_that_is_not_one_is_told(scale: float) -> None:
    found = phases.extract(reading(turning(gain=scale)))
    assert not isinstance(found, Refusal)
    assert ("3*(x1)" in found.formula) == (scale == 3.0)


@pytest.mark.parametrize(
    ("net", "kind", "power"),
    [(turning(bias=0.004), "a bias", 2.0), (grid(), "a random walk", 1.0), (turning(), "", 0.0)],
)
def test_what_a_net_is_off_beyond_its_length_grows_as_by_a_bias_or_a_random_walk(net, kind: str, power: float) -> None:
    right = reading(turning())
    found = phases_of(right.site("state")[right.fitted], right.x[right.fitted])
    assert not isinstance(found, str)
    around = np.linspace(-3, 3, 500)[:, None]
    said = Said.fitted(around, circle(around[:, 0]), ("theta",), 0.02)
    off = drift(Carrying(reading=reading(net, longer=160), phases=tuple(found)), said)
    assert off is not None
    assert off.length == 160
    if kind:
        assert off.kind == kind
        assert abs(off.power - power) < 0.25
        assert off.most > off.least
    else:
        assert off.most < 0.01
    assert drift(Carrying(reading=right, phases=tuple(found)), said) is None
