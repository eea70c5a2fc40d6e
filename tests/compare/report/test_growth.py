"""Power laws are recovered, their intervals cover, and families are put together as they should be."""

import numpy as np
import pytest
from made_run import make_run
from scipy import stats

from compare.record import Record
from compare.report.growth import families, power_law
from compare.report.tables import family_table, size_table, without_growth

SIZES = np.array([23, 31, 43, 59, 97, 113], float)


def record(size: int, *, net="mlp", bits=None, match=1.0, **fields) -> Record:
    return Record(
        suite="s", task="add", size=size, net=net, recipe="grok", seed=0, cell=f"{net}-{size}",
        bits_total=bits, bits_table=float(size**2), match_domain=match, **fields,
    )  # fmt: skip


@pytest.mark.parametrize("exponent", [-0.5, 0.0, 1.0, 2.25])
def test_an_exact_power_law_is_recovered(exponent):
    law = power_law(SIZES, 7.0 * SIZES**exponent)
    assert law is not None
    assert law.exponent == pytest.approx(exponent, abs=1e-9)
    assert law.scale == pytest.approx(7.0)
    assert law.high - law.low < 1e-6


def test_the_interval_is_the_one_of_scipys_regression():
    rng = np.random.default_rng(0)
    size = np.repeat(SIZES, 5)
    bits = 40 * size**1.1 * np.exp(rng.normal(scale=0.2, size=len(size)))
    law, reference = power_law(size, bits), stats.linregress(np.log(size), np.log(bits))
    assert law is not None
    half = stats.t.ppf(0.975, len(size) - 2) * reference.stderr
    assert (law.low, law.high) == pytest.approx((reference.slope - half, reference.slope + half))


def test_the_interval_covers_the_truth_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    laws = [power_law(SIZES, SIZES**1.5 * np.exp(rng.normal(scale=0.3, size=6))) for _ in range(400)]
    covered = np.mean([law.low <= 1.5 <= law.high for law in laws if law])
    assert 0.92 < covered < 0.98


def test_the_band_is_narrowest_at_the_centre_and_holds_the_line():
    law = power_law(SIZES, SIZES * np.array([1.1, 0.9, 1.0, 1.2, 0.8, 1.0]))
    assert law is not None
    low, value, high = law.band(np.array([10.0, np.exp(law.centre), 400.0]))
    assert (low < value).all()
    assert (value < high).all()
    width = np.log(high / low)
    assert width[1] < width[0]
    assert width[1] < width[2]


def test_two_sizes_give_no_exponent():
    assert power_law(np.array([23.0, 23, 59]), np.array([1.0, 2, 3])) is None


def test_nets_that_are_not_right_are_left_out_and_counted():
    records = [record(size, bits=50.0 * size) for size in (23, 43, 59)] + [record(97, bits=1e6, match=0.5)]
    (family,) = families(records)
    assert family.left_out == 1
    assert family.laws["bits_total"].exponent == pytest.approx(1.0)
    assert family.laws["bits_table"].exponent == pytest.approx(2.0)
    assert family_table([family]).rows[0][4] == "3 (1 not right, left out)"
    assert [row[0] for row in size_table(family).rows] == ["23", "43", "59"]


def test_a_family_without_right_nets_is_named_and_not_fitted():
    (family,) = families([record(size, bits=9.0, match=0.1) for size in (23, 43, 59)])
    assert not family.laws
    assert family_table([family]).rows == []
    assert without_growth([family]) == "Not fitted, because no net of it is right: add · mlp · grok."


def test_nets_of_one_kind_are_pooled_so_that_width_can_grow_with_size():
    records = [record(size, net=f"mlp-{8 * size}", bits=5.0 * size) for size in (23, 43, 59)]
    (family,) = families(records)
    assert (family.net, family.pooled) == ("mlp", True)
    assert family.laws["bits_total"].exponent == pytest.approx(1.0)


def test_frequencies_and_kept_units_are_printed_by_size(tmp_path):
    grok = [each for each in make_run(tmp_path, nets=("mlp",), recipes=("grok",), arrays=False) if each.verdict]
    (family,) = families(grok)
    rows = [dict(zip(size_table(family).headings, row, strict=True)) for row in size_table(family).rows]
    assert [row["K"] for row in rows] == ["5", "5", "5"]
    assert [row["units kept"] for row in rows] == ["96", "96", "96"]
