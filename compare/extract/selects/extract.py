"""A transformer as a program of select and aggregate.

What is replaced in the net is fitted: every head's pattern is the softmax of a few relations of query and key, what it
brings are tables of what keys hold, units read tables of what their position holds. What is claimed is the program: one
select a head and one readout, without constants of the net, and it has to answer as the net does by itself, and to
serve in the place of the net's patterns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.answers import Distributions, Sets
from compare.explanation import Code, Explanation, Refusal
from compare.extract.selects import chances
from compare.extract.selects.alignment import LOST, aligned
from compare.extract.selects.effects import ROWS, effects, heard, idle
from compare.extract.selects.exact import Exact, exact
from compare.extract.selects.layout import frame_of, heads_in, reads, unfit
from compare.extract.selects.linear import Tables, factors, fitted
from compare.extract.selects.program import Head, State, Units, begun
from compare.extract.selects.readouts import Readout
from compare.extract.selects.relations import ALWAYS, Select
from compare.extract.selects.said import needed_by, nodes_of, program_text
from compare.extract.selects.search import Draft, Order, Seen, Site, Swap, heads_of, promise, read_out, stacked
from compare.extract.selects.steps import (
    OUTPUTS,
    Layers,
    Placing,
    answers_of,
    bringing,
    steps_of,
)
from compare.extract.selects.variables import INDEX, LEFT, SYMBOLS, Frame, brought_by
from compare.extract.selects.written import ARGUMENT, in_words
from compare.read import Reading
from compare.step import Steps, substituted
from synth import Program, on_batches

NAME = "selects"
PAIRS = 1 << 17  # of positions, in the rows that are fitted on
MOST = 800  # of these rows
PLACED = 1e-3  # of the embedding's variance that a place has to say
UNITS = 0.003  # of the units' variance that another variable has to say
NEAR, MORE = 24.0, 10.0  # bits by which a program is about as short as another, and a readout longer
STOOD, STANDS = 6, 0.75  # of such programs that are put in the net; share of the answers that one keeps that stands
SERVES = 0.97  # of the answers, that a program keeps which serves in the place of the patterns as well as S asks
FEW, MANY = (2, 4), (6, 16)  # drafts of each layer that go on, and programs whose readout is sought
NAMED = 12  # heads above the lowest layer, that are named above all drafts of it, at most, or above one
SAME = 0.5  # of the rows whose heads' values are other rows', that take them from the same positions
TELLING = 0.25  # of the answers, that a control has to cost
WIDE = 400  # rows of distributions that a readout is held against
SAID = 0.99  # of the answers of what is read, that a program in other words must give
TEMPLATE = (
    "each head's pattern is the softmax of at most six relations of query and key, each with a strength or a table of "
    "them; what it brings, and what units read, are tables of what a position holds"
)


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net of attention heads over a sequence; refuse any other with the reason."""
    reason = reads(reading) or unfit(reading)
    if reason:
        return Refusal(extractor=NAME, reason=reason)
    return Reader.of(reading).explanation()


class Found(NamedTuple):
    """A program, and its bits with the exceptions."""

    draft: Draft
    readout: Readout
    bits: float


