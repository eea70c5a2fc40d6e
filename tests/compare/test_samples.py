"""Samples and the kinds of answers: what is read, matched, counted and coded, and what is refused."""

import jax.numpy as jnp
import numpy as np
import pytest

from compare import Classes, Distributions, Reals, Sample, Samples, Sets, View, assess, of_reals, of_sequences
from compare.checks import answers_of
from compare.evidence.rival import rival
from compare.read import Reading, evaluate, read
from nets import Net, Patch, Shift, tapping, wrap

WORDS = 80


def running(answers: str) -> Net:
    """A net by hand: the running sum of bits modulo 3 as logits or as sets, what is near it, or the mean as a real."""

    def apply(params, x, edits):
        tap, values = tapping(edits)
        state = tap("state", jnp.cumsum(x, axis=1)[..., None] * params)
        total = jnp.round(state[..., 0] / params).astype(int) % 3
        if answers == "classes":
            return 5.0 * (total[..., None] == jnp.arange(3)) + 0 * state, values
        if answers == "sets":
            return jnp.stack([total == 0, total != 2], axis=-1) - 0.5 + 0 * state, values
        if answers == "distributions":
            return jnp.cos(2 * jnp.pi / 3 * (total[..., None] - jnp.arange(3))) + 0 * state, values
        return state.mean(axis=1) / params, values

    return wrap(apply, ("state",))


PARAMS = jnp.float32(1.0)


def words(length: int, rows: int = WORDS, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, length]).integers(0, 2, (rows, length))


def classes(x: np.ndarray) -> np.ndarray:
    return x.cumsum(1) % 3


def sets(x: np.ndarray) -> np.ndarray:
    return np.stack([classes(x) == 0, classes(x) != 2], axis=-1)


def reals(x: np.ndarray) -> np.ndarray:
    return x.cumsum(1).mean(1, keepdims=True)


def distributions(x: np.ndarray) -> np.ndarray:
    nearness = np.exp(np.cos(2 * np.pi / 3 * (x.cumsum(1)[..., None] - np.arange(3))))
    return nearness / nearness.sum(axis=-1, keepdims=True)


KINDS = {
    "classes": (Classes(3), classes),
    "sets": (Sets(2), sets),
    "reals": (Reals(1, 1e-3), reals),
    "distributions": (Distributions(3, 1e-3), distributions),
}


def samples(right, lengths=(6, 6, 60), masked: bool = False, **more) -> Samples:
    def part(length: int, seed: int) -> Sample:
        x = words(length, seed=seed)
        mask = np.arange(length) >= length // 2
        return Sample(arguments=(x,), targets=right(x), mask=np.tile(mask, (len(x), 1)) if masked else None)

    fit, report, *longer = (part(length, seed) for seed, length in enumerate(lengths))
    return Samples(fit=fit, report=report, longer=tuple(longer), **more)


def reading(kind: str, **more) -> Reading:
    answers, right = KINDS[kind]
    return read(running(kind), PARAMS, None, of_sequences(2, answers), samples=samples(right, **more))


@pytest.mark.parametrize("kind", KINDS)
def test_a_net_is_read_on_samples_whatever_the_kind_of_its_answers(kind: str) -> None:
    found = reading(kind)
    assert not found.exhaustive
    assert found.fitted.tolist() + found.reported.tolist() == list(range(2 * WORDS))
    assert found.match(found.answers) == found.longer[0].match(found.longer[0].answers) == 1.0
    wrong = np.roll(found.answers, 1, axis=0)
    assert found.agreement(wrong) < 1.0
    assert found.alike(wrong).mean() == pytest.approx(found.match(wrong))
    assert found.site("state").shape == (2 * WORDS, 6, 1)
    assert found.longer[0].site("state").shape == (WORDS, 60, 1)


@pytest.mark.parametrize("kind", ["classes", "sets"])
def test_only_positions_of_the_mask_count(kind: str) -> None:
    found = reading(kind, masked=True)
    wrong = found.answers.copy()
    wrong[:, :3] = 1 - wrong[:, :3].astype(int)
    assert found.agreement(wrong) == 1.0
    assert len(found.alike(wrong)) == 2 * WORDS * 3
    assert reading(kind).agreement(wrong) < 0.8
    some = found.reported[:5]
    assert len(found.alike(wrong[some], some)) == 15


