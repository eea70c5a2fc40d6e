"""Reading TOML strictly: a wrong key or value is one sentence that names the key and, for a key, the nearest one."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import msgspec

from benchmarks.names import unknown

Key = Annotated  # a key of a file: its type, and what is said of it
S = TypeVar("S", bound=msgspec.Struct)
UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `(?P<place>[^`]*)`)?")
VALUE = re.compile(r"(?P<what>.*?) - at `\$\.?(?P<place>[^`]*)`")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; ValueError when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected TOML, got a file that cannot be read ({error})") from error
    except FileNotFoundError:
        raise ValueError(f"{path}: expected a TOML file, found none; check the path") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error


def convert(content: dict[str, Any], kind: type[S], where: str) -> S:
    """The content as this structure; ValueError with one sentence that begins with `where`."""
    try:
        return msgspec.convert(content, type=kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{where}: {sentence(str(error), kind)}") from None


def sentence(message: str, kind: type[msgspec.Struct]) -> str:
    if wrong := UNKNOWN.match(message):
        inside = f" inside {wrong['place'].removeprefix('$.')!r}" if wrong["place"] else ""
        return unknown("key", wrong["key"], keys(kind)) + inside
    if wrong := VALUE.match(message):
        place = wrong["place"].replace("[...]", "")
        return f"{wrong['what'][:1].lower()}{wrong['what'][1:]} for the key {place!r}{remedy(wrong['what'], place)}"
    missing = "; `synthnet list keys` says what each key holds" if "missing" in message else ""
    return message[:1].lower() + message[1:] + missing


def remedy(what: str, key: str) -> str:
    """How TOML writes what was expected, where that is not a single value."""
    if "`array`, got `object`" in what:
        return f"; write [[{key}]] with two brackets"
    return f"; write {key} = [...] with brackets" if "Expected `array" in what and "length" not in what else ""


def keys(kind: type[msgspec.Struct]) -> list[str]:
    """The structure's keys and those of the structures right inside it."""
    return [*kind.__struct_fields__, *(name for inner in inside(kind) for name in inner.__struct_fields__)]


def inside(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The structures that its fields hold."""
    waiting = [field.type for field in msgspec.structs.fields(kind)]
    while waiting:
        given = waiting.pop(0)
        if isinstance(given, type) and issubclass(given, msgspec.Struct):
            yield given
        waiting += get_args(given)


def said(sentence: str) -> msgspec.Meta:
    """What a key holds, for whoever writes the file."""
    return msgspec.Meta(description=sentence)


def documented(kind: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    """Every key of the structure with its sentence, and what it is when left out."""
    for field in msgspec.structs.fields(kind):
        notes = [note.description for note in get_args(field.type) if isinstance(note, msgspec.Meta)]
        usual = written(field.default)
        left_out = "needed" if field.required else f"{usual} when left out" if usual else "may be left out"
        yield field.name, f"[{left_out}] {' '.join(note or '' for note in notes)}"


def written(value: Any) -> str:
    """A number, a text, a Boolean or a list of them as TOML writes it; nothing for anything else."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]" if value else ""
    return json.dumps(value) if isinstance(value, int | float | str) else ""
