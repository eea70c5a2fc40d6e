"""Scenes: drawn as by loops over pixels, masks of all that is drawn, factors that cannot be, recipes."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from benchmarks.engine import beside, make
from benchmarks.recipe import prepare, read_recipe, recipe_names, training
from benchmarks.suite import read_suite
from benchmarks.tasks.scenes import (
    COLOURS,
    FACTORS,
    HIGH,
    LOW,
    NAMES,
    OBJECTS,
    SCENES,
    SCENES_SEEN,
    TOLERANCE,
    doors_alone,
    drawn,
    masks,
    scenes,
)
from benchmarks.tasks.task import Misplaced
from compare import Case
from tests.benchmarks.plain_scenes import plain_objects, plain_picture


def some(rows: int, seed: int = 0) -> np.ndarray:
    return scenes(16, rows, np.random.default_rng(seed))


def one(**factors: int) -> np.ndarray:
    """A scene with nothing in it but what is named."""
    return np.array([[factors.get(name.replace(" ", "_"), low) for name, low in zip(NAMES, LOW, strict=True)]], float)


@pytest.mark.parametrize("size", [16, 24, 32])
def test_pictures_and_masks_are_those_of_loops_over_pixels(size: int) -> None:
    factors = np.concatenate([some(24), np.random.default_rng(1).integers(LOW, HIGH + 1, (24, len(LOW)))])
    pictures, where = drawn(size, factors), masks(size, factors)
    assert pictures.shape == (48, SCENES.classes(size))
    for row, picture, mask in zip(factors, pictures, where, strict=True):
        assert picture.tolist() == plain_picture(size, row)
        expected = np.array(plain_objects(size, row))
        assert all(np.array_equal(expected == name, mask[place]) for place, name in enumerate(OBJECTS))


def test_masks_cover_what_is_drawn_once() -> None:
    where = masks(16, some(200))
    assert (where.sum(axis=1) == 1).all()
    assert where.any(axis=(0, 2, 3)).all()


def test_how_often_objects_are_there() -> None:
    """A house in half of the pictures and a door in half of these, always whole on its house."""
    factors = some(4000)
    share = dict(zip(NAMES, factors.mean(axis=0), strict=True))
    for name, expected in (("house", 0.5), ("door", 0.25), ("tree", 0.5), ("sun", 0.5)):
        assert abs(share[name] - expected) < 0.03
    assert not (factors[:, NAMES.index("door")] > factors[:, NAMES.index("house")]).any()
    doors = masks(16, factors[(factors[:, NAMES.index("door")] == 1) & (factors[:, NAMES.index("tree")] == 0)])
    assert (doors[:, OBJECTS.index("door")].sum(axis=(1, 2)) == 6).all()


def test_a_door_without_a_house_is_not_drawn() -> None:
    assert np.array_equal(drawn(16, one(door=1, house_breadth=5)), drawn(16, one()))
    assert not np.array_equal(drawn(16, one(door=1, house=1)), drawn(16, one(house=1)))


def test_no_pixel_is_right_in_two_colours() -> None:
    assert min(abs(a - b).max() for a, b in combinations(COLOURS, 2)) == pytest.approx(2 * TOLERANCE)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("horizon", 11, r"expected a horizon 8 \.\. 10, a whole number, got 11 in row 1; mend the factors"),
        ("door", 0.5, r"expected a door 0 \.\. 1, a whole number, got 0\.5 in row 1"),
        ("sun x", np.nan, r"expected a sun x 2 \.\. 12, a whole number, got nan in row 1"),
        ("tree x", -3, r"expected a tree x 11 \.\. 13, a whole number, got -3 in row 1"),
    ],
)
def test_factors_outside_their_range_are_refused(name: str, value: float, sentence: str) -> None:
    factors = some(3)
    given = factors.copy()
    given[1, NAMES.index(name)] = value
    assert SCENES.seen is not None
    for function in (drawn, masks, SCENES.seen):
        function(16, factors)
        with pytest.raises(ValueError, match=f"task 'scenes': {sentence}"):
            function(16, given)
    with pytest.raises(ValueError, match=r"expected factors \(rows, 11\), got shape \(3, 10\); give horizon, house"):
        drawn(16, factors[:, 1:])


def test_nets_see_every_factor_from_less_than_nothing_to_more() -> None:
    seen = SCENES.view(16).encode(some(500))
    assert seen.shape == (500, len(FACTORS))
    assert seen.min(axis=0).tolist() == [-1.0] * len(FACTORS)
    assert seen.max(axis=0).tolist() == [1.0] * len(FACTORS)


def test_masks_are_of_the_objects_that_the_task_names() -> None:
    given = (some(5),)
    assert tuple(SCENES.masked(16, given)) == OBJECTS
    assert replace(SCENES, masks=None, objects=(), factors=(), misplaced=(), within=()).masked(16, given) == {}
    with pytest.raises(
        ValueError, match=r"task 'scenes': expected masks as Booleans of shape \(5, 2, height, breadth\), "
    ):
        replace(SCENES, objects=("sky", "ground"), misplaced=(), within=()).masked(16, given)
    with pytest.raises(ValueError, match=r"got bool of shape \(5, 16, 16\); give as many"):
        replace(SCENES, masks=lambda size, factors: masks(size, factors)[:, 0]).masked(16, given)


def test_declarations_of_objects_that_cannot_be_are_refused() -> None:
    assert replace(SCENES, misplaced=()).misplaced == ()
    with pytest.raises(ValueError, match="expected masks where factors are named, since these say what a picture is"):
        replace(SCENES, masks=None, objects=(), misplaced=(), within=())
    with pytest.raises(ValueError, match="expected masks and the names of their objects, or neither, got no objects"):
        replace(SCENES, objects=(), misplaced=())
    with pytest.raises(ValueError, match="task 'scenes': expected answers that are reals, since masks are of the pict"):
        replace(SCENES, kind="sets")
    with pytest.raises(ValueError, match="task 'scenes': unknown object 'dor'; did you mean 'door'"):
        replace(SCENES, misplaced=(Misplaced("dor", doors_alone),))
    with pytest.raises(ValueError, match="task 'scenes': unknown object 'hous'; did you mean 'house'"):
        replace(SCENES, within=(("door", "hous"),))


def test_doors_are_asked_for_where_there_is_no_house() -> None:
    (alone,) = doors_alone(16, some(100))
    assert 0 < len(alone) < 100
    assert (alone[:, NAMES.index("house")] == 0).all()
    assert (alone[:, NAMES.index("door")] == 1).all()
    assert not masks(16, alone)[:, OBJECTS.index("door")].any()


def test_factors_have_names_and_are_whole_or_booleans() -> None:
    found = SCENES.factored((some(200),))
    assert list(found)[:6] == ["horizon", "house", "door", "tree", "sun", "house_x"]
    assert [found[name].dtype.kind for name in ("horizon", "house", "sun_x")] == ["i", "b", "i"]
    assert replace(SCENES, factors=()).factored((some(5),)) == {}
    with pytest.raises(ValueError, match=r"expected 10 numbers a row, one for each of `factors`, got shape \(5, 11\)"):
        replace(SCENES, factors=NAMES[1:]).factored((some(5),))


@pytest.mark.slow
def test_objects_are_measured_beside_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an untrained net, which draws hardly a door wherever it is asked."""
    monkeypatch.setattr("compare.beside.objects.ROWS", 64)
    monkeypatch.setattr("benchmarks.tasks.drawn.ROWS", 128)
    cell = next(cell for cell in read_suite("scenes").cells if cell.recipe.untrained)
    recipe = structs.replace(cell.recipe, options={"first": 4, "second": 5, "third": 4})
    cell = structs.replace(cell, recipe=recipe)
    case = Case(spec=None, view=SCENES.view(16), samples=SCENES.samples(16, 0))
    found, arrays = beside(make(cell, SCENES), SCENES, cell, case)
    assert tuple(found["objects_right"]) == OBJECTS
    assert {key.partition(" at ")[0] for key in found["objects_iou"]} == set(OBJECTS)
    assert max(found["objects_drawn"]["door"], found["objects_misplaced"]["door"]) < 0.1
    assert set(found["painting_iou"]) <= set(OBJECTS)
    assert arrays["objects.painting"].shape == (2, 4, 16, 16, 3)
    assert arrays["objects.map.0.iou"].shape == (len(OBJECTS),)
    assert beside(
        make(cell, SCENES), replace(SCENES, masks=None, objects=(), factors=(), misplaced=(), within=()), cell, case
    ) == (
        {},
        {},
    )


