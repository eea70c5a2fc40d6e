"""`synthnet solve FILE`: what it prints, its exit status, and one sentence for each mistake."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from benchmarks.cli import main

PROBLEMS = Path(__file__).parents[1] / "synth" / "files" / "sygus" / "problems"
OWN = """
from synth import Fn, INT, Primitive

TWICE_PLUS = Primitive(
    name="twice_plus", type=Fn((INT, INT), INT), doc="Twice the first, and the second.",
    run=lambda xp, a, b: 2 * a + b, sym=lambda a, b: 2 * a + b, python="(2 * {} + {})", smt="(+ (* 2 {}) {})",
)
"""


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["solve", *map(str, words), "--backend", "numpy"])


def sentence(result: Result, status: int = 2) -> str:
    """The one line of a refusal."""
    assert result.exit_code == status, result.output
    lines = [line for line in result.stderr.strip().splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    return lines[0].removeprefix("Error: ")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    file = tmp_path / "examples.json"
    file.write_text(json.dumps({"inputs": [[1, 2], [3, 4], [5, 1], [0, 7]], "outputs": [4, 10, 11, 7]}))
    return file


def test_a_sygus_problem_is_answered_in_every_form() -> None:
    result = call(PROBLEMS / "lowest_bit.sl")
    assert result.exit_code == 0, result.output
    assert "lowest_bit.sl: (bv8) -> bv8 by 6 examples, with 7 primitives, for at most 60 s" in result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "sygus:"
    assert lines[1].startswith("  (define-fun f ((x (_ BitVec 8))) (_ BitVec 8) (bvand ")
    assert {"python:", "sympy:", "size: 6 nodes", "fits: 6 of 6 examples"} <= set(lines)
    assert "no program of fewer than 6 nodes in this language does" in lines[-1]


def test_a_backend_can_be_chosen() -> None:
    words = ["solve", str(PROBLEMS / "lowest_bit.sl"), "--format", "sygus", "--backend"]
    answers = [CliRunner().invoke(main, [*words, backend]).stdout for backend in ("jax", "numpy")]
    assert answers[0] == answers[1] != ""


def test_one_form_alone_is_ready_to_be_used() -> None:
    result = call(PROBLEMS / "lowest_bit.sl", "--format", "python")
    scope: dict[str, object] = {}
    exec(result.stdout, scope)
    function = scope["f"]
    assert callable(function)
    assert [function(x) for x in (0, 6, 7, 0xF0, 0x80)] == [0, 2, 1, 0x10, 0x80]
    assert "no program of fewer than 6 nodes" in result.stderr
    assert call(PROBLEMS / "lowest_bit.sl", "--format", "sygus").stdout.startswith("(define-fun f ")
    assert len(call(PROBLEMS / "lowest_bit.sl", "--format", "sympy").stdout.splitlines()) == 1


def test_examples_are_answered_with_the_usual_language(examples: Path) -> None:
    result = call(examples)
    assert result.exit_code == 0, result.output
    assert "fits: 4 of 4 examples" in result.stdout
    assert "def program(a, b):" in result.stdout


def test_a_library_and_own_primitives_are_used(examples: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(OWN)
    result = call(examples, "--primitives", own, "--library", "add", "--certificate")
    assert result.exit_code == 0, result.output
    assert "(define-fun program ((a Int) (b Int)) Int (+ (* 2 a) b))" in result.stdout
    assert "with 2 primitives" in result.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("laws=(commutative(),)", "primitive 'twice_plus': the law 'commutative' fails at x = 0, y = 1"),
        (
            "inverses=(Inverse(0, lambda xp, r: r),)",
            "primitive 'twice_plus': the inverse of argument 0 raised TypeError",
        ),
        (
            "inverses=(Inverse(1, lambda xp, r, a: r - a),)",
            "primitive 'twice_plus': the inverse of argument 1 fails at",
        ),
        ("defined=lambda xp, a, b: a", "primitive 'twice_plus': expected `defined` to return bool of shape"),
    ],
)
def test_false_declarations_of_own_primitives_are_refused(
    examples: Path, tmp_path: Path, changes: str, said: str
) -> None:
    head = "from synth.language.laws import commutative\nfrom synth.language.primitive import Inverse\n"
    (tmp_path / "own.py").write_text(head + OWN.replace("    run=", f"    {changes}, run="))
    assert sentence(call(examples, "--primitives", tmp_path / "own.py")).startswith(said)


def test_own_primitives_are_also_known_by_name(examples: Path, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    result = call(examples, "--primitives", tmp_path / "own.py", "--library", "twice_plus", "--format", "python")
    assert "2 * a + b" in result.stdout
    assert "with 1 primitive," in result.stderr


def test_csv_with_words_and_a_type(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    rows = [(x, ~x & 0xFF) for x in range(0, 256, 17)]
    file.write_text("\n".join(["word,output", *(f"{x},{y}" for x, y in rows)]))
    result = call(file, "--type", "bv8 -> bv8", "--library", "bitvectors", "--format", "sygus")
    assert result.stdout == "(define-fun program ((word (_ BitVec 8))) (_ BitVec 8) (bvnot word))\n"


def test_sygus_has_sorts_for_reals_and_none_for_lists(tmp_path: Path) -> None:
    (tmp_path / "reals.csv").write_text("a,output\n1,2.0\n2.5,5\n")
    assert "(define-fun program ((a Real)) Real (+ a a))" in call(tmp_path / "reals.csv").stdout
    (tmp_path / "lists.csv").write_text('xs,output\n"[1, 2]","[1, 2]"\n[],[]\n')
    assert "cannot be written: expected integers, Booleans, bit-vectors or reals" in call(tmp_path / "lists.csv").stdout


def test_lists_have_their_language(tmp_path: Path) -> None:
    file = tmp_path / "lists.json"
    file.write_text(json.dumps([{"input": [[3, 1, 2]], "output": [1, 2, 3]}, {"input": [[9, 4]], "output": [4, 9]}]))
    result = call(file, "--format", "python", "--library", "sort", "--library", "reverse")
    assert result.exit_code == 0, result.output
    assert "fits: 2 of 2 examples" in result.stderr


def test_what_is_not_found_is_status_1(examples: Path) -> None:
    said = sentence(call(examples, "--library", "max", "--library", "min"), 1)
    assert said.startswith("no program in this language fits")


def test_the_budget_ends_the_search(tmp_path: Path) -> None:
    file = tmp_path / "noise.json"
    inputs = np.arange(40)
    outputs = np.random.default_rng(0).integers(-(10**9), 10**9, 40)
    file.write_text(json.dumps({"inputs": inputs.tolist(), "outputs": outputs.tolist()}))
    assert "no program of at most" in sentence(call(file, "--seconds", "0.5"), 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{examples}", "--library", "subb"], "unknown primitive 'subb'; did you mean 'sub'?"),
        (["{examples}", "--type", "int -> int"], "row 1: expected 1 inputs for type (int) -> int, got 2"),
        (["{examples}", "--type", "int, int -> bool"], "row 1, the output: expected a value of type bool, got 4"),
        (
            ["{truths}", "--library", "add"],
            "expected a language with programs of type bool, got one that makes only int",
        ),
        (["{examples}", "--memory", "0.0001"], "budget: expected at least"),
        (["{examples}", "--primitives", "none.py"], "none.py: expected a Python file, found none"),
        (["{examples}", "--format", "pyton"], "unknown value of --format 'pyton'; did you mean 'python'?"),
        (["{problem}", "--library", "add"], "expected no --primitives, --library or --type, since a SyGuS file"),
        (["none.sl"], "none.sl: expected a file, found none; check the path"),
        (["none.txt"], "expected a file that ends in .sl, .json, .csv, .tsv, got .txt; rename it"),
    ],
)
def test_a_mistake_is_one_sentence(examples: Path, words: list[str], said: str) -> None:
    truths = examples.with_name("truths.json")
    truths.write_text(json.dumps({"inputs": [[1, 2], [3, 3]], "outputs": [True, False]}))
    filled = [word.format(examples=examples, truths=truths, problem=PROBLEMS / "lowest_bit.sl") for word in words]
    assert said in sentence(call(*filled))


def test_bad_files_are_one_sentence_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.sl"
    file.write_text("(set-logic BV)\n(synth-fun f ((x Int)) Int)\n(constraint (= (f 1) 2))\n(constraint (= (f 1) 3))")
    assert sentence(call(file)) == (
        f"{file}, lines 3 and 4 contradict each other: (f 1) is 2 in one and 3 in the other; remove one of them"
    )
    with file.open("wb") as opened:
        opened.truncate(1 << 30)
    assert sentence(call(file)) == f"{file}: expected a file of at most 64 MiB, got a larger one; give fewer examples"


def test_constraints_are_proved() -> None:
    pytest.importorskip("z3")
    result = call(PROBLEMS / "larger.sl", "--format", "sygus")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("(define-fun larger ((x Int) (y Int)) Int (ite ")
    assert "proven for all inputs" in result.stderr


def test_a_function_without_parameters_is_found_from_its_constraints(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    (tmp_path / "seven.sl").write_text("(set-logic LIA) (synth-fun f () Int) (constraint (= f 7)) (check-synth)")
    result = call(tmp_path / "seven.sl", "--format", "sygus")
    assert result.stdout == "(define-fun f () Int 7)\n"
    assert "no answer of fewer than 1 node is right" in result.stderr


def test_ctrl_c_says_what_was_reached(tmp_path: Path) -> None:
    file = tmp_path / "noise.json"
    file.write_text(
        json.dumps({"inputs": list(range(40)), "outputs": [(x * 7919 + 13) ** 3 % 10007 for x in range(40)]})
    )
    words = [
        sys.executable,
        "-c",
        "from benchmarks.cli import main; main()",
        "solve",
        str(file),
        "--backend",
        "numpy",
        "--seconds",
        "60",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        assert "for at most 60 s" in process.stderr.readline()
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert said.startswith("Error: ")
    assert len(said.splitlines()) == 1
    assert "no program of at most" in said


def test_a_question_imports_nothing_of_nets(examples: Path) -> None:
    script = (
        "import sys; from benchmarks.cli import main; "
        f"main(['solve', {str(examples)!r}, '--backend', 'numpy', '--memory', 'inf'], standalone_mode=False); "
        "assert not {'jax', 'nets', 'compare', 'scipy.stats'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_a_primitive_named_like_one_of_ours_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from synth import INT, Fn, Primitive\n"
        "F = Primitive(name='neg', type=Fn((INT,), INT), doc='x.', run=lambda xp, a: -a, sym=lambda a: -a)\n"
    )
    (tmp_path / "rows.csv").write_text("a,output\n1,-1\n2,-2\n5,-5\n")
    result = CliRunner().invoke(main, ["solve", str(tmp_path / "rows.csv"), "--primitives", str(tmp_path / "mine.py")])
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("note: 'neg' is your primitive, in place of ours in arith, integers\n")
    unnamed = CliRunner().invoke(main, ["solve", str(tmp_path / "rows.csv")])
    assert "note:" not in unnamed.output
    result = CliRunner().invoke(main, ["solve", str(tmp_path / "rows.csv"), "--library", "zzzz"])
    assert result.stderr.startswith(
        "Error: unknown primitive 'zzzz'; libraries are arith, choice, boolean, bits, digits"
    )
