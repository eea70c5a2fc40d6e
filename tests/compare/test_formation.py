"""Nets on samples along training: distances from simpler answers, and when the program is there."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from compare import Case, Classes, Distributions, Sample, Samples, assess, formation, of_sequences
from compare.formation import RIGHT_ONES, follow
from nets import Net, wrap
from tests.compare.test_samples import words

STEPS = np.array([0, 10, 20, 30])


def leaning() -> Net:
    """Logits of the last bit, and of the bit before it, by the params (bias, last)."""

    def apply(params, x, edits):
        state = edits.get("state", x[..., None] * params["last"] + params["bias"])
        return jnp.concatenate([jnp.zeros_like(state), state], axis=-1), {"state": state}

    return wrap(apply, ("state",))


def case(right, kind) -> Case:
    fit, report, longer = (words(length, seed=seed) for seed, length in enumerate((6, 6, 12)))
    fit, report, longer = (Sample(arguments=(x,), targets=right(x)) for x in (fit, report, longer))
    return Case(spec=None, view=of_sequences(2, kind), samples=Samples(fit=fit, report=report, longer=(longer,)))


def rates(x: np.ndarray) -> np.ndarray:
    high = 1 / (1 + np.exp(1.0 - 3.0 * x))
    return np.stack([1 - high, high], axis=-1)


def test_a_net_is_nearest_to_the_stage_whose_answers_it_gives() -> None:
    asked = case(rates, Distributions(2, 0.01))
    assert asked.samples is not None
    x = asked.samples.report.arguments[0]
    stages = {"all alike": np.full((*x.shape, 2), 0.5), "mostly 1": np.tile([0.25, 0.75], (*x.shape, 1))}
    checkpoints = {"bias": jnp.array([0.0, 0.1, 1.0, -1.0]), "last": jnp.array([0.0, 0.0, 0.1, 3.0])}
    last = assess(leaning(), {name: each[-1] for name, each in checkpoints.items()}, asked)
    found = follow(leaning(), checkpoints, STEPS, asked, last, stages=stages)
    assert found.nearest == ("all alike", "all alike", "mostly 1", RIGHT_ONES)
    assert found.stages["all alike"][0] == pytest.approx(0, abs=1e-6)
    assert found.stages[RIGHT_ONES][-1] == pytest.approx(0, abs=1e-6)
    assert found.measures["held_out_accuracy"].tolist() == [0, 0, 0, 1]
    assert found.generalisation == 25.0
    assert {"stages.step", "stages.all alike", "trajectory.longer_accuracy"} <= set(found.arrays)
    assert found.formation is None  # the last net is right, but no program was read in it


@pytest.mark.slow
def test_a_program_has_formed_where_every_later_net_that_was_judged_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = case(lambda x: x, Classes(2))
    weights = jnp.array([-1.0, 1.0, 2.0, 3.0])
    checkpoints = {"bias": -weights / 2, "last": weights}
    none = assess(leaning(), {"bias": -0.5, "last": 1.0}, asked)
    program = replace(none, verdict=replace(none.verdict, outcome="program"))
    judged = []

    def canned(net, params, case, seed):
        judged.append(float(params["last"]))
        return none if params["last"] < 1.5 else program

    monkeypatch.setattr(formation, "assess", canned)
    found = follow(leaning(), checkpoints, STEPS, asked, program)
    assert judged == [1.0, 2.0]
    assert found.measures["program"].tolist() == [0, 0, 1, 1]
    assert found.measures["same_program"].tolist()[1:] == [1, 1, 1]
    assert found.fields() == {"step_formation": 20.0, "step_cleanup": None, "step_generalisation": 5.0}
    assert found.stages == {}
    assert found.nearest == ()
    judged.clear()
    assert follow(leaning(), checkpoints, STEPS, asked, none).formation is None
    assert judged == []
