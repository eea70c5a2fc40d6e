"""Groups are recognised in tables, units of one irreducible representation are found, and other tables are refused."""

from itertools import permutations

import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.representations import representation_net
from benchmarks.controls.tables import lookup, random_features
from benchmarks.controls.transforms import noised, shuffled_readout
from compare import Assessment, assess, by_position
from compare.extract import EXTRACTORS, readers
from compare.fit.groups import components, recognised
from nets import Data, Net
from synth import BOOL, INT, Fn, Spec

RNG = np.random.default_rng(0)


def symmetric(n: int) -> np.ndarray:
    elements = list(permutations(range(n)))
    return np.array([[elements.index(tuple(x[i] for i in y)) for y in elements] for x in elements])


def dihedral(n: int) -> np.ndarray:
    a, b = np.divmod(np.arange(4 * n * n), 2 * n)
    turned = np.where(a < n, b % n, -(b % n))
    return ((a % n + turned) % n + n * ((a // n + b // n) % 2)).reshape(2 * n, 2 * n)


def cyclic(n: int) -> np.ndarray:
    return np.add.outer(np.arange(n), np.arange(n)) % n


def product(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    n = len(other)
    a, b = np.divmod(np.arange((len(one) * n) ** 2), len(one) * n)
    return (one[a // n, b // n] * n + other[a % n, b % n]).reshape(len(one) * n, -1)


GROUPS = {
    "S3": (symmetric(3), [1, 4]),
    "S4": (symmetric(4), [1, 4, 9, 9]),
    "D5": (dihedral(5), [1, 4, 4]),
    "S3 x Z4": (product(symmetric(3), cyclic(4)), [1, 1, 1, 2, 2, 4, 4, 8]),
    "Z2 x Z2 x Z2": (product(cyclic(2), product(cyclic(2), cyclic(2))), [1] * 7),
    "Z7": (cyclic(7), [2, 2, 2]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_are_recognised_whatever_their_elements_are_called(name: str) -> None:
    table, sizes = GROUPS[name]
    plain = recognised(table)
    assert plain is not None
    np.testing.assert_array_equal(plain.table, table)
    assert sorted(part.shape[1] for part in components(plain)) == sizes
    p = len(table)
    first, second, third = (RNG.permutation(p) for _ in range(3))
    other = recognised(third[table[first][:, second]])
    assert other is not None
    np.testing.assert_array_equal(other.table[other.first][:, other.second], third[table[first][:, second]])
    assert sorted(part.shape[1] for part in components(other)) == sizes
    assert other.bits >= plain.bits


def test_division_in_a_group_costs_its_name_alone() -> None:
    table = symmetric(4)
    plain = recognised(table)
    assert plain is not None
    divided = recognised(table[:, plain.inverse])
    assert divided is not None
    assert divided.bits < plain.bits + 3


def test_components_are_orthonormal_and_closed_under_products() -> None:
    group = recognised(symmetric(4))
    assert group is not None
    for part in components(group):
        np.testing.assert_allclose(part.T @ part, np.eye(part.shape[1]), atol=1e-9)
        moved = part[group.table[:, 5]]
        np.testing.assert_allclose(part @ (part.T @ moved), moved, atol=1e-9)


def test_a_few_errors_are_forgiven_and_other_tables_are_no_groups() -> None:
    table = dihedral(11)
    wrong = table.copy()
    wrong[[3, 7, 9], [5, 1, 20]] = 0
    found = recognised(wrong)
    assert found is not None
    np.testing.assert_array_equal(found.table[found.first][:, found.second], table)
    assert recognised(RNG.integers(0, 22, (22, 22))) is None
    assert recognised(np.zeros((22, 22), dtype=int)) is None
    latin = cyclic(8)
    latin[np.ix_([0, 4], [0, 4])] = latin[np.ix_([4, 0], [0, 4])]  # an intercalate turned: no longer a group's
    assert recognised(latin) is None


def judged(made: tuple[Net, dict], table: np.ndarray) -> Assessment:
    return assess(*made, addition(len(table), table.reshape(-1)), by_position(len(table), len(table)))


def closed(name: str) -> tuple[np.ndarray, tuple[Net, dict]]:
    """Of a dihedral group one faithful representation, of a product one of either factor."""
    table = dihedral(22) if name == "D22" else product(symmetric(3), cyclic(8))
    group = recognised(table)
    assert group is not None
    parts = components(group)
    wanted = [
        k for k, part in enumerate(parts) if part.shape[1] == 4 and _separates(part, len(table) if name == "D22" else 6)
    ]
    if name != "D22":
        wanted = wanted[:1] + [k for k, part in enumerate(parts) if part.shape[1] == 2 and _separates(part, 8)][:1]
    return table, representation_net(table, wanted[:1] if name == "D22" else wanted)


def _separates(part: np.ndarray, count: int) -> bool:
    return len(np.unique(np.round(part, 6), axis=0)) == count


@pytest.mark.slow
@pytest.mark.parametrize("name", ["D22", "S3 x Z8"])
def test_closed_forms_of_groups_are_programs(name: str) -> None:
    table, (net, params) = closed(name)
    found = judged((net, noised(params, 0.01, 0)), table)
    assert found.evidence.match == 1
    assert found.verdict.outcome == "program"
    assert found.explanation is not None
    assert found.explanation.extractor == "groups"
    assert "irrep(" in found.formula
    fields = found.fields()
    assert fields["s_control"] < 0.3
    assert fields["d_control"] < 0.3
    assert judged((net, shuffled_readout(params, 0)), table).verdict.outcome != "program"


@pytest.mark.slow
def test_tables_of_a_group_s_products_are_no_programs() -> None:
    table = dihedral(9)
    rows = np.arange(18 * 18)
    x = np.stack(np.divmod(rows, 18), axis=1).astype(np.int32)
    data = Data(x=x, y=table.reshape(-1).astype(np.int32), train=rows, held_out=rows[:0], alphabet=18, classes=18)
    for made in (lookup(data), random_features(data, 300)):
        found = judged(made, table)
        assert found.evidence.match == 1
        assert found.verdict.outcome != "program"
        assert found.explanation is not None
        assert (found.explanation.extractor, found.fields()["s_agreement"] < 0.9) == ("groups", True)


def test_cyclic_groups_of_residues_are_left_to_their_own_family_and_integers_are_read() -> None:
    table = cyclic(13)
    made = representation_net(table, (0, 1))
    families = tuple(extractor for extractor in EXTRACTORS if extractor.name != "units")
    found = assess(*made, addition(13, table.reshape(-1)), by_position(13, 13), extractors=families)
    assert found.explanation is not None
    assert found.explanation.extractor == "residues"
    assert "cyclic group" in next(refusal.reason for refusal in found.refusals if refusal.extractor == "groups")
    a, b = np.divmod(np.arange(169), 13)
    spec = Spec(type=Fn((INT, INT), INT), inputs=(a, b), outputs=table.reshape(-1), domain=(a, b))
    alone = tuple(extractor for extractor in EXTRACTORS if extractor.name == "groups")
    found = assess(*made, spec, by_position(13, 13), extractors=alone)
    assert found.explanation is not None
    assert found.explanation.extractor == "groups"


def test_a_closed_form_needs_a_group() -> None:
    with pytest.raises(ValueError, match="expected the table of a group"):
        representation_net(np.zeros((6, 6), dtype=int), (0,))


def test_only_pairs_of_as_many_elements_as_there_are_answers_are_read() -> None:
    def reason(values: int, arguments: int, classes: int, kind=INT) -> str:
        domain = tuple(np.indices((values,) * arguments).reshape(arguments, -1))
        spec = Spec(type=Fn((kind,) * arguments, kind), inputs=domain, outputs=domain[0], domain=domain)
        return readers(spec, by_position(values, classes))["groups"] or "read"

    assert reason(12, 2, 12) == "read"
    assert reason(6, 2, 6) == "expected at least 12 elements, got 6"
    assert reason(12, 3, 12).startswith("expected the 144 pairs of elements 0 .. 11")
    assert reason(12, 2, 23).startswith("expected the 529 pairs")
    assert reason(2, 2, 2, BOOL).startswith("expected two residues and a residue")
