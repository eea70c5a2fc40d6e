"""All records as one JSON list, every field present, null where it does not apply."""

from collections.abc import Sequence

import msgspec

from compare.record import Record


def records_json(records: Sequence[Record]) -> str:
    """The list, indented by two spaces, in the order given."""
    return msgspec.json.format(msgspec.json.encode(list(records)), indent=2).decode() + "\n"
