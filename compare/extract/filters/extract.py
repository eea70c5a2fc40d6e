"""A net that reads images, as filters: edges that are formulas of their place, shapes that are short lists of edges.

Sites that are convolutions are found by asking the net (`kernels`). Of the first every filter is one Gabor (`edges`);
of the second every unit is a short list of places, each a first-layer formula at an offset with a weight, chosen by
what the formulas make of images (`shapes`). What follows is not read, and is charged as the table that it may be.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from compare.answers import Classes
from compare.asked import Asked
from compare.evidence.rival import rival
from compare.explanation import Code, Explanation, Refusal
from compare.extract.filters.edges import Edges, edges_of, permuted
from compare.extract.filters.gabors import text
from compare.extract.filters.kernels import Kernel, layers
from compare.extract.filters.reuse import served
from compare.extract.filters.shapes import Seen, Shapes, at_random, pursued, seen, shapes_of
from compare.read import Reading
from compare.step import Exchange, Inputs, Step, Steps, Value, substituted

NAME = "filters"
TEMPLATE = "a filter of the first layer is one Gabor, a unit of the second a short list of these at offsets"
EDGES, SHAPES, OUTPUTS = "edges", "shapes", "outputs"
FITTED = 512  # images by which the second layer's terms are chosen
TERMS = (4, 6, 8, 12, 16)  # a unit of the second layer, as few as keep the answers
KEEPS = 0.97  # of the answers
EXCHANGED = 0.125  # of the units, taken at random
DRAWN = 6  # pixels of a picture a weight
CONSTANT_BITS = 8.0  # of a formula's constant or a weight


def reads(asked: Asked) -> str | None:
    """None for images, otherwise why not."""
    if asked.view.alphabet is not None or asked.x.ndim not in (3, 4) or min(asked.x.shape[1:3]) < 3:
        return f"expected images (rows, height, breadth[, channels]) of reals, got inputs of shape {asked.x.shape}"
    return None


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net whose first layers are convolutions; refuse any other with the reason."""
    reason = reads(reading)
    found = [] if reason else layers(reading)
    if reason or not found or found[0].source is not None:
        why = reason or "no site is a convolution of the images"
        return Refusal(extractor=NAME, reason=why)
    return _explanation(_Net(reading=reading, first=found[0], second=found[1] if len(found) > 1 else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Net:
    """A net with the kernels of its first two layers."""

    reading: Reading
    first: Kernel
    second: Kernel | None

    def edges(self, *, round_blobs: bool = False) -> Edges:
        return edges_of(self.first, self.reading.shapes[self.first.target], self.reading.seed, round_blobs=round_blobs)

    def between(self, x: Inputs, edges: Value) -> Value:
        """What the second layer reads, where the first holds these values; JAX."""
        assert self.second is not None
        assert self.second.source is not None
        net, params = self.reading.net, self.reading.params
        return net.apply(params, jnp.asarray(x), {self.first.target: edges})[1][self.second.source]

    def after(self, x: Inputs, value: Value) -> Value:
        """The outputs, where the last layer that is read holds these values; JAX."""
        site = (self.second or self.first).target
        return self.reading.net.apply(self.reading.params, jnp.asarray(x), {site: value})[0]

    def around(self, edges: Edges) -> Seen:
        """What the places around the second layer's units hold, by the first layer's formulas."""
        assert self.second is not None
        rows = self.reading.fitted[:FITTED]
        x = self.reading.x[rows]
        between = np.asarray(self.between(x, edges.values(x)))
        return seen(self.second, between, self.reading.site(self.second.target)[rows])

    def steps(self, edges: Edges, shapes: Shapes | None) -> Steps:
        """The first layer, the second where it is read, and the outputs."""
        site = (self.second if shapes and self.second else self.first).target
        exchange = Exchange(site=site, share=EXCHANGED)
        first = Step(
            name=EDGES,
            formula="gabor",
            compute=lambda x: edges.values(x),
            holds=self.first.target,
            exchange=None if shapes else exchange,
            label=f"{len(edges.formulas)} Gabors",
            bits=_bits_of_edges(edges),
        )
        if shapes is None:
            last = Step(name=OUTPUTS, formula="rest(edges)", reads=(EDGES,), compute=self.after)
            return first, last
        second = Step(
            name=SHAPES,
            formula="sum(weight*edge(place + offset))",
            compute=lambda x, values: shapes.values(jnp.asarray(self.between(x, values))),
            reads=(EDGES,),
            holds=site,
            exchange=exchange,
            label=f"{shapes.kernel.weights.shape[-1]} lists of {shapes.terms} edges",
            bits=_bits_of_shapes(shapes),
        )
        return first, second, Step(name=OUTPUTS, formula="rest(shapes)", reads=(SHAPES,), compute=self.after)

    def keeps(self, steps: Steps) -> float:
        """The share of the net's own answers that stay, on images that nothing was fitted on."""
        rows = self.reading.reported
        held = {name: np.asarray(edit) for name, edit in substituted(steps, self.reading.x[rows]).items()}
        return self.reading.kept(held, rows)

    def keeps_first(self, edges: Edges) -> float:
        """The same with the first layer alone replaced."""
        rows = self.reading.reported
        return self.reading.kept({self.first.target: np.asarray(edges.values(self.reading.x[rows]))}, rows)


def _explanation(net: _Net) -> Explanation:
    reading = net.reading
    edges, blobs = net.edges(), net.edges(round_blobs=True)
    around = net.around(edges) if net.second else None
    fewest = _fewest(net, edges, around) if around else None
    steps, mixed = net.steps(edges, fewest), permuted(edges)
    other = None
    if fewest is not None:
        seen_by_blobs = net.around(blobs)
        other = shapes_of(seen_by_blobs, pursued(seen_by_blobs, fewest.terms))
    rest = rival(reading).bits
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=steps,
        outputs=(OUTPUTS,),
        hidden=(net.second if fewest and net.second else net.first).target,
        control=net.steps(blobs, other),
        permuted=net.steps(mixed, fewest),
        codes=lambda: _codes(net, steps, rest),
        formula="; ".join(f"edge{i + 1} = {text(formula)}" for i, formula in enumerate(edges.formulas)),
        bits_formula=_bits_of_edges(edges) + (_bits_of_shapes(fewest) if fewest else 0.0),
        arrays=_drawn(net, edges),
        notes=_notes(net, (edges, blobs, mixed), around, fewest),
    )


def _fewest(net: _Net, edges: Edges, around: Seen) -> Shapes:
    """The second layer by as few places a unit as keep the answers, or by most."""
    numbers = [min(terms, len(around.means)) for terms in TERMS]
    order = pursued(around, numbers[-1])
    *fewer, most = (shapes_of(around, order[:, :terms]) for terms in numbers)
    return next((each for each in fewer if net.keeps(net.steps(edges, each)) >= KEEPS), most)


def _bits_of_edges(edges: Edges) -> float:
    constants = sum(len(formula.constants) for formula in edges.formulas) + edges.channels.size + len(edges.formulas)
    return constants * CONSTANT_BITS


def _bits_of_shapes(shapes: Shapes) -> float:
    places, units = int(np.prod(shapes.kernel.weights.shape[:3])), shapes.kernel.weights.shape[-1]
    return units * (shapes.terms * (float(np.log2(places)) + CONSTANT_BITS) + CONSTANT_BITS)


def _codes(net: _Net, steps: Steps, rest: float) -> Iterator[Code]:
    """What is read, and all that follows as a table of the answers."""
    reading = net.reading
    outputs = reading.run({name: np.asarray(edit) for name, edit in substituted(steps, reading.x).items()})[0]
    yield Code(
        bits_dictionary=sum(step.bits for step in steps),
        bits_alignment=rest,
        units_kept=sum(reading.shapes[str(step.holds)][-1] for step in steps if step.holds),
        precision=int(CONSTANT_BITS),
        answers=reading.decode(outputs),
    )


def _drawn(net: _Net, edges: Edges) -> dict[str, np.ndarray]:
    """The filters of the first layer and their formulas, of the channel that each reads most, as the gallery has it."""
    most = np.abs(edges.channels).argmax(axis=1)
    filters = np.arange(len(most))
    planes = [np.moveaxis(each, (2, 3), (1, 0))[filters, most] for each in (net.first.weights, edges.kernel.weights)]
    actual, fitted = (each.repeat(DRAWN, axis=1).repeat(DRAWN, axis=2).astype(np.float32) for each in planes)
    return {"gallery.unit": filters, "gallery.actual": actual, "gallery.fitted": fitted}


def _notes(
    net: _Net, firsts: tuple[Edges, Edges, Edges], around: Seen | None, shapes: Shapes | None
) -> tuple[str, ...]:
    """How well the formulas do, round blobs, and formulas of other filters; then both layers, and units' classes."""
    edges = firsts[0]
    energy = (net.first.weights**2).sum(axis=(0, 1, 2))
    told = 1 - sum(e * f.missed for e, f in zip(energy, edges.formulas, strict=True)) / max(float(energy.sum()), 1e-30)
    kept, of_blobs, of_others = (net.keeps_first(each) for each in firsts)
    first = (
        f"{net.first.target}: Gabors hold {told:.3f} of the filters' energy and keep {kept:.3f} of the answers in "
        f"their place; round blobs keep {of_blobs:.3f}, the formulas dealt to other filters {of_others:.3f}"
    )
    reused = [_reused(net.reading, each.target) for each in (net.first, net.second) if each]
    if shapes is None or around is None or net.second is None:
        return first, *reused
    drawn = shapes_of(around, at_random(around, shapes.terms, net.reading.seed))
    random = net.keeps(net.steps(edges, drawn))
    both = net.keeps(net.steps(edges, shapes))
    second = (
        f"{net.second.target}: both layers replaced keep {both:.3f} of the answers by {shapes.terms} edges a unit; as "
        f"many at random places keep {random:.3f}"
    )
    return first, second, *reused


def _reused(reading: Reading, site: str) -> str:
    """How many classes a unit serves, where answers are classes."""
    if not isinstance(reading.view.answers, Classes) or reading.view.classes < 2:
        return f"{site}: answers are no classes that units could serve"
    return f"{site}: a unit serves {served(reading, site).mean():.2f} of {reading.view.classes} classes"
