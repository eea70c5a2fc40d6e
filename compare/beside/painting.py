"""The program by which a net paints its pictures, object over object, read out of them; decides no verdict.

A pixel is drawn as the object of the nearest colour (`compare.beside.ablation`). Where each object is becomes a program
over the pixel's column x and row y and the factors of the scene, and which lies in front of which follows with it: both
are sought by `synth.search.layers` on one half of the rows, in the net's own pictures; nothing is asked of the task but
what its factors are called. An object whose region is not found is not painted. The program's pictures are then put in
the place of the net's on other rows, beside the same of other scenes' factors, of layers in another order, and of
regions that are dealt out anew to the objects.

Of a net with the site LATENT a second program is one of the latents alone: each factor is a polynomial of second degree
in them, fitted where an object is drawn that needs the factor.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import lgamma, log
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.beside.ablation import Drawn
from compare.beside.latents import LATENT
from compare.beside.objects import objects_of, pictures, tolerance_of
from compare.beside.told import solved
from compare.bits import exception_bits
from compare.read import Reading
from synth import Program
from synth.language.python_view import python_source
from synth.search.layers import layers
from synth.search.regions import run

SCENES = 512  # rows to fit on, and as many others to report on
SHOWN = 4  # pictures of the report
DRAWS = 8  # of each control
ACROSS, DOWN = "x", "y"  # a pixel's column and row
COLOUR = 8  # bits of each channel of a colour
RIDGE = 1e-3  # of the mean square of a latent's terms
NOT_FOUND = "not found"
Factors = Mapping[str, np.ndarray]


class Coat(NamedTuple):
    """One object of a painting."""

    place: int  # the object's
    program: Program
    bits: float
    colour: Float[np.ndarray, " channels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Coats from the back to the front, on one colour."""

    coats: tuple[Coat, ...]
    ground: Float[np.ndarray, " channels"]
    shape: tuple[int, int]

    def shown(self, factors: Factors) -> Int[np.ndarray, "n height breadth"]:
        """Which object each pixel is painted as, -1 for none."""
        columns = pixels(factors, self.shape)
        found = np.full(len(columns[ACROSS]), -1)
        for coat in self.coats:
            found[run(coat.program, columns)] = coat.place
        return found.reshape(-1, *self.shape)

    def painted(self, shown: Int[np.ndarray, "n height breadth"]) -> Float[np.ndarray, "n height breadth channels"]:
        table = np.tile(self.ground, (1 + max((coat.place for coat in self.coats), default=0) + 1, 1))
        for coat in self.coats:
            table[coat.place] = coat.colour
        return table[shown]  # -1 is the last, which no object has


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """What was found, and how far it goes."""

    texts: dict[str, str]  # by object, from the back to the front; then those that were not found
    code: list[str]
    iou: dict[str, float]  # of each object's pixels as the net and as the program paints them
    left: dict[str, float]  # of what each object's pixels differ by from the mean picture, what the program leaves
    alike: dict[str, float]  # share of the pixels, of the program and its controls
    explained: dict[str, float]  # share of the variance round the mean picture, the same
    whole: dict[str, float]  # share of the pictures that are alike in every pixel, the same
    bits: dict[str, float]  # of the program, of the pixels that it does not tell, and of a table
    samples: Float[np.ndarray, "2 n height breadth channels"]  # the net's pictures and the program's

    def fields(self) -> dict[str, dict[str, float] | dict[str, str] | list[str]]:
        """Of a record."""
        return {
            "painting": self.texts,
            "painting_code": self.code,
            "painting_iou": self.iou,
            "painting_left": self.left,
            "painting_alike": self.alike,
            "painting_explained": self.explained,
            "painting_whole": self.whole,
            "painting_bits": self.bits,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Beside it, in 256 levels."""
        return {"objects.painting": np.rint(255 * np.clip(self.samples, 0, 1)).astype(np.uint8)}


def measure_painting(
    reading: Reading, masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]], factors: Factors
) -> Painting:
    """Of a net that draws pictures, given what is in the scenes of all rows: whole numbers, or Booleans, (rows,).

    Masks say what colours objects have, and name them. ValueError where answers are no pictures, or a factor has the
    name of a pixel's column or row.
    """
    names, objects = tuple(masks), objects_of(reading, masks, ())
    refuse_names(factors)
    fit, report = (rows[:SCENES] for rows in (reading.fitted, reading.reported))
    canvas = read_off(reading, objects, taken(factors, fit), fit)
    seen = Seen.of(reading, objects, fit, report)
    shown = canvas.shown(taken(factors, report))
    tried = {"program": [canvas.painted(shown)], **controls(canvas, taken(factors, report), reading.seed)}
    tried["mean picture"] = [np.broadcast_to(seen.mean, seen.drawn.shape)]
    told = from_latents(reading, objects, canvas, factors, fit, report)
    tried |= {} if told is None else {"latents": [canvas.painted(canvas.shown(told))]}
    scores = {name: np.mean([seen.scores(each) for each in some], axis=0) for name, some in tried.items()}
    found = [coat.place for coat in canvas.coats]
    missing = [name for place, name in enumerate(names) if place not in found and (seen.shown == place).any()]
    return Painting(
        texts={names[coat.place]: coat.program.show() for coat in canvas.coats} | dict.fromkeys(missing, NOT_FOUND),
        code=code(canvas, names),
        iou=by_name(names, seen.overlap(shown, len(names))),
        left=by_name(names, seen.left(tried["program"][0], len(names))),
        alike={name: float(each[0]) for name, each in scores.items()},
        explained={name: float(each[1]) for name, each in scores.items()},
        whole={name: float(each[2]) for name, each in scores.items()},
        bits=bits(canvas, seen.shown, shown, len(names)),
        samples=np.stack([seen.drawn[:SHOWN], tried["program"][0][:SHOWN]]),
    )


def refuse_names(factors: Factors) -> None:
    wrong = sorted({ACROSS, DOWN} & set(factors))
    if wrong:
        raise ValueError(
            f"painting: expected factors of other names than a pixel's column {ACROSS} and row {DOWN}, got "
            f"{', '.join(wrong)}; rename these"
        )


def taken(factors: Factors, rows: Int[np.ndarray, " n"]) -> dict[str, np.ndarray]:
    return {name: values[rows] for name, values in factors.items()}


def pixels(factors: Factors, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """A row for each pixel of each scene: its column and row, and the scene's factors."""
    scenes, count = len(next(iter(factors.values()))), shape[0] * shape[1]
    down, across = (np.tile(each.reshape(-1), scenes) for each in np.indices(shape))
    return {ACROSS: across, DOWN: down} | {name: np.repeat(values, count) for name, values in factors.items()}


def read_off(reading: Reading, objects: Drawn, factors: Factors, rows: Int[np.ndarray, " n"]) -> Canvas:
    """The program that is found in the net's pictures of these rows."""
    shown = objects.shown(reading, reading.outputs[rows])
    drawn = pictures(reading.decode(reading.outputs[rows]), objects.where)
    shape = (shown.shape[1], shown.shape[2])
    found = layers(pixels(factors, shape), shown.reshape(-1), reading.seed)
    coats = [
        Coat(layer.label, layer.region.program, layer.region.bits, drawn[shown == layer.label].mean(axis=0))
        for layer in reversed(found)
    ]
    missing = ~np.isin(shown, [coat.place for coat in coats])
    ground = drawn[missing] if missing.any() else drawn.reshape(-1, drawn.shape[-1])
    return Canvas(coats=tuple(coats), ground=ground.mean(axis=0), shape=shape)


class Seen(NamedTuple):
    """A net's pictures of the rows that are reported on."""

    drawn: Float[np.ndarray, "n height breadth channels"]
    shown: Int[np.ndarray, "n height breadth"]
    mean: Float[np.ndarray, "height breadth channels"]  # of the pictures that were fitted on
    tolerance: float

    @classmethod
    def of(cls, reading: Reading, objects: Drawn, fit: Int[np.ndarray, " n"], report: Int[np.ndarray, " m"]) -> "Seen":
        outputs = reading.outputs[report]
        mean = pictures(reading.decode(reading.outputs[fit]), objects.where).mean(axis=0)
        drawn = pictures(reading.decode(outputs), objects.where)
        return cls(drawn, objects.shown(reading, outputs), mean, tolerance_of(reading))

    def scores(self, painted: Float[np.ndarray, "n height breadth channels"]) -> tuple[float, float, float]:
        """Share of the pixels alike, of the variance explained, of the pictures alike."""
        alike = np.all(np.abs(painted - self.drawn) <= self.tolerance, axis=-1)
        off, spread = ((self.drawn - painted) ** 2).sum(), ((self.drawn - self.mean) ** 2).sum()
        return float(alike.mean()), float(1 - off / max(spread, 1e-30)), float(alike.all(axis=(1, 2)).mean())

    def overlap(self, shown: Int[np.ndarray, "n height breadth"], count: int) -> list[float]:
        """Of each object's pixels here and there, the share that are both; NaN where there are none."""
        both = [((shown == place) & (self.shown == place)).sum() for place in range(count)]
        either = [((shown == place) | (self.shown == place)).sum() for place in range(count)]
        return [float(one / other) if other else float("nan") for one, other in zip(both, either, strict=True)]

    def left(self, painted: Float[np.ndarray, "n height breadth channels"], count: int) -> list[float]:
        """Of the squares by which the net's pixels of each object differ from the mean picture, the share left."""
        off, spread = (((self.drawn - each) ** 2).sum(axis=-1) for each in (painted, self.mean))
        where = [self.shown == place for place in range(count)]
        return [float(off[each].sum() / max(spread[each].sum(), 1e-30)) if each.any() else np.nan for each in where]


def by_name(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Those that are numbers."""
    return {name: value for name, value in zip(names, values, strict=True) if np.isfinite(value)}


def controls(canvas: Canvas, factors: Factors, seed: int) -> dict[str, list[Float[np.ndarray, "n h b channels"]]]:
    """The program's pictures with the factors of other scenes, layers in another order, and other objects' regions."""
    rng = np.random.default_rng([seed, 113])
    rows, coats = len(next(iter(factors.values()))), canvas.coats
    if not coats:
        return {}
    others = [canvas.shown(taken(factors, rng.permutation(rows))) for _ in range(DRAWS)]
    found = {"other factors": [canvas.painted(shown) for shown in others]}
    if len(coats) == 1:
        return found
    orders = [_another(len(coats), rng) for _ in range(2 * DRAWS)]
    mixed = [replace(canvas, coats=tuple(coats[i] for i in order)) for order in orders[:DRAWS]]
    dealt = [
        replace(
            canvas, coats=tuple(coat._replace(program=coats[i].program) for coat, i in zip(coats, order, strict=True))
        )
        for order in orders[DRAWS:]
    ]
    return found | {
        name: [each.painted(each.shown(factors)) for each in some]
        for name, some in (("other order", mixed), ("other regions", dealt))
    }


def _another(count: int, rng: np.random.Generator) -> Int[np.ndarray, " count"]:
    """An order that is not as it was."""
    order = rng.permutation(count)
    return np.roll(order, 1) if (order == np.arange(count)).all() else order


def bits(
    canvas: Canvas,
    net: Int[np.ndarray, "n height breadth"],
    program: Int[np.ndarray, "n height breadth"],
    count: int,
) -> dict[str, float]:
    """Of the program with order and colours, of the pixels that are not as it says, and of all pixels by their place.

    The table is the entropy of which object each pixel shows, given where in the picture it is.
    """
    order = lgamma(len(canvas.coats) + 1) / log(2)
    each = sum(coat.bits + COLOUR * len(coat.colour) for coat in canvas.coats)
    share = np.stack([(net == place).mean(axis=0) for place in range(count)])
    entropy = -(share * np.log2(np.maximum(share, 1e-30))).sum() * len(net)
    wrong = exception_bits(net.size, int((net != program).sum()), count)
    found = {"program": each + order, "exceptions": wrong, "table": entropy}
    return {name: round(float(value), 1) for name, value in found.items()}


def code(canvas: Canvas, names: Sequence[str]) -> list[str]:
    """As Python: one line for the ground, and one for each coat."""
    coats = (
        f"paint({names[coat.place]!r}, colour={_colour(coat.colour)}, where={_expression(coat.program)})"
        for coat in canvas.coats
    )
    return [f"fill(colour={_colour(canvas.ground)})", *coats]


def _expression(program: Program) -> str:
    """One expression, with what its source names on the way in its places."""
    *before, last = [line.strip() for line in python_source(program).splitlines() if line.startswith("    ")]
    said = last.removeprefix("return ")
    for line in reversed(before):
        name, _, value = line.partition(" = ")
        said = re.sub(rf"\b{name}\b", f"({value})", said)
    return said


def _colour(values: np.ndarray) -> str:
    return f"({', '.join(f'{value:.2f}' for value in values)})"


def from_latents(
    reading: Reading,
    objects: Drawn,
    canvas: Canvas,
    factors: Factors,
    fit: Int[np.ndarray, " n"],
    report: Int[np.ndarray, " m"],
) -> dict[str, np.ndarray] | None:
    """The factors of the rows that are reported on, read from the latents; None without that site, or any coat.

    Whole numbers are fitted where an object is drawn whose region names them.
    """
    if LATENT not in reading.net.sites or not canvas.coats:
        return None
    fit = reading.fitted  # more than the regions need
    terms = [_terms(reading.site(LATENT)[rows]) for rows in (fit, report)]
    shown = objects.shown(reading, reading.outputs[fit])
    found = {}
    for name, values in factors.items():
        users = [c.place for c in canvas.coats if name in [word.name for word in c.program.terminals]]
        some = np.isin(shown, users).any(axis=(1, 2)) if values.dtype != bool and users else np.ones(len(fit), bool)
        found[name] = _told(terms[0][some], values[fit][some], terms[1])
    return found


def _terms(latents: Float[np.ndarray, "n width"]) -> Float[np.ndarray, "n terms"]:
    """A constant, the latents, and their products."""
    one, other = np.triu_indices(latents.shape[1])
    return np.concatenate([np.ones((len(latents), 1)), latents, latents[:, one] * latents[:, other]], axis=1)


def _told(known: np.ndarray, values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """By the least squares, the nearest of the values that there are."""
    if not len(known):
        return np.zeros(len(others), values.dtype)
    said = others @ solved(known, values.astype(np.float64), RIDGE)
    if values.dtype == bool:
        return said >= 0.5
    return np.clip(np.rint(said), values.min(), values.max()).astype(values.dtype)
