"""What was read is run by itself: beside the net, on whole sequences, at every length."""

from dataclasses import replace

import numpy as np
import pytest

from compare.alone import alone, answers_read, right_throughout, throughout
from compare.explanation import Explanation
from compare.extract.recurrent.machine import Machine
from compare.read import Reading
from tests.compare.planted_machines import planted, reading, remainders
from tests.compare.test_carried_state import explained, looped


@pytest.fixture(scope="module")
def given() -> Reading:
    return reading(planted(remainders(3, 3), rows=120))


def forgetful() -> Machine:
    """As the sum modulo 3, but that a 2 after two of them counts for nothing."""
    after = remainders(3, 3).after.copy()
    after[2, 2] = 2
    return Machine(after=after, says=after)


def test_a_machine_that_is_the_nets_agrees_at_every_length(given: Reading) -> None:
    found = alone(given, explained(given, remainders(3, 3)))
    assert found is not None
    assert (found.agreement, found.throughout) == (1.0, (1.0, 1.0))
    assert [each.shape for each in found.answers] == [given.answers.shape, given.longer[0].answers.shape]


def test_whole_sequences_are_fewer_the_longer_they_are(given: Reading) -> None:
    found = alone(given, explained(given, forgetful()))
    assert found is not None
    short, long = found.throughout
    assert long < short < found.agreement < 1


def test_a_loop_is_run_as_it_is_printed(given: Reading) -> None:
    found = alone(given, explained(given, looped("s from 0 by (mod (add s x) 3); s'")))
    assert found is not None
    assert found.throughout == (1.0, 1.0)


def test_text_without_a_state_is_run_in_blocks_where_it_can_be(given: Reading) -> None:
    stateless = replace(explained(given, remainders(3, 3)), loop=None)
    bare = Explanation(
        extractor="planted", template="", steps=stateless.steps[1:], outputs=stateless.outputs,
        hidden=stateless.hidden, formula="y", bits_formula=0.0,
    )  # fmt: skip
    assert answers_read(bare, given) is None
    assert alone(given, bare) is None
    assert alone(given, None) is None
    blocks: list[int] = []

    def counted(x: np.ndarray) -> np.ndarray:
        blocks.append(len(x))
        return x.cumsum(axis=1) % 3

    found = alone(given, replace(bare, run_alone=counted))
    assert found is not None
    assert found.throughout == (1.0, 1.0)
    assert max(blocks) < sum(blocks)


def test_positions_that_do_not_count_do_not_matter(given: Reading) -> None:
    wrong = given.answers.copy()
    wrong[:, 0] += 1
    assert not throughout(given, wrong, given.answers).any()
    masked = replace(given, mask=np.arange(wrong.shape[1]) > np.zeros((len(wrong), 1)))
    assert throughout(masked, wrong, given.answers).all()


def test_the_net_is_right_on_whole_sequences_or_is_not(given: Reading) -> None:
    assert right_throughout(given) == (1.0, 1.0)
    assert right_throughout(replace(given, targets=(given.targets + 1) % 3))[0] == 0.0
