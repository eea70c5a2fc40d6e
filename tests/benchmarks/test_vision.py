"""Objects of two shapes: pictures by loops over pixels, noise from the seed alone, scrambles of the same parts."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from msgspec import structs

from benchmarks.engine import make
from benchmarks.recipe import prepare, read_recipe, recipe_names, sizes_of, training
from benchmarks.suite import read_suite
from benchmarks.tasks import Task, Uniform
from benchmarks.tasks.vision import (
    NOISE,
    OBJECTS,
    PAIRS,
    PARAMETERS,
    clean,
    mixed,
    normal,
    objects,
    pictures,
    strokes,
)
from nets.data import draw
from synth.language.types import INT, SEQUENCE, Fn

LINES = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)],
    "triangle": [(-1, 0.9), (1, 0.9), (0, -0.9), (-1, 0.9)],
    "X": [(-1, -1), (1, 1), None, (-1, 1), (1, -1)],
    "diamond": [(0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0), (0, -1.1)],
}


def drawn(rows: int, seed: int = 0) -> np.ndarray:
    return objects(24, rows, np.random.default_rng(seed))


def plain_picture(size: int, row: np.ndarray) -> np.ndarray:
    """Stroke by stroke and pixel by pixel."""
    number, x, y, scale, tilt, *jitter, contrast, _ = row.tolist()
    image, unit, radius = np.zeros((size, size)), size / 24, 4 * scale
    cosine, sine = math.cos(tilt), math.sin(tilt)
    for place, (shape, sign) in enumerate(zip(PAIRS[int(number)], (1, -1), strict=True)):
        centre_x = x + sign * 1.15 * radius * sine + jitter[2 * place]
        centre_y = y - sign * 1.15 * radius * cosine + jitter[2 * place + 1]
        points = [
            None
            if point is None
            else (
                (size - 1) / 2 + unit * (centre_x + radius * (cosine * point[0] - sine * point[1])),
                (size - 1) / 2 + unit * (centre_y + radius * (sine * point[0] + cosine * point[1])),
            )
            for point in LINES[shape]
        ]
        for begin, end in pairwise(points):
            if begin is not None and end is not None:
                for r, c in np.ndindex(size, size):
                    ink = contrast / (1 + math.exp(4 * (distance((c, r), begin, end) - 0.7)))
                    image[r, c] = max(image[r, c], ink)
    return image


def distance(point: tuple[float, float], begin: tuple[float, float], end: tuple[float, float]) -> float:
    """From a point to the nearest one between two ends."""
    along = (end[0] - begin[0], end[1] - begin[1])
    reached = (point[0] - begin[0]) * along[0] + (point[1] - begin[1]) * along[1]
    share = min(max(reached / (along[0] ** 2 + along[1] ** 2), 0), 1)
    return math.dist(point, (begin[0] + share * along[0], begin[1] + share * along[1]))


@pytest.mark.parametrize("size", [24, 17])
def test_pictures_without_noise_are_those_of_loops_over_pixels(size: int) -> None:
    rows = drawn(8)
    rows[:, 0] = np.arange(8)
    for picture, row in zip(clean(size, rows)[::3], rows[::3], strict=True):
        np.testing.assert_allclose(picture, plain_picture(size, row), atol=2e-3)


def test_a_picture_is_the_same_whatever_is_drawn_beside_it() -> None:
    rows = drawn(150)
    whole, order = pictures(24, rows), np.random.default_rng(1).permutation(150)[:70]
    np.testing.assert_array_equal(pictures(24, rows[order]), whole[order])
    assert whole.dtype == np.float32
    assert not np.array_equal(pictures(24, rows[:1]), pictures(24, rows[:1] + np.eye(11)[-1]))  # another seed


def test_noise_is_normal_and_of_the_seed_alone() -> None:
    rows = drawn(256)
    noise = (pictures(24, rows) - clean(24, rows)).reshape(256, -1)
    assert abs(noise.mean()) < 1e-3
    assert abs(noise.std() / NOISE - 1) < 0.01
    assert abs(((noise / NOISE) ** 4).mean() - 3) < 0.1
    moved = rows + np.eye(11)[1]
    np.testing.assert_allclose(pictures(24, moved) - clean(24, moved), noise.reshape(-1, 24, 24), atol=1e-6)
    successive = normal(np.arange(300, dtype=np.uint64), 576)  # seeds that are alike
    for sample in (successive, successive.T[:300]):
        between = np.corrcoef(sample)[np.triu_indices(300, 1)]
        assert abs(between.std() * np.sqrt(sample.shape[1]) - 1) < 0.1
        assert abs(between).max() < 6 / np.sqrt(sample.shape[1])


def test_the_hash_is_splitmix64() -> None:
    """The first numbers of its reference code from the seed 0."""
    steps = np.arange(1, 4, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert [hex(number) for number in mixed(steps).tolist()] == [
        "0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f",
    ]  # fmt: skip


def test_the_class_is_that_of_the_nearest_clean_picture() -> None:
    rows = drawn(40)
    seen = pictures(24, rows).reshape(40, -1)
    each = [clean(24, np.concatenate([np.full((40, 1), number), rows[:, 1:]], axis=1)) for number in range(8)]
    far = np.stack([((seen - picture.reshape(40, -1)) ** 2).sum(axis=1) for picture in each])
    assert far.argmin(axis=0).tolist() == OBJECTS.oracle(24, rows).tolist()
    nearest, second = np.sort(far, axis=0)[:2]
    assert (second - nearest).min() > 5 * NOISE**2 * 24  # no two classes are all but alike


def parts(number: int) -> list[set[tuple[float, ...]]]:
    """The strokes of the upper and of the lower shape, from the middle of each."""
    row = np.zeros((1, 11))
    row[:, [0, 3, 9]] = number, 1, 1
    begin, along = (found[:, 0] for found in strokes(24, row))
    lower = begin[:, 1] + along[:, 1] / 2 > 11.5
    middles = [(11.5, 11.5 + sign * 4.6) for sign in (-1, 1)]
    return [
        {tuple(np.round([*(b - middles[place]), *a], 3).tolist()) for b, a in zip(begin[own], along[own], strict=True)}
        for place, own in enumerate((~lower, lower))
    ]


def test_an_odd_class_has_the_parts_of_the_one_before_it_with_their_places_swapped() -> None:
    found = [parts(number) for number in range(8)]
    for number in range(0, 8, 2):
        assert found[number] == found[number + 1][::-1]
        assert found[number] != found[number + 1]
        assert PAIRS[number] == PAIRS[number + 1][::-1]
    assert len({tuple(sorted(pair)) for pair in PAIRS}) == 4


@pytest.mark.parametrize("size", [16, 24])
def test_nets_are_given_pictures_and_the_oracle_their_parameters(size: int) -> None:
    samples, view = OBJECTS.samples(size, 3), OBJECTS.view(size)
    assert samples is not None
    (given,) = samples.report.arguments
    assert given.shape == (2048, len(PARAMETERS))
    assert samples.report.targets.tolist() == given[:, 0].tolist()
    np.testing.assert_array_equal(view.encode(given[:9]), pictures(size, given[:9]))
    assert (view.alphabet, OBJECTS.inputs(size).shape) == (None, (2, size, size))
    assert {"height": size, "breadth": size, "classes": 8}.items() <= sizes_of(OBJECTS, size).items()
    data = OBJECTS.data(size, seed=3)
    fresh = draw(data, np.random.default_rng(0), 5)
    assert fresh.x.shape == (5, size, size)
    assert np.abs(fresh.x[1:] - fresh.x[0]).min(axis=0).max() > NOISE


def test_sizes_below_the_smallest_are_refused() -> None:
    with pytest.raises(ValueError, match="task 'objects': expected a size of at least 16, got 15; usual sizes are 24"):
        OBJECTS.check(15)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (0, 8, r"expected a class 0 \.\. 7, got 8\.0 in row 2; mend the parameters"),
        (0, 1.5, r"expected a class 0 \.\. 7, got 1\.5 in row 2"),
        (10, -1, r"expected a seed 0 \.\. 9007199254740991, got -1\.0 in row 2"),
        (10, np.nan, r"expected a seed 0 \.\. 9007199254740991, got nan in row 2"),
        (None, 0, r"expected parameters \(rows, 11\), got shape \(4, 10\); give class, x, y, scale, .*, seed"),
    ],
)
def test_parameters_of_no_picture_are_refused(column: int | None, value: float, sentence: str) -> None:
    rows = drawn(4)
    pictures(24, rows)
    if column is not None:
        rows[2, column] = value
    with pytest.raises(ValueError, match=f"task 'objects': {sentence}"):
        pictures(24, rows if column is not None else rows[:, 1:])


SPOTS = Task(
    name="spots",
    doc="x.",
    type=Fn((SEQUENCE,), INT),
    oracle=lambda n, x: x.sum(axis=1) % n,
    sizes=(3,),
    values=lambda n: n,
    classes=lambda n: n,
    seen=lambda n, x: np.repeat(x[:, :, None] / n, 2, axis=2),
    train=Uniform(length=4),
    test=(Uniform(length=4),),
)


def test_integers_may_be_seen_as_reals() -> None:
    samples, data = SPOTS.samples(3), SPOTS.data(3)
    assert samples is not None
    assert samples.report.arguments[0].dtype == np.int64
    assert (data.alphabet, data.x.dtype, data.x.shape) == (None, np.dtype("float32"), (1024, 4, 2))
    assert "alphabet" not in sizes_of(SPOTS, 3)
    assert sizes_of(SPOTS, 3)["positions"] == 8
    rest = SPOTS.spec(3)
    assert rest is not None
    assert rest.inputs[0].dtype == np.int64


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (lambda n, x: x, r"`seen` to make finite reals \(\d+, \.\.\.\), got int64 of shape \(\d+, 4\); mend it"),
        (lambda n, x: x[1:] / n, r"`seen` to make finite reals \(\d+, \.\.\.\), got float64 of shape \(\d+, 4\); mend"),
        (lambda n, x: x[:, 0] / n, r"`seen` to make finite reals \(\d+, \.\.\.\), got float64 of shape \(\d+,\); mend"),
        (lambda n, x: np.log(x - 1.0 + 0 * n, where=x > 1, out=np.full(x.shape, np.inf)), "some of them not finite; m"),
        (lambda n, x: x @ 3, r"`seen` to make \d+ rows in one array, got ValueError: .*; mend it"),
        (lambda n, x: x - x.mean(axis=0), "`seen` to make each row from its own arguments and always the same, got an"),
        (lambda n, x: x + np.random.default_rng().normal(size=x.shape), "let the arguments hold a seed for what is ra"),
    ],
)
def test_what_nets_cannot_be_given_is_refused(seen: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"task 'spots': expected .*{sentence}"):
        replace(SPOTS, seen=seen).samples(3)


def test_a_declaration_of_what_is_seen_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="task 'spots': expected seen as a function of the size, got 3; write one"):
        replace(SPOTS, seen=3)
    with pytest.raises(ValueError, match="task 'spots': expected samplers in `test`, since nets are given what `seen`"):
        replace(SPOTS, type=Fn((INT,), INT), test=(), train=None)
    assert replace(SPOTS, type=Fn((INT,), INT), test=(), train=None, seen=None).listed


def test_recipes_for_strokes_say_how_to_train() -> None:
    """One thing is different from one to the next."""
    ours = [name for name in recipe_names() if name.startswith("strokes")]
    found = {name: prepare(name, read_recipe(name, Path()), OBJECTS, 24, "hierarchy") for name in ours}
    usual = training(found["strokes"])
    assert (OBJECTS.usual_net(24), OBJECTS.usual_recipe(24)) == ("hierarchy", "strokes")
    assert (usual.noise, usual.noise_site, usual.smooth, usual.sparse) == (0.3, "image", 1e-2, 1e-3)
    assert replace(usual, smooth=0.0, sparse=0.0) == training(found["strokes_plain"])
    assert [found[f"strokes_{name}"].labels for name in ("memorised", "random_labels")] == ["true", "random"]
    assert found["strokes_memorised"].train == found["strokes_random_labels"].train
    assert {cell.recipe.name for cell in read_suite("vision").cells} == set(ours)


def test_a_cell_is_trained_from_its_declaration() -> None:
    """With all that its recipe asks for, a few steps long."""
    cell = next(cell for cell in read_suite("vision").cells if cell.recipe.name == "strokes")
    short = {**cell.recipe.train, "steps": 2, "batch": 4}
    recipe = structs.replace(cell.recipe, train=short, options={"first": 2, "second": 2, "third": 2})
    made = make(structs.replace(cell, size=16, recipe=recipe), OBJECTS)
    assert made.trained is not None
    assert made.trained.steps == 2
    assert made.net.sites[0] == "image"
    assert jax.tree.map(np.shape, made.params)["F0"] == (7, 7, 1, 2)
