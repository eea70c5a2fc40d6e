"""Files of examples: types, names and contradictions, and one sentence with the row for each mistake."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.files.formats import Examples, parse_signature, read_examples
from synth.language.types import BOOL, BV, INT, LIST, REAL, Fn

BIG = 10**40


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reader(content: Any, type: str | None = None) -> Examples:
        text = isinstance(content, str)
        file = tmp_path / ("examples.csv" if text else "examples.json")
        file.write_text(content if text else json.dumps(content))
        return read_examples(file, type)

    return reader


def test_rows_of_inputs_and_outputs(read: Any) -> None:
    found = read(
        {"inputs": [[1, 2], [3, 4], [1, 2]], "outputs": [3, 7, 3], "names": ["left", "right"], "library": ["add"]}
    )
    assert found.spec.type == Fn((INT, INT), INT)
    assert found.spec.names == ("left", "right")
    assert [values.tolist() for values in found.spec.inputs] == [[1, 3], [2, 4]]
    assert found.spec.outputs.tolist() == [3, 7]
    assert found.library == ("add",)


def test_a_list_of_pairs_with_named_inputs(read: Any) -> None:
    found = read([{"input": {"a": True, "b": 1.5}, "output": 2}, {"input": {"a": False, "b": 3}, "output": 0.5}])
    assert found.spec.type == Fn((BOOL, REAL), REAL)
    assert found.spec.names == ("a", "b")
    assert found.spec.outputs.dtype == np.float64


def test_names_are_the_users(read: Any) -> None:
    header = "count,max,lambda,a b,größe,2020,t0,output"
    spec = read(f"{header}\n1,2,3,4,5,6,7,8\n").spec
    assert spec.names == tuple(header.split(",")[:-1])
    rows = [{"input": {"a b": 1, "a": 2}, "output": 2}, {"input": {"a": 4, "a b": 3}, "output": 4}]
    assert read(rows).spec.names == ("a b", "a")
    assert read(rows).spec.inputs[0].tolist() == [1, 3]


def test_odd_tables_that_are_read(read: Any) -> None:
    same = read("a,b\n1,2\n-3,4\n").spec
    for text in (
        "\ufeffa,b\r\n1,2\r\n-3,4\r\n",
        '"a", "b"\n\n1, 2\n \n\u22123,+4\n',
        "a,b,\n1,2,\n-3,4,\n",
        "a,b,,\n1,2,,\n-3,4,,\n\n",
        "a,b\n1,2\n1,2\n-3,4",
    ):
        spec = read(text).spec
        assert spec.names == ("a",)
        assert spec.inputs[0].tolist() == same.inputs[0].tolist()
        assert spec.outputs.tolist() == same.outputs.tolist()
    mixed = read("a,b,c\n1,1e-3,TRUE\n0.5,2,false\n").spec
    assert mixed.type == Fn((REAL, REAL), BOOL)


def test_nearly_equal_reals_do_not_contradict(read: Any) -> None:
    assert len(read("a,b\n1,0.3\n1,0.30000000000000004\n").spec.outputs) == 1
    with pytest.raises(ValueError, match="line 2 and line 3 contradict each other"):
        read("a,b\n1,0.3\n1,0.30001\n")


def test_single_inputs_need_no_brackets(read: Any) -> None:
    assert read([{"input": "#x0F", "output": "#xf0"}]).spec.type == Fn((BV(8),), BV(8))
    assert read({"inputs": [1, 2], "outputs": [True, False]}).spec.type == Fn((INT,), BOOL)


def test_lists_are_rows_with_their_length(read: Any) -> None:
    spec = read({"inputs": [[[3, 1, 2]], [[]]], "outputs": [[1], []]}).spec
    assert spec.type == Fn((LIST,), LIST)
    assert spec.inputs[0].tolist() == [[3, 3, 1, 2, 0], [0, 0, 0, 0, 0]]
    assert spec.outputs.tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert read({"inputs": [[3, 1, 2], [4]], "outputs": [6, 4], "types": "list -> int"}).spec.type == Fn((LIST,), INT)


def test_a_type_goes_before_what_the_values_look_like(read: Any) -> None:
    spec = read({"inputs": [[1, 0]], "outputs": [3], "types": "int, int -> int"}, "bv16, bool -> real").spec
    assert spec.type == Fn((BV(16), BOOL), REAL)
    assert [spec.inputs[0].dtype, spec.inputs[1].dtype, spec.outputs.dtype] == [np.uint64, np.bool_, np.float64]


def test_csv_has_a_header_and_an_output_column(read: Any) -> None:
    spec = read('x,output,a list,flag\n1,#x0f,"[1, 2]",true\n\n-4, #x10 ,[],False\n').spec
    assert spec.type == Fn((INT, LIST, BOOL), BV(8))
    assert spec.names == ("x", "a list", "flag")
    assert spec.outputs.tolist() == [15, 16]
    assert read("x,y\n1,2.5\n2,1e3\n").spec.type == Fn((INT,), REAL)


def test_tabs_are_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.TSV"
    file.write_text("x\ty\n1\t2\n")
    assert read_examples(file).spec.outputs.tolist() == [2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "line 1: expected a header line with names, got an empty file"),
        ("a,b\n", "expected at least one example, got none; add rows"),
        ("a\n1\n", "line 1: expected at least two columns, an input and the output, got 1; add one"),
        ("1,2\n3,4\n", "line 1: expected a header line with names, got '1, 2'; write the names first"),
        ("a,b\n1,2\n3\n", "line 3: expected 2 cells as in the header, got 1"),
        ("a,b\n1,2\n3,4,5\n", "line 3: expected 2 cells as in the header, got 3"),
        ("a,b\n1,two\n", "line 2, column b: expected an integer, a real, true or false"),
        ("a,b\n1,[1 two]\n", "line 2, column b: expected a list of integers such as [1, 2], got '[1 two]'"),
        ("a,b\n1,2\n1,3\n", "line 2 and line 3 contradict each other: both have the inputs 1, but the outputs 2 and 3"),
        ("a,b\n1,#x0f\n2,#x00f\n", "line 3, column b: expected a value of type bv8 as in line 2, got #x00f of type"),
        ("a,b\n1,#x00000000000000001\n", "line 2, column b: expected a word of at most 64 bits, got one of 68; split"),
        ('a,b\n1,"2\n', "expected CSV, got text that is none"),
        ("a,a,b\n1,2,3\n", "expected different names of the columns, got 'a' twice; rename one"),
        ("a,,b\n1,2,3\n", "line 1: expected a name for column 2, got none; name it, or leave it out"),
        ("Output,a,output\n1,2,3\n", "line 1: expected one column 'output', got Output and output; rename the input"),
        ("a;b\n1;2\n", "line 1: expected at least two columns, an input and the output, got 1; it has semicolons"),
        ("a b,c\n1,2\nx,3", "line 3, column 'a b': expected an integer, a real"),
        ("größe,c\n1,2\nx,3", "line 3, column größe: expected an integer, a real"),
        ("a,b\n1,\n", "line 2, column b: expected a value in every cell, got an empty one; fill it"),
        ("a,b\n1,nan\n", "line 2, column b: expected a finite number, got 'nan'; leave the line out"),
        ("a,b\n1,-inf\n", "line 2, column b: expected a finite number, got '-inf'; leave the line out"),
        ("a,b\n1,Yes\n", "line 2, column b: expected true or false, got 'Yes'; write one of these"),
        ("a,b\n1,50 %\n", "line 2, column b: expected a number, got '50 %'; write a percentage as a decimal"),
        ('a,b\n1,"0,5"\n', "line 2, column b: expected a decimal with a point, got '0,5'; write a point for"),
        ("a,b\n1,1 000\n", "line 2, column b: expected a number without signs between its digits, got"),
        ("a,b\n1,0x0f\n", "line 2, column b: expected a word such as #x0f, got '0x0f'; write #x in place of 0x"),
        ("a,a,b\n1,2,3\n", "line 1: expected different names of the columns, got 'a' twice; rename one"),
        (f"a,b\n1,{10**40}\n", "line 2, column b: expected an integer that 64 bits hold, got one of 41 digits"),
        ("a,b\n99999999999999999999,2\n", "line 2, column a: expected an integer that 64 bits hold, got 9999999"),
        (3, "expected an object or an array of examples, got 3; write inputs and outputs"),
        ({"inputs": [1]}, 'expected "inputs" and "outputs" as arrays with a row an example, got [1] and null'),
        ({"inputs": [1], "outputs": [1, 2]}, "expected as many outputs as inputs, got 1 inputs and 2 outputs"),
        ({"inputs": [1], "outputs": [1], "seed": 3}, "expected keys among inputs, outputs"),
        ({"inputs": [[1, 2], [3]], "outputs": [1, 2]}, "row 2: expected 2 inputs as in row 1, got 1; give every row"),
        ({"inputs": [[]], "outputs": [1]}, "row 1: expected at least one input, got none; add the inputs"),
        (
            {"inputs": [1, "a"], "outputs": [1, 2]},
            "row 2, argument 1: expected an integer, a real, true or false, a word",
        ),
        (
            {"inputs": [1, True], "outputs": [1, 2]},
            "row 2, argument 1: expected a value of type int as in row 1, got true",
        ),
        ({"inputs": [1, BIG], "outputs": [1, 2]}, "row 2, argument 1: expected an integer that 64 bits hold, got"),
        ({"inputs": [1], "outputs": [[1, 0.5]]}, "row 1, the output, item 2: expected a value of type int, got 0.5"),
        ({"inputs": [1], "outputs": [1], "types": 3}, "expected types as a text such as 'int, int -> int', got 3"),
        (
            {"inputs": [1], "outputs": [1], "types": "int, int -> int"},
            "row 1: expected 2 inputs for type (int, int) -> int",
        ),
        ({"inputs": [1], "outputs": [1], "types": "bv8 -> bool, int"}, "unknown type 'bool, int'"),
        (
            {"inputs": [300], "outputs": [1], "types": "bv8 -> int"},
            "row 1, argument 1: expected a number from 0 to 2**8",
        ),
        (
            {"inputs": ["#xf"], "outputs": [1], "types": "bv8 -> int"},
            "row 1, argument 1: expected a word of 8 bits, got",
        ),
        (
            {"inputs": [1], "outputs": [2], "types": "int -> bool"},
            "row 1, the output: expected a value of type bool, got 2",
        ),
        (
            {"inputs": [1], "outputs": [2], "types": "int -> list"},
            "row 1, the output: expected a value of type list, got 2",
        ),
        (
            {"inputs": [1e301], "outputs": [2]},
            "row 1, argument 1: expected a finite real, got 1e+301; leave the row out",
        ),
        ({"inputs": [1], "outputs": [2], "names": ["a", "b"]}, "expected 1 names of inputs, got 2: a, b; give each"),
        ({"inputs": [1], "outputs": [2], "library": "add"}, "expected \"library\" as an array of names, got 'add'"),
        ([{"input": 1}], 'row 1: expected {"input": ..., "output": ...}, got {\'input\': 1}; mend the row'),
        ({"examples": [], "inputs": []}, "and no other rows; write one of the forms"),
        (
            [{"input": {"a": 1}, "output": 1}, {"input": {"b": 1}, "output": 1}],
            "row 2: expected the inputs a as in row 1, got b; name them alike",
        ),
        (
            [{"input": [1, 2], "output": 1}, {"input": [1, 2], "output": 2}],
            "row 1 and row 2 contradict each other: both have the inputs 1, 2, but the outputs 1 and 2; remove one",
        ),
    ],
)
def test_a_mistake_is_one_sentence(read: Any, content: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"examples\.(csv|json), ") as caught:
        read(content)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "line 1: expected JSON, got text that is none"),
        ("[" * 200_000, "expected rows of examples, got arrays inside each other without end; mend the file"),
        ('{"inputs": [NaN], "outputs": [1]}', "row 1, argument 1: expected a finite real, got nan; leave the row out"),
        ('{"inputs": [1], "outputs": [2], "outputs": [3]}', "expected each key of an object once, got 'outputs' twice"),
        ('[{"input": {"a": 1, "a": 2}, "output": 3}]', "expected each key of an object once, got 'a' twice; remove"),
    ],
)
def test_text_that_is_no_json_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "examples.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"examples\.json, ") as caught:
        read_examples(file)
    assert sentence in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a file of examples that ends in \.json, \.csv, \.tsv"):
        read_examples(tmp_path / "examples.xlsx")


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("int, int -> int", Fn((INT, INT), INT)),
        ("(list,bool)->bv64", Fn((LIST, BOOL), BV(64))),
        ("real->real", Fn((REAL,), REAL)),
    ],
)
def test_types_are_written_as_functions(text: str, type: Fn) -> None:
    assert parse_signature(text) == type


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("int", "expected arguments, one '->' and a result"),
        ("-> int", "expected at least one argument before '->'"),
        ("innt -> int", "unknown type 'innt'; did you mean 'int'?"),
        ("bv65 -> int", "expected a width from 1 to 64, got 65"),
    ],
)
def test_wrong_types_are_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"type|width") as caught:
        parse_signature(text)
    assert sentence in str(caught.value)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["#x0f", "#b1", "a", "input", "output"])
)
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["input", "output"]), inner)
)
OBJECTS = st.dictionaries(st.sampled_from(["inputs", "outputs", "examples", "types", "names"]), TREES)


@given(TREES | OBJECTS)
@settings(max_examples=200, deadline=None)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, tree: object) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps(tree))
    refused_in_one_line(file)


@given(st.text(alphabet='ab,1.#x"\n[] -e\r\x00\té'))
@settings(max_examples=200, deadline=None)
def test_any_csv_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_text(text, newline="")
    refused_in_one_line(file)


def refused_in_one_line(file: Path) -> None:
    """Anything but a specification or a sentence fails."""
    try:
        read_examples(file)
    except ValueError as error:
        said = str(error)
    else:
        return
    assert said.startswith(str(file))
    assert "\n" not in said
    assert len(said) < 500


def test_the_mark_before_utf_8_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"inputs": [1], "outputs": [2]}', encoding="utf-8-sig")
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8-sig")
    for name in ("a.json", "a.csv"):
        assert read_examples(tmp_path / name).spec.outputs.tolist() == [2]
    assert read_examples(tmp_path / "a.csv").spec.names == ("x",)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"a\.csv: expected a file, found a device or a pipe; check the path"):
        read_examples(tmp_path / "a.csv")