def test_a_net_may_leave_the_numbers_beyond_its_training_range_and_not_within() -> None:
    def apply(params, x, edits):
        outputs, values = running("classes").apply(params, x, edits)
        return jnp.where(x.shape[1] > params, jnp.nan, outputs), values

    net, view = wrap(apply, ("state",)), of_sequences(2, Classes(3))
    found = read(net, jnp.float32(20), None, view, samples=samples(classes))
    assert np.isfinite(found.longer[0].outputs).all()
    assert found.longer[0].match(found.longer[0].answers) < 0.9
    with pytest.raises(ValueError, match="expected finite outputs, got"):
        read(net, jnp.float32(3), None, view, samples=samples(classes))


def test_reals_are_alike_within_the_tolerance() -> None:
    found = reading("reals")
    assert found.agreement(found.answers + 0.9e-3) == 1.0
    assert found.agreement(found.answers + 1.1e-3) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_net_on_samples_is_judged_and_says_that_only_a_reader_is_missing(kind: str) -> None:
    answers, right = KINDS[kind]
    found = assess(running(kind), PARAMS, None, of_sequences(2, answers), samples=samples(right))
    assert (found.verdict.outcome, found.verdict.decided_by) == ("undetermined", "explanation")
    *others, selects, boards, recurrent, filters, phases = found.refusals
    assert all("samples" in refusal.reason for refusal in others)
    assert boards.reason.startswith("expected a game on a board")
    assert filters.reason.startswith("expected images")
    assert phases.reason.startswith("expected samples of sequences of reals")
    assert ("got reals" if kind == "reals" else "attention heads") in selects.reason
    expected = {"reals": "expected an answer at every", "distributions": "expected answers that are integers"}
    assert recurrent.reason.startswith(expected.get(kind, "no site carries a state"))


def test_memorised_sequences_are_a_table() -> None:
    x = np.unique(words(12, 300), axis=0)
    labels = np.random.default_rng(1).integers(0, 3, len(x))

    def apply(params, given, edits):
        tap, values = tapping(edits)
        near = tap("near", (2.0 * given - 1) @ (2.0 * params[0] - 1).T)
        return jnp.exp(2 * (near - 12)) @ params[1], values

    known = Sample(arguments=(x,), targets=labels)
    given = samples(lambda other: np.random.default_rng(len(other)).integers(0, 3, len(other)), (12, 12), trained=known)
    params = (jnp.asarray(x), jnp.eye(3)[labels])
    found = assess(wrap(apply, ("near",)), params, None, of_sequences(2, Classes(3)), samples=given)
    assert (found.verdict.outcome, found.verdict.decided_by) == ("table", "held out")
    assert found.match_train == 1.0


def test_the_rival_of_a_sample_is_the_cheapest_table() -> None:
    def last(x: np.ndarray) -> np.ndarray:
        return x + 2 * np.pad(x, ((0, 0), (1, 0)))[:, :-1]

    def apply(params, x, edits):
        tap, values = tapping(edits)
        before = jnp.pad(x, ((0, 0), (1, 0)))[:, :-1]
        return tap("seen", 1.0 * ((x + 2 * before)[..., None] == jnp.arange(4))), values

    view = of_sequences(2, Classes(4))
    local = rival(read(wrap(apply, ("seen",)), PARAMS, None, view, samples=samples(last, (30, 30))))
    assert local.what == "counted answers given the last 2 symbols"
    summed = rival(reading("classes", lengths=(30, 30)))
    assert local.bits < 200 < 0.3 * summed.bits
    assert summed.bits <= WORDS * 30 * np.log2(3) + 20
    near = rival(reading("reals"))
    assert near.what == "nearest neighbours' answers"


def test_answers_of_many_reals_have_as_many_options_as_numbers_hold() -> None:
    assert Reals(3, 0.1).options == pytest.approx(1000)
    assert Reals(768, 0.15).options == 2.0**1000


def test_images_and_reals_are_read_as_they_are() -> None:
    def apply(params, x, edits):
        tap, values = tapping(edits)
        mean = tap("mean", x.mean(axis=(1, 2))[:, None])
        return jnp.concatenate([0.5 - mean, mean - 0.5], axis=1), values

    images = np.random.default_rng(0).random((50, 4, 4))
    answers = (images.mean(axis=(1, 2)) > 0.5).astype(int)
    part = Sample(arguments=(images,), targets=answers)
    given = Samples(fit=part, report=part)
    found = assess(wrap(apply, ("mean",)), PARAMS, None, of_reals(Classes(2)), samples=given)
    assert found.match_test == 1.0
    columns = of_reals(Reals(1, 0.1)).encode(np.arange(3.0), np.ones(3))
    assert columns.shape == (3, 2)


