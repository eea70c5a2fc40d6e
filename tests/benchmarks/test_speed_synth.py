"""The synthesizer's benchmark: its languages and targets say what they should; figures are held to their bars."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.speed.synth import __main__ as command
from benchmarks.speed.synth import cvc5_peer, files, limits, rate, reference, targets_lists, targets_streams
from benchmarks.speed.synth.banks import build, count_level, empty_bank, sweep
from benchmarks.speed.synth.integers import EXAMPLES, HELD_OUT, TARGETS, rows
from benchmarks.speed.synth.plain import INTEGERS, enumerate_plain, integer_leaves
from benchmarks.speed.synth.rate import DISTINCT, rate_columns
from benchmarks.speed.synth.rate_language import PARTIAL, TOTAL, WORDS, by_size
from benchmarks.speed.synth.section import Figure, Options, Section, mean_ratio, middle, shown
from benchmarks.speed.synth.smt_text import integer_problem, number, size_of, values_of
from synth import INT, Language, parse
from synth.files.sygus import parse_problem, read_problem, specification
from synth.language.grammar import EIGHTHS

# Distinct integer behaviours up to each size, counted by the brute force below and by two banks of arrays.
DROPPED = (5, 5, 55, 55, 960, 1063, 20218)
WHOLE = (5, 5, 62, 62, 1379, 1479, 35773)
WITNESSES = (
    "(add (mul x y) 2)",
    "(max x (mul y y))",
    "(add (floordiv x 2) y)",
    "(add (mul x x) (mul y y))",
    "(sub (max x y) (min x y))",
    "(sub (mul x (mul x x)) y)",
    "(min (mul x x) (add y 2))",
    "(if_int (lt x 0) y (mul x y))",
    "(add (mul (add x y) (sub x y)) 1)",
    "(mod (add (mul x x) y) (add 1 2))",
    "(add (mul 2 (max (sub x y) 0)) 1)",
    "(add (mul y (add (mul x x) 2)) x)",
    "(floordiv (mul (add x y) (sub x y)) 2)",
    "(if_int (lt x y) (mul x y) (add x y))",
    "(if_int (lt x y) (floordiv y 2) (mul x x))",
    "(add (mul (mod x 2) y) (mul (mod y 2) x))",
    "(add (max (min (mul x y) (add 2 2)) 0) y)",
    "(add (max x (sub 0 x)) (max y (sub 0 y)))",
    "(add (mul (add x y) (add x y)) (sub x y))",
    "(add (mul (floordiv x 2) (floordiv y 2)) (mod x 2))",
    "(if_int (lt x 0) (sub 0 y) (mul (min x y) 2))",
    "(if_int (lt x y) (add (mul x y) 1) (mul 2 (sub x y)))",
    "(if_int (lt x y) (add (mul x x) y) (sub (mul y y) x))",
    "(sub (add (mul x (mul x x)) (mul y (mul y y))) (mul x y))",
)


def brute(top: int, total: bool) -> tuple[int, ...]:
    """Distinct behaviours up to each size, by plain Python over every pair and every choice."""
    x, y = (tuple(map(int, column)) for column in reference.rate_inputs())
    ints: dict[int, list] = {1: [x, y, *((value,) * 16 for value in (0, 1, 2))]}
    tests: dict[int, list] = {}
    seen, met, counts = set(ints[1]), set(), [5]
    for size in range(2, top + 1):
        new, masks = {}, {}
        for left in range(1, size - 1):
            for a in ints.get(left, ()):
                for b in ints.get(size - 1 - left, ()):
                    masks[tuple(p < q for p, q in zip(a, b, strict=True))] = None
                    pairs = list(zip(a, b, strict=True))
                    made = [tuple(f(p, q) for p, q in pairs) for f in (int.__add__, int.__sub__, int.__mul__, min, max)]
                    if total or all(b):
                        made += [
                            tuple(p // q if q else 0 for p, q in pairs),
                            tuple(p % q if q else 0 for p, q in pairs),
                        ]
                    new.update(dict.fromkeys(made))
        for condition, known in tests.items():
            for left in range(1, size - 1 - condition):
                for mask in known:
                    for a in ints.get(left, ()):
                        for b in ints.get(size - 1 - condition - left, ()):
                            new[tuple(p if c else q for c, p, q in zip(mask, a, b, strict=True))] = None
        ints[size] = [values for values in new if values not in seen]
        tests[size] = [mask for mask in masks if mask not in met]
        seen.update(new)
        met.update(masks)
        counts.append(len(seen))
    return tuple(counts)


def test_the_brute_force_counts_the_language_of_rate():
    assert brute(6, total=False) == DROPPED[:6]
    assert brute(6, total=True) == WHOLE[:6]


@pytest.mark.slow
def test_the_brute_force_counts_larger_ones():
    assert brute(7, total=False) == DROPPED
    assert brute(7, total=True) == WHOLE


@pytest.mark.slow
@pytest.mark.parametrize(("total", "expected"), [(False, DROPPED), (True, WHOLE)])
def test_the_hand_written_kernel_makes_the_same_space(total, expected):
    store = reference.reserve(40_000)
    space = reference.enumerate_sizes(store, len(expected), total)
    assert space.distinct == expected
    made = store.values[:, : expected[-1]]
    assert len({column.tobytes() for column in made.T}) == expected[-1]
    assert space.candidates > space.distinct[-1]
    assert reference.bytes_each(store) == 142


@pytest.mark.slow
def test_the_hand_written_kernel_asks_for_room():
    with pytest.raises(ValueError, match="store: expected room for every program"):
        reference.enumerate_sizes(reference.reserve(100), 5, False)


@pytest.mark.slow
def test_programs_of_the_hand_written_kernel_can_be_read_back():
    store = reference.reserve(3_000)
    count = reference.enumerate_sizes(store, 5, True).distinct[-1]
    functions = dict(enumerate((np.add, np.subtract, np.multiply, None, None, np.minimum, np.maximum)))
    for row in range(5, count):
        run = functions.get(int(store.heads[row]))
        if run is not None:
            left, right = store.parents[:2, row]
            assert (run(store.values[:, left], store.values[:, right]) == store.values[:, row]).all()


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize(("library", "expected"), [(PARTIAL, DROPPED), (TOTAL, WHOLE)])
def test_the_bank_makes_the_same_space(library, expected, backend):
    bank = empty_bank(by_size(library, WORDS), rate_columns(), INT, backend)
    built = build(bank, INT, len(expected) * EIGHTHS)
    assert built.distinct == expected[-1]
    assert build(bank, INT, 5 * EIGHTHS).distinct == expected[4], "built again from nothing"
    nowhere = np.arange(16) ** 5 + 77
    assert count_level(bank, INT, 7 * EIGHTHS, nowhere) > 10_000
    assert sweep(bank, INT, 7 * EIGHTHS, nowhere) > 0
    with pytest.raises(ValueError, match="sweep: expected values that no program has"):
        sweep(bank, INT, 3 * EIGHTHS, bank.columns["x"] + bank.columns["y"])


def test_jax_has_a_line_that_names_its_device(monkeypatch):
    monkeypatch.setattr(rate, "SMALL", 5)
    monkeypatch.setattr(rate, "LARGE", 5)
    monkeypatch.setitem(DISTINCT, ("dropped", 5), DROPPED[4])
    rows = []
    figures = rate.by_jax(rows)
    assert [figure.value for figure in figures if figure.sign] == [DROPPED[4]]
    assert not any(figure.short for figure in figures)
    assert rows[0][1].startswith("jax on ")
    assert all(figure.value > 0 for figure in figures)


def test_the_larger_counts_belong_to_the_same_language():
    assert DISTINCT["dropped", 9] > DROPPED[-1]
    assert {size for _, size in DISTINCT} == {9, 11}


def test_plain_python_makes_the_same_space_and_finds_programs():
    x, y = reference.rate_inputs()
    leaves = integer_leaves(x, y)
    made = enumerate_plain(leaves, INTEGERS, None, 60.0, 5)
    assert made.distinct >= WHOLE[4]
    found = enumerate_plain(leaves, INTEGERS, ("int", tuple(int(v) for v in x * y + 2)), 60.0)
    assert (found.text, found.size) == ("(add 2 (mul x y))", 5)
    stopped = enumerate_plain(leaves, INTEGERS, ("int", tuple(range(16))), 0.05)
    assert stopped.text == ""
    assert stopped.seconds < 5


def test_targets_are_24_of_the_sizes_that_they_say():
    assert len(TARGETS) == 24
    assert {target.size for target in TARGETS} <= set(range(5, 16))
    for target, text in zip(TARGETS, WITNESSES, strict=True):
        (x, y), (far_x, far_y) = rows(target)
        assert (len(x), len(far_x)) == (EXAMPLES, HELD_OUT)
        assert not set(zip(x, y, strict=True)) & set(zip(far_x, far_y, strict=True))
        program = parse(text, TOTAL, WORDS)
        assert program.run({"x": far_x, "y": far_y}).tolist() == target.oracle(far_x, far_y).tolist(), target.name
        assert size_of(text) == target.size, target.name


def test_every_node_costs_one_bit_in_lambdas_too():
    known = by_size(targets_lists.LAMBDAS, ())
    assert isinstance(known, Language)
    inner = [costs for language in (known, *known.bodies.values()) for costs in language.costs.values()]
    assert {cost for costs in inner for cost in costs.values()} == {EIGHTHS}


def test_terms_of_a_peer_have_values_and_sizes():
    columns = {"x": np.array([-7, 7, 3]), "y": np.array([2, -2, 0])}
    assert values_of("(ite (< x 0) (- y) (max2 x (+ y 1 1)))", columns).tolist() == [-2, 7, 3]
    assert values_of("(div x y)", columns).tolist() == [-4, -3, 0]
    assert values_of("(mod x y)", columns).tolist() == [1, 1, 0]
    assert size_of("(ite (< x 0) (- y) 3)") == 7
    with pytest.raises(ValueError, match=r"expected a function among .*, got 'sin'"):
        values_of("(sin x)", columns)
    with pytest.raises(ValueError, match="too deep to evaluate"):
        values_of("(- " * 500 + "x" + ")" * 500, columns)


def test_the_body_of_an_answer():
    said = "(\n(define-fun f ((x Int) (y Int)) Int (ite (< x y) x y))\n)"
    assert cvc5_peer.body_of(said) == "(ite (< x y) x y)"
    assert cvc5_peer.body_of("(define-fun f ((x Int)) Int x)") == "x"
    assert cvc5_peer.body_of("fail") == ""
    assert number(-3) == "(- 3)"


def test_the_problem_that_a_peer_is_given_is_the_targets():
    (x, y), _ = rows(TARGETS[3])
    problem = parse_problem(integer_problem({"x": x, "y": y}, TARGETS[3].oracle(x, y)))
    spec = specification(problem)
    assert spec is not None
    assert spec.outputs.tolist() == TARGETS[3].oracle(x, y).tolist()
    assert [values.tolist() for values in spec.inputs] == [x.tolist(), y.tolist()]


@pytest.mark.skipif(not cvc5_peer.installed(), reason="cvc5 is not installed")
def test_cvc5_answers_or_is_stopped():
    (x, y), _ = rows(TARGETS[0])
    answer = cvc5_peer.ask(integer_problem({"x": x, "y": y}, TARGETS[0].oracle(x, y)), 120.0)
    assert values_of(answer.body, {"x": x, "y": y}).tolist() == TARGETS[0].oracle(x, y).tolist()
    assert not cvc5_peer.ask("(set-logic NIA)\n(check-synth", 60.0).solved
    assert cvc5_peer.ask("(no-command)", 60.0).note


def test_own_problems_can_be_read(tmp_path):
    for folders in (files.BV, files.HD):
        paths, given = files.problem_files(folders, tmp_path)
        assert len(paths) >= 4
        assert not given
        for path in paths:
            assert specification(read_problem(path)) is not None
    (tmp_path / "hackers_delight").mkdir()
    (tmp_path / "hackers_delight" / "a.sl").write_text("")
    assert files.problem_files(files.HD, tmp_path) == ([tmp_path / "hackers_delight" / "a.sl"], True)


def test_own_examples_are_solved():
    paths, _ = files.problem_files(files.BV, None)
    for path in paths[:2]:
        found = files.answer(path, 30.0)
        assert found.solved, found.note
        assert found.size <= 8


def test_targets_of_lists_and_streams_have_rows():
    groups = [target.functions for target in targets_lists.targets()]
    assert [groups.count(functions) for functions in (3, 4, 0)] == [20, 20, 12]
    assert len(targets_streams.TARGETS) == 30
    for target in targets_lists.targets():
        assert len(targets_lists.spec_of(target).outputs) == targets_lists.EXAMPLES
    for target in targets_streams.TARGETS:
        assert len(targets_streams.spec_of(target).outputs) == targets_streams.EXAMPLES


def test_figures_and_their_bars():
    assert not Figure(name="a", value=1).short
    assert Figure(name="a", value=1, sign=">=", bar=2).short
    assert not Figure(name="a", value=2, sign="<=", bar=2).short
    assert Figure(name="a", value=float("nan"), sign="<=", bar=2).short, "not measured"
    assert str(Figure(name="rate", value=12_345_678, unit="/s", sign=">=", bar=1.5)) == "rate 12,345,678 /s (>= 1.5)"
    assert str(Figure(name="a", value=0.25, sign=">=", bar=1)) == "a 0.25 (>= 1) SHORT"
    assert shown(float("nan")) == "not measured"
    assert np.isnan(middle([]))
    assert mean_ratio([(2, 1), (8, 1)]) == pytest.approx(4)


def fake(value: float):
    def run(options: Options, progress) -> Section:
        progress("fake")
        return Section(
            name="RATE",
            columns=("what",),
            rows=((str(options.backends),),),
            figures=(Figure(name="speed", value=value, sign=">=", bar=1),),
            remarks=("a remark",),
        )

    return run


def call(arguments, monkeypatch, tmp_path, **sections):
    for name, run in sections.items():
        monkeypatch.setitem(command.SECTIONS, name, run)
    monkeypatch.setattr(command, "RECORDS", tmp_path / "speed")
    monkeypatch.setattr(command, "one_core", lambda: None)
    return CliRunner().invoke(command.main, arguments)


def test_the_command_holds_figures_to_their_bars(monkeypatch, tmp_path):
    good = call(["--only", "rate", "--backend", "numpy"], monkeypatch, tmp_path, RATE=fake(2))
    assert good.exit_code == 0
    assert good.stdout.splitlines()[-1] == "speed 2 (>= 1)"
    assert "a remark" in good.stdout
    assert "('numpy',)" in good.stdout
    short = call(["--only", "RATE,INT"], monkeypatch, tmp_path, RATE=fake(0.5), INT=fake(3))
    assert short.exit_code == 1
    assert "short of its bar: speed" in short.stderr
    assert short.stdout.splitlines()[-1] == "speed 0.5 (>= 1) SHORT; speed 3 (>= 1)"
    written = json.loads(sorted((tmp_path / "speed").glob("*.json"))[-1].read_text())
    assert written[0]["figures"][0]["value"] in (0.5, 2)


def test_the_command_can_be_stopped(monkeypatch, tmp_path):
    def stop(options, progress):
        raise KeyboardInterrupt

    result = call(["--only", "RATE,INT"], monkeypatch, tmp_path, RATE=fake(2), INT=stop)
    assert result.exit_code == 130
    assert result.stdout.splitlines()[-1] == "speed 2 (>= 1)"
    assert "stopped in INT" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "RATES"], "unknown section 'RATES'; did you mean 'RATE'?"),
        (["--problems", "no/such/folder"], "does not exist"),
        (["--backend", "cuda"], "'cuda' is not one of"),
        (["--seconds", "0"], "0.0 is not in the range"),
    ],
)
def test_a_wrong_call_is_told(arguments, message, monkeypatch, tmp_path):
    result = call(arguments, monkeypatch, tmp_path)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_missing_peer_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "cvc5", None)
    monkeypatch.setattr(cvc5_peer.importlib.util, "find_spec", lambda name: None)
    assert not cvc5_peer.installed()
    assert "pip install 'synthnet[peers]'" in cvc5_peer.MISSING


def test_what_solve_takes_is_held_against_its_budgets(monkeypatch):
    case = limits.Case(name="one row", text=limits.table(1, 2, 10), seconds=1.0, more=("--backend", "numpy"))
    monkeypatch.setattr(limits, "CASES", (case,))
    section = limits.run(Options(), lambda text: None)
    assert section.rows[0][0] == "one row"
    assert [figure.name for figure in section.figures] == ["LIMITS memory", "LIMITS time less 2 s"]
    assert not section.figures[0].short


def test_every_case_of_the_limits_is_read():
    for case in limits.CASES:
        assert case.text(np.random.default_rng(0)).strip()
    with pytest.raises(ValueError, match="expected status 0 or 1, got 2"):
        limits.taken(Path("nowhere.csv"), 64, 1.0, ())
