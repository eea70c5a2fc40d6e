"""An undetermined verdict names the units that nothing explains, their effect and price, and what would decide."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.circles import clock
from compare import assess, by_position
from compare.deciding import in_the_way, would_decide
from compare.evidence.price import Price
from compare.evidence.remainder import Left, Remainder
from compare.extract import EXTRACTORS
from nets import tapping, wrap

P, WAVES, SPOILT = 31, (2, 7, 12), (0, 4, 9)


@pytest.fixture(scope="module")
def spoilt():
    """A clock, three of whose units hold random tables instead of a wave."""
    net, params = clock(P, WAVES)
    tables = np.array(params["A"])
    tables[:, :, list(SPOILT)] = np.random.default_rng(0).normal(size=(*tables.shape[:2], len(SPOILT)))
    waves = tuple(extractor for extractor in EXTRACTORS if extractor.name == "residues")
    return assess(net, {**params, "A": tables}, addition(P), by_position(P, P), extractors=waves)


def test_the_units_that_no_wave_explains_are_named(spoilt) -> None:
    fields = spoilt.fields()
    assert fields["verdict"] == "undetermined"
    assert {left.unit for left in fields["left"]} == {str(unit) for unit in SPOILT}
    assert fields["units_left"] == len(SPOILT)
    shares = [left.share for left in fields["left"]]
    assert shares == sorted(shares, reverse=True)
    assert fields["effect_explained"] == pytest.approx(1 - fields["left_share"], abs=0.02)
    assert fields["left_table"] == "a and b, added up"
    assert fields["left_bits"] == pytest.approx(sum(left.bits for left in fields["left"]))
    assert len(SPOILT) * P < fields["left_bits"] < len(SPOILT) * P * P
    assert "in the way stand 3 units of " in fields["in_the_way"]
    assert str(spoilt).splitlines()[-1] == f"would decide: {fields['would_decide']}"


def test_each_line_carries_its_effect_its_error_and_its_bits(spoilt) -> None:
    lines = [line for line in spoilt.read_steps if line.units]
    assert len(lines) >= len(WAVES)
    assert all(line.share is not None and line.error is not None and line.bits for line in lines)
    missed = sum(line.share * line.error for line in lines)
    assert missed == pytest.approx(1 - spoilt.fields()["effect_explained"], abs=0.02)


def test_a_program_has_nothing_in_its_way() -> None:
    fields = assess(*clock(P, WAVES), addition(P), by_position(P, P)).fields()
    assert fields["effect_explained"] > 0.999
    assert (fields["left"], fields["units_left"], fields["left_bits"]) == ([], 0, 0)


def refused(sites: tuple[str, ...]):
    """A net of two layers that no extractor reads, with these of its sites."""
    rng = np.random.default_rng(0)
    first, second = jnp.asarray(rng.normal(size=(2, P, 12)))
    out = jnp.asarray(rng.normal(size=(12, P)))

    def apply(params, x, edits):
        tap, values = tapping(edits)
        hidden = jnp.sin(3 * first[x[:, 0]] * second[x[:, 1]])
        hidden = tap("mixed", hidden) if "mixed" in sites else hidden
        return hidden @ out, values

    return assess(wrap(apply, sites), {}, addition(P), by_position(P, P), extractors=())


def test_where_no_extractor_explains_the_last_layer_s_units_are_ranked() -> None:
    fields = refused(("mixed",)).fields()
    assert fields["effect_site"] == "mixed"
    assert (fields["effect_explained"], fields["units_left"]) == (0, 12)
    shares = [left.share for left in fields["left"]]
    assert shares == sorted(shares, reverse=True)
    assert fields["left_table"] == "every input"


def test_a_net_without_sites_is_told_to_declare_some() -> None:
    found = refused(())
    assert found.verdict.outcome == "undetermined"
    assert "no site" in found.verdict.in_the_way
    assert found.evidence.remainder is None


LEFT = Remainder(
    site="hidden.0",
    explained=0.9,
    errors=np.zeros(4),
    left=(Left(unit="2", share=0.1, missed=1.0, bits=50.0),),
    units=1,
    live=4,
    share=0.1,
    directions=1,
    table=Price(50.0, "a"),
)


def asked(decided_by: str, remainder: Remainder | None = LEFT, **changes) -> str:
    given = {"match": 0.5, "train": None, "trained": 0.99, "bits": 100.0, "limit": 200.0, "small": False}
    return would_decide(decided_by, remainder=remainder, **{**given, **changes})


def test_what_would_decide_follows_from_what_failed() -> None:
    assert asked("match").startswith("a net that is right")
    assert asked("match", train=1.0).startswith("more rows to train on, or weight decay")
    assert asked("explanation", None).startswith("sites: name what the net holds")
    assert asked("coverage of answers").startswith("a site that holds what goes round hidden.0")
    assert asked("S control").startswith("a task in which wrong terms matter, a larger size")
    assert asked("B", small=True) == "a larger size of the task, or a family of sizes"
    assert asked("B").startswith("weight decay or a narrower net")
    assert "or their table, with which the code would still be short (150 bits)" in asked("S")
    assert "or their table" not in asked("S", limit=120.0)
    assert asked("S", replace(LEFT, units=0)).startswith("terms that fit closer")


def test_the_sentence_counts_one_and_many() -> None:
    assert "in the way stands 1 unit of 4 with 10 % of it" in in_the_way(LEFT, 1000.0)
    assert "no unit alone stands in the way" in in_the_way(replace(LEFT, units=0), 1000.0)
