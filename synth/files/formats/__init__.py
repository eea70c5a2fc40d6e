"""Files of examples: JSON, CSV and TSV. READERS has them all: a new one turns a text into a Sheet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from synth.files.formats.csv_file import read_table
from synth.files.formats.json_file import read_document
from synth.files.formats.sheet import Sheet, specification
from synth.files.formats.signature import parse_signature
from synth.files.text import read_text
from synth.language.spec import Spec

READERS: dict[str, Callable[[str], Sheet]] = {
    ".json": read_document,
    ".csv": partial(read_table, delimiter=","),
    ".tsv": partial(read_table, delimiter="\t"),
}


@dataclass(frozen=True, slots=True)
class Examples:
    """What a file of examples asks: the specification, and the names of primitives that it wants, if any."""

    spec: Spec
    library: tuple[str, ...]


def read_examples(path: Path | str, type: str | None = None) -> Examples:
    """The examples in a file that ends as READERS say; `type`, such as "int, int -> int", goes before the file's own.

    ValueError says what is wrong, with the file's name and the row or line.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"{path}: expected a file of examples that ends in {', '.join(READERS)}; rename it")
    signature = parse_signature(type) if type else None
    text = read_text(path)
    try:
        sheet = READERS[suffix](text)
        sheet = replace(sheet, type=signature or sheet.type)
        return Examples(specification(sheet), sheet.library)
    except ValueError as error:
        raise ValueError(f"{path}, {error}") from None


__all__ = ["READERS", "Examples", "parse_signature", "read_examples"]
