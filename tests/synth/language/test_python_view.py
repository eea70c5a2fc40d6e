"""Printed Python says what the program says, whatever the inputs are called and however templates are written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import BOOL, INT, LIST, Fn, Primitive, Program, Terminal, apply, named, parse, python_source, terminal
from synth.language.naming import identifier, spelled

WORDS = """t0 t1 f0 x0 max min abs sum len range enumerate signed mod floordiv math lambda if None True __debug__ bits a
b program output count sin E I S x_ x t0_ _ __ a_b a_b_ Größe ñ ж ﬁ fi ² ab"""
STRANGE = (
    "a b",
    "a  b",
    "a-b",
    "2020",
    "-1",
    "0.5",
    "",
    "%",
    "it's",
    '"q"',
    "|a b|",
    "a|b",
    "\\",
    "(",
    "#x0f",
    "tab\t",
)
ODD = [*WORDS.split(), *STRANGE, "line\nbreak", "very_" * 60, "very_" * 60 + "long", "😀", "€/kg"]
COLUMNS = [np.array([3, -4, 0, 7, 2, -9]), np.array([2, 5, -3, -2, 8, 1])]
TEXT = "(add (mod (max {a} {b}) (square (sub {a} {b}))) (if_int (lt (abs {a}) (mul {b} (add {a} {b}))) {b} {a}))"
LIBRARY = named(["arith", "choice", "boolean", "lists", "functions", "constants"])


def ran(source: str, name: str, *columns: np.ndarray) -> list:
    scope: dict = {}
    exec(source, scope)
    return [scope[name](*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def over(names: tuple[str, str], text: str = TEXT, library=LIBRARY) -> Program:
    """The program of a text over inputs of these names."""
    program = parse(text.format(a="in_1", b="in_2"), library, {"in_1": INT, "in_2": INT})
    words: dict[str, str] = dict(zip(["in_1", "in_2"], names, strict=True))
    return Program(tuple(Terminal(words[n.name], n.type) if isinstance(n, Terminal) else n for n in program.nodes))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(ODD) | st.text(max_size=8), min_size=3, max_size=3, unique=True))
def test_any_names(names):
    first, second, function = names
    program = over((first, second))
    source = python_source(program, [first, second], function)
    called = source.rpartition("\ndef ")[2].partition("(")[0]
    assert ran(source, called, *COLUMNS) == program.run(dict(zip(names, COLUMNS, strict=False))).tolist()
    assert parse(program.show(), LIBRARY, program.terminals) == program


def test_names_stay_where_they_may_and_a_comment_says_where_not():
    assert python_source(over(("count", "größe"), "(add {a} {b})")).startswith("def program(count, größe):")
    source = python_source(over(("max", "a b"), "(max {a} {b})"), name="mod")
    assert source == "# max_ stands for 'max'\n# a_b stands for 'a b'\ndef mod(max_, a_b):\n    return max(max_, a_b)\n"
    assert "def mod_(a, b)" in python_source(over(("a", "b"), "(mod {a} {b})"), name="mod")
    assert "def max_(a, b)" in python_source(over(("a", "b"), "(max {a} {b})"), name="max")
    assert python_source(over(("t0", "t1"), "(mul (add {a} {b}) (add {a} {b}))")) == (
        "def program(t0, t1):\n    t2 = t0 + t1\n    return t2 * t2\n"
    )


def test_names_in_lambdas():
    words = {"t0": INT, "f0": LIST}
    text = "(map (lambda (x) (mul (add x t0) (add x t0))) (map (lambda (f1) (add f1 t0)) f0))"
    program = parse(text, LIBRARY, words)
    scope: dict = {}
    exec(python_source(program, ["f0", "t0"]), scope)
    assert scope["program"]([1, 2], 3) == [49, 64]
    odd = parse(text.replace("(x)", "(|a b|)").replace("add x", "add |a b|"), LIBRARY, words)
    assert parse(odd.show(), LIBRARY, words) == odd
    exec(python_source(odd, ["f0", "t0"]), scope)
    assert scope["program"]([1, 2], 3) == [49, 64]


def test_spellings_are_words_and_no_two_alike():
    made = spelled(ODD, {"a", "max"}, identifier)
    assert len({*made.values()}) == len(ODD)
    for word in made.values():
        scope: dict = {}
        exec(f"def f({word}):\n    return {word}", scope)
        assert scope["f"](1) == 1
    assert not {"a", "max"} & {*made.values()}


def unary(name: str, template: str, run, define: str = "") -> Primitive:
    return Primitive(
        name=name, type=Fn((INT,), INT), doc=".", run=lambda xp, a: run(a), sym=run, python=template, define=define
    )


def binary(name: str, template: str, run, define: str = "") -> Primitive:
    kind = Fn((INT, INT), INT)
    return Primitive(
        name=name, type=kind, doc=".", run=lambda xp, a, b: run(a, b), sym=run, python=template, define=define
    )


BARE = (
    unary("succ", "{} + 1", lambda a: a + 1),
    Primitive(name="minus_one", type=Fn((), INT), doc=".", run=lambda xp: -1, sym=lambda: -1, python="-1"),
    unary("minus", "-{}", lambda a: -a),
    unary("twice", "{0} + {0}", lambda a: a + a),
    unary("squared", "{0} ** 2 # a comment", lambda a: a**2),
    unary("same", "{}", lambda a: a),
    unary("called", "(lambda v: v + {0})(1)", lambda a: a + 1),
    unary("summed", "sum(i * {0} for i in range(3))", lambda a: 3 * a),
    unary("real_part", "{}.real", lambda a: a),
    unary("flip", "~{}", lambda a: ~a),
    binary("minus2", "{} - {}", lambda a, b: a - b),
    binary("turned", "{1} - {0}", lambda a, b: b - a),
    binary("shifted", "{} << ({} & 3)", lambda a, b: a << (b & 3)),
    binary("masked", "{} & {}", lambda a, b: a & b),
    binary("either", "{} | {}", lambda a, b: a | b),
    Primitive(
        name="pick",
        type=Fn((BOOL, INT, INT), INT),
        doc=".",
        run=lambda xp, c, a, b: xp.where(c, a, b),
        sym=lambda c, a, b: a,
        python="{1} if {0} else {2}",
    ),
    Primitive(
        name="less", type=Fn((INT, INT), BOOL), doc=".", run=lambda xp, a, b: a < b, sym=lambda a, b: a < b,
        python="{} < {}",
    ),
    Primitive(
        name="equal", type=Fn((BOOL, BOOL), BOOL), doc=".", run=lambda xp, a, b: a == b, sym=lambda a, b: a,
        python="{} == {}",
    ),
    Primitive(
        name="negation", type=Fn((BOOL,), BOOL), doc=".", run=lambda xp, a: ~a, sym=lambda a: a, python="not {}"
    ),
    Primitive(
        name="both", type=Fn((BOOL, BOOL), BOOL), doc=".", run=lambda xp, a, b: a & b, sym=lambda a, b: a,
        python="{} and {}",
    ),
)  # fmt: skip


@st.composite
def composed(draw, kind=INT, depth=3) -> Program:
    leaves = [terminal("i", INT), terminal("v", INT), apply(BARE[1])] if kind == INT else []
    if (depth == 0 and kind == INT) or (leaves and draw(st.integers(0, 4)) == 0):
        return draw(st.sampled_from(leaves))
    calls = [each for each in BARE if each.type.result == kind and each.type.args]
    calls = [each for each in calls if depth > 0 or each.name == "less"]
    primitive = draw(st.sampled_from(calls))
    return apply(primitive, *(draw(composed(asked, max(depth - 1, 0))) for asked in primitive.type.args))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(composed())
def test_templates_without_brackets_say_what_run_says(program):
    columns = {"i": COLUMNS[0], "v": COLUMNS[1]}
    assert ran(python_source(program, ["i", "v"]), "program", *COLUMNS) == program.run(columns).tolist()


def test_brackets_only_where_they_decide():
    def text(line):
        return python_source(parse(line, BARE, {"a": INT, "b": INT})).rpartition("return ")[2].strip()

    assert text("(minus2 (minus2 a b) b)") == "a - b - b"
    assert text("(minus2 a (minus2 a b))") == "a - (a - b)"
    assert text("(squared minus_one)") == "(-1) ** 2"
    assert text("(pick (less a b) (succ a) (pick (less b a) b a))") == "a + 1 if a < b else b if b < a else a"


MOD = binary("mymod", "mod({}, {})", lambda a, b: a - b, "def mod(a, b):\n    return a - b\n")
MAX = binary(
    "mymax",
    "max({}, {})",
    lambda a, b: a * b + 1,
    "def mod(a, b):\n    return a * b\n\n\ndef max(a, b):\n    return mod(a, b) + 1\n",
)
IMPORTED = unary("rooted", "math.sqrt({}) and 5", lambda a: 5, "import cmath as math\n\nSTEPS = [2, 3]\n")


@pytest.mark.parametrize("order", [0, 1])
def test_one_name_means_one_thing(order):
    text = "(max (mod {a} {b}) (mymax (mymod {a} {b}) (mod {b} {a})))"
    text = text if order else "(mymax (mymod (mod {b} {a}) {a}) (max {a} (mod {a} {b})))"
    program = over(("a", "max"), text, (*LIBRARY, MOD, MAX))
    source = python_source(program, ["a", "max"])
    assert ran(source, "program", *COLUMNS) == program.run({"a": COLUMNS[0], "max": COLUMNS[1]}).tolist()
    assert source.count("def mod") == 3
    assert source.count("\ndef max") + source.startswith("def max") == 1


def test_templates_that_are_no_expressions_are_refused():
    program = over(("a", "b"), "(wrong {a})", (unary("wrong", "return {}", abs),))
    with pytest.raises(ValueError, match=r"primitive 'wrong': expected a Python expression with \{\} for each"):
        python_source(program)
    program = over(("a", "b"), "(wrong {a})", (unary("wrong", "int('{}')", abs),))
    with pytest.raises(ValueError, match=r"primitive 'wrong': expected \{\} where an expression may stand"):
        python_source(program)
    program = over(("a", "b"), "(wrong {a})", (unary("wrong", "{}", abs, "def f(:"),))
    with pytest.raises(ValueError, match="primitive 'wrong': expected `define` as Python statements"):
        python_source(program)
    assert "import cmath as math" in python_source(over(("a", "b"), "(rooted {a})", (IMPORTED,)))
