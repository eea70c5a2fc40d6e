"""A family of nets that nobody has written an extractor for, declared by its steps alone: outputs = A[a] + B[b].

Everything else is the shared machinery's: S, D, B, coverage, both controls, ablation, certificate, panels, verdict.
"""

import re
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition

from compare import assess, by_position
from compare.evidence.bits import code_of
from compare.explanation import Explanation
from compare.extract import Extractor
from compare.read import Reading
from compare.report.step_lines import step_line
from compare.sites.layer import class_means
from compare.step import Exchange, Step, Steps, substituted
from nets import Patch, tapping, wrap

P = 23
PRECISIONS = (4, 8, 12)


# --- the family ---
def propose(tables: tuple[np.ndarray, ...], names: np.ndarray | None = None, q: int | None = None) -> Steps:
    """The steps by these tables, on levels of q bits; `names` under which the tables know the tokens."""
    names = np.arange(P) if names is None else names
    steps = []
    for i, table in enumerate(tables):
        top = np.abs(table).max()
        held = table if q is None else np.round(table / top * 2 ** (q - 1)) / 2 ** (q - 1) * top
        step = Step(
            name=f"T{i}",
            formula=f"T{i}[{'ab'[i]}]",
            compute=lambda x, i=i, held=held: jnp.asarray(held)[jnp.asarray(names)[x[:, i]]],
            holds=f"part.{i}",
            exchange=Exchange(site=f"part.{i}", column=i),
            units=np.arange(P),
            bits=float(table.size * (q or 32)),
        )
        steps.append(step)
    return tuple(steps)


def extract(reading: Reading) -> Explanation:
    def tables(names: np.ndarray, degree: int) -> tuple[np.ndarray, ...]:
        found = []
        for i in (0, 1):
            values, tokens = reading.site(f"part.{i}")[reading.fitted], names[reading.x[reading.fitted, i]]
            table = class_means(values, tokens, P)
            line = np.polynomial.polynomial.polyvander(np.arange(P), degree)
            found.append(line @ np.linalg.lstsq(line, table, rcond=None)[0] if degree < P - 1 else table)
        return tuple(found)

    own, names = np.arange(P), np.random.default_rng(reading.seed).permutation(P)
    outputs = ("T0", "T1")
    return Explanation(
        extractor="sum of tables",
        template="each part is a table of one argument",
        steps=propose(tables(own, P)),
        outputs=outputs,
        hidden="part.0",
        control=propose(tables(own, 0)),  # tables forbidden: one row for all tokens
        permuted=propose(tables(names, P)),  # fitted under other names, run under the true ones
        codes=lambda: (code_of(reading, propose(tables(own, P), q=q), outputs, q) for q in PRECISIONS),
        formula="T0[a] + T1[b]",
        bits_formula=16.0,
        importance=np.full(P, 1 / P),
    )


# --- the net, and its judgement ---
def net(beside: float = 0.0):
    """Logits that are a sum of two tables, and of a table of both arguments where `beside` is not 0."""
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, P, P)).astype(np.float32)
    both = (rng.normal(size=(P, P, P)) * beside).astype(np.float32)

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        parts = [tap(f"part.{i}", jnp.asarray(table)[x[:, i]]) for i, table in enumerate((first, second))]
        return parts[0] + parts[1] + jnp.asarray(both)[x[:, 0], x[:, 1]], sites

    answers = (first[:, None] + second + both).argmax(axis=2).ravel()
    return wrap(apply, ("part.0", "part.1")), addition(P, answers)


def judged(beside: float = 0.0, extract=extract):
    made, spec = net(beside)
    family = Extractor("sum of tables", lambda task: None, extract)
    return assess(made, {}, spec, by_position(P, P), extractors=(family,))


