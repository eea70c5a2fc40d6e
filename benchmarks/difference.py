"""How two runs differ: cells that only one has, and fields whose values are not the same."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from compare.record import Record

INCIDENTAL = (
    "command",
    "versions",
    "arrays",
    "made_from",
    "seconds_train",
    "seconds_judge",
    "certificate_seconds",
    "program_seconds",
    "program_rate",
)


def differences(left: Sequence[Record], right: Sequence[Record]) -> list[str]:
    """One line a difference, in the order of the left run; times and versions do not count."""
    ours, theirs = ({record.cell: record for record in records} for records in (left, right))
    lines = [f"{cell}: only in the first run" for cell in ours if cell not in theirs]
    lines += [f"{cell}: only in the second run" for cell in theirs if cell not in ours]
    for cell in ours:
        if cell in theirs:
            lines += [f"{cell}: {change}" for change in changes(ours[cell], theirs[cell])]
    return lines


def changes(left: Record, right: Record) -> list[str]:
    """`field: before -> after` for each field that differs."""
    ours, theirs = msgspec.structs.asdict(left), msgspec.structs.asdict(right)
    return [
        f"{name}: {short(ours[name])} -> {short(theirs[name])}"
        for name in ours
        if name not in INCIDENTAL and not same(ours[name], theirs[name])
    ]


def same(left: Any, right: Any) -> bool:
    return left == right or (
        isinstance(left, float) and isinstance(right, float) and math.isnan(left) and math.isnan(right)
    )


def short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
