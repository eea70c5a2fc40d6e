"""The reader on damaged and random files: a problem, or one sentence, and soon.

The environment variable SYNTHNET_FUZZ_SECONDS says for how long the slow test damages files; 600 is a thorough run.
"""

import os
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.files.sygus import parse_problem, read_problem, specification
from synth.files.sygus.operators import known_names
from synth.files.sygus.read import COMMANDS, REFUSED

SEEDS = sorted((Path(__file__).parent / "problems").glob("*.sl"))
PATIENCE = 20.0  # seconds for one file, on a machine that is busy with other things
WORDS = [*known_names(), *COMMANDS, *REFUSED]
WORDS += ["Int", "Bool", "BitVec", "_", "let", "true", "false", "Constant", "Variable", "x", "y", "f", "g", "S"]
WORDS += ["(", ")", "((", "))", "()", "(f x)", "(- 3)"]
WORDS += ["#x00", "#xff", "#b1", "#x" + "f" * 40, "0", "1", "-1", "1.5", "9" * 30, "9" * 5000, '"a"', "|x|", '"', "|"]
WORDS += ["(_ BitVec 8)", "(_ BitVec 0)", "(_ BitVec 65)", "(_ BitVec 99999999999)", "(Constant Int)", ":key", ";", "!"]
WORDS += ["é", "\x00", "\u2028", "\U0001f600", "\n", "'", "{}", "{0}", "f" * 5000]
WORDS.sort()
TOKEN = re.compile(r"\s+|[()]|[^\s()]+")


def check(text: str) -> None:
    """A problem or a sentence of one line; anything else, or a long wait, is a failure."""
    begin = time.monotonic()
    try:
        problem = parse_problem(text)
        specification(problem)
        assert all(condition.term.smt() for condition in problem.conditions)
    except ValueError as error:
        said = str(error)
        assert re.match(r"lines? \d+", said), said
        assert "\n" not in said, said
        assert len(said) < 600, said
    assert time.monotonic() - begin < PATIENCE, text[:2000]


def mutated(text: str, draw: random.Random) -> str:
    """The text with a few of its words removed, doubled, exchanged or replaced, or cut short."""
    words = TOKEN.findall(text)
    for _ in range(draw.randint(1, 6)):
        if not words:
            break
        here, there = draw.randrange(len(words)), draw.randrange(len(words))
        kind = draw.randrange(8)
        if kind == 0:
            del words[here : here + draw.randint(1, 4)]
        elif kind == 1:
            words[here:here] = words[there : there + draw.randint(1, 40)]
        elif kind == 2:
            words[here], words[there] = words[there], words[here]
        elif kind == 3:
            del words[here:]
        elif kind == 4:
            words[here] = words[there]
        elif kind == 5:
            deep = draw.choice((2, 50, 3000, 20_000))
            words[here] = "(+ 1 " * deep + words[here] + ")" * deep
        else:
            words[here : here + kind % 2] = [" ", draw.choice(WORDS), " "]
    return "".join(words)


def scrambled(data: bytes, draw: random.Random) -> bytes:
    """The bytes with a few replaced, removed or inserted."""
    array = bytearray(data)
    for _ in range(draw.randint(1, 8)):
        here = draw.randrange(len(array) + 1)
        array[here : here + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 3))
    return bytes(array)


def fuzz(seconds: float, seed: int, folder: Path) -> int:
    """How many damaged files were read within the seconds."""
    draw = random.Random(seed)
    texts = [path.read_text() for path in SEEDS]
    end, count = time.monotonic() + seconds, 0
    file = folder / "scrambled.sl"
    while time.monotonic() < end:
        text = draw.choice(texts)
        check(mutated(text, draw))
        file.write_bytes(scrambled(text.encode(), draw))
        try:
            read_problem(file)
        except ValueError as error:
            if not str(error).startswith(f"{file}, line"):
                raise
        count += 2
    return count


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_words_of_the_language(text: str) -> None:
    check(f"(synth-fun f ((x Int)) Int) (declare-var x Int) (define-fun g ((y Int)) Int y) {text}")


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.sampled_from(SEEDS))
@settings(max_examples=200, deadline=None)
def test_any_constraint_and_any_production(text: str, path: Path) -> None:
    check(f"(synth-fun f ((x Int)) Int ((S Int)) ((S Int (x 1 {text}))))(constraint (= (f 1) 1))")
    check(path.read_text().replace("(check-synth)", f"(constraint {text})"))


@pytest.mark.parametrize(
    "letter",
    [
        "(",
        ")",
        "'",
        "(let ((x ",
        "(define-fun f () Int ",
        "9",
        "#x",
        "a",
        "\n",
        "é",
        "((",
        pytest.param("|", marks=pytest.mark.slow),
    ],
)
def test_a_million_times_the_same(letter: str) -> None:
    check(letter * 1_000_000)
    check(f"(synth-fun f ((x Int)) Int) (constraint (= (f {letter * 1_000_000}")


@pytest.mark.slow
def test_wide_files() -> None:
    check(f"(synth-fun f ((x Int)) Int) (declare-var x Int) (constraint (distinct {'(f x) x 1 ' * 20_000}))")
    check(f"(synth-fun f ((x Int)) Int) (declare-var x Int) (constraint (= (f x) {'1 ' * 50_000}))")
    check(f"(synth-fun f ((x Int)) Int) (declare-var x Int) (constraint (and {'(> (f x) x) ' * 20_000}))")
    many = " ".join(f"(x{i} Int)" for i in range(20_000))
    check(f"(synth-fun f ({many}) Int) (constraint (= (f 1) 1))")
    rules = " ".join(f"(S{i} Int (x S{i + 1}))" for i in range(1000))
    check(f"(synth-fun f ((x Int)) Int ({rules} (S1000 Int (x)))) (constraint (= (f 1) 1))")


def test_damaged_files(tmp_path: Path) -> None:
    assert fuzz(1.5, 0, tmp_path) > 10


@pytest.mark.slow
def test_damaged_files_for_longer(tmp_path: Path) -> None:
    seconds = float(os.environ.get("SYNTHNET_FUZZ_SECONDS", "30"))
    assert fuzz(seconds, int(time.time()), tmp_path) > 10
