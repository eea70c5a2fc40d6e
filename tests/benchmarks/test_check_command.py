"""`synthnet check FILE.py`: what it prints of good and of bad primitives, and of files that hold none."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.checking import primitives_of
from benchmarks.cli import main

HEAD = """
import numpy as np
import sympy
from synth import BOOL, INT, Fn, Primitive
from synth.language.laws import commutative, involution
from synth.library import ARITH
from synth.language.primitive import Choice, Inverse
"""
GOOD = """
DOUBLE = Primitive(
    name="double",
    type=Fn((INT,), INT),
    doc="Twice an integer.",
    run=lambda xp, a: 2 * a,
    sym=lambda a: 2 * a,
    python="(2 * {})",
    smt="(* 2 {})",
    inverses=(Inverse(0, lambda xp, r: r >> 1, exact=False),),
)
MEAN = Primitive(
    name="mean",
    type=Fn((INT, INT), INT),
    doc="The mean, rounded down.",
    run=lambda xp, a, b: (a >> 1) + (b >> 1) + (a & b & 1),
    sym=lambda a, b: sympy.floor((a + b) / 2),
    laws=(commutative(),),
)
MINE = (DOUBLE, MEAN)
"""


def check(folder: Path, text: str, name: str = "mine.py") -> Result:
    (folder / name).write_text(text)
    return CliRunner().invoke(main, ["check", str(folder / name)])


def bad(**changes: str) -> str:
    """A file with one primitive, some of whose fields are other expressions."""
    fields = {
        "name": "'f'",
        "type": "Fn((INT, INT), INT)",
        "doc": "'Sum.'",
        "run": "lambda xp, a, b: a + b",
        "sym": "lambda a, b: a + b",
    }
    return HEAD + f"F = Primitive({', '.join(f'{name}={text}' for name, text in (fields | changes).items())})\n"


def test_good_primitives_get_a_line_each(tmp_path: Path) -> None:
    result = check(tmp_path, HEAD + GOOD)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "double: (int) -> int: numpy = JAX = numba = sympy = Python; proposal of argument 0; "
        "named like one of ours, in functions",
        "mean: (int, int) -> int: numpy = JAX = numba = sympy; commutative; no Python view",
    ]
    assert [primitive.name for primitive in primitives_of(tmp_path / "mine.py")] == ["double", "mean"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"run": "lambda xp, a, b: 1 // 0"}, "primitive 'f': run raised ZeroDivisionError"),
        (
            {"run": "lambda xp, a, b: (a + b)[:3]"},
            "primitive 'f': expected a result of the arguments' shape (256,), got (3,)",
        ),
        (
            {"run": "lambda xp, a, b: a / 2 + b"},
            "primitive 'f': expected a result of int64 for the type int, got float64",
        ),
        (
            {"run": "lambda xp, a, b: a + b + int(np.random.default_rng().integers(2**40))"},
            "primitive 'f': expected one result for the same arguments (0, 0), got ",
        ),
        ({"run": "lambda xp, a, b: np.cumsum(a) + b"}, "primitive 'f': expected one result for the same arguments ("),
        ({"sym": "lambda a, b: a + b + (a > 5)"}, "primitive 'f': sym raised TypeError"),
        ({"sym": "lambda a, b: a - b"}, "primitive 'f': numpy and sympy disagree at (0, 1): 1 and -1"),
        ({"python": "'{} - {}'"}, "primitive 'f': numpy and Python disagree at (0, 1): 1 and -1"),
        (
            {"run": "lambda xp, a, b: a - b", "sym": "lambda a, b: a - b", "laws": "(commutative(),)"},
            "primitive 'f': the law 'commutative' fails at x = 0, y = 1: -1 is not 1",
        ),
        (
            {"inverses": "(Inverse(0, lambda xp, r, b: r + b),)"},
            "primitive 'f': the inverse of argument 0 fails at (0, 1): it finds 2, not 0",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_and_status_1(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    result = check(tmp_path, bad(**changes))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert result.stdout.startswith(sentence)
    assert result.stderr == "Error: 1 of 1 primitive failed\n"


def test_a_run_that_is_not_compiled_is_no_fault(tmp_path: Path) -> None:
    result = check(tmp_path, bad(run="lambda xp, a, b: a.reshape(a.shape) + b"))
    assert result.exit_code == 0
    assert result.stdout == (
        "f: (int, int) -> int: numpy = JAX = sympy; not compiled: large searches are slower; no Python view\n"
    )


def test_a_bad_one_does_not_hide_a_good_one(tmp_path: Path) -> None:
    result = check(tmp_path, bad(sym="lambda a, b: a", python="'{1}'") + GOOD)
    assert result.exit_code == 1
    assert [line.split(" at ")[0] for line in result.stdout.splitlines()[:2]] == [
        "primitive 'f': numpy and sympy disagree",
        "primitive 'f': numpy and Python disagree",
    ]
    assert result.stdout.splitlines()[2].startswith("double: (int) -> int: numpy = JAX")
    assert result.stderr == "Error: 1 of 3 primitives failed\n"


def test_one_name_twice(tmp_path: Path) -> None:
    result = check(tmp_path, bad() + bad().removeprefix(HEAD).replace("F =", "G ="))
    assert result.exit_code == 1
    assert "primitive 'f': expected each name once, got it 2 times; rename one" in result.stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, "expected a Primitive at the top of the module, or a tuple of them, found none; write NAME ="),
        ("x = 1\n1 / 0\n", ", line 2: cannot be run (ZeroDivisionError: division by zero); try it with python alone"),
        ("x = 1\n\ndef f(:\n", ", line 3: cannot be run (SyntaxError: invalid syntax)"),
        ("import sys\nsys.exit()\n", ", line 2: cannot be run (SystemExit: )"),
        ("import no_such_module\n", ", line 1: cannot be run (ModuleNotFoundError: No module named 'no_such_module')"),
        (bad(name="'f g'"), ", line 8: cannot be run (ValueError: primitive 'f g': expected a name without blanks"),
        (bad(bits="-1"), ", line 8: cannot be run (ValueError: primitive 'f': expected bits > 0, got -1"),
    ],
)
def test_files_that_cannot_be_read_end_in_one_sentence_and_status_2(tmp_path: Path, text: str, sentence: str) -> None:
    result = check(tmp_path, text)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert sentence in result.stderr


def test_files_that_are_none(tmp_path: Path) -> None:
    runner = CliRunner()
    for name in ("gone.py", "."):
        result = runner.invoke(main, ["check", str(tmp_path / name)])
        assert result.exit_code == 2
        assert "expected a Python file, found none; check the path" in result.stderr
    with (tmp_path / "large.py").open("wb") as file:
        file.truncate(1 << 30)
    result = runner.invoke(main, ["check", str(tmp_path / "large.py")])
    assert result.exit_code == 2
    assert "expected a Python file of at most 4 MiB, got 1024 MiB" in result.stderr
    (tmp_path / "image.py").write_bytes(b"\xff\xd8\x00\x01")
    result = runner.invoke(main, ["check", str(tmp_path / "image.py")])
    assert result.exit_code == 2
    assert "image.py: cannot be run (" in result.stderr