def bad(view: View, **more):
    right = KINDS["classes"][1]
    return lambda: read(running("classes"), PARAMS, None, view, samples=samples(right, **more))


def test_what_is_wrong_with_a_sample_is_said_in_one_sentence() -> None:
    x = words(6)
    good = Sample(arguments=(x,), targets=classes(x))
    view = of_sequences(2, Classes(3))
    cases = [
        (
            lambda: Sample(arguments=(x,), targets=classes(x)[1:]),
            r"as many rows for each argument .* \(80, 6\), \(79, 6\)",
        ),
        (lambda: Sample(arguments=(), targets=classes(x)), "an array of as many rows"),
        (
            lambda: Sample(arguments=(x,), targets=classes(x), mask=np.zeros(x.shape, bool)),
            "a position that counts, got",
        ),
        (lambda: Sample(arguments=(x,), targets=classes(x), mask=x), r"Booleans of shape \(80, 6\).*got int64"),
        (
            lambda: Sample(arguments=(x,), targets=classes(x), mask=np.ones((80, 5), bool)),
            r"Booleans of shape \(80, 6\)",
        ),
        (lambda: samples(classes, (6, 7)), "one shape to fit and to report on"),
        (lambda: samples(lambda x: x[:, 0] if x.shape[1] > 6 else classes(x)), "rows of .* axes at every length"),
        (bad(of_sequences(1, Classes(3))), r"expected inputs 0 .. 0, got .* in row"),
        (bad(of_sequences(2, Classes(2))), r"expected answers 0 .. 1, the view's classes, got 2 for"),
        (
            bad(of_sequences(2, Sets(2))),
            r"\(rows, width\) or \(rows, positions, width\), each 0 or 1 .* got shape \(160, 6\)",
        ),
        (bad(of_sequences(2, Reals(6, 0.1))), r"expected outputs \(2, 6\), as the view says"),
        (bad(of_sequences(2, Classes(4))), r"expected outputs \(2, 6, 4\), as the view says"),
        (lambda: read(running("classes"), PARAMS, None, view), "or samples"),
        (
            lambda: read(
                running("classes"), PARAMS, None, view, samples=Samples(fit=good, report=good), train=np.arange(3)
            ),
            "got samples; give what was trained on as `trained`",
        ),
        (lambda: Reals(1, 0.0), "expected a tolerance > 0"),
        (lambda: answers_of(Reals(1, 1.0), (x,), np.full((80, 1), np.nan)), "expected answers 1 finite numbers, got"),
        (
            lambda: answers_of(Distributions(2, 0.1), (x,), np.full((80, 2), 0.4)),
            "expected answers 2 probabilities that",
        ),
        (lambda: answers_of(Sets(2), (x,), np.full((80, 2), 3)), "expected answers 0 or 1 for each of the 2 symbols"),
        (lambda: answers_of(Classes(3), (x,), np.zeros((80, 6, 2))), "expected answers of shape"),
        (
            lambda: read(running("reals"), PARAMS, None, of_reals(Classes(3)), samples=samples(classes)),
            "as the view says",
        ),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("block", [7, 16384])
def test_patches_and_shifts_are_edits_of_a_reading(block: int) -> None:
    found = reading("classes")
    at_three = Patch((np.arange(6) == 3)[:, None], np.float32(1.0))
    rows = np.arange(5, 45)
    expected = found.site("state")[rows].copy()
    expected[:, 3] = 1.0
    whole = (len(rows), *found.shapes["state"])
    given = {"state": Patch(np.broadcast_to(at_three.where, whole), np.broadcast_to(at_three.value, whole))}
    patched = evaluate(found.net, found.params, found.x[rows], given, ("state",), block)
    np.testing.assert_array_equal(patched[1]["state"], expected)
    np.testing.assert_array_equal(found.run({"state": at_three}, ("state",), rows)[1]["state"], expected)
    shifted = found.run({"state": Shift(np.float32(2.0))}, ("state",), rows)[1]["state"]
    np.testing.assert_array_equal(shifted, found.site("state")[rows] + 2)


def test_a_patch_of_another_shape_is_refused_where_a_reading_is_run() -> None:
    with pytest.raises(ValueError, match=r"site 'state': expected a patch with a value of shape \(160, 6, 1\)"):
        reading("classes").run({"state": Patch(np.array(True), np.zeros(7, np.float32))})
