"""Examples in JSON: {"inputs": [[1, 2], ...], "outputs": [3, ...]}, or [{"input": [1, 2], "output": 3}, ...].

An object may also say "types" (a text such as "int, int -> int"), "names" of the inputs, and "library" (names of
primitives and of their topics). A list argument is an array, a bit-vector a string such as "#x0f".
"""

import json
from typing import Any

from synth.files.formats.csv_file import WORD, word
from synth.files.formats.sheet import Row, Sheet, quoted, shown
from synth.files.formats.signature import parse_signature
from synth.language.types import is_vector

KEYS = ("inputs", "outputs", "examples", "types", "type", "names", "library", "primitives")
DIGITS = 30  # of an integer that is read as it is
HUGE = 10**400  # stands for those of more, which no type holds


def read_document(text: str) -> Sheet:
    """The examples of a JSON text; ValueError names the row of what is wrong."""
    try:
        data = json.loads(text, parse_int=integer, object_pairs_hook=once)
    except RecursionError:
        raise ValueError("expected rows of examples, got arrays inside each other without end; mend the file") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: expected JSON, got text that is none ({error.msg}); mend it") from None
    if isinstance(data, list):
        return Sheet(rows=examples(data, {}), names=names_in(data), said=said(names_in(data)))
    if not isinstance(data, dict):
        raise ValueError(f"expected an object or an array of examples, got {shown(data)}; write inputs and outputs")
    return from_object(data)


def from_object(data: dict[str, Any]) -> Sheet:
    strange = [key for key in data if key not in KEYS]
    if strange:
        raise ValueError(f"expected keys among {', '.join(KEYS)}, got {shown(strange[0])}; remove it")
    kinds = data.get("types", data.get("type"))
    if kinds is not None and not isinstance(kinds, str):
        raise ValueError(f"expected types as a text such as 'int, int -> int', got {shown(kinds)}; write one")
    type = parse_signature(kinds) if kinds else None
    if "examples" in data:
        rows, names = examples(data["examples"], data), names_in(data["examples"])
    else:
        vectors = type is not None and len(type.args) == 1 and is_vector(type.args[0])
        rows, names = columns(data, vectors), ()
    library = (*texts(data, "library"), *texts(data, "primitives"))
    names = texts(data, "names") or names
    return Sheet(rows=rows, names=names, said=said(names), type=type, library=library)


def said(names: tuple[str, ...]) -> tuple[str, ...]:
    """What messages call the inputs and the output."""
    return (*(f"input {quoted(name)}" for name in names), "the output") if names else ()


def columns(data: dict[str, Any], vectors: bool) -> tuple[Row, ...]:
    """Rows from the arrays `inputs` and `outputs`; with `vectors`, a row may be the one list that is the argument."""
    inputs, outputs = data.get("inputs"), data.get("outputs")
    if not isinstance(inputs, list) or not isinstance(outputs, list):
        raise ValueError(
            'expected "inputs" and "outputs" as arrays with a row an example, got '
            f"{shown(inputs)} and {shown(outputs)}; write both"
        )
    if len(inputs) != len(outputs):
        raise ValueError(f"expected as many outputs as inputs, got {len(inputs)} inputs and {len(outputs)} outputs")
    return tuple(
        Row(arguments(given, f"row {i}", vectors), value(answer, f"row {i}"), f"row {i}")
        for i, (given, answer) in enumerate(zip(inputs, outputs, strict=True), 1)
    )


def examples(data: Any, around: dict[str, Any]) -> tuple[Row, ...]:
    """Rows from objects with `input` and `output`."""
    if not isinstance(data, list) or "inputs" in around or "outputs" in around:
        raise ValueError(
            'expected an array of {"input": ..., "output": ...}, and no other rows; write one of the forms'
        )
    rows: list[Row] = []
    for i, entry in enumerate(data, 1):
        place = f"row {i}"
        if not isinstance(entry, dict) or set(entry) not in ({"input", "output"}, {"inputs", "output"}):
            raise ValueError(f'{place}: expected {{"input": ..., "output": ...}}, got {shown(entry)}; mend the row')
        given = entry.get("input", entry.get("inputs"))
        if isinstance(given, dict):
            check_names(given, data[0], place)
            given = [given[name] for name in names_in(data)]
        rows.append(Row(arguments(given, place, False), value(entry["output"], place), place))
    return tuple(rows)


def names_in(data: Any) -> tuple[str, ...]:
    """The names of the inputs, where the first example gives them by name."""
    first = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    given = first.get("input", first.get("inputs"))
    return tuple(given) if isinstance(given, dict) else ()


def check_names(given: dict[str, Any], first: Any, place: str) -> None:
    names = names_in([first])
    if set(given) != set(names):
        raise ValueError(
            f"{place}: expected the inputs {', '.join(names)[:60] or 'without names'} as in row 1, got "
            f"{', '.join(given)[:60] or 'none'}; name them alike"
        )


def arguments(given: Any, place: str, vectors: bool) -> tuple[Any, ...]:
    """The inputs of a row: an array of them, or the only one."""
    whole = vectors and isinstance(given, list) and not any(isinstance(item, list) for item in given)
    parts = given if isinstance(given, list) and not whole else [given]
    return tuple(value(part, place) for part in parts)


def value(given: Any, place: str) -> Any:
    """A value, with words read."""
    if isinstance(given, str) and WORD.fullmatch(given):
        return word(given, place)
    return given


def texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    given = data.get(key, [])
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise ValueError(f'expected "{key}" as an array of names, got {shown(given)}; write ["...", ...]')
    return tuple(given)


def integer(text: str) -> int:
    """An integer, however long, so that what refuses it can say where it stands."""
    return int(text) if len(text) <= DIGITS else -HUGE if text.startswith("-") else HUGE


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where it has a key twice, of which JSON would drop the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise ValueError(f"expected each key of an object once, got {shown(twice)} twice; remove one of the two")
    return found
