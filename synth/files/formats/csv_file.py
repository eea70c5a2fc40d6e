"""Examples in CSV: a header with names, a line an example; the column `output`, or else the last one, is the answer."""

import csv
import io
import re

from synth.files.formats.sheet import Row, Sheet, Word, quoted, shown
from synth.files.sygus.sorts import WIDEST

INTEGER = re.compile(r"[+-]?[0-9]{1,25}")
LONGER = re.compile(r"[+-]?[0-9]{26,}")
REAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
WORD = re.compile(r"#x[0-9A-Fa-f]+|#b[01]+")
ANSWER = "output"
ODD = (  # cells that are nearly a value: what was expected, and what to do
    (re.compile(r""), "a value in every cell, got an empty one", "fill it, or leave the line out"),
    (re.compile(r"[+-]?(inf|infinity|nan)|n/?a|null|none|-", re.I), "a finite number", "leave the line out"),
    (re.compile(r"yes|no|y|n|t|f|on|off", re.I), "true or false", "write one of these"),
    (re.compile(r"[+-]?[0-9.,]+ ?%"), "a number", "write a percentage as a decimal such as 0.5"),
    (re.compile(r"[+-]?[0-9]+,[0-9]+"), "a decimal with a point", "write a point for the comma"),
    (
        re.compile(r"[+-]?[0-9]{1,3}([ _',][0-9]{3})+(\.[0-9]*)?"),
        "a number without signs between its digits",
        "remove them",
    ),
    (re.compile(r"0[xX][0-9A-Fa-f]+"), "a word such as #x0f", "write #x in place of 0x"),
)


def read_table(text: str, delimiter: str = ",") -> Sheet:
    """The examples of a CSV text; ValueError names the line of what is wrong."""
    lines = lines_of(text, delimiter)
    if not lines:
        raise ValueError("line 1: expected a header line with names, got an empty file; write one, then the examples")
    lines = without_empty_columns(lines)
    header, first = lines[0]
    check_header(header, first, delimiter)
    answer = next((i for i, name in enumerate(header) if name.lower() == ANSWER), len(header) - 1)
    rows = tuple(row_of(cells, line, header, answer) for cells, line in lines[1:])
    if not rows:
        raise ValueError(f"line {first}: expected at least one example, got none; add rows below the header")
    names = tuple(name for i, name in enumerate(header) if i != answer)
    return Sheet(rows=rows, names=names, said=(*map(column, names), column(header[answer])))


def lines_of(text: str, delimiter: str) -> list[tuple[list[str], int]]:
    """The cells of each line that is not blank, without blanks around them, and the line's number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    lines: list[tuple[list[str], int]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(([cell.strip() for cell in cells], before + 1))
            before = reader.line_num
    except csv.Error as error:
        raise ValueError(f"line {before + 1}: expected CSV, got text that is none ({error}); mend it") from None
    return lines


def without_empty_columns(lines: list[tuple[list[str], int]]) -> list[tuple[list[str], int]]:
    """Without the columns at the end that have neither a name nor a value, as a comma at every line's end makes."""
    width = len(lines[0][0])
    while width > 1 and all(len(cells) == len(lines[0][0]) and not cells[width - 1] for cells, _ in lines):
        width -= 1
    return [(cells[:width] if len(cells) == len(lines[0][0]) else cells, line) for cells, line in lines]


def check_header(header: list[str], line: int, delimiter: str) -> None:
    if len(header) < 2:
        other = next((sign for sign in ";\t,|" if sign != delimiter and sign in header[0]), None)
        name = {"\t": "tabs: name the file .tsv", ";": "semicolons: write commas", "|": "bars: write commas"}
        hint = f"; it has {name.get(other, 'commas: name the file .csv')}" if other else "; add one"
        raise ValueError(
            f"line {line}: expected at least two columns, an input and the output, got {len(header)}{hint}"
        )
    if all(is_value(cell) for cell in header) or (header[-1] and is_value(header[-1]) and is_value(header[0])):
        raise ValueError(
            f"line {line}: expected a header line with names, got {shown(', '.join(header))}; write the names first, "
            "for example a,b,output"
        )
    for place, name in enumerate(header, 1):
        if not name:
            raise ValueError(f"line {line}: expected a name for column {place}, got none; name it, or leave it out")
        if name in header[: place - 1]:
            raise ValueError(
                f"line {line}: expected different names of the columns, got {quoted(name)} twice; rename one"
            )
    answers = [name for name in header if name.lower() == ANSWER]
    if len(answers) > 1:
        raise ValueError(f"line {line}: expected one column {ANSWER!r}, got {' and '.join(answers)}; rename the input")


def column(name: str) -> str:
    """What messages call a column."""
    return f"column {name if name.isidentifier() and len(name) <= 40 else quoted(name)}"


def row_of(cells: list[str], line: int, header: list[str], answer: int) -> Row:
    if len(cells) != len(header):
        raise ValueError(
            f"line {line}: expected {len(header)} cells as in the header, got {len(cells)}; give every line as many "
            "(a list stands in quotes)"
        )
    values = [cell_value(cell, f"line {line}, {column(name)}") for cell, name in zip(cells, header, strict=True)]
    return Row(tuple(value for i, value in enumerate(values) if i != answer), values[answer], f"line {line}")


def is_value(cell: str) -> bool:
    return any(form.fullmatch(cell) for form in (INTEGER, REAL, WORD)) or cell.lower() in ("true", "false", "")


def cell_value(cell: str, where: str) -> object:
    """What a cell stands for; ValueError for text that is no value."""
    cell = cell.replace("\u2212", "-")  # the typographer's minus
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
    for form, what, remedy in ODD:
        if form.fullmatch(cell):
            raise ValueError(f"{where}: expected {what}{f', got {quoted(cell)}' if cell else ''}; {remedy}")
    raise ValueError(
        f"{where}: expected an integer, a real, true or false, a word such as #x0f, or a list such as [1, 2], got "
        f"{quoted(cell)}; mend the cell"
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
