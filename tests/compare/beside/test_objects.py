"""Objects in pictures: a net whose units are their masks has them, one that mixes them has not."""

import jax.numpy as jnp
import numpy as np
import pytest

from compare.answers import Reals
from compare.beside.ablation import dealt, drawn_objects, rest
from compare.beside.objects import Objects, measure_objects, share_drawn
from compare.beside.overlap import stretched
from compare.beside.told import told
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.view import of_reals
from nets.edits import tapping
from nets.net import Net, wrap

SIDE, NAMES = 8, ("ground", "square", "bar")
COLOURS = np.array([[0.0, 0.2], [1.0, 0.3], [0.4, 1.0]], np.float32)
COPIES, UNITS = 4, 48  # units an object, and in all: the others are idle
MIX = np.linalg.qr(np.random.default_rng(5).normal(size=(UNITS, UNITS)))[0].astype("f")


def masks(x):
    """Of inputs (square there, its row, its column, bar there, its row); a bar is in front."""
    row, column = jnp.arange(SIDE)[None, :, None], jnp.arange(SIDE)[None, None, :]
    square, top, left, bar, at = jnp.asarray(x).T[:, :, None, None]
    in_bar = (bar == 1) & (row == at) & (column >= 0)
    in_square = (square == 1) & (row >= top) & (row < top + 3) & (column >= left) & (column < left + 3) & ~in_bar
    return jnp.stack([~in_bar & ~in_square, in_square, in_bar], axis=-1)


