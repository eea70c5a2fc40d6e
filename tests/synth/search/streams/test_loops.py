"""Loops run as their printed Python does, whatever order the variables read each other in."""

import numpy as np
import pytest

from synth.search.streams import Loop, Variable
from tests.synth.search.streams.plain_loops import expression

P = expression
LOOPS = {
    "cyclic sum": Loop(
        items=("x",),
        variables=(Variable(name="s", start=2, step=P("(mod (add s x) 3)", "s", "x")),),
        outputs=(P("s'", "s'"),),
    ),
    "delays": Loop(
        items=("x",),
        variables=(Variable(name="q", step=P("p", "p")), Variable(name="p", step=P("x", "x"))),
        outputs=(P("(add x (add p q))", "x", "p", "q"),),
    ),
    "window": Loop(
        items=("x",),
        variables=(Variable(name="w", start=1, step=P("x", "x"), window=3, reduction="sum"),),
        outputs=(P("(sub w' w)", "w'", "w"),),
    ),
    "oldest": Loop(
        items=("x",),
        variables=(Variable(name="w", step=P("x", "x"), window=3, reduction="oldest"),),
        outputs=(P("w'", "w'"),),
    ),
    "old and new": Loop(
        items=("x",),
        variables=(
            Variable(name="v", step=P("(add v (sub x p))", "v", "x", "p")),
            Variable(name="p", step=P("(add p v')", "p", "v'")),
        ),
        outputs=(P("p'", "p'"), P("(add v' v)", "v", "v'"), P("p", "p")),
    ),
    "carry": Loop(
        items=("a", "b"),
        variables=(Variable(name="as", step=P("(floordiv (add as (add a b)) 3)", "as", "a", "b")),),
        outputs=(P("(mod (add as (add a b)) 3)", "as", "a", "b"),),
    ),
    "by a variable": Loop(
        items=("x",),
        variables=(Variable(name="s", step=P("(add s x)", "s", "x")),),
        outputs=(P("(mod x s')", "x", "s'"),),
    ),
    "stateless": Loop(items=("x",), outputs=(P("(truth (lt x 1))", "x"),)),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_runs_as_its_python_does(name: str) -> None:
    loop = LOOPS[name]
    streams = [np.random.default_rng(place).integers(0, 3, (5, 12)) for place in range(len(loop.items))]
    known: dict = {}
    exec(loop.python("f"), known)
    given = np.stack(loop.run(*streams), axis=-1)
    for row in range(5):
        told = np.array(known["f"](*(each[row].tolist() for each in streams))).reshape(12, -1)
        assert np.array_equal(told, given[row])
    states = loop.states(*streams)
    assert {variable.name: (5, 13) for variable in loop.variables} == {k: v.shape for k, v in states.items()}
    assert loop.bits > 0


def test_python_is_a_loop_that_a_person_would_write() -> None:
    assert LOOPS["cyclic sum"].python() == (
        "def program(xs):\n    s = 2\n    ys = []\n    for x in xs:\n        s = (s + x) % 3\n"
        "        ys.append(s)\n    return ys\n"
    )
    assert "        ys.append(x + (p + q))\n        q = p\n        p = x\n" in LOOPS["delays"].python()
    assert "v_next = v + (x - p)" in LOOPS["old and new"].python()


def test_an_unused_name_costs_bits_and_a_window_its_number() -> None:
    window = LOOPS["oldest"]
    wider = Loop(
        items=("x",),
        variables=(Variable(name="w", step=P("x", "x"), window=30, reduction="oldest"),),
        outputs=window.outputs,
    )
    assert wider.bits > window.bits
    assert LOOPS["delays"].bits > LOOPS["stateless"].bits
