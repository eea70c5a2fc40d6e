"""The program by which a net paints: a planted one is found and right in other scenes, of noise there is none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compare.beside.painting import NOT_FOUND, Canvas, Coat, Painting, code, measure_painting
from compare.read import Reading
from nets.edits import tapping
from nets.net import Net, wrap
from synth import BOOL, INT, Type, parse
from synth.library import LIBRARY
from tests.compare.beside.test_objects import COLOURS, SIDE, planted, reading

FACTORS = ("square", "top", "left", "bar", "at")


def factors(found: Reading) -> dict[str, np.ndarray]:
    columns = dict(zip(FACTORS, found.arguments[0].T.astype(int), strict=True))
    return columns | {name: columns[name] == 1 for name in ("square", "bar")}


def at_random() -> Net:
    """Each pixel any object, by the scene."""

    def apply(params, x, edits):
        values = tapping(edits)[1]
        seeds = (x @ jnp.array([1.0, 2.0, 16.0, 128.0, 256.0])).astype(int)
        shown = jax.vmap(lambda seed: jax.random.randint(jax.random.key(seed), (SIDE, SIDE), 0, len(COLOURS)))(seeds)
        return jnp.asarray(COLOURS)[shown].reshape(len(x), -1), values

    return wrap(apply, ())


@pytest.fixture(scope="module")
def found() -> Painting:
    given, masks = reading(planted(mixed=False))
    return measure_painting(given, masks, factors(given))


def test_a_planted_grammar_is_found_and_right_in_other_scenes(found: Painting) -> None:
    assert set(found.texts) == {"ground", "square", "bar"}
    assert next(iter(found.texts)) == "ground"
    assert list(found.texts)[-1] == "bar"  # it is in front
    assert found.iou == {"ground": 1.0, "square": 1.0, "bar": 1.0}
    assert found.alike["program"] == found.whole["program"] == 1.0
    assert found.explained["program"] > 0.999
    assert max(found.left.values()) < 1e-3
    assert found.bits["program"] + found.bits["exceptions"] < found.bits["table"] / 4
    assert found.arrays()["objects.painting"].shape[0] == 2
    words: dict[str, Type] = {name: BOOL if name in ("square", "bar") else INT for name in ("x", "y", *FACTORS)}
    for text in found.texts.values():  # as synth writes it
        parse(text, LIBRARY, words)


def test_controls_fail(found: Painting) -> None:
    assert found.explained["other order"] < 0.7
    for name in ("other factors", "other regions"):
        assert found.alike[name] < 0.9
        assert found.explained[name] < 0


def test_factors_of_other_scenes_find_no_grammar() -> None:
    given, masks = reading(planted(mixed=False))
    order = np.random.default_rng(0).permutation(given.rows)
    found = measure_painting(given, masks, {name: each[order] for name, each in factors(given).items()})
    assert set(found.texts.values()) == {NOT_FOUND}


def test_of_pixels_at_random_nothing_is_found() -> None:
    given, masks = reading(at_random())
    found = measure_painting(given, masks, factors(given))
    assert set(found.texts.values()) == {NOT_FOUND}
    assert found.explained["program"] < 0.1
    assert set(found.alike) == {"program", "mean picture"}


def test_a_factor_may_not_have_the_name_of_a_pixels_place() -> None:
    given, masks = reading(planted(mixed=False))
    with pytest.raises(ValueError, match="expected factors of other names than a pixel's column x and row y, got x;"):
        measure_painting(given, masks, {"x": factors(given)["top"]})


def test_a_painting_is_written_as_python_in_one_line_each() -> None:
    region = parse("(and (le (add a b) x) (lt x (abs (add a b))))", LIBRARY, {"x": INT, "a": INT, "b": INT})
    coat = Coat(0, region, 9.0, np.array([0.5, 1.0]))
    canvas = Canvas(coats=(coat,), ground=np.zeros(2), shape=(4, 4))
    assert code(canvas, ("sun",)) == [
        "fill(colour=(0.00, 0.00))",
        "paint('sun', colour=(0.50, 1.00), where=(a + b) <= x and x < abs((a + b)))",
    ]
    shown = canvas.shown({"a": np.array([1, 9]), "b": np.array([2, 9])})
    assert shown.shape == (2, 4, 4)
    assert (shown == -1).all()