def drawn(rows: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    most = (2, SIDE - 2, SIDE - 2, 2, SIDE)
    return np.stack([rng.integers(0, end, rows) for end in most], axis=1).astype("f")


def planted(mixed: bool):
    """Four units an object hold a quarter of its mask each; or all are turned into each other, and back to be read."""
    turn = MIX if mixed else np.eye(UNITS, dtype="f")

    def apply(params, x, edits):
        tap, values = tapping(edits)
        units = jnp.repeat(masks(x).astype("f"), COPIES, axis=-1) / COPIES
        whole = jnp.concatenate([units, jnp.zeros((*units.shape[:3], UNITS - units.shape[3]))], axis=-1)
        held = (tap("map", tap("map.pre", whole @ turn)) @ turn.T)[..., : units.shape[3]]
        return (held @ np.repeat(COLOURS, COPIES, axis=0)).reshape(len(x), -1), values

    return wrap(apply, ("map.pre", "map"))


def reading(net: Net) -> tuple[Reading, dict[str, np.ndarray]]:
    given = [drawn(200, seed) for seed in (1, 2)]
    pictures = [np.asarray(masks(x) @ COLOURS).reshape(len(x), -1) for x in given]
    parts = [Sample(arguments=(x,), targets=y) for x, y in zip(given, pictures, strict=True)]
    view = of_reals(Reals(SIDE * SIDE * 2, 0.05))
    found = read(net, {}, None, view, samples=Samples(fit=parts[0], report=parts[1]))
    where = np.asarray(masks(found.arguments[0]))
    return found, {name: where[..., place] for place, name in enumerate(NAMES)}


def measured(mixed: bool) -> Objects:
    return measure_objects(*reading(planted(mixed)))


def test_units_that_are_masks_overlap_with_their_objects_and_carry_them_alone() -> None:
    found = measured(mixed=False)
    assert list(found.sites) == ["map"]
    at, fields = found.sites["map"], found.fields()
    assert at.iou.tolist() == [1.0] * 3
    assert (at.shuffled[1:] < 0.3).all()
    assert np.allclose(at.told[1:], 1.0)
    assert fields["objects_right"] == dict.fromkeys(NAMES, 1.0)
    assert fields["objects_iou"] == {f"{name} at map": 1.0 for name in NAMES}
    assert list(fields["objects_told"]) == ["square at map", "bar at map"]  # ground is in every picture


def test_units_that_are_masks_go_alone_and_bring_their_object_into_other_pictures() -> None:
    found = measured(mixed=False)
    at, fields = found.sites["map"].switched, found.fields()
    assert at.units[1:].tolist() == [[4, 5, 6, 7], [8, 9, 10, 11]]
    assert at.removed[1:].tolist() == [1.0] * 2
    assert (at.inserted[1:] > 0.9).all()  # but for some squares where a bar is
    assert not at.others[1:].any()
    assert (at.random[1:] < 0.2).all()
    assert (at.inserted_random[1:] < 0.2).all()
    assert np.isnan(at.removed[0])  # ground is in every picture
    assert fields["objects_removed"] == {"square at map": 1.0, "bar at map": 1.0}


def test_pictures_with_units_switched_off_are_kept() -> None:
    found = measured(mixed=False)
    drawn, off, other = found.off["square at map"]
    assert np.allclose(drawn[~(off == drawn).all(axis=-1)], COLOURS[1])
    assert (~(off == drawn).all(axis=-1)).sum() == 9  # a whole square
    arrays = found.arrays()
    assert arrays["objects.off"].shape == (2, 3, SIDE, SIDE, 2)
    assert arrays["objects.off"].dtype == np.uint8
    assert arrays["objects.off.names"].tolist() == ["square at map", "bar at map"]
    assert arrays["objects.map.units"].shape == (3, 4)
    assert other.shape == drawn.shape


def test_what_is_within_an_object_may_go_with_it() -> None:
    given, where = reading(planted(False))
    every = np.stack(list(where.values()), axis=1)
    parts = np.zeros((3, 3), bool)
    parts[2, 1] = True  # the bar is within the square
    objects = drawn_objects(every, np.asarray(given.targets).reshape(-1, SIDE, SIDE, 2), parts)
    assert np.allclose(objects.colours, COLOURS)
    lost = np.array([0.1, 0.5, 0.9])
    assert [rest(lost, place, objects) for place in range(3)] == pytest.approx([0.7, 0.1, 0.3])


def test_units_that_are_turned_into_each_other_bring_no_object_into_other_pictures() -> None:
    at = measured(mixed=True).sites["map"].switched
    assert (at.inserted[1:] < 0.1).all()
    assert at.removed[1] < 0.1


def test_masks_of_other_pictures_overlap_with_no_unit() -> None:
    given, where = reading(planted(False))
    order = np.random.default_rng(3).permutation(given.rows)
    at = measure_objects(given, {name: mask[order] for name, mask in where.items()}).sites["map"]
    assert (at.iou[1:] < 0.3).all()


def test_an_object_is_drawn_where_its_colour_is_on_some_pixels() -> None:
    given, where = reading(planted(False))
    assert share_drawn(given, where, "square") > 0.95  # but for some that a bar hides
    there = np.array([[1, 2, 2, 0, 0], [0, 2, 2, 0, 0], [0, 0, 0, 1, 5]], np.float32)
    assert share_drawn(given, where, "square", (there,)) == pytest.approx(1 / 3)


def test_a_map_is_stretched_over_the_picture() -> None:
    small = np.arange(6.0).reshape(1, 2, 3, 1)
    assert stretched(small, (4, 6))[0, :, :, 0].tolist() == [[0, 0, 1, 1, 2, 2]] * 2 + [[3, 3, 4, 4, 5, 5]] * 2


def test_what_is_not_there_to_be_told_is_at_chance() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 400, 5))
    assert told(one, other, one[:, 0] > 0, other[:, 0] > 0) > 0.95
    assert abs(told(one, other, rng.random(400) > 0.5, rng.random(400) > 0.5) - 0.5) < 0.1
    assert np.isnan(told(one, other, one[:, 0] > 0, np.ones(400, bool)))


def test_masks_of_other_pictures_or_rows_are_refused() -> None:
    given, where = reading(planted(False))
    with pytest.raises(ValueError, match="objects: expected masks of all 400 rows, got 5; give one for each row"):
        measure_objects(given, {name: mask[:5] for name, mask in where.items()})
    with pytest.raises(ValueError, match="objects: expected answers that are reals, as many for each of 56 pixels"):
        measure_objects(given, {name: mask[:, :7] for name, mask in where.items()})


def test_a_net_that_draws_no_numbers_is_refused() -> None:
    net = planted(False)
    with pytest.raises(ValueError, match=r"expected finite outputs, got \[nan nan"):
        reading(wrap(lambda params, x, edits: (net.apply(params, x, edits)[0] * jnp.nan, {}), ()))


@pytest.mark.parametrize(("count", "draws", "units"), [(3, 1, 3), (16, 4, 16), (18, 4, 16), (64, 8, 32)])
def test_random_units_are_dealt_out_once(count: int, draws: int, units: int) -> None:
    found = dealt(count, np.random.default_rng(0))
    assert len(found) == draws
    assert len(np.unique(np.concatenate(found))) == sum(map(len, found)) == units
