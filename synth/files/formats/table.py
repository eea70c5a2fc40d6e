"""Examples in CSV: a header with names, a line an example; the column `output`, or else the last one, is the answer."""

import csv
import io
import re

from synth.files.formats.sheet import Row, Sheet, Word, readable, shown
from synth.files.sygus.sorts import WIDEST

INTEGER = re.compile(r"[+-]?[0-9]{1,25}")
LONGER = re.compile(r"[+-]?[0-9]{26,}")
REAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
WORD = re.compile(r"#x[0-9A-Fa-f]+|#b[01]+")
ANSWER = "output"


def read_table(text: str, delimiter: str = ",") -> Sheet:
    """The examples of a CSV text; ValueError names the line of what is wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[list[str], int]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(([cell.strip() for cell in cells], reader.line_num))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: expected CSV, got text that is none ({error}); mend it") from None
    if not lines:
        raise ValueError("line 1: expected a header line with names, got an empty file; write one, then the examples")
    header, first = lines[0]
    check_header(header, first)
    answer = next((i for i, name in enumerate(header) if name.lower() == ANSWER), len(header) - 1)
    rows = tuple(row_of(cells, line, header, answer) for cells, line in lines[1:])
    try:
        return Sheet(rows=rows, names=readable([name for i, name in enumerate(header) if i != answer]))
    except ValueError as error:
        raise ValueError(f"line {first}: {error}") from None


def check_header(header: list[str], line: int) -> None:
    if len(header) < 2:
        raise ValueError(
            f"line {line}: expected at least two columns, an input and the output, got {len(header)}; add one"
        )
    if any(is_value(cell) for cell in header):
        raise ValueError(
            f"line {line}: expected a header line with names, got {shown(', '.join(header))}; write the names first, "
            "for example a,b,output"
        )


def row_of(cells: list[str], line: int, header: list[str], answer: int) -> Row:
    if len(cells) != len(header):
        raise ValueError(
            f"line {line}: expected {len(header)} cells as in the header, got {len(cells)}; give every line as many "
            "(a list stands in quotes)"
        )
    values = [cell_value(cell, f"line {line}, column {name[:40]}") for cell, name in zip(cells, header, strict=True)]
    return Row(tuple(value for i, value in enumerate(values) if i != answer), values[answer], f"line {line}")


def is_value(cell: str) -> bool:
    return any(form.fullmatch(cell) for form in (INTEGER, REAL, WORD)) or cell.lower() in ("true", "false", "")


def cell_value(cell: str, where: str) -> object:
    """What a cell stands for; ValueError for text that is no value."""
    if cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    if INTEGER.fullmatch(cell):
        return int(cell)
    if LONGER.fullmatch(cell):
        raise ValueError(
            f"{where}: expected an integer that 64 bits hold, got one of {len(cell)} digits; use smaller ones"
        )
    if REAL.fullmatch(cell) and len(cell) < 400:
        return float(cell)
    if WORD.fullmatch(cell):
        return word(cell, where)
    if cell.startswith("["):
        return list_value(cell, where)
    raise ValueError(
        f"{where}: expected an integer, a real, true or false, a word such as #x0f, or a list such as [1, 2], got "
        f"{shown(cell)}; mend the cell"
    )


def word(text: str, where: str) -> Word:
    """A bit-vector of at most 64 bits."""
    width = (4 if text[1] == "x" else 1) * (len(text) - 2)
    if width > WIDEST:
        raise ValueError(f"{where}: expected a word of at most {WIDEST} bits, got one of {width}; split it")
    return Word(int(text[2:], 16 if text[1] == "x" else 2), width)


def list_value(cell: str, where: str) -> list[int]:
    """A list of integers, separated by commas or blanks."""
    inner = cell[1:-1] if cell.endswith("]") else ""
    words = [part for part in re.split(r"[\s,;]+", inner.strip()) if part]
    if not cell.endswith("]") or not all(INTEGER.fullmatch(part) for part in words):
        raise ValueError(f"{where}: expected a list of integers such as [1, 2], got {shown(cell)}; mend the cell")
    return [int(part) for part in words]