def test_its_steps_alone_give_all_evidence() -> None:
    found = judged()
    fields = found.fields()
    assert fields["extractor"] == "sum of tables"
    assert fields["s_agreement"] == 1
    assert fields["s_control"] < 0.5 > fields["s_permuted"]
    assert fields["d_r2"] > 0.999
    assert fields["d_control"] < 0.1
    assert fields["coverage"] > 0.999
    assert fields["certificate"] == 1
    assert fields["exceptions"] <= 0.01
    table = 2 * P * P
    assert fields["bits_dictionary"] in {float(table * q) for q in PRECISIONS}
    failed = {criterion.name for criterion in found.verdict.criteria if criterion.margin < 0}
    assert failed <= {"B"}  # so many constants are no fewer bits than the table of 23 x 23 answers


def test_its_panels_say_where_each_step_sits_and_what_breaks() -> None:
    panels = judged().fields()["read_steps"]
    assert [panel.site for panel in panels] == ["part.0", "part.1"]
    for panel in panels:
        assert panel.variance > 0.999
        assert panel.r2 > 0.999
        assert panel.turned > 0.5
    assert step_line(panels[0]).startswith("T0 := T0[a], in part.0, read by 23 units, 100.0% of the effect")


def test_steps_may_share_a_site_at_places_of_their_own() -> None:
    """The same two tables at the two positions of one site, beside a third that no step holds."""
    made, spec = net()

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        outputs, parts = made.apply(params, x, {})
        stacked = tap("parts", jnp.stack([parts["part.0"], parts["part.1"], 0.1 * parts["part.0"]], axis=1))
        return stacked[:, 0] + stacked[:, 1] + 0.0 * outputs, sites

    def extract_there(reading: Reading) -> Explanation:
        tables = [class_means(reading.site("parts")[:, i], reading.x[:, i], P) for i in (0, 1)]
        places = [np.array([place == i for place in range(3)])[:, None] for i in (0, 1)]

        def there(step: Step, i: int) -> Step:
            def code(value):
                return value[:, None] * places[i]

            exchange = Exchange(site="parts", column=i, where=places[i])
            return replace(step, holds="parts", where=places[i], code=code, exchange=exchange, units=None)

        steps = tuple(there(step, i) for i, step in enumerate(propose(tuple(tables))))
        edit = substituted(steps, reading.x)["parts"]
        assert isinstance(edit, Patch)
        assert edit.where.shape == (3, 1)
        return Explanation(
            extractor="sum of tables",
            template="",
            steps=steps,
            outputs=("T0", "T1"),
            hidden="parts",
            formula="T0[a] + T1[b]",
            bits_formula=1.0,
        )

    family = Extractor("sum of tables", lambda task: None, extract_there)
    found = assess(wrap(apply, ("parts",)), {}, spec, by_position(P, P), extractors=(family,))
    fields = found.fields()
    assert fields["s_agreement"] == 1
    assert fields["s_variance"] > 0.999
    assert fields["d_r2"] > 0.999
    assert fields["d_dictionary"] > 0.999
    assert all(step.variance > 0.999 for step in fields["read_steps"])
    assert fields["ablation_keep"] == 1
    assert fields["ablation_remove"] < 0.3


def test_a_table_beside_the_steps_is_seen() -> None:
    fields = judged(beside=1.0).fields()
    assert fields["verdict"] == "undetermined"
    assert fields["coverage_answers"] < 0.9
    assert fields["logit_variance"] < 0.9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"holds": "part.2"}, "expected a site of the net, got 'part.2'; the nearest is 'part.1'"),
        ({"exchange": Exchange(site="par")}, "expected a site of the net, got 'par'"),
        ({"reads": ("T1",)}, "expected to read earlier steps, got 'T1'"),
        ({"name": "T1"}, "expected one step named 'T1', got two"),
    ],
)
def test_steps_that_cannot_be_are_one_sentence(change: dict, message: str) -> None:
    def spoilt(reading: Reading) -> Explanation:
        found = extract(reading)
        return replace(found, steps=(replace(found.steps[0], **change), *found.steps[1:]))

    with pytest.raises(ValueError, match="explanation by 'sum of tables'.*" + re.escape(message)):
        judged(extract=spoilt)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"outputs": ("T3",)}, "expected outputs that are steps, got 'T3'"), ({"hidden": "hid"}, "as the hidden one")],
)
def test_explanations_that_cannot_be_are_one_sentence(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        judged(extract=lambda reading: replace(extract(reading), **change))
