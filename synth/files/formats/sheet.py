"""Rows of examples as they stand in a file, and the specification that they make: types, widths, contradictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.language.alike import agree
from synth.language.spec import Spec, rows_of_lists
from synth.language.types import BOOL, BV, INT, LIST, REAL, Fn, Type, dtype_of, is_vector

SPARE = 1  # items that lists inside a program may have more than the longest in the file
LARGEST = 2**63  # integers are below, and at least its negative


@dataclass(frozen=True, slots=True)
class Row:
    """One example: values as the file has them; `place` says where, e.g. "row 3"."""

    inputs: tuple[Any, ...]
    output: Any
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The examples of a file, with what it says about names, types and the language."""

    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()
    said: tuple[str, ...] = ()  # what messages call the inputs and the output
    type: Fn | None = None
    library: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A bit-vector as the file writes it, #x0f or #b01."""

    value: int
    width: int


def specification(sheet: Sheet) -> Spec:
    """The examples as arrays, equal rows once; ValueError names the rows that do not go together."""
    if not sheet.rows:
        raise ValueError("expected at least one example, got none; add rows of inputs and an output")
    check_widths(sheet)
    columns = [[row.inputs[i] for row in sheet.rows] for i in range(len(sheet.rows[0].inputs))]
    columns.append([row.output for row in sheet.rows])
    places = [row.place for row in sheet.rows]
    check_names(sheet.names)
    labels = sheet.said or [*(f"argument {i + 1}" for i in range(len(columns) - 1)), "the output"]
    known = (*sheet.type.args, sheet.type.result) if sheet.type else (None,) * len(columns)
    kinds = tuple(
        kind or infer(column, places, label) for kind, column, label in zip(known, columns, labels, strict=True)
    )
    plain = [
        [converted(value, kind, f"{place}, {label}") for value, place in zip(column, places, strict=True)]
        for column, kind, label in zip(columns, kinds, labels, strict=True)
    ]
    kept = distinct(plain, kinds, places)
    capacity = SPARE + max(
        (len(v) for c, kind in zip(plain, kinds, strict=True) if is_vector(kind) for v in c), default=0
    )
    arrays = [array([column[i] for i in kept], kind, capacity) for column, kind in zip(plain, kinds, strict=True)]
    return Spec(
        type=Fn(kinds[:-1], kinds[-1]),
        inputs=tuple(arrays[:-1]),
        outputs=arrays[-1],
        names=sheet.names,
    )


def check_widths(sheet: Sheet) -> None:
    """Every row has as many inputs as the first one and as the type."""
    first = sheet.rows[0]
    if not first.inputs:
        raise ValueError(f"{first.place}: expected at least one input, got none; add the inputs before the output")
    for row in sheet.rows:
        if len(row.inputs) != len(first.inputs):
            raise ValueError(
                f"{row.place}: expected {len(first.inputs)} inputs as in {first.place}, got {len(row.inputs)}; "
                "give every row as many (a list argument stands in brackets of its own)"
            )
    if sheet.type and len(sheet.type.args) != len(first.inputs):
        raise ValueError(
            f"{first.place}: expected {len(sheet.type.args)} inputs for type {sheet.type}, got {len(first.inputs)}; "
            "mend the type or the rows"
        )
    if sheet.names and len(sheet.names) != len(first.inputs):
        raise ValueError(
            f"expected {len(first.inputs)} names of inputs, got {len(sheet.names)}: {', '.join(sheet.names)[:80]}; "
            "give each input one, or none at all"
        )


def infer(values: Sequence[Any], places: Sequence[str], label: str) -> Type:
    """The type of a column by its values; integers beside reals are reals."""
    kinds = [kind_of(value, f"{place}, {label}") for value, place in zip(values, places, strict=True)]
    found = set(kinds)
    if found == {INT, REAL}:
        return REAL
    if len(found) > 1:
        other = next(i for i, kind in enumerate(kinds) if kind != kinds[0])
        raise ValueError(
            f"{places[other]}, {label}: expected a value of type {kinds[0]} as in {places[0]}, got "
            f"{shown(values[other])} of type {kinds[other]}; write both alike, or say the type"
        )
    return kinds[0]


