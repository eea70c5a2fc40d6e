"""S where the net is right: what it answers wrongly elsewhere does not count."""

import numpy as np
from nets_at_hand import addition

from benchmarks.controls.circles import clock
from compare import by_position
from compare.evidence.substitution import kept_right
from compare.read import read

P = 11


def test_the_nets_right_answers_alone_have_to_stay() -> None:
    right = addition(P).outputs
    targets = np.where(np.arange(P * P) % 3 == 0, (right + 1) % P, right)  # by which the net is wrong on a third
    reading = read(*clock(P, (2,)), addition(P, targets), by_position(P, P))
    rows = reading.reported
    ours = reading.answers[rows]
    wrong = ours != reading.targets[rows]
    assert 0.2 < wrong.mean() < 0.5
    assert kept_right(reading, ours) == 1
    assert kept_right(reading, np.where(wrong, (ours + 1) % P, ours)) == 1
    assert kept_right(reading, np.where(wrong, ours, (ours + 1) % P)) == 0
    none = read(*clock(P, (2,)), addition(P, (right + 1) % P), by_position(P, P))
    assert kept_right(none, none.answers[none.reported]) is None
