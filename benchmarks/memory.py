"""This machine's memory, or the part of it that our container may use."""

import os
from functools import cache
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # of control groups, version 2 and 1
ENDINGS = ("memory.events", "memory/memory.oom_control")  # the same
MACHINE = Path("/proc/vmstat")
USUAL = 16 << 30  # bytes, where nothing says how many there are


@cache
def memory() -> int:
    """Bytes that there are."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        installed = USUAL
    limits = [line for name in LIMITS for line in lines_of(GROUPS / name)]
    return min([installed, *(int(line) for line in limits if line.isdigit())])


def starved() -> int:
    """How many processes have been ended for want of memory since the machine or the container started, where known."""
    counted = [line.split() for path in (*(GROUPS / name for name in ENDINGS), MACHINE) for line in lines_of(path)]
    return sum(int(words[1]) for words in counted if words[:1] == ["oom_kill"])


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
