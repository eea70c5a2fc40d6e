"""Streams: every primitive says the same in every view, and no item depends on later ones."""

import numpy as np
import pytest

from synth import INT, STREAM, parse, rows_of_lists
from tests.synth.language.vector_views import LIBRARY, drawn, views

KINDS = {"a": STREAM, "b": STREAM, "n": INT}
TEXTS = (
    "(delay n a)",
    "(time a)",
    "(running_sum a)",
    "(running_max a)",
    "(running_min a)",
    "(running_count odd a)",
    "(clip 0 n a)",
    "(map_stream (lambda (x) (mod x 2)) (running_sum a))",
    "(zip_stream plus a b)",
    "(scan_stream (lambda (x y) (mod (add x y) 3)) n a)",
    "(mealy (lambda (x y) (floordiv (add x y) 2)) (lambda (x y) (mod (add x y) 2)) (zip_stream plus a b))",
)


@pytest.mark.parametrize("text", TEXTS)
def test_views_agree(text):
    rows = drawn(KINDS, 10, seed=1)
    first, *others = views(text, KINDS, rows)
    assert all(other == first for other in others)


@pytest.mark.parametrize("text", TEXTS)
def test_programs_are_causal(text):
    """The outputs on a stream's beginning are the beginning of its outputs."""
    random = np.random.default_rng(2)
    a, b = random.integers(-9, 10, (2, 5, 12))
    program = parse(text, LIBRARY, KINDS)

    def run(length):
        cut = {"a": rows_of_lists(a[:, :length].tolist(), 12), "b": rows_of_lists(b[:, :length].tolist(), 12)}
        return program.run({**cut, "n": np.full(5, 2)})[:, 1 : 1 + length]

    assert (run(12)[:, :7] == run(7)).all()


def test_long_streams_run_on_jax():
    items = np.random.default_rng(3).integers(0, 2, (2, 1000))
    program = parse("(scan_stream (lambda (x y) (mod (add x y) 2)) 0 a)", LIBRARY, KINDS)
    values = program.run({"a": rows_of_lists(items.tolist(), 1000)}, "jax")
    assert (values[:, 1:] == items.cumsum(axis=1) % 2).all()
