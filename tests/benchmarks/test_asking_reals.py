"""Measured values: real literals, thresholds, whole-number answers, and one tolerance in all that is said."""

import pytest
from click.testing import CliRunner

from benchmarks.cli import main
from synth import named, parse, program_bits
from synth.language.literals import decimal, real_literal
from synth.language.types import REAL


@pytest.mark.parametrize(
    ("text", "python", "fits"),
    [
        ("a,b,output\n0.1,0.2,0.3\n0.7,0.1,0.8\n1.1,2.2,3.3\n", "a + b", "3 of 3 examples, reals within 1e-09"),
        ("x,output\n1.0,1.5\n3.0,3.5\n5,5.5\n-0.4,0.1\n", "x + 0.5", "4 of 4 examples, reals within 1e-09"),
        ("a,b,output\n0.1,0.2,true\n0.4,0.3,false\n0.7,0.9,true\n", "a < b", "3 of 3 examples"),
        ("x,output\n1.2,1\n3.7,3\n-2.5,-3\n0.1,0\n", "floor(x)", "4 of 4 examples"),
        ("x,output\n1.2,2\n3.7,4\n-2.5,-2\n0.1,1\n", "ceil(x)", "4 of 4 examples"),
        ("x,output\n1.2,1\n3.7,4\n-2.5,-2\n0.1,0\n", "rounded(x)", "4 of 4 examples"),
        pytest.param("x,output\n1.2,0\n0.5,0\n0.6,1\n-2.5,0\n0.9,1\n", None, "5 of 5 examples", marks=pytest.mark.slow),
    ],
)
def test_measured_values(tmp_path, text, python, fits):
    file = tmp_path / "examples.csv"
    file.write_text(text)
    answer = CliRunner().invoke(main, ["solve", str(file), "--seconds", "20", "--effort", "0.1"])
    assert answer.exit_code == 0, answer.output
    assert f"fits: {fits}" in answer.output
    assert python is None or f"return {python}\n" in answer.output


@pytest.mark.slow
def test_what_wraps_is_no_answer(tmp_path):
    file = tmp_path / "examples.csv"
    file.write_text("a,output\n4611686018427387904,-9223372036854775808\n1,2\n5,10\n-3,-6\n")
    answer = CliRunner().invoke(main, ["solve", str(file), "--seconds", "10", "--effort", "0.1"])
    assert answer.exit_code == 1
    assert "fits: " not in answer.output


def test_decimals_are_literals():
    library = named(["reals", "measures"])
    program = parse("(add_real x 12.75)", library, {"x": REAL})
    assert program.run({"x": [1.0]}).tolist() == [13.75]
    assert parse(program.show(), library, {"x": REAL}) == program
    assert real_literal("2.0").bits == 7
    assert real_literal("0.5").bits == 11
    assert program_bits(program, library) > program_bits(parse("(add_real x 0.5)", library, {"x": REAL}), library)
    assert [decimal(value) for value in (0.5, 2.0, 1e-3, 1e20)] == ["0.5", "2.0", "0.001", "100000000000000000000.0"]
    for wrong in ("1e-3", "-0.5", "5", ".5"):
        with pytest.raises(ValueError, match=r"expected a decimal such as 0\.5 or 2\.0"):
            real_literal(wrong)
