"""What was read in a net as a program: in the specification's names, run against the net, beside the synthesizer's."""

import numpy as np
import planted_heads
import pytest
from nets_at_hand import addition, reading_of
from planted_bits import parity, read_bits
from planted_integers import distance, ramp_max, reading, spec_of, wave_distance

from benchmarks.controls.circles import clock
from benchmarks.controls.transforms import shuffled_readout
from compare.alone import alone
from compare.assess import explain
from compare.explanation import Explanation
from compare.programs import STANDS, fields, in_words, sides
from compare.read import Reading
from synth import BOOL, INT, LIBRARY, STREAM, Fn, Spec, Z
from synth.language.arguments import columns

P = 23
A23, B23 = np.divmod(np.arange(P * P), P)
A, B = np.divmod(np.arange(49), 7)
OWN = Spec(
    type=Fn((Z("m"), Z("m")), Z("m")),
    inputs=(A, B),
    outputs=A,
    domain=(A, B),
    terminals={"m": 7},
    names=("first", "second"),
)
CUBE = tuple((np.arange(32) >> i & 1).astype(bool) for i in range(5))
BITS = Spec(type=Fn((BOOL,) * 5, BOOL), inputs=CUBE, outputs=CUBE[0], domain=CUBE)
TALL = Spec(type=Fn((INT, INT), INT), inputs=(A, B), outputs=A, domain=(A, B))
ROWS = Spec(type=Fn((STREAM,), STREAM), inputs=(np.zeros((1, 3), int),), outputs=np.zeros((1, 3), int))


def read(found: Reading) -> tuple[Explanation, float]:
    explanation, _ = explain(found)
    ran = alone(found, explanation)
    assert explanation is not None
    assert ran is not None
    return explanation, ran.agreement


def shown(explanation: Explanation) -> str | None:
    return explanation.program and explanation.program.show()


@pytest.fixture(scope="module")
def adds() -> tuple[Explanation, float]:
    return read(reading_of(clock(P, (2, 7)), P))


def test_a_clock_is_read_as_addition_and_is_the_synthesizers_program(adds):
    explanation, agreement = adds
    assert fields(explanation, agreement) == {
        "net_program": "(mod (add a b) p)",
        "net_program_nodes": 5,
        "net_agreement": 1.0,
        "net_loop": None,
        "net_loop_of_answers": None,
    }
    found = sides(explanation, agreement, "(mod (add b a) p)", addition(P), LIBRARY)
    assert found == {
        "same_function": "equal",
        "same_how": f"equal: they agree on each of the {P * P} inputs",
        "same_program": True,
    }


def test_the_same_function_in_other_words_is_not_the_same_program(adds):
    found = sides(adds[0], adds[1], "(if_int (lt (add a b) p) (add a b) (sub (add a b) p))", addition(P), LIBRARY)
    assert (found["same_function"], found["same_program"]) == ("equal", False)


def test_another_function_is_told_by_an_input(adds):
    found = sides(adds[0], adds[1], "(mod (mul a b) p)", addition(P), LIBRARY)
    assert (found["same_function"], found["same_program"]) == ("different", False)
    assert "at a = 0, b = 1 they give 1 and 0" in found["same_how"]


def test_the_peak_of_the_waves_is_part_of_the_program():
    net, params = clock(P, (2, 7))
    turned = {**params, "U": np.roll(np.asarray(params["U"]), 5, axis=1)}
    explanation, agreement = read(reading_of((net, turned), P, (A23 + B23 + 5) % P))
    assert shown(explanation) == "(mod (add (add a b) 5) p)"
    assert agreement == 1
    assert sides(explanation, agreement, "(mod (add a b) p)", addition(P), LIBRARY)["same_function"] == "different"


def test_a_program_that_is_not_what_the_net_computes_is_not_compared():
    net, params = clock(P, (2, 7))
    explanation, agreement = read(reading_of((net, shuffled_readout(params, 0)), P))
    assert agreement < STANDS
    found = sides(explanation, agreement, "(mod (add a b) p)", addition(P), LIBRARY)
    assert set(found) == {"same_how"}
    assert found["same_how"].startswith("not compared: the net's program gives")


N = 24
PLANTED = {
    "heads": (planted_heads.reading, "(mod (add a b) p)"),
    "ramps": (lambda: reading(*ramp_max(N), spec_of(N, np.maximum)), "(max a b)"),
    "waves": (lambda: reading(*wave_distance(48), spec_of(48, distance)), "(abs (sub a b))"),
    "bits": (lambda: read_bits(parity()), "(xor (xor x2 x7) x10)"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_every_family_is_read_in_the_libraries_words(name):
    make, program = PLANTED[name]
    explanation, agreement = read(make())
    assert shown(explanation) == program
    assert agreement > 0.99


@pytest.mark.parametrize(
    ("text", "spec", "program"),
    [
        ("Mod(1*a + 1*b + 0, p)", OWN, "(mod (add first second) m)"),
        ("Mod(-1*a + 1*b + 0, p)", OWN, "(mod (sub second first) m)"),
        ("Mod(2*a + -3*b + 4, p)", OWN, "(mod (sub (add (mul 2 first) 4) (mul 3 second)) m)"),
        ("Mod(-1*a + -1*b + 0, p)", OWN, "(mod (sub (neg first) second) m)"),
        ("Mod(1*a*a*b, p)", OWN, "(mod (mul (mul first first) second) m)"),
        ("Mod(3*b*b, p)", OWN, "(mod (mul 3 (square second)) m)"),
        ("Abs(a - b)", TALL, "(abs (sub a b))"),
        ("Xor(x0, x2, x4)", BITS, "(xor (xor x0 x2) x4)"),
        ("Not(And(x1, x3))", BITS, "(not (and x1 x3))"),
        ("ITE(x0, x1, Or(x2, x3))", BITS, "(if_bool x0 x1 (or x2 x3))"),
        ("x0 + x1 + x2 + x3 + x4 >= 3", BITS, "(le 3 (count bits))"),
        ("2*x0 - x3 >= 1", BITS, "(le 1 (sub (if_int x0 2 0) (if_int x3 1 0)))"),
        ("Eq(x0 + x1, 1)", BITS, "(eq (add (if_int x0 1 0) (if_int x1 1 0)) 1)"),
        ("-x0 - x1 < -1", BITS, "(lt (sub (neg (if_int x0 1 0)) (if_int x1 1 0)) (neg 1))"),
        ("true", BITS, "true"),
        ("cos(a)", TALL, None),
        ("a / b", TALL, None),
        ("Max(a, c)", TALL, None),
        ("a >", TALL, None),
        ("Eq(a, b)", TALL, None),  # a Boolean where an integer is asked for
        ("x0", ROWS, None),
        ("a", None, None),
    ],
)
def test_formulas_in_the_words_of_the_libraries(text, spec, program):
    found = in_words(text, spec)
    assert (found and found.show()) == program


@pytest.mark.parametrize(
    "text", ["Or(Eq(x0 + x1 + x2, 0), x0 + x1 + x2 >= 2)", "3*x0 - 2*x1 + x4 <= 1", "x1 + x2 > x3"]
)
def test_the_words_say_what_the_formula_says(text):
    program = in_words(text, BITS)
    assert program is not None
    words = {"Or": lambda *x: any(x), "Eq": lambda x, y: x == y}
    wanted = [bool(eval(text, words, {f"x{i}": int(CUBE[i][row]) for i in range(5)})) for row in range(32)]
    assert program.run(columns(BITS, CUBE)).tolist() == wanted