def test_recipes_for_scenes_say_how_to_train() -> None:
    ours = [name for name in recipe_names() if name.startswith("scenes")]
    found = {name: prepare(name, read_recipe(name, Path()), SCENES, 16, "generator") for name in ours}
    usual, seen = training(found["scenes"]), training(found["scenes_seen"])
    assert (usual.batch, usual.steps, usual.learning_rate, usual.schedule) == (64, 3000, 8e-3, "cosine")
    assert (seen.noise, seen.noise_site, seen.prior, seen.prior_site) == (1.0, "noise", 2e-5, "code")
    assert (found["scenes_memorised"].fixed, found["scenes_seen_memorised"].fixed) == (32, 32)
    assert found["scenes_untrained"].untrained
    assert {cell.recipe.name for cell in read_suite("scenes").cells} == set(ours)


def test_what_is_seen_is_what_is_to_be_drawn() -> None:
    factors = some(5)
    assert SCENES_SEEN.seen is not None
    assert np.allclose((SCENES_SEEN.seen(16, factors) + 1) / 2, drawn(16, factors))
    assert np.array_equal(SCENES_SEEN.oracle(16, factors), drawn(16, factors))
    assert SCENES_SEEN.within == (("door", "house"),)
    assert SCENES_SEEN.misplaced == ()  # a picture of a door without a house cannot be seen


@pytest.mark.slow
def test_a_cell_is_trained_from_its_declaration() -> None:
    cell = next(cell for cell in read_suite("scenes").cells if cell.recipe.name == "scenes")
    short = {**cell.recipe.train, "steps": 2, "batch": 4}
    recipe = structs.replace(cell.recipe, train=short, options={"first": 2, "second": 2, "third": 2})
    made = make(structs.replace(cell, recipe=recipe), SCENES)
    assert made.trained is not None
    assert made.trained.steps == 2
    assert made.net.sites == ("map.0.pre", "map.0", "map.1.pre", "map.1", "map.2.pre", "map.2")
