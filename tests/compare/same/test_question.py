"""What cannot be asked gets one sentence; its neighbour that can be asked gets an answer."""

import re

import numpy as np
import pytest

from compare import same
from compare.same.decide import WAYS
from synth import BOOL, BV, INT, LIST, MODULUS, REAL, STREAM, Fn, Spec, Z, parse
from synth.library import PRIMITIVES

TYPES = {"a": INT, "b": INT, "x": BOOL, "w": BV(8), "u": REAL, "xs": LIST, "r": Z("p"), "p": MODULUS}
A, B = np.divmod(np.arange(9), 3)
NONE = np.zeros(0, dtype=np.int64)


def spec(rows: np.ndarray, other: np.ndarray) -> Spec:
    kind = Fn((Z("p"), Z("p")), Z("p"))
    return Spec(type=kind, inputs=(rows, other), outputs=rows, domain=(rows, other), terminals={"p": 3})


BAD = (
    ("a", "x", None, "one type, got 'a' of type int and 'x' of type bool"),
    ("a", "xs", None, "one type"),
    ("a", "b", {"c": range(3)}, "unknown argument 'c'"),
    ("a", "b", {"a": range(0)}, "expected integers for 'a', at least one, got range(0, 0)"),
    ("a", "b", {"a": []}, "at least one, got []"),
    ("a", "b", {"a": "0123"}, "expected integers for 'a'"),
    ("a", "b", {"a": [1, 2.5]}, "expected integers for 'a'"),
    ("a", "b", {"a": 3.5}, "expected integers for 'a'"),
    ("a", "b", (range(3), range(3)), "expected a domain as a Spec, or as values by the arguments' names"),
    ("x", "x", {"x": 1}, "expected values for 'x' of type bool, got the number 1; give a range"),
    ("x", "x", {"x": [2]}, "expected values of type bool for 'x', got 2 to 2"),
    ("w", "w", {"w": range(300)}, "expected values of type bv8 for 'w', got 0 to 299"),
    ("r", "r", {"p": 5, "r": range(6)}, "expected values of type Z(p) for 'r', got 0 to 5"),
    ("r", "r", {"p": [0, 1]}, "expected values of type modulus for 'p', got 0 to 1"),
    ("u", "u", {"u": range(3)}, "expected no values, since it is real for 'u'"),
    ("a", 3, None, "expected a Program or its text, got 3"),
    ("a", "(add a q)", None, "unknown terminal 'q'"),
    ("(addz a b p)", "a", spec(NONE, NONE), "at least one input, got a specification that lists none"),
)
GOOD = (
    ("a", "b", {"a": range(3)}),
    ("a", "a", {"a": range(5, 0, -1)}),
    ("a", "b", {"a": [1, 2]}),
    ("a", "b", {"a": np.arange(3)}),
    ("x", "x", {"x": [True]}),
    ("w", "w", {"w": range(256)}),
    ("r", "r", {"p": 5, "r": range(5)}),
    ("r", "r", {"p": [1, 2]}),
    ("u", "u", None),
    ("(addz a b p)", "a", spec(A, B)),
)


@pytest.mark.parametrize(("one", "other", "domain", "message"), BAD)
def test_what_cannot_be_asked_is_said_in_one_sentence(one, other, domain, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        same(one, other, domain, types=TYPES)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("one", "other", "domain"), GOOD)
def test_its_neighbours_are_answered(one, other, domain):
    found = same(one, other, domain, types=TYPES, samples=50)
    assert found.outcome == ("equal" if one == other else "different")
    assert found.sentence.startswith(found.outcome)


def test_programs_are_taken_as_they_are_and_their_arguments_have_one_type():
    first, second = parse("(add a 1)", PRIMITIVES, {"a": INT}), parse("(add 1 a)", PRIMITIVES, {"a": INT})
    assert same(first, second).outcome == "equal"
    with pytest.raises(ValueError, match="the argument 'a' to have one type, got int and Z"):
        same(first, parse("(add a 1)", PRIMITIVES, {"a": Z("p")}))


def test_functions_and_terminals_that_a_specification_lacks_are_refused():
    function = parse("plus", PRIMITIVES, {})
    with pytest.raises(ValueError, match="expected programs of values, got the function 'plus'"):
        same(function, function)
    with pytest.raises(ValueError, match="unknown argument 'bb'; did you mean 'b'"):
        same(parse("(add a bb)", PRIMITIVES, {"a": Z("p"), "bb": INT}), "a", spec(A, B))


@pytest.mark.parametrize(("seconds", "samples"), [(0, 10), (1, 0)])
def test_no_time_and_no_samples_are_refused(seconds, samples):
    with pytest.raises(ValueError, match="expected seconds > 0 and at least one sample"):
        same("a", "b", types=TYPES, seconds=seconds, samples=samples)


def test_little_time_gives_an_answer_that_says_how_little_was_seen():
    types = {"xs": STREAM}
    found = same("(scan_stream times 1 xs)", "(scan_stream (lambda (s x) (mul x s)) 1 xs)", types=types, seconds=0.01)
    assert found.outcome in ("equal", "alike")


def test_every_way_has_a_name_of_its_own():
    assert len({way.name for way in WAYS}) == len(WAYS)