@dataclass(frozen=True)
class Reader:
    """What is read on the way: the rows that are fitted on, the heads' sites, and how a sequence is laid out."""

    reading: Reading
    frame: Frame
    layers: list[list[int]]
    rows: Int[np.ndarray, " n"]
    placed: tuple[str, ...]  # which places the embedding holds
    embed: Tables
    effect: Mapping[str, Float[np.ndarray, "n s"]]
    idle: tuple[str, ...]
    known: dict[tuple[int, ...], list[Draft]] = field(default_factory=dict, repr=False)  # drafts by their paths

    @classmethod
    def of(cls, reading: Reading) -> "Reader":
        layers = heads_in(reading)
        reading.read_together(site for site in reading.net.sites if not site.endswith(".score"))
        frame = frame_of(reading, layers)
        s = reading.shapes[f"head.0.{layers[0][0]}.pattern"][0]
        rows = reading.fitted[: int(np.clip(PAIRS // (s * s), ROWS, MOST))]
        tokens = frame.laid(reading.x[rows])
        embed = _embedded(reading, frame, tokens, rows)
        outs = tuple(f"head.{layer}.{k}.out" for layer, heads in enumerate(layers) for k in heads)
        few = rows[:ROWS]
        effect = effects(reading, outs, few, frame.shown(tokens[: len(few)]))
        shown = frame.shown(tokens)
        means = {site: reading.site(site)[rows][shown].mean(axis=0) for site in outs}
        order = sorted(outs, key=lambda site: float(effect[site].mean()))
        still = idle(reading, means, order, rows)
        counted = shown if reading.mask is None or frame.appended else reading.mask[rows] & shown
        whole = {
            site: _spread(each, len(rows)) * (counted if site.split(".")[1] == f"{len(layers) - 1}" else shown)
            for site, each in effect.items()
        }
        placed = tuple(name for name in embed.reads if name != SYMBOLS)
        return cls(reading, frame, layers, rows, placed, embed, whole, still)

    @cached_property
    def tokens(self) -> Int[np.ndarray, "n s"]:
        return self.frame.laid(self.reading.x[self.rows])

    def mask(self, rows: Int[np.ndarray, " n"]) -> Bool[np.ndarray, "n s"]:
        """Where answers count."""
        reading, s = self.reading, self.effect[next(iter(self.effect))].shape[1]
        if self.frame.appended:
            return np.broadcast_to(np.arange(s) == s - 1, (len(rows), s))
        return np.ones((len(rows), s), bool) if reading.mask is None else reading.mask[rows]

    @cached_property
    def sets(self) -> Bool[np.ndarray, "kinds symbols"] | None:
        """The sets that the net answers on the fitted rows, where answers are sets: an answer is one of these."""
        if not isinstance(self.reading.view.answers, Sets):
            return None
        given = self.reading.answers[self.rows]
        return np.unique(given.reshape(-1, given.shape[-1]), axis=0)

    def given(self, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        """The net's answers at every position."""
        answers = self.reading.answers[rows]
        return np.repeat(answers[:, None], self.mask(rows[:1]).shape[1], axis=1) if self.frame.appended else answers

    def labels(self, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, "n s"]:
        """The same as numbers; distributions are none, -1."""
        answers = self.given(rows)
        if self.sets is not None:
            return (answers[..., None, :] == self.sets).all(axis=-1).argmax(axis=-1)
        return np.full(answers.shape[:2], -1) if self.likely is not None else answers.astype(np.int64)

    @cached_property
    def likely(self) -> Distributions | None:
        """The kind of answers, where they are distributions."""
        kind = self.reading.view.answers
        return kind if isinstance(kind, Distributions) else None

    def site(self, layer: int, number: int) -> Site:
        reading, name, (labels, counted) = self.reading, f"head.{layer}.{number}", self.goal
        pattern, value, out = (reading.site(f"{name}.{part}")[self.rows] for part in ("pattern", "value", "out"))
        mixed = (pattern @ value).reshape(-1, value.shape[-1])
        back = np.linalg.lstsq(mixed, out.reshape(-1, out.shape[-1]), rcond=None)[0]
        swap = self.swaps[layer - 1] if layer else None
        return Site(
            layer=layer,
            number=number,
            pattern=pattern,
            written=value @ back,
            effect=self.effect[f"{name}.out"],
            answers=np.where(counted, labels, -1),
            idle=f"{name}.out" in self.idle,
            mean=out[self.frame.shown(self.tokens)].mean(axis=0),
            mixed=self.mixed(layer),
            swap=swap,
            swapped=swap and swap.sites[f"{name}.value"] @ back,
            heard=tuple("h" + "".join(site.split(".")[1:3]) for site in self.heard[f"{name}.out"]),
        )

    @cached_property
    def heard(self) -> Mapping[str, tuple[str, ...]]:
        """By the sites of heads, those below that their patterns depend on."""
        few = self.rows[:ROWS]
        return heard(self.reading, {site: each[: len(few)] for site, each in self.effect.items()}, few)

    @cached_property
    def swaps(self) -> list[Swap]:
        """For each layer what its units, and the next one's values, are where heads bring what they do elsewhere."""
        return [self._swap(layer) for layer in range(len(self.layers))]

    def _swap(self, layer: int) -> Swap:
        reading, shown = self.reading, self.frame.shown(self.tokens)
        rng = np.random.default_rng([reading.seed, 45, layer])
        order, edits = dict[str, Order](), dict[str, np.ndarray]()
        for below, heads in enumerate(self.layers[: layer + 1]):
            for number in heads:
                site = f"head.{below}.{number}.out"
                order[f"h{below}{number}"] = own = elsewhere(shown, rng)
                edits[site] = own.of(reading.site(site)[self.rows])
        above = self.layers[layer + 1] if layer + 1 < len(self.layers) else ()
        units = f"hidden.{layer}.pre"
        wanted = [units] * (units in reading.net.sites and not self.mixed(layer))
        wanted += [f"head.{layer + 1}.{number}.value" for number in above]
        sites = reading.run(edits, wanted, self.rows)[1] if wanted else {}
        return Swap(
            order=order, shown=np.all([shown, *(each.of(shown) for each in order.values())], axis=0), sites=sites
        )

    def mixed(self, layer: int) -> bool:
        """Whether units below a layer may have mixed what a position holds."""
        return any(f"hidden.{below}.pre" in self.reading.net.sites for below in range(layer))

    def drafts(self, beam: int) -> list[Draft]:
        """Those that promise the shortest programs, above so many of each layer; the shortest first."""
        paths: list[tuple[int, ...]] = [()]
        for _ in self.layers:
            paths = [(*path, number) for path in paths[:beam] for number in range(len(self.above(path)))]
        drafts = [self.above(path[:-1])[path[-1]] for path in paths]
        hopes = [self.hoped(draft) for draft in drafts]
        return [drafts[number] for number in np.argsort(hopes, kind="stable")]

    def above(self, path: tuple[int, ...]) -> list[Draft]:
        """A draft with another layer, in a few ways; a path says which way was taken at every layer so far."""
        if path not in self.known:
            if path:
                draft = self.above(path[:-1])[path[-1]]
            else:
                draft = Draft(layers=(), state=begun(self.frame, self.tokens, self.placed), bits=0.0)
            self.known[path] = heads_of(draft, self.sites[len(path)], self.frame, self.reading.seed)
        return self.known[path]

    @cached_property
    def sites(self) -> list[list[Site]]:
        return [[self.site(layer, number) for number in heads] for layer, heads in enumerate(self.layers)]

    def found(self, drafts: Sequence[Draft], over: float = -np.inf) -> list[Found]:
        """The shortest program of more than so many bits, and others that are about as short; the shortest first."""
        done, least = list[Found](), np.inf
        for draft in drafts:
            if (fewest := self.fewest(draft)) < least + NEAR:
                most = None if np.isinf(least) else max(least - fewest, 0.0) + MORE
                one = Found(draft, *self.told(draft, most))
                if one.bits > over:
                    done.append(one)
                    least = min(least, one.bits)
        return sorted((each for each in done if each.bits <= least + NEAR), key=lambda each: each.bits)

    def fewest(self, draft: Draft) -> float:
        """Bits of a draft whose readout needs one head of the last layer, with what that head needs."""
        needed = [needed_by((last.name,), draft.heads) for last in draft.layers[-1]]
        return min(sum(head.bits(draft.state.variables) for head in each) for each in needed)

    def hoped(self, draft: Draft) -> float:
        """Bits of the draft and of what its integers cannot tell."""
        if self.likely is not None:
            return chances.promise(draft, self.answered(draft, self.rows), self.sought)
        return promise(draft, *self.goal, self.options, self.reading.seed)

    def told(self, draft: Draft, most: float | None) -> tuple[Readout, float]:
        """The shortest readout, and the bits of it and of the heads that it needs."""
        if self.likely is not None:
            found, bits = chances.read_out(draft, self.answered(draft, self.reading.fitted[:WIDE]), self.sought)
        else:
            found, bits = read_out(draft, *self.goal, self.options, self.reading.seed, most)
        names = {head.name for head in needed_by(found.reads, draft.heads)}
        return found, bits - sum(head.bits(draft.state.variables) for head in draft.heads if head.name not in names)

    @cached_property
    def goal(self) -> tuple[Int[np.ndarray, "n s"], Bool[np.ndarray, "n s"]]:
        """The net's answers to the fitted rows as numbers, and which of them count."""
        return self.labels(self.rows), self.mask(self.rows)

    @property
    def options(self) -> int:
        """How many numbers answers may be."""
        return self.reading.view.classes if self.sets is None else len(self.sets)

    def program(self) -> tuple[Draft, Readout, Exact]:
        """The shortest that stands in the net of those about as short, or else of longer ones; or the shortest.

        It is sought among few first.
        """
        told = self.best_of(*FEW)
        return told if told[-1].kept >= STANDS and self.right(*told) else self.best_of(*MANY)

    def best_of(self, beam: int, finished: int) -> tuple[Draft, Readout, Exact]:
        """The same of so many programs, above so many drafts of each layer, or as many as there is time for."""
        above = sum(map(len, self.layers[1:]))
        drafts = self.drafts(min(beam, max(NAMED // max(above, 1), 1)))[:finished]
        found = self.found(drafts)
        tried = self.stood(found)
        if tried[-1][-1].kept < STANDS:
            tried += self.stood(self.found(drafts, over=found[-1].bits))
        return tried[-1] if tried[-1][-1].kept >= STANDS else tried[0]

    def right(self, draft: Draft, readout: Readout, program: Exact) -> bool:
        """Whether it answers as the net does; of distributions nothing is asked."""
        if self.likely is not None:
            return True
        labels, mask = self.goal
        return (self.said(readout, program.needed, self.reading.x[self.rows]) == labels)[mask].mean() >= SAID

    def stood(self, found: Sequence[Found]) -> list[tuple[Draft, Readout, Exact]]:
        """The first of these in the net, up to one that stands."""
        tried: dict[str, tuple[Draft, Readout, Exact]] = {}
        for draft, readout, _ in found:
            needed = needed_by(readout.reads, draft.heads)
            text = program_text(needed, readout)
            if text not in tried and len(tried) < STOOD:
                program = exact(self.placing, draft.heads, needed, self.served)
                tried[text] = draft, readout, program
                if program.kept >= STANDS:
                    break
        return [*tried.values()]

    @cached_property
    def sought(self) -> chances.Sought:
        assert self.likely is not None
        return chances.Sought(self.likely, self.frame.letters, self.reading.seed)

    def answered(self, draft: Draft, rows: Int[np.ndarray, " n"]) -> chances.Answered:
        """The answers that count, with the integers that the draft's heads bring there."""
        mask, values = self.mask(rows), answers_of(self.placing, draft.heads, self.reading.x[rows])
        return chances.Answered({name: each[mask] for name, each in values.items()}, self.given(rows)[mask])

    def explanation(self) -> Explanation:
        draft, readout, program = self.program()
        layers = [(heads, self.units(number, draft.state)) for number, heads in enumerate(draft.layers)]
        needed = program.needed
        bits = readout.bits + sum(head.bits(draft.state.variables) for head in needed)
        words = self.words(readout, needed)
        return Explanation(
            extractor=NAME,
            template=TEMPLATE,
            steps=steps_of(
                replace(self.placing, places=bringing(self.placing.places, program.heads, draft.state)), layers
            ),
            outputs=(OUTPUTS,),
            hidden=last_of(self.reading),
            control=self.control(layers),
            exact=program.steps(),
            codes=lambda: [self.code(layers, readout, program, bits)],
            formula=program_text(needed, readout),
            program=words,
            nodes=nodes_of(needed, readout),
            run_alone=partial(self.run_alone, words, readout, needed),
            bits_formula=bits,
            notes=tuple(f"{head.name}: {head.score}" for row, _ in layers for head in row if head.score),
        )

    def words(self, readout: Readout, needed: Sequence[Head]) -> Program | None:
        """The program in synth's language, if what that says is what is read."""
        found = in_words(self.frame, needed, readout)
        if found is None or self.frame.appended or self.sets is not None:
            return None
        x, mask = self.reading.x[self.rows], self.mask(self.rows)
        return found if (self.run(found, x) == self.said(readout, needed, x))[mask].mean() >= SAID else None

    def run(self, words: Program, x: Int[np.ndarray, "rows positions"]) -> Int[np.ndarray, "rows s"]:
        """What a program in synth's language answers."""
        tokens = self.frame.laid(x)
        return on_batches(words, {ARGUMENT: tokens}, lengths=self.frame.shown(tokens).sum(axis=1)).astype(np.int64)

    def said(
        self, readout: Readout, needed: Sequence[Head], x: Int[np.ndarray, "rows positions"]
    ) -> Int[np.ndarray, "rows s"]:
        """The program's answers at every position."""
        values = answers_of(self.placing, needed, x)
        found = readout.answer({name: each.reshape(-1) for name, each in values.items()})
        return found.reshape(len(x), -1, *found.shape[1:])

    @cached_property
    def placing(self) -> Placing:
        places = {site: each.mean(axis=0) + 1e-12 for site, each in self.effect.items()}
        return Placing(
            reading=self.reading,
            frame=self.frame,
            embed=self.embed,
            placed=self.placed,
            places={site: each / each.sum() for site, each in places.items()},
            rows=self.rows,
            weight=self.effect,
        )

    def units(self, layer: int, state: State) -> Units | None:
        """The hidden units of a layer, as tables of what is known after its heads.

        Above other units they are left to run on what is replaced below them: nothing else reaches them.
        """
        if self.mixed(layer):
            return None
        return self._units(layer, {name: each for name, each in state.columns.items() if _layer(name) <= layer})

    def served(self, steps: Steps) -> float:
        """Share of the net's answers on the fitted rows that stay with these steps in it."""
        edits = substituted(steps, self.reading.x[self.rows])
        return self.reading.kept({site: np.asarray(value) for site, value in edits.items()}, self.rows)

    def _units(self, layer: int, known: Mapping[str, Float[np.ndarray, "n s size"]]) -> Units | None:
        site = f"hidden.{layer}.pre"
        if site not in self.reading.net.sites:
            return None
        values = self.reading.site(site)[self.rows]
        last = layer == len(self.layers) - 1
        where = self.mask(self.rows) if last else self.frame.shown(self.tokens)
        swap, weight = self.swaps[layer], np.ones(where.shape)
        given = [Seen(known, values, weight), swap.seen(known, swap.sites[site], weight)]
        scale = 1 / np.maximum(values[where].std(axis=0), 1e-6)
        return Units(layer=layer, tables=fitted(*stacked(given, list(known), where), UNITS, scale))

    def control(self, layers: Layers) -> Steps:
        """The heads without their relations; where the net hardly needs these, with one value taken for another."""
        bare = steps_of(self.placing, [([_bare(head, 0) for head in row], units) for row, units in layers])
        if self.served(bare) <= self.served(steps_of(self.placing, layers)) - TELLING:
            return bare
        return steps_of(self.placing, [([_bare(head, 1) for head in row], units) for row, units in layers])

    def code(self, layers: Layers, readout: Readout, program: Exact, bits: float) -> Code:
        """The program run in the net's place.

        How its values sit in the net takes only the strengths of its selects where these serve in the place of the
        patterns: what stands at a key is there, and is written as the net writes it. Else it takes the heads' tables.
        """
        reading, needed = self.reading, program.needed
        steps = steps_of(self.placing, layers)
        alignment, precision = aligned(reading, self.rows, self.mask(self.rows), steps, needed)
        if program.kept >= min(self.served(steps) - LOST, SERVES):
            alignment, precision = min((alignment, precision), (program.bits, 0))
        return Code(
            bits_dictionary=bits,
            bits_alignment=alignment,
            units_kept=len(needed),
            precision=precision,
            answers=self.run_alone(None, readout, needed, reading.x),
        )

    def run_alone(
        self, words: Program | None, readout: Readout, needed: Sequence[Head], x: Int[np.ndarray, "rows positions"]
    ) -> np.ndarray:
        """The program's answers to sequences of any length, as it is printed where there are words for it."""
        if words is not None:
            return self.run(words, x)
        found = self.said(readout, needed, x)
        found = found if self.sets is None else self.sets[found.clip(0, len(self.sets) - 1)]
        return found[:, -1] if self.frame.appended else found


def elsewhere(shown: Bool[np.ndarray, "rows s"], rng: np.random.Generator) -> Order:
    """Other rows: of half of them the same positions, of the others any that are shown."""
    rows = rng.permutation(len(shown))[:, None]
    reached = np.cumsum(shown[rows[:, 0]], axis=1)
    drawn = rng.integers(1, reached[:, -1:] + 1, shown.shape)
    any_place = (reached[:, None, :] < drawn[:, :, None]).sum(axis=2)
    same = rng.random((len(shown), 1)) < SAME
    return Order(rows, np.where(same, np.arange(shown.shape[1]), any_place))


def _bare(head: Head, turned: int) -> Head:
    """Without relations, and with every value taken for another."""
    if head.score is None:
        return head
    named = head.named and replace(head.named, select=Select(relation=ALWAYS))
    return replace(head, score=replace(head.score, terms=(), strengths=()), named=named, turned=turned)


def _layer(name: str) -> int:
    """Of the head that brought it; -1 where none did."""
    return max(int(head[1]) if (head := brought_by(part)) else -1 for part in factors(name))


def last_of(reading: Reading) -> str:
    """The last site that holds a row of numbers at every position."""
    return [site for site in reading.net.sites if len(reading.shapes[site]) == 2][-1]


def _spread(effect: Float[np.ndarray, "few s"], rows: int) -> Float[np.ndarray, "rows s"]:
    """The effect of the rows that were tried, and its mean at every place for the others."""
    rest = np.broadcast_to(effect.mean(axis=0), (max(rows - len(effect), 0), effect.shape[1]))
    return np.concatenate([effect, rest])[:rows]


def _embedded(reading: Reading, frame: Frame, tokens: np.ndarray, rows: np.ndarray) -> Tables:
    """The embedding as tables of symbols and places."""
    state = begun(frame, tokens, [name for name in (INDEX, LEFT) if not (name == LEFT and frame.causal)])
    columns = {name: each.reshape(-1, each.shape[-1]) for name, each in state.columns.items()}
    values = reading.site("embed")[rows]
    weight = frame.shown(tokens).reshape(-1) + 1e-6
    return fitted(values.reshape(-1, values.shape[-1]), weight, columns, PLACED)
