"""What heads do: a compiled induction circuit has the scores that it is made of, an untrained net those of chance."""

import jax
import numpy as np
import pytest

from benchmarks.controls.compiled import known
from compare import Classes, Sample, Samples, by_position, of_sequences
from compare.circuits import circuit, fall, heads_of, kept_by, measure_heads
from compare.read import Reading, read
from compare.record import HeadLine
from nets import mlp, sequence_transformer
from tests.compare.nets_at_hand import addition

N = 12  # letters of the known program


def reading(net, params, x: np.ndarray) -> Reading:
    """Held against what followed the earlier place of each letter that came before."""
    earlier = (x[:, :, None] == x[:, None, :]) & np.tri(x.shape[1], k=-1, dtype=bool)
    place = np.minimum(earlier.argmax(axis=2) + 1, x.shape[1] - 1)
    right, mask = np.take_along_axis(x, place, axis=1), earlier.any(axis=2)
    halves = (
        Sample(arguments=(x[part],), targets=right[part], mask=mask[part]) for part in (slice(99), slice(99, 200))
    )
    fit, report = halves
    return read(net, params, None, of_sequences(N + 1, Classes(N + 1)), samples=Samples(fit=fit, report=report))


def named(scores: tuple[HeadLine, ...]) -> dict[str, HeadLine]:
    return {head.head: head for head in scores}


@pytest.fixture(scope="module")
def compiled() -> Reading:
    net, params, _, x = known("induction", rotation_seed=1)
    found = reading(net, params, x)
    assert found.match(found.answers) == 1.0
    return found


def test_a_compiled_induction_circuit_has_the_scores_that_it_is_made_of(compiled: Reading) -> None:
    found = named(heads_of(compiled))
    first, second, chance = found["head.0.0"], found["head.1.0"], found["chance"]
    assert first.previous > 0.95
    assert second.matching > 0.95
    assert second.copying == 1.0
    assert max(first.matching, second.previous) < 0.2
    assert chance.previous == pytest.approx(np.mean(1 / np.arange(2, 26)))
    assert 1 / 25 < chance.matching < 1 / 9
    assert chance.copying == 1 / (N + 1)


def test_both_heads_keep_the_whole_gain_and_one_alone_none(compiled: Reading) -> None:
    assert kept_by(compiled, ("head.0.0", "head.1.0")).kept == 1.0
    assert circuit(compiled) == kept_by(compiled, ("head.0.0", "head.1.0"))
    assert kept_by(compiled, ()).kept == 0.0
    assert circuit(compiled, 1).kept < 0.2
    fields = measure_heads(compiled)
    assert fields["heads"] == list(heads_of(compiled))
    assert (fields["heads_two"], fields["heads_kept"]) == (["head.0.0", "head.1.0"], 1.0)
    with pytest.raises(ValueError, match=r"expected heads among head\.0\.0, head\.1\.0, got 'head\.2\.0'"):
        kept_by(compiled, ("head.2.0",))


def test_an_untrained_net_is_at_chance(compiled: Reading) -> None:
    net = sequence_transformer(
        positions=25, alphabet=N + 1, classes=N + 1, width=32, layers=2, heads=1, mlp=False, order="relative"
    )
    *heads, chance = heads_of(reading(net, net.init(jax.random.key(0)), compiled.x))
    assert [head.head for head in heads] == ["head.0.0", "head.1.0"]
    for head in heads:
        assert head.previous == pytest.approx(chance.previous, abs=0.1)
        assert head.matching == pytest.approx(chance.matching, abs=0.1)
        assert head.copying < 0.5


def test_scores_need_heads_over_sequences() -> None:
    net = mlp(positions=2, alphabet=7, classes=7)
    found = read(net, net.init(jax.random.key(0)), addition(7), by_position(7, 7))
    assert measure_heads(found) == {}
    with pytest.raises(ValueError, match=r"sites head\.LAYER\.HEAD\.pattern, \.value and \.out, got the sites"):
        heads_of(found)


def test_a_fall_is_timed() -> None:
    found = fall([0, 10, 20, 30, 40], [2.0, 1.9, 0.4, 0.1, 0.0])
    assert found.begins == pytest.approx(10 + 10 * (0.1 / 1.5))
    assert found.steepest == 15.0
    assert found.ends == pytest.approx(20 + 10 * (0.2 / 0.3))
    for losses in ([1.0, 1.0], [1.0], []):
        with pytest.raises(ValueError, match="expected losses at two steps or more that fall, got"):
            fall(range(len(losses)), losses)