def kind_of(value: Any, where: str) -> Type:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, Word):
        return BV(value.width)
    kinds: dict[type, Type] = {int: INT, float: REAL, list: LIST}
    if type(value) not in kinds:
        raise ValueError(
            f"{where}: expected an integer, a real, true or false, a word such as #x0f, or a list of integers, got "
            f"{shown(value)}; write one of them"
        )
    return kinds[type(value)]


def converted(value: Any, kind: Type, where: str) -> Any:
    """The value as the type holds it; ValueError where it does not."""
    if is_vector(kind):
        if not isinstance(value, list):
            raise mismatch(value, kind, where)
        return [converted(item, INT, f"{where}, item {i + 1}") for i, item in enumerate(value)]
    if kind.width is not None:
        return word(value, kind.width, where)
    if kind == BOOL and (isinstance(value, bool) or value in (0, 1)):
        return bool(value)
    if kind == REAL and isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) > 1e300 or value != value:
            raise ValueError(f"{where}: expected a finite real, got {shown(value)}; leave the row out")
        return float(value)
    if kind == INT and isinstance(value, int) and not isinstance(value, bool):
        if not -LARGEST <= value < LARGEST:
            raise ValueError(f"{where}: expected an integer that 64 bits hold, got {shown(value)}; use smaller ones")
        return value
    raise mismatch(value, kind, where)


def word(value: Any, width: int, where: str) -> int:
    if isinstance(value, Word) and value.width != width:
        raise ValueError(f"{where}: expected a word of {width} bits, got one of {value.width}; write all alike")
    number = value.value if isinstance(value, Word) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise mismatch(value, BV(width), where)
    if not 0 <= number < 2**width:
        raise ValueError(f"{where}: expected a number from 0 to 2**{width} - 1, got {shown(number)}; use a wider type")
    return number


def mismatch(value: Any, kind: Type, where: str) -> ValueError:
    return ValueError(f"{where}: expected a value of type {kind}, got {shown(value)}; mend the value or the type")


def distinct(columns: Sequence[Sequence[Any]], kinds: Sequence[Type], places: Sequence[str]) -> list[int]:
    """The first of several equal rows; ValueError names two with the same inputs and unlike outputs."""
    first: dict[tuple[Any, ...], int] = {}
    for row, (*inputs, output) in enumerate(zip(*columns, strict=True)):
        known = first.setdefault(tuple(tuple(v) if isinstance(v, list) else v for v in inputs), row)
        before = columns[-1][known]
        same = before == output if kinds[-1] != REAL else bool(agree(np.array(before), np.array(output)))
        if not same:
            raise ValueError(
                f"{places[known]} and {places[row]} contradict each other: both have the inputs "
                f"{', '.join(map(shown, inputs))[:80]}, but the outputs {shown(before)} and "
                f"{shown(output)}; remove one of them"
            )
    return list(first.values())


def array(values: Sequence[Any], kind: Type, capacity: int) -> np.ndarray:
    return rows_of_lists(values, capacity) if is_vector(kind) else np.array(values, dtype=dtype_of(kind))


def check_names(names: Sequence[str]) -> None:
    """ValueError unless every input has a name, and another one than the others."""
    for place, name in enumerate(names, 1):
        if not name.strip():
            raise ValueError(f"expected a name for input {place}, got none; give it one")
        if name in names[: place - 1]:
            raise ValueError(f"expected different names of the inputs, got {quoted(name)} twice; rename one")


def quoted(name: str) -> str:
    """A name of the user's as a message may show it: as it is spelled, on one line."""
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def shown(value: Any) -> str:
    """A value as a message may show it."""
    if isinstance(value, Word):
        return f"#x{value.value:0{value.width // 4}x}" if value.width % 4 == 0 else f"#b{value.value:0{value.width}b}"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "an integer of more than 30 digits"
    words = {"True": "true", "False": "false", "None": "null"}
    text = words.get(str(value), ascii(value)) if value is None or isinstance(value, bool) else ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."
