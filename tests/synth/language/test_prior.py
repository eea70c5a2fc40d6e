"""Priors fitted from programs: their bits, their files, and what is wrong with a bad one."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import BOOL, INT, Budget, Fn, Found, Spec, Terminal, named, parse, solve, uniform_language
from synth.language.grammar import EIGHTHS
from synth.language.prior import ALPHAS, fit_prior, read_prior, write_prior
from synth.language.types import LIST

LIBRARY = named(["arith", "choice", "constants"])
WORDS = (Terminal("a", INT), Terminal("b", INT))
TEXTS = ("(add (mul a a) b)", "(add a (mul b b))", "(if_int (lt a b) (add a 1) b)")


def fitted(texts=TEXTS, alpha=1.0, library=LIBRARY):
    return fit_prior([parse(text, library, WORDS) for text in texts], library, alpha)


def test_counts_are_of_the_written_program():
    prior = fitted()
    assert prior.counts == {
        "bool": {"lt": 1},
        "int": {"1": 1, "add": 3, "if_int": 1, "mul": 2, "terminals": 10},
    }


def test_shared_parts_count_each_time():
    assert fitted(["(add (mul a b) (mul a b))"]).counts["int"] == {"add": 1, "mul": 2, "terminals": 4}


def test_lambdas_count_with_their_bodies():
    library = named(["lists", "mul", "add", "1"])
    words = (Terminal("xs", LIST), Terminal("n", INT))
    prior = fit_prior([parse("(map (lambda (x) (mul x n)) xs)", library, words)], library)
    assert prior.counts == {
        "(int) -> int": {"lambda": 1},
        "int": {"mul": 1, "terminals": 2},
        "list": {"map": 1, "terminals": 1},
    }
    fit, even = prior.language(library, words), uniform_language(library, words)
    (asked,) = [kind for kind in fit.bodies if len(kind.args) == 1 and kind.result == INT]
    assert fit.bodies[asked].costs[INT]["mul"] < even.bodies[asked].costs[INT]["mul"]


def test_bits_follow_from_the_counts():
    library = named(["add", "mul", "sub"])
    known = fitted(["(add (add a b) a)", "(mul a b)"], library=library).language(library, WORDS)
    total = 8 + 5  # occurrences, and one more for each of five alternatives, which are even without a fit
    assert known.costs[INT] == {
        name: math.ceil(EIGHTHS * math.log2(total / weight))
        for name, weight in {"add": 3, "mul": 2, "sub": 1, "a": 3.5, "b": 3.5}.items()
    }


def test_terminals_share_what_the_terminals_had():
    more = (*WORDS, Terminal("c", INT), Terminal("d", INT))
    costs = fitted().language(LIBRARY, more).costs[INT]
    assert len({costs[word.name] for word in more}) == 1
    assert costs["a"] > fitted().language(LIBRARY, WORDS).costs[INT]["a"]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from([*TEXTS, "(max a b)", "(neg 7)", "a"]), max_size=8),
    st.floats(0.01, 100),
    st.integers(1, 4),
)
def test_probabilities_add_up_to_at_most_one_and_nothing_is_free(texts, alpha, arguments):
    words = (*(Terminal(name, INT) for name in "abcd"[:arguments]), Terminal("u", BOOL))
    for costs in fitted(texts, alpha).language(LIBRARY, words).costs.values():
        assert sum(2.0 ** (-cost / EIGHTHS) for cost in costs.values()) <= 1
        assert min(costs.values()) >= 1


def test_without_programs_nothing_is_dearer_than_without_a_prior():
    even, known = uniform_language(LIBRARY, WORDS), fit_prior([], LIBRARY).language(LIBRARY, WORDS)
    for kind, costs in even.costs.items():
        assert all(known.costs[kind][name] <= cost for name, cost in costs.items())


def test_what_occurs_gets_cheaper_and_the_rest_dearer():
    fit, even = fitted().language(LIBRARY, WORDS).costs[INT], uniform_language(LIBRARY, WORDS).costs[INT]
    assert fit["add"] < even["add"]
    assert fit["a"] < even["a"]
    assert fit["floordiv"] > even["floordiv"]


def test_a_saved_prior_is_the_same(tmp_path):
    prior = fitted()
    write_prior(prior, tmp_path / "prior.json")
    again = read_prior(tmp_path / "prior.json")
    assert again == prior
    assert again.programs == TEXTS
    assert again.language(LIBRARY, WORDS) == prior.language(LIBRARY, WORDS)


def test_the_search_takes_the_fitted_language():
    a, b = np.arange(-8, 8), np.arange(-8, 8)[::-1] ** 2 % 7
    spec = Spec(type=Fn((INT, INT), INT), inputs=(a, b), outputs=b * b * a + a)
    fit = solve(spec, fitted().language(LIBRARY, WORDS), Budget(seconds=60))
    even = solve(spec, LIBRARY, Budget(seconds=60))
    assert isinstance(fit, Found)
    assert isinstance(even, Found)
    assert fit.bits < even.bits
    assert fit.counts.candidates < even.counts.candidates


def test_unknown_primitives_are_named():
    with pytest.raises(ValueError, match=r"unknown primitive 'mul'; did you mean 'mulz'\?"):
        fit_prior([parse("(mul a b)", LIBRARY, WORDS)], named(["mulz", "add"]))


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan, math.inf])
def test_without_smoothing_there_is_no_prior(alpha):
    with pytest.raises(ValueError, match="prior: expected alpha > 0, got"):
        fit_prior([], LIBRARY, alpha)


BAD = {
    "not JSON": ("{", "expected JSON, got Expecting property name"),
    "a list": ("[]", "expected an object with alpha, counts, library, programs, versions, got list"),
    "parts missing": ('{"alpha": 1}', "expected an object with .*, got alpha"),
    "deep": ("[" * 100_000, "expected JSON, got"),
}
PARTS = {
    "alpha": (-1, "expected alpha to be a number > 0, got -1"),
    "programs": ([1], r"expected programs to be a list of strings, got \[1\]"),
    "library": ("add", 'expected library to be a list of strings, got "add"'),
    "counts": ({"int": {"add": 0}}, "expected counts to be whole numbers > 0 by type and name"),
    "versions": ({"format": 1}, "expected versions to be strings by name"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files(case, tmp_path):
    text, message = BAD[case]
    (tmp_path / "prior.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_prior(tmp_path / "prior.json")


@pytest.mark.parametrize("part", PARTS)
def test_bad_parts(part, tmp_path):
    value, message = PARTS[part]
    path = tmp_path / "prior.json"
    write_prior(fitted(), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))
    with pytest.raises(ValueError, match=message):
        read_prior(path)


def test_files_of_another_format_or_library(tmp_path):
    path = tmp_path / "prior.json"
    write_prior(replace(fitted(), versions={"format": "0"}), path)
    with pytest.raises(ValueError, match="expected format 1, got 0; fit it again"):
        read_prior(path)
    write_prior(replace(fitted(), library=("add", "mull", "if_int", "lt", "1")), path)
    with pytest.raises(ValueError, match=r"unknown primitive 'mul'; did you mean 'mull'\?"):
        read_prior(path)


def test_files_that_are_not_there_or_too_large(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="expected a readable file, got No such file or directory"):
        read_prior(tmp_path / "none.json")
    monkeypatch.setattr("synth.language.prior.LARGEST", 10)
    write_prior(fitted(), tmp_path / "prior.json")
    with pytest.raises(ValueError, match="expected a file of at most 10 bytes"):
        read_prior(tmp_path / "prior.json")


def test_smoothing_follows_how_much_the_programs_share():
    alike = [
        parse(text, LIBRARY, WORDS) for text in ("(mul a b)", "(mul a a)", "(mul b (mul a b))", "(mul a (mul a b))")
    ]
    unlike = [parse(text, LIBRARY, WORDS) for text in ("(mul a b)", "(max 3 (neg a))", "(mod a 7)", "(sub 1 (abs b))")]
    assert fit_prior(alike, LIBRARY).alpha < fit_prior(unlike, LIBRARY).alpha


def test_smoothing_prices_lambdas_by_their_own_names():
    library = named(["lists", "arith", "constants"])
    words = (Terminal("xs", LIST), Terminal("n", INT))
    texts = ("(map (lambda (q) (mul q n)) xs)", "(map (lambda (r) (add r n)) xs)", "(sort xs)")
    prior = fit_prior([parse(text, library, words) for text in texts], library)
    assert prior.alpha in ALPHAS
