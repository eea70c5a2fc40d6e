"""Reading TOML strictly: a wrong key or value is one sentence that names the key and, for a key, the nearest one."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from benchmarks.names import unknown

S = TypeVar("S", bound=msgspec.Struct)
UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `(?P<place>[^`]*)`)?")
VALUE = re.compile(r"(?P<what>.*?) - at `\$\.?(?P<place>[^`]*)`")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; ValueError when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected TOML, got a file that cannot be read ({error})") from error
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
        return f"{wrong['what'][:1].lower()}{wrong['what'][1:]} for the key {wrong['place'].replace('[...]', '')!r}"
    return message[:1].lower() + message[1:]


def keys(kind: type[msgspec.Struct]) -> list[str]:
    """The structure's keys and those of the structures right inside it."""
    names = list(kind.__struct_fields__)
    for field in msgspec.structs.fields(kind):
        for inner in getattr(field.type, "__args__", ()):
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                names += inner.__struct_fields__
    return names
