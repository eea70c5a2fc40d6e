"""Memory as the machine and a container's control group say it."""

from pathlib import Path

import pytest

from benchmarks import memory
from benchmarks.engine import reason


def test_a_container_s_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    memory.memory.cache_clear()
    installed = memory.memory()
    assert installed > 1 << 28
    for text, expected in (("max\n", installed), ("4096\n", 4096), (f"{installed * 2}\n", installed)):
        (tmp_path / "memory.max").write_text(text)
        memory.memory.cache_clear()
        assert memory.memory() == expected
    memory.memory.cache_clear()


def test_ends_for_want_of_memory_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    monkeypatch.setattr(memory, "MACHINE", tmp_path / "vmstat")
    assert memory.starved() == 0
    (tmp_path / "vmstat").write_text("pgfault 7\noom_kill 2\n")
    (tmp_path / "memory.events").write_text("low 0\noom 5\noom_kill 1\noom_group_kill 0\n")
    assert memory.starved() == 3


def test_a_net_that_memory_cannot_hold_is_told_so() -> None:
    for error in (MemoryError("Unable to allocate 3 TiB"), RuntimeError("RESOURCE_EXHAUSTED: Out of memory")):
        assert "GiB of memory; take a smaller size or width" in reason(error)
    assert reason(RuntimeError("other")) == "RuntimeError: other"
