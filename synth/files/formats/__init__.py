"""Files of examples: JSON and CSV."""

from dataclasses import dataclass, replace
from pathlib import Path

from synth.files.formats.document import read_document
from synth.files.formats.sheet import specification
from synth.files.formats.signature import parse_signature
from synth.files.formats.table import read_table
from synth.files.text import read_text
from synth.language.spec import Spec

SUFFIXES = (".json", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Examples:
    """What a file of examples asks: the specification, and the names of primitives that it wants, if any."""

    spec: Spec
    library: tuple[str, ...]


def read_examples(path: Path | str, type: str | None = None) -> Examples:
    """The examples in a .json, .csv or .tsv file; `type`, such as "int, int -> int", goes before the file's own.

    ValueError says what is wrong, with the file's name and the row or line.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: expected a file of examples that ends in {', '.join(SUFFIXES)}; rename it")
    signature = parse_signature(type) if type else None
    text = read_text(path)
    try:
        sheet = read_document(text) if suffix == ".json" else read_table(text, "\t" if suffix == ".tsv" else ",")
        sheet = replace(sheet, type=signature or sheet.type)
        return Examples(specification(sheet), sheet.library)
    except ValueError as error:
        raise ValueError(f"{path}, {error}") from None


__all__ = ["Examples", "parse_signature", "read_examples"]
